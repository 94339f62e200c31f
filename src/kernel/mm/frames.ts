/**
 * Page frames: who holds which frame of which node. Buddy orders 0 and 9 only; a page-table slot fills one frame block per node,
 * page i to frame i, as long as whole free blocks are left (it stands for the contiguity that the buddy allocator and
 * per-CPU page lists give a lone writer), then the lowest free frame of a partly used block.
 */
import type { Kernel } from '../kernel-state.ts';
import type { Machine } from '../machine/machine.ts';
import { markBlockDirty } from '../output.ts';
import {
  type FrameBlockId,
  type NodeId,
  type PageFrame,
  PAGES_PER_BLOCK,
  PAGES_PER_MIB,
  type SlotId,
} from '../units.ts';
import { clearFill, fillOf, setFill } from './fill.ts';
import {
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_CACHE,
  FRAME_SLAB_WORDS,
  type Frames,
  PAGE_KIND,
  PAGE_KIND_SHIFT,
  PAGE_MAPCOUNT_SHIFT,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
} from './state.ts';

/** Number of FRAME_* kinds. */
export const FRAME_KINDS = 5;

/** Share of a node's memory that holds page cache at boot, and its upper limit: assumed (a freshly used machine). */
const PAGE_CACHE_SHARE = 0.03;
const PAGE_CACHE_MAX_MB = 256;

/** struct page word of a fresh page: no last_nid, not queued, this kind and mapcount. */
export function pageWord(kind: number, mapcount: number): number {
  return ((kind << PAGE_KIND_SHIFT) | (mapcount << PAGE_MAPCOUNT_SHIFT)) >>> 0;
}

export function kindOf(word: number): number {
  return (word & PAGE_KIND) >>> PAGE_KIND_SHIFT;
}

/**
 * min_free_kbytes for so much memory: int_sqrt(lowmem_kbytes * 16) clamped to 128 .. 65536 (init_per_zone_wmark_min,
 * mm/page_alloc.c 3.3).
 */
function minFreeKbytes(totalKb: number): number {
  return Math.min(65536, Math.max(128, Math.floor(Math.sqrt(totalKb * 16))));
}

/** All frames of a machine at boot: kernel memory and some page cache on every node, the rest free. */
export function createFrames(machine: Machine): Frames {
  const nodes = machine.nodes.length;
  const nodeFirstBlock = new Int32Array(nodes);
  const nodeEndBlock = new Int32Array(nodes);
  const nodeFrames = new Int32Array(nodes);
  let blocks = 0;
  let totalKb = 0;
  for (let n = 0; n < nodes; n++) {
    nodeFirstBlock[n] = blocks;
    blocks += Math.floor(machine.nodes[n].memoryMb / 2);
    nodeEndBlock[n] = blocks;
    nodeFrames[n] = (blocks - nodeFirstBlock[n]) * PAGES_PER_BLOCK;
    totalKb += nodeFrames[n] * 4;
  }
  const frames: Frames = {
    nodeFirstBlock,
    nodeEndBlock,
    nodeFrames,
    nodeKind: new Int32Array(nodes * FRAME_KINDS),
    watermarkMin: new Int32Array(nodes),
    watermarkLow: new Int32Array(nodes),
    watermarkHigh: new Int32Array(nodes),
    node: new Uint8Array(blocks),
    free: new Uint16Array(blocks).fill(PAGES_PER_BLOCK),
    owner: new Int32Array(blocks).fill(-1),
    page: new Uint32Array(blocks),
    low: new Uint16Array(blocks),
    high: new Uint16Array(blocks),
    slab: new Array<Uint32Array | null>(blocks).fill(null),
    spareSlabs: [],
    freeHint: Int32Array.from(nodeFirstBlock),
    partialHint: Int32Array.from(nodeFirstBlock),
    freeBlocks: new Int32Array(nodes),
    arrivedTick: new Uint32Array(blocks),
  };
  const minPages = minFreeKbytes(totalKb) / 4;
  for (let n = 0; n < nodes; n++) {
    frames.node.fill(n, nodeFirstBlock[n], nodeEndBlock[n]);
    frames.freeBlocks[n] = nodeEndBlock[n] - nodeFirstBlock[n];
    frames.nodeKind[n * FRAME_KINDS + FRAME_FREE] = nodeFrames[n];
    // setup_per_zone_wmarks, mm/page_alloc.c 3.3: min in proportion to the node's memory, low and high a quarter and a half above.
    const min = Math.floor((minPages * nodeFrames[n] * 4) / Math.max(1, totalKb));
    frames.watermarkMin[n] = min;
    frames.watermarkLow[n] = min + (min >> 2);
    frames.watermarkHigh[n] = min + (min >> 1);
    const mb = machine.nodes[n].memoryMb;
    occupyBlocks(frames, n, machine.nodes[n].reservedMb * PAGES_PER_MIB, FRAME_KERNEL, () => undefined);
    const cacheMb = Math.min(PAGE_CACHE_MAX_MB, Math.floor(mb * PAGE_CACHE_SHARE));
    occupyBlocks(frames, n, cacheMb * PAGES_PER_MIB, FRAME_PAGE_CACHE, () => undefined);
  }
  return frames;
}

