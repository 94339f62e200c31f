/** What the comparison page is asked to show, and how a link holds that: the first run is the link's own experiment. */
import type { Experiment } from '../../protocol/experiment.ts';
import { MOST_RUNS, offered, type RunSpec } from './runs.ts';

/** The page that compares, and what is on it. */
export interface ComparisonRequest {
  page: 'runs' | 'sweep';
  /** One to four; the first is what the others are compared with. */
  runs: RunSpec[];
  /** Where the clock stands, ticks. */
  tick: number;
  play: boolean;
  /** The sweep, as `field=values`. */
  vary: string[];
  /** Tells a page that was asked for anew from one whose content has changed. */
  serial: number;
}

let nextSerial = 1;

/** A request for some experiments, from their beginning. */
export function requestFor(experiments: readonly Experiment[], play: boolean): ComparisonRequest {
  const runs = experiments.map((experiment) => ({ name: '', experiment }));
  return { page: 'runs', runs, tick: 0, play, vary: [], serial: nextSerial++ };
}

/** Fields in which the runs of a comparison may differ. */
const OWN = ['policy', 'autonumaVersion', 'variant', 'thp', 'noautonuma', 'knobs', 'edits'] as const;

/** What a link holds besides the first experiment and which page is open. */
export function packComparison(request: ComparisonRequest): object {
  return {
    runs: request.runs.map(({ name, experiment }, i) => ({
      ...(name ? { name } : {}),
      ...(i === 0 ? {} : Object.fromEntries(OWN.map((key) => [key, experiment[key]]))),
    })),
    // Where it stands; one that plays begins at the beginning.
    ...(request.tick > 0 && !request.play ? { tick: request.tick } : {}),
    ...(request.vary.length > 0 ? { vary: request.vary } : {}),
  };
}

/** Does a value belong into a field? */
const FITS: Record<(typeof OWN)[number], (value: unknown) => boolean> = {
  policy: (value) => value === 'autonuma' || value === 'off',
  autonumaVersion: (value) => typeof value === 'string' && /^[\w.+-]{1,64}$/.test(value),
  variant: (value) => ['default', 'hard_bind', 'inverse_bind', 'force_same_node'].includes(value as string),
  thp: (value) => value === 'off' || value === 'on',
  noautonuma: (value) => typeof value === 'boolean',
  knobs: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([path, text]) => isPath(path) && typeof text === 'string'),
  edits: (value) =>
    Array.isArray(value) &&
    value.every(
      (edit) =>
        isRecord(edit) &&
        Number.isSafeInteger(edit.tick) &&
        (edit.tick as number) >= 0 &&
        typeof edit.path === 'string' &&
        isPath(edit.path) &&
        typeof edit.value === 'string',
    ),
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPath(path: string): boolean {
  return /^[a-z0-9_]+(\/[a-z0-9_]+)+$/i.test(path);
}

/**
 * Read what packComparison wrote. A field that does not fit is reported and taken from the first run; the answer can
 * always be shown.
 */
export function readComparison(
  value: unknown,
  first: Experiment,
  play: boolean,
): { request: ComparisonRequest; problems: string[] } {
  const problems: string[] = [];
  const request = requestFor([first, offered('off', first)], play);
  if (!isRecord(value)) return { request, problems };
  if (Array.isArray(value.runs) && value.runs.length > 0) {
    if (value.runs.length > MOST_RUNS)
      problems.push(`The link compares more than ${MOST_RUNS} runs; the rest were left out.`);
    request.runs = value.runs.slice(0, MOST_RUNS).map((run, i) => readRun(run, i, first, problems));
  } else if (value.runs !== undefined) {
    problems.push('The link’s field "compare": runs is not a list; AutoNUMA off was taken.');
  }
  if (Number.isSafeInteger(value.tick) && (value.tick as number) > 0) {
    request.tick = value.tick as number;
    request.play = false;
  }
  if (Array.isArray(value.vary))
    request.vary = value.vary.filter((text) => typeof text === 'string').slice(0, 2);
  return { request, problems };
}

function readRun(value: unknown, index: number, first: Experiment, problems: string[]): RunSpec {
  const run = isRecord(value) ? value : {};
  const name = typeof run.name === 'string' ? run.name.slice(0, 60) : '';
  const experiment = structuredClone(first);
  if (index === 0) return { name, experiment };
  for (const key of OWN) {
    if (run[key] === undefined) continue;
    if (FITS[key](run[key])) Object.assign(experiment, { [key]: run[key] });
    else problems.push(`The link’s field "compare": ${key} of run ${index + 1} was not understood.`);
  }
  return { name, experiment };
}
