import type { WorkloadFileInput } from '../schema.ts';

/** False sharing in the small: one page that everybody writes. */
export const HOT_PAGE: WorkloadFileInput = {
  name: 'hot-page',
  title: 'One hot page shared by all',
  question:
    'Every thread has a large slice of its own and all of them write one common page. Does that page spoil the statistics?',
  expected:
    'The slices follow their threads; the one page is sampled once a pass among thousands and only it wanders.',
  parameters: {
    threads: {
      meaning: 'threads of the process',
      unit: 'threads',
      default: { machine: 'cpus' },
      maximum: 4096,
    },
    mib: {
      meaning: 'private memory of all threads together',
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'node_memory_mib', times: 0.5, at_most: 2048 },
    },
    seconds: {
      meaning: 'how long it would run if every access were local',
      unit: 's',
      default: 100,
      maximum: 100_000,
    },
  },
  processes: [
    {
      name: 'hot',
      threads: { parameter: 'threads' },
      regions: [
        { name: 'private', mib: { parameter: 'mib' }, first_touch: { by: 'main' } },
        { name: 'hot page', bytes: 4096, first_touch: { by: 'main' } },
      ],
      phases: [
        {
          name: 'work',
          accesses: [
            { region: 'private', slice: 'own', write: true, weight: 9 },
            { region: 'hot page', write: true, weight: 1 },
          ],
          seconds: { parameter: 'seconds' },
        },
      ],
    },
  ],
};
