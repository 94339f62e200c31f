/**
 * knuma_migratedN: one daemon a node pulls queued pages from all other nodes (autonuma.md section 5; knuma_migrated and
 * knuma_migrated_scan..., mm/autonuma.c alpha6): threshold with hysteresis, round robin over source nodes, room check, nap and retry.
 */
import { freePages, pageOf, setPage } from '../../mm/frames.ts';
import { frameOf } from '../../mm/page-tables.ts';
import { isOnLru } from '../../mm/pagevec.ts';
import { migrateIsolated, type MigrationResult, splitHugePage } from '../../mm/migrate.ts';
import { PAGE_ISOLATED } from '../../mm/state.ts';
import type { Kernel } from '../../kernel-state.ts';
import {
  printk,
  trace,
  TRACE_DAEMON_BATCH,
  TRACE_DAEMON_SLEPT,
  TRACE_DAEMON_WOKEN,
  TRACE_NO_ROOM,
  TRACE_NOT_ISOLATED,
} from '../../output.ts';
import { BILL_MIGRATE, billProcess, processOfSlot } from '../../process-bill.ts';
import { sleepOn, sleepUntil, wakeUp } from '../../sched/sched.ts';
import type { Task } from '../../sched/task.ts';
import {
  type Nanoseconds,
  type NodeId,
  NS_PER_MS,
  PAGE_BYTES,
  PAGES_PER_BLOCK,
  type SlotId,
} from '../../units.ts';
import { spillPageCache } from './spill.ts';
import { countQueued, dropRun, membersFrom, oldestRun, withMigrateNid } from './queues.ts';
import type { MigrateDaemon } from './state.ts';

const result: MigrationResult = { moved: 0, failed: 0 };

/**
 * Wake a daemon when its queue grows across pages_to_migrate (autonuma.md 5.2: on the upward crossing only).
 * @param pages how many pages were just added
 */
export function wakeOnCrossing(k: Kernel, dst: NodeId, pages: number): void {
  const { knobs, daemons } = k.autonuma;
  const daemon = daemons[dst];
  const threshold = knobs.pages_to_migrate;
  if (knobs.defer !== 0 || daemon.nrQueued < threshold || daemon.nrQueued - pages >= threshold) return;
  wakeDaemon(k, daemon, false);
}

/** Wake a knuma_migratedN that is asleep; one that naps cannot be woken early. @param flushed between two scan passes */
export function wakeDaemon(k: Kernel, daemon: MigrateDaemon, flushed: boolean): void {
  if (daemon.state !== 'asleep') return;
  daemon.state = 'migrating';
  if (k.autonuma.knobs.debug !== 0) printk(k, `wakeup knuma_migrated${daemon.node}`);
  trace(
    k,
    TRACE_DAEMON_WOKEN,
    daemon.node,
    daemon.nrQueued,
    k.autonuma.knobs.pages_to_migrate,
    flushed ? 1 : 0,
  );
  wakeUp(k, k.tasks[daemon.task], -1);
}

/** flushQueues of autonuma.md 3.2: wake every daemon that sleeps on a queue below the threshold. */
export function flushQueues(k: Kernel): void {
  for (const daemon of k.autonuma.daemons) if (daemon.nrQueued > 0) wakeDaemon(k, daemon, true);
}

/**
 * Room check (autonuma.md 5.5, "balance_pgdat" of mm/autonuma.c): free pages above high watermark + got. We keep one zone a node.
 */
export function roomOn(k: Kernel, dst: NodeId, got: number): number {
  return freePages(k.memory.frames, dst) - k.memory.frames.watermarkHigh[dst] - got;
}

/** One call of the daemon: isolate a batch, or copy some more of it. @returns CPU time used */
export function runMigrated(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  const daemon = k.autonuma.daemons[task.daemonNode];
  // Woken from its nap (or by a flush): a new batch.
  if (daemon.state !== 'migrating') daemon.state = 'migrating';
  if (daemon.batch.length === 0) {
    isolateBatch(k, daemon);
    if (daemon.batch.length === 0) {
      nap(k, daemon, task);
      return Math.min(budgetNs, 1000);
    }
  }
  return copyBatch(k, daemon, task, budgetNs);
}

