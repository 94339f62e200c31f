/** Where a new page goes: memory policy, zonelist and watermarks (alloc_pages_vma and get_page_from_freelist, 3.3). */
import type { Kernel } from '../kernel-state.ts';
import type { Mempolicy } from '../program/program.ts';
import {
  PLACED_BY_AUTONUMA,
  PLACED_BY_BIND,
  PLACED_BY_INTERLEAVE,
  PLACED_BY_LOCAL_CPU,
  PLACED_BY_PREFERRED,
  printk,
} from '../output.ts';
import type { Task } from '../sched/task.ts';
import { type NodeId, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import { fillOf } from './fill.ts';
import { noteFresh } from './first-touch.ts';
import { claimBlock, freePages, useCompact } from './frames.ts';
import { lruCacheAdd } from './pagevec.ts';
import { accountPages, mapFresh } from './page-tables.ts';
import { directReclaim, wakeKswapd } from './reclaim.ts';
import { NUMASTAT_ITEMS, type Vma } from './state.ts';

/** The policy that governs a page: of the mapping, else of the task, else MPOL_DEFAULT (get_vma_policy, mm/mempolicy.c 3.3). */
function policyFor(task: Task, vma: Vma): Mempolicy | null {
  return vma.policy ?? task.mempolicy;
}

/** First node to try for a page, before the zonelist takes over. */
function firstNode(k: Kernel, task: Task, policy: Mempolicy | null, pageOfVma: number): NodeId {
  const local = k.machine.cpus[task.cpu].node;
  if (policy === null) return k.policy.allocationNode(k, task);
  if (policy.nodes.length === 0) return local;
  if (policy.mode === 'preferred') return policy.nodes[0];
  // offset_il_node: the page's offset in the mapping picks the node.
  if (policy.mode === 'interleave') return policy.nodes[pageOfVma % policy.nodes.length];
  return local;
}

/** What chose that node, PLACED_BY_*, for the trace. */
function placedBy(task: Task, policy: Mempolicy | null): number {
  if (policy === null) return task.autonuma.preferred >= 0 ? PLACED_BY_AUTONUMA : PLACED_BY_LOCAL_CPU;
  if (policy.nodes.length === 0) return PLACED_BY_LOCAL_CPU;
  if (policy.mode === 'preferred') return PLACED_BY_PREFERRED;
  return policy.mode === 'interleave' ? PLACED_BY_INTERLEAVE : PLACED_BY_BIND;
}

/** Pages that may still be taken from a node without going under a watermark. */
function room(k: Kernel, node: NodeId, watermark: Int32Array): number {
  return freePages(k.memory.frames, node) - watermark[node];
}

/**
 * Choose a node with room for at least one page, trying low watermarks, then min ones after waking kswapd, then direct reclaim.
 * @returns the node, or -1 when every allowed node is exhausted (OOM)
 */
function chooseNode(k: Kernel, task: Task, policy: Mempolicy | null, pageOfVma: number): NodeId {
  const frames = k.memory.frames;
  const first = firstNode(k, task, policy, pageOfVma);
  const zonelist = k.memory.zonelists[first];
  const bound = policy !== null && policy.mode === 'bind' && policy.nodes.length > 0;
  for (const node of zonelist) {
    if (bound && !policy.nodes.includes(node)) continue;
    if (room(k, node, frames.watermarkLow) > 0) return node;
  }
  for (const node of zonelist) if (!bound || policy.nodes.includes(node)) wakeKswapd(k, node);
  for (const node of zonelist) {
    if (bound && !policy.nodes.includes(node)) continue;
    if (room(k, node, frames.watermarkMin) > 0) return node;
  }
  for (const node of zonelist) {
    if (bound && !policy.nodes.includes(node)) continue;
    task.debtNs += directReclaim(k, node);
    if (room(k, node, frames.watermarkMin) > 0) return node;
  }
  return -1;
}

/** preferred_zone: the first node with memory that the zonelist and the policy allow, whatever is free there. */
function wantedNode(k: Kernel, task: Task, policy: Mempolicy | null, pageOfVma: number): NodeId {
  const zonelist = k.memory.zonelists[firstNode(k, task, policy, pageOfVma)];
  if (policy !== null && policy.mode === 'bind' && policy.nodes.length > 0) {
    for (const node of zonelist) if (policy.nodes.includes(node)) return node;
  }
  return zonelist[0];
}

/** numa_hit, numa_miss and friends (zone_statistics, mm/vmstat.c 3.3), in pages. */
export function countAllocation(
  k: Kernel,
  wanted: NodeId,
  got: NodeId,
  local: NodeId,
  pages: number,
  interleaved: boolean,
): void {
  const c = k.counters;
  const { numastat } = k.memory;
  const at = got * NUMASTAT_ITEMS.length;
  c.pgalloc += pages;
  if (got === wanted) {
    c.numa_hit += pages;
    numastat[at] += pages;
  } else {
    c.numa_miss += pages;
    c.numa_foreign += pages;
    numastat[at + 1] += pages;
    numastat[wanted * NUMASTAT_ITEMS.length + 2] += pages;
  }
  if (interleaved && got === wanted) {
    c.numa_interleave += pages;
    numastat[at + 3] += pages;
  }
  if (got === local) {
    c.numa_local += pages;
    numastat[at + 4] += pages;
  } else {
    c.numa_other += pages;
    numastat[at + 5] += pages;
  }
}

/**
 * First touch: map fresh pages from `from` on, at most up to `to`, where policy and zonelist put them.
 * @param word struct page of the new pages
 * @returns pages mapped; 0 when no allowed node has any (the caller kills the process)
 */
export function mapNewPages(
  k: Kernel,
  task: Task,
  vma: Vma,
  slot: SlotId,
  from: number,
  to: number,
  word: number,
): number {
  const tables = k.memory.tables;
  const policy = policyFor(task, vma);
  const pageOfVma = tables.index[slot] * PAGES_PER_BLOCK + from - tables.first[vma.slots[0]];
  const node = chooseNode(k, task, policy, pageOfVma);
  if (node < 0) return 0;
  const interleaved = policy !== null && policy.mode === 'interleave' && policy.nodes.length > 1;
  const most = Math.max(1, room(k, node, k.memory.frames.watermarkLow));
  const count = interleaved ? 1 : Math.min(to - from, most);
  const mapped = mapFresh(k, slot, from, from + count, node, word);
  if (mapped > 0) {
    const wanted = wantedNode(k, task, policy, pageOfVma);
    countAllocation(k, wanted, node, k.machine.cpus[task.cpu].node, mapped, interleaved);
    noteFresh(k, task, slot, from, from + mapped, node, wanted, placedBy(task, policy));
    lruCacheAdd(k, task.cpu, slot, from, from + mapped);
  }
  return mapped;
}

/**
 * Fault-time huge page (do_huge_pmd_anonymous_page, mm/huge_memory.c 3.3): an empty, whole slot gets one order-9 block.
 * @returns false when no whole block is free above the low watermark on the chosen node (fall back to base pages)
 */
export function mapHugePage(k: Kernel, task: Task, vma: Vma, slot: SlotId, word: number): boolean {
  const tables = k.memory.tables;
  const policy = policyFor(task, vma);
  const pageOfVma = tables.index[slot] * PAGES_PER_BLOCK;
  const node = chooseNode(k, task, policy, pageOfVma);
  if (
    node < 0 ||
    room(k, node, k.memory.frames.watermarkLow) < PAGES_PER_BLOCK ||
    claimBlock(k, node, slot) < 0
  ) {
    k.counters.thp_fault_fallback++;
    return false;
  }
  mapHugeBlock(k, slot, node, word);
  k.counters.thp_fault_alloc++;
  const wanted = wantedNode(k, task, policy, pageOfVma);
  countAllocation(k, wanted, node, k.machine.cpus[task.cpu].node, PAGES_PER_BLOCK, false);
  noteFresh(k, task, slot, 0, PAGES_PER_BLOCK, node, wanted, placedBy(task, policy));
  return true;
}

/** Map a whole claimed block of a node as one huge page of an empty slot. */
export function mapHugeBlock(k: Kernel, slot: SlotId, node: NodeId, word: number): void {
  const tables = k.memory.tables;
  const block = fillOf(k.memory, slot, node);
  tables.block[slot] = block;
  tables.low[slot] = 0;
  tables.high[slot] = PAGES_PER_BLOCK;
  tables.huge[slot] = 1;
  useCompact(k, block, 0, PAGES_PER_BLOCK, word);
  accountPages(k, slot, node, PAGES_PER_BLOCK);
}

/** Say that the OOM killer struck (out_of_memory, mm/oom_kill.c 3.3). */
export function reportOom(k: Kernel, task: Task): void {
  k.counters.oom_kills++;
  printk(k, `Out of memory: Kill process ${task.pid} (${task.name})`);
}
