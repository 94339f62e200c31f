/** The options of `lab run` and `lab shell`, checked one by one; wrong ones are named. */
import { parseArgs } from 'node:util';
import type { DatedExperiment } from '../scenarios/dated-run.ts';
import { ExperimentError } from '../scenarios/experiment.ts';
import { scenarioByName } from '../scenarios/gallery.ts';
import { scenarioExperiment } from '../scenarios/scenario.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import { suggestion } from '../workloads/error.ts';
import { readExperiment } from './files.ts';
import { UsageError, type LabIo } from './io.ts';

/** An experiment as asked for; names and files are not looked up yet. */
export interface ExperimentRequest {
  machine: string | object;
  workload: string | object;
  variant: string;
  policy: string;
  version: string;
  noautonuma: boolean;
  thp: string;
  parameters: Record<string, number>;
  knobs: Record<string, string>;
  edits: Experiment['edits'];
  seed: number;
}

/** `lab run` as asked for. */
export interface RunRequest extends ExperimentRequest {
  limitS: number;
  series: boolean;
  json: boolean;
  /** File for the Chrome trace, '' none; with .gz at its end it is gzipped. */
  trace: string;
}

/** What says which experiment is run. */
export const EXPERIMENT_OPTIONS = {
  scenario: { type: 'string' },
  experiment: { type: 'string' },
  machine: { type: 'string' },
  workload: { type: 'string' },
  variant: { type: 'string' },
  policy: { type: 'string' },
  version: { type: 'string' },
  boot: { type: 'string', multiple: true },
  thp: { type: 'string' },
  param: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  edit: { type: 'string', multiple: true },
  seed: { type: 'string' },
} as const;

const RUN_OPTIONS = {
  ...EXPERIMENT_OPTIONS,
  'limit-s': { type: 'string' },
  series: { type: 'boolean' },
  json: { type: 'boolean' },
  trace: { type: 'string' },
} as const;

const SHELL_OPTIONS = { ...EXPERIMENT_OPTIONS, command: { type: 'string' } } as const;

/** More simulated time than any program of the lab takes; a run that reaches it hangs. */
const LONGEST_S = 100_000;

type OptionTable = Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>;
/** What an option table yields: options that were not given are undefined. */
type OptionValues<T extends OptionTable> = {
  [K in keyof T]?: T[K] extends { type: 'boolean' }
    ? boolean
    : T[K] extends { multiple: true }
      ? string[]
      : string;
};

/**
 * parseArgs with messages of our own.
 * @throws UsageError naming the argument
 */
export function parseOptions<const T extends OptionTable>(
  command: string,
  args: string[],
  options: T,
): OptionValues<T> {
  try {
    return parseArgs({ args, options, allowPositionals: false }).values as OptionValues<T>;
  } catch (error) {
    const { message } = error as Error;
    const unknown = /^Unknown option '(--?([^' ]+))/.exec(message);
    if (unknown) {
      const names = Object.keys(options);
      const hint = suggestion(unknown[2], names).replace(/"([^"]+)"/g, '--$1');
      throw new UsageError(`lab ${command}: unknown option ${unknown[1]}${hint}`);
    }
    const positional = /^Unexpected argument '(.*?)'/.exec(message);
    if (positional) throw new UsageError(`lab ${command}: unexpected argument "${positional[1]}"`);
    const missing = /^Option '(?:-\w, )?(--[\w-]+)( <value>)?'/.exec(message);
    if (missing) {
      throw new UsageError(
        `lab ${command}: ${missing[1]} ${missing[2] ? 'needs a value' : 'takes no value'}`,
      );
    }
    throw new UsageError(`lab ${command}: ${message}`);
  }
}

/**
 * Understand the arguments after `lab run`.
 * @throws UsageError naming the argument and what was expected
 */
export function parseRunArguments(args: string[], io: LabIo): RunRequest {
  const values = parseOptions('run', args, RUN_OPTIONS);
  const { request, seconds } = experimentOf(values, io);
  return {
    ...request,
    limitS: limitOf(values['limit-s'], seconds),
    series: values.series ?? false,
    json: values.json ?? false,
    trace: values.trace ?? '',
  };
}

