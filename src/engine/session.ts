/**
 * One experiment under way: the kernel, its edits in time order, and everything that watches it. Edits take effect between
 * two ticks, the moment the earlier one is over, whether they come from the experiment or from a person: so a recorded
 * run is the same run. Time can be turned back to any tick ever simulated: to the checkpoint before it, and on from there.
 */
import { freeze, thaw } from '../kernel/freeze.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { advance, isFinished, restore, snapshot } from '../kernel/kernel.ts';
import { findKnob, readSysfs, sysfsKnobs, writeSysfs } from '../kernel/sysfs/sysfs.ts';
import type { InvariantId } from '../kernel/watched-invariants.ts';
import type { Reply } from '../protocol/engine-api.ts';
import { type Experiment, isProcessPath } from '../protocol/experiment.ts';
import { bootWithKnobs } from '../scenarios/boot.ts';
import { resolveExperiment } from '../scenarios/experiment.ts';
import { editProcess } from '../scenarios/process-edits.ts';
import type { Workload } from '../workloads/workload.ts';
import { Branch, type Checkpoint } from './branch.ts';
import { checkpointBytes, Checkpoints } from './checkpoints.ts';
import { FrameWriter } from './frame-writer.ts';
import { Bills } from './bills.ts';
import { corrupt } from './corrupt.ts';
import type { Replay } from './first-violation.ts';
import { Lamps } from './lamps.ts';
import type { Ledger } from './ledger.ts';
import type { Marks } from './marks.ts';
import type { Observer } from './observer.ts';
import { Rates } from './rates.ts';
import { SAMPLE_TICKS, type Series } from './series.ts';
import { Shares } from './shares.ts';
import { Sparks } from './sparks.ts';
import { Watcher } from './watcher.ts';

/** Wall time after which the clock is looked at again, and how far a batch of ticks may grow to get there. */
const LOOK_MS = 0.25;
const MAX_BATCH = 256;

/** Wall time that going on from one checkpoint to the next may take, and what share of all work checkpoints may be. */
const CHECKPOINT_WORK_MS = 20;
const CHECKPOINT_SHARE = 0.1;

export class Session {
  readonly generation: number;
  readonly experiment: Experiment;
  readonly k: Kernel;
  readonly workload: Workload;
  readonly shares = new Shares();
  readonly rates: Rates;
  readonly watcher: Watcher;
  readonly bills = new Bills();
  readonly lamps = new Lamps();
  /** What a test has spoilt on purpose. */
  readonly corruptions: { tick: number; id: InvariantId }[] = [];
  readonly frames: FrameWriter;
  finished = false;
  /** What went wrong, '' when all is well: a failed tick ends the session, a failed edit does not. */
  problem = '';
  broken = false;
  /** Counts jumps in time: what was read of the log before is not what comes before what will be read. */
  jumps = 0;
  private current: Branch;
  private readonly checkpoints: Checkpoints;
  private readonly sparks: Sparks;
  private readonly observers: Record<string, Observer>;
  /** Edits of the branch that have taken effect. */
  private applied = 0;
  private batch = 1;
  /** Wall time worked since the checkpoint at or before the present, which was at `workTick`, and what making one costs. */
  private workMs = 0;
  private workTick = 0;
  private checkpointMs = 0;

  /**
   * Boot. @throws Error naming the field that is to blame
   * @param branch what is known of this experiment already; else one without a past
   */
  constructor(
    experiment: Experiment,
    generation: number,
    branch = new Branch(generation, experiment.edits),
    checkpoints = new Checkpoints(),
  ) {
    const { boot, workload } = resolveExperiment(experiment);
    this.experiment = experiment;
    this.generation = generation;
    this.workload = workload;
    this.k = bootWithKnobs(boot, experiment.knobs);
    this.current = branch;
    this.checkpoints = checkpoints;
    this.sparks = new Sparks(this.k.memory.frames.node.length);
    this.rates = new Rates(this.k.machine.nodes.length);
    this.watcher = new Watcher(this.k, this.sparks);
    this.frames = new FrameWriter(this.k, this.sparks, this.watcher, this.rates, this.shares);
    this.observers = { rates: this.rates, shares: this.shares, bills: this.bills, watcher: this.watcher };
    this.ledger.jump(this.k);
    checkpoints.adopt(branch);
    if (branch.checkpoints.length === 0) this.checkpoint();
    this.applyEdits();
    this.finished = isFinished(this.k);
  }

  /** The branch that time is on. */
  get branch(): Branch {
    return this.current;
  }

  /** What was decided and why. */
  get ledger(): Ledger {
    return this.current.ledger;
  }

  get marks(): Marks {
    return this.current.marks;
  }

  get series(): Series {
    return this.current.series;
  }

