/**
 * Reads the kernel's trace as it is written and keeps what pictures and panels want of it: page moves by pair of nodes,
 * a sample of single pages for the sparks, task moves, the latest events of each kind, marks for the timeline.
 * It drains after every stretch of at most 100 ticks, and before the ring is half full: a ring that wraps loses events, and what it did lose
 * is counted.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { TICK_NS } from '../kernel/units.ts';
import { MAX_MOVES, MAX_SPARKS, MOVE_WORDS, SPARK_WORDS } from '../protocol/frame.ts';
import type { Marks } from './marks.ts';
import { slotProcess } from './names.ts';
import type { Observer } from './observer.ts';
import type { Sparks } from './sparks.ts';
import type { StepTicks } from './step-ticks.ts';

/** The last events of interest, for sentences: tick and the numbers of the trace, -1 never. */
export interface Latest {
  faultTick: number;
  faultTask: number;
  faultPages: number;
  faultNode: number;
  faultRemote: number;
  movedTick: number;
  movedTask: number;
  movedFrom: number;
  movedTo: number;
  movedGain: number;
  movedByProcess: boolean;
  noRoomTick: number;
  noRoomNode: number;
  migratedTick: number;
  failedTick: number;
}

/** What is written down of a stretch of time that passes for the first time. */
export interface Records {
  readonly marks: Marks;
  readonly steps: StepTicks;
}

export class Watcher implements Observer {
  /** Trace events lost because the ring wrapped before they were read. */
  lost = 0;
  readonly latest: Latest = {
    faultTick: -1,
    faultTask: -1,
    faultPages: 0,
    faultNode: -1,
    faultRemote: 0,
    movedTick: -1,
    movedTask: -1,
    movedFrom: -1,
    movedTo: -1,
    movedGain: 0,
    movedByProcess: false,
    noRoomTick: -1,
    noRoomNode: -1,
    migratedTick: -1,
    failedTick: -1,
  };

  // Since the last frame.
  readonly moves = new Int32Array(MAX_MOVES * MOVE_WORDS);
  moveCount = 0;
  movesDropped = 0;
  readonly pageSparks = new Int32Array(MAX_SPARKS * SPARK_WORDS);
  pageSparkCount = 0;

  // Since rates were last taken.
  /** Pages from row to column by knuma_migratedN. */
  readonly pairPages: Float64Array;
  /** Process with the most pages of a pair (majority vote) and by how many it leads. */
  readonly pairProcess: Int32Array;
  readonly pairLead: Float64Array;

  private readonly k: Kernel;
  private readonly sparks: Sparks;
  private readonly nodes: number;
  /** Next trace event to read. */
  private position = 0;
  /** Where to write down what happens; null while time passes once more. */
  private records: Records | null = null;
  /** Tick at whose end the event being read is visible. */
  private tick = 0;
  /** Runs of pages seen since the last frame: the sparks are a fair sample of them. */
  private runsSeen = 0;

  constructor(k: Kernel, sparks: Sparks) {
    this.k = k;
    this.sparks = sparks;
    this.nodes = k.machine.nodes.length;
    this.pairPages = new Float64Array(this.nodes * this.nodes);
    this.pairProcess = new Int32Array(this.nodes * this.nodes).fill(-1);
    this.pairLead = new Float64Array(this.nodes * this.nodes);
  }

  /** Let the kernel come back in time for the next drain. */
  beforeAdvance(): void {
    const { output } = this.k;
    output.traceStop = this.position + output.traceCapacity / 2;
  }

  /** Read what the kernel has traced since the last call. @param records where to write it down if it is new */
  drain(records: Records | null = null): void {
    this.records = records;
    const out = this.k.output;
    const unread = out.traceCount - this.position;
    if (unread === 0) return;
    if (unread > out.traceCapacity) {
      this.lost += unread - out.traceCapacity;
      this.movesDropped++;
      this.position = out.traceCount - out.traceCapacity;
    }
    const t = out.trace;
    for (; this.position < out.traceCount; this.position++) {
      const at = (this.position % out.traceCapacity) * output.TRACE_WORDS;
      this.tick = Math.min(this.k.ticks, Math.floor(t[at] / TICK_NS) + 1);
      this.event(t, at);
    }
  }

  /** The frame has taken moves and sparks. */
  startFrame(): void {
    this.moveCount = 0;
    this.movesDropped = 0;
    this.pageSparkCount = 0;
    this.runsSeen = 0;
  }

  save(): object {
    const { latest, pairPages, pairProcess, pairLead } = this;
    return { latest, pairPages, pairProcess, pairLead };
  }

  restore(saved: object): void {
    const { latest, pairPages, pairProcess, pairLead } = saved as Watcher;
    Object.assign(this.latest, latest);
    this.pairPages.set(pairPages);
    this.pairProcess.set(pairProcess);
    this.pairLead.set(pairLead);
    this.position = this.k.output.traceCount;
    this.startFrame();
  }

