/**
 * A sweep on the page: its runs go headless through spare workers, one after another in each. What has been run stays
 * until another sweep begins, also while the page shows something else.
 */
import { create } from 'zustand';
import type { Experiment } from '../../protocol/experiment.ts';
import { costOf, type Standing } from '../../protocol/runs.ts';
import { cellsOf, parseVary, varyText, type SweepAxis, type SweepFacts } from '../../protocol/sweep.ts';
import type { Catalog } from '../../protocol/summary.ts';
import { startEngine, WorkerGone, type EngineClient } from '../engine-client.ts';
import { knobsOf } from '../experiment.ts';

/** One run of a sweep, so far or to its end. */
export interface CellView {
  at: number[];
  experiment: Experiment;
  status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  standing: Standing | null;
  /** Local share of its bytes over time, t in seconds. */
  local: { t: number[]; share: number[] };
  error: string;
}

interface SweepState {
  axes: readonly SweepAxis[];
  cells: readonly CellView[];
  running: boolean;
  workers: number;
  limitS: number;
}

export const useSweep = create<SweepState>(() => ({
  axes: [],
  cells: [],
  running: false,
  workers: 0,
  limitS: 0,
}));
const { getState: get, setState: set } = useSweep;

/** Simulated seconds a run may take when nobody says otherwise. */
export const DEFAULT_LIMIT_S = 600;
/** Runs under way are looked at this often. */
const POLL_MS = 250;

/** Workers to spare: one processor is left to the page. */
export function spareWorkers(): number {
  return Math.max(1, (navigator.hardwareConcurrency || 2) - 1);
}

/** The sweep as `field=values`, for the link. */
export function varyTexts(): string[] {
  return get().axes.map(varyText);
}

/** What an experiment's fields may be set to. */
export function factsOf(experiment: Experiment, catalog: Catalog): SweepFacts {
  const workload = catalog.workloads.find(({ name }) => name === experiment.workload);
  return {
    versions: catalog.versions,
    variants: workload?.variants ?? ['default'],
    parameters: workload?.parameters ?? [],
    knobs: knobsOf(catalog, experiment.autonumaVersion),
  };
}

/** The axes of `field=values` texts as far as they can be understood. */
export function readAxes(texts: readonly string[], facts: SweepFacts): SweepAxis[] {
  return texts.flatMap((text) => {
    try {
      return [parseVary(text, facts)];
    } catch {
      return [];
    }
  });
}

/** What a cell is coloured by. */
export const MEASURES = {
  elapsed: {
    title: 'elapsed time',
    about: 'simulated seconds from the start of the first process to the exit of the last',
    of: ({ figures }: Standing) => figures.elapsedS,
  },
  cost: {
    title: 'cost',
    about: 'CPU seconds spent by scanning, hinting faults and migration',
    of: ({ figures }: Standing) => costOf(figures),
  },
} as const;
export type Measure = keyof typeof MEASURES;

const workers = new Set<EngineClient>();
/** Counts sweeps: a worker of an older one is over. */
let serial = 0;

/**
 * Run all combinations.
 * @throws SweepError naming the field that is to blame
 */
export function startSweep(experiment: Experiment, axes: readonly SweepAxis[], limitS: number): void {
  const cells = cellsOf(experiment, axes).map((cell): CellView => ({
    ...cell,
    status: 'waiting',
    standing: null,
    local: { t: [], share: [] },
    error: '',
  }));
  cancelSweep();
  const mine = ++serial;
  const count = Math.min(spareWorkers(), cells.length);
  set({ axes, cells, running: true, workers: count, limitS });
  void Promise.all(Array.from({ length: count }, () => work(mine))).then(() => {
    if (mine === serial) set({ running: false });
  });
}

/** End the runs under way; what is done stays. */
export function cancelSweep(): void {
  serial++;
  for (const worker of workers) worker.dispose();
  workers.clear();
  set(({ cells }) => ({
    running: false,
    cells: cells.map((cell) =>
      cell.status === 'waiting' || cell.status === 'running' ? { ...cell, status: 'cancelled' } : cell,
    ),
  }));
}

function show(index: number, patch: Partial<CellView>): void {
  set(({ cells }) => ({ cells: cells.map((cell, i) => (i === index ? { ...cell, ...patch } : cell)) }));
}

/** One worker: the next cell that waits, until none does. */
async function work(mine: number): Promise<void> {
  let client: EngineClient | null = null;
  while (mine === serial) {
    const index = get().cells.findIndex(({ status }) => status === 'waiting');
    if (index < 0) break;
    show(index, { status: 'running' });
    client ??= spare();
    const result = await runCell(client, index, mine);
    if (mine !== serial) break;
    show(index, result);
    // A worker that died is not asked again.
    if (result.status === 'failed' && !workers.has(client)) client = null;
  }
  if (client) {
    client.dispose();
    workers.delete(client);
  }
}

function spare(): EngineClient {
  const client: EngineClient = startEngine(() => void workers.delete(client));
  workers.add(client);
  return client;
}

async function runCell(client: EngineClient, index: number, mine: number): Promise<Partial<CellView>> {
  const { experiment } = get().cells[index];
  const { api } = client;
  let timer = 0;
  try {
    // Nobody goes back in these.
    await client.guard(api.limitCheckpoints(0));
    const booted = await client.guard(api.boot(experiment, false));
    if (!booted.ok) return { status: 'failed', error: booted.error };
    timer = window.setInterval(() => {
      client.guard(api.standing()).then(
        (standing) => {
          if (mine === serial && get().cells[index]?.status === 'running') show(index, { standing });
        },
        // Its death is told by the run itself.
        () => undefined,
      );
    }, POLL_MS);
    const reply = await client.guard(api.runTo(get().limitS * 1000));
    window.clearInterval(timer);
    if (!reply.ok) return { status: 'failed', error: reply.error };
    const everything = { logFrom: Number.MAX_SAFE_INTEGER, logEpoch: -1, seriesFrom: 0, seriesEpoch: -1 };
    const { series } = await client.guard(api.summary(everything));
    return { status: 'done', standing: reply.value, local: { t: series.t, share: series.localShare } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      status: 'failed',
      error: error instanceof WorkerGone ? `its worker has stopped: ${reason}` : reason,
    };
  } finally {
    window.clearInterval(timer);
  }
}
