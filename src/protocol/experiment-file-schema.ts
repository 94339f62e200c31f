/**
 * Experiment files are checked here; every message names the field and says what was expected. Machines and workloads
 * inside are checked by their own readers when they boot. docs/experiment-file.schema.json is made from this schema.
 */
import * as v from 'valibot';
import { DEFAULT_EXPERIMENT, type MachineFile } from './experiment.ts';
import { EXPERIMENT_FILE_VERSION, EXPERIMENT_FORMAT, type ExperimentFile } from './experiment-file.ts';
import { upgrader } from './upgrade.ts';

/** A file that is no experiment; the message begins with the field that is to blame. */
export class ExperimentFileError extends Error {
  override name = 'ExperimentFileError';
}

type Fields = Record<string, unknown>;

/** From the version that is the key to the next. There is only one so far. */
export const EXPERIMENT_FILES = upgrader<Fields>('experiment files', EXPERIMENT_FILE_VERSION, {});

function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  const text = JSON.stringify(input) ?? typeof input;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
const expected = (what: string) => (issue: { input: unknown }) =>
  `expected ${what}, got ${shown(issue.input)}`;

const text = (what: string) => v.string(expected(what));
const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, expected(values.map((value) => `"${value}"`).join(' or ')));
const whole = (least: number, most: number, what: string) =>
  v.pipe(
    v.number(expected(what)),
    v.integer(expected(what)),
    v.minValue(least, expected(what)),
    v.maxValue(most, expected(what)),
  );
const truth = v.boolean(expected('true or false'));
/** Another file inside this one: its own reader looks into it. */
const anObject = (what: string) => v.record(v.string(), v.unknown(), expected(what));
const nameOrFile = (what: string) =>
  v.union([text(what), anObject(what)], expected(`the name of a ${what}, or a whole ${what} file`));
const path = (what: string) =>
  v.pipe(text(what), v.regex(/^[A-Za-z0-9_]+(\/[A-Za-z0-9_]+)+$/, expected(what)));

const KNOB_PATH = 'a path below /sys/kernel/mm such as autonuma/knuma_scand/pages_to_scan';
const TICK = 'a whole number of milliseconds from 0 on';
const SEED = 'a whole number from 0 to 4294967295';
const D = DEFAULT_EXPERIMENT;

/** The published schema, with what each field means. Fields that are left out have the value of a fresh page. */
export const EXPERIMENT_SCHEMA = v.strictObject(
  {
    format: v.pipe(
      v.literal(EXPERIMENT_FORMAT, expected(`"${EXPERIMENT_FORMAT}"`)),
      v.description('Says what the file is.'),
    ),
    version: v.pipe(
      v.literal(EXPERIMENT_FILE_VERSION, expected(String(EXPERIMENT_FILE_VERSION))),
      v.description('Version of the format.'),
    ),
    title: v.optional(v.pipe(text('a text'), v.description('A name for people; the lab ignores it.'))),
    machine: v.optional(
      v.pipe(
        nameOrFile('machine'),
        v.description('Name of a preset, or a machine file (docs/machine-file.md).'),
      ),
      D.machine as string,
    ),
    workload: v.optional(
      v.pipe(
        nameOrFile('workload'),
        v.description('Name of a built-in program, or a workload file (docs/workload-file.md).'),
      ),
      D.workload as string,
    ),
    variant: v.optional(
      v.pipe(
        oneOf(['default', 'hard_bind', 'inverse_bind', 'force_same_node']),
        v.description('How the program is bound, where it has such a variant.'),
      ),
      D.variant,
    ),
    parameters: v.optional(
      v.pipe(
        v.record(
          v.string(),
          v.pipe(v.number(expected('a number')), v.finite(expected('a number'))),
          expected('an object'),
        ),
        v.description("The program's own parameters by name."),
      ),
      {},
    ),
    policy: v.optional(
      v.pipe(oneOf(['autonuma', 'off']), v.description('off is stock Linux 3.3.')),
      D.policy,
    ),
    autonuma_version: v.optional(
      v.pipe(text('the name of a version'), v.description('Version of AutoNUMA, such as alpha6.')),
      D.autonumaVersion,
    ),
    noautonuma: v.optional(
      v.pipe(truth, v.description('Boot with noautonuma: no daemons, no sysfs directory.')),
      D.noautonuma,
    ),
    thp: v.optional(v.pipe(oneOf(['off', 'on']), v.description('Transparent huge pages.')), D.thp),
    seed: v.optional(
      v.pipe(whole(0, 0xffffffff, SEED), v.description('Decides all that is left to chance.')),
      D.seed,
    ),
    knobs: v.optional(
      v.pipe(
        v.record(path(KNOB_PATH), text('a value as text'), expected('an object')),
        v.description('Knobs written before the first tick: path below /sys/kernel/mm, value as text.'),
      ),
      {},
    ),
    edits: v.optional(
      v.pipe(
        v.array(
          v.strictObject(
            {
              tick: v.pipe(
                whole(0, 999_999_999_999, TICK),
                v.description('Simulated milliseconds since boot after which it is done.'),
              ),
              path: v.pipe(
                path(`${KNOB_PATH}, or proc/PID/affinity or proc/PID/signal`),
                v.description(
                  'A knob, or proc/PID/affinity or proc/PID/signal for what taskset and kill do.',
                ),
              ),
              value: text('a value as text'),
            },
            expected('an object with tick, path and value'),
          ),
          expected('a list'),
        ),
        v.description('What is done while it runs.'),
      ),
      [],
    ),
    view: v.optional(
      v.pipe(
        v.record(v.string(), text('a text'), expected('an object')),
        v.description('How it was looked at: fields of a link by name. The command line ignores it.'),
      ),
    ),
  },
  expected('an object'),
);

/**
 * Check a parsed file of any version.
 * @throws ExperimentFileError naming the field and what was expected
 */
export function checkExperimentFile(value: unknown): ExperimentFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ExperimentFileError(`expected an experiment (a JSON object), got ${shown(value)}`);
  const fields = value as Fields;
  if (fields['format'] !== EXPERIMENT_FORMAT)
    throw new ExperimentFileError(`format: expected "${EXPERIMENT_FORMAT}", got ${shown(fields['format'])}`);
  const version = fields['version'];
  if (typeof version !== 'number' || !EXPERIMENT_FILES.knows(version)) {
    throw new ExperimentFileError(
      `version: expected a whole number from 1 to ${EXPERIMENT_FILES.version}, got ${shown(version)}`,
    );
  }
  const result = v.safeParse(EXPERIMENT_SCHEMA, EXPERIMENT_FILES.upgrade(fields, version), {
    abortEarly: true,
  });
  if (!result.success) throw new ExperimentFileError(messageOf(result.issues[0]));
  // What is inside a machine is not looked at here: the machine's own reader says what is wrong with it.
  return result.output as ExperimentFile & { machine: string | MachineFile };
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  const where = pathText(issue);
  const key = issue.path?.at(-1)?.key;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = Object.keys(EXPERIMENT_SCHEMA.entries).join(', ');
    return `${where}: there is no such field${issue.path?.length === 1 ? ` (there are ${known})` : ''}`;
  }
  if (issue.type === 'strict_object' && key !== undefined && issue.received === 'undefined')
    return `${where}: this field is missing`;
  return `${where === '' ? '' : `${where}: `}${issue.message}`;
}

/** edits[2].tick */
function pathText(issue: v.BaseIssue<unknown>): string {
  let where = '';
  for (const { key } of issue.path ?? []) {
    where += typeof key === 'number' ? `[${key}]` : where === '' ? String(key) : `.${String(key)}`;
  }
  return where;
}
