/** Answers to "why": what a thing is, what was decided about it and by which numbers, what it cost, and what still holds. */
import type { InspectTarget } from './summary.ts';

/** One decision, told from the kernel's trace. */
export interface LedgerLine {
  /** Simulated time in nanoseconds, and the tick to jump to to see it happen. */
  ns: number;
  tick: number;
  text: string;
  /** How often it happened in a row, and since when; absent for once. */
  times?: number;
  sinceNs?: number;
  /** What it is about, to select. */
  target?: InspectTarget;
}

/** All there is to say about one thing. */
export interface Why {
  title: string;
  /** Its state now, in sentences. */
  state: string;
  /** Figures of its state. */
  rows: { name: string; value: string }[];
  /** Decisions about it, the newest first. */
  ledger: LedgerLine[];
  /** True when there are older ones than those listed. */
  more: boolean;
  /** What of the history is kept and what was dropped, in a sentence. */
  kept: string;
  /** Other things worth asking about. */
  related: { label: string; target: InspectTarget }[];
}