/**
 * Fill wholly free blocks of a node, lowest first, with pages of a kind that nothing maps (kernel memory, page cache).
 * @param onBlock told of every block used
 * @returns pages placed: fewer than asked when no whole block is left
 */
export function occupyBlocks(
  frames: Frames,
  node: NodeId,
  pages: number,
  kind: number,
  onBlock: (block: FrameBlockId) => void,
): number {
  let left = Math.min(pages, frames.nodeKind[node * FRAME_KINDS + FRAME_FREE]);
  const wanted = left;
  while (left > 0 && frames.freeBlocks[node] > 0) {
    const block = takeFreeBlock(frames, node);
    const used = Math.min(left, PAGES_PER_BLOCK);
    frames.page[block] = pageWord(kind, 0);
    frames.low[block] = 0;
    frames.high[block] = used;
    accountFrames(frames, block, FRAME_FREE, kind, used);
    onBlock(block);
    left -= used;
  }
  return wanted - left;
}

/** Book `count` frames of a block from one kind to another. */
function accountFrames(frames: Frames, block: FrameBlockId, from: number, to: number, count: number): void {
  const base = frames.node[block] * FRAME_KINDS;
  frames.nodeKind[base + from] -= count;
  frames.nodeKind[base + to] += count;
  if (from === FRAME_FREE) frames.free[block] -= count;
  if (to === FRAME_FREE) frames.free[block] += count;
}

/** Free pages of a node. */
export function freePages(frames: Frames, node: NodeId): number {
  return frames.nodeKind[node * FRAME_KINDS + FRAME_FREE];
}

/** Frames of one kind on all nodes. */
export function countKind(frames: Frames, kind: number): number {
  let count = 0;
  for (let n = 0; n < frames.nodeFrames.length; n++) count += frames.nodeKind[n * FRAME_KINDS + kind];
  return count;
}

function takeFreeBlock(frames: Frames, node: NodeId): FrameBlockId {
  let block = frames.freeHint[node];
  while (frames.free[block] !== PAGES_PER_BLOCK) block++;
  frames.freeHint[node] = block + 1;
  frames.freeBlocks[node]--;
  return block;
}

/**
 * Take a wholly free frame block of a node for a slot to fill.
 * @returns the block, or -1 when the node has none
 */
export function claimBlock(k: Kernel, node: NodeId, slot: SlotId): FrameBlockId {
  const frames = k.memory.frames;
  if (frames.freeBlocks[node] === 0) return -1;
  const block = takeFreeBlock(frames, node);
  frames.owner[block] = slot;
  setFill(k.memory, slot, block);
  return block;
}

/** Use frames [low, high) of a compact, so far unused or adjacent range of a block for pages of one kind. */
export function useCompact(k: Kernel, block: FrameBlockId, low: number, high: number, word: number): void {
  const frames = k.memory.frames;
  const used = frames.high[block] - frames.low[block];
  if (used === 0) {
    frames.low[block] = low;
    frames.high[block] = high;
  } else {
    if (low < frames.low[block]) frames.low[block] = low;
    if (high > frames.high[block]) frames.high[block] = high;
  }
  frames.page[block] = word;
  accountFrames(frames, block, FRAME_FREE, kindOf(word), frames.high[block] - frames.low[block] - used);
  markBlockDirty(k, block);
}