/** migrateBatch's first half (autonuma.md 5.4): rounds of one page per source node while there is room. */
function isolateBatch(k: Kernel, daemon: MigrateDaemon): void {
  const { knobs } = k.autonuma;
  const dst = daemon.node;
  const nodes = k.machine.nodes.length;
  const before = daemon.nrQueued;
  daemon.got = 0;
  daemon.batchNext = 0;
  daemon.paidNs = 0;
  if (before === 0) return;
  if (knobs.debug !== 0) printk(k, `knuma_migrated${dst}: ${before} pages queued on node ${dst}`);
  if (roomOn(k, dst, 0) <= 0 && knobs.page_cache_spill !== 0)
    spillPageCache(k, dst, Math.min(before, knobs.pages_to_migrate));
  const roomBefore = roomOn(k, dst, 0);
  while (daemon.got < knobs.pages_to_migrate) {
    const room = roomOn(k, dst, daemon.got);
    if (room <= 0) {
      if (daemon.got === 0) {
        daemon.state = 'no room';
        const { frames } = k.memory;
        trace(k, TRACE_NO_ROOM, dst, freePages(frames, dst), frames.watermarkHigh[dst], before);
      }
      break;
    }
    // Sources in ascending node order, one entry each; a lone source may give a whole run at once: the rounds would be the same.
    let sources = 0;
    for (let src = 0; src < nodes; src++) if (src !== dst && oldestRun(k, dst, src) >= 0) sources++;
    if (sources === 0) break;
    // The room check and the batch limit are made before every round: as many whole rounds as both allow.
    const rounds = Math.min(
      Math.ceil((knobs.pages_to_migrate - daemon.got) / sources),
      Math.ceil(room / sources),
    );
    let lockstep = sources === 1 ? rounds : Math.min(rounds, shortestFront(k, dst, nodes, rounds));
    if (hugeAtFront(k, dst, nodes)) lockstep = 1;
    if (sources === 1) isolateFrom(k, daemon, onlySource(k, dst, nodes), lockstep);
    else
      for (let round = 0; round < lockstep; round++)
        for (let src = 0; src < nodes; src++)
          if (src !== dst && oldestRun(k, dst, src) >= 0) isolateFrom(k, daemon, src, 1);
  }
  if (daemon.got > 0) {
    k.autonuma.pagesMigrated += daemon.got;
    daemon.pagesMigratedHere += daemon.got;
    if (knobs.debug !== 0) printk(k, `knuma_migrated${dst}: migrated ${daemon.got} pages on node ${dst}`);
    trace(k, TRACE_DAEMON_BATCH, dst, daemon.got, before, roomBefore, knobs.pages_to_migrate);
  }
}

function onlySource(k: Kernel, dst: NodeId, nodes: number): NodeId {
  for (let src = 0; src < nodes; src++) if (src !== dst && oldestRun(k, dst, src) >= 0) return src;
  return -1;
}

function hugeAtFront(k: Kernel, dst: NodeId, nodes: number): boolean {
  for (let src = 0; src < nodes; src++) {
    if (src === dst) continue;
    const run = oldestRun(k, dst, src);
    if (run >= 0 && k.memory.tables.huge[k.autonuma.runs.slot[run]] !== 0) return true;
  }
  return false;
}

/** Rounds that all sources can serve from their oldest run. */
function shortestFront(k: Kernel, dst: NodeId, nodes: number, most: number): number {
  let shortest = most;
  for (let src = 0; src < nodes; src++) {
    if (src === dst) continue;
    const run = oldestRun(k, dst, src);
    if (run >= 0) shortest = Math.min(shortest, membersFrom(k, run, dst, src, most));
  }
  return Math.max(1, shortest);
}

/** Take up to `most` pages off the old end of one source's queue. A huge page is split and gives one page (its tails stay queued). */
function isolateFrom(k: Kernel, daemon: MigrateDaemon, src: NodeId, most: number): void {
  const dst = daemon.node;
  const runs = k.autonuma.runs;
  const t = k.memory.tables;
  const run = oldestRun(k, dst, src);
  const slot = runs.slot[run];
  if (t.huge[slot] !== 0 && k.autonuma.knobs.thp_native_migration !== 0) {
    isolatePages(k, daemon, run, slot, src, PAGES_PER_BLOCK);
    return;
  }
  if (t.huge[slot] !== 0) {
    splitHugePage(k, slot);
    k.tasks[daemon.task].debtNs += k.costs.splitNs;
  }
  isolatePages(k, daemon, run, slot, src, most);
}

