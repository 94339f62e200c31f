import type { WorkloadFileInput } from '../schema.ts';

/** The first screen: two processes, born on one node, that want a node each. */
export const CROSSED: WorkloadFileInput = {
  name: 'crossed',
  title: 'Two processes born on one node',
  question:
    'All memory of both processes lies on one node, but half of their threads run elsewhere. Who goes where?',
  expected:
    'Pages first follow threads wherever those run; then process statistics gather each process on a node of its own, and nothing moves any more.',
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
      default: { machine: 'node_memory_mib', times: 0.35, at_most: 2000 },
    },
    seconds: {
      meaning: 'how long it would run if every access were local',
      unit: 's',
      default: 130,
      maximum: 100_000,
    },
  },
  processes: ['left', 'right'].map((name) => ({
    name,
    threads: { parameter: 'threads' },
    regions: [
      { name: 'data', mib: { parameter: 'mib', times: 0.95 }, first_touch: { by: 'main', on: 'first' } },
      { name: 'common', mib: { parameter: 'mib', times: 0.05 }, first_touch: { by: 'main', on: 'first' } },
    ],
    phases: [
      {
        name: 'work',
        accesses: [
          { region: 'data', slice: 'own', write: true, weight: 15 },
          { region: 'common', slice: 'whole', weight: 1 },
        ],
        seconds: { parameter: 'seconds' },
      },
    ],
  })),
  variants: {
    hard_bind: {
      left: { cpus_of_nodes: 'lower_half', memory: { mode: 'bind', nodes: 'lower_half' } },
      right: { cpus_of_nodes: 'upper_half', memory: { mode: 'bind', nodes: 'upper_half' } },
    },
    inverse_bind: {
      left: { cpus_of_nodes: 'lower_half', memory: { mode: 'bind', nodes: 'upper_half' } },
      right: { cpus_of_nodes: 'upper_half', memory: { mode: 'bind', nodes: 'lower_half' } },
    },
  },
};
