/** Answers questions from the ledger. Each walks through the events that are kept, when it is asked and not before. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { NS_PER_SECOND, PAGES_PER_BLOCK, TICK_NS } from '../kernel/units.ts';
import type { Answer, EventKind, Question } from '../protocol/questions.ts';
import type { LedgerLine } from '../protocol/why.ts';
import { eventAt, type EventLog, type LedgerEvent, newestFirst } from './event-log.ts';
import { concernsSomeNode, eventLine, pageTarget, processOfEvent, taskOfEvent } from './event-words.ts';
import { type Ledger, presentNs } from './ledger.ts';
import { moment, taskOf } from './ledger-words.ts';
import {
  capital,
  count,
  counted,
  daemonName,
  nodeName,
  pageAddress,
  processName,
  slotName,
} from './names.ts';

/** Lines of an answer. */
const MAX_LINES = 100;

type Part = Omit<Answer, 'kept'>;

/** Answer a question from what has happened so far. */
export function answer(k: Kernel, ledger: Ledger, question: Question): Answer {
  return { ...partOf(k, ledger, question), kept: ledger.kept() };
}

function partOf(k: Kernel, ledger: Ledger, question: Question): Part {
  switch (question.kind) {
    case 'first_move':
      return firstMove(k, ledger, question.pid);
    case 'came_back':
      return cameBack(k, ledger, question.passes);
    case 'moved_often':
      return movedOften(k, ledger, question.times);
    case 'node_full':
      return nodeFull(k, ledger, question.node);
    case 'most_mismatches':
      return mostMismatches(k, ledger);
    case 'longest_queue':
      return longestQueue(k, ledger);
    case 'filter':
      return filtered(k, ledger, question);
  }
}

/** All events of a log that match, oldest first. */
function all(
  k: Kernel,
  log: EventLog,
  matches: (w: Int32Array, at: number, ns: number) => boolean,
): LedgerEvent[] {
  const found: LedgerEvent[] = [];
  log.forward(presentNs(k), (w, at, ns) => {
    if (matches(w, at, ns)) found.push(eventAt(w, at, ns));
    return true;
  });
  return found;
}

function told(k: Kernel, sentence: string, events: readonly LedgerEvent[]): Part {
  return {
    sentence,
    lines: events.slice(0, MAX_LINES).map((event) => eventLine(k, event)),
    more: events.length > MAX_LINES,
  };
}

function firstMove(k: Kernel, ledger: Ledger, pid: number): Part {
  const task = k.tasks.findIndex((each) => each.pid === pid);
  if (task < 0) return told(k, `There is no thread with pid ${pid}.`, []);
  const moves = all(
    k,
    ledger.others,
    (w, at) => w[at] === output.TRACE_TASK_MOVED && w[at + 1] === task && w[at + 4] !== output.MOVED_BY_FORK,
  );
  const name = taskOf(k, task);
  if (moves.length === 0) return told(k, `${capital(name)} has never changed its CPU since its birth.`, []);
  const across = moves.filter(
    ({ args: [, from, to] }) => k.machine.cpus[from].node !== k.machine.cpus[to].node,
  ).length;
  return told(
    k,
    `${capital(name)} first changed its CPU at ${moment(moves[0].ns)}; ${counted(moves.length, 'time')} so far, ` +
      `${count(across)} of them to another node.`,
    moves,
  );
}

/** What is known of the moves of one page-table slot's pages. */
interface SlotMoves {
  mm: number;
  /** Node each page left last, -1 none, and the scan pass it left in; how often it moved. */
  left: Int16Array;
  pass: Uint16Array;
  times: Uint16Array;
}