function isolatePages(
  k: Kernel,
  daemon: MigrateDaemon,
  run: number,
  slot: SlotId,
  src: NodeId,
  most: number,
): void {
  const dst = daemon.node;
  const runs = k.autonuma.runs;
  const t = k.memory.tables;
  const frames = k.memory.frames;
  const from = runs.from[run];
  const count = membersFrom(k, run, dst, src, most);
  const block = t.block[slot];
  let isolated = 0;
  if (block >= 0 && count === t.high[slot] - t.low[slot] && t.offLru[slot] === 0) {
    frames.page[block] = (withMigrateNid(frames.page[block], -1) | PAGE_ISOLATED) >>> 0;
    isolated = count;
  } else {
    for (let i = from; i < from + count; i++) {
      const frame = frameOf(t, slot, i);
      // Not on the LRU: dequeued and lost for this time (autonuma.md 5.4).
      const onLru = isOnLru(k, slot, i);
      const word = withMigrateNid(pageOf(frames, frame), -1);
      setPage(k, frame, onLru ? (word | PAGE_ISOLATED) >>> 0 : word);
      if (onLru) isolated++;
      else trace(k, TRACE_NOT_ISOLATED, slot, i, 1, dst);
      if (!onLru && k.autonuma.knobs.debug !== 0) printk(k, `knuma_migrated${dst}: page not on LRU`);
    }
  }
  countQueued(k, dst, src, slot, -count);
  runs.from[run] = from + count;
  if (runs.from[run] >= runs.to[run]) dropRun(k, run);
  daemon.got += isolated;
  const last = daemon.batch[daemon.batch.length - 1];
  if (last !== undefined && last.slot === slot && last.to === from) last.to = from + count;
  else daemon.batch.push({ slot, from, to: from + count });
}

/**
 * migrateBatch's second half: copy isolated pages as CPU time and memory bandwidth allow. Entries of up to 2 MiB are paid for first and
 * then moved as a whole, so that a compact block stays compact.
 */
function copyBatch(k: Kernel, daemon: MigrateDaemon, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  const rate = k.hardware.rate[task.cpu];
  const perPage =
    rate > 0 ? Math.max(k.costs.migratePageNs, Math.ceil(PAGE_BYTES / rate)) : k.costs.migratePageNs;
  let left = budgetNs;
  while (left > 0 && daemon.batchNext < daemon.batch.length) {
    const entry = daemon.batch[daemon.batchNext];
    const pages = entry.to - entry.from;
    const huge = pages === PAGES_PER_BLOCK && k.memory.tables.huge[entry.slot] !== 0;
    const price = huge
      ? Math.max(k.costs.migrateHugeNs, Math.ceil((PAGE_BYTES * pages) / Math.max(rate, 0.1)))
      : perPage * pages;
    const due = price - daemon.paidNs;
    billProcess(k, processOfSlot(k, entry.slot), BILL_MIGRATE, Math.min(due, left));
    if (due > left) {
      daemon.paidNs += left;
      left = 0;
      break;
    }
    left -= due;
    daemon.paidNs = 0;
    if (pages > 0) migrateIsolated(k, entry.slot, entry.from, entry.to, daemon.node, result);
    if (huge && result.moved > 0) k.counters.thp_migrate++;
    daemon.batchNext++;
  }
  const used = budgetNs - left;
  k.bill.migrateNs += used;
  if (daemon.batchNext >= daemon.batch.length) {
    daemon.batch.length = 0;
    daemon.batchNext = 0;
    nap(k, daemon, task);
  }
  return used;
}

/** End of a batch: wait until woken when nothing is queued, else sleep migrate_sleep_millisecs (autonuma.md 5.3). */
function nap(k: Kernel, daemon: MigrateDaemon, task: Task): void {
  if (daemon.nrQueued === 0) {
    daemon.state = 'asleep';
    trace(k, TRACE_DAEMON_SLEPT, daemon.node);
    sleepOn(k, task, 'daemon');
  } else {
    const noRoom = daemon.state === 'no room';
    const napMs = k.autonuma.knobs.migrate_sleep_millisecs;
    if (!noRoom) daemon.state = 'napping';
    trace(k, TRACE_DAEMON_SLEPT, daemon.node, daemon.nrQueued, napMs, noRoom ? 1 : 0);
    sleepUntil(k, task, k.nowNs + napMs * NS_PER_MS);
  }
}

/**
 * A write to migrate_sleep_millisecs wakes the daemons whose queue is not empty (autonuma.md 7.1); the nap between two batches is on a
 * private wait queue, which it does not reach (5.3).
 */
export function wakeNonEmptyDaemons(k: Kernel): void {
  flushQueues(k);
}
