/** Machine files: JSON with the fields of docs/machine-file.md. */
import * as v from 'valibot';
import { buildMachine, MachineError, type MachineDescription } from '../kernel/machine/build.ts';
import { FormatError, quoteText } from './error.ts';
import { parseJson } from './json.ts';
import { nearestName } from './suggest.ts';

const number = v.number('expected a number');
const numbers = v.array(number, 'expected a list of numbers');
const table = v.array(numbers, 'expected a list of lists of numbers');
/** JSON has no Infinity: null says that a link is no limit. */
const links = v.array(
  v.array(
    v.pipe(
      v.nullable(v.number('expected a number, or null for no limit')),
      v.transform((value) => value ?? Infinity),
    ),
    'expected a list of numbers or null',
  ),
  'expected a list of lists of numbers or null',
);

const OBJECT = 'expected an object';

const MACHINE_FILE = v.strictObject(
  {
    name: v.string('expected a text'),
    nodes: v.array(
      v.strictObject(
        {
          cpus: v.array(number, 'expected a list of CPU numbers'),
          memory_mb: number,
          reserved_mb: v.optional(number),
          id: v.optional(number),
        },
        OBJECT,
      ),
      'expected a list of nodes',
    ),
    smt_siblings: v.optional(v.array(numbers, 'expected a list of lists of CPU numbers')),
    distances: table,
    measured_gbps: v.optional(v.strictObject({ hard: number, inverse: number, one_node: number }, OBJECT)),
    lone_gbps: v.optional(v.strictObject({ local: number, remote: number }, OBJECT)),
    bandwidth_gbps: v.optional(
      v.strictObject(
        {
          controller: numbers,
          link: links,
          socket_local: number,
          socket_remote: number,
          lone_local: number,
          lone_remote: number,
        },
        OBJECT,
      ),
    ),
    latency_ns: v.optional(table),
  },
  OBJECT,
);

/** Field names by the object they belong to, for suggestions; from the schema, so that they cannot differ. */
const FIELDS: Record<string, readonly string[]> = {
  '': Object.keys(MACHINE_FILE.entries),
  nodes: Object.keys(MACHINE_FILE.entries.nodes.item.entries),
  measured_gbps: Object.keys(MACHINE_FILE.entries.measured_gbps.wrapped.entries),
  lone_gbps: Object.keys(MACHINE_FILE.entries.lone_gbps.wrapped.entries),
  bandwidth_gbps: Object.keys(MACHINE_FILE.entries.bandwidth_gbps.wrapped.entries),
};

/**
 * Read a machine file.
 * @returns a description that buildMachine accepts; a link of null has become Infinity
 * @throws FormatError with line and column for broken JSON, with the path of the field for anything else
 */
export function parseMachineFile(text: string): MachineDescription {
  return checkMachineFile(parseJson(text));
}

/**
 * Check a value that came out of JSON.
 * @throws FormatError naming the field and what was expected
 */
export function checkMachineFile(value: unknown): MachineDescription {
  if (Array.isArray(value)) throw new FormatError('machine: expected an object, got a list');
  const result = v.safeParse(MACHINE_FILE, value, { abortEarly: true });
  if (!result.success) throw new FormatError(issueText(result.issues[0]));
  try {
    buildMachine(result.output);
  } catch (error) {
    if (error instanceof MachineError) throw new FormatError(error.message);
    throw error;
  }
  return result.output;
}

function issueText(issue: v.BaseIssue<unknown>): string {
  const keys = (issue.path ?? []).map((item) => item.key as string | number);
  const path = keys.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
  if (issue.type === 'strict_object' && issue.path !== undefined) {
    const key = String(keys[keys.length - 1]);
    // "never": a field that is there and should not be. Otherwise one is missing.
    if (issue.expected !== 'never') return `${path}: expected, but it is missing`;
    const parent = keys.slice(0, -1).find((k) => typeof k === 'string') ?? '';
    const known = FIELDS[parent] ?? [];
    const near = nearestName(key, known);
    return `${path}: unknown field${near === null ? `; expected one of ${known.join(', ')}` : `; did you mean ${near}?`}`;
  }
  const got = typeof issue.input === 'string' ? quoteText(issue.input) : issue.received.replace(/"/g, '');
  return `${path === '' ? 'machine' : path}: ${issue.message}, got ${got}`;
}
