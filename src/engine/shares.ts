/**
 * How local accesses are: of each task and process over the last 100 simulated ms, and of the whole machine; and what
 * AutoNUMA has saved so far, against the placement it found.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';
import type { Observer } from './observer.ts';

/** How fast the time per byte before the first move is learned: about a second of samples. */
const BASELINE_GAIN = 0.1;

/** Growth of the number of running threads from which on the baseline is learned anew. */
const CROWD_GROWTH = 1.2;
/** Called every 100 ticks. */
const SAMPLE_NS = 100_000_000;

export class Shares implements Observer {
  /** Share of the bytes of the last sample that were local; a task keeps its last share while it moves none. */
  machine = 1;
  /** CPU seconds of memory access that better placement has saved (nearer memory, less crowded controllers); may be negative. */
  savedS = 0;
  private tasks = new Float64Array(64 * 3);
  private processes = new Float64Array(16 * 3);
  private lastAccessNs = 0;
  /** CPU time per byte of access under the placement found. */
  private timePerByte = 0;
  /** Threads that were running when it was learned. */
  private threads = 0;
  private sampled = false;

  /** Local share of a task, 0..1; 1 before it has touched anything. */
  task(id: number): number {
    return id * 3 < this.tasks.length ? 1 - this.tasks[id * 3 + 2] : 1;
  }

  process(index: number): number {
    return index * 3 < this.processes.length ? 1 - this.processes[index * 3 + 2] : 1;
  }

  /** Called every 100 ticks. */
  sample(k: Kernel): void {
    this.tasks = grown(this.tasks, k.tasks.length);
    this.processes = grown(this.processes, k.processes.length);
    for (const task of k.tasks) note(this.tasks, task.id, task.localBytes, task.remoteBytes);
    let local = 0;
    let remote = 0;
    for (const process of k.processes) {
      const at = process.index * 3;
      local += process.localBytes - this.processes[at];
      remote += process.remoteBytes - this.processes[at + 1];
      note(this.processes, process.index, process.localBytes, process.remoteBytes);
    }
    if (local + remote > 0) this.machine = local / (local + remote);
    this.account(k, local + remote);
  }

  save(): object {
    const { machine, savedS, tasks, processes, lastAccessNs, timePerByte, threads, sampled } = this;
    return { machine, savedS, tasks, processes, lastAccessNs, timePerByte, threads, sampled };
  }

  restore(saved: object): void {
    Object.assign(this, saved);
  }

  private account(k: Kernel, bytes: number): void {
    const spent = k.bill.accessNs - this.lastAccessNs;
    this.lastAccessNs = k.bill.accessNs;
    if (bytes === 0) return;
    const threads = spent / SAMPLE_NS;
    const touched = k.counters.pgmigrate_success > 0 || k.counters.task_moves_autonuma > 0;
    // More threads crowd each other whatever the placement: what they cost together is learned anew.
    const crowded = threads > this.threads * CROWD_GROWTH;
    if (!touched || crowded) {
      // Nothing has been moved yet: this is the placement that the savings are measured against.
      if (crowded) this.threads = threads;
      const gain = this.sampled && !crowded ? BASELINE_GAIN : 1;
      this.timePerByte += (spent / bytes - this.timePerByte) * gain;
      this.sampled = true;
      return;
    }
    this.savedS += (this.timePerByte * bytes - spent) / NS_PER_SECOND;
  }
}

function grown(array: Float64Array<ArrayBuffer>, entries: number): Float64Array<ArrayBuffer> {
  if (entries * 3 <= array.length) return array;
  const next = new Float64Array(entries * 6);
  next.set(array);
  return next;
}

/** Entry: local bytes, remote bytes, remote share of what came since. */
function note(entries: Float64Array, index: number, local: number, remote: number): void {
  const at = index * 3;
  const newLocal = local - entries[at];
  const newRemote = remote - entries[at + 1];
  if (newLocal + newRemote > 0) entries[at + 2] = newRemote / (newLocal + newRemote);
  entries[at] = local;
  entries[at + 1] = remote;
}
