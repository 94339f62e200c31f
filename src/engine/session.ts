/**
 * One experiment under way: the kernel, its edits in time order, and everything that watches it. Edits take effect between
 * two ticks, the moment the earlier one is over, whether they come from the experiment or from a person: so a recorded
 * run is the same run.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { advance, isFinished } from '../kernel/kernel.ts';
import { findKnob, readSysfs, sysfsKnobs, writeSysfs } from '../kernel/sysfs/sysfs.ts';
import type { Reply } from '../protocol/engine-api.ts';
import { type Experiment, isProcessPath } from '../protocol/experiment.ts';
import { bootWithKnobs } from '../scenarios/boot.ts';
import { resolveExperiment } from '../scenarios/experiment.ts';
import { editProcess } from '../scenarios/process-edits.ts';
import type { Workload } from '../workloads/workload.ts';
import { FrameWriter } from './frame-writer.ts';
import { Ledger } from './ledger.ts';
import { Marks } from './marks.ts';
import { Rates } from './rates.ts';
import { SAMPLE_TICKS, Series } from './series.ts';
import { Shares } from './shares.ts';
import { Sparks } from './sparks.ts';
import { Watcher } from './watcher.ts';

type Edit = Experiment['edits'][number];

/** Wall time after which the clock is looked at again, and how far a batch of ticks may grow to get there. */
const LOOK_MS = 0.25;
const MAX_BATCH = 256;

export class Session {
  readonly generation: number;
  readonly k: Kernel;
  readonly workload: Workload;
  readonly marks = new Marks();
  readonly shares = new Shares();
  readonly series = new Series();
  readonly rates: Rates;
  readonly watcher: Watcher;
  /** What was decided and why. */
  readonly ledger: Ledger;
  readonly frames: FrameWriter;
  /** Edits that took effect, with their ticks: what a link must hold to give this run again. */
  readonly applied: Edit[] = [];
  finished = false;
  /** What went wrong, '' when all is well: a failed tick ends the session, a failed edit does not. */
  problem = '';
  broken = false;
  /** Edits of the experiment that are still to come, in time order. */
  private readonly edits: Edit[];
  private nextEdit = 0;
  private batch = 1;

  /** Boot. @throws Error naming the field that is to blame */
  constructor(experiment: Experiment, generation: number) {
    const { boot, workload } = resolveExperiment(experiment);
    this.generation = generation;
    this.workload = workload;
    this.k = bootWithKnobs(boot, experiment.knobs);
    this.edits = [...experiment.edits].sort((a, b) => a.tick - b.tick);
    const sparks = new Sparks(this.k.memory.frames.node.length);
    this.rates = new Rates(this.k.machine.nodes.length);
    this.watcher = new Watcher(this.k, sparks, this.marks);
    this.ledger = new Ledger(this.k);
    this.frames = new FrameWriter(this.k, sparks, this.watcher, this.rates, this.shares);
    this.applyEdits();
    this.finished = isFinished(this.k);
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
      lookedMs = nowMs;
      if (nowMs >= deadlineMs) break;
    }
    return done;
  }

  /** Write a knob, or do something to a process (scenarios/process-edits.ts), now, between two ticks. */
  writeKnob(path: string, value: string): Reply<string> {
    if (isProcessPath(path)) {
      const done = editProcess(this.k, path, value);
      if (!done.ok) return done;
      this.applied.push({ tick: this.k.ticks, path, value });
      this.marks.edit(this.k, done.label);
      return { ok: true, value: done.value };
    }
    const knob = findKnob(this.k, path);
    const before = knob ? readSysfs(this.k, path) : null;
    const result = writeSysfs(this.k, path, value);
    if (!result.ok) return result;
    const canonical = knob?.path ?? path;
    const after = readSysfs(this.k, canonical) ?? value;
    this.applied.push({ tick: this.k.ticks, path: canonical, value });
    this.marks.knob(this.k, canonical, before ?? '', after);
    return { ok: true, value: after };
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

  /** Up to `ticks` ticks, not past the next sample or edit. @returns ticks simulated */
  private advance(ticks: number): number {
    const { k } = this;
    const from = k.ticks;
    let most = Math.min(ticks, SAMPLE_TICKS - (from % SAMPLE_TICKS), this.ledger.safeTicks);
    if (this.nextEdit < this.edits.length)
      most = Math.max(1, Math.min(most, this.edits[this.nextEdit].tick - from));
    try {
      advance(k, most);
      this.watcher.drain();
      this.ledger.drain();
      if (k.ticks % SAMPLE_TICKS === 0) {
        this.shares.sample(k);
        this.series.sample(k, this.shares.machine, this.shares.savedS);
      }
      this.applyEdits();
      this.finished = isFinished(k);
      return k.ticks - from;
    } catch (error) {
      // The state may be half changed: nothing can go on from here but a new boot.
      this.broken = true;
      this.problem = `The kernel model failed at ${(k.ticks / 1000).toFixed(3)} s: ${messageOf(error)}`;
      throw error;
    }
  }

  private applyEdits(): void {
    for (
      ;
      this.nextEdit < this.edits.length && this.edits[this.nextEdit].tick <= this.k.ticks;
      this.nextEdit++
    ) {
      const { path, value } = this.edits[this.nextEdit];
      const reply = this.writeKnob(path, value);
      if (!reply.ok) this.problem = `An edit of the experiment was refused: ${reply.error}`;
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
