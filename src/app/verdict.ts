/** What the runs of a published row amount to: pure, the same rule as the command line's `published`. */
import type { PublishedRowInfo } from '../protocol/published.ts';

/** Within the error the source states, within the target of the project, neither, or not run. */
export type Verdict = 'source' | 'target' | 'miss' | 'none';

export interface Score {
  runs: number;
  mean: number;
  min: number;
  max: number;
  /** mean / published. */
  ratio: number;
  verdict: Verdict;
}

/** Judge a row by the seconds of its runs; null when there are none. */
export function scoreOf(
  row: Pick<PublishedRowInfo, 'published' | 'tolerance' | 'target'>,
  seconds: readonly number[],
): Score | null {
  if (seconds.length === 0) return null;
  const mean = seconds.reduce((sum, each) => sum + each, 0) / seconds.length;
  const ratio = mean / row.published;
  const off = Math.abs(ratio - 1);
  return {
    runs: seconds.length,
    mean,
    min: Math.min(...seconds),
    max: Math.max(...seconds),
    ratio,
    verdict: off <= row.tolerance ? 'source' : off <= row.target ? 'target' : 'miss',
  };
}

/** A verdict in a sign and in words: colour alone tells nobody. */
export const VERDICTS: Record<Verdict, { sign: string; words: string }> = {
  source: { sign: '✓✓', words: 'within source tolerance' },
  target: { sign: '✓', words: 'within target' },
  miss: { sign: '✗', words: 'miss' },
  none: { sign: '·', words: 'not run' },
};

/** One run to do. */
export interface Job {
  id: string;
  seed: number;
}

/**
 * What is left to run for so many seeds, all rows once before any row twice. A steady row says with one seed what it has
 * to say.
 */
export function missingJobs(
  rows: readonly Pick<PublishedRowInfo, 'id' | 'steady'>[],
  done: (id: string) => readonly number[],
  seeds: number,
): Job[] {
  const jobs: Job[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    for (const { id, steady } of rows) {
      if ((seed === 1 || !steady) && !done(id).includes(seed)) jobs.push({ id, seed });
    }
  }
  return jobs;
}
