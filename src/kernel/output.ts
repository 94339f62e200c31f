/**
 * What the kernel tells the outside: trace events, log lines and dirty marks for the picture. Output is not state: it never
 * influences the simulation and is neither hashed nor part of a snapshot. Whoever watches drains it.
 */
import type { Kernel } from './kernel-state.ts';
import type { FrameBlockId, Nanoseconds } from './units.ts';

/**
 * Kinds of trace events; the numbers a..j mean what the comment says. Whoever wants sentences finds them in engine/ledger-sentences.ts.
 */
export const TRACE_SCAN_PASS = 0; // a: pages of progress in the pass, b: full_scans after it
export const TRACE_HINTING_FAULT = 1; // a: task, b: slot, c: first page, d: pages, e: node here, f: pages that were remote
// What the fault decided for a run of pages: a: task, b: slot, c: first page, d: pages, e: node here, f: node they lie on,
// g: last_nid before (-1 none; afterwards it is e, but for the first three outcomes), h: FAULT_*, i: node they were queued to
// before (-1 none), j: 1 huge
export const TRACE_FAULT_OUTCOME = 2;
export const TRACE_QUEUE_FORGOTTEN = 3; // unmapped, shared by fork or collapsed: a: slot, b: pages that left their queue
export const TRACE_PAGES_MIGRATED = 4; // a: slot, b: first page, c: pages, d: source node, e: destination node, f: first destination frame, g: mm
// a: task, b: from cpu, c: to cpu, d: MOVED_BY_*; by AutoNUMA e: gain, f: 1 thread 2 process comparison; pulled or pushed e: load
// that was to be moved, f: PULL_*; g: preferred node (-1 none)
export const TRACE_TASK_MOVED = 5;
export const TRACE_DAEMON_WOKEN = 6; // a: node, b: pages queued, c: pages_to_migrate, d: 1 by the flush between two passes
export const TRACE_DAEMON_BATCH = 7; // a: node, b: pages isolated, c: pages queued before, d: room before, e: pages_to_migrate
export const TRACE_NO_ROOM = 8; // a: node, b: pages free, c: high watermark, d: pages queued
export const TRACE_KNOB = 9; // a: index of the knob
export const TRACE_PROCESS_BORN = 10; // a: process index
export const TRACE_PROCESS_EXITED = 11; // a: process index
export const TRACE_THP_SPLIT = 12; // a: slot
export const TRACE_THP_COLLAPSED = 13; // a: slot, b: node
// a: slot, b: first page, c: pages that stayed, d: destination node, e: STAYED_*, f: pages free there above
// the low watermark, g: mm
export const TRACE_MIGRATION_FAILED = 14;
export const TRACE_PAGES_SPILLED = 15; // a: node, b: page cache pages moved away, c: to node
// sched_autonuma_balance: a: task, b: cpu, c: BALANCE_*, then by c: with weights d: CPU compared with (the best one), e: w_other,
// f: w_nid, g: w_cpu_nid, h: 1 thread 2 process, i: CPUs looked at, j: task running there (-1 none); without candidate e: idle CPUs,
// f: CPUs with kernel threads, g: with tasks without statistics, h: ruled out otherwise, i: CPUs looked at, j: CPUs outside the
// affinity mask; without statistics e: pages of the mm's, f: of the task's; converged e: task weight, f: mm weight
export const TRACE_BALANCE = 16;
// a: task, b: its cpu, c: cpu that would pull, d: VETO_*, e: preferred node, f: load_balance_strict,
// g: CPU of the preferred node that decided it (VETO_PREFERRED_NODE), h: 1 when that is idle
export const TRACE_PULL_VETO = 17;
// a: task, b: slot, c: first page, d: pages, e: node they got, f: node that came first, g: node of the CPU, h: PLACED_BY_*,
// i: FRESH_*
export const TRACE_FIRST_TOUCH = 18;
export const TRACE_TASK_PLACED = 19; // a: task, b: parent's cpu, c: cpu chosen, d: load of b, e: load of c, f: 0 fork or clone, 1 exec
export const TRACE_SLOT_SCANNED = 20; // a: slot, b: pages of progress, c: pages passed over as shared, d: 1 pmd, e: pass of the mm, f: mm
export const TRACE_VMA_SKIPPED = 21; // a: mm, b: vma, c: SKIPPED_*, d: pass of the mm
export const TRACE_NOT_ISOLATED = 22; // a: slot, b: first page, c: pages not on the LRU, d: destination node
export const TRACE_DAEMON_SLEPT = 23; // a: node, b: pages still queued, c: ms it naps (0 until it is woken), d: 1 for want of room
export const TRACE_RECLAIMED = 24; // a: node, b: page cache pages dropped, c: 1 by the allocating task itself, d: free, e: high watermark
export const TRACE_MAPPED = 25; // a: mm, b: vma, c: pages

