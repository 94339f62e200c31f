/** Questions to the trace: a short list with parameters, and a free filter. */
import type { LedgerLine } from './why.ts';

/** What a filter can ask for. */
export const EVENT_KINDS = [
  'all',
  'first_touch',
  'scan',
  'fault',
  'mismatch',
  'queued',
  'migrated',
  'stayed',
  'task_move',
  'balance',
  'veto',
  'daemon',
  'no_room',
  'huge',
  'reclaim',
  'process',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export const EVENT_KIND_TITLES: Record<EventKind, string> = {
  all: 'everything',
  first_touch: 'first touches',
  scan: 'scans',
  fault: 'hinting faults',
  mismatch: 'last_nid mismatches',
  queued: 'pages queued',
  migrated: 'pages migrated',
  stayed: 'pages that stayed though isolated or queued',
  task_move: 'changes of CPU',
  balance: 'decisions of sched_autonuma_balance',
  veto: 'pulls that AutoNUMA refused',
  daemon: 'what knuma_migratedN did',
  no_room: 'no room on a node',
  huge: 'huge pages split and collapsed',
  reclaim: 'page cache dropped or moved',
  process: 'processes and their mappings',
};

export type Question =
  /** When a thread changed its CPU for the first time. */
  | { kind: 'first_move'; pid: number }
  /** Pages that moved back to a node within so many scan passes of leaving it. */
  | { kind: 'came_back'; passes: number }
  /** Pages that moved more than so many times. */
  | { kind: 'moved_often'; times: number }
  /** When a node had no room. */
  | { kind: 'node_full'; node: number }
  /** Which hinting fault met the most mismatches. */
  | { kind: 'most_mismatches' }
  /** The longest queue of a daemon. */
  | { kind: 'longest_queue' }
  | {
      kind: 'filter';
      event: EventKind;
      /** Pid of a thread, index of a process, a node: null for any. */
      pid: number | null;
      process: number | null;
      node: number | null;
      /** Simulated seconds; null for no bound. */
      fromS: number | null;
      toS: number | null;
    };

export interface Answer {
  /** The answer in a sentence. */
  sentence: string;
  /** The events behind it. */
  lines: LedgerLine[];
  more: boolean;
  /** What of the history is kept. */
  kept: string;
}