/** Walk through all migrations, the oldest first, with what is known of their pages. */
function eachMigration(
  k: Kernel,
  ledger: Ledger,
  visit: (event: LedgerEvent, moves: SlotMoves, pass: number) => void,
): Map<number, SlotMoves> {
  const passEnds = all(k, ledger.others, (w, at) => w[at] === output.TRACE_SCAN_PASS).map(({ ns }) => ns);
  const slots = new Map<number, SlotMoves>();
  let pass = 0;
  ledger.pages.forward(presentNs(k), (w, at, ns) => {
    if (w[at] !== output.TRACE_PAGES_MIGRATED) return true;
    while (pass < passEnds.length && passEnds[pass] <= ns) pass++;
    const [slot, mm] = [w[at + 1], w[at + 7]];
    let moves = slots.get(slot);
    // A slot that another process has taken over begins anew.
    if (moves?.mm !== mm) {
      moves = {
        mm,
        left: new Int16Array(PAGES_PER_BLOCK).fill(-1),
        pass: new Uint16Array(PAGES_PER_BLOCK),
        times: new Uint16Array(PAGES_PER_BLOCK),
      };
      slots.set(slot, moves);
    }
    const event = eventAt(w, at, ns);
    visit(event, moves, pass);
    const [, first, pages, from] = event.args;
    for (let page = first; page < first + pages; page++) {
      moves.left[page] = from;
      moves.pass[page] = pass;
      moves.times[page]++;
    }
    return true;
  });
  return slots;
}

function cameBack(k: Kernel, ledger: Ledger, passes: number): Part {
  let pages = 0;
  const events: LedgerEvent[] = [];
  eachMigration(k, ledger, (event, moves, pass) => {
    const [, first, moved, , to] = event.args;
    let back = 0;
    for (let page = first; page < first + moved; page++)
      if (moves.left[page] === to && pass - moves.pass[page] <= passes) back++;
    pages += back;
    if (back > 0) events.push(event);
  });
  const within = `within ${passes} scan ${passes === 1 ? 'pass' : 'passes'}`;
  const sentence =
    pages === 0
      ? `No page has come back to a node ${within} of leaving it.`
      : `${counted(pages, 'page')} came back to a node ${within} of leaving it: ping-pong. First at ${moment(events[0].ns)}.`;
  return told(k, sentence, events);
}

function movedOften(k: Kernel, ledger: Ledger, times: number): Part {
  const slots = eachMigration(k, ledger, () => {});
  let pages = 0;
  let most = 0;
  const found: { slot: number; most: number; pages: number; first: number }[] = [];
  for (const [slot, moves] of slots) {
    let often = 0;
    let top = 0;
    let first = -1;
    for (let page = 0; page < PAGES_PER_BLOCK; page++) {
      top = Math.max(top, moves.times[page]);
      if (moves.times[page] <= times) continue;
      often++;
      if (first < 0) first = page;
    }
    pages += often;
    most = Math.max(most, top);
    if (often > 0) found.push({ slot, most: top, pages: often, first });
  }
  found.sort((a, b) => b.most - a.most || b.pages - a.pages);
  const lines = found.slice(0, MAX_LINES).map(({ slot, most: top, pages: often, first }): LedgerLine => {
    const owned = k.memory.tables.mm[slot] === slots.get(slot)!.mm;
    const process = processName(k, k.mms[slots.get(slot)!.mm]?.process ?? -1);
    const where = owned
      ? `${slotName(k, slot)} of ${process} at ${pageAddress(k, slot, first)}`
      : `Memory of ${process} that has been unmapped since`;
    const target = owned ? pageTarget(k, slot, first) : null;
    const last = lastMigration(k, ledger, slot);
    return {
      ns: last,
      tick: Math.floor(last / TICK_NS),
      text: `${where}: ${counted(often, 'page')} of this 2 MiB moved more than ${counted(times, 'time')}, up to ${top} times; last at this moment.`,
      ...(target && { target }),
    };
  });
  const sentence =
    pages === 0
      ? `No page has moved more than ${counted(times, 'time')}${most > 0 ? `; the most is ${most}` : ''}.`
      : `${counted(pages, 'page')} moved more than ${counted(times, 'time')}; the most is ${most}.`;
  return { sentence, lines, more: found.length > MAX_LINES };
}