/** What a hinting fault came to, for a run of pages alike. The first three leave last_nid as it is. */
export const FAULT_DISABLED = 0;
export const FAULT_TASK_POLICY = 1;
export const FAULT_SHARED = 2;
export const FAULT_MISMATCH = 3;
export const FAULT_FIRST_NOT_ALLOWED = 4;
export const FAULT_NOT_ON_LRU = 5;
export const FAULT_LOCAL = 6;
export const FAULT_QUEUED = 7;
export const FAULT_ALREADY_QUEUED = 8;
/** autonuma28's brake against false sharing. */
export const FAULT_BRAKED = 9;
/** AutoNUMA27 and autonuma28, which migrate in the fault. */
export const FAULT_MIGRATED = 10;
export const FAULT_RATE_LIMITED = 11;
export const FAULT_NO_ROOM = 12;
export const FAULT_NOT_ISOLATED = 13;

/** What sched_autonuma_balance came to. */
export const BALANCE_DISABLED = 0;
export const BALANCE_NO_STATISTICS = 1;
export const BALANCE_CONVERGED = 2;
export const BALANCE_NO_CANDIDATE = 3;
export const BALANCE_NO_GAIN = 4;
export const BALANCE_MOVED = 5;

/** Why AutoNUMA did not let CFS pull a task. */
export const VETO_STRICT = 0;
export const VETO_PREFERRED_NODE = 1;

/** For whom CFS pulls (enum cpu_idle_type), in a task move. */
export const PULL_IDLE = 1;
export const PULL_NEWLY_IDLE = 2;
export const PULL_BUSY = 3;

/** What chose the first node to try for a new page. */
export const PLACED_BY_LOCAL_CPU = 0;
export const PLACED_BY_AUTONUMA = 1;
export const PLACED_BY_BIND = 2;
export const PLACED_BY_PREFERRED = 3;
export const PLACED_BY_INTERLEAVE = 4;

/** What the new page is. */
export const FRESH_PAGE = 0;
export const FRESH_HUGE = 1;
export const FRESH_COPY = 2;
export const FRESH_FILE = 3;

/** Why a page that was to be migrated stayed. */
export const STAYED_SHARED = 1;
export const STAYED_NO_ROOM = 2;
export const STAYED_NO_FRAME = 3;
export const STAYED_THERE = 4;

/** Why knuma_scand passes a mapping over. */
export const SKIPPED_POLICY = 0;
export const SKIPPED_NO_ANON_VMA = 1;

/** How a task moved (same numbers as protocol/frame.ts MOVE_KIND_*). */
export const MOVED_BY_AUTONUMA = 0;
export const MOVED_BY_PULL = 1;
export const MOVED_BY_ACTIVE = 2;
export const MOVED_BY_WAKE = 3;
export const MOVED_BY_FORK = 4;
export const MOVED_BY_AFFINITY = 5;

/** Float64 words of one trace event: time in ns, kind, a..j. */
export const TRACE_WORDS = 12;
const TRACE_CAPACITY = 32768;
export const LOG_CAPACITY = 4000;

export interface KernelLogLine {
  sequence: number;
  ns: Nanoseconds;
  text: string;
}

