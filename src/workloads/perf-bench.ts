/**
 * perf bench numa mem: processes and threads that go through memory which all of them, a process or a thread share, until their time is
 * over or every process has gathered on one node (benchmarks.md 3). Its results are read off by scenarios/perf-bench-report.ts.
 */
import type { Machine } from '../kernel/machine/machine.ts';
import type { Access, Mempolicy, Op, ProgramSet, Region, ThreadCode } from '../kernel/program/program.ts';
import type { CpuId, NodeId } from '../kernel/units.ts';
import { CodeBuilder, mapStack, STACK_REGION } from './code.ts';
import { suggestion, WorkloadError } from './error.ts';
import { checkFits, nodeName, nodesWithCpus, usableMib } from './machine-facts.ts';
import {
  parsePerfBench,
  PERF_DEFAULTS,
  perfBenchParameters,
  withParameters,
  type PerfBenchOptions,
  type PerfBenchTest,
} from './perf-bench-options.ts';
import { PERF_BENCH_SUITE, suiteOptions } from './perf-bench-suite.ts';
import { checkVariant } from './workload.ts';
import type { Workload } from './workload.ts';

const MIB = 1024 * 1024;
/** alloc_data takes a huge page more than asked for, to align what it hands out. */
const HUGE_BYTES = 2 * MIB;
/** A piece of the random walk: 1024 words. */
const WALK_BYTES = 8192;

/** Notes of a worker: when its loops began, the end of the last one, the last look at convergence, the last perturbation. */
export const NOTE_START = 0;
export const NOTE_LOOP = 1;
const NOTE_LOOK = 2;
const NOTE_PERTURBED = 3;
const NOTES = 4;
/** Loop counter of a worker: loops it has completed; back at 0 when it has done all it may. */
export const LOOP_COUNTER = 0;
/** Notes of the first process: when it let the others start, and when all had exited. */
export const NOTE_RELEASED = 0;
export const NOTE_ENDED = 1;

const STOP_FLAG = 0;
const PROCESS_LOCK = 0;
const START_BARRIER = 0;

/** Where a task may run and take memory from; null = anywhere. */
interface Binding {
  cpus: CpuId[] | null;
  node: NodeId | null;
}

/** Everything that compiling one thread needs. */
interface Bench {
  machine: Machine;
  options: PerfBenchOptions;
  bytes: { global: number; process: number; locked: number; thread: number };
  /** First region of each kind, -1 when there is none; threads have one each. */
  region: { global: number; process: number; thread: number };
  bindings: Binding[];
  loops: number;
}

/** Bytes that a thread goes through in a loop. */
export function bytesPerLoop(options: PerfBenchOptions): number {
  const { globalMb, processMb, processLockedMb, threadMb } = options;
  return [globalMb, processMb, processLockedMb, threadMb].reduce((sum, mb) => sum + Math.floor(mb * MIB), 0);
}

