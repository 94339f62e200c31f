/** What `perf bench numa mem` prints, read off the kernel: a pure observer (benchmarks.md 3.3). */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Task } from '../kernel/sched/task.ts';
import { type Nanoseconds, NS_PER_SECOND } from '../kernel/units.ts';
import {
  bytesPerLoop,
  LOOP_COUNTER,
  NOTE_ENDED,
  NOTE_LOOP,
  NOTE_RELEASED,
  NOTE_START,
} from '../workloads/perf-bench.ts';
import type { PerfBenchTest } from '../workloads/perf-bench-options.ts';

/** One result line. */
export interface PerfBenchResult {
  /** The test's name; `main` for options of one's own. */
  name: string;
  value: number;
  unit: 'secs' | '%' | 'GB' | 'nsecs' | 'GB/sec';
  key: string;
}

/** Where the threads were at the end of their last loops. */
export interface Convergence {
  /** Per node: threads there, and processes that have any there. */
  nodes: { threads: number; processes: number }[];
  /** Difference between the most and the fewest threads on a node. */
  distance: number;
  /** Sum over nodes of the processes there; one for each process when all are gathered. */
  groups: number;
  loopsMin: number;
  loopsMax: number;
  /** Over processes: fewest and most nodes that one is spread over; 0 when a thread has not been seen yet. */
  spreadMin: number;
  spreadMax: number;
  converged: boolean;
}

/** The worker threads of each process that perf forked. */
function workersOf(k: Kernel): Task[][] {
  return k.processes
    .filter((process) => process.parent === 0)
    .map((process) => process.threads.slice(1).map((id) => k.tasks[id]));
}

/** Loops that a worker has completed. */
function loopsDone(k: Kernel, worker: Task): number {
  const counted = worker.program.loops[LOOP_COUNTER];
  if (counted > 0 || worker.program.notedNs[NOTE_LOOP] < 0) return counted;
  // The counter is back at 0 in a thread that has done all the loops it may.
  const { ops } = k.programs.images[worker.program.image].threads[worker.program.thread];
  const loop = ops.findIndex((op) => op.op === 'loop');
  const op = ops[loop];
  return worker.program.op > loop && op.op === 'loop' ? op.times : 0;
}

/** When the threads were let loose, -1 before. */
function releasedNs(k: Kernel): Nanoseconds {
  const first = k.processes.length === 0 ? undefined : k.tasks[k.processes[0].threads[0]];
  return first === undefined ? -1 : first.program.notedNs[NOTE_RELEASED];
}

/** Placement as perf judges it: CPUs alone count, memory is not looked at. */
export function convergenceOf(k: Kernel, test: PerfBenchTest): Convergence {
  const nodes = k.machine.nodes.map(() => ({ threads: 0, processes: 0 }));
  const result: Convergence = {
    nodes,
    distance: 0,
    groups: 0,
    loopsMin: Infinity,
    loopsMax: 0,
    spreadMin: Infinity,
    spreadMax: 0,
    converged: false,
  };
  let everySeen = true;
  let seen = 0;
  for (const workers of workersOf(k)) {
    const here = new Set<number>();
    for (const worker of workers) {
      const cpu = worker.program.notedCpu[NOTE_LOOP];
      if (cpu < 0) {
        everySeen = false;
        continue;
      }
      seen++;
      const { node } = k.machine.cpus[cpu];
      here.add(node);
      nodes[node].threads++;
      // perf counts loops from 0.
      const loops = Math.max(0, loopsDone(k, worker) - 1);
      result.loopsMin = Math.min(result.loopsMin, loops);
      result.loopsMax = Math.max(result.loopsMax, loops);
    }
    for (const node of here) nodes[node].processes++;
    result.spreadMin = Math.min(result.spreadMin, here.size);
    result.spreadMax = Math.max(result.spreadMax, here.size);
  }
  const { processes, threads } = test.options;
  if (seen < processes * threads || !everySeen) result.spreadMin = 0;
  if (result.loopsMin === Infinity) result.loopsMin = 0;
  result.groups = nodes.reduce((sum, node) => sum + node.processes, 0);
  result.distance = Math.max(...nodes.map((n) => n.threads)) - Math.min(...nodes.map((n) => n.threads));
  result.converged = result.spreadMin === 1 && result.spreadMax === 1 && result.groups === processes;
  return result;
}

/** Watches a run, once a simulated second, and says at any time what perf would print if it ended now. */
export class PerfBenchObserver {
  /** Lines of -c, one a second; -q wants none. */
  readonly lines: string[] = [];
  private convergedAt = -1;

  constructor(
    private readonly k: Kernel,
    readonly test: PerfBenchTest,
  ) {}

