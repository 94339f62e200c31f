/** The fair class on one CPU: virtual time, slices and preemption (kernel/sched/fair.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import type { CpuId, Nanoseconds } from '../units.ts';
import { insertWaiting, removeId, updateMinVruntime } from './run-queue.ts';
import type { RunQueue, SchedEntity, SchedState } from './state.ts';
import type { Task } from './task.ts';
import { NICE_0_WEIGHT, SCHED_NR_LATENCY } from './tunables.ts';

/** calc_delta_fair: real time as virtual time of a weight, rounded down. */
function virtualTime(ns: Nanoseconds, weight: number): Nanoseconds {
  return weight === NICE_0_WEIGHT ? ns : Math.floor((ns * NICE_0_WEIGHT) / weight);
}

/**
 * sched_slice: the task's share of a period in which everyone runs once. Periods are sched_latency (24 ms from 8 CPUs on), or
 * min_granularity (3 ms) a task when there are more than 8.
 */
function schedSlice(sched: SchedState, rq: RunQueue, se: SchedEntity): Nanoseconds {
  const running = rq.nrRunning + (se.onRq === 0 ? 1 : 0);
  const load = rq.loadWeight + (se.onRq === 0 ? se.weight : 0);
  const period = running > SCHED_NR_LATENCY ? running * sched.minGranularityNs : sched.latencyNs;
  return Math.floor((period * se.weight) / load);
}

/** place_entity, START_DEBIT: a new task starts one slice behind. */
export function placeNewEntity(sched: SchedState, rq: RunQueue, se: SchedEntity): void {
  const start = rq.minVruntime + virtualTime(schedSlice(sched, rq, se), se.weight);
  if (start > se.vruntime) se.vruntime = start;
}

/** place_entity, GENTLE_FAIR_SLEEPERS: a sleeper gets at most half a latency of credit. */
export function placeSleeper(sched: SchedState, rq: RunQueue, se: SchedEntity): void {
  const start = rq.minVruntime - sched.latencyNs / 2;
  if (start > se.vruntime) se.vruntime = start;
}

/**
 * check_preempt_curr and check_preempt_wakeup: a task has just been enqueued. An idle CPU takes it at once; a running task yields
 * when it is ahead by more than the wake-up granularity (4 ms from 8 CPUs on, in the newcomer's virtual time).
 */
export function checkPreempt(k: Kernel, rq: RunQueue, task: Task): void {
  if (rq.current < 0) {
    rq.needResched = 1;
    return;
  }
  if (rq.needResched !== 0) return;
  const ahead = k.tasks[rq.current].sched.vruntime - task.sched.vruntime;
  if (ahead > virtualTime(k.sched.wakeupGranularityNs, task.sched.weight)) rq.needResched = 1;
}

/**
 * check_preempt_tick: the slice is used up, or somebody has waited so long that it is a whole slice behind and the current task has
 * had its minimum (3 ms from 8 CPUs on).
 */
export function checkPreemptTick(k: Kernel, rq: RunQueue): void {
  const se = k.tasks[rq.current].sched;
  const ideal = schedSlice(k.sched, rq, se);
  const ran = se.sumExecNs - se.prevSumExecNs;
  if (ran > ideal) {
    rq.needResched = 1;
    return;
  }
  if (ran < k.sched.minGranularityNs) return;
  if (se.vruntime - k.tasks[rq.queue[0]].sched.vruntime > ideal) rq.needResched = 1;
}

/**
 * update_curr: the task has used `ns` of CPU time since k.nowNs.
 * @param cpu the CPU it ran on; the time counts on the queue it is on now, should it have been moved meanwhile
 */
export function chargeRuntime(k: Kernel, cpu: CpuId, task: Task, ns: Nanoseconds): void {
  const se = task.sched;
  se.sumExecNs += ns;
  se.lastRanNs = k.nowNs + ns;
  const delta = virtualTime(ns, se.weight);
  const rq = k.sched.queues[task.cpu];
  if (se.onRq === 0 || rq.current === task.id) {
    se.vruntime += delta;
  } else {
    removeId(rq.queue, task.id);
    se.vruntime += delta;
    insertWaiting(k, rq, task);
  }
  updateMinVruntime(k, rq);
}
