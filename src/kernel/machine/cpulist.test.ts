import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatList, formatMask, parseList, parseMask } from './cpulist.ts';

const setArb = fc.uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 60 });

describe('lists', () => {
  it('join neighbours', () => {
    expect(formatList([12, 0, 1, 2, 13, 7])).toBe('0-2,7,12-13');
    expect(formatList([])).toBe('');
    expect(parseList('0-5,12-17\n')).toEqual([0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17]);
    expect(parseList('0-10:4,1')).toEqual([0, 1, 4, 8]);
  });

  it('read back as they were', () => {
    fc.assert(
      fc.property(setArb, (set) => {
        const sorted = [...set].sort((a, b) => a - b);
        expect(parseList(formatList(set))).toEqual(sorted);
        expect(parseMask(formatMask(set, 301))).toEqual(sorted);
      }),
    );
  });

  it.each(['', 'a', '3-1', '1,', '1-', '0-9999', '1-5:0', '-1', '1.5'])('are refused: "%s"', (text) => {
    expect(parseList(text)).toBeNull();
  });
});

describe('masks', () => {
  it('come in groups of 32 bits', () => {
    expect(formatMask([0, 1], 4)).toBe('3');
    expect(formatMask([2, 3], 4)).toBe('c');
    expect(formatMask([6, 7], 8)).toBe('c0');
    expect(formatMask([0, 40], 48)).toBe('0100,00000001');
    expect(formatMask([31], 32)).toBe('80000000');
  });

  it.each(['', 'xyz', '0x', '0xg'])('are refused: "%s"', (text) => {
    expect(parseMask(text)).toBeNull();
  });
});
