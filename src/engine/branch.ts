/**
 * A branch: one way history went. It is what was booted and what was done to it, at which ticks; and it keeps what was seen on the way:
 * the records, which stay when time goes back, and checkpoints to go back to. A change in the past forks it: the fork begins with
 * everything up to there, and nothing is taken from the old one.
 */
import type { KernelSnapshot } from '../kernel/kernel.ts';
import type { Frozen } from '../kernel/freeze.ts';
import type { Output } from '../kernel/output.ts';
import type { Experiment } from '../protocol/experiment.ts';
import { Ledger } from './ledger.ts';
import { LogRecord } from './log-record.ts';
import { Marks } from './marks.ts';
import { Series } from './series.ts';
import { StepTicks } from './step-ticks.ts';

export type Edit = Experiment['edits'][number];

/** Everything as it was at a tick. */
export interface Checkpoint {
  readonly tick: number;
  /** How many of the branch's edits had taken effect. */
  readonly edits: number;
  readonly kernel: KernelSnapshot;
  /** What the observers knew, and what of the kernel's output is a total since boot (observer.ts). */
  readonly observed: Frozen;
  /** Memory it takes beyond what it shares with the checkpoint before it, about. */
  bytes: number;
}

export class Branch {
  readonly id: number;
  readonly parent: number | null;
  /** Where it left its parent; 0 for a boot. */
  readonly forkTick: number;
  /** Everything that was ever done on it, in time order; what is later than the present is still to come or to come again. */
  readonly edits: Edit[];
  /** How many edits the marks tell of. */
  markedEdits = 0;
  /** How far it has been simulated. */
  end = 0;
  /** Every program has exited at its end. */
  finished = false;
  readonly marks: Marks;
  readonly steps: StepTicks;
  readonly series: Series;
  readonly log: LogRecord;
  readonly ledger: Ledger;
  /** In time order. */
  readonly checkpoints: Checkpoint[] = [];

  constructor(id: number, edits: readonly Edit[], origin?: { branch: Branch; tick: number; output: Output }) {
    this.id = id;
    this.edits = [...edits].sort((a, b) => a.tick - b.tick);
    this.parent = origin?.branch.id ?? null;
    this.forkTick = origin?.tick ?? 0;
    this.marks = origin?.branch.marks.fork(origin.tick) ?? new Marks();
    this.steps = origin?.branch.steps.fork(origin.tick) ?? new StepTicks();
    this.series = origin?.branch.series.fork(origin.tick) ?? new Series();
    this.ledger = origin?.branch.ledger.fork(origin.tick) ?? new Ledger();
    this.log = origin?.branch.log.fork(origin.output.logCount) ?? new LogRecord();
  }

  /** Another branch from here on: `edits` are those in effect at `tick`. */
  fork(id: number, tick: number, edits: readonly Edit[], output: Output): Branch {
    const forked = new Branch(id, edits, { branch: this, tick, output });
    forked.end = tick;
    forked.markedEdits = edits.length;
    for (const checkpoint of this.checkpoints)
      if (checkpoint.tick <= tick) forked.checkpoints.push(checkpoint);
    return forked;
  }

  /** The last checkpoint at or before a tick. */
  checkpointAt(tick: number): Checkpoint | undefined {
    return this.checkpoints[this.placeOf(tick) - 1];
  }

  /** Insert a checkpoint; one at the same tick is replaced. @returns its place */
  insert(checkpoint: Checkpoint): number {
    const place = this.placeOf(checkpoint.tick);
    const replaces = this.checkpoints[place - 1]?.tick === checkpoint.tick;
    this.checkpoints.splice(replaces ? place - 1 : place, replaces ? 1 : 0, checkpoint);
    return replaces ? place - 1 : place;
  }

  /** How many checkpoints are not later than a tick. */
  private placeOf(tick: number): number {
    let low = 0;
    let high = this.checkpoints.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.checkpoints[middle].tick <= tick) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
