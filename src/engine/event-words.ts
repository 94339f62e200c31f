/** Any event of the ledger on its own: whose it is, and a sentence that says what it is about. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { TICK_NS } from '../kernel/units.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import type { LedgerLine } from '../protocol/why.ts';
import type { LedgerEvent } from './event-log.ts';
import { placeOfSlot } from './inspect.ts';
import { counted, count, pageAddress, processName, slotName } from './names.ts';
import { nodeSentence } from './node-sentences.ts';
import { pageSentence } from './page-sentences.ts';
import { taskSentence } from './task-sentences.ts';

/** Where an event of pages has its slot, its first page, and who it belongs to: a task or an mm; -1 for none. */
const OF_PAGES: Record<number, { slot: number; page: number; task: number; mm: number }> = {
  [output.TRACE_FAULT_OUTCOME]: { slot: 1, page: 2, task: 0, mm: -1 },
  [output.TRACE_FIRST_TOUCH]: { slot: 1, page: 2, task: 0, mm: -1 },
  [output.TRACE_PAGES_MIGRATED]: { slot: 0, page: 1, task: -1, mm: 6 },
  [output.TRACE_MIGRATION_FAILED]: { slot: 0, page: 1, task: -1, mm: 6 },
  [output.TRACE_SLOT_SCANNED]: { slot: 0, page: -1, task: -1, mm: 5 },
  [output.TRACE_NOT_ISOLATED]: { slot: 0, page: 1, task: -1, mm: -1 },
  [output.TRACE_QUEUE_FORGOTTEN]: { slot: 0, page: -1, task: -1, mm: -1 },
  [output.TRACE_THP_SPLIT]: { slot: 0, page: -1, task: -1, mm: -1 },
  [output.TRACE_THP_COLLAPSED]: { slot: 0, page: -1, task: -1, mm: -1 },
};

const OF_TASKS = new Set<number>([
  output.TRACE_TASK_MOVED,
  output.TRACE_TASK_PLACED,
  output.TRACE_BALANCE,
  output.TRACE_PULL_VETO,
]);

/** Task of an event, -1 for none. `w[at]` is its kind. */
export function taskOfEvent(w: ArrayLike<number>, at: number): number {
  const place = OF_PAGES[w[at]];
  if (place !== undefined) return place.task < 0 ? -1 : w[at + 1 + place.task];
  return OF_TASKS.has(w[at]) ? w[at + 1] : -1;
}

/** Process of an event, -1 for none or when it cannot be told any more. */
export function processOfEvent(k: Kernel, w: ArrayLike<number>, at: number): number {
  const task = taskOfEvent(w, at);
  if (task >= 0) return k.tasks[task]?.process ?? -1;
  const kind = w[at];
  if (kind === output.TRACE_PROCESS_BORN || kind === output.TRACE_PROCESS_EXITED) return w[at + 1];
  if (kind === output.TRACE_MAPPED || kind === output.TRACE_VMA_SKIPPED)
    return k.mms[w[at + 1]]?.process ?? -1;
  const place = OF_PAGES[kind];
  if (place === undefined) return -1;
  const mm = place.mm >= 0 ? w[at + 1 + place.mm] : k.memory.tables.mm[w[at + 1 + place.slot]];
  return k.mms[mm]?.process ?? -1;
}

/** Does an event concern a node? */
export function concernsSomeNode(k: Kernel, w: ArrayLike<number>, at: number, node: number): boolean {
  const arg = (n: number) => w[at + 1 + n];
  const ofCpu = (n: number) => k.machine.cpus[arg(n)]?.node === node;
  switch (w[at]) {
    case output.TRACE_FAULT_OUTCOME:
      return arg(4) === node || arg(5) === node;
    case output.TRACE_FIRST_TOUCH:
      return arg(4) === node;
    case output.TRACE_PAGES_MIGRATED:
      return arg(3) === node || arg(4) === node;
    case output.TRACE_MIGRATION_FAILED:
    case output.TRACE_NOT_ISOLATED:
      return arg(3) === node;
    case output.TRACE_THP_COLLAPSED:
      return arg(1) === node;
    case output.TRACE_TASK_MOVED:
    case output.TRACE_TASK_PLACED:
    case output.TRACE_PULL_VETO:
      return ofCpu(1) || ofCpu(2);
    case output.TRACE_BALANCE:
      return ofCpu(1);
    case output.TRACE_DAEMON_WOKEN:
    case output.TRACE_DAEMON_BATCH:
    case output.TRACE_DAEMON_SLEPT:
    case output.TRACE_NO_ROOM:
    case output.TRACE_PAGES_SPILLED:
    case output.TRACE_RECLAIMED:
      return arg(0) === node;
    default:
      return false;
  }
}

