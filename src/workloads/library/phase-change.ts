import type { WorkloadFileInput } from '../schema.ts';

/** Threads that exchange their data again and again: with the next one, because fork puts neighbours on different nodes. */
export const PHASE_CHANGE: WorkloadFileInput = {
  name: 'phase-change',
  title: 'Threads that exchange their data',
  question:
    'Just when everything is local, each thread takes over the slice of the next one. How long until it is local again?',
  expected:
    'Each exchange makes nearly every access remote; about two scan passes later threads and pages have found each other again, mostly by threads moving.',
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
      maximum: 4_000_000,
      default: { machine: 'memory_mib', times: 0.3, at_most: 1024 },
    },
    seconds: {
      meaning: 'length of a phase if every access were local',
      unit: 's',
      default: 40,
      maximum: 100_000,
    },
    exchanges: {
      meaning: 'times the slices are exchanged and given back',
      unit: '',
      default: 2,
      maximum: 1000,
    },
  },
  processes: [
    {
      name: 'exchange',
      threads: { parameter: 'threads' },
      regions: [{ name: 'data', mib: { parameter: 'mib' }, first_touch: { by: 'own' } }],
      phases: [
        {
          name: 'own data',
          accesses: [{ region: 'data', slice: 'own', write: true }],
          seconds: { parameter: 'seconds' },
          barrier: true,
        },
        {
          name: 'exchanged',
          accesses: [{ region: 'data', slice: 'next', write: true }],
          seconds: { parameter: 'seconds' },
          barrier: true,
        },
      ],
      repeat: { parameter: 'exchanges' },
    },
  ],
};
