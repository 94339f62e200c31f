/** Invariants of page frames and page tables; see ../invariants.ts. */
import type { Report } from '../invariants.ts';
import type { Kernel } from '../kernel-state.ts';
import { type FrameBlockId, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import { fillOf } from './fill.ts';
import { FRAME_KINDS, kindOf, pageOf, reverseMapOf } from './frames.ts';
import { entryOf } from './page-tables.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_CACHE,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
} from './state.ts';

function mapcountOf(word: number): number {
  return (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT;
}

/** Pages are conserved: every node's frames add up, block by block and kind by kind. */
export function checkFrames(k: Kernel, report: Report): void {
  const f = k.memory.frames;
  const c = k.counters;
  let inUse = 0;
  for (let node = 0; node < k.machine.nodes.length; node++) {
    const kinds = new Array<number>(FRAME_KINDS).fill(0);
    let freeBlocks = 0;
    for (let block = f.nodeFirstBlock[node]; block < f.nodeEndBlock[node]; block++) {
      if (f.node[block] !== node)
        report(`block ${block} says node ${f.node[block]}, it lies on node ${node}`);
      checkBlock(k, block, kinds, report);
      if (f.free[block] === PAGES_PER_BLOCK) {
        freeBlocks++;
        if (block < f.freeHint[node])
          report(`block ${block} is wholly free below the hint ${f.freeHint[node]}`);
      }
      if (f.free[block] > 0 && block < f.partialHint[node]) {
        report(`block ${block} is partly free below the hint ${f.partialHint[node]}`);
      }
    }
    if (freeBlocks !== f.freeBlocks[node]) {
      report(`node ${node} counts ${f.freeBlocks[node]} free blocks and has ${freeBlocks}`);
    }
    let sum = 0;
    for (let kind = 0; kind < FRAME_KINDS; kind++) {
      const counted = f.nodeKind[node * FRAME_KINDS + kind];
      sum += counted;
      if (counted !== kinds[kind])
        report(`node ${node} counts ${counted} frames of kind ${kind} and has ${kinds[kind]}`);
      if (kind !== FRAME_FREE && kind !== FRAME_KERNEL) inUse += counted;
    }
    if (sum !== f.nodeFrames[node])
      report(`node ${node} has ${f.nodeFrames[node]} frames, its kinds add up to ${sum}`);
  }
  // Page cache was there at boot without having been allocated.
  if (c.pgalloc - c.pgfree + k.memory.bootPageCache !== inUse) {
    report(
      `pgalloc ${c.pgalloc} - pgfree ${c.pgfree} + ${k.memory.bootPageCache} at boot is not the ${inUse} pages in use`,
    );
  }
}

/** One block: adds its frames to `kinds`; free frames as its slab or range says; a compact block is owned by the slot that maps it compactly, or by nobody. */
export function checkBlock(k: Kernel, block: FrameBlockId, kinds: number[], report: Report): void {
  const f = k.memory.frames;
  const t = k.memory.tables;
  const node = f.node[block];
  const owner = f.owner[block];
  if (owner >= 0 && (t.mm[owner] < 0 || fillOf(k.memory, owner, node) !== block)) {
    report(`block ${block} is owned by slot ${owner}, which does not fill it`);
  }
  const slab = f.slab[block];
  if (slab !== null) {
    let free = 0;
    for (let i = 0; i < PAGES_PER_BLOCK; i++) {
      const word = slab[PAGES_PER_BLOCK + i];
      kinds[kindOf(word)]++;
      if (kindOf(word) === FRAME_FREE) {
        free++;
        if (word !== 0) report(`free frame ${block * PAGES_PER_BLOCK + i} kept its struct page`);
        if (slab[i] !== RMAP_NONE) report(`free frame ${block * PAGES_PER_BLOCK + i} is reverse mapped`);
      }
    }
    if (free !== f.free[block]) report(`block ${block} counts ${f.free[block]} free frames and has ${free}`);
    if (free === PAGES_PER_BLOCK) report(`block ${block} is wholly free and still expanded`);
    return;
  }
  const used = f.high[block] - f.low[block];
  kinds[FRAME_FREE] += PAGES_PER_BLOCK - used;
  if (used > 0) kinds[kindOf(f.page[block])] += used;
  if (used !== PAGES_PER_BLOCK - f.free[block]) {
    report(`block ${block} counts ${f.free[block]} free frames, its range leaves ${PAGES_PER_BLOCK - used}`);
  }
  if (used === 0) {
    if (owner >= 0) report(`free block ${block} is owned by slot ${owner}`);
    if (f.page[block] !== 0) report(`free block ${block} kept its struct page`);
    return;
  }
  const kind = kindOf(f.page[block]);
  if (kind === FRAME_ANONYMOUS || kind === FRAME_FILE) {
    if (owner < 0 || t.block[owner] !== block)
      report(`compact block ${block} has no slot that maps it compactly`);
  } else if (mapcountOf(f.page[block]) !== 0) report(`compact block ${block} of kind ${kind} is mapped`);
}

/** A frame has one owner: page tables and reverse map agree both ways, and mapcount is the number of mappings. */
export function checkTables(k: Kernel, report: Report): void {
  const f = k.memory.frames;
  const t = k.memory.tables;
  const mappings = new Map<number, number>();
  const offLru = new Uint16Array(t.count);
  for (const vec of k.memory.pagevecs) for (const slot of vec.slots) offLru[slot]++;
  for (const mm of k.mms) {
    const mmPages = new Int32Array(t.nodes);
    for (let v = 0; v < mm.vmas.length; v++) {
      const vma = mm.vmas[v];
      if (vma.dead && vma.slots.length > 0) report(`unmapped vma ${v} of mm ${mm.id} kept its slots`);
      const vmaPages = new Int32Array(t.nodes);
      let marked = 0;
      for (let s = 0; s < vma.slots.length; s++) {
        const slot = vma.slots[s];
        if (t.mm[slot] !== mm.id || t.vma[slot] !== v || t.index[slot] !== s) {
          report(`slot ${slot} does not know that it is slot ${s} of vma ${v} of mm ${mm.id}`);
          continue;
        }
        checkSlot(k, slot, mappings, report);
        if (t.offLru[slot] !== offLru[slot]) {
          report(`slot ${slot} counts ${t.offLru[slot]} pages in pagevecs, there are ${offLru[slot]}`);
        }
        if (t.markedPmd[slot] !== 0 || t.markedPtes[slot] > 0) marked++;
        for (let n = 0; n < t.nodes; n++) vmaPages[n] += t.nodePages[slot * t.nodes + n];
      }
      if (vma.markedSlots !== marked)
        report(`vma ${v} of mm ${mm.id} counts ${vma.markedSlots} marked slots of ${marked}`);
      comparePages(`vma ${v} of mm ${mm.id}`, vma.nodePages, vma.presentPages, vmaPages, report);
      for (let n = 0; n < t.nodes; n++) mmPages[n] += vmaPages[n];
    }
    comparePages(`mm ${mm.id}`, mm.nodePages, mm.presentPages, mmPages, report);
  }
  const free = new Set(t.freeSlots);
  for (let slot = 0; slot < t.count; slot++) {
    if (t.mm[slot] < 0 !== free.has(slot)) report(`slot ${slot} is neither free nor in use`);
    if (t.mm[slot] >= 0) continue;
    const left =
      t.present[slot] +
      t.markedPtes[slot] +
      t.markedPmd[slot] +
      t.huge[slot] +
      t.offLru[slot] +
      t.queued[slot];
    if (left !== 0 || t.ptes[slot] !== null || t.block[slot] >= 0) report(`free slot ${slot} is not empty`);
    if (offLru[slot] !== 0) report(`free slot ${slot} is named by a pagevec`);
  }
  checkMappedFrames(k, mappings, report);
  for (const object of k.memory.objects) {
    for (const frame of object.frames) {
      if (frame === PTE_NONE) continue;
      const kind = kindOf(pageOf(f, frame));
      if (kind !== FRAME_FILE && kind !== FRAME_PAGE_CACHE)
        report(`object ${object.key} names frame ${frame} of kind ${kind}`);
    }
  }
}

/** Every mapped frame is in use with the right mapcount; every frame that claims a mapping has one. */
function checkMappedFrames(k: Kernel, mappings: Map<number, number>, report: Report): void {
  const f = k.memory.frames;
  for (const [frame, count] of mappings) {
    const word = pageOf(f, frame);
    const kind = kindOf(word);
    if (kind !== FRAME_ANONYMOUS && kind !== FRAME_FILE) report(`mapped frame ${frame} is of kind ${kind}`);
    if (mapcountOf(word) !== count)
      report(`frame ${frame} has mapcount ${mapcountOf(word)} and ${count} mappings`);
    const entry = reverseMapOf(f, frame);
    if (count > 1 && entry !== RMAP_NONE) report(`shared frame ${frame} has a reverse map entry`);
  }
  for (let block = 0; block < f.node.length; block++) {
    for (let i = 0; i < PAGES_PER_BLOCK; i++) {
      const frame = block * PAGES_PER_BLOCK + i;
      if (mapcountOf(pageOf(f, frame)) > 0 && !mappings.has(frame))
        report(`frame ${frame} is mapped by nobody`);
    }
  }
}

function comparePages(
  name: string,
  nodePages: Int32Array,
  present: number,
  found: Int32Array,
  report: Report,
): void {
  let sum = 0;
  for (let n = 0; n < found.length; n++) {
    sum += found[n];
    if (nodePages[n] !== found[n])
      report(`${name} counts ${nodePages[n]} pages on node ${n} and has ${found[n]}`);
  }
  if (sum !== present) report(`${name} counts ${present} pages and has ${sum}`);
}

export function checkSlot(
  k: Kernel,
  slot: SlotId,
  mappings: Map<number, number> | null,
  report: Report,
): void {
  const f = k.memory.frames;
  const t = k.memory.tables;
  const ptes = t.ptes[slot];
  const block = t.block[slot];
  if (ptes !== null && block >= 0) report(`slot ${slot} is compact and expanded at once`);
  if (block >= 0) {
    if (f.slab[block] !== null) report(`slot ${slot} is compact over the expanded block ${block}`);
    else if (f.low[block] !== t.low[slot] || f.high[block] !== t.high[slot]) {
      report(`slot ${slot} and block ${block} disagree about their range`);
    }
    if (f.owner[block] !== slot)
      report(`block ${block} of compact slot ${slot} is owned by ${f.owner[block]}`);
    if (t.markedPtes[slot] !== 0 && t.markedPtes[slot] !== t.present[slot])
      report(`compact slot ${slot} is partly marked`);
    if (mapcountOf(f.page[block]) !== 1)
      report(`compact slot ${slot} has mapcount ${mapcountOf(f.page[block])}`);
    if (kindOf(f.page[block]) !== FRAME_ANONYMOUS)
      report(`compact slot ${slot} holds kind ${kindOf(f.page[block])}`);
  }
  if (t.huge[slot] !== 0 && (block < 0 || t.low[slot] !== 0 || t.high[slot] !== PAGES_PER_BLOCK)) {
    report(`huge slot ${slot} is not one whole compact block`);
  }
  for (let n = 0; n < t.nodes; n++) {
    const fill = fillOf(k.memory, slot, n);
    if (fill >= 0 && (f.owner[fill] !== slot || f.node[fill] !== n))
      report(`slot ${slot} fills block ${fill}, which is not its`);
  }
  const perNode = new Int32Array(t.nodes);
  let present = 0;
  let marked = 0;
  for (let i = 0; i < PAGES_PER_BLOCK; i++) {
    const entry = entryOf(t, slot, i);
    if (entry === PTE_NONE) continue;
    if (i < t.first[slot] || i >= t.end[slot]) report(`slot ${slot} maps page ${i} outside its vma`);
    present++;
    if ((entry & PTE_NUMA) !== 0) marked++;
    const frame = entry & PTE_FRAME_MASK;
    perNode[f.node[frame >>> 9]]++;
    mappings?.set(frame, (mappings.get(frame) ?? 0) + 1);
    if (mapcountOf(pageOf(f, frame)) === 1 && reverseMapOf(f, frame) !== slot * PAGES_PER_BLOCK + i) {
      report(`frame ${frame} is mapped by page ${i} of slot ${slot}, its reverse map does not say so`);
    }
    if (
      kindOf(pageOf(f, frame)) === FRAME_ANONYMOUS &&
      mapcountOf(pageOf(f, frame)) > 1 &&
      t.mayShare[slot] === 0
    ) {
      report(`slot ${slot} shares frame ${frame} copy on write and does not know it`);
    }
  }
  if (present !== t.present[slot]) report(`slot ${slot} counts ${t.present[slot]} pages and maps ${present}`);
  if (ptes !== null && marked !== t.markedPtes[slot])
    report(`slot ${slot} counts ${t.markedPtes[slot]} marks and has ${marked}`);
  for (let n = 0; n < t.nodes; n++) {
    if (perNode[n] !== t.nodePages[slot * t.nodes + n]) {
      report(
        `slot ${slot} counts ${t.nodePages[slot * t.nodes + n]} pages on node ${n} and maps ${perNode[n]}`,
      );
    }
  }
}