/** An event as a line of its own, with what it is about. */
export function eventLine(k: Kernel, event: LedgerEvent): LedgerLine {
  const target = targetOfEvent(k, event);
  return {
    ns: event.ns,
    tick: Math.floor(event.ns / TICK_NS),
    text: eventSentence(k, event),
    ...(target && { target }),
  };
}

function eventSentence(k: Kernel, event: LedgerEvent): string {
  const { kind, args } = event;
  if (OF_PAGES[kind] !== undefined) return `${whose(k, event)}: ${lower(pageSentence(k, event, 'block'))}`;
  switch (kind) {
    case output.TRACE_SCAN_PASS:
      return `knuma_scand finished pass ${args[1]}: ${counted(args[0], 'page')} of progress.`;
    case output.TRACE_MAPPED: {
      const mm = k.mms[args[0]];
      const name = mm?.vmas[args[1]]?.name ?? 'a mapping';
      return `${processName(k, mm?.process ?? -1)} mapped ${name}: ${counted(args[2], 'page')}.`;
    }
    case output.TRACE_KNOB:
      return `Knob ${count(args[0])} was written.`;
    case output.TRACE_DAEMON_WOKEN:
    case output.TRACE_DAEMON_BATCH:
    case output.TRACE_DAEMON_SLEPT:
    case output.TRACE_NO_ROOM:
    case output.TRACE_PAGES_SPILLED:
    case output.TRACE_RECLAIMED:
      return nodeSentence(k, event);
    default:
      return taskSentence(k, event);
  }
}

/** "data of left at 0x7f00": the memory of an event; less when it has been unmapped since. */
function whose(k: Kernel, event: LedgerEvent): string {
  const words = [event.kind, ...event.args];
  const process = processOfEvent(k, words, 0);
  const { slot, page } = OF_PAGES[event.kind];
  const at = event.args[slot];
  const owner = processName(k, process);
  if (!stillThere(k, process, at)) return `Memory of ${owner} that has been unmapped since`;
  return `${slotName(k, at)} of ${owner} at ${pageAddress(k, at, page < 0 ? 0 : event.args[page])}`;
}

function stillThere(k: Kernel, process: number, slot: number): boolean {
  const mm = k.memory.tables.mm[slot] ?? -1;
  return mm >= 0 && k.mms[mm].process === process;
}

function targetOfEvent(k: Kernel, event: LedgerEvent): InspectTarget | null {
  const words = [event.kind, ...event.args];
  const place = OF_PAGES[event.kind];
  if (place !== undefined) {
    const process = processOfEvent(k, words, 0);
    const slot = event.args[place.slot];
    if (!stillThere(k, process, slot)) return null;
    return pageTarget(k, slot, place.page < 0 ? -1 : event.args[place.page]);
  }
  const task = taskOfEvent(words, 0);
  if (task >= 0) return k.tasks[task] ? { kind: 'thread', pid: k.tasks[task].pid } : null;
  switch (event.kind) {
    case output.TRACE_DAEMON_WOKEN:
    case output.TRACE_DAEMON_BATCH:
    case output.TRACE_DAEMON_SLEPT:
    case output.TRACE_NO_ROOM:
      return { kind: 'daemon', node: event.args[0] };
    case output.TRACE_PROCESS_BORN:
    case output.TRACE_PROCESS_EXITED: {
      const process = k.processes[event.args[0]];
      return process ? { kind: 'process', pid: process.pid } : null;
    }
    default:
      return null;
  }
}

/** A page of a slot as a thing to select; page -1 is all of it. */
export function pageTarget(k: Kernel, slot: number, page: number): InspectTarget | null {
  const mm = k.memory.tables.mm[slot] ?? -1;
  if (mm < 0) return null;
  const { process } = k.mms[mm];
  const place = placeOfSlot(k, slot);
  return page < 0 ? { kind: 'block', process, slot: place } : { kind: 'virtual', process, slot: place, page };
}

/** A sentence after a colon; names of programs, knobs and functions stay as they are. */
function lower(text: string): string {
  return /^(First|Written|Hinting|Page|Pages|Its|It) ?/.test(text)
    ? text[0].toLowerCase() + text.slice(1)
    : text;
}
