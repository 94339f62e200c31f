/** Where a task starts, goes on after exec, or wakes (select_task_rq_fair, kernel/sched/fair.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import { MOVED_BY_AFFINITY, MOVED_BY_FORK, MOVED_BY_WAKE, trace, TRACE_TASK_PLACED } from '../output.ts';
import type { CpuId } from '../units.ts';
import { checkPreempt, placeNewEntity, placeSleeper } from './fair.ts';
import { moveTask } from './move-task.ts';
import { enqueue, isAllowed, isIdle, sourceLoad, targetLoad } from './run-queue.ts';
import { endSteady } from './steady.ts';
import type { RunQueue, SchedDomain, SchedGroup } from './state.ts';
import { TASK_DEAD, TASK_RUNNABLE } from './task.ts';
import type { Task } from './task.ts';
import { MIGRATION_COST_NS, POWER_SCALE } from './tunables.ts';

/**
 * wake_up_new_task and task_fork_fair: place a new task (SD_BALANCE_FORK) and put it on a queue.
 * @param parentCpu CPU of the parent, -1 when there is none (CPU 0)
 */
export function wakeUpNewTask(k: Kernel, task: Task, parentCpu: CpuId): void {
  const forkCpu = parentCpu < 0 ? 0 : parentCpu;
  const parentQueue = k.sched.queues[forkCpu];
  endSteady(k, forkCpu);
  const se = task.sched;
  task.cpu = forkCpu;
  task.state = TASK_RUNNABLE;
  task.wakeAtNs = Infinity;
  se.vruntime =
    parentQueue.current < 0 ? parentQueue.minVruntime : k.tasks[parentQueue.current].sched.vruntime;
  placeNewEntity(k.sched, parentQueue, se);
  placeNew(k, task, selectForkExecCpu(k, task, forkCpu), 0);
  const rq = k.sched.queues[task.cpu];
  enqueue(k, rq, task);
  checkPreempt(k, rq, task);
}

/** sched_exec (SD_BALANCE_EXEC): exec is a good moment to move, nothing is in the caches. Counts as a fork placement. */
export function execBalance(k: Kernel, task: Task): void {
  placeNew(k, task, selectForkExecCpu(k, task, task.cpu), 1);
}

/** Say in the trace what the choice was between, and go there. @param exec 0 fork or clone, 1 exec */
function placeNew(k: Kernel, task: Task, chosen: CpuId, exec: number): void {
  const { queues } = k.sched;
  const { cpu } = task;
  trace(k, TRACE_TASK_PLACED, task.id, cpu, chosen, queues[cpu].loadWeight, queues[chosen].loadWeight, exec);
  moveTask(k, task, chosen, MOVED_BY_FORK);
}

/**
 * try_to_wake_up. Does nothing but clear the timer for a task that is on a queue already.
 * @param wakerCpu CPU that wakes it, -1 for a timer interrupt on the CPU it last ran on
 */
export function wakeUp(k: Kernel, task: Task, wakerCpu: CpuId): void {
  task.state = TASK_RUNNABLE;
  task.wakeAtNs = Infinity;
  if (task.sched.onRq !== 0) return;
  moveTask(k, task, selectWakeCpu(k, task, wakerCpu < 0 ? task.cpu : wakerCpu), MOVED_BY_WAKE);
  const rq = k.sched.queues[task.cpu];
  endSteady(k, task.cpu);
  placeSleeper(k.sched, rq, task.sched);
  enqueue(k, rq, task);
  checkPreempt(k, rq, task);
  updateAverageIdle(k, rq);
}

/** sched_setaffinity: `mask` has one byte a CPU, null = all. A mask without any CPU is refused (EINVAL) and changes nothing. */
export function setAffinity(k: Kernel, task: Task, mask: Uint8Array | null): void {
  if (mask !== null && !mask.includes(1)) return;
  task.affinity = mask;
  if (isAllowed(task, task.cpu) || task.state === TASK_DEAD) return;
  // A task that has not started yet is placed by wakeUpNewTask.
  if (task.sched.onRq === 0 && task.sched.sumExecNs === 0) return;
  moveTask(k, task, idlestAllowedCpu(k, task), MOVED_BY_AFFINITY);
}

