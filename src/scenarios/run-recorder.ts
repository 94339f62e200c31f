/**
 * Records what ran where: which task each CPU ran from tick to tick, page migrations by pair of nodes, task moves, and
 * figures of each node. It only reads the kernel, and what it keeps is bounded: what did not fit is counted.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { freePages } from '../kernel/mm/frames.ts';
import * as output from '../kernel/output.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';

/** Limits of one recording: about 100 MB of trace text. */
export const MAX_SLICES = 600_000;
export const MAX_FLOWS = 60_000;
export const MAX_INSTANTS = 60_000;
export const MAX_SAMPLES = 4000;
const FIRST_SAMPLE_TICKS = 10;
/** Runs of pages between the same nodes that are no further apart are one flow, unless it gets longer than this. */
const FLOW_GAP_TICKS = 1;
const FLOW_MAX_TICKS = 50;

/** A task on a CPU, from the end of tick `from - 1` to the end of tick `to - 1`, at tick grain. */
export interface Slice {
  cpu: number;
  task: number;
  from: number;
  to: number;
}

/** Pages that went from one node to another without a pause. */
export interface Flow {
  source: number;
  target: number;
  process: number;
  from: number;
  to: number;
  pages: number;
}

/** Something that happened at one moment. */
export type Instant =
  | { kind: 'scan pass'; tick: number; pass: number }
  | { kind: 'task move'; tick: number; task: number; fromCpu: number; toCpu: number; by: number }
  | { kind: 'birth' | 'exit'; tick: number; process: number };

/** Figures of all nodes at one moment. */
export interface Sample {
  tick: number;
  freeMb: number[];
  queued: number[];
  /** [process][node] MB; a process not yet born has none. */
  processMb: number[][];
}

export interface Recording {
  fromTick: number;
  toTick: number;
  slices: Slice[];
  flows: Flow[];
  instants: Instant[];
  samples: Sample[];
  /** What did not fit, and trace events that were overwritten before they were read. */
  dropped: { slices: number; flows: number; instants: number; events: number };
}

export class RunRecorder {
  private readonly k: Kernel;
  private readonly recording: Recording;
  /** Distance of samples in ticks. */
  private sampleTicks = FIRST_SAMPLE_TICKS;
  /** Task of each CPU, -1 idle, and since when. */
  private readonly running: Int32Array;
  private readonly since: Float64Array;
  /** The flow under way by source * nodes + target. */
  private readonly open: (Flow | null)[];
  private position: number;

  /** Begin at the kernel's present tick. */
  constructor(k: Kernel) {
    this.k = k;
    const cpus = k.machine.cpus.length;
    const nodes = k.machine.nodes.length;
    this.recording = {
      fromTick: k.ticks,
      toTick: k.ticks,
      slices: [],
      flows: [],
      instants: [],
      samples: [],
      dropped: { slices: 0, flows: 0, instants: 0, events: 0 },
    };
    this.running = Int32Array.from({ length: cpus }, (_, cpu) => k.sched.queues[cpu].current);
    this.since = new Float64Array(cpus).fill(k.ticks);
    this.open = new Array<Flow | null>(nodes * nodes).fill(null);
    this.position = k.output.traceCount;
    this.sample();
  }

  /** Call after every tick. */
  afterTick(): void {
    const { k, running, since } = this;
    for (let cpu = 0; cpu < running.length; cpu++) {
      const { current } = k.sched.queues[cpu];
      if (current === running[cpu]) continue;
      // What runs at the end of a tick is what the tick is booked to.
      this.endSlice(cpu, k.ticks - 1);
      running[cpu] = current;
      since[cpu] = k.ticks - 1;
    }
    this.drain();
    if ((k.ticks - this.recording.fromTick) % this.sampleTicks === 0) this.sample();
    if (this.recording.samples.length > MAX_SAMPLES) this.thinSamples();
  }

  /** End here. Call once. */
  finish(): Recording {
    const { k, recording } = this;
    for (let cpu = 0; cpu < this.running.length; cpu++) this.endSlice(cpu, k.ticks);
    this.open.forEach((flow, pair) => {
      if (flow) this.endFlow(pair);
    });
    if (recording.samples.at(-1)!.tick !== k.ticks) this.sample();
    recording.toTick = k.ticks;
    recording.flows.sort((a, b) => a.from - b.from);
    return recording;
  }

