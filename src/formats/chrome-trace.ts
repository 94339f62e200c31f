/**
 * A recording as Chrome trace JSON (the Trace Event Format), which Perfetto and chrome://tracing open: a track for each CPU
 * with the task that ran, counters and migrations of each node, arrows for pages on their way.
 */
import { gzipSync, strToU8 } from 'fflate';
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';
import type { Flow, Instant, Recording, Sample } from '../scenarios/run-recorder.ts';

/** One event; ts and dur are microseconds. */
export interface TraceEvent {
  ph: 'X' | 'C' | 'i' | 's' | 'f' | 'M';
  name: string;
  pid: number;
  tid: number;
  ts: number;
  cat?: string;
  dur?: number;
  id?: number;
  /** A flow ends at the slice that encloses it. */
  bp?: 'e';
  /** Scope of an instant: its thread, its process, or all. */
  s?: 't' | 'p' | 'g';
  args?: Record<string, string | number>;
}

/** Track groups: the trace format calls them processes. */
const PID_CPUS = 1;
const PID_EVENTS = 2;
const PID_NODE = 10;

const US_PER_TICK = 1000;
const MOVED_BY: Record<number, string> = {
  [output.MOVED_BY_AUTONUMA]: 'sched_autonuma_balance',
  [output.MOVED_BY_PULL]: 'pulled by CFS',
  [output.MOVED_BY_ACTIVE]: 'pushed by CFS (active balance)',
  [output.MOVED_BY_WAKE]: 'placed at wake-up',
  [output.MOVED_BY_FORK]: 'placed at fork',
  [output.MOVED_BY_AFFINITY]: 'sched_setaffinity',
};

/**
 * All events of a recording, metadata first.
 * @param k the kernel as it was when the recording ended: names of tasks, processes, CPUs
 */
export function* traceEvents(k: Kernel, recording: Recording): Generator<TraceEvent> {
  yield* trackNames(k);
  for (const { cpu, task, from, to } of recording.slices) {
    const { pid, name, threadIndex, process } = k.tasks[task];
    yield {
      ph: 'X',
      cat: 'sched',
      name: process < 0 ? name : `${processTitle(k, process)} thread ${threadIndex}`,
      pid: PID_CPUS,
      tid: cpuTid(k, cpu),
      ts: from * US_PER_TICK,
      dur: (to - from) * US_PER_TICK,
      args: process < 0 ? { pid } : { pid, process: processTitle(k, process), thread: threadIndex },
    };
  }
  for (const sample of recording.samples) yield* counters(k, sample);
  let id = 1;
  for (const flow of recording.flows) yield* migration(k, flow, id++);
  for (const instant of recording.instants) yield instantEvent(k, instant);
}

/**
 * The whole file.
 * @param about goes into otherData: what ran, from which program
 * @param gzip Perfetto opens a gzipped file as well
 */
export function chromeTrace(
  k: Kernel,
  recording: Recording,
  about: Record<string, string>,
  gzip: boolean,
): Uint8Array<ArrayBuffer> {
  const { dropped } = recording;
  const otherData = {
    ...about,
    clock: 'simulated time; the grain is a tick of 1 ms',
    from_s: String(recording.fromTick / 1000),
    to_s: String(recording.toTick / 1000),
    dropped_cpu_slices: String(dropped.slices),
    dropped_migration_flows: String(dropped.flows),
    dropped_instants: String(dropped.instants),
    dropped_kernel_events: String(dropped.events),
  };
  const parts = [`{"displayTimeUnit":"ms","otherData":${JSON.stringify(otherData)},"traceEvents":[\n`];
  let separator = '';
  for (const event of traceEvents(k, recording)) {
    parts.push(separator, JSON.stringify(event));
    separator = ',\n';
  }
  parts.push('\n]}\n');
  const bytes = strToU8(parts.join(''));
  return gzip ? gzipSync(bytes, { level: 6, mtime: 0 }) : bytes;
}

const cpuTid = (k: Kernel, cpu: number): number => k.machine.cpus[cpu].osId + 1;
const nodeTitle = (k: Kernel, node: number): string => `node ${k.machine.nodes[node].osId}`;

function processTitle(k: Kernel, index: number): string {
  const process = k.processes[index];
  return process ? `${process.name} ${process.pid}` : 'no process';
}

