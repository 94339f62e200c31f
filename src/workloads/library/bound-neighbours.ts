import type { WorkloadFileInput } from '../schema.ts';

/** Coexistence with hard bindings, after the test in the AutoNUMA27 mail. */
export const BOUND_NEIGHBOURS: WorkloadFileInput = {
  name: 'bound-neighbours',
  title: 'Bound neighbours move in',
  question:
    'Two processes have settled on nodes 0 and 1. Then two others start that are bound to just these nodes. Who gives way?',
  expected:
    'The bound ones cannot. The two that are free lose their CPUs to them, gather on the other nodes and take their memory along.',
  parameters: {
    threads: {
      meaning: 'threads of each process',
      unit: 'threads',
      default: { machine: 'cpus_per_node' },
      maximum: 1024,
    },
    mib: {
      meaning: 'memory of each process',
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.1, at_most: 1024 },
    },
    arrival: {
      meaning: 'when the bound ones start',
      unit: 's',
      minimum: 0,
      default: 20,
      maximum: 100_000,
    },
    seconds: {
      meaning: 'how long each would run if every access were local',
      unit: 's',
      default: 120,
      maximum: 100_000,
    },
  },
  processes: (
    [
      ['free', 0],
      ['free', 1],
      ['bound', 0],
      ['bound', 1],
    ] as const
  ).map(([kind, node]) => ({
    name: `${kind}${node}`,
    threads: { parameter: 'threads' },
    ...(kind === 'bound'
      ? {
          start_s: { parameter: 'arrival' },
          bind: { cpus_of_nodes: [node], memory: { mode: 'bind' as const, nodes: [node] } },
        }
      : {}),
    regions: [
      {
        name: 'data',
        mib: { parameter: 'mib' },
        first_touch: { by: 'main' as const, ...(kind === 'free' ? { on: node } : {}) },
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
};