  /**
   * Run up to `ticks` ticks, until `deadlineMs`, until the programs are over or until `stop` says so after a tick.
   * @returns ticks simulated
   */
  run(ticks: number, now: () => number, deadlineMs: number, stop: (() => boolean) | null = null): number {
    let done = 0;
    let lookedMs = now();
    while (done < ticks && !this.finished && !this.broken) {
      const until = Math.min(ticks, done + this.batch);
      while (done < until) {
        done += this.advance(stop === null ? until - done : 1);
        if (this.finished || stop?.()) return done;
      }
      // Reading the clock costs as much as a quiet tick: look every quarter of a millisecond, however many ticks that is.
      const nowMs = now();
      if (nowMs - lookedMs < LOOK_MS) this.batch = Math.min(MAX_BATCH, this.batch * 2);
      else if (nowMs - lookedMs > 4 * LOOK_MS) this.batch = Math.max(1, this.batch >> 2);
      else this.batch = Math.max(1, this.batch - 1);
      this.workMs += nowMs - lookedMs;
      lookedMs = nowMs;
      if (this.isCheckpointDue()) {
        this.checkpoint();
        lookedMs = now();
        this.checkpointMs =
          this.checkpointMs === 0 ? lookedMs - nowMs : (this.checkpointMs * 3 + lookedMs - nowMs) / 4;
      }
      if (lookedMs >= deadlineMs) break;
    }
    return done;
  }

  /**
   * Turn time to the latest known moment that is not after `tick`: to a checkpoint, or not at all if the present is a better start.
   * `run` does the rest.
   */
  approach(tick: number): void {
    const from = this.current.checkpointAt(tick);
    const { ticks } = this.k;
    if (!from || (ticks <= tick && ticks >= from.tick && !this.broken)) return;
    this.restore(from);
  }

  /** Nothing that was on the way at this moment is to be shown as news. */
  skipEvents(): void {
    this.frames.skipEvents();
  }

  /**
   * Write a knob, or do something to a process (scenarios/process-edits.ts), now, between two ticks. In the past this forks: time is
   * then on a new branch.
   */
  writeKnob(path: string, value: string): Reply<string> {
    const done = this.write(path, value);
    if (!done.ok) return done;
    const { ticks, output } = this.k;
    if (ticks < this.current.end) {
      const edits = this.current.edits.slice(0, this.applied);
      this.current = this.current.fork(this.checkpoints.nextId, ticks, edits, output);
      this.checkpoints.adopt(this.current);
    }
    this.current.finished = false;
    this.current.edits.splice(this.applied++, 0, { tick: ticks, path: done.path, value });
    this.current.markedEdits++;
    this.marks.edit(this.k, done.label);
    this.observeEdit(true);
    return { ok: true, value: done.value };
  }

  /** Value of every knob there is in this boot. */
  knobs(): Record<string, string> {
    const values: Record<string, string> = {};
    for (const { path } of sysfsKnobs(this.k.autonuma.version.name)) {
      const value = readSysfs(this.k, path);
      if (value !== null) values[path] = value;
    }
    return values;
  }

  /** Do an edit to the kernel. @returns the path as the kernel has it, what to answer, and what to call it on the timeline */
  private write(
    path: string,
    value: string,
  ): { ok: true; path: string; value: string; label: string } | { ok: false; error: string } {
    if (isProcessPath(path)) {
      const done = editProcess(this.k, path, value);
      return done.ok ? { ...done, path } : done;
    }
    const knob = findKnob(this.k, path);
    const before = knob ? readSysfs(this.k, path) : null;
    const result = writeSysfs(this.k, path, value);
    if (!result.ok) return result;
    const canonical = knob?.path ?? path;
    const after = readSysfs(this.k, canonical) ?? value;
    const label = `${canonical.slice(canonical.lastIndexOf('/') + 1)} ${before ?? ''} → ${after}`;
    return { ok: true, path: canonical, value: after, label };
  }

  /** Up to `ticks` ticks, not past the next sample, edit, or the end of what is known. @returns ticks simulated */
  private advance(ticks: number): number {
    const { k, current, watcher } = this;
    const from = k.ticks;
    let most = Math.min(ticks, SAMPLE_TICKS - (from % SAMPLE_TICKS));
    if (this.applied < current.edits.length)
      most = Math.max(1, Math.min(most, current.edits[this.applied].tick - from));
    const isNew = from >= current.end;
    if (!isNew) most = Math.min(most, current.end - from);
    try {
      watcher.beforeAdvance();
      advance(k, most);
      watcher.drain(isNew ? current : null);
      current.ledger.drain(k, isNew);
      if (k.ticks % SAMPLE_TICKS === 0) {
        this.rates.sample(k, watcher);
        this.shares.sample(k);
        this.bills.sample(k);
        this.series.sample(k, this.shares.machine, this.bills.savedS);
      }
      current.log.record(k.output);
      if (isNew) current.end = k.ticks;
      this.applyEdits();
      this.finished = isFinished(k);
      if (isNew) current.finished = this.finished;
      return k.ticks - from;
    } catch (error) {
      // The state may be half changed: nothing can go on from here but a new boot.
      this.broken = true;
      this.problem = `The kernel model failed at ${(k.ticks / 1000).toFixed(3)} s: ${messageOf(error)}`;
      throw error;
    }
  }

