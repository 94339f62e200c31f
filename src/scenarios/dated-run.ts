/**
 * An experiment run without anybody watching, with everything that was done to it at its dates: the same states as on the
 * page, tick for tick.
 */
import { advance, isFinished, type Kernel } from '../kernel/kernel.ts';
import { writeSysfs } from '../kernel/sysfs/sysfs.ts';
import { bootWithKnobs } from './boot.ts';
import {
  DEFAULT_RESOLVERS,
  ExperimentError,
  resolveExperiment,
  type ExperimentLike,
  type Resolved,
  type Resolvers,
} from './experiment.ts';
import { editProcess } from './process-edits.ts';

/** An experiment with its knobs at boot, and what is done later. */
export interface DatedExperiment extends ExperimentLike {
  knobs: Record<string, string>;
  /** Knobs written, or things done to processes (process-edits.ts), each as soon as its tick is over. */
  edits: readonly { tick: number; path: string; value: string }[];
}

export class DatedRun {
  readonly k: Kernel;
  readonly resolved: Resolved;
  /** What the kernel said to edits that it refused; the run goes on without them. */
  readonly refused: string[] = [];
  private readonly edits: DatedExperiment['edits'];
  private nextEdit = 0;

  /** Boot. @throws ExperimentError naming the field */
  constructor(experiment: DatedExperiment, resolvers: Resolvers = DEFAULT_RESOLVERS) {
    this.resolved = resolveExperiment(experiment, resolvers);
    this.k = bootWithKnobs(this.resolved.boot, experiment.knobs);
    for (const { tick } of experiment.edits) {
      if (!Number.isInteger(tick) || tick < 0)
        throw new ExperimentError('edits', `edits: expected a tick from 0 on, got ${tick}`);
    }
    this.edits = [...experiment.edits].sort((a, b) => a.tick - b.tick);
    this.applyDue();
  }

  get finished(): boolean {
    return isFinished(this.k);
  }

  /** Up to `ticks` ticks further, not past the next edit. */
  advance(ticks: number): void {
    const next = this.edits[this.nextEdit]?.tick ?? Infinity;
    advance(this.k, Math.max(1, Math.min(ticks, next - this.k.ticks)));
    this.applyDue();
  }

  private applyDue(): void {
    const { k, edits } = this;
    for (; this.nextEdit < edits.length && edits[this.nextEdit].tick <= k.ticks; this.nextEdit++) {
      const { tick, path, value } = edits[this.nextEdit];
      const done = path.startsWith('proc/') ? editProcess(k, path, value) : writeSysfs(k, path, value);
      if (!done.ok) this.refused.push(`at ${tick / 1000} s: ${done.error}`);
    }
  }
}