function* trackNames(k: Kernel): Generator<TraceEvent> {
  const name = (
    what: 'process_name' | 'thread_name',
    pid: number,
    tid: number,
    title: string,
  ): TraceEvent => ({
    ph: 'M',
    name: what,
    pid,
    tid,
    ts: 0,
    args: { name: title },
  });
  const order = (
    what: 'process_sort_index' | 'thread_sort_index',
    pid: number,
    tid: number,
    index: number,
  ): TraceEvent => ({
    ph: 'M',
    name: what,
    pid,
    tid,
    ts: 0,
    args: { sort_index: index },
  });
  yield name('process_name', PID_CPUS, 0, 'CPUs');
  yield order('process_sort_index', PID_CPUS, 0, 0);
  yield name('process_name', PID_EVENTS, 0, 'AutoNUMA and scheduler events');
  yield order('process_sort_index', PID_EVENTS, 0, 1);
  yield name('thread_name', PID_EVENTS, 1, 'scan passes, births, exits');
  yield name('thread_name', PID_EVENTS, 2, 'task moves');
  const { nodes, cpus } = k.machine;
  for (let n = 0; n < nodes.length; n++) {
    yield name('process_name', PID_NODE + n, 0, nodeTitle(k, n));
    yield order('process_sort_index', PID_NODE + n, 0, 2 + n);
    for (let other = 0; other < nodes.length; other++) {
      if (other === n) continue;
      yield name('thread_name', PID_NODE + n, 1 + other, `pages to ${nodeTitle(k, other)}`);
      yield name('thread_name', PID_NODE + n, 1 + nodes.length + other, `pages from ${nodeTitle(k, other)}`);
    }
  }
  // By node, so that neighbours on the machine are neighbours on the screen.
  const byNode = cpus.map((_, cpu) => cpu).sort((a, b) => cpus[a].node - cpus[b].node || a - b);
  for (const [index, cpu] of byNode.entries()) {
    const title = `CPU ${cpus[cpu].osId} (${nodeTitle(k, cpus[cpu].node)})`;
    yield name('thread_name', PID_CPUS, cpuTid(k, cpu), title);
    yield order('thread_sort_index', PID_CPUS, cpuTid(k, cpu), index);
  }
}

function* counters(k: Kernel, sample: Sample): Generator<TraceEvent> {
  const ts = sample.tick * US_PER_TICK;
  for (let n = 0; n < k.machine.nodes.length; n++) {
    const counter = (name: string, args: Record<string, number>): TraceEvent => ({
      ph: 'C',
      name,
      pid: PID_NODE + n,
      tid: 0,
      ts,
      args,
    });
    yield counter('free (MB)', { MB: round(sample.freeMb[n]) });
    yield counter('queued for migration (pages)', { pages: sample.queued[n] });
    for (const [index, mb] of sample.processMb.entries())
      yield counter(`${processTitle(k, index)} (MB)`, { MB: round(mb[n]) });
  }
}

const round = (mb: number): number => Math.round(mb * 100) / 100;

/** A slice at either end and an arrow between them. */
function* migration(k: Kernel, flow: Flow, id: number): Generator<TraceEvent> {
  const { source, target, process, from, to, pages } = flow;
  const nodes = k.machine.nodes.length;
  const ts = from * US_PER_TICK;
  const dur = (to - from) * US_PER_TICK;
  const name = `${pages} pages of ${processTitle(k, process)}`;
  const args = {
    pages,
    MB: round(pages / PAGES_PER_MIB),
    process: processTitle(k, process),
    from: nodeTitle(k, source),
    to: nodeTitle(k, target),
  };
  const leaves = { pid: PID_NODE + source, tid: 1 + target };
  const arrives = { pid: PID_NODE + target, tid: 1 + nodes + source };
  const cat = 'migration';
  yield { ph: 'X', cat, name, ...leaves, ts, dur, args };
  yield { ph: 'X', cat, name, ...arrives, ts, dur, args };
  yield { ph: 's', cat, name: 'pages', ...leaves, ts, id };
  yield { ph: 'f', bp: 'e', cat, name: 'pages', ...arrives, ts: ts + dur / 2, id };
}

function instantEvent(k: Kernel, instant: Instant): TraceEvent {
  const ts = instant.tick * US_PER_TICK;
  const at = { ph: 'i', s: 't', pid: PID_EVENTS, ts } as const;
  switch (instant.kind) {
    case 'scan pass':
      return { ...at, tid: 1, name: `scan pass ${instant.pass}`, cat: 'knuma_scand' };
    case 'birth':
      return { ...at, tid: 1, name: `${processTitle(k, instant.process)} is born`, cat: 'process' };
    case 'exit':
      return { ...at, tid: 1, name: `${processTitle(k, instant.process)} exits`, cat: 'process' };
    case 'task move': {
      const task = k.tasks[instant.task];
      const cpus = k.machine.cpus;
      return {
        ...at,
        tid: 2,
        name: `${task.name} ${task.pid}: CPU ${cpus[instant.fromCpu].osId} to ${cpus[instant.toCpu].osId}`,
        cat: 'sched',
        args: { by: MOVED_BY[instant.by] ?? 'unknown' },
      };
    }
  }
}
