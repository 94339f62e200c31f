/** The thread codes of one process of a workload file. */
import type { Access, ThreadCode } from '../kernel/program/program.ts';
import { CodeBuilder, mapStack } from './code.ts';
import { amount, isByThread, mempolicyOf, nodeChoices, nodesOf, wholeAmount } from './context.ts';
import type { Context, Which } from './context.ts';
import { suggestion, WorkloadError } from './error.ts';
import { cpusOf } from './machine-facts.ts';
import type { PlannedProcess, PlannedRegion } from './plan.ts';
import type { AccessFile, Bind, PhaseFile } from './schema.ts';

const MIB = 1024 * 1024;

/** What compiling one process needs to know of all of them. */
export interface CompiledSet {
  context: Context;
  plans: PlannedProcess[];
  /** First image of each process, by its name. */
  imageOf: Map<string, number>;
  /** Bytes that stand for one of a phase's "seconds". */
  bytesPerSecond: number;
}

/** One process under construction. */
interface Build {
  set: CompiledSet;
  plan: PlannedProcess;
  /** threads[0] is main; equal codes are shared. */
  codes: ThreadCode[];
  numberOf: Map<string, number>;
}

/**
 * Thread codes of a process. With one thread main does everything; with more it creates them and waits.
 * @param instance which of `count` processes, for bindings that differ between them
 */
export function compileProcess(set: CompiledSet, plan: PlannedProcess, instance: number): ThreadCode[] {
  const build: Build = { set, plan, codes: [], numberOf: new Map() };
  const which = (thread: number): Which => ({ instance, count: plan.count, thread, threads: plan.threads });
  const main = new CodeBuilder();
  build.codes.push(main.build('main'));

  if (plan.threads === 1) {
    addBind(build, main, which(0), () => true);
    addMappings(build, main, which(0));
    addThreadBody(build, main, which(0));
  } else {
    addBind(build, main, which(0), (set) => !isByThread(set));
    addMappings(build, main, which(0));
    for (let thread = 0; thread < plan.threads; thread++) {
      const worker = new CodeBuilder();
      addBind(build, worker, which(thread), isByThread);
      addThreadBody(build, worker, which(thread));
      main.add({ op: 'clone', thread: addCode(build, worker.add({ op: 'exit' }).build('worker')) });
    }
    main.add({ op: 'join' });
  }
  main.add({ op: 'wait' }, { op: 'exit' });
  build.codes[0] = main.build('main');
  return build.codes;
}

function addCode(build: Build, code: ThreadCode): number {
  const key = JSON.stringify(code);
  let number = build.numberOf.get(key);
  if (number === undefined) {
    number = build.codes.push(code) - 1;
    build.numberOf.set(key, number);
  }
  return number;
}

/** sched_setaffinity and set_mempolicy for the parts of the binding that `applies` picks. */
function addBind(
  build: Build,
  code: CodeBuilder,
  which: Which,
  applies: (set: Bind['cpus_of_nodes']) => boolean,
): void {
  const { context } = build.set;
  const { bind, bindField } = build.plan;
  if (bind?.cpus_of_nodes !== undefined && applies(bind.cpus_of_nodes)) {
    const field = `${bindField}.cpus_of_nodes`;
    const cpus = cpusOf(context.machine, nodesOf(context, bind.cpus_of_nodes, which, field));
    if (cpus.length === 0) throw new WorkloadError(field, 'none of these nodes has CPUs');
    code.add({ op: 'sched_setaffinity', cpus });
  }
  if (bind?.memory !== undefined && applies(bind.memory.nodes)) {
    code.add({
      op: 'set_mempolicy',
      policy: mempolicyOf(context, bind.memory, which, `${bindField}.memory`),
    });
  }
}

/** mmap of everything, the stack last, then what main touches first. */
function addMappings(build: Build, main: CodeBuilder, which: Which): void {
  const { plan } = build;
  for (const region of plan.regions) addMmap(build, main, region, which, 'mmap');
  mapStack(main, plan.kernelRegions.length);
  for (const region of plan.regions) {
    if (region.file.first_touch.by !== 'main') continue;
    touching(build, main, region, () => {
      for (let i = 0; i < copies(plan, region); i++) main.bzero(region.first + i, 0, region.bytes);
    });
  }
}

function copies(plan: PlannedProcess, region: PlannedRegion): number {
  return region.file.per_thread ? plan.threads : 1;
}

function addMmap(
  build: Build,
  code: CodeBuilder,
  region: PlannedRegion,
  which: Which,
  how: 'mmap' | 'own mmap',
): void {
  const { policy } = region.file;
  const field = `${region.field}.policy`;
  if (policy !== undefined && isByThread(policy.nodes) && !region.file.per_thread) {
    throw new WorkloadError(`${field}.nodes`, 'by_thread needs "per_thread": true');
  }
  for (let i = 0; i < copies(build.plan, region); i++) {
    if (how === 'own mmap' && region.file.per_thread && i !== which.thread) continue;
    const resolved =
      policy === undefined ? null : mempolicyOf(build.set.context, policy, { ...which, thread: i }, field);
    code.add({ op: 'mmap', region: region.first + i, policy: resolved });
  }
}

