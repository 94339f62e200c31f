/** Sampling by the 2 MiB: workers with private memory, and one thread that looks at a word of it here and there. */
import { generatedWorkload } from './generated.ts';
import { checkFits, nodesWithMemory, usableMib } from './machine-facts.ts';

/** The collector's words lie so far apart: one in every huge page. */
const STRIDE_BYTES = 2 * 1024 * 1024;
/** What it reads of each. */
const WORD_BYTES = 64;
/** A pause of the collector, ns. */
const PAUSE_NS = 20_000;

export const collector = generatedWorkload({
  name: 'collector',
  title: 'Workers, and a collector that looks in on all of them',
  question:
    'One thread reads a word in each 2 MiB of what belongs to the others. Is their memory taken for its own?',
  expected:
    'With a mark on each page it answers for one page in 512. With a mark on 2 MiB whoever comes first answers for all 512, and that is often the collector.',
  variants: ['default'],
  parameters: [
    {
      name: 'workers',
      meaning: 'worker threads, beside the collector',
      unit: 'threads',
      minimum: 1,
      maximum: 4096,
      default: 'CPUs less one',
    },
    {
      name: 'mib',
      meaning: 'memory of the workers',
      unit: 'MiB',
      minimum: 8,
      maximum: 1 << 22,
      default: 'a quarter of a node, at most 1024',
    },
    {
      name: 'seconds',
      meaning: 'how long it would run if every access were local',
      unit: 's',
      minimum: 1,
      maximum: 100_000,
      default: '100',
    },
  ],
  defaults: (machine) => ({
    workers: Math.max(1, machine.cpus.length - 1),
    mib: Math.max(
      8,
      Math.min(1024, Math.floor(Math.min(...nodesWithMemory(machine).map((n) => usableMib(machine, n))) / 4)),
    ),
    seconds: 100,
  }),
  file: (machine, { workers, mib, seconds }) => {
    checkFits(
      machine,
      machine.nodes.map((_, id) => id),
      mib,
      'parameters.mib',
    );
    return {
      name: 'collector',
      title: 'Workers and a collector',
      processes: [
        {
          name: 'workers',
          threads: workers + 1,
          regions: Array.from({ length: workers }, (_, worker) => ({
            name: `heap ${worker}`,
            mib: mib / workers,
            first_touch: { by: 'main' as const },
          })),
          phases: [
            {
              name: 'collect',
              threads: [workers, workers],
              accesses: Array.from({ length: workers }, (_, worker) => ({
                region: `heap ${worker}`,
                pattern: 'strided' as const,
                stride_bytes: STRIDE_BYTES,
                touch_bytes: WORD_BYTES,
                think_ns: PAUSE_NS,
              })),
              // As many words as it has pauses for.
              mib: (seconds * 1e9 * WORD_BYTES) / PAUSE_NS / (1024 * 1024),
            },
            ...Array.from({ length: workers }, (_, worker) => ({
              name: 'work',
              threads: [worker, worker] as [number, number],
              accesses: [{ region: `heap ${worker}`, write: true }],
              seconds,
            })),
          ],
        },
      ],
    };
  },
});
