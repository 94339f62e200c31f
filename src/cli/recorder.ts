/** What a run has done so far: figures that are gone when a process is, kept while it lives. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';
import { LocalShareRecorder } from '../scenarios/figures.ts';

/** One simulated second of `--series`. */
export interface SeriesRow {
  t_s: number;
  /** Per process, in the order of `processes`; zeros before its birth and after its death. */
  pages_per_node: number[][];
  /** Of the bytes moved in this second; the last known share when none were. */
  local_access_share: number;
}

/** Watches a kernel tick by tick. */
export class Recorder {
  readonly series: SeriesRow[] = [];
  /** Per process index: pages per node when last seen with any. */
  private readonly pages: number[][] = [];
  private alive: number[] = [];
  private known = 0;
  private readonly local = new LocalShareRecorder();

  constructor(
    private readonly kernel: Kernel,
    private readonly wantSeries: boolean,
  ) {}

  /** Call after every tick. */
  afterTick(): void {
    const k = this.kernel;
    for (; this.known < k.processes.length; this.known++) {
      this.alive.push(this.known);
      this.pages.push(new Array<number>(k.machine.nodes.length).fill(0));
    }
    let died = false;
    for (const index of this.alive) {
      const process = k.processes[index];
      if (process.exitedNs >= 0) died = true;
      const mm = k.mms[process.mm];
      // A process gives its memory back a little before it is gone: what it held until then is what counts.
      if (mm.exited || mm.presentPages === 0) continue;
      const pages = this.pages[index];
      for (let node = 0; node < pages.length; node++) pages[node] = mm.nodePages[node];
    }
    if (this.wantSeries && k.ticks % 1000 === 0) this.addRow();
    if (died) this.alive = this.alive.filter((index) => k.processes[index].exitedNs < 0);
  }

  /** Pages per node of a process, as last seen while it lived. */
  pagesOf(index: number): number[] {
    return this.pages[index] ?? new Array<number>(this.kernel.machine.nodes.length).fill(0);
  }

  /** End of the run: a row for the last, broken second, and all rows as wide as there were processes. */
  finish(): void {
    if (!this.wantSeries) return;
    if (this.kernel.ticks % 1000 !== 0) this.addRow();
    for (const row of this.series) {
      while (row.pages_per_node.length < this.pages.length) row.pages_per_node.push(this.noPages());
    }
  }

  private addRow(): void {
    const k = this.kernel;
    this.local.sample(k);
    this.series.push({
      t_s: k.ticks / 1000,
      pages_per_node: this.pages.map((pages, index) => {
        const mm = k.mms[k.processes[index].mm];
        return k.processes[index].exitedNs >= 0 || mm.exited ? this.noPages() : pages.slice();
      }),
      local_access_share: this.local.share.at(-1)!,
    });
  }

  private noPages(): number[] {
    return new Array<number>(this.kernel.machine.nodes.length).fill(0);
  }
}

/** Seconds as /usr/bin/time prints them: two decimals, the rest cut off. */
export function timeSeconds(ns: number): number {
  return Math.floor(ns / (NS_PER_SECOND / 100)) / 100;
}
