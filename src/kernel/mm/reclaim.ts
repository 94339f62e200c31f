/**
 * Reclaim: page cache is dropped to make room; there is no swap. kswapd works from the low to the high watermark
 * (balance_pgdat, mm/vmscan.c 3.3); an allocation that finds nothing above min drops a cluster itself.
 */
import type { Kernel } from '../kernel-state.ts';
import { trace, TRACE_RECLAIMED } from '../output.ts';
import { sleepOn, wakeUp } from '../sched/sched.ts';
import type { Task } from '../sched/task.ts';
import { TASK_SLEEPING } from '../sched/task.ts';
import { type FrameBlockId, type Nanoseconds, type NodeId, PAGES_PER_BLOCK } from '../units.ts';
import { FRAME_KINDS, freeCompact, freeFrame, freePages, kindOf } from './frames.ts';
import { FRAME_PAGE_CACHE } from './state.ts';

/** Pages dropped by one direct reclaim (SWAP_CLUSTER_MAX). */
const SWAP_CLUSTER_MAX = 32;
/** CPU time per page reclaimed: assumed equal to freeing it ten times over (LRU walk, radix tree, free). */
const RECLAIM_PAGE_FACTOR = 10;

/** Page cache pages of a node. */
export function pageCachePages(k: Kernel, node: NodeId): number {
  return k.memory.frames.nodeKind[node * FRAME_KINDS + FRAME_PAGE_CACHE];
}

/**
 * Drop up to `pages` page-cache pages of a node, highest block first (the oldest end of our fill order is kept for the kernel).
 * @returns pages dropped
 */
export function dropPageCache(k: Kernel, node: NodeId, pages: number): number {
  const frames = k.memory.frames;
  let dropped = 0;
  for (
    let block = frames.nodeEndBlock[node] - 1;
    block >= frames.nodeFirstBlock[node] && dropped < pages;
    block--
  ) {
    if (pageCachePages(k, node) === 0) break;
    dropped += dropFromBlock(k, block, pages - dropped);
  }
  k.counters.page_cache_reclaimed += dropped;
  k.counters.pgfree += dropped;
  return dropped;
}

function dropFromBlock(k: Kernel, block: FrameBlockId, most: number): number {
  const frames = k.memory.frames;
  const slab = frames.slab[block];
  if (slab === null) {
    const used = frames.high[block] - frames.low[block];
    if (used === 0 || kindOf(frames.page[block]) !== FRAME_PAGE_CACHE) return 0;
    if (used <= most) {
      freeCompact(k, block);
      return used;
    }
    let dropped = 0;
    for (let i = frames.high[block] - 1; dropped < most; i--, dropped++)
      freeFrame(k, block * PAGES_PER_BLOCK + i);
    return dropped;
  }
  let dropped = 0;
  for (let i = PAGES_PER_BLOCK - 1; i >= 0 && dropped < most; i--) {
    const now = frames.slab[block];
    if (now === null) break;
    if (kindOf(now[PAGES_PER_BLOCK + i]) !== FRAME_PAGE_CACHE) continue;
    forgetCached(k, block * PAGES_PER_BLOCK + i);
    freeFrame(k, block * PAGES_PER_BLOCK + i);
    dropped++;
  }
  return dropped;
}

/** A cached file page is dropped: its object no longer finds it. */
function forgetCached(k: Kernel, frame: number): void {
  for (const object of k.memory.objects) {
    const at = object.frames.indexOf(frame);
    if (at >= 0) object.frames[at] = 0xffffffff;
  }
}

/** try_to_free_pages. @returns CPU time the allocating task pays */
export function directReclaim(k: Kernel, node: NodeId): Nanoseconds {
  const dropped = dropPageCache(k, node, SWAP_CLUSTER_MAX);
  traceReclaimed(k, node, dropped, 1);
  return dropped * k.costs.freePageNs * RECLAIM_PAGE_FACTOR;
}

function traceReclaimed(k: Kernel, node: NodeId, dropped: number, direct: number): void {
  const { frames } = k.memory;
  if (dropped > 0)
    trace(k, TRACE_RECLAIMED, node, dropped, direct, freePages(frames, node), frames.watermarkHigh[node]);
}

/** wakeup_kswapd. */
export function wakeKswapd(k: Kernel, node: NodeId): void {
  for (const task of k.tasks) {
    if (task.daemon === 'kswapd' && task.daemonNode === node && task.state === TASK_SLEEPING) {
      if (pageCachePages(k, node) > 0) wakeUp(k, task, -1);
      return;
    }
  }
}

/** kswapd's loop: reclaim until the node is above its high watermark or no page cache is left, then sleep. */
export function runKswapd(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  const node = task.daemonNode;
  const missing = k.memory.frames.watermarkHigh[node] - freePages(k.memory.frames, node);
  const perPage = k.costs.freePageNs * RECLAIM_PAGE_FACTOR;
  const most = Math.max(1, Math.floor(budgetNs / perPage));
  const dropped = missing > 0 ? dropPageCache(k, node, Math.min(missing, most)) : 0;
  traceReclaimed(k, node, dropped, 0);
  if (dropped < most) {
    sleepOn(k, task, 'daemon');
  }
  return Math.min(budgetNs, Math.max(1000, dropped * perPage));
}
