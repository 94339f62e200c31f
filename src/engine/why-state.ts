/** The state of a thing now, in one or two sentences, from the kernel's state and nothing else. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_KINDS, pageOf, reverseMapOf } from '../kernel/mm/frames.ts';
import { entryOf } from '../kernel/mm/page-tables.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FREE,
  PAGE_LAST_NID,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PAGE_MIGRATE_NID,
  PAGE_MIGRATE_NID_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  RMAP_NONE,
} from '../kernel/mm/state.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import { runningTask } from './frame-sections.ts';
import { KIND_WORDS, kindOfFrame } from './inspect.ts';
import { cpuPlace } from './ledger-words.ts';
import {
  capital,
  count,
  counted,
  daemonName,
  list,
  megabytes,
  nodeName,
  processName,
  slotProcess,
  taskName,
} from './names.ts';
import { threadState, weightsOf } from './summary.ts';
import { placeOf } from './page-place.ts';

/** State in sentences; '' for what does not exist. */
export function stateOf(k: Kernel, target: InspectTarget): string {
  switch (target.kind) {
    case 'frame':
      return frameState(k, target.node, target.frame);
    case 'virtual':
    case 'block':
      return mappedState(k, target);
    case 'cpu':
      return cpuState(k, target.cpu);
    case 'thread':
      return threadSentence(k, target.pid);
    case 'process':
      return processState(k, target.pid);
    case 'daemon':
      return daemonState(k, target.node);
    case 'flow':
      return flowState(k, target.from, target.to);
  }
}

