/** One run of `lab sweep`: from the boot to the end of its programs, or to a limit. */
import { advance, isFinished, stateHash, type Kernel } from '../kernel/kernel.ts';
import type { Experiment } from '../protocol/experiment.ts';
import type { RunFigures } from '../protocol/runs.ts';
import { bootWithKnobs } from '../scenarios/boot.ts';
import { resolveExperiment } from '../scenarios/experiment.ts';
import { figuresOf, LocalShareRecorder } from '../scenarios/figures.ts';

/** What a child process is given; files have been read into the experiment. */
export interface SweepTask {
  experiment: Experiment;
  limitTicks: number;
}

export interface SweepResult {
  finished: boolean;
  ticks: number;
  stateHash: string;
  figures: RunFigures;
  local: { t_s: number[]; share: number[] };
}

/** The local share is sampled once a simulated second. */
const SAMPLE_TICKS = 1000;

/** The kernel of a cell before its first tick. @throws ExperimentError */
export function bootCell(experiment: Experiment): Kernel {
  return bootWithKnobs(resolveExperiment(experiment).boot, experiment.knobs);
}

/** Run a cell. */
export function runCell({ experiment, limitTicks }: SweepTask): SweepResult {
  const k = bootCell(experiment);
  const local = new LocalShareRecorder();
  while (!isFinished(k) && k.ticks < limitTicks) {
    advance(k, Math.min(SAMPLE_TICKS - (k.ticks % SAMPLE_TICKS), limitTicks - k.ticks));
    local.sample(k);
  }
  return {
    finished: isFinished(k),
    ticks: k.ticks,
    stateHash: stateHash(k),
    figures: figuresOf(k),
    local: { t_s: local.t_s, share: local.share },
  };
}
