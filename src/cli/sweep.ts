/** `lab sweep`: one experiment run for every combination of the values of one or two of its fields. */
import { presetNames } from '../kernel/machine/presets.ts';
import { sysfsKnobs } from '../kernel/sysfs/sysfs.ts';
import type { Experiment, MachineFile } from '../protocol/experiment.ts';
import { costOf } from '../protocol/runs.ts';
import {
  cellName,
  cellsOf,
  parseVary,
  shortField,
  SweepError,
  type SweepAxis,
  type SweepCell,
  type SweepFacts,
} from '../protocol/sweep.ts';
import { knobPath } from '../scenarios/boot.ts';
import { ExperimentError } from '../scenarios/experiment.ts';
import { AUTONUMA_VERSIONS, isWorkloadName, workloadByName } from '../scenarios/registry.ts';
import { workloadFromFile } from '../workloads/compile.ts';
import { EXPERIMENT_OPTIONS, experimentOf, limitOf, numberOf, parseOptions } from './arguments.ts';
import type { ExperimentRequest } from './arguments.ts';
import { describeMachine, readWorkload } from './files.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';
import { runInProcesses } from './jobs.ts';
import { optionMessage } from './run.ts';
import { bootCell, runCell, type SweepResult, type SweepTask } from './sweep-cell.ts';
import { table, thousands } from './table.ts';

const OPTIONS = {
  ...EXPERIMENT_OPTIONS,
  'limit-s': { type: 'string' },
  vary: { type: 'string', multiple: true },
  jobs: { type: 'string' },
  series: { type: 'boolean' },
  json: { type: 'boolean' },
  csv: { type: 'boolean' },
} as const;

const MOST_JOBS = 64;

interface Sweep {
  request: ExperimentRequest;
  limitS: number;
  axes: SweepAxis[];
  cells: SweepCell[];
  form: 'text' | 'json' | 'csv';
  series: boolean;
}

/** Run with the arguments after `sweep`; returns the exit status, of several processes a promise of it. */
export function sweepCommand(args: string[], io: LabIo): number | Promise<number> {
  const values = parseOptions('sweep', args, OPTIONS);
  if (values.json === true && values.csv === true)
    throw new UsageError('lab sweep: --json and --csv exclude each other');
  const { request, seconds } = experimentOf(values, io);
  const limitS = limitOf(values['limit-s'], seconds);
  const jobs = values.jobs === undefined ? 1 : numberOf('--jobs', values.jobs, 1, MOST_JOBS, true);
  const sweep: Sweep = {
    request,
    limitS,
    ...combinations(request, values.vary ?? [], io),
    form: values.json === true ? 'json' : values.csv === true ? 'csv' : 'text',
    series: values.series ?? false,
  };
  const limitTicks = Math.round(limitS * 1000);
  const tasks = sweep.cells.map(({ experiment }): SweepTask => ({ experiment, limitTicks }));
  const told = teller(sweep, tasks, io);
  if (jobs > 1) {
    return runInProcesses<SweepTask, SweepResult>('./sweep-child.ts', tasks, jobs, told).then((results) =>
      report(sweep, results, io),
    );
  }
  const results = tasks.map((task, i) => {
    const result = runCell(task);
    told(task, result, i + 1);
    return result;
  });
  return report(sweep, results, io);
}

/** What to run, every cell tried before the first is run: a mistake is told at once. */
function combinations(
  request: ExperimentRequest,
  vary: readonly string[],
  io: LabIo,
): { axes: SweepAxis[]; cells: SweepCell[] } {
  if (vary.length === 0) throw new UsageError('--vary: a sweep needs a field to vary, as --vary seed=1..4');
  if (vary.length > 2) throw new UsageError('--vary: at most two fields can be varied');
  const experiment = resolveFiles(request, io);
  try {
    const facts = factsOf(experiment);
    const axes = vary.map((text) => parseVary(text, facts));
    const cells = cellsOf(experiment, axes);
    for (const cell of cells) tryCell(cell, axes);
    return { axes, cells };
  } catch (error) {
    if (error instanceof SweepError) throw new UsageError(`--vary: ${error.message}`);
    if (error instanceof ExperimentError) throw new UsageError(optionMessage(error));
    throw error;
  }
}

function tryCell(cell: SweepCell, axes: readonly SweepAxis[]): void {
  try {
    bootCell(cell.experiment);
  } catch (error) {
    if (!(error instanceof ExperimentError)) throw error;
    throw new UsageError(`${cellName(axes, cell.at)}: ${optionMessage(error)}`);
  }
}

/** The experiment with files in place of their names: child processes and cells need not read them again. */
function resolveFiles(request: ExperimentRequest, io: LabIo): Experiment {
  const { version, knobs, ...rest } = request;
  // A scenario may bring whole files with it.
  const [machine, workload]: (string | object)[] = [request.machine, request.workload];
  const isFile = (given: string | object, known: (name: string) => boolean): given is string =>
    typeof given === 'string' && !known(given);
  return {
    ...(rest as unknown as Pick<
      Experiment,
      'variant' | 'policy' | 'thp' | 'noautonuma' | 'parameters' | 'seed'
    >),
    version: 1,
    machine: (isFile(machine, (name) => presetNames().includes(name))
      ? describeMachine(io, machine)
      : machine) as string | MachineFile,
    workload: isFile(workload, isWorkloadName) ? readWorkload(io, workload) : workload,
    autonumaVersion: version,
    knobs: Object.fromEntries(Object.entries(knobs).map(([path, value]) => [knobPath(path), value])),
    edits: [],
  };
}

