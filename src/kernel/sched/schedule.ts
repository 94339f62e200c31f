/** Choosing what runs: schedule() and the tick (kernel/sched/core.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import type { CpuId } from '../units.ts';
import { checkPreemptTick } from './fair.ts';
import { newIdleBalance, rebalanceDomains } from './load-balance.ts';
import { insertWaiting, updateCpuLoad } from './run-queue.ts';
import type { Task } from './task.ts';

/**
 * __schedule: put the current task back if it still runs, look elsewhere for work before going idle, and pick the waiting task with the
 * least vruntime. The caller tells the policy (onSchedule). @returns the task that runs now, null when idle
 */
export function schedule(k: Kernel, cpu: CpuId): Task | null {
  const rq = k.sched.queues[cpu];
  const { previous } = rq;
  // idle_balance when the CPU goes idle, not again and again while it is.
  if (rq.nrRunning === 0 && rq.idleSinceNs < 0) newIdleBalance(k, cpu);
  if (rq.current >= 0) {
    // put_prev_entity: behind those with the same vruntime.
    const current = k.tasks[rq.current];
    rq.current = -1;
    insertWaiting(k, rq, current);
  }
  rq.needResched = 0;
  if (rq.queue.length === 0) {
    if (rq.idleSinceNs < 0) rq.idleSinceNs = k.nowNs;
    rq.previous = -1;
    if (previous >= 0) k.counters.context_switches++;
    return null;
  }
  // pick_next_entity, set_next_entity
  const next = k.tasks[rq.queue[0]];
  rq.queue.shift();
  rq.current = next.id;
  rq.previous = next.id;
  rq.idleSinceNs = -1;
  next.sched.prevSumExecNs = next.sched.sumExecNs;
  if (previous !== next.id) k.counters.context_switches++;
  return next;
}

/**
 * scheduler_tick and trigger_load_balance, once a tick for every CPU after it has run. With one task and no domain due this is a few
 * comparisons.
 */
export function schedulerTick(k: Kernel, cpu: CpuId): void {
  const rq = k.sched.queues[cpu];
  if (rq.cpuLoadSettled === 0) updateCpuLoad(k, rq);
  if (rq.nrRunning > 1 && rq.current >= 0 && rq.needResched === 0) checkPreemptTick(k, rq);
  if (k.nowNs < rq.nextBalanceNs) return;
  rebalanceDomains(k, cpu, rq.nrRunning === 0);
  const current = rq.current < 0 ? null : k.tasks[rq.current];
  if (current !== null && current.daemon === '') k.policy.onRebalance(k, cpu, current);
}
