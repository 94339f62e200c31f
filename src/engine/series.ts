/**
 * The time series behind the charts: a row every 100 simulated ms. When there are too many rows every two become one,
 * rows come half as often from then on, and the epoch tells readers to fetch everything again.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_SECOND, PAGES_PER_MIB } from '../kernel/units.ts';
import type { SeriesChunk } from '../protocol/summary.ts';
import { spentByAll } from './bills.ts';
import { Column } from './columns.ts';
import type { BranchRecord } from './observer.ts';

/** Rows at which the series is thinned. */
const MAX_ROWS = 4096;
/** First distance of two rows, in ticks. */
export const SAMPLE_TICKS = 100;
/** Processes with columns of their own (a build forks hundreds; nobody reads hundreds of lines). */
const MAX_PROCESSES = 32;

/** Columns whose rows are means over the row's time. */
const RATES = ['localShare', 'faultsPerS', 'migratedPerS', 'taskMovesPerS'] as const;
/** Columns whose rows are levels or totals at the row's end. */
const LEVELS = ['t', 'queued', 'billScan', 'billFault', 'billMigrate', 'billSpent', 'billSaved'] as const;
/** Totals at the row's end that rates are differences of; nobody reads them. */
const TOTALS = ['faults', 'migrated', 'moves'] as const;
type TotalName = (typeof TOTALS)[number];
type RateName = (typeof RATES)[number];
type LevelName = (typeof LEVELS)[number];

/** Every series begins an epoch of its own, so that a reader never takes rows of one for rows of another. */
let lastEpoch = -1;

export class Series implements BranchRecord<Series> {
  epoch = ++lastEpoch;
  private intervalTicks = SAMPLE_TICKS;
  private readonly columns = Object.fromEntries(
    [...RATES, ...LEVELS].map((name) => [name, new Column()]),
  ) as Record<RateName | LevelName, Column>;
  private readonly totals = Object.fromEntries(TOTALS.map((name) => [name, new Column()])) as Record<
    TotalName,
    Column
  >;
  /** [process][node] MB. */
  private readonly memory: Column[][] = [];
  private lastTick = 0;

  get rows(): number {
    return this.columns.t.length;
  }

  /** Add a row if one is due and not there yet. @param localShare over the last row, @param savedS seconds saved so far */
  sample(k: Kernel, localShare: number, savedS: number): void {
    if (k.ticks % this.intervalTicks !== 0 || k.ticks <= this.lastTick) return;
    const { columns, totals } = this;
    const last = (name: TotalName) => (this.rows > 0 ? totals[name].at(this.rows - 1) : 0);
    const perSecond = 1000 / (k.ticks - this.lastTick);
    const counters = k.counters;
    const faults = counters.numa_hint_faults;
    const migrated = counters.pgmigrate_success;
    const moves = taskMoves(k);
    columns.localShare.push(localShare);
    columns.faultsPerS.push((faults - last('faults')) * perSecond);
    columns.migratedPerS.push((migrated - last('migrated')) * perSecond);
    columns.taskMovesPerS.push((moves - last('moves')) * perSecond);
    totals.faults.push(faults);
    totals.migrated.push(migrated);
    totals.moves.push(moves);
    columns.t.push(k.ticks / 1000);
    columns.queued.push(queuedPages(k));
    columns.billScan.push(k.bill.scanNs / NS_PER_SECOND);
    columns.billFault.push(k.bill.hintingFaultNs / NS_PER_SECOND);
    columns.billMigrate.push(k.bill.migrateNs / NS_PER_SECOND);
    columns.billSpent.push(spentByAll(k) / NS_PER_SECOND);
    columns.billSaved.push(savedS);
    this.sampleMemory(k);
    this.lastTick = k.ticks;
    if (this.rows >= MAX_ROWS) this.thin();
  }

  /** Rows from `from` on; all of them when the reader's epoch is not ours. */
  chunk(from: number, epoch: number): SeriesChunk {
    const first = epoch === this.epoch && from >= 0 ? Math.min(from, this.rows) : 0;
    const columns = Object.fromEntries(
      Object.entries(this.columns).map(([name, column]) => [name, column.slice(first)]),
    ) as Record<RateName | LevelName, number[]>;
    return {
      ...columns,
      epoch: this.epoch,
      from: first,
      mbPerNode: this.memory.map((nodes) => nodes.map((column) => column.slice(first))),
    };
  }

  fork(tick: number): Series {
    const forked = new Series();
    let rows = this.rows;
    while (rows > 0 && this.columns.t.at(rows - 1) * 1000 > tick + 0.5) rows--;
    for (const name of [...RATES, ...LEVELS]) forked.columns[name].take(this.columns[name], rows);
    for (const name of TOTALS) forked.totals[name].take(this.totals[name], rows);
    this.memory.forEach((nodes, process) => {
      forked.memory[process] = nodes.map((column) => new Column().take(column, rows));
    });
    forked.intervalTicks = this.intervalTicks;
    forked.lastTick = rows > 0 ? Math.round(this.columns.t.at(rows - 1) * 1000) : 0;
    return forked;
  }

  private sampleMemory(k: Kernel): void {
    const processes = Math.min(k.processes.length, MAX_PROCESSES);
    const nodes = k.machine.nodes.length;
    for (let p = 0; p < processes; p++) {
      const columns = (this.memory[p] ??= Array.from({ length: nodes }, () => new Column()));
      const mm = k.mms[k.processes[p].mm];
      for (let n = 0; n < nodes; n++) {
        while (columns[n].length < this.rows - 1) columns[n].push(0);
        columns[n].push(mm ? mm.nodePages[n] / PAGES_PER_MIB : 0);
      }
    }
  }

  private thin(): void {
    for (const name of RATES) this.columns[name].keepMean();
    for (const name of LEVELS) this.columns[name].keepSecond();
    for (const name of TOTALS) this.totals[name].keepSecond();
    for (const nodes of this.memory) for (const column of nodes) column.keepSecond();
    this.intervalTicks *= 2;
    this.epoch = ++lastEpoch;
  }
}

/** Changes of CPU so far, whatever the cause; placement at birth is not one. */
export function taskMoves(k: Kernel): number {
  const c = k.counters;
  return (
    c.task_moves_autonuma +
    c.task_moves_pull +
    c.task_moves_active +
    c.task_moves_wake +
    c.task_moves_affinity
  );
}

/** Pages queued to all daemons. */
export function queuedPages(k: Kernel): number {
  let pages = 0;
  for (const daemon of k.autonuma.daemons) pages += daemon.nrQueued;
  return pages;
}
