/** Words that the sentences of the ledger share. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';
import { cpuName, list, nodeName, taskName } from './names.ts';

/** A moment: "12.431 s". */
export function moment(ns: number): string {
  return `${(ns / NS_PER_SECOND).toFixed(3)} s`;
}

/** "CPU 3 of node 0". */
export function cpuPlace(k: Kernel, cpu: number): string {
  return `${cpuName(k, cpu)} of ${nodeName(k, k.machine.cpus[cpu]?.node ?? -1)}`;
}

export function taskOf(k: Kernel, id: number): string {
  return taskName(k, k.tasks[id]);
}

/** "page 7" or "pages 0 to 511" of a 2 MiB block. */
export function pageRange(first: number, pages: number): string {
  return pages === 1 ? `page ${first}` : `pages ${first} to ${first + pages - 1}`;
}

/** "2 idle, 1 running a kernel thread": the parts that are not nothing. */
export function parts(counts: readonly (readonly [number, string])[]): string {
  return list(counts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`));
}