export interface Output {
  /** Ring of events: event number i is at (i mod capacity) * TRACE_WORDS. */
  trace: Float64Array;
  traceCapacity: number;
  /** Events written since boot. */
  traceCount: number;
  /** `advance` returns early, after the tick in which so many have been written: a reader comes in time before the ring wraps. */
  traceStop: number;
  /** The kernel log (dmesg), oldest first, capped. */
  log: KernelLogLine[];
  logCount: number;
  /** Frame blocks whose contents changed since the watcher cleared them. */
  dirtyBlocks: Int32Array;
  dirtyBlockCount: number;
  dirtyBlockFlag: Uint8Array;
  /** Page-table slots that changed, the same way; grows with the pool. */
  dirtySlots: number[];
  dirtySlotFlag: Uint8Array;
  /** Events of the kinds one can step to, since boot: hinting faults, pages migrated, task moves, scan passes. */
  stepFaults: number;
  stepMigrations: number;
  stepTaskMoves: number;
  stepScanPasses: number;
  /** CPU time by process and purpose: [process * PROCESS_BILL_WORDS + BILL_*] (process-bill.ts); grows. */
  processBill: Float64Array;
}

/** Fresh output for a machine with this many frame blocks. */
export function createOutput(frameBlocks: number): Output {
  return {
    trace: new Float64Array(TRACE_CAPACITY * TRACE_WORDS),
    traceCapacity: TRACE_CAPACITY,
    traceCount: 0,
    traceStop: Infinity,
    log: [],
    logCount: 0,
    dirtyBlocks: new Int32Array(frameBlocks),
    dirtyBlockCount: 0,
    dirtyBlockFlag: new Uint8Array(frameBlocks),
    dirtySlots: [],
    dirtySlotFlag: new Uint8Array(1024),
    stepFaults: 0,
    stepMigrations: 0,
    stepTaskMoves: 0,
    stepScanPasses: 0,
    processBill: new Float64Array(0),
  };
}

/** Append a trace event; the oldest is overwritten when the ring is full. */
export function trace(
  k: Kernel,
  kind: number,
  a = 0,
  b = 0,
  c = 0,
  d = 0,
  e = 0,
  f = 0,
  g = 0,
  h = 0,
  i = 0,
  j = 0,
): void {
  const out = k.output;
  const at = (out.traceCount % out.traceCapacity) * TRACE_WORDS;
  const t = out.trace;
  t[at] = k.nowNs;
  t[at + 1] = kind;
  t[at + 2] = a;
  t[at + 3] = b;
  t[at + 4] = c;
  t[at + 5] = d;
  t[at + 6] = e;
  t[at + 7] = f;
  t[at + 8] = g;
  t[at + 9] = h;
  t[at + 10] = i;
  t[at + 11] = j;
  out.traceCount++;
}

/** printk: append a line to the kernel log. */
export function printk(k: Kernel, text: string): void {
  const out = k.output;
  out.log.push({ sequence: out.logCount++, ns: k.nowNs, text });
  if (out.log.length > LOG_CAPACITY) out.log.splice(0, LOG_CAPACITY / 4);
}

/** Mark a frame block as changed for the picture. */
export function markBlockDirty(k: Kernel, block: FrameBlockId): void {
  const out = k.output;
  if (out.dirtyBlockFlag[block] === 0) {
    out.dirtyBlockFlag[block] = 1;
    out.dirtyBlocks[out.dirtyBlockCount++] = block;
  }
}

/** Mark a page-table slot as changed for the picture. */
export function markSlotDirty(k: Kernel, slot: number): void {
  const out = k.output;
  if (slot >= out.dirtySlotFlag.length) {
    const grown = new Uint8Array(Math.max(slot + 1, out.dirtySlotFlag.length * 2));
    grown.set(out.dirtySlotFlag);
    out.dirtySlotFlag = grown;
  }
  if (out.dirtySlotFlag[slot] === 0) {
    out.dirtySlotFlag[slot] = 1;
    out.dirtySlots.push(slot);
  }
}
