/** Run queues: who is on them, in what order, and what others may ask about them. */
import type { Kernel } from '../kernel-state.ts';
import type { CpuId, Nanoseconds, NodeId, TaskId } from '../units.ts';
import type { RunQueue } from './state.ts';
import { endSteady } from './steady.ts';
import type { Task } from './task.ts';

/** The task that runs on a CPU, null when it is idle. */
export function currentOn(k: Kernel, cpu: CpuId): Task | null {
  const id = k.sched.queues[cpu].current;
  return id < 0 ? null : k.tasks[id];
}

/** True when somebody asked this CPU to pass through schedule(). */
export function needsSchedule(k: Kernel, cpu: CpuId): boolean {
  return k.sched.queues[cpu].needResched !== 0;
}

/** Ask a CPU to pass through schedule() (resched_task). */
export function requestSchedule(k: Kernel, cpu: CpuId): void {
  endSteady(k, cpu);
  k.sched.queues[cpu].needResched = 1;
}

/** idle_cpu (kernel/sched/core.c 3.3): nothing runs or waits here. */
export function isIdle(k: Kernel, cpu: CpuId): boolean {
  return k.sched.queues[cpu].nrRunning === 0;
}

/** How long nothing has run on this CPU, 0 when something does. */
export function idleForNs(k: Kernel, cpu: CpuId): Nanoseconds {
  const since = k.sched.queues[cpu].idleSinceNs;
  return since < 0 ? 0 : k.nowNs - since;
}

/** rq.avg_idle: the decayed average of idle gaps, at most twice the migration cost. */
export function averageIdleNs(k: Kernel, cpu: CpuId): Nanoseconds {
  return k.sched.queues[cpu].avgIdleNs;
}

/** Runnable tasks of a CPU, the running one included (rq.nr_running). */
export function runnableOn(k: Kernel, cpu: CpuId): number {
  return k.sched.queues[cpu].nrRunning;
}

/** Weight of the runnable tasks of a CPU (weighted_cpuload). */
export function loadOf(k: Kernel, cpu: CpuId): number {
  return k.sched.queues[cpu].loadWeight;
}

/** cpu_to_node. */
export function nodeOf(k: Kernel, cpu: CpuId): NodeId {
  return k.sched.queues[cpu].node;
}

/** May the task run on this CPU (tsk_cpus_allowed)? */
export function isAllowed(task: Task, cpu: CpuId): boolean {
  return task.affinity === null || task.affinity[cpu] !== 0;
}

/** Insert a waiting task by vruntime, behind its equals (__enqueue_entity). */
export function insertWaiting(k: Kernel, rq: RunQueue, task: Task): void {
  const { queue } = rq;
  const { vruntime } = task.sched;
  let at = queue.length;
  queue.push(task.id);
  while (at > 0 && k.tasks[queue[at - 1]].sched.vruntime > vruntime) {
    queue[at] = queue[at - 1];
    at--;
  }
  queue[at] = task.id;
}

/** Take an id out of a short array. */
export function removeId(ids: TaskId[], id: TaskId): void {
  const at = ids.indexOf(id);
  for (let i = at; i < ids.length - 1; i++) ids[i] = ids[i + 1];
  ids.pop();
}

/** update_min_vruntime (kernel/sched/fair.c 3.3): follows the smallest vruntime, never back. */
export function updateMinVruntime(k: Kernel, rq: RunQueue): void {
  let least: number;
  if (rq.current >= 0) {
    least = k.tasks[rq.current].sched.vruntime;
    if (rq.queue.length > 0) least = Math.min(least, k.tasks[rq.queue[0]].sched.vruntime);
  } else if (rq.queue.length > 0) {
    least = k.tasks[rq.queue[0]].sched.vruntime;
  } else {
    return;
  }
  if (least > rq.minVruntime) rq.minVruntime = least;
}

/** enqueue_entity and account_entity_enqueue: a task whose vruntime is set joins the waiting ones. */
export function enqueue(k: Kernel, rq: RunQueue, task: Task): void {
  endSteady(k, rq.cpu);
  task.sched.onRq = 1;
  k.sched.changes++;
  rq.nrRunning++;
  rq.loadWeight += task.sched.weight;
  rq.cpuLoadSettled = 0;
  rq.tasks.push(task.id);
  insertWaiting(k, rq, task);
}

/** dequeue_entity and account_entity_dequeue; a running task leaves its CPU without a current one. */
export function dequeue(k: Kernel, rq: RunQueue, task: Task): void {
  endSteady(k, rq.cpu);
  task.sched.onRq = 0;
  k.sched.changes++;
  rq.nrRunning--;
  rq.loadWeight -= task.sched.weight;
  rq.cpuLoadSettled = 0;
  removeId(rq.tasks, task.id);
  if (rq.current === task.id) {
    rq.current = -1;
    rq.needResched = 1;
  } else {
    removeId(rq.queue, task.id);
  }
  updateMinVruntime(k, rq);
}

/** deactivate_task: a task that sleeps or dies (the caller has set its state) leaves its queue. */
export function deactivate(k: Kernel, task: Task): void {
  if (task.sched.onRq !== 0) dequeue(k, k.sched.queues[task.cpu], task);
}

/**
 * update_cpu_load (kernel/sched/core.c 3.3): once a tick the averages over 1, 2 and 4 ticks move towards the load. On a CPU whose load
 * has not changed for long they stand still and nothing is done.
 */
export function updateCpuLoad(k: Kernel, rq: RunQueue): void {
  k.sched.changes++;
  const { cpuLoad, loadWeight } = rq;
  cpuLoad[0] = loadWeight;
  let settled = 1;
  for (let i = 1; i < cpuLoad.length; i++) {
    const scale = 1 << i;
    const old = cpuLoad[i];
    // A rising average is rounded up, or it would never arrive.
    const rounding = loadWeight > old ? scale - 1 : 0;
    cpuLoad[i] = Math.floor((old * (scale - 1) + loadWeight + rounding) / scale);
    if (cpuLoad[i] !== loadWeight) settled = 0;
  }
  rq.cpuLoadSettled = settled;
}

/** source_load: a low guess of a CPU's load, so that balancing takes from it only what is surely there. */
export function sourceLoad(rq: RunQueue, idx: number): number {
  return idx === 0 ? rq.loadWeight : Math.min(rq.cpuLoad[idx - 1], rq.loadWeight);
}

/** target_load: a high guess of a CPU's load. */
export function targetLoad(rq: RunQueue, idx: number): number {
  return idx === 0 ? rq.loadWeight : Math.max(rq.cpuLoad[idx - 1], rq.loadWeight);
}
