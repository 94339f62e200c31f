/** /proc/PID and /proc/PID/task/TID. */
import { writeProcSched } from '../../formats/proc-sched.ts';
import { writeProcStat } from '../../formats/proc-stat.ts';
import { writeProcStatus } from '../../formats/proc-status.ts';
import { writeNumaMaps } from '../../formats/numa-maps.ts';
import { formatList, formatMask } from '../../kernel/machine/cpulist.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { allowedCpus } from '../../scenarios/process-edits.ts';
import {
  commOf,
  cpuSeconds,
  hasMemory,
  mmOf,
  nodeList,
  nodeNumbers,
  nodesByNumber,
  PAGE_KB,
  stateLetter,
  type ThreadGroup,
  virtualBytes,
} from '../facts.ts';
import { mapsOf, numaMapsOf } from '../numa-maps.ts';
import { type Directory, directory, type FileNode, procFile } from './node.ts';
import { maskBits } from './sys-devices.ts';

/**
 * The directory of a process, or of one of its threads.
 * @param pid of the process, or of the thread it is looked at through
 */
export function processDirectory(k: Kernel, group: ThreadGroup, pid: number): Directory {
  const main = group.threads.find((task) => task.pid === pid) ?? group.threads[0];
  const threads = (): Record<string, FileNode> =>
    Object.fromEntries(
      group.threads.map((task) => [String(task.pid), directory(threadFiles(k, group, task, false))]),
    );
  return directory({
    ...threadFiles(k, group, main, main === group.threads[0]),
    cmdline: procFile(() => (group.process === null ? '' : `${group.name}\0`)),
    maps: procFile(() => mapsOf(k, mmOf(k, group))),
    numa_maps: procFile(() => writeNumaMaps(numaMapsOf(k, group))),
    task: directory(threads()),
  });
}

/** @param whole the figures of all threads together, as the process has them */
function threadFiles(k: Kernel, group: ThreadGroup, task: Task, whole: boolean): Record<string, FileNode> {
  return {
    comm: procFile(() => `${commOf(group)}\n`),
    sched: procFile(() => sched(k, group, task)),
    stat: procFile(() => stat(k, group, task, whole)),
    status: procFile(() => status(k, group, task)),
  };
}

const STATE_WORDS = { R: 'R (running)', S: 'S (sleeping)', Z: 'Z (zombie)' };

function status(k: Kernel, group: ThreadGroup, task: Task): string {
  const mm = mmOf(k, group);
  const cpus = allowedCpus(k, task);
  const pagesOf = (...backings: string[]): { kb: number } => ({
    kb:
      (mm?.vmas ?? []).reduce(
        (sum, vma) => sum + (backings.includes(vma.backing) ? vma.presentPages : 0),
        0,
      ) * PAGE_KB,
  });
  const memory: [string, string | { kb: number }][] = [
    ['VmSize', { kb: Math.ceil(virtualBytes(mm) / 1024) }],
    ['VmRSS', { kb: (mm?.presentPages ?? 0) * PAGE_KB }],
    ['RssAnon', pagesOf('anonymous')],
    ['RssFile', pagesOf('private-file')],
    ['RssShmem', pagesOf('shared')],
    ['VmSwap', { kb: 0 }],
  ];
  return writeProcStatus([
    ['Name', commOf(group)],
    ['State', STATE_WORDS[stateLetter(task)]],
    ['Tgid', String(group.pid)],
    ['Ngid', '0'],
    ['Pid', String(task.pid)],
    ['PPid', String(group.parentPid)],
    ['TracerPid', '0'],
    ['Uid', '0\t0\t0\t0'],
    ['Gid', '0\t0\t0\t0'],
    ...(mm === null ? [] : memory),
    ['Threads', String(group.threads.length)],
    ['Cpus_allowed', formatMask(cpus, maskBits(k))],
    ['Cpus_allowed_list', formatList(cpus)],
    ['Mems_allowed', formatMask(nodeNumbers(k, hasMemory(k)), Math.max(...nodeNumbers(k)) + 1)],
    ['Mems_allowed_list', nodeList(k, hasMemory(k))],
  ]);
}

/** Seconds in ticks of USER_HZ. */
function clockTicks(seconds: number): number {
  return Math.floor(seconds * 100);
}

function stat(k: Kernel, group: ThreadGroup, task: Task, whole: boolean): string {
  const mm = mmOf(k, group);
  const counted = whole ? group.threads : [task];
  return writeProcStat({
    pid: task.pid,
    comm: commOf(group),
    state: stateLetter(task),
    ppid: group.parentPid,
    utime: clockTicks(cpuSeconds(counted, 'user')),
    stime: clockTicks(cpuSeconds(counted, 'system')),
    threads: group.threads.length,
    starttime: clockTicks(task.startedNs / 1e9),
    vsize: virtualBytes(mm),
    rss: mm?.presentPages ?? 0,
    processor: k.machine.cpus[task.cpu].osId,
  });
}

/** AutoNUMA's statistics in the lines that later kernels print: of the task as task_private, of its address space as group_private. */
function sched(k: Kernel, group: ThreadGroup, task: Task): string {
  const mm = mmOf(k, group);
  const { autonuma } = task;
  const nodeNumber = (node: number): number => (node < 0 ? -1 : k.machine.nodes[node].osId);
  return writeProcSched({
    comm: commOf(group),
    pid: task.pid,
    threads: group.threads.length,
    fields: [
      ['se.exec_start', { ns: Math.max(0, task.sched.lastRanNs) }],
      ['se.vruntime', { ns: task.sched.vruntime }],
      ['se.sum_exec_runtime', { ns: task.sched.sumExecNs }],
      ['se.load.weight', task.sched.weight],
      ['policy', 0],
      ['prio', 120],
      ['mm->numa_scan_seq', mm?.autonuma.faultPass ?? 0],
      ['numa_preferred_nid', nodeNumber(autonuma.preferred)],
      ['total_numa_faults', Math.round(autonuma.faultTot)],
    ],
    currentNode: nodeNumber(k.machine.cpus[task.cpu].node),
    group: 0,
    faults: nodesByNumber(k).map((n) => ({
      node: nodeNumber(n),
      taskPrivate: Math.round(autonuma.fault[n]),
      taskShared: 0,
      groupPrivate: Math.round(mm?.autonuma.fault[n] ?? 0),
      groupShared: 0,
    })),
  });
}
