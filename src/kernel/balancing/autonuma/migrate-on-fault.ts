/**
 * Migration inside the hinting fault (autonuma.md 5.6, AutoNUMA27 and autonuma28): no queues, no daemons, a rate limit per
 * destination node; the faulting task pays for the copy.
 */
import type { Kernel } from '../../kernel-state.ts';
import { pageOf, setPage } from '../../mm/frames.ts';
import { migrateIsolated, type MigrationResult, splitHugePage } from '../../mm/migrate.ts';
import { entryOf } from '../../mm/page-tables.ts';
import { isOnLru } from '../../mm/pagevec.ts';
import { PAGE_ISOLATED, PTE_FRAME_MASK, PTE_NONE } from '../../mm/state.ts';
import { FAULT_NO_ROOM, FAULT_NOT_ISOLATED, FAULT_RATE_LIMITED, printk } from '../../output.ts';
import { BILL_MIGRATE, billProcess } from '../../process-bill.ts';
import type { Task } from '../../sched/task.ts';
import { type NodeId, NS_PER_MS, type SlotId } from '../../units.ts';
import { roomOn } from './migrated.ts';

const result: MigrationResult = { moved: 0, failed: 0 };

/** Why the last call took fewer pages than it was asked for (FAULT_* of output.ts), for the trace. */
export const refusal = { outcome: 0 };

/** Room in the current window of the limiter of a destination, in pages; a window that is over starts anew. */
function windowRoom(k: Kernel, dst: NodeId): number {
  const { knobs, windows } = k.autonuma;
  const quota = windows[dst];
  if (k.nowNs > quota.startNs + knobs.migrate_sleep_millisecs * NS_PER_MS) {
    if (knobs.debug !== 0 && quota.pages > 0) printk(k, `migrated ${quota.pages} pages to node ${dst}`);
    quota.pages = 0;
    quota.startNs = k.nowNs;
  }
  return knobs.pages_to_migrate - quota.pages;
}

/**
 * tryMigrateNow for pages [from, to) of a slot that lie on `src`: as many as the window and the room check allow, in order.
 * A huge page is asked for as a whole, then split. Pages charged to the window stay charged even if the next checks fail.
 * @returns pages taken for migration (credited to the destination)
 */
export function migrateOnFault(
  k: Kernel,
  task: Task,
  slot: SlotId,
  from: number,
  to: number,
  src: NodeId,
  dst: NodeId,
  huge: boolean,
): number {
  const t = k.memory.tables;
  const { frames } = k.memory;
  const wanted = Math.min(to - from, t.nodePages[slot * t.nodes + src]);
  const room = windowRoom(k, dst);
  refusal.outcome = FAULT_RATE_LIMITED;
  if (room <= 0) return 0;
  // A huge page may overshoot the window: the test comes before the charge.
  const allowed = huge ? wanted : Math.min(wanted, room);
  k.autonuma.windows[dst].pages += allowed;
  const free = roomOn(k, dst, 0);
  const taken = huge ? (free > wanted ? wanted : 0) : Math.min(allowed, Math.max(0, free));
  if (taken < allowed) refusal.outcome = FAULT_NO_ROOM;
  if (taken === 0) return 0;
  if (huge) {
    splitHugePage(k, slot);
    task.debtNs += k.costs.splitNs;
  }
  const block = t.block[slot];
  let end = to;
  let isolated = 0;
  if (block >= 0 && taken === t.present[slot] && t.offLru[slot] === 0) {
    frames.page[block] = (frames.page[block] | PAGE_ISOLATED) >>> 0;
    isolated = taken;
  } else {
    for (let i = from; i < to; i++) {
      const entry = entryOf(t, slot, i);
      if (entry === PTE_NONE) continue;
      const frame = entry & PTE_FRAME_MASK;
      if (frames.node[frame >>> 9] !== src || !isOnLru(k, slot, i)) continue;
      setPage(k, frame, (pageOf(frames, frame) | PAGE_ISOLATED) >>> 0);
      isolated++;
      if (isolated === taken) {
        end = i + 1;
        break;
      }
    }
  }
  if (isolated < taken) refusal.outcome = FAULT_NOT_ISOLATED;
  if (isolated === 0) return 0;
  migrateIsolated(k, slot, from, end, dst, result);
  k.autonuma.pagesMigrated += isolated;
  const cost = result.moved * k.costs.migratePageNs;
  task.debtNs += cost;
  k.bill.migrateNs += cost;
  billProcess(k, task.process, BILL_MIGRATE, cost);
  return isolated;
}
