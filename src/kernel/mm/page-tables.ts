/** Page tables: 2 MiB slots, compact or one entry a page (mm/state.ts says what compact means). */
import type { Kernel } from '../kernel-state.ts';
import { markSlotDirty } from '../output.ts';
import { disturbMm } from '../sched/steady.ts';
import { type MmId, type NodeId, type PageFrame, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import { fillOf, setFill } from './fill.ts';
import { allocateFrame, claimBlock, expandBlock, foldBlock, kindOf, useCompact } from './frames.ts';
import {
  FRAME_ANONYMOUS,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  type PageTables,
  PTE_FRAME_MASK,
  PTE_NONE,
  type Vma,
} from './state.ts';

/** An empty pool for a machine with so many nodes. */
export function createPageTables(nodes: number, capacity: number): PageTables {
  return {
    nodes,
    count: 0,
    capacity,
    freeSlots: [],
    mm: new Int32Array(capacity),
    vma: new Uint16Array(capacity),
    index: new Int32Array(capacity),
    first: new Uint16Array(capacity),
    end: new Uint16Array(capacity),
    block: new Int32Array(capacity),
    low: new Uint16Array(capacity),
    high: new Uint16Array(capacity),
    ptes: [],
    sparePtes: [],
    present: new Uint16Array(capacity),
    nodePages: new Uint16Array(capacity * nodes),
    markedPtes: new Uint16Array(capacity),
    markedPmd: new Uint8Array(capacity),
    huge: new Uint8Array(capacity),
    mayShare: new Uint8Array(capacity),
    offLru: new Uint16Array(capacity),
    queued: new Uint16Array(capacity),
    fill: new Int32Array(capacity),
    fillRow: new Int32Array(capacity),
    fillRows: new Int32Array(0),
    freeFillRows: [],
    toucher: new Uint16Array(capacity),
    freshTick: new Uint32Array(capacity),
    freshFrom: new Uint16Array(capacity),
    freshTo: new Uint16Array(capacity),
    freshBy: new Int32Array(capacity),
    firstRun: new Int32Array(capacity),
  };
}

/**
 * Make room for so many slots more. The pool grows by half at least, so that many mappings do not copy it each time. What is beyond
 * `count` is never written, so the operating system need not back it with memory.
 */
function reserveSlots(k: Kernel, slots: number): void {
  const t = k.memory.tables;
  const missing = t.count + slots - t.freeSlots.length - t.capacity;
  if (missing > 0) grow(t, t.capacity + Math.max(missing, t.capacity >> 1));
}

function grow(t: PageTables, capacity: number): void {
  type Numbers = Int32Array | Uint32Array | Uint16Array | Uint8Array;
  const copy = <T extends Numbers>(old: T, perSlot = 1): T => {
    const fresh = new (old.constructor as new (length: number) => T)(capacity * perSlot);
    fresh.set(old.subarray(0, t.count * perSlot));
    return fresh;
  };
  t.mm = copy(t.mm);
  t.vma = copy(t.vma);
  t.index = copy(t.index);
  t.first = copy(t.first);
  t.end = copy(t.end);
  t.block = copy(t.block);
  t.low = copy(t.low);
  t.high = copy(t.high);
  t.present = copy(t.present);
  t.nodePages = copy(t.nodePages, t.nodes);
  t.markedPtes = copy(t.markedPtes);
  t.markedPmd = copy(t.markedPmd);
  t.huge = copy(t.huge);
  t.mayShare = copy(t.mayShare);
  t.offLru = copy(t.offLru);
  t.queued = copy(t.queued);
  t.fill = copy(t.fill);
  t.fillRow = copy(t.fillRow);
  t.toucher = copy(t.toucher);
  t.freshTick = copy(t.freshTick);
  t.freshFrom = copy(t.freshFrom);
  t.freshTo = copy(t.freshTo);
  t.freshBy = copy(t.freshBy);
  t.firstRun = copy(t.firstRun);
  t.capacity = capacity;
}

/**
 * Fresh, empty slots for all of a mapping, 2 MiB after 2 MiB: those given back by others first, then new ones in one piece. A whole terabyte
 * is mapped in one tick, so no slot is touched one by one that need not be.
 * @param into the slots, in address order; its length says how many
 * @param firstPage page of the first slot with which the mapping begins
 * @param endPage one past its last page, counted from the first slot's page 0
 */
export function createSlots(
  k: Kernel,
  mm: MmId,
  vma: number,
  into: Int32Array,
  firstPage: number,
  endPage: number,
): void {
  if (into.length === 0) return;
  reserveSlots(k, into.length);
  const t = k.memory.tables;
  let i = 0;
  for (; i < into.length && t.freeSlots.length > 0; i++) {
    const slot = t.freeSlots.pop()!;
    into[i] = slot;
    clearSlots(t, slot, slot + 1, mm, vma);
    t.index[slot] = i;
  }
  const start = t.count;
  t.count += into.length - i;
  clearSlots(t, start, t.count, mm, vma);
  t.block.fill(-1, start, t.count);
  t.fill.fill(-1, start, t.count);
  t.fillRow.fill(-1, start, t.count);
  t.firstRun.fill(-1, start, t.count);
  for (let slot = start; slot < t.count; slot++, i++) {
    t.ptes.push(null);
    t.index[slot] = i;
    into[i] = slot;
  }
  t.first[into[0]] = firstPage;
  t.end[into[into.length - 1]] = endPage - (into.length - 1) * PAGES_PER_BLOCK;
}

/** What a slot that is handed out for the first time and one that had an owner before have in common. */
function clearSlots(t: PageTables, from: SlotId, to: SlotId, mm: MmId, vma: number): void {
  t.mm.fill(mm, from, to);
  t.vma.fill(vma, from, to);
  t.first.fill(0, from, to);
  t.end.fill(PAGES_PER_BLOCK, from, to);
  t.mayShare.fill(0, from, to);
  t.toucher.fill(0, from, to);
  t.freshTick.fill(0, from, to);
}

/** The mapping a slot belongs to. */
export function vmaOf(k: Kernel, slot: SlotId): Vma {
  const t = k.memory.tables;
  return k.mms[t.mm[slot]].vmas[t.vma[slot]];
}

/** Which page of its mapping (and so of the mapped object) a page of a slot is. */
export function pageOfVma(k: Kernel, slot: SlotId, page: number): number {
  const t = k.memory.tables;
  return t.index[slot] * PAGES_PER_BLOCK + page - t.first[vmaOf(k, slot).slots[0]];
}

/** Book `delta` pages of a slot on a node, up through its VMA and mm. */
export function accountPages(k: Kernel, slot: SlotId, node: NodeId, delta: number): void {
  const t = k.memory.tables;
  t.nodePages[slot * t.nodes + node] += delta;
  t.present[slot] += delta;
  const mm = k.mms[t.mm[slot]];
  const vma = mm.vmas[t.vma[slot]];
  disturbMm(k, mm.id);
  vma.nodePages[node] += delta;
  vma.presentPages += delta;
  mm.nodePages[node] += delta;
  mm.presentPages += delta;
  markSlotDirty(k, slot);
}

/** Frame of a page with flags, PTE_NONE when nothing is mapped. Compact slots answer without flags. */
export function entryOf(t: PageTables, slot: SlotId, page: number): number {
  const ptes = t.ptes[slot];
  if (ptes !== null) return ptes[page];
  const block = t.block[slot];
  if (block < 0 || page < t.low[slot] || page >= t.high[slot]) return PTE_NONE;
  return block * PAGES_PER_BLOCK + page;
}

/** Frame of a present page. */
export function frameOf(t: PageTables, slot: SlotId, page: number): PageFrame {
  return entryOf(t, slot, page) & PTE_FRAME_MASK;
}

/** One entry a page: the slot's frame block is expanded with it. An empty slot gets an empty table. */
export function expandSlot(k: Kernel, slot: SlotId): Uint32Array {
  const t = k.memory.tables;
  const old = t.ptes[slot];
  if (old !== null) return old;
  if (t.block[slot] >= 0) {
    expandBlock(k, t.block[slot]);
    return t.ptes[slot]!;
  }
  const ptes = t.sparePtes.pop() ?? new Uint32Array(PAGES_PER_BLOCK);
  ptes.fill(PTE_NONE);
  t.ptes[slot] = ptes;
  return ptes;
}

/**
 * Fold a slot back to compact when its pages have come to agree: one contiguous run, page i in frame i of one block that
 * holds nothing else, equal struct pages, marks all set or all clear. Costs one pass over 512 entries; called when counts say it
 * may succeed.
 * @returns true when the slot is compact now
 */
export function tryFold(k: Kernel, slot: SlotId): boolean {
  const t = k.memory.tables;
  const ptes = t.ptes[slot];
  if (ptes === null) return t.block[slot] >= 0;
  const present = t.present[slot];
  if (present === 0 || (t.markedPtes[slot] !== 0 && t.markedPtes[slot] !== present)) return false;
  let low = 0;
  while (ptes[low] === PTE_NONE) low++;
  const high = low + present;
  if (high > PAGES_PER_BLOCK || ptes[high - 1] === PTE_NONE) return false;
  const block = (ptes[low] & PTE_FRAME_MASK) >>> 9;
  const frames = k.memory.frames;
  const slab = frames.slab[block];
  if (slab === null || frames.free[block] !== PAGES_PER_BLOCK - present) return false;
  const owner = frames.owner[block];
  if (owner >= 0 && owner !== slot) return false;
  const word = slab[PAGES_PER_BLOCK + low];
  // File pages stay one by one: their object names their frames.
  if (!isMappedOnce(word) || kindOf(word) !== FRAME_ANONYMOUS) return false;
  const base = block * PAGES_PER_BLOCK;
  for (let i = low; i < high; i++) {
    if ((ptes[i] & PTE_FRAME_MASK) !== base + i || slab[PAGES_PER_BLOCK + i] !== word) return false;
  }
  t.sparePtes.push(ptes);
  t.ptes[slot] = null;
  t.block[slot] = block;
  t.low[slot] = low;
  t.high[slot] = high;
  const filled = fillOf(k.memory, slot, frames.node[block]);
  if (filled >= 0 && filled !== block) frames.owner[filled] = -1;
  setFill(k.memory, slot, block);
  foldBlock(k, block, slot, low, high, word);
  return true;
}

/**
 * Map fresh private pages [from, to) of a slot, all absent, to frames of one node.
 * @param word struct page of the new pages
 * @returns how many were mapped from `from` on: fewer than asked when the node ran out of frames
 */
export function mapFresh(
  k: Kernel,
  slot: SlotId,
  from: number,
  to: number,
  node: NodeId,
  word: number,
): number {
  const t = k.memory.tables;
  if (t.ptes[slot] === null && t.markedPtes[slot] === 0) {
    const mapped = mapFreshCompact(k, slot, from, to, node, word);
    if (mapped > 0) return mapped;
  }
  const ptes = expandSlot(k, slot);
  let i = from;
  for (; i < to; i++) {
    const frame = allocateFrame(k, node, slot, i, word);
    if (frame < 0) break;
    ptes[i] = frame;
  }
  if (i > from) accountPages(k, slot, node, i - from);
  if (t.present[slot] === t.end[slot] - t.first[slot]) tryFold(k, slot);
  return i - from;
}

/** The fast way of mapFresh: start or lengthen the run of a compact slot. @returns pages mapped, 0 when that is not possible */
function mapFreshCompact(
  k: Kernel,
  slot: SlotId,
  from: number,
  to: number,
  node: NodeId,
  word: number,
): number {
  const t = k.memory.tables;
  const frames = k.memory.frames;
  let block = t.block[slot];
  if (block < 0) {
    block = fillOf(k.memory, slot, node);
    if (block < 0) block = claimBlock(k, node, slot);
    else if (frames.free[block] !== PAGES_PER_BLOCK) return 0;
    if (block < 0) return 0;
    t.block[slot] = block;
    t.low[slot] = from;
    t.high[slot] = to;
  } else {
    if (frames.node[block] !== node || frames.page[block] !== word) return 0;
    if (from === t.high[slot]) t.high[slot] = to;
    else if (to === t.low[slot]) t.low[slot] = from;
    else return 0;
  }
  useCompact(k, block, from, to, word);
  accountPages(k, slot, node, to - from);
  return to - from;
}

/** Reverse map entry of a page of a slot. */
export function reverseMapEntry(slot: SlotId, page: number): number {
  return (slot * PAGES_PER_BLOCK + page) >>> 0;
}

/** True when a page may be moved or sampled by AutoNUMA: mapped exactly once. */
export function isMappedOnce(word: number): boolean {
  return (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT === 1;
}
