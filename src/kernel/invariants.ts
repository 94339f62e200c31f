/**
 * What must hold between any two ticks, whatever runs and whoever turns knobs. A slow look at everything: for tests, and for whoever
 * suspects the model.
 */
import { checkQueues } from './balancing/autonuma/invariants.ts';
import type { Kernel } from './kernel-state.ts';
import { checkFrames, checkTables } from './mm/invariants.ts';
import { NUMASTAT_ITEMS } from './mm/state.ts';
import { TASK_DEAD, TASK_RUNNABLE, TASK_SLEEPING } from './sched/task.ts';
import { TICK_NS } from './units.ts';

/** Says that something is wrong, in words. */
export type Report = (violation: string) => void;

/** More violations than these say nothing new. */
const MOST_REPORTED = 50;

/**
 * Check the whole state of a kernel.
 * @returns each violated invariant in words; empty when all is well
 */
export function checkInvariants(k: Kernel): string[] {
  const found: string[] = [];
  const report: Report = (violation) => {
    if (found.length < MOST_REPORTED) found.push(`tick ${k.ticks}: ${violation}`);
  };
  checkFrames(k, report);
  checkTables(k, report);
  checkQueues(k, report);
  checkRunQueues(k, report);
  checkProcesses(k, report);
  checkStatistics(k, report);
  checkCounters(k, report);
  return found;
}

/** A task is on one CPU: each runnable one on exactly one run queue that it may use, all others on none. */
export function checkRunQueues(k: Kernel, report: Report): void {
  const seenOn = new Map<number, number>();
  for (const rq of k.sched.queues) {
    const members = rq.current >= 0 ? [rq.current, ...rq.queue] : rq.queue;
    if (members.length !== rq.nrRunning) {
      report(`cpu ${rq.cpu} counts ${rq.nrRunning} runnable tasks and holds ${members.length}`);
    }
    if ([...members].sort().join() !== [...rq.tasks].sort().join()) {
      report(`cpu ${rq.cpu}: the timeline and the task list hold different tasks`);
    }
    let weight = 0;
    for (const id of members) {
      const task = k.tasks[id];
      if (seenOn.has(id)) report(`task ${id} is on cpu ${seenOn.get(id)} and on cpu ${rq.cpu}`);
      seenOn.set(id, rq.cpu);
      if (task.cpu !== rq.cpu) report(`task ${id} is on cpu ${rq.cpu} but says cpu ${task.cpu}`);
      if (task.affinity !== null && task.affinity[rq.cpu] === 0) {
        report(`task ${id} is on cpu ${rq.cpu}, which it may not use`);
      }
      if (task.state !== TASK_RUNNABLE) report(`task ${id} is on cpu ${rq.cpu} but not runnable`);
      if (task.sched.onRq !== 1) report(`task ${id} is on cpu ${rq.cpu} but does not know it`);
      weight += task.sched.weight;
    }
    if (weight !== rq.loadWeight)
      report(`cpu ${rq.cpu} counts a load of ${rq.loadWeight}, its tasks weigh ${weight}`);
    for (let i = 1; i < rq.queue.length; i++) {
      if (k.tasks[rq.queue[i - 1]].sched.vruntime > k.tasks[rq.queue[i]].sched.vruntime) {
        report(`cpu ${rq.cpu}: waiting tasks are not in order of vruntime`);
      }
    }
    if (rq.current < 0 && rq.nrRunning > 0 && rq.needResched === 0)
      report(`cpu ${rq.cpu} idles on waiting tasks`);
  }
  for (const task of k.tasks) {
    const runnable = task.state === TASK_RUNNABLE;
    if (runnable && !seenOn.has(task.id)) report(`task ${task.id} is runnable but on no cpu`);
    if (!runnable && task.sched.onRq !== 0)
      report(`task ${task.id} is not runnable but believes to be queued`);
    if (task.debtNs < 0) report(`task ${task.id} has a negative debt`);
    if (task.state === TASK_DEAD && task.wakeAtNs !== Infinity) report(`dead task ${task.id} has a timer`);
    if (task.state === TASK_SLEEPING && task.wakeAtNs < (k.ticks - 1) * TICK_NS)
      report(`task ${task.id} slept through its timer`);
  }
}

