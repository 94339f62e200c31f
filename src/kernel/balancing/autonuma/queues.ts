/**
 * The queues of knuma_migratedN: per destination and source node, FIFO (autonuma.md 2.4, 5.2; mm/autonuma.c alpha6). Pages are
 * kept as runs: pages [from, to) of a slot that lie on the source node and whose migrate_nid is the destination.
 * A run may cover a page that an older run of the same queue covers too; the older one owns it, as its place in the FIFO is earlier.
 */
import type { Kernel } from '../../kernel-state.ts';
import { entryOf, isMappedOnce } from '../../mm/page-tables.ts';
import { pageOf, setPage } from '../../mm/frames.ts';
import {
  PAGE_ISOLATED,
  PAGE_MIGRATE_NID,
  PAGE_MIGRATE_NID_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
} from '../../mm/state.ts';
import { trace, TRACE_QUEUE_FORGOTTEN } from '../../output.ts';
import { type NodeId, PAGES_PER_BLOCK, type SlotId } from '../../units.ts';
import type { AutonumaState, MigrateQueue, RunPool } from './state.ts';

export function createQueues(nodes: number): MigrateQueue[] {
  return Array.from({ length: nodes * nodes }, () => ({ head: -1, tail: -1, pages: 0 }));
}

export function createRunPool(): RunPool {
  return { slot: [], from: [], to: [], older: [], newer: [], slotNext: [], queue: [], free: [] };
}

/** migrate_nid of a struct page word: the node whose queue it sits in, -1 none. */
export function migrateNid(word: number): NodeId {
  return ((word & PAGE_MIGRATE_NID) >>> PAGE_MIGRATE_NID_SHIFT) - 1;
}

/** The word with another migrate_nid (-1 = none). */
export function withMigrateNid(word: number, nid: NodeId): number {
  return ((word & ~PAGE_MIGRATE_NID) | ((nid + 1) << PAGE_MIGRATE_NID_SHIFT)) >>> 0;
}

function newRun(k: Kernel, queue: number, slot: SlotId, from: number, to: number): number {
  const runs = k.autonuma.runs;
  const q = k.autonuma.queues[queue];
  const run = runs.free.pop() ?? runs.slot.length;
  runs.slot[run] = slot;
  runs.from[run] = from;
  runs.to[run] = to;
  runs.queue[run] = queue;
  runs.older[run] = q.head;
  runs.newer[run] = -1;
  if (q.head >= 0) runs.newer[q.head] = run;
  else q.tail = run;
  q.head = run;
  runs.slotNext[run] = k.memory.tables.firstRun[slot];
  k.memory.tables.firstRun[slot] = run;
  return run;
}

/** Take a run out of its queue and its slot's list. */
export function dropRun(k: Kernel, run: number): void {
  const runs = k.autonuma.runs;
  const q = k.autonuma.queues[runs.queue[run]];
  const { older, newer } = { older: runs.older[run], newer: runs.newer[run] };
  if (newer >= 0) runs.older[newer] = older;
  else q.head = older;
  if (older >= 0) runs.newer[older] = newer;
  else q.tail = newer;
  const firstRun = k.memory.tables.firstRun;
  const slot = runs.slot[run];
  if (firstRun[slot] === run) firstRun[slot] = runs.slotNext[run];
  else {
    let before = firstRun[slot];
    while (runs.slotNext[before] !== run) before = runs.slotNext[before];
    runs.slotNext[before] = runs.slotNext[run];
  }
  runs.slot[run] = -1;
  runs.free.push(run);
}

/**
 * Pages [from, to) of a slot join a queue at its head; the caller has set their migrate_nid and counts them.
 * Pages queued one after another lengthen the newest run, also across pages between `settled` and `from` that the same fault has
 * looked at and left alone (should one of those be queued later while the run stands, it takes the run's place in the FIFO).
 */
export function pushRun(
  k: Kernel,
  dst: NodeId,
  src: NodeId,
  slot: SlotId,
  from: number,
  to: number,
  settled: number,
): void {
  const runs = k.autonuma.runs;
  const queue = dst * k.machine.nodes.length + src;
  const head = k.autonuma.queues[queue].head;
  if (head >= 0 && runs.slot[head] === slot && runs.to[head] <= from && runs.to[head] >= settled)
    runs.to[head] = to;
  else newRun(k, queue, slot, from, to);
}

/** Book `pages` more (or fewer) in a queue and towards its destination. */
export function countQueued(k: Kernel, dst: NodeId, src: NodeId, slot: SlotId, pages: number): void {
  k.autonuma.queues[dst * k.machine.nodes.length + src].pages += pages;
  k.autonuma.daemons[dst].nrQueued += pages;
  k.memory.tables.queued[slot] += pages;
}

/**
 * Cut pages [from, to) of a slot out of the runs towards a destination: their place in the FIFO is lost. Runs keep covering the
 * rest. The caller clears migrate_nid and counts.
 */
export function cutRuns(k: Kernel, slot: SlotId, from: number, to: number, dst: NodeId): void {
  const runs = k.autonuma.runs;
  const nodes = k.machine.nodes.length;
  let run = k.memory.tables.firstRun[slot];
  while (run >= 0) {
    const next = runs.slotNext[run];
    if (Math.floor(runs.queue[run] / nodes) === dst && runs.from[run] < to && runs.to[run] > from) {
      if (from <= runs.from[run] && to >= runs.to[run]) dropRun(k, run);
      else if (from <= runs.from[run]) runs.from[run] = to;
      else if (to >= runs.to[run]) runs.to[run] = from;
      else splitRun(k, run, from, to);
    }
    run = next;
  }
}

