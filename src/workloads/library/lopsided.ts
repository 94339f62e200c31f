import type { WorkloadFileInput } from '../schema.ts';

/** Three times as many threads belong to one node as to the other, and all CPUs are busy. */
export const LOPSIDED: WorkloadFileInput = {
  name: 'lopsided',
  title: 'Too many threads for one node',
  question:
    'The crowd has its memory on node 0, the few on node 1. Do the CPUs of node 1 take work over, far from its memory?',
  expected:
    'Strict: no, the threads of the crowd share 12 CPUs and get a third of the time. Not strict: CFS spreads them, fair and remote.',
  parameters: {
    crowd: {
      meaning: 'threads whose memory is on the first node',
      unit: 'threads',
      default: { machine: 'cpus_per_node', times: 3 },
      maximum: 4096,
    },
    few: {
      meaning: 'threads whose memory is on node 1',
      unit: 'threads',
      default: { machine: 'cpus_per_node' },
      maximum: 4096,
    },
    mib: {
      meaning: 'memory of each of the two processes',
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.1, at_most: 1024 },
    },
    seconds: {
      meaning: 'how long it would run if every access were local',
      unit: 's',
      default: 100,
      maximum: 100_000,
    },
  },
  processes: (
    [
      ['crowd', 'first'],
      ['few', 1],
    ] as const
  ).map(([name, on]) => ({
    name,
    threads: { parameter: name },
    regions: [{ name: 'data', mib: { parameter: 'mib' }, first_touch: { by: 'main', on } }],
    phases: [
      {
        name: 'work',
        accesses: [{ region: 'data', write: true }],
        seconds: { parameter: 'seconds' },
      },
    ],
  })),
};
