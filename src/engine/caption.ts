/**
 * The caption: one sentence that says what is happening now, with the real names and numbers, as a lecturer would. Each rule
 * looks at the facts and speaks or passes; the first that speaks is right. The rules stand in order of interest.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { TASK_DEAD } from '../kernel/sched/task.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';
import {
  count,
  counted,
  cpuName,
  daemonName,
  list,
  megabytes,
  megabytesPerSecond,
  nodeName,
  percent,
  processName,
  taskName,
} from './names.ts';
import type { Rates } from './rates.ts';
import { type ScannerView, scannerView } from './scanner.ts';
import type { Latest } from './watcher.ts';

/** What the rules look at. */
export interface Facts {
  k: Kernel;
  rates: Rates;
  latest: Latest;
  /** Source nodes' majority process per pair of nodes. */
  pairProcess: Int32Array;
  /** Share of accesses that are local, 0..1. */
  localShare: number;
  finished: boolean;
  scanner: ScannerView;
}

export interface Caption {
  /** What kind of thing is going on: a caption of another kind may follow at once. */
  kind: string;
  sentence: string;
}

type Rule = (facts: Facts) => Caption | null;

/** Slower than this is not worth a sentence, in pages a second. */
const NOTICEABLE = 2 * PAGES_PER_MIB;
/** What has not happened for so long, in ticks, is over: smoothed rates lag behind. */
const FRESH_TICKS = 250;
/** How long a thread's move stays news, in ticks. */
const NEWS_TICKS = 400;
/** Local enough, and quiet for so long, to be called settled. */
const SETTLED_SHARE = 0.97;
const SETTLED_TICKS = 2000;

export function caption(facts: Facts): Caption {
  for (const rule of RULES) {
    const said = rule(facts);
    if (said) return said;
  }
  return { kind: 'running', sentence: `${localWords(facts)}.` };
}

/** Collect the facts. */
export function factsOf(
  k: Kernel,
  rates: Rates,
  latest: Latest,
  pairProcess: Int32Array,
  localShare: number,
  finished: boolean,
): Facts {
  return { k, rates, latest, pairProcess, localShare, finished, scanner: scannerView(k) };
}

const notStarted: Rule = ({ k }) => {
  if (k.processes.length > 0) return null;
  return {
    kind: 'not started',
    sentence: `The machine is up and nothing runs on it yet; ${k.programs.title} is about to start.`,
  };
};

const finished: Rule = ({ k, finished: over }) => {
  if (!over) return null;
  const elapsed = k.processes.reduce((most, p) => Math.max(most, p.exitedNs), 0) / 1e9;
  const { pgmigrate_success: pages, task_moves_autonuma: moves } = k.counters;
  const local = k.processes.reduce((sum, p) => sum + p.localBytes, 0);
  const all = local + k.processes.reduce((sum, p) => sum + p.remoteBytes, 0);
  const work =
    pages + moves > 0
      ? `AutoNUMA moved ${megabytes(pages)} and sent ${counted(moves, 'thread')} to other CPUs`
      : 'no page and no thread was moved for locality';
  const share = all > 0 ? `, and ${percent(local / all)} of all accesses were local` : '';
  return {
    kind: 'finished',
    sentence: `Every program has exited after ${elapsed.toFixed(1)} s: ${work}${share}.`,
  };
};

const firstTouch: Rule = ({ k, rates }) => {
  let total = 0;
  let most = 0;
  for (let n = 0; n < rates.born.length; n++) {
    total += rates.born[n];
    if (rates.born[n] > rates.born[most]) most = n;
  }
  // A build that forks all day touches some fresh memory at any time; what counts is a program that fills its arrays.
  if (total < 50 * NOTICEABLE || total < rates.migrated || k.ticks - rates.bornTick > FRESH_TICKS)
    return null;
  const alive = k.processes.filter((p) => p.exitedNs < 0);
  const names =
    alive.length <= 2 ? list(alive.map((p) => processName(k, p.index))) : `${count(alive.length)} processes`;
  const verb = alive.length === 1 ? 'touches its' : 'touch their';
  const share = rates.born[most] / total;
  const where =
    share > 0.98
      ? `all of it lands on ${nodeName(k, most)}`
      : share > 0.5
        ? `${percent(share)} of it lands on ${nodeName(k, most)}`
        : `it lands on ${Array.from(rates.born).filter((rate) => rate > 0.01 * total).length} nodes`;
  return {
    kind: 'first touch',
    sentence: `${names} ${verb} memory for the first time, ${megabytesPerSecond(total)}: ${where}, because a page is born where the thread that touches it runs.`,
  };
};

