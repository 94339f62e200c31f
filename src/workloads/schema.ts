/**
 * The workload file: a program as a person writes it (docs/workload-file.md). Checked with valibot; every message names the
 * field and says what was expected. compile.ts turns a checked file into what the kernel executes.
 */
import * as v from 'valibot';
import { suggestion, WorkloadError } from './error.ts';
import { VARIANTS } from './workload.ts';

/** Machine figures that a quantity can refer to. */
export const MACHINE_QUANTITIES = [
  'cpus', // logical CPUs
  'nodes', // nodes, as numactl counts them
  'cpus_per_node', // of the smallest node that has any
  'memory_mib', // MiB that programs can use, all nodes
  'node_memory_mib', // the same of the smallest node that has any
  'largest_node_memory_mib', // the same of the largest node
] as const;

/** An object whose unknown fields are named, with a suggestion. */
function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries);
  return v.strictObject(entries, (issue) => {
    if (issue.expected === 'never')
      return `there is no such field${suggestion(String(issue.path?.at(-1)?.key ?? ''), known)}`;
    if (issue.received === 'undefined') return 'this field is missing';
    return `expected an object, got ${show(issue.input)}`;
  });
}

function show(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'an object';
  return JSON.stringify(input) ?? typeof input;
}

const text = (what: string) =>
  v.pipe(
    v.string((i) => `expected ${what}, got ${show(i.input)}`),
    v.nonEmpty(`expected ${what}`),
  );
