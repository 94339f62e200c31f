/**
 * What the kernel tells the outside: trace events, log lines and dirty marks for the picture. Output is not state: it never
 * influences the simulation and is neither hashed nor part of a snapshot. Whoever watches drains it.
 */
import type { Kernel } from './kernel-state.ts';
import type { FrameBlockId, Nanoseconds } from './units.ts';

/** Kinds of trace events; the numbers a..f mean what the comment says. */
export const TRACE_SCAN_PASS = 0; // a: pages of progress in the pass, b: full_scans after it
export const TRACE_HINTING_FAULT = 1; // a: task, b: slot, c: first page, d: pages, e: node here, f: pages that were remote
export const TRACE_PAGES_QUEUED = 2; // a: slot, b: first page, c: pages, d: destination, e: task
export const TRACE_PAGES_CANCELLED = 3; // a: slot, b: first page, c: pages, d: destination they were queued to, e: task
export const TRACE_PAGES_MIGRATED = 4; // a: slot, b: first page, c: pages, d: source node, e: destination node, f: first destination frame
export const TRACE_TASK_MOVED = 5; // a: task, b: from cpu, c: to cpu, d: MOVE_KIND_*, e: gain, f: 1 thread 2 process comparison
export const TRACE_DAEMON_WOKEN = 6; // a: node
export const TRACE_DAEMON_BATCH = 7; // a: node, b: pages isolated, c: pages queued before
export const TRACE_NO_ROOM = 8; // a: node
export const TRACE_KNOB = 9; // a: index of the knob
export const TRACE_PROCESS_BORN = 10; // a: process index
export const TRACE_PROCESS_EXITED = 11; // a: process index
export const TRACE_THP_SPLIT = 12; // a: slot
export const TRACE_THP_COLLAPSED = 13; // a: slot, b: node
export const TRACE_MIGRATION_FAILED = 14; // a: slot, b: first page, c: pages, d: destination node
export const TRACE_PAGES_SPILLED = 15; // a: node, b: page cache pages moved away, c: to node

/** How a task moved (same numbers as protocol/frame.ts MOVE_KIND_*). */
export const MOVED_BY_AUTONUMA = 0;
export const MOVED_BY_PULL = 1;
export const MOVED_BY_ACTIVE = 2;
export const MOVED_BY_WAKE = 3;
export const MOVED_BY_FORK = 4;
export const MOVED_BY_AFFINITY = 5;

/** Float64 words of one trace event: time in ns, kind, a..f. */
export const TRACE_WORDS = 8;
const TRACE_CAPACITY = 16384;
const LOG_CAPACITY = 4000;

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
}

/** Fresh output for a machine with this many frame blocks. */
export function createOutput(frameBlocks: number): Output {
  return {
    trace: new Float64Array(TRACE_CAPACITY * TRACE_WORDS),
    traceCapacity: TRACE_CAPACITY,
    traceCount: 0,
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
  };
}

/** Append a trace event; the oldest is overwritten when the ring is full. */
export function trace(k: Kernel, kind: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): void {
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
