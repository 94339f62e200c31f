import type { WorkloadFileInput } from '../schema.ts';

/** Blocks of memory of each of which every thread has a slice. */
const BLOCKS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** False sharing by the 2 MiB: several threads' slices on each huge page, though no two threads on the same small page. */
export const PACKED_SLICES: WorkloadFileInput = {
  name: 'packed-slices',
  title: 'Small slices packed into huge pages',
  question:
    'No two threads share a 4 KiB page, but several have slices in the same 2 MiB. Does each slice find its thread?',
  expected:
    'A huge page lies on one node, whoever of its users is sampled: the others stay remote, and some pages move again and again.',
  parameters: {
    threads: {
      meaning: 'threads of the process',
      unit: 'threads',
      default: { machine: 'cpus' },
      maximum: 512,
    },
    mib: {
      meaning: `memory: ${BLOCKS.length} blocks, of each of which every thread has a slice`,
      unit: 'MiB',
      minimum: 8,
      maximum: 4_000_000,
      default: { machine: 'cpus', times: 4 },
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
      name: 'packed',
      threads: { parameter: 'threads' },
      regions: BLOCKS.map((block) => ({
        name: `block ${block}`,
        mib: { parameter: 'mib', times: 1 / BLOCKS.length },
        misalignment: 0,
        first_touch: { by: 'main' as const },
      })),
      phases: [
        {
          name: 'work',
          accesses: BLOCKS.map((block) => ({
            region: `block ${block}`,
            slice: 'own' as const,
            write: true,
          })),
          seconds: { parameter: 'seconds' },
        },
      ],
    },
  ],
};
