/**
 * A server that forks its workers without exec, like Apache's prefork: what the children inherit of the parent's statistics matters,
 * because exec would have reset them.
 */
import type { ThreadCode } from '../kernel/program/program.ts';
import { CodeBuilder, mallocRegion, mapStack, sequentialWrite, STACK_REGION } from './code.ts';
import { checkFits, localRatePerThread, nodesWithCpus, nodesWithMemory, usableMib } from './machine-facts.ts';
import { checkVariant, resolveParameters } from './workload.ts';
import type { Workload, WorkloadInfo } from './workload.ts';

const CACHE = 0;
const HEAP = 1;
const STACK = 2;
const MIB = 1024 * 1024;

const INFO: WorkloadInfo = {
  name: 'prefork',
  title: 'A server that forks its workers',
  question:
    'The parent has statistics that say node 0. Its children have memory of their own. Should they believe the parent?',
  expected:
    'Reset at fork, the children spread over all CPUs and touch their memory where they run. With inherited statistics they crowd on the parent’s node.',
  variants: ['default'],
  parameters: [
    {
      name: 'workers',
      meaning: 'children that the server forks',
      unit: 'processes',
      minimum: 1,
      maximum: 1024,
      default: 'half of the CPUs',
    },
    {
      name: 'cache',
      meaning: 'memory that the server fills and works on before it forks',
      unit: 'MiB',
      minimum: 8,
      maximum: 1 << 22,
      default: '128',
    },
    {
      name: 'mib',
      meaning: 'memory of its own that each worker fills and works on',
      unit: 'MiB',
      minimum: 1,
      maximum: 1 << 22,
      default: '64',
    },
    {
      name: 'warm',
      meaning: 'how long the server would work before it forks if all cores were busy',
      unit: 's',
      minimum: 0,
      maximum: 100_000,
      default: '25',
    },
    {
      name: 'seconds',
      meaning: 'how long the workers would run if every access were local',
      unit: 's',
      minimum: 1,
      maximum: 100_000,
      default: '40',
    },
  ],
};

export const prefork: Workload = {
  ...INFO,
  build: (machine, options) => {
    checkVariant(INFO, options.variant);
    const node = Math.min(...nodesWithMemory(machine).map((n) => usableMib(machine, n)));
    const { workers, cache, mib, warm, seconds } = resolveParameters(INFO.parameters, options.parameters, {
      workers: Math.max(1, Math.floor(machine.cpus.length / 2)),
      cache: Math.max(8, Math.min(128, Math.floor(node / 4))),
      mib: 64,
      warm: 25,
      seconds: 40,
    });
    checkFits(
      machine,
      machine.nodes.map((_, id) => id),
      cache + workers * mib,
      'parameters.mib',
    );
    const main = new CodeBuilder().add({ op: 'mmap', region: CACHE, policy: null });
    mapStack(main, STACK);
    // The shell starts programs on any CPU: the server is born on the first node, and free afterwards.
    const born = nodesWithCpus(machine)[0];
    main.add({ op: 'sched_setaffinity', cpus: [...machine.nodes[born].cpus] });
    main.bzero(CACHE, 0, cache * MIB);
    main.add({
      op: 'access',
      accesses: [sequentialWrite(CACHE, 0, cache * MIB)],
      bytes: Math.floor(warm * 1e9 * localRatePerThread(machine, 1)),
    });
    main.add({ op: 'sched_setaffinity', cpus: null });
    for (let i = 0; i < workers; i++) main.add({ op: 'fork', thread: 1 });
    main.add({ op: 'wait' }, { op: 'exit' });

    const worker = new CodeBuilder().add({ op: 'mmap', region: HEAP, policy: null });
    worker.bzero(HEAP, 0, mib * MIB);
    worker.add({
      op: 'access',
      accesses: [sequentialWrite(HEAP, 0, mib * MIB)],
      bytes: Math.floor(seconds * 1e9 * localRatePerThread(machine, workers)),
    });
    const codes: ThreadCode[] = [main.build('main'), worker.add({ op: 'exit' }).build('worker')];
    return {
      title: INFO.title,
      images: [
        {
          name: 'prefork',
          regions: [mallocRegion('cache', cache * MIB), mallocRegion('heap', mib * MIB), STACK_REGION],
          threads: codes,
        },
      ],
      start: [{ image: 0, atNs: 0 }],
    };
  },
};
