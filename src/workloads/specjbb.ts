/**
 * A load like SPECjbb2005: JVMs of some GB, a thread for each warehouse, most accesses to the warehouse's own objects. Shape and weights
 * are assumed (no source gives SPECjbb's mix in these terms); fixed work, so that elapsed time is the score turned round.
 */
import { BOUND_BY_INSTANCE, checkProcessesFit, generatedWorkload, memoryEach } from './generated.ts';
import { nodesWithCpus } from './machine-facts.ts';

/** Parts of a heap, in per cent: objects of the warehouses, objects of all, and the nursery. */
const WAREHOUSE_SHARE = 0.7;
const COMMON_SHARE = 0.1;
const NURSERY_SHARE = 0.2;
/** Weights in bytes of a transaction's accesses to what belongs to its warehouse. */
const READS = 5;
const WRITES = 2;
const ALLOCATION = 3;
/** Collections in a run; a collection copies what survives once. */
const COLLECTIONS = 8;
/** What an access to an object touches, and the computing after it: bound by latency, not by bandwidth. */
const OBJECT_BYTES = 64;
const THINK_NS = 60;

export const specjbb = generatedWorkload({
  name: 'specjbb',
  title: 'Java servers: warehouses with a heap of their own and one in common',
  question:
    "Each JVM is scattered over the machine, and a part of its heap is everybody's. Does each gather on a node?",
  expected:
    'Process statistics pull each JVM to a node, its heap follows; with more threads than CPUs it takes longer and some stay behind.',
  variants: ['default', 'hard_bind', 'inverse_bind'],
  parameters: [
    {
      name: 'jvms',
      meaning: 'Java processes',
      unit: 'processes',
      minimum: 1,
      maximum: 256,
      default: 'nodes with CPUs, at least 2',
    },
    {
      name: 'overcommit',
      meaning: 'threads for 100 CPUs',
      unit: '%',
      minimum: 1,
      maximum: 400,
      default: '100',
    },
    {
      name: 'warehouses',
      meaning: 'threads of each process',
      unit: 'threads',
      minimum: 1,
      maximum: 4096,
      default: 'CPUs x overcommit / jvms',
    },
    {
      name: 'mib',
      meaning: 'heap of each process',
      unit: 'MiB',
      minimum: 64,
      maximum: 1 << 22,
      default: '60 % of the memory / jvms, at most 4096',
    },
    {
      name: 'common',
      meaning: 'share of the accesses that goes to objects of all warehouses',
      unit: '%',
      minimum: 0,
      maximum: 90,
      default: '10',
    },
    {
      name: 'seconds',
      meaning: 'work, as seconds of streaming if every access were local',
      unit: 's',
      minimum: 1,
      maximum: 100_000,
      default: '40',
    },
  ],
  defaults: (machine, given) => {
    const jvms = given.jvms ?? Math.max(2, nodesWithCpus(machine).length);
    const overcommit = given.overcommit ?? 100;
    return {
      jvms,
      overcommit,
      warehouses: Math.max(1, Math.floor((machine.cpus.length * overcommit) / 100 / Math.max(1, jvms))),
      mib: Math.max(64, memoryEach(machine, jvms, 0.6, 4096)),
      common: 10,
      seconds: 40,
    };
  },
  file: (machine, { jvms, warehouses, mib, common, seconds }, variant) => {
    checkProcessesFit(machine, jvms, mib, variant);
    const own = READS + WRITES + ALLOCATION;
    return {
      name: 'specjbb',
      title: specjbb.title,
      processes: [
        {
          name: 'java',
          count: jvms,
          threads: warehouses,
          regions: [
            // One thread loads the company before the warehouses open.
            { name: 'warehouses', mib: mib * WAREHOUSE_SHARE, first_touch: { by: 'main' } },
            { name: 'common', mib: mib * COMMON_SHARE, first_touch: { by: 'main' } },
            { name: 'nursery', mib: mib * NURSERY_SHARE, first_touch: { by: 'own' } },
          ],
          phases: [
            {
              name: 'transactions',
              accesses: [
                {
                  region: 'warehouses',
                  slice: 'own',
                  pattern: 'random',
                  touch_bytes: OBJECT_BYTES,
                  think_ns: THINK_NS,
                  weight: READS,
                },
                {
                  region: 'warehouses',
                  slice: 'own',
                  pattern: 'random',
                  touch_bytes: OBJECT_BYTES,
                  think_ns: THINK_NS,
                  write: true,
                  weight: WRITES,
                },
                { region: 'nursery', slice: 'own', write: true, weight: ALLOCATION },
                {
                  region: 'common',
                  pattern: 'random',
                  touch_bytes: OBJECT_BYTES,
                  think_ns: THINK_NS,
                  weight: (own * common) / (100 - common),
                },
              ],
              seconds: seconds / COLLECTIONS,
              barrier: true,
            },
            {
              name: 'collection',
              // Collector threads take the work as it comes: a warehouse's objects are copied by another thread.
              accesses: [
                { region: 'warehouses', slice: 'next' },
                { region: 'nursery', slice: 'next', write: true },
              ],
              passes: 0.2,
              barrier: true,
            },
          ],
          repeat: COLLECTIONS,
        },
      ],
      variants: BOUND_BY_INSTANCE('java'),
    };
  },
});
