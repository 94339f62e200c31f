/** Answers to "why": the state of a thing in sentences and its ledger of decisions, newest first. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { TICK_NS } from '../kernel/units.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import type { LedgerLine, Why } from '../protocol/why.ts';
import { eventAt, type EventLog, type LedgerEvent, newestFirst, type Visit } from './event-log.ts';
import { flowLines } from './flow-ledger.ts';
import { inspect, placeOfSlot } from './inspect.ts';
import { type Ledger, presentNs } from './ledger.ts';
import { moment } from './ledger-words.ts';
import { daemonName, processName, slotName, slotProcess, taskName } from './names.ts';
import { concernsNode, nodeSentence } from './node-sentences.ts';
import { type PagePlace, placeOf } from './page-place.ts';
import { concernsPage, pageSentence } from './page-sentences.ts';
import { concernsCpu, concernsTask, taskSentence } from './task-sentences.ts';
import { stateOf } from './why-state.ts';

/** Lines of a ledger; whoever wants more has the questions. */
const MAX_LINES = 60;
/** Events gathered before equal ones in a row become one line. */
const MAX_EVENTS = 400;

/** Everything there is to say about a target now. */
export function why(k: Kernel, ledger: Ledger, target: InspectTarget): Why {
  const { title, rows } = inspect(k, target);
  const { lines, more } = linesOf(k, ledger, target);
  return {
    title,
    state: stateOf(k, target),
    rows,
    ledger: lines,
    more,
    kept: ledger.kept(),
    related: relatedTo(k, target),
  };
}

interface Lines {
  lines: LedgerLine[];
  more: boolean;
}

function linesOf(k: Kernel, ledger: Ledger, target: InspectTarget): Lines {
  switch (target.kind) {
    case 'frame':
    case 'virtual':
    case 'block': {
      const place = placeOf(k, target);
      return place === null ? { lines: [], more: false } : pageLines(k, ledger, place);
    }
    case 'thread': {
      const task = k.tasks.findIndex(({ pid }) => pid === target.pid);
      const concerns: Concerns = (w, at) => concernsTask(w, at, task);
      return tell(k, ledger, [ledger.decisions, ledger.others], concerns, taskSentence);
    }
    case 'cpu': {
      const concerns: Concerns = (w, at) => concernsCpu(w, at, target.cpu);
      return tell(k, ledger, [ledger.decisions, ledger.others], concerns, taskSentence);
    }
    case 'process':
      return processLines(k, ledger, target.pid);
    case 'daemon': {
      const concerns: Concerns = (w, at) => concernsNode(w, at, target.node);
      return tell(k, ledger, [ledger.others], concerns, nodeSentence);
    }
    case 'flow':
      if (target.from === target.to) return { lines: [], more: false };
      return flowLines(k, ledger, target.from, target.to, MAX_LINES);
  }
}

type Concerns = (w: Int32Array, at: number) => boolean;

/** The newest events of logs that concern something, newest first. */
export function gather(
  logs: readonly EventLog[],
  untilNs: number,
  sinceNs: number,
  concerns: Concerns,
): LedgerEvent[] {
  const found = logs.map((log) => {
    const events: LedgerEvent[] = [];
    const visit: Visit = (w, at, ns) => {
      if (ns < sinceNs) return false;
      if (concerns(w, at)) events.push(eventAt(w, at, ns));
      return events.length < MAX_EVENTS;
    };
    log.backward(untilNs, visit);
    return events;
  });
  return found.length === 1 ? found[0] : found.flat().sort(newestFirst);
}

/** Sentences of the events that concern something; equal ones in a row are one line with a count. */
function tell(
  k: Kernel,
  ledger: Ledger,
  logs: readonly EventLog[],
  concerns: Concerns,
  sentence: (k: Kernel, event: LedgerEvent) => string,
): Lines {
  const events = gather(logs, presentNs(k), -1, concerns);
  return toLines(events, (event) => ({ text: sentence(k, event) }));
}

/** What is said of an event; null when another line says it. Events with the same key in a row are one line. */
type Word = (
  event: LedgerEvent,
  index: number,
) => { text: string; key?: string; target?: InspectTarget } | null;

function toLines(events: readonly LedgerEvent[], word: Word): Lines {
  const lines: LedgerLine[] = [];
  let lastKey = '';
  for (let i = 0; i < events.length; i++) {
    const { ns } = events[i];
    const said = word(events[i], i);
    if (said === null) continue;
    const { text, key = text, target } = said;
    const last = lines.at(-1);
    if (last !== undefined && key === lastKey) {
      last.times = (last.times ?? 1) + 1;
      last.sinceNs = ns;
      continue;
    }
    if (lines.length === MAX_LINES) return { lines, more: true };
    lastKey = key;
    lines.push({ ns, tick: Math.floor(ns / TICK_NS), text, ...(target && { target }) });
  }
  return { lines, more: events.length >= MAX_EVENTS };
}

/** Since when a slot belongs to the mapping that has it now: what happened to it before is another page's history. */
function mappedSince(k: Kernel, ledger: Ledger, slot: number): number {
  const { tables } = k.memory;
  const mm = tables.mm[slot];
  const vma = tables.vma[slot];
  let since = k.processes[slotProcess(k, slot)]?.startedNs ?? 0;
  ledger.others.backward(presentNs(k), (w, at, ns) => {
    if (w[at] !== output.TRACE_MAPPED || w[at + 1] !== mm || w[at + 2] !== vma) return true;
    since = Math.max(since, ns);
    return false;
  });
  return since;
}

