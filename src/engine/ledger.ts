/**
 * The history of decisions: every trace event of the run, as far back as there is space for, so that whoever asks "why" is told what
 * the kernel compared and when. Three logs, so that the many events of pages do not push out the few of tasks.
 *
 * It is a record of a branch (observer.ts): it grows when time passes for the first time, going back hides what is still to come, and
 * a fork begins with what came before it.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { NS_PER_SECOND, TICK_NS } from '../kernel/units.ts';
import { EVENT_BYTES, EventLog } from './event-log.ts';
import { count } from './names.ts';
import type { BranchRecord } from './observer.ts';

/** Events of pages, of balancing decisions, and all others. */
const PAGE_EVENTS = 524_288;
const DECISION_EVENTS = 131_072;
const OTHER_EVENTS = 131_072;
/** Memory that the history takes at most. */
export const LEDGER_BYTES = (PAGE_EVENTS + DECISION_EVENTS + OTHER_EVENTS) * EVENT_BYTES;

const OF_PAGES = new Set<number>([
  output.TRACE_HINTING_FAULT,
  output.TRACE_FAULT_OUTCOME,
  output.TRACE_QUEUE_FORGOTTEN,
  output.TRACE_PAGES_MIGRATED,
  output.TRACE_THP_SPLIT,
  output.TRACE_THP_COLLAPSED,
  output.TRACE_MIGRATION_FAILED,
  output.TRACE_FIRST_TOUCH,
  output.TRACE_SLOT_SCANNED,
  output.TRACE_NOT_ISOLATED,
]);
const OF_DECISIONS = new Set<number>([output.TRACE_BALANCE, output.TRACE_PULL_VETO]);

export class Ledger implements BranchRecord<Ledger> {
  /** Page faults, queueing, migrations; decisions about tasks that moved nothing or something; everything else. */
  readonly pages: EventLog;
  readonly decisions: EventLog;
  readonly others: EventLog;
  /** Events that the kernel's ring overwrote before they were read. */
  lost = 0;
  /** Next event of the kernel's ring. */
  private position = 0;
  /** Events recorded ever. */
  private recorded = 0;

  constructor(origin?: { ledger: Ledger; ns: number }) {
    const log = (capacity: number, of?: EventLog) => of?.fork(origin!.ns) ?? new EventLog(capacity);
    this.pages = log(PAGE_EVENTS, origin?.ledger.pages);
    this.decisions = log(DECISION_EVENTS, origin?.ledger.decisions);
    this.others = log(OTHER_EVENTS, origin?.ledger.others);
    this.recorded = origin?.ledger.recorded ?? 0;
    this.lost = origin?.ledger.lost ?? 0;
    this.position = origin?.ledger.position ?? 0;
  }

  /** Everything up to a tick, as the beginning of another branch. */
  fork(tick: number): Ledger {
    return new Ledger({ ledger: this, ns: tick * TICK_NS });
  }

  /**
   * Read what the kernel has traced since the last call.
   * @param isNew false while time passes that has been recorded before
   */
  drain(k: Kernel, isNew: boolean): void {
    const out = k.output;
    if (!isNew) {
      this.position = out.traceCount;
      return;
    }
    const unread = out.traceCount - this.position;
    if (unread > out.traceCapacity) {
      this.lost += unread - out.traceCapacity;
      this.position = out.traceCount - out.traceCapacity;
    }
    for (; this.position < out.traceCount; this.position++)
      this.record(out.trace, (this.position % out.traceCapacity) * output.TRACE_WORDS);
  }

  /** The kernel has been put to another moment: what its ring holds now is not news. */
  jump(k: Kernel): void {
    this.position = k.output.traceCount;
  }

  /** What is there and what is not, in a sentence. */
  kept(): string {
    const { pages, decisions, others } = this;
    const dropped = pages.dropped + decisions.dropped + others.dropped;
    const all = pages.length + decisions.length + others.length;
    const parts = [`${count(all)} events are kept`];
    if (pages.dropped > 0) parts.push(`those of pages since ${(pages.firstNs / NS_PER_SECOND).toFixed(3)} s`);
    if (dropped > 0) parts.push(`${count(dropped)} older ones were dropped to stay within memory`);
    if (this.lost > 0) parts.push(`${count(this.lost)} came too fast to be read`);
    return `${parts.join('; ')}.`;
  }

  private record(trace: Float64Array, at: number): void {
    const kind = trace[at + 1];
    const sequence = this.recorded++;
    if (OF_PAGES.has(kind)) {
      // Its outcome says the same and more.
      if (kind !== output.TRACE_HINTING_FAULT) this.pages.push(trace, at, sequence);
    } else if (OF_DECISIONS.has(kind)) this.decisions.push(trace, at, sequence);
    else this.others.push(trace, at, sequence);
  }
}

/** Events before this moment have happened. */
export function presentNs(k: Kernel): number {
  return k.ticks * TICK_NS;
}