/** Threads and children are counted right, and an address space has a living process or is gone. */
export function checkProcesses(k: Kernel, report: Report): void {
  for (const process of k.processes) {
    const live = process.threads.filter((id) => k.tasks[id].state !== TASK_DEAD);
    if (live.length !== process.liveThreads) {
      report(`process ${process.index} counts ${process.liveThreads} threads, ${live.length} live`);
    }
    const children = k.processes.filter((p) => p.parent === process.index && p.exitedNs < 0);
    if (children.length !== process.liveChildren) {
      report(`process ${process.index} counts ${process.liveChildren} children, ${children.length} live`);
    }
    if (process.exitedNs >= 0 !== (live.length === 0)) report(`process ${process.index} is half dead`);
    if (process.exitedNs >= 0 && !k.mms[process.mm].exited)
      report(`process ${process.index} left its memory behind`);
    for (const id of live) {
      if (k.tasks[id].mm !== process.mm) report(`task ${id} has another address space than its process`);
    }
  }
  for (const mm of k.mms) {
    if (mm.exited && mm.presentPages !== 0) report(`mm ${mm.id} has exited with ${mm.presentPages} pages`);
  }
}

/** AutoNUMA's statistics: whole, never negative, and the totals they claim. */
export function checkStatistics(k: Kernel, report: Report): void {
  const nodes = k.machine.nodes.length;
  for (const mm of k.mms) {
    let sum = 0;
    for (let n = 0; n < nodes; n++) {
      const { fault, faultTmp } = mm.autonuma;
      sum += fault[n];
      if (!isCount(fault[n])) report(`mm ${mm.id} has ${fault[n]} faults on node ${n}`);
      if (!isCount(faultTmp[n])) report(`mm ${mm.id} has scanned ${faultTmp[n]} pages on node ${n}`);
    }
    if (sum !== mm.autonuma.faultTot)
      report(`mm ${mm.id}: faults add up to ${sum}, not ${mm.autonuma.faultTot}`);
  }
  for (const task of k.tasks) {
    let sum = 0;
    const { fault, faultTot, preferred } = task.autonuma;
    for (let n = 0; n < nodes; n++) {
      sum += fault[n];
      if (!isCount(fault[n])) report(`task ${task.id} has ${fault[n]} faults on node ${n}`);
    }
    // Each halving rounds every node down on its own and the total once, so the total may be ahead by less than a page a node.
    if (!isCount(faultTot) || faultTot < sum || faultTot - sum >= nodes) {
      report(`task ${task.id}: faults add up to ${sum}, the total says ${faultTot}`);
    }
    if (preferred < -1 || preferred >= nodes) report(`task ${task.id} prefers node ${preferred}`);
    if (preferred >= 0 && k.machine.nodes[preferred].cpus.length === 0) {
      report(`task ${task.id} prefers node ${preferred}, which has no cpu`);
    }
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}

/** Counters that are sums of others. Pages in use are checked in checkFrames. */
export function checkCounters(k: Kernel, report: Report): void {
  const c = k.counters;
  for (const [name, value] of Object.entries(c) as [string, number][]) {
    if (!isCount(value)) report(`counter ${name} is ${value}`);
  }
  for (const [name, value] of Object.entries(k.bill) as [string, number][]) {
    if (!Number.isFinite(value) || value < 0) report(`the bill says ${name} ${value}`);
  }
  if (c.numa_hit + c.numa_miss !== c.pgalloc) {
    report(`numa_hit ${c.numa_hit} + numa_miss ${c.numa_miss} is not pgalloc ${c.pgalloc}`);
  }
  if (c.numa_local + c.numa_other !== c.pgalloc) {
    report(`numa_local ${c.numa_local} + numa_other ${c.numa_other} is not pgalloc ${c.pgalloc}`);
  }
  const wholes = [c.numa_hit, c.numa_miss, c.numa_foreign, c.numa_interleave, c.numa_local, c.numa_other];
  NUMASTAT_ITEMS.forEach((item, i) => {
    let sum = 0;
    for (let at = i; at < k.memory.numastat.length; at += NUMASTAT_ITEMS.length) sum += k.memory.numastat[at];
    if (sum !== wholes[i]) report(`${item} of all nodes is ${sum}, counted together ${wholes[i]}`);
  });
  if (c.numa_miss !== c.numa_foreign)
    report(`numa_miss ${c.numa_miss} is not numa_foreign ${c.numa_foreign}`);
  if (c.numa_hint_faults_local_pages > c.numa_hint_fault_pages)
    report('more local sampled pages than sampled pages');
}