  private event(t: Float64Array, at: number): void {
    const { k, latest, records, tick } = this;
    switch (t[at + 1]) {
      case output.TRACE_PAGES_MIGRATED:
        this.pagesMigrated(t[at + 2], t[at + 3], t[at + 4], t[at + 5], t[at + 6], t[at + 7]);
        break;
      case output.TRACE_HINTING_FAULT:
        latest.faultTick = tick;
        latest.faultTask = t[at + 2];
        latest.faultPages = t[at + 5];
        latest.faultNode = t[at + 6];
        latest.faultRemote = t[at + 7];
        records?.steps.add('hinting_fault', tick);
        break;
      case output.TRACE_TASK_MOVED:
        this.taskMoved(t[at + 2], t[at + 3], t[at + 4], t[at + 5], t[at + 6], t[at + 7]);
        break;
      case output.TRACE_NO_ROOM:
        latest.noRoomTick = tick;
        latest.noRoomNode = t[at + 2];
        break;
      case output.TRACE_MIGRATION_FAILED:
        latest.failedTick = tick;
        break;
      case output.TRACE_DAEMON_WOKEN:
        records?.marks.daemonWoke(k, tick, t[at + 2]);
        break;
      case output.TRACE_SCAN_PASS:
        records?.marks.scanPass(tick, t[at + 3]);
        records?.steps.add('scan_pass', tick);
        break;
      case output.TRACE_PROCESS_BORN:
        records?.marks.born(k, tick, t[at + 2]);
        break;
      case output.TRACE_PROCESS_EXITED:
        records?.marks.died(k, tick, t[at + 2]);
        break;
      default:
    }
  }

  private pagesMigrated(
    slot: number,
    page: number,
    pages: number,
    from: number,
    to: number,
    frame: number,
  ): void {
    const { k } = this;
    this.latest.migratedTick = this.tick;
    this.records?.steps.add('page_migration', this.tick);
    const process = slotProcess(k, slot);
    const pair = from * this.nodes + to;
    this.pairPages[pair] += pages;
    if (this.pairProcess[pair] === process) this.pairLead[pair] += pages;
    else if ((this.pairLead[pair] -= pages) < 0) {
      this.pairProcess[pair] = process;
      this.pairLead[pair] = -this.pairLead[pair];
    }
    for (let first = frame, left = pages; left > 0;) {
      const cell = first & 511;
      const run = Math.min(left, 512 - cell);
      this.sparks.arrive(first >>> 9, cell, cell + run);
      first += run;
      left -= run;
    }
    // Reservoir sampling over runs with a hash for dice: the kernel's random streams are not ours to use.
    let at = this.runsSeen++;
    if (at >= MAX_SPARKS) {
      const dice = Math.imul(at ^ (slot << 7), 0x9e3779b1) >>> 0;
      at = Math.floor((dice / 4294967296) * this.runsSeen);
      if (at >= MAX_SPARKS) return;
    } else {
      this.pageSparkCount = at + 1;
    }
    const offset = pages > 1 ? (Math.imul(this.runsSeen, 0x85ebca6b) >>> 8) % pages : 0;
    const sparks = this.pageSparks;
    sparks[at * SPARK_WORDS] = from;
    sparks[at * SPARK_WORDS + 1] = this.sourceFrame(slot, page + offset, from);
    sparks[at * SPARK_WORDS + 2] = to;
    sparks[at * SPARK_WORDS + 3] = frame + offset - k.memory.frames.nodeFirstBlock[to] * 512;
    sparks[at * SPARK_WORDS + 4] = process;
  }

  /**
   * Frame offset inside its node that a page has left. The trace does not say; a slot fills page i to frame i of its own
   * block, so that is where nearly all come from. Else the start of the node.
   */
  private sourceFrame(slot: number, page: number, node: number): number {
    const { tables, frames } = this.k.memory;
    const block = tables.fill[slot * tables.nodes + node];
    return block < 0 ? 0 : (block - frames.nodeFirstBlock[node]) * 512 + page;
  }

  private taskMoved(
    task: number,
    from: number,
    to: number,
    kind: number,
    gain: number,
    comparison: number,
  ): void {
    const { k, latest } = this;
    this.records?.steps.add('task_move', this.tick);
    if (kind === output.MOVED_BY_AUTONUMA) {
      latest.movedTick = this.tick;
      latest.movedTask = task;
      latest.movedFrom = from;
      latest.movedTo = to;
      latest.movedGain = gain;
      latest.movedByProcess = comparison === 2;
      this.records?.marks.taskMoved(k, this.tick, task, from, to);
    }
    if (this.moveCount === MAX_MOVES) {
      this.movesDropped++;
      return;
    }
    const moved = k.tasks[task];
    const at = this.moveCount++ * MOVE_WORDS;
    this.moves[at] = moved.pid;
    this.moves[at + 1] = moved.process;
    this.moves[at + 2] = moved.threadIndex;
    this.moves[at + 3] = from;
    this.moves[at + 4] = to;
    this.moves[at + 5] = kind;
  }
}
