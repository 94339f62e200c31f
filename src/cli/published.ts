/** `lab published`: every published row there is a machine for, run and judged. */
import { judge, runRowOnce, seedsOf } from '../scenarios/published.ts';
import type { RowResult } from '../scenarios/published.ts';
import { NOT_MODELLED, PUBLISHED_ROWS } from '../scenarios/published-rows.ts';
import type { PublishedRow } from '../scenarios/published-rows.ts';
import { numberOf, parseOptions } from './arguments.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';
import { runInProcesses } from './jobs.ts';
import type { Run } from './published-child.ts';
import { markdown, scoreboard } from './published-report.ts';

const OPTIONS = {
  seeds: { type: 'string' },
  only: { type: 'string' },
  jobs: { type: 'string' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
} as const;

const DEFAULT_SEEDS = 8;
const MOST_SEEDS = 1000;
const MOST_JOBS = 64;

/** A row beside what came out of it. */
export interface Scored {
  row: PublishedRow;
  result: RowResult;
}

interface Request {
  rows: PublishedRow[];
  seeds: number;
  jobs: number;
  check: boolean;
  form: 'text' | 'json' | 'markdown';
}

/** Run with the arguments after `published`; returns the exit status, of several processes a promise of it. */
export function publishedCommand(args: string[], io: LabIo): number | Promise<number> {
  const request = parse(args);
  const runs = request.rows.flatMap((row) =>
    Array.from({ length: seedsOf(row, request.seeds) }, (_, i) => ({ id: row.id, seed: i + 1 })),
  );
  const told = teller(request, runs.length, io);
  if (request.jobs > 1) {
    return runInProcesses<Run, number>('./published-child.ts', runs, request.jobs, told).then((seconds) =>
      report(request, runs, seconds, io),
    );
  }
  const rowOf = new Map(request.rows.map((row) => [row.id, row]));
  const seconds = runs.map((run, i) => {
    const elapsed = runRowOnce(rowOf.get(run.id)!, run.seed);
    told(run, elapsed, i + 1);
    return elapsed;
  });
  return report(request, runs, seconds, io);
}

function parse(args: string[]): Request {
  const values = parseOptions('published', args, OPTIONS);
  if (values.json === true && values.markdown === true)
    throw new UsageError('lab published: --json and --markdown exclude each other');
  const whole = (name: 'seeds' | 'jobs', most: number, otherwise: number): number =>
    values[name] === undefined ? otherwise : numberOf(`--${name}`, values[name], 1, most, true);
  return {
    rows: rowsOf(values.only),
    seeds: whole('seeds', MOST_SEEDS, DEFAULT_SEEDS),
    jobs: whole('jobs', MOST_JOBS, 1),
    check: values.check ?? false,
    form: values.json === true ? 'json' : values.markdown === true ? 'markdown' : 'text',
  };
}

function rowsOf(only: string | undefined): PublishedRow[] {
  if (only === undefined) return [...PUBLISHED_ROWS];
  let pattern: RegExp;
  try {
    pattern = new RegExp(only);
  } catch (error) {
    throw new UsageError(`--only: ${(error as Error).message}`);
  }
  const rows = PUBLISHED_ROWS.filter((row) => pattern.test(row.id));
  if (rows.length === 0) {
    throw new UsageError(`--only: no row matches "${only}"; rows are named like ${PUBLISHED_ROWS[0].id}`);
  }
  return rows;
}

/** Says how far it is, on standard error: redrawn on a terminal, a line a run elsewhere. */
function teller(
  request: Request,
  total: number,
  io: LabIo,
): (run: Run, seconds: number, done: number) => void {
  return (run, seconds, done) => {
    if (request.form === 'json' && !io.errIsTerminal) return;
    const line = `${done}/${total}  ${run.id} seed ${run.seed}: ${seconds.toFixed(2)} s`;
    io.err(io.errIsTerminal ? `\r${line.padEnd(70)}${done === total ? '\r' : ''}` : `${line}\n`);
  };
}

function report(request: Request, runs: Run[], seconds: number[], io: LabIo): number {
  const scored = request.rows.map((row) => ({
    row,
    result: judge(
      row,
      seconds.filter((_, i) => runs[i].id === row.id),
    ),
  }));
  const whole = request.rows.length === PUBLISHED_ROWS.length;
  if (request.form === 'json') io.out(`${JSON.stringify(jsonOf(request, scored))}\n`);
  else io.out(request.form === 'markdown' ? markdown(scored, request.seeds, whole) : scoreboard(scored));
  return request.check && scored.some(({ result }) => result.verdict === 'miss') ? 1 : 0;
}

function jsonOf(request: Request, scored: Scored[]): object {
  return {
    schema: 'autonuma-lab/published/1',
    seeds: request.seeds,
    rows: scored.map(({ row, result }) => ({
      id: row.id,
      source: row.source,
      machine: row.machine,
      workload: row.workload,
      column: row.column,
      variant: row.variant,
      policy: row.policy,
      version: row.policy === 'off' ? null : row.version,
      fitted: row.fitted,
      published_s: row.published,
      mean_s: result.mean,
      min_s: result.min,
      max_s: result.max,
      sd_s: result.sd,
      ratio: result.ratio,
      tolerance: row.tolerance,
      target: row.target,
      verdict: result.verdict,
      seconds: result.seconds,
    })),
    not_modelled: NOT_MODELLED,
  };
}
