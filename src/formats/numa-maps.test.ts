import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from './error.ts';
import { guestText } from './fixtures.test-util.ts';
import { type NumaMapsLine, parseNumaMaps, writeNumaMaps } from './numa-maps.ts';

describe('numa_maps', () => {
  it.each(['numa-maps-2n', 'numa-maps-4n', 'numa-maps-self'])(
    '%s is read and written to the byte',
    (name) => {
      const text = guestText(name);
      expect(writeNumaMaps(parseNumaMaps(text))).toBe(text);
    },
  );

  it('means what it says', () => {
    const lines = parseNumaMaps(guestText('numa-maps-2n'));
    expect(lines).toHaveLength(16);
    expect(lines[11]).toEqual({
      start: 0x7feb9a000000,
      policy: 'default',
      anon: 16384,
      dirty: 16384,
      active: 0,
      nodes: [{ node: 0, pages: 16384 }],
      kernelPageKb: 4,
    });
    expect(lines[12].file).toBe('/dev/zero (deleted)');
    expect(lines[13]).toMatchObject({
      stack: true,
      nodes: [
        { node: 0, pages: 1 },
        { node: 1, pages: 3 },
      ],
    });
  });

  it('comes back as it was', () => {
    const count = fc.option(fc.nat(), { nil: undefined });
    const flag = fc.constantFrom(true, undefined);
    const lineArb: fc.Arbitrary<NumaMapsLine> = fc.record({
      start: fc.integer({ min: 0, max: 2 ** 47 }),
      policy: fc.constantFrom('default', 'bind:0-1', 'prefer:3', 'interleave:0,2'),
      file: fc.option(fc.stringMatching(/^\/[a-z \\\t]{1,12}$/), { nil: undefined }),
      heap: flag,
      huge: flag,
      anon: count,
      dirty: count,
      mapped: count,
      mapmax: count,
      active: count,
      nodes: fc.array(fc.record({ node: fc.nat(99), pages: fc.nat() }), { maxLength: 4 }),
      kernelPageKb: fc.constantFrom(4, 2048, undefined),
    });
    fc.assert(
      fc.property(fc.array(lineArb, { maxLength: 5 }), (lines) => {
        expect(parseNumaMaps(writeNumaMaps(lines))).toEqual(lines);
      }),
    );
  });

  it('names the line that makes no sense', () => {
    expect(() => parseNumaMaps('00400000 default\nhello\n')).toThrow(FormatError);
    expect(() => parseNumaMaps('00400000 default\nhello\n')).toThrow('line 2');
    expect(() => parseNumaMaps('00400000 default N0=many')).toThrow('line 1: expected a number after N0=');
    expect(parseNumaMaps('00400000 default news=3 N1=2')[0].nodes).toEqual([{ node: 1, pages: 2 }]);
  });
});
