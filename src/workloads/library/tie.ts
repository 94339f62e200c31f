import type { WorkloadFileInput } from '../schema.ts';

/** Both processes have all their memory on the first node, and nothing can leave it. */
export const TIE: WorkloadFileInput = {
  name: 'tie',
  title: 'A tie: both belong to the same node',
  question:
    'All memory of both processes is on node 0 and node 1 has no room. Which of the two does the scheduler take to node 0?',
  expected:
    'Neither: both weights are 1000, and only a greater one moves a thread. As long as no page can leave node 0, nothing breaks the tie.',
  parameters: {
    threads: {
      meaning: 'threads of each process',
      unit: 'threads',
      default: { machine: 'cpus', times: 0.5, at_least: 1 },
      maximum: 4096,
    },
    mib: {
      meaning: 'memory of each process',
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.1, at_most: 1024 },
    },
    hoard: {
      meaning: 'memory of node 1 that somebody else keeps',
      unit: 'MiB',
      minimum: 1,
      maximum: 16_000_000,
      default: { machine: 'largest_node_memory_mib' },
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
      name: 'hoarder',
      threads: { machine: 'cpus_per_node' },
      regions: [
        {
          name: 'hoard',
          mib: { parameter: 'hoard' },
          policy: { mode: 'bind', nodes: [1] },
          first_touch: { by: 'main' },
        },
      ],
      bind: { cpus_of_nodes: [1] },
      phases: [
        // All CPUs of node 1 are taken while the others are born, so that not a page of theirs is there.
        { name: 'brag', compute_ms: 8000 },
        { name: 'hold', sleep_ms: { parameter: 'seconds', times: 2000 } },
      ],
    },
    ...['left', 'right'].map((name, index) => ({
      name,
      start_s: 4 + index,
      threads: { parameter: 'threads' },
      regions: [
        {
          name: 'data',
          mib: { parameter: 'mib' },
          first_touch: { by: 'main' as const, on: 'first' as const },
        },
      ],
      phases: [
        {
          name: 'work',
          accesses: [{ region: 'data', slice: 'own' as const, write: true }],
          seconds: { parameter: 'seconds' },
        },
      ],
    })),
  ],
};