function frameState(k: Kernel, node: number, offset: number): string {
  const { frames } = k.memory;
  if (!(offset >= 0 && offset < (frames.nodeFrames[node] ?? 0))) return '';
  const frame = frames.nodeFirstBlock[node] * 512 + Math.floor(offset);
  const kind = kindOfFrame(k, frame);
  if (kind < FRAME_ANONYMOUS) {
    const what =
      kind === FRAME_FREE ? 'This page frame is free' : `This page frame holds ${KIND_WORDS[kind]}`;
    return `${what}, on ${nodeName(k, node)}. Nothing is decided about it: only mapped pages are sampled and moved.`;
  }
  const mapping = reverseMapOf(frames, frame);
  if (mapping === RMAP_NONE) {
    const mapcount = (pageOf(frames, frame) & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT;
    return (
      `It lies on ${nodeName(k, node)} and is mapped ${counted(mapcount, 'time')}: a shared mapping. knuma_scand passes over pages ` +
      'whose mapcount is not 1, so it is neither sampled nor moved.'
    );
  }
  return pageState(k, mapping >>> 9, frame);
}

function pageState(k: Kernel, slot: number, frame: number): string {
  const word = pageOf(k.memory.frames, frame);
  const last = (word & PAGE_LAST_NID) - 1;
  const queued = ((word & PAGE_MIGRATE_NID) >>> PAGE_MIGRATE_NID_SHIFT) - 1;
  const on = nodeName(k, k.memory.frames.node[frame >>> 9]);
  const where = `It lies on ${on} and belongs to ${processName(k, slotProcess(k, slot))}`;
  const sampled =
    last < 0
      ? 'no hinting fault has set its last_nid'
      : `its last hinting fault came from ${nodeName(k, last)}`;
  const waits = queued < 0 ? 'it is not queued' : `it is queued for ${daemonName(k, queued)}`;
  return `${where}; ${sampled}; ${waits}.`;
}

function mappedState(k: Kernel, target: InspectTarget): string {
  const place = placeOf(k, target);
  if (place === null) return '';
  const { tables } = k.memory;
  const { slot, page } = place;
  if (page >= 0) {
    const entry = entryOf(tables, slot, page);
    return entry === PTE_NONE
      ? 'Nothing is mapped there: it was not touched yet.'
      : pageState(k, slot, entry & PTE_FRAME_MASK);
  }
  const present = tables.present[slot];
  if (present === 0) return 'None of its pages was touched yet.';
  const nodes = k.machine.nodes
    .map((_, n) => [n, tables.nodePages[slot * tables.nodes + n]] as const)
    .filter(([, pages]) => pages > 0)
    .map(([n, pages]) => `${count(pages)} on ${nodeName(k, n)}`);
  const queued = tables.queued[slot] > 0 ? `; ${counted(tables.queued[slot], 'page')} are queued` : '';
  return `${counted(present, 'page')} of ${processName(k, slotProcess(k, slot))}: ${list(nodes)}${queued}.`;
}

function cpuState(k: Kernel, cpu: number): string {
  if (!k.machine.cpus[cpu]) return '';
  const task = runningTask(k, cpu);
  const { nrRunning } = k.sched.queues[cpu];
  const waiting = nrRunning - (task ? 1 : 0);
  const place = cpuPlace(k, cpu);
  if (!task) return `${place} is idle.`;
  const { preferred } = task.autonuma;
  const prefers =
    task.process < 0
      ? ''
      : preferred < 0
        ? ', which has no preferred node'
        : `, which prefers ${nodeName(k, preferred)}`;
  return `${place} runs ${taskName(k, task)}${prefers}${waiting > 0 ? `; ${counted(waiting, 'task')} waiting` : ''}.`;
}

function threadSentence(k: Kernel, pid: number): string {
  const task = k.tasks.find((t) => t.pid === pid);
  if (!task) return '';
  const name = capital(taskName(k, task));
  const state = threadState(k, task);
  if (state === 'dead') return `${name} has exited.`;
  const at = `${name} is ${state} on ${cpuPlace(k, task.cpu)}`;
  if (task.process < 0) return `${at}.`;
  const { preferred, fault, faultTot } = task.autonuma;
  const prefers = preferred < 0 ? 'it has no preferred node' : `it prefers ${nodeName(k, preferred)}`;
  if (faultTot === 0) return `${at}; ${prefers}; none of its hinting faults counts yet.`;
  const weights = weightsOf(fault, faultTot).map((weight, n) => `${weight} on ${nodeName(k, n)}`);
  return `${at}; ${prefers}; its task weight is ${list(weights)} of 1000.`;
}

function processState(k: Kernel, pid: number): string {
  const process = k.processes.find((p) => p.pid === pid);
  if (!process) return '';
  const name = processName(k, process.index);
  if (process.exitedNs >= 0) return `${name} has exited.`;
  const mm = k.mms[process.mm];
  const where = k.machine.nodes
    .map((_, n) => [n, mm.nodePages[n]] as const)
    .filter(([, pages]) => pages > 0)
    .map(([n, pages]) => `${megabytes(pages)} on ${nodeName(k, n)}`);
  return `${name} has ${where.length > 0 ? list(where) : 'no memory yet'} and ${counted(process.liveThreads, 'thread')}.`;
}

function daemonState(k: Kernel, node: number): string {
  const daemon = k.autonuma.daemons[node];
  if (!daemon)
    return `There is no ${daemonName(k, node)}: AutoNUMA is not running, or migrates in the fault.`;
  const { knobs } = k.autonuma;
  const free = k.memory.frames.nodeKind[node * FRAME_KINDS + FRAME_FREE];
  const queued = counted(daemon.nrQueued, 'page');
  const room = `N${nodeName(k, node).slice(1)} has ${count(free)} pages free, its high watermark is ${count(k.memory.frames.watermarkHigh[node])}`;
  const state = {
    asleep: `sleeps; ${queued} queued, it wakes at ${count(knobs.pages_to_migrate)}`,
    napping: `naps between two batches; ${queued} queued`,
    migrating: `is copying a batch of ${counted(daemon.got, 'page')}; ${queued} still queued`,
    'no room': `waits for room; ${queued} queued`,
  }[daemon.state];
  return `${daemonName(k, node)} ${state}. ${room}.`;
}

function flowState(k: Kernel, from: number, to: number): string {
  if (!k.machine.nodes[from] || !k.machine.nodes[to] || from === to) return '';
  const queue = k.autonuma.queues[to * k.machine.nodes.length + from];
  const waiting = queue
    ? `${counted(queue.pages, 'page')} of ${nodeName(k, from)} wait for ${daemonName(k, to)}`
    : '';
  return `Pages that AutoNUMA moves from ${nodeName(k, from)} to ${nodeName(k, to)}${waiting ? `; ${waiting}` : ''}.`;
}
