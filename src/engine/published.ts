/** Published rows run headless, in slices between which other calls are served. Needs no session. */
import { advance, isFinished, type Kernel } from '../kernel/kernel.ts';
import type { Reply } from '../protocol/engine-api.ts';
import type { NotModelledInfo, PublishedRowInfo, PublishedRun } from '../protocol/published.ts';
import { bytesSoFar } from '../scenarios/figures.ts';
import { elapsedSeconds } from '../scenarios/headless.ts';
import { bootRow } from '../scenarios/published.ts';
import {
  COLUMN_TITLES,
  NOT_MODELLED,
  PUBLISHED_ROWS,
  PUBLISHED_SOURCES,
  publishedRow,
} from '../scenarios/published-rows.ts';
import { SLICE_MS } from './clock.ts';
import type { Host } from './host.ts';
import { messageOf } from './session.ts';

/** The sampler of autonuma-benchmark looks once a second. */
const SAMPLE_TICKS = 1000;
const PAGES_PER_MIB = 256;

/** The rows for the page. */
export function publishedRowInfos(): PublishedRowInfo[] {
  return PUBLISHED_ROWS.map((row) => {
    const source = PUBLISHED_SOURCES.find((s) => s.id === row.source)!;
    return {
      ...row,
      version: row.policy === 'off' ? '' : row.version,
      columnTitle: COLUMN_TITLES[row.column],
      sourceTitle: source.title,
      citation: source.citation,
    };
  });
}

export function notModelledInfos(): NotModelledInfo[] {
  return NOT_MODELLED.map((figure) => ({ ...figure }));
}

/** A row under way: the kernel and what has been seen of it. */
class RowRun {
  private readonly k: Kernel;
  private readonly times: number[] = [];
  private readonly nodes: number[][];
  /** Ticks between two looks at the clock: as many as fit in a slice, by experience. */
  private batch = 1;

  /** Boot. @throws RangeError if there is no such row */
  constructor(id: string, seed: number) {
    this.k = bootRow(publishedRow(id), seed);
    this.nodes = this.k.machine.nodes.map(() => []);
  }

  get finished(): boolean {
    return isFinished(this.k);
  }

  /** Run for about a slice. How it is cut does not change what comes out. */
  slice(now: () => number): void {
    const { k } = this;
    const startMs = now();
    while (!this.finished) {
      const toSample = SAMPLE_TICKS - (k.ticks % SAMPLE_TICKS);
      const beforeMs = now();
      advance(k, Math.min(this.batch, toSample));
      if (k.ticks % SAMPLE_TICKS === 0) this.sample();
      const afterMs = now();
      if (afterMs - beforeMs > SLICE_MS / 2) this.batch = Math.max(1, this.batch >> 1);
      else if (this.batch < SAMPLE_TICKS) this.batch *= 2;
      if (afterMs - startMs >= SLICE_MS) return;
    }
  }

  result(): PublishedRun {
    const { local, all } = bytesSoFar(this.k);
    return {
      seconds: elapsedSeconds(this.k),
      mbPerNode: { t_s: this.times.slice(), nodes: this.nodes.map((column) => column.slice()) },
      localShare: all === 0 ? 1 : local / all,
    };
  }

  private sample(): void {
    const { k } = this;
    if (this.finished) return;
    this.times.push(k.ticks / 1000);
    this.nodes.forEach((column, node) => {
      let pages = 0;
      for (const process of k.processes) {
        if (process.exitedNs < 0 && !k.mms[process.mm].exited) pages += k.mms[process.mm].nodePages[node];
      }
      column.push(pages / PAGES_PER_MIB);
    });
  }
}

/** Runs one row at a time. */
export class PublishedRunner {
  private current: RowRun | null = null;

  constructor(private readonly host: Host) {}

  /** Run a row to its end; a second call ends the first. */
  async run(id: string, seed: number): Promise<Reply<PublishedRun>> {
    let run: RowRun;
    try {
      run = new RowRun(id, seed);
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
    this.current = run;
    try {
      while (this.current === run) {
        run.slice(this.host.now);
        if (run.finished) return { ok: true, value: run.result() };
        await new Promise<void>((resolve) => this.host.soon(resolve));
      }
      return { ok: false, error: 'cancelled' };
    } catch (error) {
      return { ok: false, error: `The kernel model failed: ${messageOf(error)}` };
    } finally {
      if (this.current === run) this.current = null;
    }
  }

  soFar(): PublishedRun | null {
    return this.current === null ? null : this.current.result();
  }

  cancel(): void {
    this.current = null;
  }
}
