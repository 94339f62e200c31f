import type { WorkloadFileInput } from '../schema.ts';

/** make -j: hundreds of short compilers, then the linker. */
export const FORK_BUILD: WorkloadFileInput = {
  name: 'fork-build',
  title: 'A build: many short compilers',
  question:
    'Processes live for a second or two. Is there anything for NUMA balancing to gain before they are gone?',
  expected:
    'Compilers touch their memory first where they run, so almost nothing moves; only the scanner costs something.',
  parameters: {
    jobs: {
      meaning: 'compilers at a time, as make -j',
      unit: 'processes',
      default: { machine: 'cpus' },
      maximum: 1024,
    },
    files: {
      meaning: 'source files that each of the jobs compiles',
      unit: 'files',
      default: 40,
      maximum: 10_000,
    },
    mib: { meaning: 'heap of a compiler', unit: 'MiB', default: 80, maximum: 100_000 },
  },
  processes: [
    {
      name: 'make',
      regions: [{ name: 'heap', mib: 4, first_touch: { by: 'main' } }],
      phases: [
        {
          name: 'compile',
          spawn: { process: 'cc1', jobs: { parameter: 'jobs' }, runs: { parameter: 'files' } },
        },
        { name: 'link', spawn: { process: 'ld' } },
      ],
    },
    {
      name: 'cc1',
      start: 'spawned',
      regions: [
        { name: 'text', mib: 16, backing: 'file', key: 'cc1' },
        { name: 'headers', mib: 24, backing: 'file', key: 'headers' },
        { name: 'heap', mib: { parameter: 'mib' } },
      ],
      phases: [
        { name: 'load', accesses: [{ region: 'text' }], passes: 1 },
        {
          name: 'parse',
          accesses: [{ region: 'headers' }, { region: 'heap', write: true, weight: 2 }],
          passes: 1,
        },
        { name: 'syntax tree', compute_ms: 300 },
        {
          name: 'optimise',
          accesses: [
            { region: 'heap', pattern: 'random', write: true, touch_bytes: 256, weight: 2 },
            { region: 'text', pattern: 'random', touch_bytes: 64 },
          ],
          mib: 150,
        },
        { name: 'emit', compute_ms: 200 },
      ],
    },
    {
      name: 'ld',
      start: 'spawned',
      regions: [{ name: 'heap', mib: { parameter: 'mib', times: 4 } }],
      phases: [
        { name: 'link', accesses: [{ region: 'heap', write: true }], passes: 4 },
        { compute_ms: 1500 },
      ],
    },
  ],
};