/**
 * __set_cpus_allowed_ptr takes any allowed CPU (cpumask_any_and); we take the least loaded, so that the
 * choice means something: own node first, then ascending.
 */
function idlestAllowedCpu(k: Kernel, task: Task): CpuId {
  const { queues } = k.sched;
  const home = queues[task.cpu].node;
  let best = -1;
  for (let cpu = 0; cpu < queues.length; cpu++) {
    if (!isAllowed(task, cpu)) continue;
    if (best >= 0) {
      if (queues[cpu].loadWeight > queues[best].loadWeight) continue;
      const nearer = queues[cpu].node === home && queues[best].node !== home;
      if (queues[cpu].loadWeight === queues[best].loadWeight && !nearer) continue;
    }
    best = cpu;
  }
  return best;
}

/** select_fallback_rq: the chosen CPU is not allowed; the first allowed one of its node, else the first of all. */
function allowedOrFallback(k: Kernel, task: Task, cpu: CpuId): CpuId {
  if (isAllowed(task, cpu)) return cpu;
  for (const other of k.machine.nodes[k.sched.queues[cpu].node].cpus) {
    if (isAllowed(task, other)) return other;
  }
  return task.affinity!.indexOf(1);
}

/**
 * The balancing half of select_task_rq_fair for fork and exec: from the top domain down, go to the idlest group if it is idle enough,
 * to the idlest CPU in it, and on from there.
 */
function selectForkExecCpu(k: Kernel, task: Task, fromCpu: CpuId): CpuId {
  const { sched } = k;
  let cpu = fromCpu;
  let domains = sched.domains[cpu];
  let at = domains.length - 1;
  while (at >= 0 && !sched.levels[domains[at].level].balanceForkExec) at--;
  while (at >= 0) {
    const domain = domains[at];
    const group = findIdlestGroup(k, task, cpu, domain);
    // AutoNUMA (autonuma.md 6.6): without an affine CPU in the group, go on with what the parent domain gave.
    const next = group === null ? -1 : findIdlestCpu(k, task, cpu, group);
    if (next < 0 || next === cpu) {
      at--;
      continue;
    }
    const weight = sched.spans[domain.span].cpus.length;
    cpu = next;
    domains = sched.domains[cpu];
    at = -1;
    while (at + 1 < domains.length && sched.spans[domains[at + 1].span].cpus.length < weight) at++;
  }
  return allowedOrFallback(k, task, cpu);
}

/**
 * find_idlest_group: the least loaded other group, if this one has at least 100 + (imbalance_pct - 100) / 2 percent of its load
 * (112 % for 125); null to stay.
 */
function findIdlestGroup(k: Kernel, task: Task, cpu: CpuId, domain: SchedDomain): SchedGroup | null {
  const { sched } = k;
  const groups = sched.groupLists[domain.groupList];
  const threshold = 100 + ((sched.levels[domain.level].imbalancePct - 100) >> 1);
  let thisLoad = 0;
  let minLoad = Infinity;
  let idlest: SchedGroup | null = null;
  for (let i = 0; i < groups.length; i++) {
    const at = (domain.localGroup + i) % groups.length;
    const group = groups[at];
    let allowed = false;
    let load = 0;
    for (const c of group.cpus) {
      allowed ||= isAllowed(task, c);
      load += sched.queues[c].loadWeight; // forkexec_idx is 0: the load right now
    }
    if (!allowed) continue;
    const average = Math.floor((load * POWER_SCALE) / group.power);
    if (at === domain.localGroup) {
      thisLoad = average;
    } else if (average < minLoad) {
      minLoad = average;
      idlest = group;
    }
  }
  return idlest !== null && 100 * thisLoad >= threshold * minLoad ? idlest : null;
}

/** find_idlest_cpu: the least loaded allowed CPU of a group that the policy calls affine, -1 none. */
function findIdlestCpu(k: Kernel, task: Task, thisCpu: CpuId, group: SchedGroup): CpuId {
  let idlest = -1;
  let minLoad = Infinity;
  for (const cpu of group.cpus) {
    if (!isAllowed(task, cpu) || !k.policy.isAffine(k, task, cpu)) continue;
    const load = k.sched.queues[cpu].loadWeight;
    if (load < minLoad || (load === minLoad && cpu === thisCpu)) {
      minLoad = load;
      idlest = cpu;
    }
  }
  return idlest;
}

