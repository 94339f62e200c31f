/** Questions about a kernel that several files and commands answer with the same figures. */
import { formatList } from '../kernel/machine/cpulist.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import type { AddressSpace } from '../kernel/mm/state.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_PAGE_CACHE,
  NUMASTAT_ITEMS,
} from '../kernel/mm/state.ts';
import type { Process, Task } from '../kernel/sched/task.ts';
import { TASK_DEAD, TASK_SLEEPING } from '../kernel/sched/task.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';

export const PAGE_KB = 4;

/** Release of the simulated kernel. */
export function release(k: Kernel): string {
  return k.policyName === 'autonuma' ? `3.3.0-autonuma-${k.autonuma.version.name}` : '3.3.0';
}

/** What the boot loader passed on. */
export function bootCommandLine(k: Kernel): string {
  return k.noautonuma ? 'noautonuma' : '';
}

/** Places of the nodes in the order of their numbers. */
export function nodesByNumber(k: Kernel): number[] {
  return k.machine.nodes.map((_, n) => n).sort((a, b) => k.machine.nodes[a].osId - k.machine.nodes[b].osId);
}

/** Numbers of the nodes that satisfy a condition, ascending. */
export function nodeNumbers(k: Kernel, when: (node: number) => boolean = () => true): number[] {
  return nodesByNumber(k)
    .filter(when)
    .map((n) => k.machine.nodes[n].osId);
}

export function nodeList(k: Kernel, when?: (node: number) => boolean): string {
  return formatList(nodeNumbers(k, when));
}

export const hasMemory = (k: Kernel) => (node: number) => k.memory.frames.nodeFrames[node] > 0;
export const hasCpus = (k: Kernel) => (node: number) => k.machine.nodes[node].cpus.length > 0;

/** Numbers of the CPUs of a node, or of the machine, ascending. */
export function cpuNumbers(k: Kernel, node = -1): number[] {
  return k.machine.cpus.filter((cpu) => node < 0 || cpu.node === node).map((cpu) => cpu.osId);
}

/** Pages of a node by what they hold. */
export interface NodePages {
  total: number;
  free: number;
  /** Page cache, mapped by somebody or not. */
  file: number;
  mapped: number;
  anonymous: number;
  /** Of the mapped ones, shared memory. */
  shared: number;
  /** Of the anonymous ones, in huge pages. */
  huge: number;
}

export function nodePages(k: Kernel, node: number): NodePages {
  const { nodeKind, nodeFrames } = k.memory.frames;
  const of = (kind: number): number => nodeKind[node * FRAME_KINDS + kind];
  return {
    total: nodeFrames[node],
    free: of(FRAME_FREE),
    file: of(FRAME_PAGE_CACHE) + of(FRAME_FILE),
    mapped: of(FRAME_FILE),
    anonymous: of(FRAME_ANONYMOUS),
    shared: sharedPages(k, node),
    huge: hugePages(k, node),
  };
}

/** Pages of shared memory objects on a node. */
function sharedPages(k: Kernel, node: number): number {
  let pages = 0;
  for (const object of k.memory.objects) {
    if (object.backing !== 'shared') continue;
    for (const frame of object.frames)
      if (frame !== 0xffffffff && k.memory.frames.node[frame >>> 9] === node) pages++;
  }
  return pages;
}

/** Base pages of a node that are mapped by huge pmds. */
function hugePages(k: Kernel, node: number): number {
  const t = k.memory.tables;
  let pages = 0;
  for (let slot = 0; slot < t.count; slot++) {
    if (t.mm[slot] >= 0 && t.huge[slot] !== 0 && k.memory.frames.node[t.block[slot]] === node) pages += 512;
  }
  return pages;
}

/** The counters of /sys/devices/system/node/nodeN/numastat. */
export function numastatOf(k: Kernel, node: number): [string, number][] {
  const { length } = NUMASTAT_ITEMS;
  return NUMASTAT_ITEMS.map((item, i) => [item, k.memory.numastat[node * length + i]]);
}

/** Page frames of the machine. */
export function totalPages(k: Kernel): number {
  return k.memory.frames.nodeFrames.reduce((sum, frames) => sum + frames, 0);
}

export function megabytes(pages: number): number {
  return Math.floor(pages / PAGES_PER_MIB);
}

/** A thread group: a process, or a kernel thread, which is one by itself. */
export interface ThreadGroup {
  pid: number;
  name: string;
  /** Living threads; the main thread first, even when it has exited before the others. */
  threads: Task[];
  /** null for a kernel thread. */
  process: Process | null;
  parentPid: number;
}

/** Everything that lives, by ascending pid. */
export function threadGroups(k: Kernel): ThreadGroup[] {
  const groups: ThreadGroup[] = [];
  for (const process of k.processes) {
    if (process.exitedNs >= 0) continue;
    const threads = process.threads
      .map((id) => k.tasks[id])
      .filter((task, i) => i === 0 || task.state !== TASK_DEAD);
    if (threads.length === 0) continue;
    // Who is started by nobody is started from a shell that is not part of the model: init stands for it.
    const parentPid = process.parent >= 0 ? k.processes[process.parent].pid : 1;
    groups.push({ pid: process.pid, name: process.name, threads, process, parentPid });
  }
  for (const task of k.tasks) {
    if (task.process >= 0 || task.state === TASK_DEAD) continue;
    // kthreadd is 2.
    groups.push({
      pid: task.pid,
      name: kernelThreadName(k, task),
      threads: [task],
      process: null,
      parentPid: 2,
    });
  }
  return groups.sort((a, b) => a.pid - b.pid);
}

/** knuma_migrated0: the daemon's name with the number of its node. */
export function kernelThreadName(k: Kernel, task: Task): string {
  if (task.daemonNode < 0) return task.daemon || task.name;
  return `${task.daemon}${k.machine.nodes[task.daemonNode].osId}`;
}

/** The living thread group that a pid belongs to: of its leader or of any of its threads. */
export function groupOf(k: Kernel, pid: number): ThreadGroup | undefined {
  return threadGroups(k).find((group) => group.pid === pid || group.threads.some((task) => task.pid === pid));
}

/** The name a thread goes by: TASK_COMM_LEN cuts it at 15 characters. */
export function commOf(group: ThreadGroup): string {
  return group.name.slice(0, 15);
}

export function mmOf(k: Kernel, group: ThreadGroup): AddressSpace | null {
  return group.process === null ? null : (k.mms[group.process.mm] ?? null);
}

/** R or S: what ps and /proc say a task does. */
export function stateLetter(task: Task): 'R' | 'S' | 'Z' {
  if (task.state === TASK_DEAD) return 'Z';
  return task.state === TASK_SLEEPING ? 'S' : 'R';
}

/** Bytes of address space. */
export function virtualBytes(mm: AddressSpace | null): number {
  return mm === null ? 0 : mm.vmas.reduce((sum, vma) => sum + (vma.dead ? 0 : vma.bytes), 0);
}

/** CPU time of tasks in seconds. */
export function cpuSeconds(tasks: readonly Task[], which: 'user' | 'system' | 'both' = 'both'): number {
  let ns = 0;
  for (const task of tasks) {
    if (which !== 'system') ns += task.userNs;
    if (which !== 'user') ns += task.systemNs;
  }
  return ns / 1e9;
}