function pageLines(k: Kernel, ledger: Ledger, place: PagePlace): Lines {
  const since = mappedSince(k, ledger, place.slot);
  const events = gather([ledger.pages], presentNs(k), since, (w, at) => concernsPage(w, at, place));
  const { tables } = k.memory;
  const skips = gather(
    [ledger.others],
    presentNs(k),
    since,
    (w, at) =>
      w[at] === output.TRACE_VMA_SKIPPED &&
      w[at + 1] === tables.mm[place.slot] &&
      w[at + 2] === tables.vma[place.slot],
  );
  const all = skips.length === 0 ? events : [...events, ...skips].sort(newestFirst);
  const about = place.page < 0 ? 'block' : 'page';
  return toLines(all, (event, i) => {
    if (event.kind === output.TRACE_VMA_SKIPPED) return { text: taskSentence(k, event) };
    // The fault that a mark led to says when it was marked: the scan needs no line of its own then.
    if (event.kind === output.TRACE_SLOT_SCANNED && all[i - 1]?.kind === output.TRACE_FAULT_OUTCOME)
      return null;
    const text = pageSentence(k, event, about, about === 'page' ? queuedBy(all, i) : null);
    const marked = all[i + 1];
    if (event.kind !== output.TRACE_FAULT_OUTCOME || marked?.kind !== output.TRACE_SLOT_SCANNED)
      return { text };
    const [, , , , pass] = marked.args;
    return { text: `${text} Marked at ${moment(marked.ns)} by knuma_scand in pass ${pass}.`, key: text };
  });
}

/** The fault that queued the page which the migration at `i` moved: the last one before it. */
function queuedBy(events: readonly LedgerEvent[], i: number): LedgerEvent | null {
  if (events[i].kind !== output.TRACE_PAGES_MIGRATED) return null;
  for (let older = i + 1; older < events.length; older++) {
    const { kind, args } = events[older];
    if (kind === output.TRACE_PAGES_MIGRATED) return null;
    if (kind === output.TRACE_FAULT_OUTCOME && args[7] === output.FAULT_QUEUED) return events[older];
  }
  return null;
}

function processLines(k: Kernel, ledger: Ledger, pid: number): Lines {
  const process = k.processes.find((p) => p.pid === pid);
  if (!process) return { lines: [], more: false };
  const threads = new Set(process.threads);
  const events = gather([ledger.others], presentNs(k), -1, (w, at) => {
    switch (w[at]) {
      case output.TRACE_TASK_MOVED:
      case output.TRACE_TASK_PLACED:
        return threads.has(w[at + 1]);
      case output.TRACE_PROCESS_BORN:
      case output.TRACE_PROCESS_EXITED:
        return w[at + 1] === process.index;
      case output.TRACE_VMA_SKIPPED:
        return w[at + 1] === process.mm;
      default:
        return false;
    }
  });
  return toLines(events, (event) => ({ text: taskSentence(k, event), ...threadTarget(k, event) }));
}

function threadTarget(k: Kernel, event: LedgerEvent): { target?: InspectTarget } {
  if (event.kind !== output.TRACE_TASK_MOVED && event.kind !== output.TRACE_TASK_PLACED) return {};
  return { target: { kind: 'thread', pid: k.tasks[event.args[0]].pid } };
}

/** Other things that belong to a target. */
function relatedTo(k: Kernel, target: InspectTarget): Why['related'] {
  const place = placeOf(k, target);
  if (place !== null) return relatedToPage(k, target, place);
  if (target.kind === 'cpu') {
    const current = k.sched.queues[target.cpu]?.current ?? -1;
    const task = k.tasks[current];
    if (task === undefined || task.process < 0) return [];
    return [{ label: taskName(k, task), target: { kind: 'thread', pid: task.pid } }];
  }
  if (target.kind === 'thread') {
    const task = k.tasks.find(({ pid }) => pid === target.pid);
    if (task === undefined || task.process < 0) return [];
    const process = k.processes[task.process];
    return [
      { label: `CPU ${k.machine.cpus[task.cpu].osId}`, target: { kind: 'cpu', cpu: task.cpu } },
      { label: `process ${process.name}`, target: { kind: 'process', pid: process.pid } },
    ];
  }
  if (target.kind === 'flow' && k.autonuma.daemons.length > 0)
    return [{ label: daemonName(k, target.to), target: { kind: 'daemon', node: target.to } }];
  return [];
}

function relatedToPage(k: Kernel, target: InspectTarget, { slot, page }: PagePlace): Why['related'] {
  const related: Why['related'] = [];
  const process = slotProcess(k, slot);
  const owner = k.processes[process];
  if (owner === undefined) return related;
  const index = placeOfSlot(k, slot);
  if (page >= 0)
    related.push({ label: `2 MiB of ${slotName(k, slot)}`, target: { kind: 'block', process, slot: index } });
  else if (target.kind === 'block')
    related.push({ label: 'its first page', target: { kind: 'virtual', process, slot: index, page: 0 } });
  related.push({ label: processName(k, process), target: { kind: 'process', pid: owner.pid } });
  const thread = owner.threads.find((id) => k.tasks[id].threadIndex === k.memory.tables.toucher[slot]);
  if (thread !== undefined)
    related.push({
      label: taskName(k, k.tasks[thread]),
      target: { kind: 'thread', pid: k.tasks[thread].pid },
    });
  return related;
}