  private endSlice(cpu: number, to: number): void {
    const { slices, dropped } = this.recording;
    const task = this.running[cpu];
    const from = this.since[cpu];
    if (task < 0 || to <= from) return;
    if (slices.length < MAX_SLICES) slices.push({ cpu, task, from, to });
    else dropped.slices++;
  }

  private drain(): void {
    const { k } = this;
    const out = k.output;
    const unread = out.traceCount - this.position;
    if (unread > out.traceCapacity) {
      this.recording.dropped.events += unread - out.traceCapacity;
      this.position = out.traceCount - out.traceCapacity;
    }
    for (; this.position < out.traceCount; this.position++)
      this.event(out.trace, (this.position % out.traceCapacity) * output.TRACE_WORDS);
  }

  private event(t: Float64Array, at: number): void {
    const tick = this.k.ticks - 1;
    switch (t[at + 1]) {
      case output.TRACE_PAGES_MIGRATED:
        this.migrated(tick, t[at + 2], t[at + 4], t[at + 5], t[at + 6]);
        break;
      case output.TRACE_TASK_MOVED:
        this.instant({
          kind: 'task move',
          tick,
          task: t[at + 2],
          fromCpu: t[at + 3],
          toCpu: t[at + 4],
          by: t[at + 5],
        });
        break;
      case output.TRACE_SCAN_PASS:
        this.instant({ kind: 'scan pass', tick, pass: t[at + 3] });
        break;
      case output.TRACE_PROCESS_BORN:
        this.instant({ kind: 'birth', tick, process: t[at + 2] });
        break;
      case output.TRACE_PROCESS_EXITED:
        this.instant({ kind: 'exit', tick, process: t[at + 2] });
        break;
      default:
    }
  }

  private migrated(tick: number, slot: number, pages: number, source: number, target: number): void {
    const { mm } = this.k.memory.tables;
    const process = this.k.mms[mm[slot]]?.process ?? -1;
    const pair = source * this.k.machine.nodes.length + target;
    const flow = this.open[pair];
    if (flow) {
      // Flows of a pair never overlap: a tick's pages are all booked to the process that came first in it.
      const sameTick = flow.to > tick;
      const goesOn =
        flow.process === process &&
        tick - flow.to <= FLOW_GAP_TICKS &&
        tick + 1 - flow.from <= FLOW_MAX_TICKS;
      if (sameTick || goesOn) {
        flow.pages += pages;
        flow.to = tick + 1;
        return;
      }
      this.endFlow(pair);
    }
    this.open[pair] = { source, target, process, from: tick, to: tick + 1, pages };
  }

  private endFlow(pair: number): void {
    const { flows, dropped } = this.recording;
    const flow = this.open[pair]!;
    this.open[pair] = null;
    if (flows.length < MAX_FLOWS) flows.push(flow);
    else dropped.flows++;
  }

  private instant(instant: Instant): void {
    const { instants, dropped } = this.recording;
    if (instants.length < MAX_INSTANTS) instants.push(instant);
    else dropped.instants++;
  }

  /** Half as many, twice as far apart. */
  private thinSamples(): void {
    const { recording } = this;
    this.sampleTicks *= 2;
    recording.samples = recording.samples.filter(
      ({ tick }) => (tick - recording.fromTick) % this.sampleTicks === 0,
    );
  }

  private sample(): void {
    const { k } = this;
    const { frames } = k.memory;
    this.recording.samples.push({
      tick: k.ticks,
      freeMb: k.machine.nodes.map((_, node) => freePages(frames, node) / PAGES_PER_MIB),
      queued: k.machine.nodes.map((_, node) => k.autonuma.daemons[node]?.nrQueued ?? 0),
      processMb: k.processes.map(({ mm }) =>
        k.machine.nodes.map((_, node) => (k.mms[mm]?.nodePages[node] ?? 0) / PAGES_PER_MIB),
      ),
    });
  }
}
