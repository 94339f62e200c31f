/**
 * What kernel work costs, in nanoseconds of CPU time. No AutoNUMA source gives absolute costs (autonuma.md 12.4); each
 * figure says where it comes from, or `assumed`. docs/fidelity.md repeats this table.
 */
import type { Nanoseconds } from './units.ts';

export interface Costs {
  /** Minor fault that maps a fresh zeroed page, without the zeroing's bandwidth. */
  firstTouchNs: Nanoseconds;
  /** Fault that maps a zeroed huge page. */
  hugeFirstTouchNs: Nanoseconds;
  /** Copy on write of one page. */
  cowNs: Nanoseconds;
  /** Trap and bookkeeping of one hinting fault. */
  hintingFaultNs: Nanoseconds;
  /** Per page that a hinting fault samples beyond the trap. */
  hintingPageNs: Nanoseconds;
  /** knuma_scand per page looked at. */
  scanPageNs: Nanoseconds;
  /** TLB shootdown: fixed part, and per other CPU of the mm. */
  shootdownNs: Nanoseconds;
  shootdownPerCpuNs: Nanoseconds;
  /** Migration of one 4 KiB page in a batch, copy included. */
  migratePageNs: Nanoseconds;
  /** Native migration of a huge page, copy included. */
  migrateHugeNs: Nanoseconds;
  /** Splitting a huge page. */
  splitNs: Nanoseconds;
  /** khugepaged collapsing 512 pages into one. */
  collapseNs: Nanoseconds;
  /** sched_autonuma_balance: fixed part, and per remote CPU it looks at. */
  balanceNs: Nanoseconds;
  balancePerCpuNs: Nanoseconds;
  /** fork, clone, exec, exit, mmap, munmap. */
  forkNs: Nanoseconds;
  cloneNs: Nanoseconds;
  execNs: Nanoseconds;
  exitNs: Nanoseconds;
  mmapNs: Nanoseconds;
  /** Freeing one page at exit or munmap. */
  freePageNs: Nanoseconds;
  /** Moving one page-cache page away to make room. */
  spillPageNs: Nanoseconds;
  /** Refill of private caches after a change of core inside a node, and across nodes. */
  cacheRefillNs: Nanoseconds;
  cacheRefillRemoteNs: Nanoseconds;
}

/** The costs used unless a test says otherwise. */
export const DEFAULT_COSTS: Costs = {
  firstTouchNs: 600, // assumed; between 575 ns minimum and 1013 ns median of a minor fault, benchmarks.md 4.4
  hugeFirstTouchNs: 20_000, // assumed: one fault, 512 pages cleared by the kernel instead of the program
  cowNs: 1_600, // assumed: a minor fault plus a 4 KiB copy
  hintingFaultNs: 1_500, // benchmarks.md 4.4: 1-2 us of system time per hint fault, derived upper bound on a 2012 machine
  hintingPageNs: 40, // assumed: one pte of a pmd fault; 512 of them are about 20 us
  scanPageNs: 30, // assumed, prototype.md 0
  shootdownNs: 1_000, // benchmarks.md 4.4 rule of thumb: 1 us + 0.2 us a receiver
  shootdownPerCpuNs: 200,
  migratePageNs: 4_800, // Zi Yan 2019: 4 KiB pages in batches of 512, benchmarks.md 4.3
  migrateHugeNs: 879_000, // Zi Yan 2019: one 2 MiB THP
  splitNs: 10_000, // assumed
  collapseNs: 1_100_000, // assumed: 512 copies at 2.1 us, benchmarks.md 4.3
  balanceNs: 500, // assumed
  balancePerCpuNs: 100, // assumed: one remote cache line
  forkNs: 100_000, // assumed
  cloneNs: 15_000, // assumed
  execNs: 300_000, // assumed
  exitNs: 50_000, // assumed
  mmapNs: 1_500, // assumed
  freePageNs: 100, // assumed
  spillPageNs: 4_800, // assumed equal to a page migration
  cacheRefillNs: 10_000, // assumed: 256 KiB of L2 at L3 speed
  cacheRefillRemoteNs: 50_000, // assumed: L2 and a share of L3 from memory
};
