/** How local accesses are: of each task and process over the last 100 simulated ms, and of the whole machine. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Observer } from './observer.ts';

export class Shares implements Observer {
  /** Share of the bytes of the last sample that were local; a task keeps its last share while it moves none. */
  machine = 1;
  private tasks = new Float64Array(64 * 3);
  private processes = new Float64Array(16 * 3);

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
  }

  save(): object {
    const { machine, tasks, processes } = this;
    return { machine, tasks, processes };
  }

  restore(saved: object): void {
    Object.assign(this, saved);
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