/** Give a block one record a frame, and the slot that maps it compactly one entry a page: compact is always both or neither. */
export function expandBlock(k: Kernel, block: FrameBlockId): Uint32Array {
  const frames = k.memory.frames;
  const old = frames.slab[block];
  if (old !== null) return old;
  const slab = frames.spareSlabs.pop() ?? new Uint32Array(FRAME_SLAB_WORDS);
  slab.fill(RMAP_NONE, 0, PAGES_PER_BLOCK);
  slab.fill(0, PAGES_PER_BLOCK);
  const word = frames.page[block];
  const low = frames.low[block];
  const high = frames.high[block];
  slab.fill(word, PAGES_PER_BLOCK + low, PAGES_PER_BLOCK + high);
  const slot = frames.owner[block];
  if (slot >= 0) for (let i = low; i < high; i++) slab[i] = (slot * PAGES_PER_BLOCK + i) >>> 0;
  frames.slab[block] = slab;
  if (slot >= 0 && k.memory.tables.block[slot] === block) expandEntries(k, slot);
  return slab;
}

/** Write a compact slot's page-table entries out one by one. */
function expandEntries(k: Kernel, slot: SlotId): void {
  const tables = k.memory.tables;
  const ptes = tables.sparePtes.pop() ?? new Uint32Array(PAGES_PER_BLOCK);
  ptes.fill(PTE_NONE);
  const base = tables.block[slot] * PAGES_PER_BLOCK;
  // A compact slot is marked one by one either wholly or not at all.
  const mark = tables.markedPtes[slot] > 0 ? PTE_NUMA : 0;
  for (let i = tables.low[slot]; i < tables.high[slot]; i++) ptes[i] = (base + i) | mark;
  tables.ptes[slot] = ptes;
  tables.block[slot] = -1;
}

/** Fold an expanded block whose frames [low, high) all belong, page i to frame i, to `slot` with struct page `word`, the rest free. */
export function foldBlock(
  k: Kernel,
  block: FrameBlockId,
  slot: SlotId,
  low: number,
  high: number,
  word: number,
): void {
  const frames = k.memory.frames;
  const slab = frames.slab[block];
  if (slab === null) return;
  frames.spareSlabs.push(slab);
  frames.slab[block] = null;
  frames.owner[block] = slot;
  frames.low[block] = low;
  frames.high[block] = high;
  frames.page[block] = word;
}

/** struct page word of a frame. */
export function pageOf(frames: Frames, frame: PageFrame): number {
  const block = frame >>> 9;
  const slab = frames.slab[block];
  const i = frame & 511;
  if (slab !== null) return slab[PAGES_PER_BLOCK + i];
  return i >= frames.low[block] && i < frames.high[block] ? frames.page[block] : 0;
}

/** Write the struct page word of a frame (same kind); expands its block. */
export function setPage(k: Kernel, frame: PageFrame, word: number): void {
  const slab = expandBlock(k, frame >>> 9);
  slab[PAGES_PER_BLOCK + (frame & 511)] = word;
}

/** Write the reverse map entry of a frame; expands its block. */
export function setReverseMap(k: Kernel, frame: PageFrame, entry: number): void {
  const slab = expandBlock(k, frame >>> 9);
  slab[frame & 511] = entry;
}

/** Reverse map entry of a frame: slot << 9 | page, or RMAP_NONE. */
export function reverseMapOf(frames: Frames, frame: PageFrame): number {
  const block = frame >>> 9;
  const i = frame & 511;
  const slab = frames.slab[block];
  if (slab !== null) return slab[i];
  if (i < frames.low[block] || i >= frames.high[block] || frames.owner[block] < 0) return RMAP_NONE;
  return (frames.owner[block] * PAGES_PER_BLOCK + i) >>> 0;
}

/**
 * Allocate one frame of a node for a page of a slot: the slot's own block first, then a whole free block, then any free frame.
 * The block is expanded; watermarks are the caller's business.
 * @returns the frame, or -1 when the node has no free frame at all
 */
