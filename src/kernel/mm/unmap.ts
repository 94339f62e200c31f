/** Taking pages out of page tables: munmap, exit, and the other mapper of a page that stops being shared. */
import type { Kernel } from '../kernel-state.ts';
import { type PageFrame, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import {
  changeKind,
  forgetFill,
  freeCompact,
  freeFrame,
  kindOf,
  pageOf,
  setPage,
  setReverseMap,
} from './frames.ts';
import { accountPages, entryOf, expandSlot, pageOfVma, reverseMapEntry, vmaOf } from './page-tables.ts';
import { lruForgetSlot } from './pagevec.ts';
import {
  FRAME_FILE,
  FRAME_PAGE_CACHE,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  RMAP_NONE,
} from './state.ts';

/** Remove the mapping of one page (zap_pte_range for one pte); the frame is freed, or stays as page cache, with its last mapping. */
export function releaseMapping(k: Kernel, slot: SlotId, page: number): void {
  k.policy.forgetPage(k, slot, page);
  const ptes = expandSlot(k, slot);
  const frame = ptes[page] & PTE_FRAME_MASK;
  ptes[page] = PTE_NONE;
  accountPages(k, slot, k.memory.frames.node[frame >>> 9], -1);
  releaseFrame(k, slot, page, frame);
}

function releaseFrame(k: Kernel, slot: SlotId, page: number, frame: PageFrame): void {
  const word = pageOf(k.memory.frames, frame);
  const mapcount = (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT;
  if (mapcount > 1) {
    setPage(k, frame, ((word & ~PAGE_MAPCOUNT) | ((mapcount - 1) << PAGE_MAPCOUNT_SHIFT)) >>> 0);
    if (mapcount === 2) setReverseMap(k, frame, findOtherMapper(k, slot, page, frame));
  } else if (kindOf(word) === FRAME_FILE) {
    changeKind(k, frame, FRAME_PAGE_CACHE, 0);
  } else {
    freeFrame(k, frame);
    k.counters.pgfree++;
  }
}

/**
 * The one mapping left of a page that was shared: at the same address in a process of the fork family, or at the same
 * place of the object in any process (page_referenced's walk over anon_vma or i_mmap).
 */
function findOtherMapper(k: Kernel, slot: SlotId, page: number, frame: PageFrame): number {
  const t = k.memory.tables;
  const mine = k.mms[t.mm[slot]];
  const vma = vmaOf(k, slot);
  const offset = pageOfVma(k, slot, page);
  for (const mm of k.mms) {
    if (mm.exited || (vma.object < 0 && mm.family !== mine.family)) continue;
    for (const other of mm.vmas) {
      const same = vma.object >= 0 ? other.object === vma.object : other.start === vma.start;
      if (!same || other.dead || other.slots.length === 0) continue;
      const at = offset + t.first[other.slots[0]];
      const candidate = other.slots[Math.floor(at / PAGES_PER_BLOCK)];
      const i = at % PAGES_PER_BLOCK;
      if (candidate === undefined || (candidate === slot && i === page)) continue;
      const entry = entryOf(t, candidate, i);
      if (entry !== PTE_NONE && (entry & PTE_FRAME_MASK) === frame) return reverseMapEntry(candidate, i);
    }
  }
  return RMAP_NONE;
}

/**
 * Unmap a whole slot and give it back to the pool.
 * @returns pages that were mapped
 */
export function destroySlot(k: Kernel, slot: SlotId): number {
  const t = k.memory.tables;
  k.policy.forgetSlot(k, slot);
  lruForgetSlot(k, slot);
  const vma = vmaOf(k, slot);
  if (t.markedPmd[slot] !== 0 || t.markedPtes[slot] > 0) vma.markedSlots--;
  const pages = t.present[slot];
  const block = t.block[slot];
  if (block >= 0) {
    accountPages(k, slot, k.memory.frames.node[block], -pages);
    t.block[slot] = -1;
    freeCompact(k, block);
    k.counters.pgfree += pages;
  } else {
    const ptes = t.ptes[slot];
    if (ptes !== null) {
      for (let i = 0; i < PAGES_PER_BLOCK; i++) if (ptes[i] !== PTE_NONE) releaseMapping(k, slot, i);
      t.sparePtes.push(ptes);
      t.ptes[slot] = null;
    }
  }
  forgetFill(k, slot);
  t.markedPmd[slot] = 0;
  t.markedPtes[slot] = 0;
  t.huge[slot] = 0;
  t.low[slot] = 0;
  t.high[slot] = 0;
  t.mm[slot] = -1;
  t.freeSlots.push(slot);
  return pages;
}
