/** The figures for panels, captions and charts, from the kernel's state as it is. */
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import type { AddressSpace } from '../kernel/mm/state.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_CACHE,
} from '../kernel/mm/state.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { type Process, TASK_DEAD, TASK_SLEEPING, type Task } from '../kernel/sched/task.ts';
import { NS_PER_SECOND, PAGES_PER_MIB } from '../kernel/units.ts';
import type {
  MachineInfo,
  NodeSummary,
  ProcessSummary,
  Summary,
  ThreadSummary,
} from '../protocol/summary.ts';
import { daemonName } from './names.ts';
import { processProgress } from './progress.ts';
import type { Rates } from './rates.ts';
import type { Shares } from './shares.ts';

/** Weights are out of this many (autonuma.md 6.2). */
const WEIGHT_SCALE = 1000;
/** Exited processes that stay in the list: a build leaves hundreds behind. */
const MAX_EXITED = 16;

export function machineInfo(k: Kernel): MachineInfo {
  const { machine } = k;
  return {
    name: machine.name,
    nodes: machine.nodes.map((node, n) => ({
      osId: node.osId,
      memoryMb: node.memoryMb,
      frames: k.memory.frames.nodeFrames[n],
      cpus: [...node.cpus],
    })),
    cpus: machine.cpus.map((cpu) => ({
      osId: cpu.osId,
      node: cpu.node,
      core: cpu.core,
      // The model knows no other socket than the node.
      socket: cpu.node,
      siblings: [...cpu.siblings],
    })),
    distances: machine.distances.map((row) => [...row]),
    controllerGbps: [...machine.bandwidth.controller],
    provenance: machine.provenance,
  };
}

/** autonuma.md 6.2: per node, how much of 1000 the statistics see there. */
export function weightsOf(fault: Float64Array, total: number): number[] {
  return Array.from(fault, (pages) => {
    const all = Math.max(total, pages);
    return all > 0 ? Math.floor((pages * WEIGHT_SCALE) / all) : 0;
  });
}

export function threadState(k: Kernel, task: Task): ThreadSummary['state'] {
  if (task.state === TASK_DEAD) return 'dead';
  if (task.state === TASK_SLEEPING) return 'sleeping';
  return k.sched.queues[task.cpu].current === task.id ? 'running' : 'runnable';
}

function threadSummary(k: Kernel, task: Task, shares: Shares): ThreadSummary {
  return {
    pid: task.pid,
    index: task.threadIndex,
    name: task.name,
    state: threadState(k, task),
    cpu: task.cpu,
    node: k.machine.cpus[task.cpu]?.node ?? -1,
    preferred: task.autonuma.preferred,
    weights: weightsOf(task.autonuma.fault, task.autonuma.faultTot),
    localShare: shares.task(task.id),
  };
}

/** Slots of 2 MiB of an address space, as the strips count them. */
function slotsOf(mm: AddressSpace | undefined): number {
  let slots = 0;
  for (const vma of mm?.vmas ?? []) if (!vma.dead) slots += vma.slots.length;
  return slots;
}

function processSummary(k: Kernel, process: Process, shares: Shares): ProcessSummary {
  const alive = process.exitedNs < 0;
  const mm = k.mms[process.mm];
  const threads = alive ? process.threads.map((id) => threadSummary(k, k.tasks[id], shares)) : [];
  const threadsPerNode = k.machine.nodes.map(() => 0);
  for (const thread of threads)
    if (thread.state !== 'dead' && thread.node >= 0) threadsPerNode[thread.node]++;
  return {
    pid: process.pid,
    index: process.index,
    name: process.name,
    alive,
    startedS: process.startedNs / NS_PER_SECOND,
    elapsedS: Math.max(0, (alive ? k.nowNs : process.exitedNs) - process.startedNs) / NS_PER_SECOND,
    residentMb: mm ? mm.presentPages / PAGES_PER_MIB : 0,
    mbPerNode: k.machine.nodes.map((_, n) => (mm ? mm.nodePages[n] / PAGES_PER_MIB : 0)),
    weights: mm ? weightsOf(mm.autonuma.fault, mm.autonuma.faultTot) : k.machine.nodes.map(() => 0),
    localShare: shares.process(process.index),
    progress: processProgress(k, process.index),
    slots: slotsOf(mm),
    threads,
    threadsPerNode,
  };
}

export function processSummaries(k: Kernel, shares: Shares): ProcessSummary[] {
  const exited = k.processes.filter((p) => p.exitedNs >= 0);
  const forgotten = new Set(exited.slice(0, Math.max(0, exited.length - MAX_EXITED)));
  return k.processes.filter((p) => !forgotten.has(p)).map((p) => processSummary(k, p, shares));
}

export function nodeSummaries(k: Kernel, rates: Rates): NodeSummary[] {
  const { nodeKind, nodeFrames, watermarkHigh } = k.memory.frames;
  const nodes = k.machine.nodes.length;
  const mb = (n: number, kind: number) => nodeKind[n * FRAME_KINDS + kind] / PAGES_PER_MIB;
  return k.machine.nodes.map((_, n) => {
    const daemon = k.autonuma.daemons[n];
    return {
      totalMb: nodeFrames[n] / PAGES_PER_MIB,
      freeMb: mb(n, FRAME_FREE),
      kernelMb: mb(n, FRAME_KERNEL),
      pageCacheMb: mb(n, FRAME_PAGE_CACHE) + mb(n, FRAME_FILE),
      anonymousMb: mb(n, FRAME_ANONYMOUS),
      highWatermarkPages: watermarkHigh[n],
      daemon: {
        name: daemonName(k, n),
        state: daemon ? daemon.state : 'absent',
        queued: daemon ? daemon.nrQueued : 0,
        queuedFrom: k.machine.nodes.map((_, src) => k.autonuma.queues[n * nodes + src]?.pages ?? 0),
        pagesPerSecond: rates.node[n],
      },
    };
  });
}

export function billSummary(k: Kernel, savedS: number): Summary['bill'] {
  const { bill } = k;
  return {
    scanS: bill.scanNs / NS_PER_SECOND,
    faultS: bill.hintingFaultNs / NS_PER_SECOND,
    migrateS: bill.migrateNs / NS_PER_SECOND,
    splitS: bill.splitNs / NS_PER_SECOND,
    shootdownS: bill.shootdownNs / NS_PER_SECOND,
    balanceS: bill.balanceNs / NS_PER_SECOND,
    savedS,
  };
}
