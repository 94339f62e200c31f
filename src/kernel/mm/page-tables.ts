/** Page tables: 2 MiB slots, compact or one entry a page (mm/state.ts says what compact means). */
import type { Kernel } from '../kernel-state.ts';
import { markSlotDirty } from '../output.ts';
import { disturbMm } from '../sched/steady.ts';
import { type MmId, type NodeId, type PageFrame, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
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
    mm: new Int32Array(capacity).fill(-1),
    vma: new Int32Array(capacity),
    index: new Int32Array(capacity),
    first: new Uint16Array(capacity),
    end: new Uint16Array(capacity),
    block: new Int32Array(capacity).fill(-1),
    low: new Uint16Array(capacity),
    high: new Uint16Array(capacity),
    ptes: new Array<Uint32Array | null>(capacity).fill(null),
    sparePtes: [],
    present: new Uint16Array(capacity),
    nodePages: new Uint16Array(capacity * nodes),
    markedPtes: new Uint16Array(capacity),
    markedPmd: new Uint8Array(capacity),
    huge: new Uint8Array(capacity),
    mayShare: new Uint8Array(capacity),
    offLru: new Uint16Array(capacity),
    queued: new Uint16Array(capacity),
    fill: new Int32Array(capacity * nodes).fill(-1),
    toucher: new Uint16Array(capacity),
    freshTick: new Uint32Array(capacity),
    freshFrom: new Uint16Array(capacity),
    freshTo: new Uint16Array(capacity),
    freshBy: new Int32Array(capacity),
    firstRun: new Int32Array(capacity).fill(-1),
  };
}

function grow(t: PageTables): void {
  const capacity = t.capacity * 2;
  const copy = <T extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(old: T, fresh: T): T => {
    fresh.set(old);
    return fresh;
  };
  t.mm = copy(t.mm, new Int32Array(capacity).fill(-1));
  t.vma = copy(t.vma, new Int32Array(capacity));
  t.index = copy(t.index, new Int32Array(capacity));
  t.first = copy(t.first, new Uint16Array(capacity));
  t.end = copy(t.end, new Uint16Array(capacity));
  t.block = copy(t.block, new Int32Array(capacity).fill(-1));
  t.low = copy(t.low, new Uint16Array(capacity));
  t.high = copy(t.high, new Uint16Array(capacity));
  for (let i = t.capacity; i < capacity; i++) t.ptes.push(null);
  t.present = copy(t.present, new Uint16Array(capacity));
  t.nodePages = copy(t.nodePages, new Uint16Array(capacity * t.nodes));
  t.markedPtes = copy(t.markedPtes, new Uint16Array(capacity));
  t.markedPmd = copy(t.markedPmd, new Uint8Array(capacity));
  t.huge = copy(t.huge, new Uint8Array(capacity));
  t.mayShare = copy(t.mayShare, new Uint8Array(capacity));
  t.offLru = copy(t.offLru, new Uint16Array(capacity));
  t.queued = copy(t.queued, new Uint16Array(capacity));
  t.fill = copy(t.fill, new Int32Array(capacity * t.nodes).fill(-1));
  t.toucher = copy(t.toucher, new Uint16Array(capacity));
  t.freshTick = copy(t.freshTick, new Uint32Array(capacity));
  t.freshFrom = copy(t.freshFrom, new Uint16Array(capacity));
  t.freshTo = copy(t.freshTo, new Uint16Array(capacity));
  t.freshBy = copy(t.freshBy, new Int32Array(capacity));
  t.firstRun = copy(t.firstRun, new Int32Array(capacity).fill(-1));
  t.capacity = capacity;
}

/**
 * A fresh, empty slot.
 * @param first first page of the slot that belongs to the VMA; `end` one past the last
 */
export function createSlot(
  k: Kernel,
  mm: MmId,
  vma: number,
  index: number,
  first: number,
  end: number,
): SlotId {
  const t = k.memory.tables;
  let slot: SlotId;
  const reused = t.freeSlots.pop();
  if (reused !== undefined) slot = reused;
  else {
    if (t.count === t.capacity) grow(t);
    slot = t.count++;
  }
  t.mm[slot] = mm;
  t.vma[slot] = vma;
  t.index[slot] = index;
  t.first[slot] = first;
  t.end[slot] = end;
  t.mayShare[slot] = 0;
  t.toucher[slot] = 0;
  t.freshTick[slot] = 0;
  return slot;
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
  const at = slot * t.nodes + frames.node[block];
  if (t.fill[at] >= 0 && t.fill[at] !== block) frames.owner[t.fill[at]] = -1;
  t.fill[at] = block;
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
    block = t.fill[slot * t.nodes + node];
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