function factsOf({ workload, autonumaVersion }: Experiment): SweepFacts {
  const program = typeof workload === 'string' ? workloadByName(workload) : workloadFromFile(workload);
  const version = AUTONUMA_VERSIONS.includes(autonumaVersion) ? autonumaVersion : AUTONUMA_VERSIONS[0];
  return {
    versions: AUTONUMA_VERSIONS,
    variants: program.variants,
    parameters: program.parameters,
    knobs: sysfsKnobs(version),
  };
}

/** Says how far it is, on standard error: redrawn on a terminal, a line a run elsewhere. */
function teller(sweep: Sweep, tasks: readonly SweepTask[], io: LabIo) {
  return (task: SweepTask, { figures, finished }: SweepResult, done: number): void => {
    if (sweep.form !== 'text' && !io.errIsTerminal) return;
    const { at } = sweep.cells[tasks.indexOf(task)];
    const time = `${finished ? '' : 'not finished after '}${figures.elapsedS.toFixed(2)} s`;
    const line = `${done}/${tasks.length}  ${cellName(sweep.axes, at)}: ${time}`;
    io.err(io.errIsTerminal ? `\r${line.padEnd(78)}${done === tasks.length ? '\r' : ''}` : `${line}\n`);
  };
}

function report(sweep: Sweep, results: readonly SweepResult[], io: LabIo): number {
  if (sweep.form === 'json') io.out(`${JSON.stringify(jsonOf(sweep, results))}\n`);
  else io.out(sweep.form === 'csv' ? csvOf(sweep, results) : textOf(sweep, results));
  return 0;
}

/** The figures of a cell under the names of `lab run --json`. */
function rowOf(sweep: Sweep, cell: SweepCell, { figures, finished, ticks, stateHash }: SweepResult) {
  const values = Object.fromEntries(sweep.axes.map(({ field, values: all }, i) => [field, all[cell.at[i]]]));
  const round = (seconds: number): number => Math.round(seconds * 1e6) / 1e6;
  return {
    ...values,
    finished,
    elapsed_s: round(figures.elapsedS),
    local_access_share: round(figures.localShare),
    pages_migrated: figures.pagesMoved,
    hinting_faults: figures.hintingFaults,
    task_moves: figures.taskMoves,
    scan_s: round(figures.scanS),
    fault_s: round(figures.faultS),
    migrate_s: round(figures.migrateS),
    cost_s: round(costOf(figures)),
    ticks,
    state_hash: stateHash,
  };
}

function jsonOf(sweep: Sweep, results: readonly SweepResult[]): object {
  const { machine, workload } = sweep.cells[0].experiment;
  return {
    schema: 'autonuma-lab/sweep/1',
    machine: typeof machine === 'string' ? machine : machine.name,
    workload: typeof workload === 'string' ? workload : sweep.request.workload,
    axes: sweep.axes,
    cells: results.map((result, i) => ({
      ...rowOf(sweep, sweep.cells[i], result),
      ...(sweep.series ? { local_share: result.local } : {}),
    })),
  };
}

function csvOf(sweep: Sweep, results: readonly SweepResult[]): string {
  const rows = results.map((result, i) => rowOf(sweep, sweep.cells[i], result));
  const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(String))];
  return lines.map((line) => `${line.map(csvField).join(',')}\r\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A table of all cells; with two axes also the elapsed time and the cost as squares, the way the page draws them. */
function textOf(sweep: Sweep, results: readonly SweepResult[]): string {
  const { axes, cells, request, limitS } = sweep;
  const heading = [
    ...axes.map(({ field }) => shortField(field)),
    ...['elapsed s', 'local', 'pages moved', 'scan s', 'fault s', 'migrate s', 'cost s'],
  ];
  const rows = results.map(({ figures: f, finished }, i) => [
    ...axes.map(({ values }, axis) => values[cells[i].at[axis]]),
    `${finished ? '' : '> '}${f.elapsedS.toFixed(2)}`,
    `${(100 * f.localShare).toFixed(1)} %`,
    thousands(f.pagesMoved),
    f.scanS.toFixed(3),
    f.faultS.toFixed(3),
    f.migrateS.toFixed(3),
    costOf(f).toFixed(3),
  ]);
  const parts = [
    `${request.workload} on ${request.machine}: ${results.length} runs`,
    table([heading, ...rows]),
  ];
  if (axes.length === 2) {
    parts.push(square('elapsed s', sweep, results, ({ figures: f }) => f.elapsedS.toFixed(2)));
    parts.push(square('cost s', sweep, results, ({ figures }) => costOf(figures).toFixed(3)));
  }
  if (results.some(({ finished }) => !finished))
    parts.push(`> not finished within ${limitS} simulated seconds`);
  return `${parts.join('\n\n')}\n`;
}

function square(
  title: string,
  { axes: [down, across] }: Sweep,
  results: readonly SweepResult[],
  text: (result: SweepResult) => string,
): string {
  const columns = across.values.length;
  return `${title}: ${shortField(down.field)} down, ${shortField(across.field)} across\n${table([
    ['', ...across.values],
    ...down.values.map((value, row) => [
      value,
      ...results.slice(row * columns, (row + 1) * columns).map(text),
    ]),
  ])}`;
}