/** Leave [from, to) out of the middle of a run: the rear part becomes a run of its own right after (newer than) it. */
function splitRun(k: Kernel, run: number, from: number, to: number): void {
  const runs = k.autonuma.runs;
  const rear = newRun(k, runs.queue[run], runs.slot[run], to, runs.to[run]);
  runs.to[run] = from;
  const q = k.autonuma.queues[runs.queue[run]];
  // Unlink the rear part from the head, where newRun put it, and link it next to its front part.
  const older = runs.older[rear];
  if (older === run) return;
  runs.newer[older] = -1;
  q.head = older;
  const newer = runs.newer[run];
  runs.older[rear] = run;
  runs.newer[rear] = newer;
  runs.newer[run] = rear;
  if (newer >= 0) runs.older[newer] = rear;
  else q.head = rear;
}

/** Is page `i` of the slot a member of queue (dst, src) now? */
function isMember(k: Kernel, slot: SlotId, i: number, dst: NodeId, src: NodeId): boolean {
  const entry = entryOf(k.memory.tables, slot, i);
  if (entry === PTE_NONE) return false;
  const frame = entry & PTE_FRAME_MASK;
  if (k.memory.frames.node[frame >>> 9] !== src) return false;
  return migrateNid(pageOf(k.memory.frames, frame)) === dst;
}

/** Oldest page of a queue. @returns the run, with its `from` at that page, or -1 when the queue is empty */
export function oldestRun(k: Kernel, dst: NodeId, src: NodeId): number {
  const runs = k.autonuma.runs;
  const q = k.autonuma.queues[dst * k.machine.nodes.length + src];
  while (q.tail >= 0) {
    const run = q.tail;
    const slot = runs.slot[run];
    let i = runs.from[run];
    while (i < runs.to[run] && !isMember(k, slot, i, dst, src)) i++;
    if (i < runs.to[run]) {
      runs.from[run] = i;
      return run;
    }
    dropRun(k, run);
  }
  return -1;
}

/** How many consecutive pages from the front of a run are members, at most `most`. */
export function membersFrom(k: Kernel, run: number, dst: NodeId, src: NodeId, most: number): number {
  const runs = k.autonuma.runs;
  const t = k.memory.tables;
  const slot = runs.slot[run];
  const from = runs.from[run];
  const end = Math.min(runs.to[run], from + most);
  if (t.block[slot] >= 0) return Math.min(end, t.high[slot]) - from;
  let i = from + 1;
  while (i < end && isMember(k, slot, i, dst, src)) i++;
  return i - from;
}

/**
 * All pages of a slot leave their queues and batches (the slot is unmapped, shared by fork, or collapsed): pending migration is
 * aborted (autonuma.md 2.1).
 */
export function forgetSlotInQueues(k: Kernel, slot: SlotId): void {
  const t = k.memory.tables;
  const a: AutonumaState = k.autonuma;
  if (t.queued[slot] > 0) trace(k, TRACE_QUEUE_FORGOTTEN, slot, t.queued[slot]);
  while (t.firstRun[slot] >= 0) dropRun(k, t.firstRun[slot]);
  for (const daemon of a.daemons) {
    for (const entry of daemon.batch) if (entry.slot === slot) entry.to = entry.from;
  }
  const frames = k.memory.frames;
  const clear = PAGE_MIGRATE_NID | PAGE_ISOLATED;
  if (t.block[slot] >= 0) {
    const block = t.block[slot];
    const word = frames.page[block];
    if (migrateNid(word) >= 0) countQueued(k, migrateNid(word), frames.node[block], slot, -t.present[slot]);
    frames.page[block] = (word & ~clear) >>> 0;
    return;
  }
  const ptes = t.ptes[slot];
  if (ptes === null) return;
  for (let i = 0; i < PAGES_PER_BLOCK; i++) {
    if (ptes[i] === PTE_NONE) continue;
    const frame = ptes[i] & PTE_FRAME_MASK;
    const word = pageOf(frames, frame);
    if ((word & clear) === 0) continue;
    if (migrateNid(word) >= 0) countQueued(k, migrateNid(word), frames.node[frame >>> 9], slot, -1);
    setPage(k, frame, (word & ~clear) >>> 0);
  }
}

/** One page leaves its queue or batch; the runs and batch entries that cover it pass over it from now on. */
export function forgetPageInQueues(k: Kernel, slot: SlotId, page: number): void {
  const entry = entryOf(k.memory.tables, slot, page);
  if (entry === PTE_NONE) return;
  const frame = entry & PTE_FRAME_MASK;
  const word = pageOf(k.memory.frames, frame);
  const dst = migrateNid(word);
  // A shared page is in no queue: it left when its second mapping came.
  if ((dst < 0 && (word & PAGE_ISOLATED) === 0) || !isMappedOnce(word)) return;
  if (dst >= 0) {
    cutRuns(k, slot, page, page + 1, dst);
    countQueued(k, dst, k.memory.frames.node[frame >>> 9], slot, -1);
  }
  setPage(k, frame, (word & ~(PAGE_MIGRATE_NID | PAGE_ISOLATED)) >>> 0);
}
