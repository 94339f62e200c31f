/**
 * The invariants that are watched while a kernel runs, in two grains: totals, cheap enough for a few times a second, and a walk through
 * all frame blocks and page-table slots that can be cut anywhere. `checkInvariants` looks at the same and more at once.
 */
import { migrateNid } from './balancing/autonuma/queues.ts';
import { checkCounters, checkProcesses, checkRunQueues, checkStatistics, type Report } from './invariants.ts';
import type { Kernel } from './kernel-state.ts';
import { pageOf } from './mm/frames.ts';
import { FRAME_KINDS } from './mm/frames.ts';
import { checkBlock, checkSlot } from './mm/invariants.ts';
import { entryOf } from './mm/page-tables.ts';
import { FRAME_FREE, FRAME_KERNEL, PTE_FRAME_MASK, PTE_NONE } from './mm/state.ts';
import { PAGES_PER_BLOCK } from './units.ts';

export type InvariantId = 'pages' | 'tasks' | 'queues' | 'counters';
export const INVARIANT_IDS: readonly InvariantId[] = ['pages', 'tasks', 'queues', 'counters'];

/** Check the totals of one invariant. */
export function checkTotals(k: Kernel, id: InvariantId, report: Report): void {
  switch (id) {
    case 'pages':
      checkPageTotals(k, report);
      return;
    case 'tasks':
      checkRunQueues(k, report);
      checkProcesses(k, report);
      return;
    case 'queues':
      checkQueueTotals(k, report);
      return;
    case 'counters':
      checkCounters(k, report);
      checkStatistics(k, report);
  }
}

/** Pages are conserved: frames by kind add up on every node, what was allocated and not freed is in use, mappings add up. */
function checkPageTotals(k: Kernel, report: Report): void {
  const { nodeKind, nodeFrames } = k.memory.frames;
  let inUse = 0;
  for (let node = 0; node < k.machine.nodes.length; node++) {
    let sum = 0;
    for (let kind = 0; kind < FRAME_KINDS; kind++) {
      const pages = nodeKind[node * FRAME_KINDS + kind];
      sum += pages;
      if (pages < 0) report(`node ${node} counts ${pages} frames of kind ${kind}`);
      if (kind !== FRAME_FREE && kind !== FRAME_KERNEL) inUse += pages;
    }
    if (sum !== nodeFrames[node])
      report(`node ${node} has ${nodeFrames[node]} frames, its kinds add up to ${sum}`);
  }
  const { pgalloc, pgfree } = k.counters;
  const { bootPageCache } = k.memory;
  if (pgalloc - pgfree + bootPageCache !== inUse)
    report(
      `pgalloc ${pgalloc} - pgfree ${pgfree} + ${bootPageCache} at boot is not the ${inUse} pages in use`,
    );
  for (const mm of k.mms) {
    if (mm.exited) continue;
    let present = 0;
    for (const vma of mm.vmas) present += vma.presentPages;
    if (present !== mm.presentPages)
      report(`mm ${mm.id} counts ${mm.presentPages} pages, its mappings ${present}`);
  }
}

/** A daemon's queues add up to what it counts, and to what the slots count. */
function checkQueueTotals(k: Kernel, report: Report): void {
  const { daemons, queues } = k.autonuma;
  if (daemons.length === 0) return;
  const nodes = k.machine.nodes.length;
  let all = 0;
  for (const { node, nrQueued } of daemons) {
    let sum = 0;
    for (let src = 0; src < nodes; src++) {
      const { pages } = queues[node * nodes + src];
      if (pages < 0) report(`the queue from node ${src} to node ${node} holds ${pages} pages`);
      sum += pages;
    }
    if (sum !== nrQueued) report(`nr_queued of node ${node} is ${nrQueued}, its queues hold ${sum}`);
    all += nrQueued;
  }
  const { queued, count } = k.memory.tables;
  let inSlots = 0;
  for (let slot = 0; slot < count; slot++) inSlots += queued[slot];
  if (inSlots !== all) report(`${all} pages are queued, the page tables say ${inSlots}`);
}

/** A walk through all memory. */
export interface MemoryWalk {
  /** Next frame block, then next slot. */
  block: number;
  slot: number;
  /** Frames by kind of the blocks so far, [node * FRAME_KINDS + kind]. */
  kinds: number[][];
}

export function beginWalk(k: Kernel): MemoryWalk {
  return { block: 0, slot: 0, kinds: k.machine.nodes.map(() => new Array<number>(FRAME_KINDS).fill(0)) };
}

/**
 * Go on with a walk for so many blocks or slots. What it says of a block or a slot holds on its own, so time may pass in between.
 * @returns true at the end
 */
export function walkOn(
  k: Kernel,
  walk: MemoryWalk,
  steps: number,
  report: (id: InvariantId, violation: string) => void,
): boolean {
  const { frames, tables } = k.memory;
  const ofPages: Report = (violation) => report('pages', violation);
  for (let step = 0; step < steps; step++) {
    if (walk.block < frames.node.length) {
      checkBlock(k, walk.block, walk.kinds[frames.node[walk.block]], ofPages);
      walk.block++;
      continue;
    }
    if (walk.slot >= tables.count) return true;
    if (tables.mm[walk.slot] >= 0) {
      checkSlot(k, walk.slot, null, ofPages);
      checkQueued(k, walk.slot, (violation) => report('queues', violation));
    }
    walk.slot++;
  }
  return walk.block >= frames.node.length && walk.slot >= tables.count;
}

/** After a walk during which no time passed: the frames found are those that are counted. */
export function checkWalked(k: Kernel, walk: MemoryWalk, report: Report): void {
  const { nodeKind } = k.memory.frames;
  walk.kinds.forEach((kinds, node) =>
    kinds.forEach((found, kind) => {
      const counted = nodeKind[node * FRAME_KINDS + kind];
      if (counted !== found) report(`node ${node} counts ${counted} frames of kind ${kind} and has ${found}`);
    }),
  );
}

function checkQueued(k: Kernel, slot: number, report: Report): void {
  const { tables, frames } = k.memory;
  if (k.autonuma.daemons.length === 0) return;
  let queued = 0;
  if (tables.block[slot] >= 0) {
    if (migrateNid(frames.page[tables.block[slot]]) >= 0) queued = tables.present[slot];
  } else {
    for (let page = 0; page < PAGES_PER_BLOCK; page++) {
      const entry = entryOf(tables, slot, page);
      if (entry !== PTE_NONE && migrateNid(pageOf(frames, entry & PTE_FRAME_MASK)) >= 0) queued++;
    }
  }
  if (queued !== tables.queued[slot])
    report(`slot ${slot} counts ${tables.queued[slot]} queued pages and has ${queued}`);
}
