/** The scoreboard: run published rows on the model and judge how near they come. */
import type { Kernel } from '../kernel/kernel.ts';
import { bootWithKnobs } from './boot.ts';
import { bootFromExperiment } from './experiment.ts';
import type { ExperimentLike } from './experiment.ts';
import { elapsedSeconds, runToEnd } from './headless.ts';
import type { PublishedRow } from './published-rows.ts';

/** Within the error the source states, within the target of the project, or neither. */
export type Verdict = 'within source' | 'within target' | 'miss';

export interface RowResult {
  id: string;
  published: number;
  /** Elapsed seconds of each seed, 1 first. */
  seconds: number[];
  mean: number;
  min: number;
  max: number;
  /** Standard deviation of the sample; 0 for one seed. */
  sd: number;
  /** mean / published. */
  ratio: number;
  verdict: Verdict;
}

/** The experiment a row is, with a seed. */
export function experimentOfRow(row: PublishedRow, seed: number): ExperimentLike {
  return {
    machine: row.machine,
    workload: row.workload,
    variant: row.variant,
    parameters: {},
    policy: row.policy,
    autonumaVersion: row.version,
    noautonuma: false,
    thp: 'off',
    seed,
  };
}

/** Boot a row; it runs as the kernel is advanced. */
export function bootRow(row: PublishedRow, seed: number): Kernel {
  return bootWithKnobs(bootFromExperiment(experimentOfRow(row, seed)), {});
}

/** Elapsed seconds of a row with one seed. */
export function runRowOnce(row: PublishedRow, seed: number): number {
  const k = bootRow(row, seed);
  runToEnd(k);
  return elapsedSeconds(k);
}

/** Seeds a row is worth: nothing random acts on bound and stock rows, two show that. */
export function seedsOf(row: PublishedRow, seeds: number): number {
  return row.steady ? Math.min(2, seeds) : seeds;
}

/**
 * Run a row with the seeds 1, 2, ...
 * @param progress called after every seed
 */
export function runRow(
  row: PublishedRow,
  seeds: number,
  progress?: (seed: number, seconds: number) => void,
): RowResult {
  const seconds: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    seconds.push(runRowOnce(row, seed));
    progress?.(seed, seconds[seed - 1]);
  }
  return judge(row, seconds);
}

/** What a row's runs amount to. */
export function judge(row: PublishedRow, seconds: number[]): RowResult {
  const mean = seconds.reduce((sum, s) => sum + s, 0) / seconds.length;
  const squares = seconds.reduce((sum, s) => sum + (s - mean) * (s - mean), 0);
  const ratio = mean / row.published;
  const off = Math.abs(ratio - 1);
  return {
    id: row.id,
    published: row.published,
    seconds,
    mean,
    min: Math.min(...seconds),
    max: Math.max(...seconds),
    sd: seconds.length > 1 ? Math.sqrt(squares / (seconds.length - 1)) : 0,
    ratio,
    verdict: off <= row.tolerance ? 'within source' : off <= row.target ? 'within target' : 'miss',
  };
}