  private applyEdits(): void {
    const { current } = this;
    while (this.applied < current.edits.length && current.edits[this.applied].tick <= this.k.ticks) {
      const { path, value } = current.edits[this.applied];
      const done = this.write(path, value);
      if (!done.ok) {
        this.problem = `An edit of the experiment was refused: ${done.error}`;
        current.edits.splice(this.applied, 1);
        continue;
      }
      const isNew = ++this.applied > current.markedEdits;
      if (isNew) {
        current.edits[this.applied - 1] = { tick: this.k.ticks, path: done.path, value };
        current.markedEdits = this.applied;
        this.marks.edit(this.k, done.label);
      }
      this.observeEdit(isNew);
    }
  }

  /** An edit may have made the kernel trace or log. */
  private observeEdit(isNew: boolean): void {
    this.watcher.drain(isNew ? this.current : null);
    this.ledger.drain(this.k, isNew);
    this.current.log.record(this.k.output);
  }

  // Invariants ---------------------------------------------------------------------------------------------------------

  /** Spoil the state: for tests of the lamps. */
  corrupt(id: InvariantId): void {
    this.corruptions.push({ tick: this.k.ticks, id });
    corrupt(this.k, id);
  }

  /** Another kernel at the latest known moment that is not after a tick, and what happened to this one from there on. */
  replayFrom(tick: number): Replay {
    const k = bootWithKnobs(resolveExperiment(this.experiment).boot, this.experiment.knobs);
    const from = this.current.checkpointAt(tick);
    if (from) restore(k, from.kernel);
    return {
      k,
      edits: this.current.edits.slice(from?.edits ?? 0),
      write: (path, value) =>
        void (isProcessPath(path) ? editProcess(k, path, value) : writeSysfs(k, path, value)),
      corruptions: this.corruptions.filter((spoilt) => spoilt.tick >= k.ticks),
    };
  }

  // Checkpoints --------------------------------------------------------------------------------------------------------

  private isCheckpointDue(): boolean {
    const spacing = Math.max(CHECKPOINT_WORK_MS, this.checkpointMs / CHECKPOINT_SHARE);
    if (this.workMs < spacing || this.broken || this.checkpoints.limit === 0) return false;
    // One that was passed on the way counts: what was worked before it does not matter any more.
    const { ticks } = this.k;
    const last = this.current.checkpointAt(ticks)?.tick ?? 0;
    if (last > this.workTick) {
      this.workMs *= (ticks - last) / Math.max(1, ticks - this.workTick);
      this.workTick = last;
    }
    return this.workMs >= spacing;
  }

  /** Remember the present. */
  private checkpoint(): void {
    const { k, current } = this;
    const before = current.checkpointAt(k.ticks);
    const checkpoint: Checkpoint = {
      tick: k.ticks,
      edits: this.applied,
      kernel: snapshot(k, before?.kernel),
      observed: freeze(this.observed(), before?.observed),
      bytes: 0,
    };
    checkpoint.bytes = checkpointBytes(checkpoint, before);
    this.checkpoints.keep(current, checkpoint, k.ticks);
    this.workMs = 0;
    this.workTick = k.ticks;
  }

  private observed(): Observed {
    const { logCount, processBill } = this.k.output;
    const saved: Record<string, object> = {};
    for (const [name, observer] of Object.entries(this.observers)) saved[name] = observer.save();
    return { logCount, processBill, saved };
  }

  private restore(checkpoint: Checkpoint): void {
    const { k } = this;
    restore(k, checkpoint.kernel);
    const { logCount, processBill, saved } = thaw(checkpoint.observed) as Observed;
    this.current.log.rewind(k.output, logCount);
    k.output.processBill = processBill;
    for (const [name, observer] of Object.entries(this.observers)) observer.restore(saved[name]);
    this.ledger.jump(k);
    this.frames.forget();
    this.frames.skipEvents();
    this.applied = checkpoint.edits;
    this.workMs = 0;
    this.workTick = k.ticks;
    this.broken = false;
    this.problem = '';
    this.jumps++;
    this.applyEdits();
    this.finished = isFinished(k);
  }
}

/** What a checkpoint holds beside the kernel's state. */
interface Observed {
  logCount: number;
  processBill: Float64Array;
  saved: Record<string, object>;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