/** `body` under the first touch's MPOL_BIND, unless the process or the region is bound anyway. */
function touching(build: Build, code: CodeBuilder, region: PlannedRegion, body: () => void): void {
  const { on } = region.file.first_touch;
  if (on === undefined || build.plan.bind?.memory !== undefined || region.file.policy !== undefined)
    return body();
  const [node] = nodeChoices(build.set.context, on, `${region.field}.first_touch.on`);
  code.underMempolicy({ mode: 'bind', nodes: [node] }, body);
}

/** First touches by threads, then the phases. */
function addThreadBody(build: Build, code: CodeBuilder, which: Which): void {
  const { plan, set } = build;
  for (const region of plan.regions) {
    const { by } = region.file.first_touch;
    if (by !== 'own' && by !== 'all') continue;
    touching(build, code, region, () => {
      if (by === 'own') {
        const range = rangeOf(plan, region, 'own', which.thread, `${region.field}.first_touch`);
        code.bzero(range.region, range.from, range.to);
      } else {
        for (let i = 0; i < copies(plan, region); i++) code.bzero(region.first + i, 0, region.bytes);
      }
    });
  }
  const repeat = wholeAmount(set.context, plan.file.repeat, `${plan.field}.repeat`, 1, 1_000_000_000);
  code.repeat(repeat, () => {
    plan.file.phases.forEach((phase, id) => addPhase(build, code, phase, id, which));
  });
}

function addPhase(build: Build, code: CodeBuilder, phase: PhaseFile, id: number, which: Which): void {
  const { plan, set } = build;
  const field = `${plan.field}.phases[${id}]`;
  const whole = (value: PhaseFile['compute_ms'] & {}, key: string): number =>
    amount(set.context, value, `${field}.${key}`);
  const kinds = (['accesses', 'compute_ms', 'sleep_ms', 'renew', 'spawn'] as const).filter(
    (kind) => phase[kind] !== undefined,
  );
  if (kinds.length !== 1) {
    throw new WorkloadError(
      field,
      'expected exactly one of "accesses", "compute_ms", "sleep_ms", "renew", "spawn"',
    );
  }
  const amounts = (['passes', 'mib', 'seconds'] as const).filter((key) => phase[key] !== undefined);
  if (amounts.length > (kinds[0] === 'accesses' ? 1 : 0)) {
    throw new WorkloadError(
      `${field}.${amounts.at(-1)}`,
      'only "accesses" take one of "passes", "mib" and "seconds"',
    );
  }
  const [first, last] = threadRange(build, phase, field);
  if (which.thread < first || which.thread > last) return;

  if (phase.accesses !== undefined) addAccesses(build, code, phase, field, which);
  if (phase.compute_ms !== undefined)
    code.add({ op: 'compute', ns: Math.round(whole(phase.compute_ms, 'compute_ms') * 1e6) });
  if (phase.sleep_ms !== undefined)
    code.add({ op: 'sleep', ns: Math.round(whole(phase.sleep_ms, 'sleep_ms') * 1e6) });
  if (phase.renew !== undefined) {
    const region = regionNamed(plan, phase.renew, `${field}.renew`);
    // One mapping for all is renewed by the first thread, each thread's own by itself.
    if (region.file.per_thread || which.thread === first) {
      code.add({ op: 'munmap', region: region.first + (region.file.per_thread ? which.thread : 0) });
      addMmap(build, code, region, which, 'own mmap');
    }
  }
  if (phase.spawn !== undefined && which.thread === first)
    addSpawn(build, code, phase.spawn, `${field}.spawn`);
  if (phase.barrier && last > first) code.add({ op: 'barrier', id, parties: last - first + 1 });
}

function threadRange(build: Build, phase: PhaseFile, field: string): [number, number] {
  const most = build.plan.threads - 1;
  if (phase.threads === 'all') return [0, most];
  const [from, to] = phase.threads.map((quantity, i) =>
    wholeAmount(build.set.context, quantity, `${field}.threads[${i}]`, 0, most),
  );
  if (to < from)
    throw new WorkloadError(`${field}.threads`, `expected first and last thread, got [${from}, ${to}]`);
  return [from, to];
}

