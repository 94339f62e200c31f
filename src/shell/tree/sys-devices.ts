/** /sys/devices/system: CPUs and nodes. */
import { writeCounters } from '../../formats/counters.ts';
import { writeNodeMeminfo } from '../../formats/meminfo.ts';
import { formatList, formatMask } from '../../kernel/machine/cpulist.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import {
  cpuNumbers,
  hasCpus,
  hasMemory,
  nodeList,
  nodePages,
  nodesByNumber,
  numastatOf,
  PAGE_KB,
} from '../facts.ts';
import { type Directory, directory, type FileNode, procFile, sysFile } from './node.ts';

/** Places in a mask of CPUs: up to the highest number. */
export function maskBits(k: Kernel): number {
  return Math.max(...cpuNumbers(k)) + 1;
}

export function sysNodes(k: Kernel): Directory {
  const entries: Record<string, FileNode> = {
    has_cpu: sysFile(() => nodeList(k, hasCpus(k))),
    has_memory: sysFile(() => nodeList(k, hasMemory(k))),
    has_normal_memory: sysFile(() => nodeList(k, hasMemory(k))),
  };
  for (const n of nodesByNumber(k)) entries[`node${k.machine.nodes[n].osId}`] = nodeDirectory(k, n);
  entries.online = sysFile(() => nodeList(k));
  entries.possible = sysFile(() => nodeList(k));
  return directory(entries);
}

function nodeDirectory(k: Kernel, node: number): Directory {
  const { osId } = k.machine.nodes[node];
  const entries: Record<string, FileNode> = {};
  for (const cpu of cpuNumbers(k, node)) entries[`cpu${cpu}`] = { is: 'link', target: `../../cpu/cpu${cpu}` };
  return directory({
    ...entries,
    cpulist: sysFile(() => formatList(cpuNumbers(k, node))),
    cpumap: sysFile(() => formatMask(cpuNumbers(k, node), maskBits(k))),
    distance: sysFile(() =>
      nodesByNumber(k)
        .map((to) => k.machine.distances[node][to])
        .join(' '),
    ),
    meminfo: procFile(() => writeNodeMeminfo(osId, nodeMeminfo(k, node))),
    numastat: procFile(() => writeCounters(numastatOf(k, node))),
    vmstat: procFile(() => writeCounters(nodeVmstat(k, node))),
  });
}

/** The lines of a node's meminfo that the model has a figure for, in kB. */
export function nodeMeminfo(k: Kernel, node: number): [string, number][] {
  const pages = nodePages(k, node);
  return [
    ['MemTotal', pages.total * PAGE_KB],
    ['MemFree', pages.free * PAGE_KB],
    ['MemUsed', (pages.total - pages.free) * PAGE_KB],
    ['SwapCached', 0],
    ['FilePages', pages.file * PAGE_KB],
    ['Mapped', pages.mapped * PAGE_KB],
    ['AnonPages', pages.anonymous * PAGE_KB],
    ['Shmem', pages.shared * PAGE_KB],
    ['AnonHugePages', pages.huge * PAGE_KB],
    ['HugePages_Total', 0],
    ['HugePages_Free', 0],
    ['HugePages_Surp', 0],
  ];
}

function nodeVmstat(k: Kernel, node: number): [string, number][] {
  const pages = nodePages(k, node);
  const [hit, miss, foreign, interleave, local, other] = numastatOf(k, node).map(([, value]) => value);
  return [
    ['nr_free_pages', pages.free],
    ['numa_hit', hit],
    ['numa_miss', miss],
    ['numa_foreign', foreign],
    ['numa_interleave', interleave],
    ['numa_local', local],
    ['numa_other', other],
    ['nr_anon_pages', pages.anonymous],
    ['nr_mapped', pages.mapped],
    ['nr_file_pages', pages.file],
    ['nr_shmem', pages.shared],
    ['nr_anon_transparent_hugepages', pages.huge / 512],
  ];
}

export function sysCpus(k: Kernel): Directory {
  const entries: Record<string, FileNode> = {};
  for (const cpu of k.machine.cpus) {
    const node = k.machine.nodes[cpu.node].osId;
    entries[`cpu${cpu.osId}`] = directory({
      [`node${node}`]: { is: 'link', target: `../../node/node${node}` },
      topology: directory({
        core_id: sysFile(() => String(cpu.core)),
        physical_package_id: sysFile(() => String(node)),
        thread_siblings_list: sysFile(() => formatList(cpu.siblings.map((c) => k.machine.cpus[c].osId))),
      }),
    });
  }
  const all = (): string => formatList(cpuNumbers(k));
  return directory({ ...entries, online: sysFile(all), possible: sysFile(all), present: sysFile(all) });
}
