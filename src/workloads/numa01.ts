/**
 * numa01 and numa01_THREAD_ALLOC of autonuma-benchmark (benchmarks.md 1.1, 1.2): two processes of NCPU/2 threads, 3 GiB
 * each, all of it zeroed by every thread over and over (THREAD_ALLOC: every thread its own slice).
 */
import type { Machine } from '../kernel/machine/machine.ts';
import type { ProgramSet, ThreadCode } from '../kernel/program/program.ts';
import type { NodeId } from '../kernel/units.ts';
import { CodeBuilder, mallocRegion, mapStack, STACK_REGION } from './code.ts';
import { WorkloadError } from './error.ts';
import { checkFits, numactlCpus } from './machine-facts.ts';
import { bindTo, sameNode } from './numa-node.ts';
import { checkVariant, resolveParameters, VARIANTS } from './workload.ts';
import type { Workload, WorkloadOptions } from './workload.ts';

/** Parameters of a build of numa01.c, by the `#define` it stands for. */
interface Build {
  name: 'numa01' | 'numa01_THREAD_ALLOC';
  /** -DTHREAD_ALLOC: the main loop works on the thread's own slice. */
  threadAlloc: boolean;
  passes: number;
  title: string;
  question: string;
  expected: string;
}

const MEMORY = 0;
const STACK = 1;
const MIB = 1024 * 1024;

function numa01Build(build: Build): Workload {
  const info = {
    name: build.name,
    title: build.title,
    question: build.question,
    expected: build.expected,
    variants: VARIANTS,
    parameters: [
      {
        name: 'threads',
        meaning: 'threads of each of the two processes',
        unit: 'threads',
        minimum: 1,
        maximum: 4096,
        default: 'half of the CPUs',
      },
      {
        name: 'mib',
        meaning: 'memory of each process',
        unit: 'MiB',
        minimum: 1,
        maximum: 1 << 22,
        default: '3072',
      },
      {
        name: 'passes',
        meaning: 'times each thread zeroes its memory after the first touch',
        unit: 'passes',
        minimum: 1,
        maximum: 1_000_000,
        default: String(build.passes),
      },
      {
        name: 'plain',
        meaning: '1 = ordinary first touch, as the default build had it before July 2012',
        unit: '',
        minimum: 0,
        maximum: 1,
        default: '0',
      },
    ],
  };
  return { ...info, build: (machine, options) => compileNuma01(build, info, machine, options) };
}

function compileNuma01(
  build: Build,
  info: Omit<Workload, 'build'>,
  machine: Machine,
  options: WorkloadOptions,
): ProgramSet {
  checkVariant(info, options.variant);
  const { threads, mib, passes, plain } = resolveParameters(info.parameters, options.parameters, {
    threads: Math.max(1, Math.floor(numactlCpus(machine) / 2)),
    mib: 3072,
    passes: build.passes,
    plain: 0,
  });
  const bytes = mib * MIB;
  if (build.threadAlloc && bytes < threads) {
    throw new WorkloadError('parameters.mib', `${threads} threads need a byte each`);
  }
  const bound = options.variant === 'hard_bind' || options.variant === 'inverse_bind';
  if (plain === 1 && options.variant === 'force_same_node') {
    throw new WorkloadError('parameters.plain', 'is the opposite of the variant force_same_node');
  }
  const touchNode = bound || plain === 1 ? -1 : sameNode(machine, options.seed);
  checkMemory(machine, touchNode, mib, bound);

  // threads[0] is the parent's main, threads[1] the child's, the workers of both follow: they run identical code.
  const workers = build.threadAlloc ? threads : 1;
  const codes: ThreadCode[] = [];
  for (const child of [false, true]) {
    const main = new CodeBuilder();
    // fork() comes before malloc, so the 3 GiB are private to each process.
    if (!child) main.add({ op: 'fork', thread: 1 });
    if (bound) {
      const { cpuNodes, memoryNodes } = boundNodes(machine, child, options.variant === 'inverse_bind');
      bindTo(main, machine, cpuNodes, memoryNodes);
    }
    main.add({ op: 'mmap', region: MEMORY, policy: null });
    mapStack(main, STACK);
    for (let i = 0; i < threads; i++) main.add({ op: 'clone', thread: 2 + (i % workers) });
    main.add({ op: 'join' });
    if (!child) main.add({ op: 'wait' });
    codes.push(main.add({ op: 'exit' }).build(child ? 'main (child)' : 'main'));
  }
  for (let i = 0; i < workers; i++) codes.push(workerCode(build, i, threads, bytes, passes, touchNode));

  return {
    title: build.title,
    images: [{ name: build.name, regions: [mallocRegion('memory', bytes), STACK_REGION], threads: codes }],
    start: [{ image: 0, atNs: 0 }],
  };
}