/** Simulated seconds after which a run is stopped. @throws UsageError */
export function limitOf(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : numberOf('--limit-s', text, 0.001, LONGEST_S, false);
}

/**
 * Understand the arguments after `lab shell`.
 * @returns the experiment, and the line to run instead of what standard input says
 * @throws UsageError naming the argument and what was expected
 */
export function parseShellArguments(args: string[], io: LabIo): ExperimentRequest & { command?: string } {
  const values = parseOptions('shell', args, SHELL_OPTIONS);
  return { ...experimentOf(values, io).request, command: values.command };
}

/**
 * The experiment that options make, and how long it is meant to run.
 * @throws UsageError naming the argument and what was expected
 */
export function experimentOf(
  values: OptionValues<typeof EXPERIMENT_OPTIONS>,
  io: LabIo,
): {
  request: ExperimentRequest;
  seconds: number;
} {
  for (const boot of values.boot ?? []) {
    if (boot !== 'noautonuma') throw new UsageError(`--boot: expected "noautonuma", got "${boot}"`);
  }
  const { experiment: d, seconds } = startingPoint(io, values.scenario, values.experiment);
  // Parameters and variants belong to a program: those of the starting point's are none of another's.
  const otherProgram = values.workload !== undefined;
  const parameters: Record<string, number> = otherProgram ? {} : { ...d.parameters };
  for (const [name, text] of pairs('--param', values.param ?? [])) {
    parameters[name] = numberOf(
      `--param ${name}`,
      text,
      -Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER,
      true,
    );
  }
  const request = {
    machine: values.machine ?? d.machine,
    workload: values.workload ?? d.workload,
    variant: values.variant ?? (otherProgram ? DEFAULT_EXPERIMENT.variant : d.variant),
    policy: values.policy ?? d.policy,
    version: values.version ?? d.autonumaVersion,
    noautonuma: values.boot !== undefined || d.noautonuma,
    thp: values.thp ?? d.thp,
    parameters,
    knobs: { ...d.knobs, ...Object.fromEntries(pairs('--set', values.set ?? [])) },
    edits: [...d.edits, ...(values.edit ?? []).map(editOf)].sort((a, b) => a.tick - b.tick),
    seed: values.seed === undefined ? d.seed : numberOf('--seed', values.seed, 0, 0xffffffff, true),
  };
  return { request, seconds };
}

/**
 * What the other options are changes of: a scenario of the gallery, which runs until its answer is there, an experiment file, or the
 * first screen.
 * @throws UsageError naming the scenario that may have been meant, or the field of the file
 */
function startingPoint(
  io: LabIo,
  scenario: string | undefined,
  file: string | undefined,
): { experiment: DatedExperiment; seconds: number } {
  if (scenario !== undefined && file !== undefined)
    throw new UsageError('--scenario and --experiment: expected one of them, got both');
  if (file !== undefined) return { experiment: readExperiment(io, file), seconds: LONGEST_S };
  if (scenario === undefined) return { experiment: DEFAULT_EXPERIMENT, seconds: LONGEST_S };
  try {
    const { scenario: found, against } = scenarioByName(scenario);
    return { experiment: { ...scenarioExperiment(found, against), edits: [] }, seconds: found.seconds };
  } catch (error) {
    if (error instanceof ExperimentError) throw new UsageError(`--${error.message}`);
    throw error;
  }
}

/** tick,path,value: as in a link. */
function editOf(text: string): Experiment['edits'][number] {
  const match = /^(\d{1,12}),([^,]+),(.*)$/s.exec(text);
  if (!match) throw new UsageError(`--edit: expected tick,path,value, got "${text}"`);
  return { tick: Number(match[1]), path: match[2], value: match[3] };
}

/** name=value, the value as text. */
function pairs(option: string, given: string[]): [string, string][] {
  return given.map((text) => {
    const at = text.indexOf('=');
    if (at <= 0) throw new UsageError(`${option}: expected name=value, got "${text}"`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
}

/**
 * A number in a range.
 * @throws UsageError naming the option
 */
export function numberOf(option: string, text: string, least: number, most: number, whole: boolean): number {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new UsageError(
      `${option}: expected a ${whole ? 'whole ' : ''}number from ${least} to ${most}, got "${text}"`,
    );
  }
  return value;
}
