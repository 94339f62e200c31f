import type { WorkloadFileInput } from '../schema.ts';

/** The triad a[i] = b[i] + s * c[i] over three arrays of equal size. */
const TRIAD = {
  name: 'triad',
  accesses: [
    { region: 'a', slice: 'own', write: true },
    { region: 'b', slice: 'own' },
    { region: 'c', slice: 'own' },
  ],
} satisfies WorkloadFileInput['processes'][number]['phases'][number];

const ARRAYS = ['a', 'b', 'c'].map((name) => ({
  name,
  mib: { parameter: 'mib', times: 1 / 3 },
  first_touch: { by: 'own' as const },
}));

/** Each process bound to a node of its own in turn, and the same with the memory at the other end. */
const BOUND: WorkloadFileInput['variants'] = {
  hard_bind: { stream: { cpus_of_nodes: 'by_instance', memory: { mode: 'bind', nodes: 'by_instance' } } },
  inverse_bind: {
    stream: { cpus_of_nodes: 'by_instance', memory: { mode: 'bind', nodes: 'by_instance_reversed' } },
  },
};

/** STREAM's triad in several processes, threads of one process sharing its arrays. */
export const STREAM: WorkloadFileInput = {
  name: 'stream',
  title: 'STREAM triad in several processes',
  question:
    'Every thread touches its part of the arrays first, like OpenMP does. Does balancing help, or only cost?',
  expected:
    'alpha6 gathers each process on a node although every access was local already: pages are dragged after threads, and it ends later than without.',
  parameters: {
    processes: { meaning: 'processes', unit: '', default: { machine: 'nodes' }, maximum: 1024 },
    threads: {
      meaning: 'threads of each process',
      unit: 'threads',
      default: { machine: 'cpus_per_node' },
      maximum: 4096,
    },
    mib: {
      meaning: 'memory of each process, three arrays together',
      unit: 'MiB',
      minimum: 3,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.3, at_most: 1536 },
    },
    passes: { meaning: 'times each thread goes through its part', unit: 'passes', default: 400 },
  },
  processes: [
    {
      name: 'stream',
      count: { parameter: 'processes' },
      threads: { parameter: 'threads' },
      regions: ARRAYS,
      phases: [{ ...TRIAD, passes: { parameter: 'passes' } }],
    },
  ],
  variants: BOUND,
};

/** Scenario 5 of autonuma.md section 10: nothing to do, and nothing must be done. */
export const LOCAL_ALREADY: WorkloadFileInput = {
  name: 'local-already',
  title: 'Local already: a STREAM on every CPU',
  question: 'Single-threaded processes that touched their own memory first. Does balancing leave them alone?',
  expected:
    'Nothing moves: every page is where its only thread runs, and only the scanner and the faults cost a little.',
  parameters: {
    processes: {
      meaning: 'processes, one thread each',
      unit: '',
      default: { machine: 'cpus' },
      maximum: 1024,
    },
    mib: {
      meaning: 'memory of each process, three arrays together',
      unit: 'MiB',
      minimum: 3,
      maximum: 4_000_000,
      default: 96,
    },
    seconds: {
      meaning: 'how long it would run if every access were local',
      unit: 's',
      default: 60,
      maximum: 100_000,
    },
  },
  processes: [
    {
      name: 'stream',
      count: { parameter: 'processes' },
      regions: ARRAYS,
      phases: [{ ...TRIAD, seconds: { parameter: 'seconds' } }],
    },
  ],
  variants: BOUND,
};
