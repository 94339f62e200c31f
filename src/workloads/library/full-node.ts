import type { WorkloadFileInput } from '../schema.ts';

/** A node that somebody else has filled, and a process half of whose threads run there. */
export const FULL_NODE: WorkloadFileInput = {
  name: 'full-node',
  title: 'The other node is full',
  question:
    'Half of the threads run on a node that another process has filled to the brim. Where do their pages go?',
  expected:
    'They are asked for, wait in the queue of the full node and stay where they are: the daemon finds no room, looks again every 100 ms, and never evicts.',
  parameters: {
    threads: {
      meaning: 'threads of the worker',
      unit: 'threads',
      default: { machine: 'cpus', at_least: 2 },
      maximum: 4096,
    },
    mib: {
      meaning: 'memory of the worker',
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.25, at_most: 2048 },
    },
    seconds: {
      meaning: 'how long the worker would run if every access were local',
      unit: 's',
      default: 60,
      maximum: 100_000,
    },
  },
  processes: [
    {
      name: 'hoarder',
      regions: [
        {
          name: 'hoard',
          mib: { machine: 'largest_node_memory_mib', times: 1 },
          policy: { mode: 'bind', nodes: [1] },
          first_touch: { by: 'main' },
        },
      ],
      bind: { cpus_of_nodes: [1] },
      phases: [{ name: 'hold', sleep_ms: { parameter: 'seconds', times: 2000 } }],
    },
    {
      name: 'worker',
      start_s: 5,
      threads: { parameter: 'threads' },
      regions: [{ name: 'data', mib: { parameter: 'mib' }, first_touch: { by: 'main', on: 'first' } }],
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
