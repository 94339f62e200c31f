/** What things are called, and numbers with their units: used by captions, step sentences, inspections and marks alike. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Process, Task } from '../kernel/sched/task.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';

const DAEMON_WITH_NODE = 'knuma_migrated';

/** Node n as the operating system numbers it. */
export function nodeName(k: Kernel, node: number): string {
  return node >= 0 && node < k.machine.nodes.length ? `node ${k.machine.nodes[node].osId}` : 'no node';
}

export function cpuName(k: Kernel, cpu: number): string {
  return `CPU ${k.machine.cpus[cpu]?.osId ?? cpu}`;
}

export function daemonName(k: Kernel, node: number): string {
  return `${DAEMON_WITH_NODE}${k.machine.nodes[node]?.osId ?? node}`;
}

/** A process by name; with its pid when another process has the same name. */
export function processName(k: Kernel, index: number): string {
  const process = k.processes[index];
  if (!process) return 'no process';
  return sharesName(k, process) ? `${process.name} (pid ${process.pid})` : process.name;
}

function sharesName(k: Kernel, process: Process): boolean {
  // Hundreds of processes of one name are a build: looking at the first few is enough to know.
  const few = Math.min(k.processes.length, 64);
  for (let i = 0; i < few; i++) {
    const other = k.processes[i];
    if (other !== process && other.name === process.name) return true;
  }
  return false;
}

/** A task: a kernel thread by its name, a thread by its number in its process. */
export function taskName(k: Kernel, task: Task | undefined): string {
  if (!task) return 'no task';
  if (task.daemon === DAEMON_WITH_NODE) return daemonName(k, task.daemonNode);
  if (task.process < 0) return task.daemon || task.name;
  const process = k.processes[task.process];
  if (process.threads.length === 1) return processName(k, task.process);
  return `thread ${task.threadIndex} of ${processName(k, task.process)}`;
}

/** The same at the start of a sentence. Names of programs and daemons stay as they are written. */
export function capital(text: string): string {
  return text.startsWith('thread ') ? `T${text.slice(1)}` : text;
}

/** Name of the mapping that a page-table slot belongs to. */
export function slotName(k: Kernel, slot: number): string {
  const tables = k.memory.tables;
  const mm = k.mms[tables.mm[slot]];
  return mm?.vmas[tables.vma[slot]]?.name ?? 'memory';
}

/** Process index of a page-table slot, -1 when it is free. */
export function slotProcess(k: Kernel, slot: number): number {
  const mm = k.memory.tables.mm[slot];
  return mm >= 0 && mm < k.mms.length ? k.mms[mm].process : -1;
}

/** Virtual address of a page of a slot, in hexadecimal. */
export function pageAddress(k: Kernel, slot: number, page: number): string {
  const tables = k.memory.tables;
  const vma = k.mms[tables.mm[slot]]?.vmas[tables.vma[slot]];
  if (!vma) return 'unmapped';
  // Slots are aligned to 2 MiB, the mapping need not be.
  const base = Math.floor(vma.start / 0x200000) * 0x200000;
  return `0x${(base + tables.index[slot] * 0x200000 + page * 0x1000).toString(16)}`;
}

/** 1234567 as 1,234,567. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun, in the singular where that is right. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`;
}

export function megabytes(pages: number): string {
  const mb = pages / PAGES_PER_MIB;
  return mb >= 100 || Number.isInteger(mb)
    ? `${count(mb)} MB`
    : mb >= 1
      ? `${mb.toFixed(1)} MB`
      : `${(mb * 1024).toFixed(0)} KB`;
}

/** Pages a second as a rate a person can compare with a memory bus. */
export function megabytesPerSecond(pagesPerSecond: number): string {
  return `${count(pagesPerSecond / PAGES_PER_MIB)} MB/s`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A duration in nanoseconds with three figures or so. */
export function duration(ns: number): string {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toFixed(ns < 1e4 ? 1 : 0)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(ns < 1e7 ? 1 : 0)} ms`;
  return `${(ns / 1e9).toFixed(ns < 1e11 ? 1 : 0)} s`;
}

/** Things in words: "a", "a and b", "a, b and c". */
export function list(items: readonly string[]): string {
  if (items.length <= 1) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items[items.length - 1]}`;
}
