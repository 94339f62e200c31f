import { describe, expect, it } from 'vitest';
import type { TimelineMark } from '../protocol/summary.ts';
import { rowAt } from './components/chart-now.ts';
import { markAfter } from './time-travel.ts';

describe('the marks', () => {
  const marks: TimelineMark[] = [10, 20, 20, 35].map((tick) => ({
    tick,
    kind: 'scan_pass',
    label: String(tick),
  }));

  it('are found on either side of a tick', () => {
    expect(markAfter(marks, 10, 1)?.tick).toBe(20);
    expect(markAfter(marks, 20, 1)?.tick).toBe(35);
    expect(markAfter(marks, 35, 1)).toBeUndefined();
    expect(markAfter(marks, 20, -1)?.tick).toBe(10);
    expect(markAfter(marks, 10, -1)).toBeUndefined();
    expect(markAfter(marks, 99, -1)?.tick).toBe(35);
  });
});

describe('the row of a time', () => {
  it('is the last that is not later', () => {
    const t = [0.1, 0.2, 0.3];
    expect([0, 0.1, 0.15, 0.3, 9].map((seconds) => rowAt(t, seconds))).toEqual([-1, 0, 0, 2, 2]);
    expect(rowAt([], 1)).toBe(-1);
  });
});
