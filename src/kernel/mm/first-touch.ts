/**
 * The trace of first touches: fresh pages of one touch that lie side by side on one node for one reason are one event. Scratch of
 * the touch under way, never read by the simulation.
 */
import type { Kernel } from '../kernel-state.ts';
import { FRESH_PAGE, PLACED_BY_INTERLEAVE, trace, TRACE_FIRST_TOUCH } from '../output.ts';
import type { Task } from '../sched/task.ts';
import type { NodeId, SlotId } from '../units.ts';

/** What the pages to come are, FRESH_*. */
let coming = FRESH_PAGE;
const run = { task: 0, slot: 0, from: 0, to: 0, node: 0, wanted: 0, local: 0, placedBy: 0, kind: FRESH_PAGE };

/** What the pages to come are, FRESH_* of output.ts. */
export function freshKind(kind: number): void {
  coming = kind;
}

/**
 * Pages [from, to) of a slot were mapped fresh.
 * @param node where they lie, @param wanted where policy and zonelist would have them first, @param placedBy PLACED_BY_*
 */
export function noteFresh(
  k: Kernel,
  task: Task,
  slot: SlotId,
  from: number,
  to: number,
  node: NodeId,
  wanted: NodeId,
  placedBy: number,
): void {
  // Interleaved pages change node with every page: they are one event without a node, or they would fill the trace.
  const at = placedBy === PLACED_BY_INTERLEAVE && node === wanted ? -1 : node;
  const first = at < 0 ? -1 : wanted;
  if (
    run.to === from &&
    run.to > run.from &&
    run.slot === slot &&
    run.node === at &&
    run.wanted === first &&
    run.placedBy === placedBy &&
    run.kind === coming
  ) {
    run.to = to;
    return;
  }
  endFresh(k);
  run.task = task.id;
  run.slot = slot;
  run.from = from;
  run.to = to;
  run.node = at;
  run.wanted = first;
  run.local = k.machine.cpus[task.cpu].node;
  run.placedBy = placedBy;
  run.kind = coming;
}

/** The touch is over, or pages go elsewhere from here on. */
export function endFresh(k: Kernel): void {
  const pages = run.to - run.from;
  if (pages <= 0) return;
  const { task, slot, from, node, wanted, local, placedBy, kind } = run;
  trace(k, TRACE_FIRST_TOUCH, task, slot, from, pages, node, wanted, local, placedBy, kind);
  run.from = run.to;
}