function workerCode(
  build: Build,
  index: number,
  threads: number,
  bytes: number,
  passes: number,
  touchNode: NodeId | -1,
): ThreadCode {
  const code = new CodeBuilder();
  // The first touch is a bzero of the whole process memory by every thread, racing, in both builds.
  const firstTouch = (): void => void code.bzero(MEMORY, 0, bytes);
  if (touchNode >= 0) code.underMempolicy({ mode: 'bind', nodes: [touchNode] }, firstTouch);
  else firstTouch();
  const slice = Math.floor(bytes / threads);
  const from = build.threadAlloc ? index * slice : 0;
  code.repeat(passes, () => code.bzero(MEMORY, from, build.threadAlloc ? from + slice : bytes));
  return code.add({ op: 'exit' }).build('worker');
}

/** Process 0 is the child: CPUs of the lower half of the nodes; the parent has the upper half. Inverse: memory swapped. */
function boundNodes(
  machine: Machine,
  child: boolean,
  inverse: boolean,
): { cpuNodes: NodeId[]; memoryNodes: NodeId[] } {
  const half = Math.floor(machine.nodes.length / 2);
  if (half === 0)
    throw new WorkloadError('variant', 'binding to halves of the nodes needs a machine of two nodes or more');
  const nodes = machine.nodes.map((_, id) => id);
  const lower = nodes.slice(0, half);
  const upper = nodes.slice(half);
  return { cpuNodes: child ? lower : upper, memoryNodes: child !== inverse ? lower : upper };
}

function checkMemory(machine: Machine, touchNode: NodeId | -1, mib: number, bound: boolean): void {
  const nodes = machine.nodes.map((_, id) => id);
  if (touchNode >= 0) {
    // Whether a machine is large enough must not depend on the seed: either of the two nodes can be drawn.
    for (const node of nodes.slice(0, 2)) checkFits(machine, [node], 2 * mib, 'parameters.mib');
  }
  checkFits(machine, nodes, 2 * mib, 'parameters.mib');
  const half = Math.floor(nodes.length / 2);
  if (bound && half > 0) {
    for (const part of [nodes.slice(0, half), nodes.slice(half)])
      checkFits(machine, part, mib, 'parameters.mib');
  }
}

/** Two processes, each zeroing all of its 3 GiB from every thread. */
export const numa01 = numa01Build({
  name: 'numa01',
  threadAlloc: false,
  passes: 50,
  title: 'numa01: two processes, all memory shared by their threads',
  question: 'Both processes are born on one node. Does each end up whole on a node of its own?',
  expected: 'Process statistics gather each process on one node, in a visible step a scan pass.',
});

/** The same, but each thread works on its own slice. */
export const numa01ThreadAlloc = numa01Build({
  name: 'numa01_THREAD_ALLOC',
  threadAlloc: true,
  passes: 1000,
  title: 'numa01_THREAD_ALLOC: two processes, a slice of memory for each thread',
  question:
    'Every thread has memory of its own. Does it follow the thread, or is the process gathered first?',
  expected: 'Pages first follow their threads wherever they run, then each process gathers on one node.',
});
