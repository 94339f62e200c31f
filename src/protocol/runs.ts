/** What runs amount to when they are set side by side: totals since boot, and where their memory lies. */

/** Totals of a run since its boot. All are comparable between runs that stand at the same tick, or have finished. */
export interface RunFigures {
  /** From the start of its first process to the exit of its last, or until now, seconds. */
  elapsedS: number;
  /** Bytes moved from and to the CPU's own node, as a share of all bytes, 0..1; 1 before any. */
  localShare: number;
  /** 4 KiB pages that changed node. */
  pagesMoved: number;
  hintingFaults: number;
  /** Tasks that AutoNUMA pushed to another CPU. */
  taskMoves: number;
  /** CPU seconds spent by balancing: marking pages, hinting faults, copying pages. */
  scanS: number;
  faultS: number;
  migrateS: number;
}

/** CPU seconds that balancing has cost so far: scan, faults and migration together. */
export function costOf(figures: Pick<RunFigures, 'scanS' | 'faultS' | 'migrateS'>): number {
  return figures.scanS + figures.faultS + figures.migrateS;
}

/** Where a run stands. */
export interface Standing {
  tick: number;
  finished: boolean;
  figures: RunFigures;
}

/** Where a run stands after it was sent to a tick, and the wall time the worker simulated for, milliseconds. */
export interface Arrival extends Standing {
  workMs: number;
}

/** A block of 2 MiB of which no page has been touched. */
export const BLOCK_UNTOUCHED = 255;
/** A block whose pages lie on several nodes, none of which has three quarters of them. */
export const BLOCK_MIXED = 254;

/** Where the address space of a process lies, block of 2 MiB by block in the order of its addresses. */
export interface Placement {
  process: number;
  pid: number;
  name: string;
  /** A node, BLOCK_UNTOUCHED or BLOCK_MIXED for each block. */
  blocks: Uint8Array;
}
