/** Small machines and small programs, and the questions tests ask about them. */
import { checkInvariants } from './invariants.ts';
import { bootKernel, type BootOptions, type Kernel, tick } from './kernel.ts';
import { buildMachine } from './machine/build.ts';
import type { Machine } from './machine/machine.ts';
import { pageOf } from './mm/frames.ts';
import { entryOf } from './mm/page-tables.ts';
import { lruAddDrain } from './mm/pagevec.ts';
import {
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  PTE_NUMA,
  type Vma,
} from './mm/state.ts';
import { lastNid } from './balancing/autonuma/fault.ts';
import { migrateNid } from './balancing/autonuma/queues.ts';
import type { Access, Mempolicy, Op, ProgramImage, ProgramSet, Region } from './program/program.ts';
import { type Task, TASK_DEAD, TASK_SLEEPING } from './sched/task.ts';
import { writeSysfs } from './sysfs/sysfs.ts';
import { NS_PER_MS, PAGE_BYTES, PAGES_PER_BLOCK, type SlotId } from './units.ts';

export const MIB = 1024 * 1024;

export interface NodeSketch {
  cpus: number;
  mb: number;
  reservedMb?: number;
}

/** Nodes of one-thread cores, numbered node by node; 21 between any two nodes. */
export function machineOf(nodes: NodeSketch[]): Machine {
  let next = 0;
  return buildMachine({
    name: 'test',
    nodes: nodes.map((node) => ({
      cpus: Array.from({ length: node.cpus }, () => next++),
      memory_mb: node.mb,
      reserved_mb: node.mb === 0 ? 0 : (node.reservedMb ?? 2),
    })),
    distances: nodes.map((_, a) => nodes.map((_, b) => (a === b ? 10 : 21))),
  });
}

/** Two nodes of two CPUs and 64 MiB. */
export function twoNodes(cpus = 2, mb = 64): Machine {
  return machineOf([
    { cpus, mb },
    { cpus, mb },
  ]);
}

export function anonymous(mib: number, misalignment = 0): Region {
  return { name: 'heap', bytes: mib * MIB, backing: 'anonymous', key: '', misalignment };
}

export function file(mib: number, key = 'libc'): Region {
  return { name: key, bytes: mib * MIB, backing: 'private-file', key, misalignment: 0 };
}

export function shared(mib: number, key = 'shm'): Region {
  return { name: key, bytes: mib * MIB, backing: 'shared', key, misalignment: 0 };
}

/** Go through a whole region once, or through pages [from, to) of it. */
export function sweep(region: number, pages: number, from = 0, write = true): Op {
  return access(
    { region, from: from * PAGE_BYTES, to: (from + pages) * PAGE_BYTES, write },
    pages * PAGE_BYTES,
  );
}

/** One access op with defaults for what is left out. */
export function access(a: Partial<Access> & { region: number; to: number }, bytes: number): Op {
  const full: Access = {
    from: 0,
    pattern: 'sequential',
    write: true,
    weight: 1,
    strideBytes: 0,
    touchBytes: 64,
    thinkNs: 0,
    ...a,
  };
  return { op: 'access', accesses: [full], bytes };
}

export function onCpus(...cpus: number[]): Op {
  return { op: 'sched_setaffinity', cpus };
}

export function sleepMs(ms: number): Op {
  return { op: 'sleep', ns: ms * NS_PER_MS };
}

export function mmap(region: number, policy: Mempolicy | null = null): Op {
  return { op: 'mmap', region, policy };
}

/** An endless sleep, in effect. */
export const FOREVER: Op = { op: 'sleep', ns: 1e15 };

/** An image whose thread 0 is main. */
export function image(regions: Region[], ...threads: Op[][]): ProgramImage {
  const counters = (ops: Op[]): number =>
    ops.reduce((n, op) => (op.op === 'loop' ? Math.max(n, op.counter + 1) : n), 0);
  return {
    name: 'test',
    regions,
    threads: threads.map((ops, i) => ({ name: `t${i}`, ops, counters: counters(ops) })),
  };
}

export function programs(...images: ProgramImage[]): ProgramSet {
  return { title: 'test', images, start: images.map((_, i) => ({ image: i, atNs: 0 })) };
}

/** Boot; the scanner stays out of the way until `scanSoon` unless AutoNUMA's own timing is under test. */
export function boot(machine: Machine, set: ProgramSet, options: Partial<BootOptions> = {}): Kernel {
  return bootKernel({
    machine,
    programs: set,
    policy: 'autonuma',
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 1,
    ...options,
  });
}

/** Run so many ticks; everything must hold after each `every`-th. */
export function run(k: Kernel, ticks: number, every = 0): void {
  for (let i = 1; i <= ticks; i++) {
    tick(k);
    if (every > 0 && i % every === 0) expectSound(k);
  }
}

