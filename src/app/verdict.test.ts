import { describe, expect, it } from 'vitest';
import { missingJobs, scoreOf } from './verdict.ts';

const row = { published: 100, tolerance: 0.01, target: 0.03 };

describe('verdicts', () => {
  it('compare the mean with the tolerance of the source, then with the target', () => {
    expect(scoreOf(row, [])).toBeNull();
    expect(scoreOf(row, [99, 102])).toEqual({
      runs: 2,
      mean: 100.5,
      min: 99,
      max: 102,
      ratio: 1.005,
      verdict: 'source',
    });
    expect(scoreOf(row, [102.5])?.verdict).toBe('target');
    expect(scoreOf(row, [96])?.verdict).toBe('miss');
  });

  it('run every row once before any row twice, and steady rows once', () => {
    const rows = [
      { id: 'a', steady: false },
      { id: 'b', steady: true },
      { id: 'c', steady: false },
    ];
    const done = (id: string) => (id === 'c' ? [1] : []);
    expect(missingJobs(rows, done, 2)).toEqual([
      { id: 'a', seed: 1 },
      { id: 'b', seed: 1 },
      { id: 'a', seed: 2 },
      { id: 'c', seed: 2 },
    ]);
  });
});
