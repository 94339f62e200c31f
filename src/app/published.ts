/**
 * The scoreboard's runs: published rows in a worker of their own, one after another, so that the laboratory's kernel
 * keeps its state. What has been run stays until the page is left.
 */
import { create } from 'zustand';
import type { NotModelledInfo, PublishedRowInfo, PublishedRun } from '../protocol/published.ts';
import { PUBLISHED_POLL_MS } from './constants.ts';
import { startEngine, WorkerGone, type EngineClient } from './engine-client.ts';
import { missingJobs, type Job } from './verdict.ts';

export interface SeedRun extends PublishedRun {
  seed: number;
}

interface Current extends Job {
  /** Tells this run from an earlier one of the same row and seed. */
  serial: number;
  soFar: PublishedRun | null;
}

interface PublishedState {
  rows: readonly PublishedRowInfo[];
  notModelled: readonly NotModelledInfo[];
  /** Runs of a row by its id, in the order they were made. */
  runs: Readonly<Record<string, readonly SeedRun[]>>;
  /** The run under way, and as far as it has come. */
  current: Current | null;
  waiting: readonly Job[];
  /** Runs finished and asked for since the queue was last empty. */
  done: number;
  asked: number;
  /** The row whose picture is shown. */
  shown: string | null;
  error: string;
}

const IDLE = { current: null, waiting: [], done: 0, asked: 0 } as const;

export const usePublished = create<PublishedState>(() => ({
  rows: [],
  notModelled: [],
  runs: {},
  shown: null,
  error: '',
  ...IDLE,
}));

const { getState: get, setState: set } = usePublished;

const NO_RUNS: readonly SeedRun[] = [];

/** The runs of a row so far. */
export function runsOf(runs: PublishedState['runs'], id: string): readonly SeedRun[] {
  return runs[id] ?? NO_RUNS;
}

const seedsDone = (id: string) => runsOf(get().runs, id).map(({ seed }) => seed);

let engine: EngineClient | null = null;
let nextSerial = 1;

function onDeath(reason: string): void {
  engine = null;
  set({ ...IDLE, error: `The worker of the scoreboard failed: ${reason}.` });
}

/** Start the worker and ask what rows there are. */
export async function openPublished(): Promise<void> {
  engine ??= startEngine(onDeath);
  const client = engine;
  if (get().rows.length > 0) return;
  try {
    const [rows, notModelled] = await client.guard(
      Promise.all([client.api.publishedRows(), client.api.publishedNotModelled()]),
    );
    set({ rows, notModelled });
  } catch (error) {
    report(error);
  }
}

/** Give the worker back; the runs so far stay. */
export function closePublished(): void {
  engine?.dispose();
  engine = null;
  set({ ...IDLE, error: '' });
}

/** Run what is missing of a row; when nothing is, one seed more. */
export function runRow(row: PublishedRowInfo, seeds: number): void {
  const waits = (job: Job) =>
    [get().current, ...get().waiting].some((other) => other?.id === job.id && other.seed === job.seed);
  let jobs = missingJobs([row], seedsDone, seeds);
  if (jobs.length === 0) jobs = [{ id: row.id, seed: Math.max(0, ...seedsDone(row.id)) + 1 }];
  enqueue(
    jobs.filter((job) => !waits(job)),
    true,
  );
}

/** Run what is missing of all rows, as soon as it is known which there are. */
export async function runAll(seeds: number): Promise<void> {
  if (get().rows.length === 0) await openPublished();
  const { rows, current } = get();
  const jobs = missingJobs(rows, seedsDone, seeds);
  set({ waiting: [], done: 0, asked: current ? 1 : 0 });
  enqueue(
    jobs.filter((job) => job.id !== current?.id || job.seed !== current.seed),
    false,
  );
}

/** Stop the run under way and forget what waits. */
export function cancelPublished(): void {
  const client = engine;
  set({ ...IDLE });
  if (client) client.guard(client.api.cancelPublished()).catch(report);
}

export function showRow(id: string): void {
  set({ shown: id });
}

function enqueue(jobs: readonly Job[], first: boolean): void {
  if (jobs.length === 0) return;
  const { waiting, asked } = get();
  set({
    waiting: first ? [...jobs, ...waiting] : [...waiting, ...jobs],
    asked: asked + jobs.length,
    error: '',
  });
  if (!get().current) void work();
}

/** Run one job after another until none waits. */
async function work(): Promise<void> {
  for (let job = get().waiting.at(0); job; job = get().waiting.at(0)) {
    engine ??= startEngine(onDeath);
    const client = engine;
    const current: Current = { ...job, serial: nextSerial++, soFar: null };
    set(({ waiting }) => ({ current, waiting: waiting.slice(1), shown: current.id }));
    const timer = window.setInterval(() => void look(client, current), PUBLISHED_POLL_MS);
    try {
      const reply = await client.guard(client.api.runPublished(job.id, job.seed));
      // Cancelled or closed meanwhile: its answer is nobody's.
      if (!isCurrent(current)) return;
      if (!reply.ok) throw new Error(reply.error);
      const run = { ...reply.value, seed: job.seed };
      set(({ runs, done }) => ({
        runs: { ...runs, [current.id]: [...runsOf(runs, current.id), run] },
        done: done + 1,
      }));
    } catch (error) {
      if (!isCurrent(current)) return;
      set({ ...IDLE });
      report(error);
      return;
    } finally {
      window.clearInterval(timer);
    }
  }
  set({ ...IDLE });
}

function isCurrent({ serial }: Current): boolean {
  return get().current?.serial === serial;
}

/** See how far the run under way has come. */
async function look(client: EngineClient, job: Current): Promise<void> {
  try {
    const soFar = await client.guard(client.api.publishedSoFar());
    if (soFar && isCurrent(job)) set(({ current }) => ({ current: current && { ...current, soFar } }));
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  if (error instanceof WorkerGone) return;
  set({ error: error instanceof Error ? error.message : String(error) });
}
