/** Answers to "why": what a thing is, what was decided about it and by which numbers, what it cost, and what still holds. */
import type { InspectTarget } from './summary.ts';

/** One decision, told from the kernel's trace. */
export interface LedgerLine {
  /** Simulated time in nanoseconds, and the tick in which it happened. */
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

/** What balancing cost and what it saved, of one process or of all, in nanoseconds of CPU time since boot. */
export interface BillOf {
  /** 'all' or the name of the process. */
  name: string;
  /** Pid of the process, -1 for all. */
  pid: number;
  /** Work by purpose; scanning without its TLB shootdowns. */
  scanNs: number;
  faultNs: number;
  migrateNs: number;
  splitNs: number;
  shootdownNs: number;
  balanceNs: number;
  /** All of it. */
  spentNs: number;
  /** Access time saved against the placement that was found; negative when accesses take longer than they did then. */
  savedNs: number;
  /** When savings first exceeded costs, in ticks; null so far. */
  brokeEvenTick: number | null;
  /** When they would at the rates of the last seconds, in ticks; null when they never would, or have already. A projection. */
  projectedTick: number | null;
}

export interface BillReport {
  all: BillOf;
  /** Processes that have cost anything, the dearest first. */
  processes: BillOf[];
  /** Processes that are not listed. */
  more: number;
  /** CPU time of work that belongs to no process, nanoseconds: pages whose process has exited. */
  nobodyNs: number;
  /** Seconds over which the rates of the projection are smoothed, about. */
  rateS: number;
}

/** Something that must hold, and whether it does. */
export interface Lamp {
  id: 'pages' | 'tasks' | 'queues' | 'counters';
  title: string;
  ok: boolean;
  /** When it was last looked at, in ticks. */
  checkedTick: number;
  /** What is wrong, '' when nothing is. */
  violation: string;
  /** It still held at `heldTick` and no longer at `brokenTick`; `exact` when nothing lies between them. -1 when all is well. */
  heldTick: number;
  brokenTick: number;
  exact: boolean;
  /** How far the search for the exact tick is, in words; '' when there is none. */
  search: string;
}
