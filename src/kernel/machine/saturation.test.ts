import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOCAL_SERVERS, PORT_SERVERS, ratePerStream, saturationCurve } from './saturation.ts';

describe('saturationCurve', () => {
  it('goes through both measured points', () => {
    for (const servers of [LOCAL_SERVERS, PORT_SERVERS]) {
      const curve = saturationCurve(6, 12.25, 3, 3.32, 6, servers);
      expect(curve[6]).toBeCloseTo(12.25, 6);
      expect(curve[3]).toBeCloseTo(3 * 3.32, 6);
      // One core on its own meets nobody: more than when three stream.
      expect(curve[1]).toBeGreaterThan(3.32);
    }
  });

  it('fills two servers in series more softly than one: few streams get more', () => {
    const one = saturationCurve(12, 13.6, 6, 1.85, 12, 1);
    const two = saturationCurve(12, 13.6, 6, 1.85, 12, 2);
    for (let n = 1; n < 6; n++) expect(two[n]).toBeGreaterThan(one[n]);
  });

  it('falls back to one server where half the streams get more than queues in series would give them', () => {
    const half = saturationCurve(12, 13.6, 6, (0.97 * 13.6) / 6, 12, 2);
    expect(half[12]).toBeCloseTo(13.6, 6);
    expect(half[6]).toBeCloseTo(0.97 * 13.6, 6);
  });

  it('never falls as streams join, and each gets no more than before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.double({ min: 1, max: 100, noNaN: true }),
        fc.double({ min: 0.51, max: 3, noNaN: true }),
        fc.constantFrom(LOCAL_SERVERS, PORT_SERVERS),
        (cores, rate, gain, servers) => {
          const half = Math.max(1, Math.floor(cores / 2));
          const curve = saturationCurve(cores, rate, half, (gain * rate) / cores, 2 * cores, servers);
          for (let n = 2; n <= 2 * cores; n++) {
            expect(curve[n]).toBeGreaterThanOrEqual(curve[n - 1] * (1 - 1e-9));
            expect(curve[n] / n).toBeLessThanOrEqual((curve[n - 1] / (n - 1)) * (1 + 1e-9));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes a figure that would fill the server at half load as that of a lone stream', () => {
    const curve = saturationCurve(12, 18.5, 6, 8.4, 12, LOCAL_SERVERS);
    expect(curve[1]).toBeCloseTo(8.4, 9);
    expect(curve[12]).toBeCloseTo(18.5, 1);
  });
});

describe('ratePerStream', () => {
  it('lies on straight lines between whole streams', () => {
    const curve = Float64Array.of(0, 4, 6);
    expect(ratePerStream(curve, 0.3)).toBe(4);
    expect(ratePerStream(curve, 1.5)).toBeCloseTo(3.5, 12);
    expect(ratePerStream(curve, 9)).toBe(3);
  });
});