function addAccesses(build: Build, code: CodeBuilder, phase: PhaseFile, field: string, which: Which): void {
  const { plan, set } = build;
  const accesses: Access[] = [];
  const passBytes: number[] = [];
  phase.accesses!.forEach((file, i) => {
    if (file.weight === 0) return;
    const at = `${field}.accesses[${i}]`;
    const region = regionNamed(plan, file.region, `${at}.region`);
    const access = accessOf(
      build,
      file,
      { ...rangeOf(plan, region, file.slice, which.thread, `${at}.slice`) },
      at,
    );
    accesses.push(access);
    passBytes.push(bytesOfPass(access));
  });
  if (accesses.length === 0)
    throw new WorkloadError(`${field}.accesses`, 'expected at least one access with a weight above 0');

  let bytes: number;
  if (phase.mib !== undefined) bytes = amount(set.context, phase.mib, `${field}.mib`) * MIB;
  else if (phase.seconds !== undefined)
    bytes = amount(set.context, phase.seconds, `${field}.seconds`) * set.bytesPerSecond;
  else {
    // A pass is a pass over the first access; the others get their share beside it.
    const weights = accesses.reduce((sum, access) => sum + access.weight, 0);
    bytes =
      (amount(set.context, phase.passes ?? 1, `${field}.passes`) * passBytes[0] * weights) /
      accesses[0].weight;
  }
  bytes = Math.round(bytes);
  if (bytes > Number.MAX_SAFE_INTEGER)
    throw new WorkloadError(field, 'more bytes than a run could ever move');
  if (bytes > 0) code.add({ op: 'access', accesses, bytes });
}

function accessOf(build: Build, file: AccessFile, range: Range, field: string): Access {
  const thinkNs = Math.round(amount(build.set.context, file.think_ns, `${field}.think_ns`));
  const { pattern, write, weight, stride_bytes: strideBytes, touch_bytes: touchBytes } = file;
  if (pattern === 'strided' && strideBytes < touchBytes) {
    throw new WorkloadError(`${field}.stride_bytes`, `is smaller than touch_bytes (${touchBytes})`);
  }
  return { ...range, pattern, write, weight, strideBytes, touchBytes, thinkNs };
}

function bytesOfPass(access: Access): number {
  const length = access.to - access.from;
  if (access.pattern !== 'strided') return length;
  return Math.ceil(length / access.strideBytes) * Math.min(access.touchBytes, length);
}

interface Range {
  region: number;
  from: number;
  to: number;
}

/** Bytes of a region that a slice means for a thread; slices are cut as numa02 cuts them, without rounding to pages. */
function rangeOf(
  plan: PlannedProcess,
  region: PlannedRegion,
  slice: AccessFile['slice'],
  thread: number,
  field: string,
): Range {
  const { threads } = plan;
  const { bytes } = region;
  let owner = thread;
  if (slice === 'next') owner = (thread + 1) % threads;
  if (slice === 'opposite') owner = (thread + Math.floor(threads / 2)) % threads;
  const mine = region.first + (region.file.per_thread ? owner : 0);
  if (Array.isArray(slice)) {
    const from = Math.floor(slice[0] * bytes);
    const to = Math.floor(slice[1] * bytes);
    if (slice[1] > 1 || to <= from) {
      throw new WorkloadError(
        field,
        `expected two rising fractions from 0 to 1, got [${slice[0]}, ${slice[1]}]`,
      );
    }
    return { region: mine, from, to };
  }
  if (slice === 'whole' || region.file.per_thread) return { region: mine, from: 0, to: bytes };
  const size = Math.floor(bytes / threads);
  if (size === 0) throw new WorkloadError(field, `${bytes} bytes cannot be cut into ${threads} slices`);
  return { region: mine, from: owner * size, to: (owner + 1) * size };
}

function regionNamed(plan: PlannedProcess, name: string, field: string): PlannedRegion {
  const region = plan.regions.find((candidate) => candidate.file.name === name);
  if (region !== undefined) return region;
  const names = plan.regions.map((candidate) => candidate.file.name);
  throw new WorkloadError(
    field,
    `process "${plan.file.name}" has no region "${name}"${suggestion(name, names)}`,
  );
}

/** make -j: `jobs` children side by side, each of which runs the process `runs` times, one after another. */
function addSpawn(build: Build, code: CodeBuilder, spawn: PhaseFile['spawn'] & {}, field: string): void {
  const { context, plans, imageOf } = build.set;
  const child = plans.find((plan) => plan.file.name === spawn.process);
  if (child === undefined || child.file.start !== 'spawned') {
    const names = plans.filter((plan) => plan.file.start === 'spawned').map((plan) => plan.file.name);
    throw new WorkloadError(
      `${field}.process`,
      `there is no process "${spawn.process}" with "start": "spawned"${suggestion(spawn.process, names)}`,
    );
  }
  const jobs = wholeAmount(context, spawn.jobs, `${field}.jobs`, 1, 4096);
  const runs = wholeAmount(context, spawn.runs, `${field}.runs`, 1, 1_000_000);
  const image = imageOf.get(spawn.process)!;
  const exec = addCode(build, new CodeBuilder().add({ op: 'exec', image }).build('exec'));
  const job = new CodeBuilder();
  job.repeat(runs, () => job.add({ op: 'fork', thread: exec }, { op: 'wait' })).add({ op: 'exit' });
  const jobNumber = addCode(build, job.build('job'));
  for (let i = 0; i < jobs; i++) code.add({ op: 'fork', thread: jobNumber });
  code.add({ op: 'wait' });
}