/** Run until something is so; fails when it never is. */
export function runUntil(k: Kernel, done: () => boolean, most = 20_000): void {
  for (let i = 0; i < most; i++) {
    if (done()) return;
    tick(k);
  }
  throw new Error(`not so after ${most} ticks`);
}

export function expectSound(k: Kernel): void {
  const violations = checkInvariants(k);
  if (violations.length > 0) throw new Error(violations.slice(0, 8).join('\n'));
}

/** Write a knob; the write must succeed. */
export function set(k: Kernel, path: string, value: number | string): void {
  const full = path.startsWith('transparent') || path.startsWith('autonuma_lab') ? path : `autonuma/${path}`;
  const result = writeSysfs(k, full, String(value));
  if (!result.ok) throw new Error(result.error);
}

/** Move the timer of a sleeping task. */
export function setAlarm(k: Kernel, task: Task, atNs: number): void {
  task.wakeAtNs = atNs;
  k.nextTimerNs = Math.min(k.nextTimerNs, atNs);
}

/** Put knuma_scand off (a pass far away) so that a test decides when it scans. */
export function holdScanner(k: Kernel): void {
  k.tasks[k.autonuma.scanner.task].wakeAtNs = Infinity;
}

/** Let a held scanner begin a pass with the next tick. */
export function scanSoon(k: Kernel): void {
  k.autonuma.scanner.phase = 'scan';
  setAlarm(k, k.tasks[k.autonuma.scanner.task], k.nowNs);
}

/** Run until the pass under way has ended, and hold the scanner in its gap. */
export function onePass(k: Kernel): void {
  const before = k.autonuma.scanner.fullScans;
  scanSoon(k);
  runUntil(k, () => k.autonuma.scanner.fullScans > before);
  holdScanner(k);
}

/** User tasks in order of birth. */
export function userTasks(k: Kernel): Task[] {
  return k.tasks.filter((task) => task.daemon === '');
}

export function vmaAt(k: Kernel, process = 0, region = 0): Vma {
  const mm = k.mms[k.processes[process].mm];
  return mm.vmas[mm.regions[region]];
}

/** What is known about one page of a mapping. */
export interface PageFacts {
  present: boolean;
  node: number;
  frame: number;
  lastNid: number;
  migrateNid: number;
  mapcount: number;
  marked: boolean;
}

export function pageFacts(k: Kernel, vma: Vma, page: number): PageFacts {
  const t = k.memory.tables;
  const at = Math.floor(vma.skew / PAGE_BYTES) + page;
  const slot: SlotId = vma.slots[Math.floor(at / PAGES_PER_BLOCK)];
  const i = at % PAGES_PER_BLOCK;
  const entry = entryOf(t, slot, i);
  if (entry === PTE_NONE) {
    return { present: false, node: -1, frame: -1, lastNid: -1, migrateNid: -1, mapcount: 0, marked: false };
  }
  const frame = entry & PTE_FRAME_MASK;
  const word = pageOf(k.memory.frames, frame);
  const marked = t.ptes[slot] === null ? t.markedPtes[slot] > 0 : (entry & PTE_NUMA) !== 0;
  return {
    present: true,
    node: k.memory.frames.node[frame >>> 9],
    frame,
    lastNid: lastNid(word),
    migrateNid: migrateNid(word),
    mapcount: (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT,
    marked: marked || t.markedPmd[slot] !== 0,
  };
}

/** Pages of a mapping on each node. */
export function nodePages(k: Kernel, process = 0, region = 0): number[] {
  return [...vmaAt(k, process, region).nodePages];
}

export function queued(k: Kernel, dst: number): number {
  return k.autonuma.daemons[dst].nrQueued;
}

/**
 * A program that does one list of ops after another, each when `step` says so: tests drive tasks by hand with it.
 * @param phases each ends in a long sleep
 */
export function phased(...phases: Op[][]): Op[] {
  return phases.flatMap((ops) => [...ops, FOREVER]);
}

/** Let a phased task do its next list of ops. */
export function step(k: Kernel, task: Task): void {
  runUntil(k, () => isResting(task));
  setAlarm(k, task, k.nowNs);
  runUntil(k, () => !isResting(task));
  runUntil(k, () => isResting(task));
}

/** Does a phased task wait for `step`? */
export function isResting(task: Task): boolean {
  return task.state === TASK_DEAD || (task.state === TASK_SLEEPING && task.wakeAtNs > 1e14);
}

/** Boot phased programs with the scanner held, and run until all have done their first list of ops. */
export function bootPhased(machine: Machine, set: ProgramSet, options: Partial<BootOptions> = {}): Kernel {
  const k = boot(machine, set, options);
  if (k.autonuma.possible) holdScanner(k);
  runUntil(k, () => {
    const tasks = userTasks(k);
    return tasks.length >= set.start.length && tasks.every(isResting);
  });
  drainPagevecs(k);
  return k;
}

/** lru_add_drain_all: every fresh page is on the LRU. */
export function drainPagevecs(k: Kernel): void {
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) lruAddDrain(k, cpu);
}