function compilePerfBench(machine: Machine, options: PerfBenchOptions, title: string): ProgramSet {
  checkOptions(options);
  const { regions, region } = regionsOf(options);
  const bench: Bench = {
    machine,
    options,
    bytes: {
      global: Math.floor(options.globalMb * MIB),
      process: Math.floor(options.processMb * MIB),
      locked: Math.floor(options.processLockedMb * MIB),
      thread: Math.floor(options.threadMb * MIB),
    },
    region,
    bindings: bindingsOf(machine, options),
    loops: mostLoops(machine, options),
  };
  checkMemory(bench);
  const codes: ThreadCode[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (code: ThreadCode): number => {
    const key = JSON.stringify(code);
    let number = numbers.get(key);
    if (number === undefined) {
      number = codes.push(code) - 1;
      numbers.set(key, number);
    }
    return number;
  };

  const first = new CodeBuilder();
  codes.push(first.build('perf'));
  if (bench.bytes.global > 0) {
    first.add({ op: 'mmap', region: region.global, policy: null });
    allocate(bench, first, region.global, bench.bytes.global, null);
  }
  for (let p = 0; p < options.processes; p++) {
    const main = processCode(bench, p, regions.length - 1, (t) => numberOf(workerCode(bench, p, t)));
    first.add({ op: 'fork', thread: numberOf(main) });
  }
  mapStack(first, regions.length - 1);
  if (options.serializeStartup) first.add(startBarrier(options));
  first.add(
    { op: 'note', note: NOTE_RELEASED },
    { op: 'wait' },
    { op: 'note', note: NOTE_ENDED },
    { op: 'exit' },
  );
  codes[0] = { ...first.build('perf'), notes: 2 };
  return { title, images: [{ name: 'perf', regions, threads: codes }], start: [{ image: 0, atNs: 0 }] };
}

function checkOptions(options: PerfBenchOptions): void {
  const refuse = (message: string): never => {
    throw new WorkloadError('workload', `perf-bench: ${message}`);
  };
  if (bytesPerLoop(options) === 0) refuse('some memory should be specified: -G, -P or -T');
  if (options.processLockedMb > options.processMb)
    refuse('-L is a part of the process memory: it cannot exceed -P');
  if (options.secs === 0 && options.loops === Infinity) refuse('would never end: give it -s or -l');
  if (!options.zeroMemset && !options.reads && !options.writes)
    refuse('neither reads nor writes: give it -R, -W or -Z');
}

function regionsOf(options: PerfBenchOptions): { regions: Region[]; region: Bench['region'] } {
  const regions: Region[] = [];
  const add = (name: string, mb: number, copies: number, shared: boolean): number => {
    const bytes = Math.floor(mb * MIB);
    if (bytes === 0) return -1;
    const from = regions.length;
    for (let i = 0; i < copies; i++) {
      const one: Region = {
        name,
        bytes: bytes + HUGE_BYTES,
        backing: shared ? 'shared' : 'anonymous',
        key: shared ? 'perf-bench' : '',
        misalignment: 0,
      };
      if (!shared && options.thp !== 0) one.thp = options.thp > 0 ? 'always' : 'never';
      regions.push(one);
    }
    return from;
  };
  const region = {
    global: add('global', options.globalMb, 1, true),
    process: add('process', options.processMb, 1, false),
    thread: add('thread', options.threadMb, options.threads, false),
  };
  regions.push(STACK_REGION);
  return { regions, region };
}

/**
 * More loops than a thread can do in its time, were all the machine's bandwidth its own; a bound lets watchers say how far it is.
 */
function mostLoops(machine: Machine, options: PerfBenchOptions): number {
  if (options.secs === 0) return options.loops;
  const fastest = 1.25 * Math.max(machine.bandwidth.loneLocal, machine.bandwidth.loneRemote);
  return Math.min(options.loops, Math.ceil((options.secs * 1e9 * fastest) / bytesPerLoop(options)) + 2);
}

function startBarrier(options: PerfBenchOptions): Op {
  return { op: 'barrier', id: START_BARRIER, parties: options.processes * options.threads + 1, shared: true };
}

/** The node of CPU 0, as numactl numbers CPUs. */
function firstNode(machine: Machine): NodeId {
  const cpu = machine.cpus.findIndex((candidate) => candidate.osId === 0);
  return machine.cpus[Math.max(0, cpu)].node;
}

/** alloc_data: the whole mapping is written once if it is initialised at all, with -0 bound to CPU 0's node. */
function allocate(
  bench: Bench,
  code: CodeBuilder,
  region: number,
  bytes: number,
  cpus: CpuId[] | null,
): void {
  const { options, machine } = bench;
  const touch = (): void => {
    if (options.initZero || options.initRandom) code.bzero(region, 0, bytes + HUGE_BYTES);
  };
  if (!options.initCpu0) return touch();
  const node = firstNode(machine);
  code.add({ op: 'sched_setaffinity', cpus: machine.nodes[node].cpus.slice() });
  code.underMempolicy({ mode: 'bind', nodes: [node] }, touch);
  code.add({ op: 'sched_setaffinity', cpus });
}

function bind(code: CodeBuilder, binding: Binding): void {
  code.add({ op: 'sched_setaffinity', cpus: binding.cpus });
  if (binding.node === null) return;
  const policy: Mempolicy = { mode: 'bind', nodes: [binding.node] };
  code.add({ op: 'set_mempolicy', policy });
}

/** A process: maps its memory where its first thread is bound, starts the threads, waits for them. */
function processCode(bench: Bench, p: number, stack: number, worker: (thread: number) => number): ThreadCode {
  const { options, region, bytes } = bench;
  const code = new CodeBuilder();
  const binding = bench.bindings[p * options.threads];
  bind(code, binding);
  if (region.process >= 0) code.add({ op: 'mmap', region: region.process, policy: null });
  // Threads map their own; here it is done for them, so that the stack stays the last mapping of all.
  for (let t = 0; region.thread >= 0 && t < options.threads; t++)
    code.add({ op: 'mmap', region: region.thread + t, policy: null });
  mapStack(code, stack);
  if (region.process >= 0) allocate(bench, code, region.process, bytes.process, binding.cpus);
  for (let t = 0; t < options.threads; t++) code.add({ op: 'clone', thread: worker(t) });
  code.add({ op: 'join' });
  return code.add({ op: 'exit' }).build(`process ${p}`);
}

function workerCode(bench: Bench, p: number, t: number): ThreadCode {
  const { options, region, bytes, bindings } = bench;
  const code = new CodeBuilder();
  const task = p * options.threads + t;
  bind(code, bindings[task]);
  if (region.thread >= 0) allocate(bench, code, region.thread + t, bytes.thread, bindings[task].cpus);
  if (options.serializeStartup) code.add(startBarrier(options));
  for (const note of [NOTE_START, NOTE_LOOK, NOTE_PERTURBED]) code.add({ op: 'note', note });

  const top = code.ops.length;
  const leave: Op & { op: 'unless' } = { op: 'unless', condition: { is: 'on', cpus: [] }, to: -1 };
  code.add({ op: 'unless', condition: { is: 'raised', flag: STOP_FLAG }, to: top + 2 }, leave);
  addWork(bench, code, region.global, bytes.global, p / options.processes);
  addWork(bench, code, region.process, bytes.process, t / options.threads);
  addWork(bench, code, region.thread + t, bytes.thread, 0);
  if (options.usleep > 0) underLock(code, () => code.add({ op: 'sleep', ns: options.usleep * 1000 }));
  if (bytes.locked > 0)
    underLock(code, () => addWork(bench, code, region.process, bytes.locked, t / options.threads));
  code.add({ op: 'note', note: NOTE_LOOP });
  if (task === 0 && options.perturbSecs > 0) addPerturbation(bench, code, bindings[0].cpus);
  if (task === bindings.length - 1 && options.measureConvergence) addLook(code);
  if (options.secs > 0) {
    const after = code.ops.length + 2;
    code.add(
      { op: 'unless', condition: { is: 'elapsed', note: NOTE_START, ns: options.secs * 1e9 }, to: after },
      { op: 'raise', flag: STOP_FLAG },
    );
  }
  code.add({ op: 'loop', counter: LOOP_COUNTER, to: top, times: bench.loops });
  leave.to = code.ops.length;
  // free_data comes with exit: who looks at a process that is about to end sees what it had.
  return { ...code.add({ op: 'exit' }).build('thread'), counters: 1, notes: NOTES };
}

function underLock(code: CodeBuilder, body: () => void): void {
  code.add({ op: 'lock', mutex: PROCESS_LOCK });
  body();
  code.add({ op: 'unlock', mutex: PROCESS_LOCK });
}

/** Going through a region once. @param start where from, as a fraction: threads begin at places of their own */
function addWork(bench: Bench, code: CodeBuilder, region: number, bytes: number, start: number): void {
  if (bytes === 0) return;
  const { zeroMemset, randWalk, writes } = bench.options;
  const access = (from: number, to: number, pattern: Access['pattern']): Access => ({
    region,
    from,
    to,
    pattern,
    write: zeroMemset || writes,
    weight: 1,
    strideBytes: 0,
    touchBytes: pattern === 'random' ? WALK_BYTES : 0,
    thinkNs: 0,
  });
  const add = (one: Access, moved: number): void => {
    if (moved > 0) code.add({ op: 'access', accesses: [one], bytes: moved });
  };
  if (randWalk) {
    add(access(0, bytes, 'random'), Math.floor(bytes / WALK_BYTES) * WALK_BYTES);
    return;
  }
  const from = zeroMemset ? 0 : Math.floor((bytes * start) / 8) * 8;
  add(access(from, bytes, 'sequential'), bytes - from);
  if (from > 0) add(access(0, from, 'sequential'), from);
}

/** Every so many seconds thread 0/0 moves to the other end of the machine, and is free again at once. */
function addPerturbation(bench: Bench, code: CodeBuilder, cpus: CpuId[] | null): void {
  const { machine, options } = bench;
  const half = machine.cpus.length / 2;
  const at = code.ops.length;
  code.add(
    {
      op: 'unless',
      condition: { is: 'elapsed', note: NOTE_PERTURBED, ns: options.perturbSecs * 1e9 },
      to: at + 7,
    },
    { op: 'note', note: NOTE_PERTURBED },
    {
      op: 'unless',
      condition: { is: 'on', cpus: machine.cpus.map((_, id) => id).filter((id) => id < half) },
      to: at + 5,
    },
    { op: 'sched_setaffinity', cpus: [machine.cpus.length - 1] },
    { op: 'unless', condition: { is: 'on', cpus: [] }, to: at + 6 },
    { op: 'sched_setaffinity', cpus: [0] },
    { op: 'sched_setaffinity', cpus },
  );
}

/** Once a second the last task looks whether every process is on one node, and stops all if so. */
function addLook(code: CodeBuilder): void {
  const after = code.ops.length + 4;
  code.add(
    { op: 'unless', condition: { is: 'elapsed', note: NOTE_LOOK, ns: 1e9 }, to: after },
    { op: 'note', note: NOTE_LOOK },
    { op: 'unless', condition: { is: 'gathered', note: NOTE_LOOP }, to: after },
    { op: 'raise', flag: STOP_FLAG },
  );
}

/** -C and -M: one entry a task, the rest is unbound. */
function bindingsOf(machine: Machine, options: PerfBenchOptions): Binding[] {
  const tasks = options.processes * options.threads;
  const bindings = Array.from({ length: tasks }, (): Binding => ({ cpus: null, node: null }));
  const byOsId = new Map(machine.cpus.map((cpu, id) => [cpu.osId, id]));
  const lastCpu = Math.max(...byOsId.keys());
  expand('-C', options.cpus).forEach(({ value, length }, task) => {
    if (task >= tasks) return;
    if (value > lastCpu) notApplicable(`system has only ${lastCpu + 1} CPUs`);
    const wanted = Array.from({ length }, (_, i) => byOsId.get(value + i)).filter((id) => id !== undefined);
    if (wanted.length === 0) notApplicable(`CPU ${value} is offline`);
    bindings[task].cpus = wanted;
  });
  const lastNode = Math.max(...machine.nodes.map((node) => node.osId));
  for (const [task, { value }] of expand('-M', options.memnodes).entries()) {
    if (task >= tasks) break;
    if (value > lastNode) notApplicable(`system has only ${lastNode + 1} nodes`);
    const node = machine.nodes.findIndex((candidate) => candidate.osId === value);
    // perf stops binding at the first node that has no CPUs.
    if (node < 0 || !nodesWithCpus(machine).includes(node)) break;
    if (usableMib(machine, node) === 0) notApplicable(`${nodeName(machine, node)} has no memory`);
    bindings[task].node = node;
  }
  return bindings;
}

function notApplicable(why: string): never {
  throw new WorkloadError('workload', `perf-bench: Test not applicable, ${why}`);
}

/** Lists like `0,2`, `0-6#2` (every second), `8_4` (the next 4 allowed), `0x8` (eight times). */
function expand(name: string, list: string): { value: number; length: number }[] {
  if (list === '') return [];
  return list.split(',').flatMap((token) => {
    const match = /^(\d+)(?:_(\d+))?(?:-(\d+))?(?:_(\d+))?(?:#(\d+))?(?:x(\d+))?$/.exec(token);
    const [from, length, to, step, times] =
      match === null
        ? [0, 1, -1, 1, 1]
        : [match[1], match[2] ?? match[4] ?? 1, match[3] ?? match[1], match[5] ?? 1, match[6] ?? 1].map(
            Number,
          );
    if (to < from || length < 1 || step < 1 || times < 1 || to - from > 65536 || times > 65536)
      throw new WorkloadError(
        'workload',
        `perf-bench: ${name}: expected a list like 0,2-6#2,0x2, got "${token}"`,
      );
    const entries: { value: number; length: number }[] = [];
    for (let value = from; value <= to; value += step)
      for (let i = 0; i < times; i++) entries.push({ value, length });
    return entries;
  });
}

/** Refuse a machine on which the memory does not fit, or does not fit where it is bound. */
function checkMemory(bench: Bench): void {
  const { machine, options, bytes, bindings } = bench;
  const sizeOf = (size: number): number => (size > 0 ? (size + HUGE_BYTES) / MIB : 0);
  const each = sizeOf(bytes.process) + options.threads * sizeOf(bytes.thread);
  const all = sizeOf(bytes.global) + options.processes * each;
  const everywhere = machine.nodes.map((_, id) => id);
  checkFits(machine, everywhere, all, 'workload');
  if (options.initCpu0 && (options.initZero || options.initRandom)) {
    checkFits(machine, [firstNode(machine)], all, 'workload');
    return;
  }
  const onNode = new Map<NodeId, number>();
  bindings.forEach(({ node }, task) => {
    if (node === null) return;
    const mib = sizeOf(bytes.thread) + (task % options.threads === 0 ? sizeOf(bytes.process) : 0);
    onNode.set(node, (onNode.get(node) ?? 0) + mib);
  });
  for (const [node, mib] of onNode) checkFits(machine, [node], mib, 'workload');
}

interface Family {
  name: string;
  label: string;
  title: string;
  question: string;
  expected: string;
  /** Options before parameters; `given` are those that were given, unchecked. */
  base: (machine: Machine, given: Record<string, number>) => PerfBenchOptions;
  parameters: Workload['parameters'];
}

function perfBenchWorkload(family: Family): Workload {
  const { label, base, ...rest } = family;
  const info = { ...rest, variants: ['default'] as const };
  const perfBench: Workload['perfBench'] = (machine, parameters) => ({
    label,
    options: withParameters(base(machine, parameters), parameters),
  });
  return {
    ...info,
    perfBench,
    build: (machine, options) => {
      checkVariant(info, options.variant);
      const test: PerfBenchTest = perfBench(machine, options.parameters);
      return compilePerfBench(machine, test.options, info.title);
    },
  };
}

const QUESTION = 'How long until every process has all its threads on one node, and how fast are they then?';
const EXPECTED =
  'All memory begins on one node. Where a process fits a node it gathers there, if slowly with random accesses to shared memory.';

/** The entry of the catalogue: a process for each node, unless the parameters say otherwise. */
export const perfBenchEntry: Workload = {
  ...perfBenchWorkload({
    name: 'perf-bench',
    label: 'main',
    title: 'perf bench numa mem: processes that should gather on a node each',
    question: QUESTION,
    expected: EXPECTED,
    base: oneProcessANode,
    parameters: perfBenchParameters(
      { ...PERF_DEFAULTS, ...parsePerfBench('-P 512 -s 100 -zZ0qcm --thp 1') },
      { processes: 'nodes with CPUs, at least 2', threads: 'CPUs / processes' },
    ),
  }),
  suite: PERF_BENCH_SUITE,
};

function oneProcessANode(machine: Machine, given: Record<string, number>): PerfBenchOptions {
  const processes = Math.max(2, nodesWithCpus(machine).length);
  const threads = Math.max(1, Math.floor(machine.cpus.length / Math.max(1, given.nr_proc ?? processes)));
  return parsePerfBench(`-p ${processes} -t ${threads} -P 512 -s 100 -zZ0qcm --thp 1`);
}

/**
 * perf bench by what is asked of it: `perf-bench:4x8-convergence` for a test of the suite, `perf-bench -p 2 -t 3 ...` (or `perf bench
 * numa mem -p 2 ...`) for options of one's own.
 * @returns null when the name is not of this family
 * @throws WorkloadError naming what is wrong with the rest
 */
export function perfBenchByName(given: string): Workload | null {
  const name = given.trim();
  const ofSuite = /^perf-bench:(.*)$/s.exec(name);
  if (ofSuite !== null) {
    const test = ofSuite[1].trim();
    const line = suiteOptions(test);
    if (line === undefined) {
      throw new WorkloadError(
        'workload',
        `perf-bench: there is no test "${test}" in the suite${suggestion(test, PERF_BENCH_SUITE)}`,
      );
    }
    const options = parsePerfBench(line);
    return perfBenchWorkload({
      name,
      label: test,
      title: `perf bench numa mem ${line}`,
      question: QUESTION,
      expected: EXPECTED,
      base: () => options,
      parameters: perfBenchParameters(options),
    });
  }
  const ofOptions = /^(?:perf-bench|perf\s+bench\s+numa)(?:\s+mem)?(?:\s+(.*))?$/s.exec(name);
  if (ofOptions === null) return null;
  if (ofOptions[1] === undefined) return perfBenchEntry;
  const options = parsePerfBench(ofOptions[1]);
  return perfBenchWorkload({
    name,
    label: 'main',
    title: `perf bench numa mem ${ofOptions[1].trim()}`,
    question: QUESTION,
    expected: EXPECTED,
    base: () => options,
    parameters: perfBenchParameters(options),
  });
}
