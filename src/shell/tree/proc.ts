/** /proc: what concerns the machine, and a directory for each process. */
import { writeBuddyinfo } from '../../formats/buddyinfo.ts';
import { writeCounters } from '../../formats/counters.ts';
import { writeMeminfo } from '../../formats/meminfo.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import { freePages } from '../../kernel/mm/frames.ts';
import {
  bootCommandLine,
  cpuSeconds,
  groupOf,
  hasMemory,
  nodePages,
  type NodePages,
  nodesByNumber,
  PAGE_KB,
  release,
  threadGroups,
} from '../facts.ts';
import { type Directory, type FileNode, procFile } from './node.ts';
import { processDirectory } from './process.ts';

export function procDirectory(k: Kernel): Directory {
  const files: Record<string, FileNode> = {
    buddyinfo: procFile(() => writeBuddyinfo(zones(k))),
    cmdline: procFile(() => `${bootCommandLine(k)}\n`),
    cpuinfo: procFile(() => cpuinfo(k)),
    meminfo: procFile(() => writeMeminfo(meminfo(k))),
    uptime: procFile(() => `${uptimeSeconds(k).toFixed(2)} ${idleSeconds(k).toFixed(2)}\n`),
    version: procFile(() => `Linux version ${release(k)} (AutoNUMA Lab, simulated) #1 SMP\n`),
    vmstat: procFile(() => writeCounters(vmstat(k))),
  };
  return {
    is: 'directory',
    names: () => [...threadGroups(k).map(({ pid }) => String(pid)), ...Object.keys(files)],
    entry: (name) => {
      if (Object.hasOwn(files, name)) return files[name];
      if (!/^[1-9]\d*$/.test(name)) return undefined;
      const group = groupOf(k, Number(name));
      return group && processDirectory(k, group, Number(name));
    },
  };
}

export function uptimeSeconds(k: Kernel): number {
  return k.nowNs / 1e9;
}

/** CPU time of all CPUs that nobody used. */
export function idleSeconds(k: Kernel): number {
  return Math.max(0, uptimeSeconds(k) * k.machine.cpus.length - cpuSeconds(k.tasks));
}

/** Pages of all nodes together. */
export function machinePages(k: Kernel): NodePages {
  const all: NodePages = { total: 0, free: 0, file: 0, mapped: 0, anonymous: 0, shared: 0, huge: 0 };
  k.machine.nodes.forEach((_, n) => {
    const node = nodePages(k, n);
    for (const key of Object.keys(all) as (keyof NodePages)[]) all[key] += node[key];
  });
  return all;
}

function meminfo(k: Kernel): [string, number][] {
  const pages = machinePages(k);
  return (
    [
      ['MemTotal', pages.total],
      ['MemFree', pages.free],
      ['Cached', pages.file],
      ['SwapCached', 0],
      ['SwapTotal', 0],
      ['SwapFree', 0],
      ['AnonPages', pages.anonymous],
      ['Mapped', pages.mapped],
      ['Shmem', pages.shared],
      ['AnonHugePages', pages.huge],
      ['Hugepagesize', 512],
    ] as [string, number][]
  ).map(([name, count]) => [name, count * PAGE_KB]);
}

/** Pages in each state, then every counter of the kernel model under its name. */
export function vmstat(k: Kernel): [string, number][] {
  const pages = machinePages(k);
  return [
    ['nr_free_pages', pages.free],
    ['nr_anon_pages', pages.anonymous],
    ['nr_mapped', pages.mapped],
    ['nr_file_pages', pages.file],
    ['nr_shmem', pages.shared],
    ['nr_anon_transparent_hugepages', pages.huge / 512],
    ...(Object.entries(k.counters) as [string, number][]),
  ];
}

/** The model's allocator knows single pages and whole blocks of 512: orders 0 and 9. */
function zones(k: Kernel): { node: number; zone: string; free: number[] }[] {
  const { frames } = k.memory;
  return nodesByNumber(k)
    .filter(hasMemory(k))
    .map((n) => {
      const free = new Array<number>(11).fill(0);
      free[9] = frames.freeBlocks[n];
      free[0] = freePages(frames, n) - free[9] * 512;
      return { node: k.machine.nodes[n].osId, zone: 'Normal', free };
    });
}

function cpuinfo(k: Kernel): string {
  const rows = (cpu: Kernel['machine']['cpus'][number]): [string, string | number][] => [
    ['processor', cpu.osId],
    ['model name', `${k.machine.name} (simulated)`],
    ['physical id', k.machine.nodes[cpu.node].osId],
    ['siblings', k.machine.nodes[cpu.node].cpus.length],
    ['core id', cpu.core],
  ];
  const text = (name: string, value: string | number): string =>
    `${name}${'\t'.repeat(name.length < 8 ? 2 : 1)}: ${value}\n`;
  return k.machine.cpus
    .map(
      (cpu) =>
        `${rows(cpu)
          .map(([name, value]) => text(name, value))
          .join('')}\n`,
    )
    .join('');
}
