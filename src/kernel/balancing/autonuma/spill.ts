/**
 * Page-cache spill-out, the alpha6 mail's own to-do (autonuma.md 2.4: queue[self] is reserved for it), off by default: when the room
 * check fails, page cache of the full node goes to the node with the most room, through the slot queue[self].
 */
import { freePages, occupyBlocks } from '../../mm/frames.ts';
import { countAllocation } from '../../mm/allocate.ts';
import { dropPageCache, pageCachePages } from '../../mm/reclaim.ts';
import { FRAME_PAGE_CACHE } from '../../mm/state.ts';
import type { Kernel } from '../../kernel-state.ts';
import { markBlockDirty, trace, TRACE_PAGES_SPILLED } from '../../output.ts';
import type { NodeId } from '../../units.ts';

/**
 * Move up to `pages` page-cache pages of a node away; queue[self] counts them while they wait.
 * @returns pages moved
 */
export function spillPageCache(k: Kernel, node: NodeId, pages: number): number {
  const self = k.autonuma.queues[node * k.machine.nodes.length + node];
  const frames = k.memory.frames;
  let target = -1;
  for (let n = 0; n < k.machine.nodes.length; n++) {
    if (n !== node && (target < 0 || freePages(frames, n) > freePages(frames, target))) target = n;
  }
  if (target < 0) return 0;
  const room = Math.max(0, freePages(frames, target) - frames.watermarkHigh[target]);
  self.pages = Math.min(pages, pageCachePages(k, node), room);
  const moved = occupyBlocks(frames, target, self.pages, FRAME_PAGE_CACHE, (block) =>
    markBlockDirty(k, block),
  );
  // The copies are in place: the originals go. What was mapped by nobody needs no page-table change.
  dropPageCache(k, node, moved);
  k.counters.page_cache_reclaimed -= moved;
  k.counters.page_cache_spilled += moved;
  countAllocation(k, target, target, node, moved, false);
  self.pages = 0;
  k.tasks[k.autonuma.daemons[node].task].debtNs += moved * k.costs.spillPageNs;
  trace(k, TRACE_PAGES_SPILLED, node, moved, target);
  return moved;
}
