/**
 * A sweep: one experiment run once for every combination of the values of one or two of its fields. Fields are
 * `seed`, `version`, `policy`, `variant`, `thp`, `parameters.NAME`, and knobs by their path below /sys/kernel/mm (or
 * below /sys/kernel/mm/autonuma). Values are written as a list `1,2,4` or a range: `1..8`, `0..100+20`, `100..3200*2`.
 */
import type { Experiment } from './experiment.ts';
import { balancingOff } from './variations.ts';

export interface SweepAxis {
  field: string;
  values: string[];
}

/** One run of a sweep: which value of each axis it has. */
export interface SweepCell {
  /** Value indices, one for each axis. */
  at: number[];
  experiment: Experiment;
}

/** What the fields of an experiment may be set to; a catalog holds all of it. */
export interface SweepFacts {
  versions: readonly string[];
  variants: readonly string[];
  parameters: readonly { name: string; minimum: number; maximum: number }[];
  knobs: readonly {
    path: string;
    kind: string;
    minimum: number;
    maximum: number;
    choices?: readonly string[];
  }[];
}

/** Something about a sweep is wrong; the message begins with the field that is to blame. */
export class SweepError extends Error {
  override name = 'SweepError';
}

/** More cells than anybody reads. */
export const MOST_CELLS = 400;
/** Values of one axis at most. */
const MOST_VALUES = 100;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)`;
const RANGE = new RegExp(`^(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})(?:\\s*([+*])\\s*(${NUMBER}))?$`);
const HOW = 'a list (1,2,4), a range (1..8), a range with a step (0..100+20) or with a factor (100..3200*2)';

/** Values as they were written: a list or a range. @throws SweepError */
export function parseValues(field: string, text: string): string[] {
  const trimmed = text.trim();
  if (trimmed === '') throw new SweepError(`${field}: expected ${HOW}, got nothing`);
  if (!trimmed.includes('..')) {
    const list = trimmed.split(',').map((value) => value.trim());
    if (list.includes('')) throw new SweepError(`${field}: expected ${HOW}, got "${text}"`);
    const twice = list.find((value, i) => list.indexOf(value) !== i);
    if (twice !== undefined) throw new SweepError(`${field}: "${twice}" is in the list twice`);
    return limited(field, list);
  }
  const match = RANGE.exec(trimmed);
  if (!match) throw new SweepError(`${field}: expected ${HOW}, got "${text}"`);
  const [from, to] = [Number(match[1]), Number(match[2])];
  const by = match[4] === undefined ? 1 : Number(match[4]);
  if (to < from) throw new SweepError(`${field}: the range ${trimmed} ends before it begins`);
  const values: string[] = [];
  if (match[3] === '*') {
    if (!(by > 1) || !(from > 0)) {
      throw new SweepError(
        `${field}: a factor must be more than 1 and its range begin above 0, got "${text}"`,
      );
    }
    for (let value = from; value <= to * (1 + 1e-12) && values.length <= MOST_VALUES; value *= by)
      values.push(plain(value));
  } else {
    if (!(by > 0)) throw new SweepError(`${field}: a step must be more than 0, got "${text}"`);
    const steps = Math.floor((to - from) / by + 1e-9);
    for (let i = 0; i <= Math.min(steps, MOST_VALUES); i++) values.push(plain(from + i * by));
  }
  return limited(field, values);
}

/** Without the dust of binary fractions. */
function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}

function limited(field: string, values: string[]): string[] {
  if (values.length > MOST_VALUES)
    throw new SweepError(`${field}: at most ${MOST_VALUES} values, got more than that`);
  return values;
}

/**
 * A field and its values, checked.
 * @throws SweepError naming the field and what was expected
 */
export function parseAxis(given: string, text: string, facts: SweepFacts): SweepAxis {
  const field = knownField(given.trim(), facts);
  const values = parseValues(field, text);
  for (const value of values) checkValue(field, value, facts);
  return { field, values };
}

/** `field=values`, as the command line has it. @throws SweepError */
export function parseVary(text: string, facts: SweepFacts): SweepAxis {
  const cut = text.indexOf('=');
  if (cut <= 0) throw new SweepError(`expected FIELD=VALUES, got "${text}"`);
  return parseAxis(text.slice(0, cut), text.slice(cut + 1), facts);
}

/** The text that parseVary reads as this axis. */
export function varyText({ field, values }: SweepAxis): string {
  return `${field}=${values.join(',')}`;
}

const PARAMETERS = 'parameters.';

function knownField(field: string, facts: SweepFacts): string {
  if (['seed', 'version', 'policy', 'variant', 'thp'].includes(field)) return field;
  if (field.startsWith(PARAMETERS)) {
    const name = field.slice(PARAMETERS.length);
    if (facts.parameters.some((parameter) => parameter.name === name)) return field;
    const names = facts.parameters.map((parameter) => parameter.name).join(', ');
    throw new SweepError(
      `${field}: the program has no parameter "${name}"; it has ${names || 'no parameters'}`,
    );
  }
  const below = field.replace(/^\/?sys\/kernel\/mm\//, '');
  const knob = facts.knobs.find(({ path }) => path === below || path === `autonuma/${below}`);
  if (knob && knob.kind !== 'statistic') return knob.path;
  throw new SweepError(
    knob
      ? `${field}: is only for reading`
      : `${field}: expected seed, version, policy, variant, thp, parameters.NAME or the path of a knob of this version`,
  );
}

function checkValue(field: string, value: string, facts: SweepFacts): void {
  if (field === 'seed') return checkNumber(field, value, 0, 0xffffffff, true);
  const choices = choicesOf(field, facts);
  if (choices) {
    if (choices.includes(value)) return;
    throw new SweepError(`${field}: expected ${choices.join(', ')}, got "${value}"`);
  }
  if (field.startsWith(PARAMETERS)) {
    const parameter = facts.parameters.find(({ name }) => name === field.slice(PARAMETERS.length))!;
    return checkNumber(field, value, parameter.minimum, parameter.maximum, false);
  }
  const knob = facts.knobs.find(({ path }) => path === field)!;
  checkNumber(field, value, knob.minimum, knob.maximum, true);
}

/** The values of a field that has a few; null for numbers. */
export function choicesOf(field: string, facts: SweepFacts): readonly string[] | null {
  switch (field) {
    case 'version':
      return facts.versions;
    case 'policy':
      return ['autonuma', 'off'];
    case 'variant':
      return facts.variants;
    case 'thp':
      return ['off', 'on'];
  }
  const knob = facts.knobs.find(({ path }) => path === field);
  if (knob?.kind === 'flag') return ['0', '1'];
  return knob?.choices ?? null;
}

function checkNumber(field: string, value: string, least: number, most: number, whole: boolean): void {
  const number = /^[-+]?(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most && (!whole || Number.isInteger(number))) return;
  throw new SweepError(
    `${field}: expected ${whole ? 'whole ' : ''}numbers from ${least} to ${most}, got "${value}"`,
  );
}

/** An experiment with one field set. */
export function withField(experiment: Experiment, field: string, value: string): Experiment {
  switch (field) {
    case 'seed':
      return { ...experiment, seed: Number(value) };
    case 'version':
      return { ...experiment, autonumaVersion: value };
    case 'policy':
      return value === 'off' ? balancingOff(experiment) : { ...experiment, policy: 'autonuma' };
    case 'variant':
      return { ...experiment, variant: value as Experiment['variant'] };
    case 'thp':
      return { ...experiment, thp: value as Experiment['thp'] };
  }
  if (field.startsWith(PARAMETERS)) {
    const parameters = { ...experiment.parameters, [field.slice(PARAMETERS.length)]: Number(value) };
    return { ...experiment, parameters };
  }
  return { ...experiment, knobs: { ...experiment.knobs, [field]: value } };
}

/**
 * All combinations, the last axis fastest.
 * @throws SweepError for a field that is there twice, and for too many cells
 */
export function cellsOf(experiment: Experiment, axes: readonly SweepAxis[]): SweepCell[] {
  if (axes.length === 0) throw new SweepError('a sweep needs a field to vary');
  if (axes.length === 2 && axes[0].field === axes[1].field)
    throw new SweepError(`${axes[0].field}: both axes vary it`);
  const count = axes.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_CELLS) throw new SweepError(`${count} runs are more than the ${MOST_CELLS} of a sweep`);
  let cells: SweepCell[] = [{ at: [], experiment }];
  for (const { field, values } of axes) {
    cells = cells.flatMap((cell) =>
      values.map((value, i) => ({
        at: [...cell.at, i],
        experiment: withField(cell.experiment, field, value),
      })),
    );
  }
  return cells;
}

/** The fields there are to vary, for menus. */
export function sweepFields(facts: SweepFacts): string[] {
  return [
    ...facts.knobs.filter(({ kind }) => kind !== 'statistic').map(({ path }) => path),
    'seed',
    'version',
    'policy',
    ...(facts.variants.length > 1 ? ['variant'] : []),
    'thp',
    ...facts.parameters.map(({ name }) => PARAMETERS + name),
  ];
}

/** What a cell writes into each field: `seed=2, autonuma/knuma_scand/pmd=0`. */
export function cellName(axes: readonly SweepAxis[], at: readonly number[]): string {
  return axes.map(({ field, values }, i) => `${shortField(field)}=${values[at[i]]}`).join(', ');
}

/** A knob without its directories, a parameter without its prefix. */
export function shortField(field: string): string {
  return field.startsWith(PARAMETERS)
    ? field.slice(PARAMETERS.length)
    : field.slice(field.lastIndexOf('/') + 1);
}
