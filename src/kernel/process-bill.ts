/**
 * Who caused the work: CPU time of the kernel's balancing by the process whose pages or threads it handled. Output, not state: it
 * is for watchers, is never read here, and has no part in a snapshot.
 */
import type { Kernel } from './kernel-state.ts';
import type { Nanoseconds } from './units.ts';

/** Columns of a process. Scanning does not include the shootdowns it makes. */
export const BILL_SCAN = 0;
export const BILL_HINTING_FAULT = 1;
export const BILL_MIGRATE = 2;
export const BILL_SPLIT = 3;
export const BILL_SHOOTDOWN = 4;
export const BILL_BALANCE = 5;
/** User time without memory accesses: the rest of the user time of its threads is access time. */
export const BILL_COMPUTE = 6;
export const PROCESS_BILL_WORDS = 8;

/** Put CPU time on the bill of a process. @param process its index; -1 (memory nobody owns any more) is nobody's */
export function billProcess(k: Kernel, process: number, column: number, ns: Nanoseconds): void {
  if (process < 0) return;
  const at = process * PROCESS_BILL_WORDS + column;
  if (at >= k.output.processBill.length) grow(k, process);
  k.output.processBill[at] += ns;
}

/** The process of a page-table slot, -1 when it is free. */
export function processOfSlot(k: Kernel, slot: number): number {
  const mm = k.memory.tables.mm[slot];
  return mm < 0 ? -1 : k.mms[mm].process;
}

function grow(k: Kernel, process: number): void {
  const grown = new Float64Array(Math.max(16, 2 * (process + 1)) * PROCESS_BILL_WORDS);
  grown.set(k.output.processBill);
  k.output.processBill = grown;
}
