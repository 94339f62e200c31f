/**
 * The trace of what hinting faults decide: pages of a fault that fare alike are one event. Scratch of the fault under way, never
 * read by the simulation.
 */
import type { Kernel } from '../../kernel-state.ts';
import { PAGE_LAST_NID } from '../../mm/state.ts';
import { trace, TRACE_FAULT_OUTCOME } from '../../output.ts';
import type { Task } from '../../sched/task.ts';
import type { NodeId, SlotId } from '../../units.ts';
import { migrateNid } from './queues.ts';

/** The run of pages under way: [from, to) of the slot, all with the same key. */
const run = { task: 0, slot: 0, here: 0, huge: 0, from: 0, to: 0, on: 0, last: 0, outcome: 0, queued: 0 };

/** A fault begins: who, which slot, from which node. */
export function beginOutcomes(task: Task, slot: SlotId, here: NodeId, huge: boolean): void {
  run.task = task.id;
  run.slot = slot;
  run.here = here;
  run.huge = huge ? 1 : 0;
  run.from = 0;
  run.to = 0;
}

/**
 * Pages [from, to) fared so; pages come in ascending order.
 * @param on node they lie on, @param word their struct page before the fault, @param outcome FAULT_* of output.ts
 */
export function noteOutcome(
  k: Kernel,
  from: number,
  to: number,
  on: NodeId,
  word: number,
  outcome: number,
): void {
  const last = (word & PAGE_LAST_NID) - 1;
  const queued = migrateNid(word);
  if (
    run.to === from &&
    run.on === on &&
    run.last === last &&
    run.outcome === outcome &&
    run.queued === queued
  ) {
    run.to = to;
    return;
  }
  endOutcomes(k);
  run.from = from;
  run.to = to;
  run.on = on;
  run.last = last;
  run.outcome = outcome;
  run.queued = queued;
}

/** The fault is over, or pages fare differently from here on. */
export function endOutcomes(k: Kernel): void {
  const pages = run.to - run.from;
  if (pages <= 0) return;
  const { task, slot, from, here, on, last, outcome, queued, huge } = run;
  trace(k, TRACE_FAULT_OUTCOME, task, slot, from, pages, here, on, last, outcome, queued, huge);
  run.from = run.to;
}
