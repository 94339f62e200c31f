/** The one place where a task changes its CPU. */
import type { Kernel } from '../kernel-state.ts';
import {
  MOVED_BY_ACTIVE,
  MOVED_BY_AFFINITY,
  MOVED_BY_AUTONUMA,
  MOVED_BY_FORK,
  MOVED_BY_PULL,
  MOVED_BY_WAKE,
  trace,
  TRACE_TASK_MOVED,
} from '../output.ts';
import type { CpuId } from '../units.ts';
import { checkPreempt } from './fair.ts';
import { dequeue, enqueue } from './run-queue.ts';
import { endSteady } from './steady.ts';
import type { Task } from './task.ts';

/**
 * set_task_cpu with what surrounds it (deactivate_task, activate_task, check_preempt_curr; kernel/sched/core.c 3.3). The task may be
 * running, waiting, asleep or not yet started; a running one stops and waits on the destination, and its old CPU needs schedule().
 * @param kind MOVED_BY_* of output.ts
 * @param gain what the mover hoped to gain (CFS: the load to be moved), for the trace
 * @param comparison which statistics were compared, for the trace: 1 thread, 2 process (CFS: PULL_*)
 */
export function moveTask(k: Kernel, task: Task, toCpu: CpuId, kind: number, gain = 0, comparison = 0): void {
  const fromCpu = task.cpu;
  if (fromCpu === toCpu) return;
  // Both queues' minimum must be that of now.
  endSteady(k, fromCpu);
  endSteady(k, toCpu);
  const from = k.sched.queues[fromCpu];
  const to = k.sched.queues[toCpu];
  const se = task.sched;
  const wasQueued = se.onRq !== 0;
  // vruntime means something only within one queue: carry over the distance from its minimum.
  const distance = se.vruntime - from.minVruntime;
  if (wasQueued) dequeue(k, from, task);
  se.vruntime = distance + to.minVruntime;
  task.cpu = toCpu;

  const crossesNode = from.node !== to.node;
  countMove(k, kind, crossesNode);
  // What it left in the caches of its old core must be fetched again.
  if (se.sumExecNs > 0) {
    if (crossesNode) task.debtNs += k.costs.cacheRefillRemoteNs;
    else if (from.core !== to.core) task.debtNs += k.costs.cacheRefillNs;
  }
  trace(k, TRACE_TASK_MOVED, task.id, fromCpu, toCpu, kind, gain, comparison, task.autonuma.preferred);

  if (wasQueued) {
    enqueue(k, to, task);
    checkPreempt(k, to, task);
  }
}

function countMove(k: Kernel, kind: number, crossesNode: boolean): void {
  const { counters } = k;
  if (kind === MOVED_BY_AUTONUMA) counters.task_moves_autonuma++;
  else if (kind === MOVED_BY_PULL) counters.task_moves_pull++;
  else if (kind === MOVED_BY_ACTIVE) counters.task_moves_active++;
  else if (kind === MOVED_BY_WAKE) counters.task_moves_wake++;
  else if (kind === MOVED_BY_FORK) counters.task_moves_fork++;
  else if (kind === MOVED_BY_AFFINITY) counters.task_moves_affinity++;
  if (crossesNode) counters.task_moves_cross_node++;
  k.output.stepTaskMoves++;
}