  /** Call once a simulated second. */
  everySecond(): void {
    const { options } = this.test;
    const released = releasedNs(this.k);
    if (options.quiet || (!options.showConvergence && !options.measureConvergence)) return;
    if (released < 0 || this.endedNs() >= 0) return;
    const seconds = (this.k.nowNs - released) / NS_PER_SECOND;
    const now = convergenceOf(this.k, this.test);
    let line = convergenceText(now);
    if (now.converged && this.convergedAt < 0) {
      this.convergedAt = seconds;
      line += ` (${seconds.toFixed(1).padStart(6)}s converged)`;
    } else if (!now.converged && this.convergedAt >= 0) {
      this.convergedAt = -1;
      line += ` (${seconds.toFixed(1).padStart(6)}s de-converged)`;
    }
    this.lines.push(` # [${(seconds / 60).toFixed(1)} mins]${line}`);
  }

  /** When the last process had ended, -1 before. */
  private endedNs(): Nanoseconds {
    return this.k.tasks[this.k.processes[0].threads[0]].program.notedNs[NOTE_ENDED];
  }

  /** The results; none before the threads were let loose. */
  results(): PerfBenchResult[] {
    const { k, test } = this;
    const released = releasedNs(k);
    if (released < 0) return [];
    const ended = this.endedNs();
    const longest = ((ended >= 0 ? ended : k.nowNs) - released) / NS_PER_SECOND;
    const workers = workersOf(k).flat();
    if (longest <= 0 || workers.length === 0) return [];
    const runtimes = workers.map((worker) => runtimeNs(worker, k.nowNs) / NS_PER_SECOND);
    const shortest = Math.min(...runtimes);
    const average = runtimes.reduce((sum, one) => sum + one, 0) / workers.length;
    const loops = workers.reduce((sum, worker) => sum + loopsDone(k, worker), 0);
    const bytes = loops * bytesPerLoop(test.options);
    const each = bytes / workers.length;
    const rows: [number, PerfBenchResult['unit'], string][] = [
      [longest, 'secs', 'runtime-max/thread'],
      [shortest, 'secs', 'runtime-min/thread'],
      [average, 'secs', 'runtime-avg/thread'],
      [((longest - shortest) / 2 / longest) * 100, '%', 'spread-runtime/thread'],
      [each / 1e9, 'GB', 'data/thread'],
      [bytes / 1e9, 'GB', 'data-total'],
      [bytes > 0 ? (longest * 1e9) / each : 0, 'nsecs', 'runtime/byte/thread'],
      [each / 1e9 / longest, 'GB/sec', 'thread-speed'],
      [bytes / 1e9 / longest, 'GB/sec', 'total-speed'],
    ];
    if (test.options.measureConvergence) rows.unshift([longest, 'secs', 'NUMA-convergence-latency']);
    return rows.map(([value, unit, key]) => ({ name: test.label, value, unit, key }));
  }
}

/** From the start of a worker's loops to the end of its last one. */
function runtimeNs(worker: Task, nowNs: Nanoseconds): Nanoseconds {
  const start = worker.program.notedNs[NOTE_START];
  if (start < 0) return 0;
  return (worker.exitedNs >= 0 ? Math.max(start, worker.program.notedNs[NOTE_LOOP]) : nowNs) - start;
}

function convergenceText(c: Convergence): string {
  const pair = (a: number, b: number): string => `${String(a).padStart(2)}/${String(b).padEnd(2)}`;
  let text = c.nodes.map((node) => ` ${pair(node.threads, node.processes)}`).join('');
  text += ` [${pair(c.distance, c.groups)}]`;
  const loops = [String(c.loopsMin).padStart(3), String(c.loopsMax).padEnd(3)].join('-');
  text += ` l:${loops} (${String(c.loopsMax - c.loopsMin).padStart(3)})`;
  if (c.loopsMin > 0) text += ` [${((1 - c.loopsMin / c.loopsMax) * 100).toFixed(1).padStart(4)}%]`;
  if (c.spreadMin > 0 && (c.spreadMin !== 1 || c.spreadMax !== 1)) text += ` {${c.spreadMin}-${c.spreadMax}}`;
  return text;
}

/** ` name,   value, unit,   key`, as scripts parse it. */
export function perfBenchLine(result: PerfBenchResult): string {
  // The suite's names with a one-digit process count begin with a blank.
  const name = `${result.name.replace(/^\d+x\d+/, (layout) => layout.padStart(4))},`;
  return ` ${name.padEnd(30)} ${result.value.toFixed(3).padStart(15)}, ${`${result.unit},`.padEnd(15)} ${result.key}`;
}
