/** What grows while the kernel runs and does not belong into React: chart columns and log lines. */
import type { LogLine, SeriesChunk } from '../protocol/summary.ts';
import { LOG_CAPACITY } from './constants.ts';

const COLUMNS = [
  't',
  'localShare',
  'faultsPerS',
  'migratedPerS',
  'queued',
  'taskMovesPerS',
  'billScan',
  'billFault',
  'billMigrate',
  'billSpent',
  'billSaved',
] as const;
type Column = (typeof COLUMNS)[number];

/** All rows so far, column by column. */
export class SeriesStore {
  epoch = -1;
  /** Counts changes: a chart redraws when it differs. */
  version = 0;
  private base = 0;
  readonly columns: Record<Column, number[]> = {
    t: [],
    localShare: [],
    faultsPerS: [],
    migratedPerS: [],
    queued: [],
    taskMovesPerS: [],
    billScan: [],
    billFault: [],
    billMigrate: [],
    billSpent: [],
    billSaved: [],
  };
  /** [process][node][row]; null before the process was born. */
  mbPerNode: (number | null)[][][] = [];

  get length(): number {
    return this.columns.t.length;
  }

  /** Sequence number of the first row that is missing. */
  get next(): number {
    return this.base + this.length;
  }

  clear(): void {
    this.epoch = -1;
    this.reset(0);
  }

  /** Add what a summary brought. A new epoch, or rows sent again, replace what was there. */
  apply(chunk: SeriesChunk): void {
    if (chunk.epoch !== this.epoch || chunk.from < this.base || chunk.from > this.next) {
      this.reset(chunk.from);
      this.epoch = chunk.epoch;
    }
    if (chunk.t.length === 0) return;
    const keep = chunk.from - this.base;
    if (keep < this.length) this.truncate(keep);
    for (const name of COLUMNS) append(this.columns[name], chunk[name]);
    chunk.mbPerNode.forEach((nodes, process) => {
      const columns = (this.mbPerNode[process] ??= []);
      nodes.forEach((values, node) => {
        const column = (columns[node] ??= []);
        while (column.length < keep) column.push(null);
        append(column, values);
      });
    });
    for (const columns of this.mbPerNode) {
      for (const column of columns) while (column.length < this.length) column.push(null);
    }
    this.version++;
  }

  private reset(base: number): void {
    this.base = base;
    this.mbPerNode = [];
    this.truncate(0);
  }

  private truncate(length: number): void {
    for (const name of COLUMNS) this.columns[name].length = length;
    for (const columns of this.mbPerNode) {
      for (const column of columns) column.length = Math.min(column.length, length);
    }
    this.version++;
  }
}

function append<T>(column: T[], values: readonly T[]): void {
  for (const value of values) column.push(value);
}

/** The kernel's last lines. */
export class LogStore {
  lines: LogLine[] = [];
  epoch = -1;
  version = 0;

  /** First sequence number wanted next. */
  get next(): number {
    return this.lines.length ? this.lines[this.lines.length - 1].sequence + 1 : 0;
  }

  clear(): void {
    this.lines = [];
    this.epoch = -1;
    this.version++;
  }

  /** Add what a summary brought. In a new epoch time has jumped: what there was does not come before it. */
  apply(lines: readonly LogLine[], epoch: number): void {
    if (epoch !== this.epoch) {
      this.clear();
      this.epoch = epoch;
    }
    const next = this.next;
    const fresh = lines.filter((line) => line.sequence >= next);
    if (fresh.length === 0) return;
    this.lines = [...this.lines, ...fresh].slice(-LOG_CAPACITY);
    this.version++;
  }
}
