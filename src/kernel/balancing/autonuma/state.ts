/** State of AutoNUMA beyond what hangs on tasks, mms and pages. */
import type { AutonumaVersion } from './versions.ts';
import type { MmId, Nanoseconds, NodeId, SlotId, TaskId } from '../../units.ts';

/** The knobs of /sys/kernel/mm/autonuma, alpha6 layout (autonuma.md 7.1). Flags are 0 or 1. */
export interface AutonumaKnobs {
  enabled: number;
  debug: number;
  scan_sleep_millisecs: number;
  scan_sleep_pass_millisecs: number;
  pages_to_scan: number;
  pmd: number;
  working_set: number;
  migrate_sleep_millisecs: number;
  pages_to_migrate: number;
  defer: number;
  load_balance_strict: number;
  clone_reset: number;
  fork_reset: number;
  /** alpha10. */
  smt: number;
  /** 24 and later. */
  allow_first_fault: number;
  /** 24: clone_reset and fork_reset in one. */
  reset: number;
  /** 27 and later. */
  child_inheritance: number;
  /** 28. */
  sched_autonuma_balance_interval_millisecs: number;
  /** Switches of ours for the mail's to-do list, off by default: migrate huge pages whole; spill page cache to make room. */
  thp_native_migration: number;
  page_cache_spill: number;
}

/** Where knuma_scand is in its loop (autonuma.md 3.2). */
export type ScanPhase = 'off' | 'scan' | 'chunk_sleep' | 'gap1' | 'gap2';

export interface ScannerState {
  task: TaskId;
  phase: ScanPhase;
  /** mms in creation order. */
  mmList: MmId[];
  /** Cursor: mm (-1 = start of a pass), VMA index and slot index within it. */
  cursorMm: MmId;
  cursorVma: number;
  cursorSlot: number;
  /** Progress of the chunk under way (starts at 1), -1 between chunks. */
  chunk: number;
  progress: number;
  passProgress: number;
  pagesScanned: number;
  fullScans: number;
}

/** A FIFO of runs of pages on `src` waiting to come to `dst`; newest at the head, oldest at the tail. */
export interface MigrateQueue {
  head: number;
  tail: number;
  /** Pages in it. */
  pages: number;
}

/**
 * Pool of queue runs: pages [from, to) of a slot that lie on the queue's source node and whose migrate_nid is
 * its destination. Linked newest to oldest by `older`, and per slot by `slotNext`.
 */
export interface RunPool {
  slot: number[];
  from: number[];
  to: number[];
  older: number[];
  newer: number[];
  slotNext: number[];
  queue: number[];
  free: number[];
}

/** One knuma_migratedN. */
export interface MigrateDaemon {
  node: NodeId;
  task: TaskId;
  /** 4 KiB units queued towards this node. */
  nrQueued: number;
  state: 'asleep' | 'napping' | 'migrating' | 'no room';
  /** Isolated pages of the batch under way: [slot, from, to) triples and the next to copy. */
  batch: { slot: SlotId; from: number; to: number }[];
  batchNext: number;
  /** Pages isolated in the batch so far. */
  got: number;
  /** CPU time already paid towards the next copy. */
  paidNs: Nanoseconds;
  pagesMigratedHere: number;
}

/** Migrate on fault (27+): pages taken in the current window, per destination node. */
export interface MigrateWindow {
  startNs: Nanoseconds;
  pages: number;
}

export interface AutonumaState {
  /** False after `noautonuma`, on one node, or under another policy: no daemons, no sysfs directory. */
  possible: boolean;
  version: AutonumaVersion;
  knobs: AutonumaKnobs;
  scanner: ScannerState;
  daemons: MigrateDaemon[];
  /** [dst * nodes + src]. */
  queues: MigrateQueue[];
  runs: RunPool;
  pagesMigrated: number;
  windows: MigrateWindow[];
}
