import { describe, expect, it } from 'vitest';
import { totalBytes } from '../workloads/code.ts';
import { elapsedSeconds, runToEnd } from './headless.ts';
import { bootRow, judge, runRow, seedsOf } from './published.ts';
import { NOT_MODELLED, PUBLISHED_ROWS, PUBLISHED_SOURCES, publishedRow } from './published-rows.ts';

describe('the rows', () => {
  it('are the tables of benchmarks.md 2.1 and 2.2', () => {
    const count = (source: string): number => PUBLISHED_ROWS.filter((row) => row.source === source).length;
    expect(PUBLISHED_SOURCES.map(({ id }) => count(id))).toEqual([12, 12, 12]);
    expect(NOT_MODELLED).toHaveLength(11);
    expect(new Set(PUBLISHED_ROWS.map((row) => row.id)).size).toBe(36);
    expect(publishedRow('srikar-ht/numa02_SMT/inverse').published).toBe(63.52);
    expect(() => publishedRow('numa02')).toThrow(RangeError);
  });

  it('are judged by the error of their source, then by their target', () => {
    const row = publishedRow('andrea/numa02/autonuma');
    const verdict = (...seconds: number[]): string => judge(row, seconds).verdict;
    expect(verdict(45.8)).toBe('within source');
    expect(verdict(43.7)).toBe('within target');
    expect(verdict(46.5)).toBe('miss');
    expect(verdict(43, 47)).toBe('within source');
    expect(judge(row, [44, 46])).toMatchObject({ mean: 45, min: 44, max: 46, ratio: 1, sd: Math.SQRT2 });
    expect(judge(row, [44]).sd).toBe(0);
    expect([seedsOf(row, 8), seedsOf(publishedRow('andrea/numa02/hard'), 8)]).toEqual([8, 2]);
  });
});

const measured = new Map<string, { seconds: number; gbps: number }>();

/** A row with seed 1, run once: its seconds, and the bytes its program writes over them. */
function measure(id: string): { seconds: number; gbps: number } {
  let known = measured.get(id);
  if (known === undefined) {
    const k = bootRow(publishedRow(id), 1);
    runToEnd(k);
    const seconds = elapsedSeconds(k);
    known = { seconds, gbps: totalBytes(k.programs) / seconds / 1e9 };
    measured.set(id, known);
  }
  return known;
}

describe('pure store bandwidth (benchmarks.md 0)', () => {
  it.each([
    ['andrea', 'hard', 20.3],
    ['andrea', 'inverse', 10.5],
    ['srikar', 'hard', 24.4],
    ['srikar', 'inverse', 13.5],
  ])('%s %s: the three programs agree on %d GB/s', (source, column, published) => {
    const rates = ['numa01', 'numa01_THREAD_ALLOC', 'numa02'].map(
      (name) => measure(`${source}/${name}/${column}`).gbps,
    );
    expect(Math.max(...rates) / Math.min(...rates)).toBeLessThan(1.025);
    for (const rate of rates) expect(Math.abs(rate / published - 1)).toBeLessThan(0.025);
  });
});

describe('the scoreboard in short', () => {
  // All bound and stock rows that are quick, with the one seed they need.
  const quick = PUBLISHED_ROWS.filter(
    (row) =>
      row.steady &&
      (row.source === 'srikar' || (row.workload.startsWith('numa02') && row.column !== 'inverse')),
  );
  it.each(quick.map((row) => [row.id, row] as const))('%s', (_, row) => {
    expect(Math.abs(measure(row.id).seconds / row.published - 1)).toBeLessThanOrEqual(row.target);
  });

  it('andrea/numa02/autonuma with four seeds, the same ones every time', () => {
    const row = publishedRow('andrea/numa02/autonuma');
    const told: number[] = [];
    const { ratio, seconds, sd } = runRow(row, 4, (seed, elapsed) => told.push(seed, elapsed));
    // Four seeds leave an error of the mean of half a deviation.
    expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(row.target + sd / 2 / row.published);
    expect(told).toEqual(seconds.flatMap((elapsed, i) => [i + 1, elapsed]));
    expect(measure(row.id).seconds).toBe(seconds[0]);
  });
});
