/** Moving pages between nodes (migrate_pages, mm/migrate.c 3.3) and splitting huge ones. */
import type { Kernel } from '../kernel-state.ts';
import {
  markBlockDirty,
  STAYED_NO_FRAME,
  STAYED_NO_ROOM,
  STAYED_SHARED,
  STAYED_THERE,
  trace,
  TRACE_MIGRATION_FAILED,
  TRACE_PAGES_MIGRATED,
  TRACE_THP_SPLIT,
} from '../output.ts';
import { BILL_SPLIT, billProcess, processOfSlot } from '../process-bill.ts';
import { type NodeId, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import { countAllocation } from './allocate.ts';
import { fillOf } from './fill.ts';
import {
  allocateFrame,
  claimBlock,
  freeCompact,
  freeFrame,
  freePages,
  kindOf,
  pageOf,
  setPage,
  useCompact,
} from './frames.ts';
import { accountPages, expandSlot, frameOf, isMappedOnce, pageOfVma, tryFold, vmaOf } from './page-tables.ts';
import { FRAME_FILE, PAGE_ISOLATED, PAGE_LAST_NID, PTE_FRAME_MASK, PTE_NONE, PTE_NUMA } from './state.ts';

/** Did the isolated pages of a range all move? `failed` of them stayed and went back to their LRU. */
export interface MigrationResult {
  moved: number;
  failed: number;
}

/**
 * Migrate the isolated pages among [from, to) of a slot to a node: allocation on that node only, no reclaim; what finds no frame,
 * or has come to be mapped twice since, stays and goes back to its LRU (putback_lru_pages).
 * Page state (last_nid, mark) travels along; the new page is not queued.
 */
export function migrateIsolated(
  k: Kernel,
  slot: SlotId,
  from: number,
  to: number,
  dst: NodeId,
  result: MigrationResult,
): void {
  result.moved = 0;
  result.failed = 0;
  const t = k.memory.tables;
  const frames = k.memory.frames;
  if (t.block[slot] >= 0 && from <= t.low[slot] && to >= t.high[slot]) {
    if ((frames.page[t.block[slot]] & PAGE_ISOLATED) === 0) return;
    if (migrateCompact(k, slot, dst)) {
      result.moved = t.present[slot];
      return;
    }
    if (t.huge[slot] !== 0) {
      // Native migration of a huge page found no free huge page: it stays whole and where it is.
      frames.page[t.block[slot]] = (frames.page[t.block[slot]] & ~PAGE_ISOLATED) >>> 0;
      result.failed = t.present[slot];
      k.counters.pgmigrate_fail += result.failed;
      traceFailed(k, slot, from, result.failed, dst, STAYED_NO_FRAME);
      return;
    }
  }
  const ptes = expandSlot(k, slot);
  // Pages side by side that stay for one reason are one event.
  let why = 0;
  let stayedFrom = from;
  let stayedTo = from;
  for (let i = from; i < to; i++) {
    const entry = ptes[i];
    if (entry === PTE_NONE) continue;
    const frame = entry & PTE_FRAME_MASK;
    const word = pageOf(frames, frame);
    if ((word & PAGE_ISOLATED) === 0) continue;
    const src = frames.node[frame >>> 9];
    const kept = (word & ~PAGE_ISOLATED) >>> 0;
    const target =
      isMappedOnce(word) && src !== dst && aboveLow(k, dst) > 0 ? allocateFrame(k, dst, slot, i, kept) : -1;
    if (target < 0) {
      const reason = !isMappedOnce(word)
        ? STAYED_SHARED
        : src === dst
          ? STAYED_THERE
          : aboveLow(k, dst) > 0
            ? STAYED_NO_FRAME
            : STAYED_NO_ROOM;
      if (stayedTo !== i || why !== reason) {
        traceFailed(k, slot, stayedFrom, stayedTo - stayedFrom, dst, why);
        stayedFrom = i;
        why = reason;
      }
      stayedTo = i + 1;
      setPage(k, frame, kept);
      result.failed++;
      continue;
    }
    ptes[i] = (target | (entry & PTE_NUMA)) >>> 0;
    // The page cache finds a file page in its new place (migrate_page_move_mapping).
    if (kindOf(word) === FRAME_FILE)
      k.memory.objects[vmaOf(k, slot).object].frames[pageOfVma(k, slot, i)] = target;
    freeFrame(k, frame);
    accountPages(k, slot, src, -1);
    accountPages(k, slot, dst, 1);
    frames.arrivedTick[target >>> 9] = k.ticks;
    result.moved++;
    countMoved(k, dst, 1);
    trace(k, TRACE_PAGES_MIGRATED, slot, i, 1, src, dst, target, t.mm[slot]);
  }
  k.counters.pgmigrate_success += result.moved;
  k.counters.pgmigrate_fail += result.failed;
  k.output.stepMigrations += result.moved;
  traceFailed(k, slot, stayedFrom, stayedTo - stayedFrom, dst, why);
  if (t.nodePages[slot * t.nodes + dst] === t.present[slot]) tryFold(k, slot);
}

function traceFailed(k: Kernel, slot: SlotId, from: number, pages: number, dst: NodeId, why: number): void {
  if (pages > 0)
    trace(k, TRACE_MIGRATION_FAILED, slot, from, pages, dst, why, aboveLow(k, dst), k.memory.tables.mm[slot]);
}

/** A migration allocates the new page (alloc_pages_exact_node, from a CPU of that node) and frees the old one. */
function countMoved(k: Kernel, dst: NodeId, pages: number): void {
  countAllocation(k, dst, dst, dst, pages, false);
  k.counters.pgfree += pages;
}

/** Pages an allocation on this node only, which does not reclaim, can have: those above the low watermark. */
function aboveLow(k: Kernel, node: NodeId): number {
  return freePages(k.memory.frames, node) - k.memory.frames.watermarkLow[node];
}

/** A whole compact slot moves into a whole free block. @returns false when the node has none or the pages are shared */
function migrateCompact(k: Kernel, slot: SlotId, dst: NodeId): boolean {
  const t = k.memory.tables;
  const frames = k.memory.frames;
  const old = t.block[slot];
  const src = frames.node[old];
  const word = frames.page[old];
  if (src === dst || !isMappedOnce(word) || fillOf(k.memory, slot, dst) >= 0) return false;
  if (aboveLow(k, dst) < t.present[slot]) return false;
  const block = claimBlock(k, dst, slot);
  if (block < 0) return false;
  const low = t.low[slot];
  const high = t.high[slot];
  useCompact(k, block, low, high, (word & ~PAGE_ISOLATED) >>> 0);
  t.block[slot] = block;
  freeCompact(k, old);
  accountPages(k, slot, src, low - high);
  accountPages(k, slot, dst, high - low);
  frames.arrivedTick[block] = k.ticks;
  countMoved(k, dst, high - low);
  k.counters.pgmigrate_success += high - low;
  k.output.stepMigrations += high - low;
  const target = block * PAGES_PER_BLOCK + low;
  trace(k, TRACE_PAGES_MIGRATED, slot, low, high - low, src, dst, target, t.mm[slot]);
  return true;
}

/** split_huge_page: the mapping becomes 512 base pages in the same frames; queue membership and last_nid are the tails' too. */
export function splitHugePage(k: Kernel, slot: SlotId): void {
  const t = k.memory.tables;
  if (t.huge[slot] === 0) return;
  t.huge[slot] = 0;
  if (!k.autonuma.version.splitKeepsLastNid) forgetTailsLastNid(k, slot);
  k.counters.thp_split++;
  k.bill.splitNs += k.costs.splitNs;
  billProcess(k, processOfSlot(k, slot), BILL_SPLIT, k.costs.splitNs);
  markBlockDirty(k, frameOf(t, slot, 0) >>> 9);
  trace(k, TRACE_THP_SPLIT, slot);
}

/** Before alpha14 only the head page keeps last_nid (autonuma.md 2.1). */
function forgetTailsLastNid(k: Kernel, slot: SlotId): void {
  const t = k.memory.tables;
  if ((pageOf(k.memory.frames, frameOf(t, slot, 0)) & PAGE_LAST_NID) === 0) return;
  expandSlot(k, slot);
  for (let i = 1; i < PAGES_PER_BLOCK; i++) {
    const frame = frameOf(t, slot, i);
    setPage(k, frame, (pageOf(k.memory.frames, frame) & ~PAGE_LAST_NID) >>> 0);
  }
}
