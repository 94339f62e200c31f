/** khugepaged: collapses 2 MiB of base pages into a huge page (mm/huge_memory.c 3.3). Fault-time huge pages are in allocate.ts. */
import type { Kernel } from '../kernel-state.ts';
import { trace, TRACE_THP_COLLAPSED } from '../output.ts';
import { sleepUntil } from '../sched/sched.ts';
import type { Task } from '../sched/task.ts';
import {
  type CpuId,
  type Nanoseconds,
  type NodeId,
  NS_PER_MS,
  PAGES_PER_BLOCK,
  type SlotId,
} from '../units.ts';
import { countAllocation, mapHugeBlock } from './allocate.ts';
import { claimBlock, forgetFill, freePages, pageOf, pageWord } from './frames.ts';
import { entryOf, frameOf, isMappedOnce } from './page-tables.ts';
import { releaseMapping } from './unmap.ts';
import { lruForgetSlot } from './pagevec.ts';
import { FRAME_ANONYMOUS, PAGE_ISOLATED, PAGE_LAST_NID, PTE_NONE, PTE_NUMA, type Vma } from './state.ts';

/** khugepaged/scan_sleep_millisecs and pages_to_scan, defaults of 3.3, and the boost of AutoNUMA alpha10 and later (autonuma.md 5.7). */
const SCAN_SLEEP_MS = 10_000;
const BOOSTED_SCAN_SLEEP_MS = 100;
const PAGES_TO_SCAN = 4096;

/** Where khugepaged is: part of the state, kept on its task as a cursor. */
export interface KhugepagedState {
  mm: number;
  vma: number;
  slot: number;
  /** Pages looked at since the last sleep. */
  scanned: number;
  /** Times it came past the first process since then: after the second there is nothing more to look at. */
  heads: number;
}

export function createKhugepaged(): KhugepagedState {
  return { mm: 0, vma: 0, slot: 0, scanned: 0, heads: 0 };
}

/** transparent_hugepage_enabled(vma): may this mapping have huge pages? */
export function mayBeHuge(k: Kernel, vma: Vma): boolean {
  if (vma.backing !== 'anonymous' || k.memory.thp === 'never' || vma.thp === 'never') return false;
  return k.memory.thp === 'on' || vma.thp === 'always';
}

/** Is there anything to collapse at all? With madvise, only when some program asks for huge pages. */
function anyHugePages(k: Kernel): boolean {
  if (k.memory.thp !== 'off') return k.memory.thp === 'on';
  return k.programs.images.some((image) => image.regions.some((region) => region.thp === 'always'));
}

/** Run khugepaged for at most `budgetNs`; it sleeps after pages_to_scan pages. */
export function runKhugepaged(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  const state = k.khugepaged;
  if (!anyHugePages(k)) state.scanned = PAGES_TO_SCAN;
  let used = 0;
  while (used < budgetNs && task.debtNs === 0) {
    if (state.scanned >= PAGES_TO_SCAN) {
      state.scanned = 0;
      state.heads = 0;
      const boosted = k.autonuma.possible && k.autonuma.version.khugepagedBoost;
      sleepUntil(k, task, k.nowNs + (boosted ? BOOSTED_SCAN_SLEEP_MS : SCAN_SLEEP_MS) * NS_PER_MS);
      return Math.max(1000, used);
    }
    const slot = nextSlot(k);
    if (slot < 0) {
      // khugepaged_scan_mm_slot: a mapping passed over counts as one page.
      state.scanned = state.heads < 2 ? state.scanned + 1 : PAGES_TO_SCAN;
      continue;
    }
    state.scanned += PAGES_PER_BLOCK;
    used += PAGES_PER_BLOCK * k.costs.scanPageNs;
    if (collapse(k, slot, task.cpu)) task.debtNs += k.costs.collapseNs;
  }
  return Math.min(budgetNs, used);
}

/** The next slot of any anonymous mapping, round and round. @returns -1 when there is none at this step */
function nextSlot(k: Kernel): SlotId {
  const state = k.khugepaged;
  if (state.mm >= k.mms.length) {
    state.mm = 0;
    state.heads++;
  }
  if (k.mms.length === 0) return -1;
  const mm = k.mms[state.mm];
  const vma: Vma | undefined = mm.exited ? undefined : mm.vmas[state.vma];
  if (vma === undefined) {
    state.mm++;
    state.vma = 0;
    state.slot = 0;
    return -1;
  }
  if (vma.dead || !mayBeHuge(k, vma) || state.slot >= vma.slots.length) {
    state.vma++;
    state.slot = 0;
    return -1;
  }
  return vma.slots[state.slot++];
}

/**
 * collapse_huge_page: all pages mapped once go into one fresh huge page on the node of the first page. The new page takes the last
 * non-negative last_nid, and is hinting if any source was (autonuma.md 2.1).
 */
function collapse(k: Kernel, slot: SlotId, cpu: CpuId): boolean {
  const t = k.memory.tables;
  const frames = k.memory.frames;
  if (t.huge[slot] !== 0 || t.present[slot] !== PAGES_PER_BLOCK) return false;
  let lastNid = 0;
  // A compact slot's entries carry no marks of their own: its count tells.
  let marked = t.markedPmd[slot] !== 0 || t.markedPtes[slot] > 0 ? 1 : 0;
  for (let i = 0; i < PAGES_PER_BLOCK; i++) {
    const entry = entryOf(t, slot, i);
    if (entry === PTE_NONE) return false;
    if ((entry & PTE_NUMA) !== 0) marked = 1;
    const word = pageOf(frames, frameOf(t, slot, i));
    if (!isMappedOnce(word) || (word & PAGE_ISOLATED) !== 0) return false;
    if ((word & PAGE_LAST_NID) !== 0) lastNid = word & PAGE_LAST_NID;
  }
  const node: NodeId = frames.node[frameOf(t, slot, 0) >>> 9];
  if (freePages(frames, node) - PAGES_PER_BLOCK < frames.watermarkLow[node] || frames.freeBlocks[node] === 0)
    return false;
  k.policy.forgetSlot(k, slot);
  lruForgetSlot(k, slot);
  const wasMarked = t.markedPmd[slot] !== 0 || t.markedPtes[slot] > 0;
  for (let i = 0; i < PAGES_PER_BLOCK; i++) releaseMapping(k, slot, i);
  t.markedPtes[slot] = 0;
  const ptes = t.ptes[slot]!;
  t.sparePtes.push(ptes);
  t.ptes[slot] = null;
  forgetFill(k, slot);
  claimBlock(k, node, slot);
  mapHugeBlock(k, slot, node, (pageWord(FRAME_ANONYMOUS, 1) | lastNid) >>> 0);
  t.markedPmd[slot] = marked;
  t.mayShare[slot] = 0;
  const vma = k.mms[t.mm[slot]].vmas[t.vma[slot]];
  vma.markedSlots += (marked !== 0 ? 1 : 0) - (wasMarked ? 1 : 0);
  k.counters.thp_collapse_alloc++;
  countAllocation(k, node, node, k.machine.cpus[cpu].node, PAGES_PER_BLOCK, false);
  k.bill.collapseNs += k.costs.collapseNs;
  trace(k, TRACE_THP_COLLAPSED, slot, node);
  return true;
}
