/**
 * Trace events kept for a long time in little memory: columns in chunks, the oldest chunk dropped when there are too many. Events are
 * in order of time, so a moment of the past is a prefix.
 */
import { TRACE_WORDS } from '../kernel/output.ts';

/** Events of a chunk, and whole numbers of an event: its kind, a..j and its place in the order of all logs. */
const CHUNK = 4096;
const WORDS = TRACE_WORDS;
const SEQUENCE = WORDS - 1;
/** Bytes that an event takes. */
export const EVENT_BYTES = 8 + 4 * WORDS;

/** An event as it is kept: the numbers a..j mean what kernel/output.ts says of the kind. */
export interface LedgerEvent {
  ns: number;
  /** Later events have higher ones. */
  sequence: number;
  kind: number;
  args: readonly number[];
}

/** Looks at an event: its kind is at `w[at]`, a..j follow. @returns false to stop */
export type Visit = (w: Int32Array, at: number, ns: number) => boolean;

interface Chunk {
  ns: Float64Array;
  words: Int32Array;
  count: number;
}

export class EventLog {
  /** Events that were dropped for want of space. */
  dropped = 0;
  length = 0;
  private readonly chunks: Chunk[] = [];
  private readonly maxChunks: number;

  /** @param capacity events kept at most, rounded up to whole chunks */
  constructor(capacity: number) {
    this.maxChunks = Math.max(2, Math.ceil(capacity / CHUNK));
  }

  /** Time of the oldest event kept, Infinity when there is none. */
  get firstNs(): number {
    return this.chunks[0]?.count > 0 ? this.chunks[0].ns[0] : Infinity;
  }

  /** Append the trace event at a place of the kernel's ring. @param sequence its place among the events of all logs */
  push(trace: Float64Array, at: number, sequence: number): void {
    let chunk = this.chunks[this.chunks.length - 1];
    if (chunk === undefined || chunk.count === CHUNK) chunk = this.newChunk();
    const i = chunk.count++;
    chunk.ns[i] = trace[at];
    const words = chunk.words;
    const base = i * WORDS;
    for (let word = 0; word < SEQUENCE; word++) words[base + word] = trace[at + 1 + word];
    words[base + SEQUENCE] = sequence;
    this.length++;
  }

  /** What came before a moment, as the beginning of another log. Full chunks are shared: they do not change any more. */
  fork(ns: number): EventLog {
    const forked = new EventLog(this.maxChunks * CHUNK);
    forked.dropped = this.dropped;
    for (const chunk of this.chunks) {
      if (chunk.count === 0 || chunk.ns[0] >= ns) break;
      let count = chunk.count;
      while (chunk.ns[count - 1] >= ns) count--;
      const whole = count === CHUNK;
      forked.chunks.push(whole ? chunk : { ns: chunk.ns.slice(), words: chunk.words.slice(), count });
      forked.length += count;
    }
    return forked;
  }

  /** Visit events before a moment, the newest first. */
  backward(untilNs: number, visit: Visit): void {
    for (let c = this.chunks.length - 1; c >= 0; c--) {
      const { ns, words, count } = this.chunks[c];
      if (count === 0 || ns[0] >= untilNs) continue;
      for (let i = count - 1; i >= 0; i--) {
        if (ns[i] < untilNs && !visit(words, i * WORDS, ns[i])) return;
      }
    }
  }

  /** Visit events before a moment, the oldest first. */
  forward(untilNs: number, visit: Visit): void {
    for (const { ns, words, count } of this.chunks) {
      for (let i = 0; i < count; i++) {
        if (ns[i] >= untilNs || !visit(words, i * WORDS, ns[i])) return;
      }
    }
  }

  private newChunk(): Chunk {
    if (this.chunks.length >= this.maxChunks) {
      const { count } = this.chunks.shift()!;
      this.dropped += count;
      this.length -= count;
    }
    const chunk = { ns: new Float64Array(CHUNK), words: new Int32Array(CHUNK * WORDS), count: 0 };
    this.chunks.push(chunk);
    return chunk;
  }
}

/** Newest first; for sort. */
export function newestFirst(a: LedgerEvent, b: LedgerEvent): number {
  return b.ns - a.ns || b.sequence - a.sequence;
}

/** A copy of the event at a place, to keep. */
export function eventAt(w: Int32Array, at: number, ns: number): LedgerEvent {
  return {
    ns,
    sequence: w[at + SEQUENCE],
    kind: w[at],
    args: Array.from(w.subarray(at + 1, at + SEQUENCE)),
  };
}