function lastMigration(k: Kernel, ledger: Ledger, slot: number): number {
  let last = 0;
  ledger.pages.backward(presentNs(k), (w, at, ns) => {
    if (w[at] !== output.TRACE_PAGES_MIGRATED || w[at + 1] !== slot) return true;
    last = ns;
    return false;
  });
  return last;
}

function nodeFull(k: Kernel, ledger: Ledger, node: number): Part {
  if (!k.machine.nodes[node]) return told(k, `There is no node ${node}.`, []);
  const ofDaemon = all(
    k,
    ledger.others,
    (w, at) => (w[at] === output.TRACE_NO_ROOM || w[at] === output.TRACE_RECLAIMED) && w[at + 1] === node,
  );
  const ofPages = all(k, ledger.pages, (w, at) => {
    switch (w[at]) {
      case output.TRACE_FIRST_TOUCH:
        return w[at + 6] === node && w[at + 5] !== node;
      case output.TRACE_MIGRATION_FAILED:
        return w[at + 4] === node && w[at + 5] === output.STAYED_NO_ROOM;
      case output.TRACE_FAULT_OUTCOME:
        return w[at + 5] === node && w[at + 8] === output.FAULT_NO_ROOM;
      default:
        return false;
    }
  });
  const events = [...ofDaemon, ...ofPages].sort(newestFirst).reverse();
  const name = nodeName(k, node);
  if (events.length === 0) return told(k, `N${name.slice(1)} has never lacked room.`, []);
  const timesOf = (kind: number) => events.filter((event) => event.kind === kind).length;
  const parts = [
    [timesOf(output.TRACE_NO_ROOM), `${daemonName(k, node)} found no room`],
    [timesOf(output.TRACE_FIRST_TOUCH), 'first touches went elsewhere'],
    [timesOf(output.TRACE_MIGRATION_FAILED), 'migrations failed'],
    [timesOf(output.TRACE_FAULT_OUTCOME), 'faults found no room'],
    [timesOf(output.TRACE_RECLAIMED), 'page cache was dropped'],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, what]) => `${what} ${counted(n, 'time')}`);
  return told(
    k,
    `N${name.slice(1)} first lacked room at ${moment(events[0].ns)}: ${words.join(', ')}.`,
    events,
  );
}

function mostMismatches(k: Kernel, ledger: Ledger): Part {
  const faults = new Map<string, { pages: number; event: LedgerEvent }>();
  let pages = 0;
  ledger.pages.forward(presentNs(k), (w, at, ns) => {
    if (w[at] !== output.TRACE_FAULT_OUTCOME || w[at + 8] !== output.FAULT_MISMATCH) return true;
    pages += w[at + 4];
    const key = `${ns}:${w[at + 1]}:${w[at + 2]}`;
    const fault = faults.get(key);
    if (fault) fault.pages += w[at + 4];
    else faults.set(key, { pages: w[at + 4], event: eventAt(w, at, ns) });
    return true;
  });
  if (faults.size === 0) return told(k, 'No hinting fault has met a last_nid mismatch.', []);
  const sorted = [...faults.values()].sort((a, b) => b.pages - a.pages || a.event.ns - b.event.ns);
  const [worst] = sorted;
  return told(
    k,
    `The fault of ${taskOf(k, worst.event.args[0])} at ${moment(worst.event.ns)} mismatched on ${counted(worst.pages, 'page')}, the most of ` +
      `${counted(faults.size, 'fault')} that met a mismatch (${counted(pages, 'page')} in all).`,
    sorted.slice(0, MAX_LINES + 1).map(({ event }) => event),
  );
}

