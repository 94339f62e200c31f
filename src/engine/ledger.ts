/**
 * The history of decisions: every trace event of the run, as far back as there is space for, so that whoever asks "why" is told what
 * the kernel compared and when. Three logs, so that the many events of pages do not push out the few of tasks.
 *
 * It is kept by simulated time: going back in time hides what is still to come, going on again finds it there, and only another
 * past (a fork) makes it forget.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { NS_PER_MS, TICK_NS } from '../kernel/units.ts';
import { EVENT_BYTES, EventLog } from './event-log.ts';
import { count } from './names.ts';

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

/** A ring that fills faster than this share between two drains is drained more often. */
const SAFE_SHARE = 0.25;

export class Ledger {
  /** Page faults, queueing, migrations; decisions about tasks that moved nothing or something; everything else. */
  readonly pages = new EventLog(PAGE_EVENTS);
  readonly decisions = new EventLog(DECISION_EVENTS);
  readonly others = new EventLog(OTHER_EVENTS);
  /** Events that the kernel's ring overwrote before they were read. */
  lost = 0;
  private readonly k: Kernel;
  /** Next event of the kernel's ring. */
  private position: number;
  /** Everything before this moment is recorded, and so many events at it (edits happen between two ticks). */
  private recordedNs = 0;
  private recordedAt = 0;
  /** Events at `recordedNs` that will come again, because time went back. */
  private repeated = 0;
  /** Events recorded ever. */
  private recorded = 0;
  /** Trace events a tick, lately. */
  private rate = 0;
  private drainedTick = 0;

  constructor(k: Kernel) {
    this.k = k;
    this.position = 0;
  }

  /** Events before this moment have happened. */
  get nowNs(): number {
    return this.k.ticks * TICK_NS;
  }

  /** Ticks that may pass until the next drain without the ring overflowing, as far as the last ones tell. */
  get safeTicks(): number {
    if (this.rate === 0) return Infinity;
    return Math.max(1, Math.floor((this.k.output.traceCapacity * SAFE_SHARE) / this.rate));
  }

  /** Read what the kernel has traced since the last call. */
  drain(): void {
    const out = this.k.output;
    const unread = out.traceCount - this.position;
    const ticks = this.k.ticks - this.drainedTick;
    if (ticks > 0) this.rate = Math.max(unread / ticks, this.rate / 2);
    this.drainedTick = this.k.ticks;
    if (unread > out.traceCapacity) {
      this.lost += unread - out.traceCapacity;
      this.position = out.traceCount - out.traceCapacity;
    }
    for (; this.position < out.traceCount; this.position++)
      this.record(out.trace, (this.position % out.traceCapacity) * output.TRACE_WORDS);
    if (this.nowNs > this.recordedNs) {
      // Nothing of the tick to come has happened, but an edit may have been made just now.
      this.recordedNs = this.nowNs;
      this.recordedAt = 0;
    }
  }

  /** The kernel has been put to another moment of the same past: what is traced from there has been read before, or not. */
  jump(): void {
    this.position = this.k.output.traceCount;
    this.drainedTick = this.k.ticks;
    this.repeated = this.recordedAt;
  }

  /** From now on the past is another one: what came after this moment is forgotten. */
  fork(): void {
    const { nowNs } = this;
    if (nowNs > this.recordedNs) return;
    for (const log of [this.pages, this.decisions, this.others]) log.truncate(nowNs);
    this.recordedNs = nowNs;
    this.recordedAt = 0;
    this.repeated = 0;
  }

  /** What is there and what is not, in a sentence. */
  kept(): string {
    const { pages, decisions, others } = this;
    const dropped = pages.dropped + decisions.dropped + others.dropped;
    const all = pages.length + decisions.length + others.length;
    const parts = [`${count(all)} events are kept`];
    if (pages.dropped > 0)
      parts.push(`those of pages since ${(pages.firstNs / NS_PER_MS / 1000).toFixed(3)} s`);
    if (dropped > 0) parts.push(`${count(dropped)} older ones were dropped to stay within memory`);
    if (this.lost > 0) parts.push(`${count(this.lost)} came too fast to be read`);
    return `${parts.join('; ')}.`;
  }

  private record(trace: Float64Array, at: number): void {
    const ns = trace[at];
    if (ns < this.recordedNs) return;
    if (ns === this.recordedNs) {
      if (this.repeated > 0) {
        this.repeated--;
        return;
      }
      this.recordedAt++;
    }
    const kind = trace[at + 1];
    const sequence = this.recorded++;
    if (OF_PAGES.has(kind)) {
      // Its outcome says the same and more.
      if (kind !== output.TRACE_HINTING_FAULT) this.pages.push(trace, at, sequence);
    } else if (OF_DECISIONS.has(kind)) this.decisions.push(trace, at, sequence);
    else this.others.push(trace, at, sequence);
  }
}
