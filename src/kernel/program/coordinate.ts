/** How threads and processes of a program agree with one another: mutexes, barriers across processes, flags and conditions. */
import type { Kernel } from '../kernel-state.ts';
import { sleepOn, wakeUp } from '../sched/sched.ts';
import { type Mutex, type Process, type Task, TASK_DEAD } from '../sched/task.ts';
import type { Nanoseconds } from '../units.ts';
import { wakeWaiting } from './lifecycle.ts';
import type { Condition } from './program.ts';

function rootOf(k: Kernel, task: Task): Process {
  return k.processes[k.processes[task.process].root];
}

/** Arrive at a barrier of the whole program; the last one wakes the others in the order of their processes and threads. */
export function arriveShared(k: Kernel, task: Task, id: number, parties: number): void {
  const root = rootOf(k, task);
  while (root.sharedBarriers.length <= id) root.sharedBarriers.push(0);
  root.sharedBarriers[id]++;
  if (root.sharedBarriers[id] < parties) {
    sleepOn(k, task, 'shared-barrier');
    return;
  }
  root.sharedBarriers[id] = 0;
  for (const process of k.processes)
    if (process.root === root.index) wakeWaiting(k, process, 'shared-barrier', task.cpu);
}

function mutexOf(k: Kernel, task: Task, id: number): Mutex {
  const { mutexes } = k.processes[task.process];
  while (mutexes.length <= id) mutexes.push({ owner: -1, waiters: [] });
  return mutexes[id];
}

/** Take a mutex, or sleep until it is handed over. Taking one that is free costs nothing worth counting. */
export function lockMutex(k: Kernel, task: Task, id: number): void {
  const mutex = mutexOf(k, task, id);
  if (mutex.owner < 0) {
    mutex.owner = task.id;
    return;
  }
  mutex.waiters.push(task.id);
  sleepOn(k, task, 'mutex');
}

/** Hand a mutex to whoever has waited longest. A thread that does not hold it changes nothing. */
export function unlockMutex(k: Kernel, task: Task, id: number): void {
  const mutex = mutexOf(k, task, id);
  if (mutex.owner !== task.id) return;
  mutex.owner = -1;
  while (mutex.waiters.length > 0) {
    const next = k.tasks[mutex.waiters.shift()!];
    if (next.state === TASK_DEAD) continue;
    mutex.owner = next.id;
    next.program.waiting = 'none';
    wakeUp(k, next, task.cpu);
    return;
  }
}

export function raiseFlag(k: Kernel, task: Task, flag: number): void {
  const { flags } = rootOf(k, task);
  while (flags.length <= flag) flags.push(0);
  flags[flag] = 1;
}

/** Does a condition hold for a thread at this time? */
export function holds(k: Kernel, task: Task, condition: Condition, nowNs: Nanoseconds): boolean {
  switch (condition.is) {
    case 'elapsed': {
      const since = task.program.notedNs[condition.note];
      return since >= 0 && nowNs - since >= condition.ns;
    }
    case 'raised':
      return rootOf(k, task).flags[condition.flag] === 1;
    case 'on':
      return condition.cpus.includes(task.cpu);
    case 'gathered':
      return gathered(k, k.processes[task.process].parent, condition.note);
  }
}

/** The threads of each child of `parent` noted CPUs of one node, and none has still to. */
function gathered(k: Kernel, parent: number, note: number): boolean {
  for (const process of k.processes) {
    if (process.parent !== parent) continue;
    let node = -1;
    for (const id of process.threads) {
      const { notedCpu } = k.tasks[id].program;
      if (notedCpu.length <= note) continue;
      if (notedCpu[note] < 0) return false;
      const here = k.machine.cpus[notedCpu[note]].node;
      if (node >= 0 && here !== node) return false;
      node = here;
    }
  }
  return true;
}
