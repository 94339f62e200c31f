import type { WorkloadFileInput } from '../schema.ts';

/** Memory born on the last node: on a machine with a memory-only node, where nobody computes. */
export const FAR_MEMORY: WorkloadFileInput = {
  name: 'far-memory',
  title: 'Memory on a node without CPUs',
  question:
    'All memory was put on node 2, which has no CPUs. Does it come to the threads, and does anything ever go back?',
  expected:
    'Every hinting fault comes from another node, so all of it leaves. Nothing is ever queued towards node 2: no thread can run there and ask for it.',
  parameters: {
    threads: {
      meaning: 'threads of the process',
      unit: 'threads',
      default: { machine: 'cpus' },
      maximum: 4096,
    },
    mib: {
      meaning: 'memory of the process',
      unit: 'MiB',
      minimum: 8,
      maximum: 16_000_000,
      default: 2048,
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
      name: 'far',
      threads: { parameter: 'threads' },
      regions: [{ name: 'data', mib: { parameter: 'mib' }, first_touch: { by: 'main', on: 2 } }],
      phases: [
        {
          name: 'work',
          accesses: [{ region: 'data', slice: 'own', write: true }],
          seconds: { parameter: 'seconds' },
        },
      ],
    },
  ],
};