const migrating: Rule = ({ k, rates, latest, pairProcess }) => {
  const nodes = rates.node.length;
  // Between two batches the daemon naps.
  const nap = Math.min(1000, k.autonuma.knobs.migrate_sleep_millisecs);
  if (latest.migratedTick < 0 || k.ticks - latest.migratedTick > nap + FRESH_TICKS / 4) return null;
  let to = 0;
  for (let n = 1; n < nodes; n++) if (rates.node[n] > rates.node[to]) to = n;
  if (nodes === 0 || rates.node[to] < NOTICEABLE) return null;
  let from = 0;
  for (let n = 0; n < nodes; n++) if (rates.pair[n * nodes + to] > rates.pair[from * nodes + to]) from = n;
  const process = pairProcess[from * nodes + to];
  const what = process >= 0 ? processName(k, process) : 'memory';
  // The first sample of a page queues it at once; later ones must agree (autonuma.md 4.2).
  const samples = k.mms[k.processes[process]?.mm ?? -1]?.autonuma.faultPass ?? 0;
  const asked =
    samples <= 1
      ? `nobody else has asked for these pages so far`
      : `each page has been asked for twice in a row by ${nodeName(k, to)}`;
  let other = -1;
  for (let n = 0; n < nodes; n++)
    if (n !== to && rates.node[n] >= NOTICEABLE && (other < 0 || rates.node[n] > rates.node[other]))
      other = n;
  const meanwhile =
    other < 0
      ? ''
      : `, while ${daemonName(k, other)} takes ${megabytesPerSecond(rates.node[other])} to ${nodeName(k, other)}`;
  return {
    kind: 'migrating',
    sentence: `${daemonName(k, to)} is pulling ${what} to ${nodeName(k, to)} at ${megabytesPerSecond(rates.node[to])}: ${threadsThere(k, process, to)}, and ${asked}${meanwhile}.`,
  };
};

function threadsThere(k: Kernel, process: number, node: number): string {
  // A thread that only waits for the others has no say in where memory should be.
  const threads =
    k.processes[process]?.threads.filter(
      (id) => k.tasks[id].state !== TASK_DEAD && k.tasks[id].program.waiting !== 'threads',
    ) ?? [];
  const there = threads.filter((id) => k.machine.cpus[k.tasks[id].cpu].node === node).length;
  if (threads.length === 0) return 'its threads ran there';
  if (threads.length === 1) return there === 1 ? 'it runs there' : 'it ran there';
  if (there === threads.length) return 'its threads run there';
  if (there === 0) return 'none of its threads runs there now';
  return `${there} of its ${threads.length} threads ${there === 1 ? 'runs' : 'run'} there`;
}

const noRoom: Rule = ({ k, rates }) => {
  const daemon = k.autonuma.daemons.find((d) => d.state === 'no room' && rates.node[d.node] < NOTICEABLE);
  if (!daemon) return null;
  const { nodeKind, watermarkHigh } = k.memory.frames;
  const free = nodeKind[daemon.node * 5];
  return {
    kind: `no room on ${daemon.node}`,
    sentence: `${daemonName(k, daemon.node)} has ${counted(daemon.nrQueued, 'page')} to fetch but no room to put them: ${nodeName(k, daemon.node)} has ${megabytes(free)} free and its high watermark is ${megabytes(watermarkHigh[daemon.node])}.`,
  };
};

const taskMoved: Rule = ({ k, latest }) => {
  if (latest.movedTick < 0 || k.ticks - latest.movedTick > NEWS_TICKS) return null;
  const place = (cpu: number) => `${cpuName(k, cpu)} on ${nodeName(k, k.machine.cpus[cpu].node)}`;
  const weights = latest.movedByProcess ? 'process' : 'thread';
  return {
    kind: 'task moved',
    sentence: `sched_autonuma_balance has sent ${taskName(k, k.tasks[latest.movedTask])} from ${place(latest.movedFrom)} to ${place(latest.movedTo)}: by ${weights} weights it belongs there more than what ran there (gain ${Math.round(latest.movedGain)}).`,
  };
};

const waiting: Rule = ({ k, rates, scanner }) => {
  const daemon = k.autonuma.daemons.reduce<(typeof k.autonuma.daemons)[0] | null>(
    (most, d) => (d.state === 'asleep' && d.nrQueued > (most?.nrQueued ?? 0) ? d : most),
    null,
  );
  if (!daemon || rates.node[daemon.node] >= NOTICEABLE || daemon.nrQueued < NOTICEABLE / 4) return null;
  const threshold = k.autonuma.knobs.pages_to_migrate;
  // While the scanner works the queues are only filling: faults are the better story.
  if (scanner.state !== 'asleep' && daemon.nrQueued < threshold / 2) return null;
  const why = k.autonuma.knobs.defer
    ? 'it is told to defer'
    : daemon.nrQueued < threshold
      ? `it wakes for ${count(threshold)}`
      : 'it is only woken when the queue grows past its threshold';
  const when =
    scanner.flushInMs >= 0
      ? `; the scanner's pause will send it off in ${seconds(scanner.flushInMs)}`
      : scanner.state === 'asleep'
        ? ''
        : '; the pause after this scan pass will send it off';
  return {
    kind: `waiting for ${daemon.node}`,
    sentence: `${counted(daemon.nrQueued, 'page')} wait for ${daemonName(k, daemon.node)}, and ${why}${when}.`,
  };
};

