import type { WorkloadFileInput } from '../schema.ts';

/** One process that no node can hold. */
export const LARGER_THAN_NODE: WorkloadFileInput = {
  name: 'larger-than-node',
  title: 'One process larger than a node',
  question:
    'The process does not fit on any node. Does every slice still find its way to its thread, past full nodes?',
  expected:
    'The part that lies on the wrong node is healed slice by slice as room appears there: each node ends with half of the process.',
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
      default: { machine: 'largest_node_memory_mib', times: 1.4 },
    },
    seconds: {
      meaning: 'how long it would run if every access were local',
      unit: 's',
      default: 180,
      maximum: 100_000,
    },
  },
  processes: [
    {
      name: 'large',
      threads: { parameter: 'threads' },
      regions: [{ name: 'data', mib: { parameter: 'mib' }, first_touch: { by: 'main' } }],
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