export function allocateFrame(k: Kernel, node: NodeId, slot: SlotId, page: number, word: number): PageFrame {
  const frames = k.memory.frames;
  if (freePages(frames, node) === 0) return -1;
  let block = fillOf(k.memory, slot, node);
  let index = page;
  if (block >= 0 && !isFrameFree(frames, block, index)) block = -2;
  if (block === -1) block = claimBlock(k, node, slot);
  if (block < 0) {
    block = frames.partialHint[node];
    while (frames.free[block] === 0) block++;
    frames.partialHint[node] = block;
    if (frames.free[block] === PAGES_PER_BLOCK) frames.freeBlocks[node]--;
    index = firstFreeFrame(frames, block);
  }
  const slab = expandBlock(k, block);
  slab[index] = (slot * PAGES_PER_BLOCK + page) >>> 0;
  slab[PAGES_PER_BLOCK + index] = word;
  accountFrames(frames, block, FRAME_FREE, kindOf(word), 1);
  markBlockDirty(k, block);
  return block * PAGES_PER_BLOCK + index;
}

export function isFrameFree(frames: Frames, block: FrameBlockId, index: number): boolean {
  const slab = frames.slab[block];
  if (slab !== null) return kindOf(slab[PAGES_PER_BLOCK + index]) === FRAME_FREE;
  return index < frames.low[block] || index >= frames.high[block];
}

function firstFreeFrame(frames: Frames, block: FrameBlockId): number {
  let i = 0;
  while (!isFrameFree(frames, block, i)) i++;
  return i;
}

/** Free one frame; its block is folded into a free one when it was the last in use. */
export function freeFrame(k: Kernel, frame: PageFrame): void {
  const frames = k.memory.frames;
  const block = frame >>> 9;
  const slab = expandBlock(k, block);
  const i = frame & 511;
  const kind = kindOf(slab[PAGES_PER_BLOCK + i]);
  slab[i] = RMAP_NONE;
  slab[PAGES_PER_BLOCK + i] = 0;
  accountFrames(frames, block, kind, FRAME_FREE, 1);
  markBlockDirty(k, block);
  const node = frames.node[block];
  if (block < frames.partialHint[node]) frames.partialHint[node] = block;
  if (frames.free[block] === PAGES_PER_BLOCK) releaseBlock(k, block);
}

/** Free all frames in use of a compact block. */
export function freeCompact(k: Kernel, block: FrameBlockId): void {
  const frames = k.memory.frames;
  const used = frames.high[block] - frames.low[block];
  accountFrames(frames, block, kindOf(frames.page[block]), FRAME_FREE, used);
  markBlockDirty(k, block);
  const node = frames.node[block];
  if (block < frames.partialHint[node]) frames.partialHint[node] = block;
  releaseBlock(k, block);
}

/** A block has become wholly free: back to buddy order 9. */
function releaseBlock(k: Kernel, block: FrameBlockId): void {
  const frames = k.memory.frames;
  const node = frames.node[block];
  const slab = frames.slab[block];
  if (slab !== null) {
    frames.spareSlabs.push(slab);
    frames.slab[block] = null;
  }
  const owner = frames.owner[block];
  if (owner >= 0 && fillOf(k.memory, owner, node) === block) clearFill(k.memory, owner, node);
  frames.owner[block] = -1;
  frames.page[block] = 0;
  frames.low[block] = 0;
  frames.high[block] = 0;
  frames.arrivedTick[block] = 0;
  frames.freeBlocks[node]++;
  if (block < frames.freeHint[node]) frames.freeHint[node] = block;
}

/** A slot gives up the blocks it was filling (it is being unmapped). */
export function forgetFill(k: Kernel, slot: SlotId): void {
  for (let n = 0; n < k.memory.tables.nodes; n++) {
    const block = fillOf(k.memory, slot, n);
    if (block < 0) continue;
    k.memory.frames.owner[block] = -1;
    clearFill(k.memory, slot, n);
  }
}

/** Change the kind of a frame in use. */
export function changeKind(k: Kernel, frame: PageFrame, kind: number, mapcount: number): void {
  const block = frame >>> 9;
  const slab = expandBlock(k, block);
  const i = PAGES_PER_BLOCK + (frame & 511);
  accountFrames(k.memory.frames, block, kindOf(slab[i]), kind, 1);
  slab[i] = pageWord(kind, mapcount);
  slab[frame & 511] = RMAP_NONE;
  markBlockDirty(k, block);
}
