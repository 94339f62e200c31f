/** Cumulative counters under their kernel names, and the bill. Plain numbers: part of the state. */
import { type Nanoseconds, WIDE_ZERO, widened } from './units.ts';

/** /proc/vmstat and friends; units are base pages unless the name says otherwise. */
export interface Counters {
  pgfault: number;
  pgalloc: number;
  pgfree: number;
  numa_hit: number;
  numa_miss: number;
  numa_foreign: number;
  numa_interleave: number;
  numa_local: number;
  numa_other: number;
  /** Traps taken on NUMA-marked mappings (a regular pmd fault is one trap for up to 512 pages), and the pages they sampled. */
  numa_hint_faults: number;
  numa_hint_fault_pages: number;
  numa_hint_faults_local_pages: number;
  /** Pages queued to a knuma_migratedN, and taken off again by a last_nid mismatch. */
  numa_pages_queued: number;
  numa_pages_cancelled: number;
  pgmigrate_success: number;
  pgmigrate_fail: number;
  thp_fault_alloc: number;
  thp_fault_fallback: number;
  thp_split: number;
  thp_collapse_alloc: number;
  thp_migrate: number;
  cow_pages: number;
  page_cache_reclaimed: number;
  page_cache_spilled: number;
  /** Marks set by knuma_scand: ptes, regular pmds, huge pmds. */
  numa_pte_updates: number;
  numa_pmd_updates: number;
  numa_huge_pmd_updates: number;
  context_switches: number;
  /** Changes of CPU, by cause. */
  task_moves_autonuma: number;
  task_moves_pull: number;
  task_moves_active: number;
  task_moves_wake: number;
  task_moves_fork: number;
  task_moves_affinity: number;
  /** Those of them that crossed a node. */
  task_moves_cross_node: number;
  tlb_shootdowns: number;
  oom_kills: number;
}

export function createCounters(): Counters {
  return {
    pgfault: 0,
    pgalloc: 0,
    pgfree: 0,
    numa_hit: 0,
    numa_miss: 0,
    numa_foreign: 0,
    numa_interleave: 0,
    numa_local: 0,
    numa_other: 0,
    numa_hint_faults: 0,
    numa_hint_fault_pages: 0,
    numa_hint_faults_local_pages: 0,
    numa_pages_queued: 0,
    numa_pages_cancelled: 0,
    pgmigrate_success: 0,
    pgmigrate_fail: 0,
    thp_fault_alloc: 0,
    thp_fault_fallback: 0,
    thp_split: 0,
    thp_collapse_alloc: 0,
    thp_migrate: 0,
    cow_pages: 0,
    page_cache_reclaimed: 0,
    page_cache_spilled: 0,
    numa_pte_updates: 0,
    numa_pmd_updates: 0,
    numa_huge_pmd_updates: 0,
    context_switches: 0,
    task_moves_autonuma: 0,
    task_moves_pull: 0,
    task_moves_active: 0,
    task_moves_wake: 0,
    task_moves_fork: 0,
    task_moves_affinity: 0,
    task_moves_cross_node: 0,
    tlb_shootdowns: 0,
    oom_kills: 0,
  };
}

/** CPU time by purpose, nanoseconds. */
export interface Bill {
  userNs: Nanoseconds;
  /** Of it, memory accesses. */
  accessNs: Nanoseconds;
  /** First touch, copy on write, mmap work. */
  faultNs: Nanoseconds;
  /** NUMA hinting faults. */
  hintingFaultNs: Nanoseconds;
  scanNs: Nanoseconds;
  migrateNs: Nanoseconds;
  splitNs: Nanoseconds;
  collapseNs: Nanoseconds;
  shootdownNs: Nanoseconds;
  balanceNs: Nanoseconds;
  /** Time lost because accesses were remote, as against the same bytes at the local rate of the machine. */
  remoteNs: Nanoseconds;
}

export function createBill(): Bill {
  return widened({
    userNs: WIDE_ZERO,
    accessNs: WIDE_ZERO,
    faultNs: WIDE_ZERO,
    hintingFaultNs: WIDE_ZERO,
    scanNs: WIDE_ZERO,
    migrateNs: WIDE_ZERO,
    splitNs: WIDE_ZERO,
    collapseNs: WIDE_ZERO,
    shootdownNs: WIDE_ZERO,
    balanceNs: WIDE_ZERO,
    remoteNs: WIDE_ZERO,
  });
}
