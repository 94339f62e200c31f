import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCount, formatShort, formatSpeed, formatTick, knobScale, parseKnobText } from './format.ts';

describe('numbers', () => {
  it('groups thousands', () => {
    expect(formatCount(20914)).toBe('20\u202f914');
    expect(formatCount(-1234567)).toBe('−1\u202f234\u202f567');
    expect(formatCount(999)).toBe('999');
  });

  it('shortens axis values', () => {
    expect(formatShort(208000)).toBe('208k');
    expect(formatShort(1_500_000)).toBe('1.5M');
    expect(formatShort(0)).toBe('0');
  });

  it('writes time and speed', () => {
    expect(formatTick(12431)).toBe('12.431');
    expect(formatSpeed(0.5)).toBe('0.5×');
    expect(formatSpeed(Number.POSITIVE_INFINITY)).toBe('max');
  });

  it('reads what a person types, and only whole numbers', () => {
    expect(parseKnobText(' 32\u202f768 ')).toBe(32768);
    expect(parseKnobText('-1')).toBeNull();
    expect(parseKnobText('1e3')).toBeNull();
    expect(parseKnobText('')).toBeNull();
  });
});

describe('the scale of a knob', () => {
  it('is logarithmic for a wide range and linear for a narrow one', () => {
    expect(knobScale({ minimum: 0, maximum: 0xffffffff }).logarithmic).toBe(true);
    expect(knobScale({ minimum: 0, maximum: 50 }).logarithmic).toBe(false);
  });

  it('keeps every position inside the range, in order, ends included', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 0xffffffff }),
        fc.nat(1000),
        fc.nat(1000),
        (minimum, span, a, b) => {
          const scale = knobScale({ minimum, maximum: minimum + span });
          expect(scale.fromPosition(0)).toBe(minimum);
          expect(scale.fromPosition(1000)).toBe(minimum + span);
          const [low, high] = a < b ? [a, b] : [b, a];
          expect(scale.fromPosition(low)).toBeLessThanOrEqual(scale.fromPosition(high));
          expect(scale.toPosition(scale.fromPosition(low))).toBeGreaterThanOrEqual(0);
          expect(scale.toPosition(scale.fromPosition(low))).toBeLessThanOrEqual(1000);
        },
      ),
    );
  });
});