const numberFrom = (least: number, what: string) => {
  const message = (i: { input: unknown }): string => `expected ${what}, got ${show(i.input)}`;
  return v.pipe(v.number(message), v.finite(message), v.minValue(least, message));
};
const wholeFrom = (least: number, what: string) => {
  const message = (i: { input: unknown }): string => `expected ${what}, got ${show(i.input)}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(least, message));
};
const oneOf = <const Values extends readonly string[]>(values: Values) =>
  v.picklist(
    values,
    (i) =>
      `expected ${values.map((x) => `"${x}"`).join(' or ')}, got ${show(i.input)}${typeof i.input === 'string' ? suggestion(i.input, values).replace(/^ \(there is.*/, '') : ''}`,
  );
const list = <const Item extends v.GenericSchema>(item: Item, what: string) =>
  v.array(item, (i) => `expected a list of ${what}, got ${show(i.input)}`);
const truth = v.boolean((i) => `expected true or false, got ${show(i.input)}`);

const scaling = {
  /** The figure is multiplied by this. */
  times: v.optional(numberFrom(0, 'a number'), 1),
  at_least: v.optional(numberFrom(0, 'a number')),
  at_most: v.optional(numberFrom(0, 'a number')),
};
const ofParameter = fields({ parameter: text('the name of a parameter'), ...scaling });
const ofMachine = fields({ machine: oneOf(MACHINE_QUANTITIES), ...scaling });
const plainQuantity = numberFrom(0, 'a number, {"parameter": name} or {"machine": figure}');

/** A number, or a parameter or a figure of the machine times a factor. */
export const quantity = v.lazy((input: unknown) => {
  if (typeof input !== 'object' || input === null) return plainQuantity;
  return 'machine' in input ? ofMachine : ofParameter;
}) as v.GenericSchema<QuantityInput, Quantity>;
type QuantityInput = number | v.InferInput<typeof ofParameter> | v.InferInput<typeof ofMachine>;
export type Quantity = number | v.InferOutput<typeof ofParameter> | v.InferOutput<typeof ofMachine>;

/** One node: by its number, `first` (first with CPUs and memory), or `random` (one of the first two, by the seed). */
const oneNode = v.lazy((input: unknown) =>
  typeof input === 'string' ? oneOf(['first', 'random']) : wholeFrom(0, 'a node number, "first" or "random"'),
) as v.GenericSchema<number | 'first' | 'random'>;

const NODE_SETS = [
  'all',
  'lower_half',
  'upper_half',
  'by_instance',
  'by_thread',
  'by_instance_reversed',
  'by_thread_reversed',
] as const;
/** Some nodes: by their numbers, a half of them, or one in turn for each process instance or thread. */
const nodeSet = v.lazy((input: unknown) =>
  Array.isArray(input) ? list(wholeFrom(0, 'a node number'), 'node numbers') : oneOf(NODE_SETS),
) as v.GenericSchema<number[] | (typeof NODE_SETS)[number]>;
export type NodeSet = v.InferOutput<typeof nodeSet>;

const memoryPolicy = fields({ mode: oneOf(['bind', 'preferred', 'interleave']), nodes: nodeSet });
export type MemoryPolicy = v.InferOutput<typeof memoryPolicy>;

const bind = fields({ cpus_of_nodes: v.optional(nodeSet), memory: v.optional(memoryPolicy) });
export type Bind = v.InferOutput<typeof bind>;

const firstTouch = fields({
  /** main: the main thread, before the others exist; own: each thread its slice; all: every thread all of it. */
  by: v.optional(oneOf(['main', 'own', 'all', 'none']), 'none'),
  /** Under MPOL_BIND to this node, which is lifted afterwards. */
  on: v.optional(oneNode),
});

const region = fields({
  name: text('a name'),
  mib: v.optional(quantity),
  bytes: v.optional(quantity),
  /** One mapping of this size for each thread instead of one for the process. */
  per_thread: v.optional(truth, false),
  backing: v.optional(oneOf(['anonymous', 'file', 'shared']), 'anonymous'),
  /** Processes that name the same key share the pages of a file or shared region. */
  key: v.optional(text('a key')),
  misalignment: v.optional(wholeFrom(0, 'a number of bytes')),
  policy: v.optional(memoryPolicy),
  /** madvise: MADV_HUGEPAGE or MADV_NOHUGEPAGE; anonymous only. */
  thp: v.optional(oneOf(['always', 'never'])),
  first_touch: v.optional(firstTouch, { by: 'none' }),
});
export type RegionFile = v.InferOutput<typeof region>;

const slice = v.lazy((input: unknown) =>
  Array.isArray(input)
    ? v.strictTuple(
        [numberFrom(0, 'a fraction from 0 to 1'), numberFrom(0, 'a fraction from 0 to 1')],
        'expected two fractions, for example [0, 0.5]',
      )
    : oneOf(['whole', 'own', 'next', 'opposite']),
) as v.GenericSchema<'whole' | 'own' | 'next' | 'opposite' | [number, number]>;

const access = fields({
  region: text('the name of a region'),
  slice: v.optional(slice, 'whole'),
  pattern: v.optional(oneOf(['sequential', 'random', 'strided']), 'sequential'),
  write: v.optional(truth, false),
  weight: v.optional(numberFrom(0, 'a number'), 1),
  think_ns: v.optional(quantity, 0),
  stride_bytes: v.optional(wholeFrom(1, 'a whole number of bytes'), 4096),
  touch_bytes: v.optional(wholeFrom(1, 'a whole number of bytes'), 64),
});
export type AccessFile = v.InferOutput<typeof access>;

const spawn = fields({
  process: text('the name of a process with "start": "spawned"'),
  /** How many at a time, as in make -j. */
  jobs: v.optional(quantity, 1),
  /** How many one after another in each of those. */
  runs: v.optional(quantity, 1),
});

const phase = fields({
  name: v.optional(text('a name')),
  /** All threads, or those with these indexes (first and last, from 0). */
  threads: v.optional(
    v.lazy((input: unknown) =>
      Array.isArray(input)
        ? v.strictTuple([quantity, quantity], 'expected first and last thread, for example [0, 3]')
        : v.literal('all', (i) => `expected "all" or [first, last], got ${show(i.input)}`),
    ) as v.GenericSchema<'all' | [QuantityInput, QuantityInput], 'all' | [Quantity, Quantity]>,
    'all',
  ),
  accesses: v.optional(list(access, 'accesses')),
  /** How much: passes over the first access, MiB a thread, or seconds at the machine's local bandwidth. */
  passes: v.optional(quantity),
  mib: v.optional(quantity),
  seconds: v.optional(quantity),
  compute_ms: v.optional(quantity),
  sleep_ms: v.optional(quantity),
  /** Unmap this region and map it afresh. */
  renew: v.optional(text('the name of a region')),
  spawn: v.optional(spawn),
  /** Wait for the other threads of the phase at its end. */
  barrier: v.optional(truth, false),
});
export type PhaseFile = v.InferOutput<typeof phase>;

const process = fields({
  name: text('a name'),
  count: v.optional(quantity, 1),
  start: v.optional(oneOf(['boot', 'spawned']), 'boot'),
  start_s: v.optional(quantity, 0),
  threads: v.optional(quantity, 1),
  regions: v.optional(list(region, 'regions'), []),
  bind: v.optional(bind),
  phases: list(phase, 'phases'),
  /** What the trap of a page fault costs it, as a multiple of the ordinary price. */
  fault_cost_factor: v.optional(quantity, 1),
  /** How often the phases are gone through. */
  repeat: v.optional(quantity, 1),
});
export type ProcessFile = v.InferOutput<typeof process>;

const parameter = fields({
  meaning: text('one line of meaning'),
  unit: v.optional(
    v.string((i) => `expected a unit, got ${show(i.input)}`),
    '',
  ),
  default: quantity,
  minimum: v.optional(wholeFrom(0, 'a whole number'), 1),
  maximum: v.optional(wholeFrom(0, 'a whole number'), 1_000_000),
});

const variantBinds = v.record(
  v.string(),
  bind,
  (i) => `expected an object from process name to bind, got ${show(i.input)}`,
);

const workloadFile = fields({
  name: v.pipe(
    text('a name'),
    v.regex(/^[A-Za-z0-9_.-]+$/, 'expected letters, digits, "-", "_" and "." only'),
  ),
  title: text('a title'),
  question: v.optional(text('a question'), 'What happens?'),
  expected: v.optional(text('a sentence'), 'Not known.'),
  parameters: v.optional(
    v.record(v.string(), parameter, (i) => `expected an object of parameters, got ${show(i.input)}`),
    {},
  ),
  processes: v.pipe(list(process, 'processes'), v.minLength(1, 'expected at least one process')),
  /** Bindings that a variant gives to processes instead of their own. */
  variants: v.optional(
    fields({
      hard_bind: v.optional(variantBinds),
      inverse_bind: v.optional(variantBinds),
      force_same_node: v.optional(variantBinds),
    }),
    {},
  ),
});

/** A workload file as written: what may be left out is optional. */
export type WorkloadFileInput = v.InferInput<typeof workloadFile>;
/** A checked workload file, defaults filled in. */
export type WorkloadFile = v.InferOutput<typeof workloadFile>;

/** Variants of a file: the default and those it has bindings for. */
export function variantsOf(file: WorkloadFile): (typeof VARIANTS)[number][] {
  return VARIANTS.filter((variant) => variant === 'default' || file.variants[variant] !== undefined);
}

/**
 * Check a workload file against the schema.
 * @throws WorkloadError naming the first wrong field and what was expected there
 */
export function parseWorkloadFile(value: unknown): WorkloadFile {
  if (Array.isArray(value)) throw new WorkloadError('', 'a workload file is an object, not a list');
  const result = v.safeParse(workloadFile, value);
  if (result.success) return result.output;
  // A misspelt field is also a missing one: the misspelling says more.
  const issue = result.issues.find((candidate) => candidate.expected === 'never') ?? result.issues[0];
  throw new WorkloadError(fieldPath(issue.path ?? []), issue.message);
}

/** `processes[0].regions[1].mib` from the keys of a valibot path. */
function fieldPath(path: readonly { key?: unknown }[]): string {
  let field = '';
  for (const { key } of path) {
    if (typeof key === 'number') field += `[${key}]`;
    else field += field === '' ? String(key) : `.${String(key)}`;
  }
  return field;
}