function longestQueue(k: Kernel, ledger: Ledger): Part {
  const queued: Record<number, number> = {
    [output.TRACE_DAEMON_WOKEN]: 2,
    [output.TRACE_DAEMON_BATCH]: 3,
    [output.TRACE_DAEMON_SLEPT]: 2,
    [output.TRACE_NO_ROOM]: 4,
  };
  const events = all(k, ledger.others, (w, at) => queued[w[at]] !== undefined);
  const length = (event: LedgerEvent) => event.args[queued[event.kind] - 1];
  const sorted = events
    .filter((event) => length(event) > 0)
    .sort((a, b) => length(b) - length(a) || a.ns - b.ns);
  if (sorted.length === 0)
    return told(k, 'No daemon has ever had anything queued when it woke or slept.', []);
  const [longest] = sorted;
  return told(
    k,
    `The longest queue a daemon has met was ${counted(length(longest), 'page')}, of ${daemonName(k, longest.args[0])} at ` +
      `${moment(longest.ns)} (looked at when it wakes, takes a batch, or sleeps).`,
    sorted,
  );
}

const KINDS: Record<EventKind, readonly number[]> = {
  all: [],
  first_touch: [output.TRACE_FIRST_TOUCH],
  scan: [output.TRACE_SCAN_PASS, output.TRACE_SLOT_SCANNED, output.TRACE_VMA_SKIPPED],
  fault: [output.TRACE_FAULT_OUTCOME],
  mismatch: [output.TRACE_FAULT_OUTCOME],
  queued: [output.TRACE_FAULT_OUTCOME],
  migrated: [output.TRACE_PAGES_MIGRATED],
  stayed: [output.TRACE_MIGRATION_FAILED, output.TRACE_NOT_ISOLATED, output.TRACE_QUEUE_FORGOTTEN],
  task_move: [output.TRACE_TASK_MOVED, output.TRACE_TASK_PLACED],
  balance: [output.TRACE_BALANCE],
  veto: [output.TRACE_PULL_VETO],
  daemon: [
    output.TRACE_DAEMON_WOKEN,
    output.TRACE_DAEMON_BATCH,
    output.TRACE_DAEMON_SLEPT,
    output.TRACE_NO_ROOM,
  ],
  no_room: [output.TRACE_NO_ROOM],
  huge: [output.TRACE_THP_SPLIT, output.TRACE_THP_COLLAPSED],
  reclaim: [output.TRACE_RECLAIMED, output.TRACE_PAGES_SPILLED],
  process: [output.TRACE_PROCESS_BORN, output.TRACE_PROCESS_EXITED, output.TRACE_MAPPED],
};

function isOfKind(w: Int32Array, at: number, event: EventKind): boolean {
  if (event === 'all') return true;
  if (!KINDS[event].includes(w[at])) return false;
  if (event === 'mismatch') return w[at + 8] === output.FAULT_MISMATCH;
  return event !== 'queued' || w[at + 8] === output.FAULT_QUEUED;
}

function filtered(k: Kernel, ledger: Ledger, question: Extract<Question, { kind: 'filter' }>): Part {
  const { event, pid, process, node, fromS, toS } = question;
  const task = pid === null ? -1 : k.tasks.findIndex((each) => each.pid === pid);
  if (pid !== null && task < 0) return told(k, `There is no thread with pid ${pid}.`, []);
  const since = fromS === null ? -1 : fromS * NS_PER_SECOND;
  const until = Math.min(presentNs(k), toS === null ? Infinity : toS * NS_PER_SECOND + 1);
  let found = 0;
  const events: LedgerEvent[] = [];
  for (const log of [ledger.pages, ledger.decisions, ledger.others]) {
    let kept = 0;
    log.backward(until, (w, at, ns) => {
      if (ns < since) return false;
      if (!isOfKind(w, at, event)) return true;
      if (task >= 0 && taskOfEvent(w, at) !== task) return true;
      if (process !== null && processOfEvent(k, w, at) !== process) return true;
      if (node !== null && !concernsSomeNode(k, w, at, node)) return true;
      found++;
      if (kept <= MAX_LINES) {
        kept++;
        events.push(eventAt(w, at, ns));
      }
      return true;
    });
  }
  events.sort(newestFirst);
  return told(
    k,
    `${counted(found, 'event')} match${found === 1 ? 'es' : ''}${found > 0 ? '; the newest first' : ''}.`,
    events,
  );
}