const hintingFaults: Rule = (facts) => {
  const { rates, latest, k, scanner } = facts;
  if (latest.faultTask < 0 || k.ticks - latest.faultTick > FRESH_TICKS) return null;
  const pass = scanner.state === 'scanning' || scanner.state === 'between chunks';
  const doing = pass
    ? `knuma_scand marks pages (pass ${scanner.fullScans + 1}, ${percent(scanner.progress)} done)`
    : `knuma_scand has marked pages in pass ${scanner.fullScans}`;
  const who = taskName(k, k.tasks[latest.faultTask]);
  return {
    kind: 'hinting faults',
    sentence: `${doing}, and ${counted(Math.max(1, rates.faults), 'hinting fault')} a second tell who touches them: ${who} on ${nodeName(k, latest.faultNode)} was the last. ${localWords(facts)}.`,
  };
};

const scanning: Rule = (facts) => {
  const { scanner, k } = facts;
  if (scanner.state !== 'scanning' && scanner.state !== 'between chunks') return null;
  const { pages_to_scan: chunk, scan_sleep_millisecs: sleep } = k.autonuma.knobs;
  return {
    kind: 'scanning',
    sentence: `knuma_scand is in pass ${scanner.fullScans + 1}, ${percent(scanner.progress)} done, marking ${megabytes(chunk)} every ${sleep} ms: the next touch of a marked page tells who uses it. ${localWords(facts)}.`,
  };
};

const settled: Rule = ({ k, localShare, latest, scanner }) => {
  if (scanner.state !== 'asleep' || localShare < SETTLED_SHARE || scanner.fullScans === 0) return null;
  const quietSince = Math.max(latest.migratedTick, latest.movedTick);
  if (k.ticks - quietSince < SETTLED_TICKS) return null;
  const next = scanner.passInMs >= 0 ? `; knuma_scand looks again in ${seconds(scanner.passInMs)}` : '';
  return {
    kind: 'settled',
    sentence: `Settled: ${percent(localShare)} of accesses are local and nothing needs to move${next}.`,
  };
};

const asleep: Rule = (facts) => {
  const { scanner } = facts;
  if (scanner.state !== 'asleep') return null;
  if (scanner.passInMs < 0)
    return { kind: 'asleep', sentence: `knuma_scand waits for a program to scan; ${localWords(facts)}.` };
  return {
    kind: 'asleep',
    sentence: `knuma_scand sleeps for another ${seconds(scanner.passInMs)}; ${localWords(facts)}.`,
  };
};

const disabled: Rule = (facts) => {
  const { k } = facts;
  const stay = 'pages and threads stay where first touch and CFS put them';
  if (k.autonuma.possible) {
    if (k.autonuma.knobs.enabled) return null;
    return {
      kind: 'disabled',
      sentence: `AutoNUMA is switched off (enabled = 0): ${stay}; ${localWords(facts)}.`,
    };
  }
  if (k.policyName === 'off')
    return { kind: 'off', sentence: `No NUMA balancing: ${stay}; ${localWords(facts)}.` };
  const why = k.noautonuma ? 'Booted with noautonuma' : 'One node only, so AutoNUMA has nothing to do';
  return { kind: 'impossible', sentence: `${why}: ${stay}; ${localWords(facts)}.` };
};

function localWords({ localShare }: Facts): string {
  return `${percent(localShare)} of accesses are local`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

const RULES: readonly Rule[] = [
  notStarted,
  finished,
  firstTouch,
  migrating,
  noRoom,
  taskMoved,
  disabled,
  waiting,
  hintingFaults,
  scanning,
  settled,
  asleep,
];

/** How long a sentence stays, in wall milliseconds: of one kind, and before a sentence of another kind. */
const HOLD_MS = 1000;
const HOLD_OTHER_MS = 400;

/** Lets a caption stand long enough to be read. */
export class CaptionKeeper {
  private shown: Caption = { kind: '', sentence: '' };
  private sinceMs = -Infinity;

  /** The caption to show at this time. @param urgent the person has acted: no holding back */
  show(next: Caption, nowMs: number, urgent: boolean): string {
    const hold = next.kind === this.shown.kind ? HOLD_MS : HOLD_OTHER_MS;
    if (next.sentence !== this.shown.sentence && (urgent || nowMs - this.sinceMs >= hold)) {
      this.shown = next;
      this.sinceMs = nowMs;
    }
    return this.shown.sentence;
  }
}
