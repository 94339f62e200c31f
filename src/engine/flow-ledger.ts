/** The ledger of an arrow: what moved from one node to another, in bursts, and what the daemon that fetched it decided. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { TICK_NS } from '../kernel/units.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import type { LedgerLine } from '../protocol/why.ts';
import { eventAt, type LedgerEvent } from './event-log.ts';
import { type Ledger, presentNs } from './ledger.ts';
import { moment } from './ledger-words.ts';
import { counted, daemonName, megabytes, nodeName, processName } from './names.ts';
import { concernsNode, nodeSentence } from './node-sentences.ts';

/** Migrations further apart than this are two bursts. */
const GAP_NS = 50_000_000;
/** Migrations looked at: a page by page flow has many. */
const MAX_MIGRATIONS = 100_000;

interface Burst {
  fromNs: number;
  toNs: number;
  /** Pages by mm. */
  pages: Map<number, number>;
}

/** Bursts of migration between two nodes, newest first. */
function burstsOf(
  k: Kernel,
  ledger: Ledger,
  from: number,
  to: number,
  most: number,
): { bursts: Burst[]; more: boolean } {
  const bursts: Burst[] = [];
  let seen = 0;
  let more = false;
  ledger.pages.backward(presentNs(k), (w, at, ns) => {
    if (w[at] !== output.TRACE_PAGES_MIGRATED || w[at + 4] !== from || w[at + 5] !== to) return true;
    let burst = bursts.at(-1);
    if (burst === undefined || burst.fromNs - ns > GAP_NS) {
      if (bursts.length === most || seen > MAX_MIGRATIONS) {
        more = true;
        return false;
      }
      burst = { fromNs: ns, toNs: ns, pages: new Map() };
      bursts.push(burst);
    }
    burst.fromNs = ns;
    burst.pages.set(w[at + 7], (burst.pages.get(w[at + 7]) ?? 0) + w[at + 3]);
    return ++seen <= MAX_MIGRATIONS;
  });
  return { bursts, more };
}

function burstSentence(k: Kernel, burst: Burst, from: number, to: number): string {
  const owners = [...burst.pages]
    .sort((a, b) => b[1] - a[1])
    .map(([mm, pages]) => {
      const process = k.mms[mm]?.process ?? -1;
      return `${counted(pages, 'page')} (${megabytes(pages)}) of ${processName(k, process)}`;
    });
  const queue = k.autonuma.version.migration === 'queue';
  const by = queue ? `${daemonName(k, to)} (migrate_pages)` : 'hinting faults (migrate_pages)';
  const since = burst.fromNs === burst.toNs ? '' : ` since ${moment(burst.fromNs)}`;
  return `${owners.join(', ')} moved from ${nodeName(k, from)} to ${nodeName(k, to)} by ${by}${since}.`;
}

/** Lines for the arrow from one node to another. */
export function flowLines(
  k: Kernel,
  ledger: Ledger,
  from: number,
  to: number,
  most: number,
): { lines: LedgerLine[]; more: boolean } {
  const { bursts, more } = burstsOf(k, ledger, from, to, most);
  const daemon: InspectTarget = { kind: 'daemon', node: to };
  const line = (ns: number, text: string, target?: InspectTarget): LedgerLine => ({
    ns,
    tick: Math.floor(ns / TICK_NS),
    text,
    ...(target && { target }),
  });
  const lines = bursts.map((burst) => line(burst.toNs, burstSentence(k, burst, from, to)));
  const events: LedgerEvent[] = [];
  ledger.others.backward(presentNs(k), (w, at, ns) => {
    if (concernsNode(w, at, to)) events.push(eventAt(w, at, ns));
    return events.length < most;
  });
  for (const event of events) lines.push(line(event.ns, nodeSentence(k, event), daemon));
  lines.sort((a, b) => b.ns - a.ns);
  return { lines: lines.slice(0, most), more: more || lines.length > most };
}
