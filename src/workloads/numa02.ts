/**
 * numa02 and numa02_SMT of autonuma-benchmark (benchmarks.md 1.1, 1.2): one process over the whole machine, each thread
 * zeroing its own slice of 1 GiB that the main thread touched first.
 */
import type { Machine } from '../kernel/machine/machine.ts';
import type { ProgramSet, ThreadCode } from '../kernel/program/program.ts';
import type { NodeId } from '../kernel/units.ts';
import { CodeBuilder, mallocRegion, mapStack, STACK_REGION } from './code.ts';
import { WorkloadError } from './error.ts';
import { checkFits, cpusOf, numactlCpus, numactlNodes } from './machine-facts.ts';
import { bindTo, checkEveryNode, sameNode } from './numa-node.ts';
import { checkVariant, resolveParameters, VARIANTS } from './workload.ts';
import type { Workload, WorkloadOptions } from './workload.ts';

interface Build {
  name: 'numa02' | 'numa02_SMT';
  /** -DSMT: a thread for every second CPU. */
  threadsPerCpu: 1 | 0.5;
  title: string;
  question: string;
  expected: string;
}

const MEMORY = 0;
const STACK = 1;
const MIB = 1024 * 1024;

function numa02Build(build: Build): Workload {
  const info = {
    name: build.name,
    title: build.title,
    question: build.question,
    expected: build.expected,
    variants: VARIANTS,
    parameters: [
      {
        name: 'threads',
        meaning: 'threads of the process',
        unit: 'threads',
        minimum: 1,
        maximum: 4096,
        default: build.threadsPerCpu === 1 ? 'as many as CPUs' : 'half of the CPUs',
      },
      {
        name: 'mib',
        meaning: 'memory of the process',
        unit: 'MiB',
        minimum: 1,
        maximum: 1 << 22,
        default: '1024',
      },
      {
        name: 'passes',
        meaning: 'times each thread zeroes its slice',
        unit: 'passes',
        minimum: 1,
        maximum: 1_000_000,
        default: '800',
      },
    ],
  };
  return { ...info, build: (machine, options) => compileNuma02(build, info, machine, options) };
}

function compileNuma02(
  build: Build,
  info: Omit<Workload, 'build'>,
  machine: Machine,
  options: WorkloadOptions,
): ProgramSet {
  checkVariant(info, options.variant);
  const { threads, mib, passes } = resolveParameters(info.parameters, options.parameters, {
    threads: Math.max(1, Math.floor(numactlCpus(machine) * build.threadsPerCpu)),
    mib: 1024,
    passes: 800,
  });
  const bytes = mib * MIB;
  const nodes = numactlNodes(machine);
  const bound = options.variant === 'hard_bind' || options.variant === 'inverse_bind';
  if (bound) {
    checkEveryNode(machine);
    if (threads < nodes)
      throw new WorkloadError(
        'parameters.threads',
        `${options.variant} needs a thread for each of ${nodes} nodes`,
      );
    for (let node = 0; node < nodes; node++) checkFits(machine, [node], mib / nodes, 'parameters.mib');
  }
  const allNodes = machine.nodes.map((_, id) => id);
  checkFits(machine, allNodes, mib, 'parameters.mib');
  if (options.variant === 'force_same_node') {
    // Either of the two can be drawn: whether a machine is large enough must not depend on the seed.
    for (const node of allNodes.slice(0, 2)) checkFits(machine, [node], mib, 'parameters.mib');
  }

  const main = new CodeBuilder().add({ op: 'mmap', region: MEMORY, policy: null });
  mapStack(main, STACK);
  firstTouch(main, machine, options, bytes);
  const slice = Math.floor(bytes / threads);
  const codes: ThreadCode[] = [];
  for (let i = 0; i < threads; i++) {
    if (bound) {
      const node = nodeOfThread(i, threads, nodes, options.variant === 'inverse_bind');
      bindTo(main, machine, [node], [node]);
    }
    main.add({ op: 'clone', thread: 1 + i });
    const code = new CodeBuilder();
    code.repeat(passes, () => code.bzero(MEMORY, i * slice, (i + 1) * slice));
    codes.push(code.add({ op: 'exit' }).build('worker'));
  }
  main.add({ op: 'join' }, { op: 'exit' });

  return {
    title: build.title,
    images: [
      {
        name: build.name,
        regions: [mallocRegion('memory', bytes), STACK_REGION],
        threads: [main.build('main'), ...codes],
      },
    ],
    start: [{ image: 0, atNs: 0 }],
  };
}

/** The main thread zeroes NNODES consecutive equal pieces; hard bound, it sits on node k for piece k. */
function firstTouch(main: CodeBuilder, machine: Machine, options: WorkloadOptions, bytes: number): void {
  const nodes = numactlNodes(machine);
  const piece = Math.floor(bytes / nodes);
  const born = sameNode(machine, options.seed);
  if (options.variant === 'force_same_node') {
    // Not in numa02.c: the worst start, made the way numa01's NO_BIND_FORCE_SAME_NODE makes it.
    const cpus = cpusOf(machine, [born]);
    if (cpus.length > 0) main.add({ op: 'sched_setaffinity', cpus });
    main.add({ op: 'set_mempolicy', policy: { mode: 'bind', nodes: [born] } });
  }
  for (let k = 0; k < nodes; k++) {
    if (options.variant === 'hard_bind' || options.variant === 'inverse_bind')
      bindTo(main, machine, [k], [k]);
    main.bzero(MEMORY, k * piece, (k + 1) * piece);
  }
  if (options.variant === 'force_same_node') {
    main.add({ op: 'set_mempolicy', policy: null }, { op: 'sched_setaffinity', cpus: null });
  }
}

/**
 * i / (T / N) in integers. When N does not divide T the last threads come out beyond the last node; there numa_run_on_node
 * fails and main stays where it was, which is the last node.
 */
function nodeOfThread(i: number, threads: number, nodes: number, inverse: boolean): NodeId {
  const position = inverse ? threads - 1 - i : i;
  return Math.min(nodes - 1, Math.floor(position / Math.floor(threads / nodes)));
}

/** One process, a thread for every CPU. */
export const numa02 = numa02Build({
  name: 'numa02',
  threadsPerCpu: 1,
  title: 'numa02: one process over the whole machine',
  question:
    'One node holds everything although half of the threads run elsewhere. Do the slices follow their threads?',
  expected:
    'The first scan pass moves each slice to the node of its thread, and then nothing moves any more.',
});

/** The same with a thread for every second CPU, so that half of the machine is idle. */
export const numa02Smt = numa02Build({
  name: 'numa02_SMT',
  threadsPerCpu: 0.5,
  title: 'numa02_SMT: one process, half as many threads as CPUs',
  question: 'Half of the CPUs are idle. Do memory and threads still spread over the nodes?',
  expected: 'Threads sit one a core and their slices follow them; both memory controllers work.',
});