/**
 * The waking half of select_task_rq_fair: between the waker's CPU and the previous one if a domain with SD_WAKE_AFFINE holds both,
 * then an idle CPU nearby; otherwise the previous CPU. No level of the era sets SD_BALANCE_WAKE. AutoNUMA: want_affine only if the
 * waking CPU is affine (autonuma.md 6.6).
 */
function selectWakeCpu(k: Kernel, task: Task, cpu: CpuId): CpuId {
  const { sched } = k;
  const prev = task.cpu;
  let target = prev;
  if (isAllowed(task, cpu) && k.policy.isAffine(k, task, cpu)) {
    for (const domain of sched.domains[cpu]) {
      const level = sched.levels[domain.level];
      if (!level.wakeAffine || sched.spans[domain.span].mask[prev] === 0) continue;
      if (cpu === prev || wakeAffine(k, task, cpu, level.imbalancePct)) target = cpu;
      target = selectIdleSibling(k, task, target, cpu);
      break;
    }
  }
  return allowedOrFallback(k, task, target);
}

/** wake_affine for a wake-up that is not synchronous: would the task weigh less on the waker's CPU? wake_idx is 0 everywhere. */
function wakeAffine(k: Kernel, task: Task, cpu: CpuId, imbalancePct: number): boolean {
  const here = k.sched.queues[cpu];
  const prev = k.sched.queues[task.cpu];
  const thisLoad = targetLoad(here, 0);
  const prevLoad = sourceLoad(prev, 0);
  if (thisLoad === 0) return true;
  const thisEffective = 100 * prev.power * (thisLoad + task.sched.weight);
  const prevEffective = (100 + ((imbalancePct - 100) >> 1)) * here.power * prevLoad;
  if (thisEffective <= prevEffective) return true;
  const loadPerTask = here.nrRunning > 0 ? Math.floor(here.loadWeight / here.nrRunning) : 0;
  return thisLoad <= prevLoad && thisLoad + targetLoad(prev, 0) <= loadPerTask;
}

/**
 * select_idle_sibling (3.3: a wholly idle group within the shared cache, from its domain down to the target's hyper-threads). AutoNUMA:
 * the short cut wants the target idle and affine, the search prefers an affine CPU and else falls back to the first idle one.
 */
function selectIdleSibling(k: Kernel, task: Task, target: CpuId, cpu: CpuId): CpuId {
  const { sched, policy } = k;
  if ((target === cpu || target === task.cpu) && isIdle(k, target) && policy.isAffine(k, task, target))
    return target;
  let fallback = -1;
  const domains = sched.domains[target];
  for (let d = domains.length - 1; d >= 0; d--) {
    const domain = domains[d];
    if (!sched.levels[domain.level].shareCache) continue;
    const groups = sched.groupLists[domain.groupList];
    for (let i = 0; i < groups.length; i++) {
      const candidate = firstAllowedIfIdle(k, task, groups[(domain.localGroup + i) % groups.length]);
      if (candidate < 0) continue;
      if (policy.isAffine(k, task, candidate)) return candidate;
      if (fallback < 0) fallback = candidate;
    }
  }
  return fallback < 0 ? target : fallback;
}

/** The first allowed CPU of a group that is idle as a whole, -1 otherwise. */
function firstAllowedIfIdle(k: Kernel, task: Task, group: SchedGroup): CpuId {
  let first = -1;
  for (const cpu of group.cpus) {
    if (!isIdle(k, cpu)) return -1;
    if (first < 0 && isAllowed(task, cpu)) first = cpu;
  }
  return first;
}

/** ttwu_do_wakeup: a wake-up ends the idle gap that avg_idle measures (an eighth of the difference, at most 1 ms). */
function updateAverageIdle(k: Kernel, rq: RunQueue): void {
  if (rq.idleStampNs < 0) return;
  const gap = k.nowNs - rq.idleStampNs;
  const max = 2 * MIGRATION_COST_NS;
  if (gap > max) rq.avgIdleNs = max;
  else rq.avgIdleNs += Math.floor((gap - rq.avgIdleNs) / 8);
  rq.idleStampNs = -1;
}
