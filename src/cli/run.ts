/** `lab run`: boot an experiment, run it to its end, say what came out. */
import { chromeTrace } from '../formats/chrome-trace.ts';
import { isFinished, stateHash } from '../kernel/kernel.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Task } from '../kernel/sched/task.ts';
import { DatedRun } from '../scenarios/dated-run.ts';
import { ExperimentError } from '../scenarios/experiment.ts';
import type { Resolved } from '../scenarios/experiment.ts';
import { bytesSoFar } from '../scenarios/figures.ts';
import { PerfBenchObserver } from '../scenarios/perf-bench-report.ts';
import type { PerfBenchResult } from '../scenarios/perf-bench-report.ts';
import { RunRecorder } from '../scenarios/run-recorder.ts';
import { totalBytes } from '../workloads/code.ts';
import { parseRunArguments } from './arguments.ts';
import type { ExperimentRequest, RunRequest } from './arguments.ts';
import { fileResolvers } from './files.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';
import { ProgressBar } from './progress.ts';
import { Recorder, timeSeconds } from './recorder.ts';
import type { SeriesRow } from './recorder.ts';
import { reportText } from './report.ts';

/** What `--json` prints (docs/cli.md). */
export interface RunResult {
  schema: 'autonuma-lab/run/1';
  machine: string;
  workload: string;
  variant: string;
  policy: string;
  version: string;
  seed: number;
  finished: boolean;
  /** What /usr/bin/time would print for the whole program. */
  elapsed_s: number;
  processes: { pid: number; name: string; elapsed_s: number; pages_per_node: number[] }[];
  local_access_share: number;
  pages_migrated: number;
  hinting_faults: number;
  task_moves: number;
  cpu_s: { user: number; system: number; knuma_scand: number; knuma_migrated: number; khugepaged: number };
  ticks: number;
  state_hash: string;
  wall_s: number;
  series?: SeriesRow[];
  /** Result lines of perf bench numa mem. */
  perf_bench?: PerfBenchResult[];
}

/** Run with the arguments after `run`; returns the exit status. */
export function runCommand(args: string[], io: LabIo): number {
  const request = parseRunArguments(args, io);
  const run = boot(request, io);
  const { resolved, k } = run;
  const test = resolved.workload.perfBench?.(resolved.boot.machine, request.parameters);
  const perfBench = test === undefined ? null : new PerfBenchObserver(k, test);
  const result = simulate(request, run, io, perfBench);
  for (const refused of run.refused) io.err(`lab: an edit was refused ${refused}\n`);
  io.out(
    request.json ? `${JSON.stringify(result)}\n` : reportText(result, request, k, perfBench?.lines ?? []),
  );
  return 0;
}

/**
 * Boot what the options ask for.
 * @throws UsageError naming the option
 */
export function boot(request: ExperimentRequest, io: LabIo): DatedRun {
  try {
    return new DatedRun({ ...request, autonumaVersion: request.version }, fileResolvers(io));
  } catch (error) {
    if (error instanceof ExperimentError) throw new UsageError(optionMessage(error));
    throw error;
  }
}

/** The experiment's fields under the names of the options that set them. */
export function optionMessage(error: ExperimentError): string {
  if (error.field === 'knobs') return `--set ${error.message}`;
  const parameter = /^parameters\.([^.:]+): (.*)$/s.exec(error.message);
  if (parameter) return `--param ${parameter[1]}: ${parameter[2]}`;
  return /^(machine|workload|variant|policy|version|thp|seed): /.test(error.message)
    ? `--${error.message}`
    : error.message;
}

function simulate(
  request: RunRequest,
  run: DatedRun,
  io: LabIo,
  perfBench: PerfBenchObserver | null,
): RunResult {
  const { resolved, k: kernel } = run;
  const startedAt = io.now();
  const recorder = new Recorder(kernel, request.series);
  const progress = request.json
    ? null
    : new ProgressBar(io, totalBytes(resolved.boot.programs), request.limitS);
  const lastTick = Math.round(request.limitS * 1000);
  const tracer = request.trace === '' ? null : new RunRecorder(kernel);
  while (!run.finished && kernel.ticks < lastTick) {
    run.advance(1);
    recorder.afterTick();
    tracer?.afterTick();
    if (perfBench !== null && kernel.ticks % 1000 === 0) perfBench.everySecond();
    if (progress !== null && kernel.ticks % 200 === 0)
      progress.update(kernel.ticks / 1000, bytesSoFar(kernel).all);
  }
  recorder.finish();
  progress?.end();
  const result = resultOf(request, resolved, kernel, recorder, (io.now() - startedAt) / 1000);
  if (tracer) writeTrace(request, result, kernel, tracer, io);
  return perfBench === null ? result : { ...result, perf_bench: perfBench.results() };
}

function writeTrace(
  request: RunRequest,
  result: RunResult,
  kernel: Kernel,
  tracer: RunRecorder,
  io: LabIo,
): void {
  const { machine, workload, variant, policy, version, seed, state_hash } = result;
  const about = { machine, workload, variant, policy, version, seed: String(seed), state_hash };
  const bytes = chromeTrace(kernel, tracer.finish(), about, request.trace.endsWith('.gz'));
  try {
    io.writeFile(request.trace, bytes);
  } catch (error) {
    throw new UsageError(`--trace: cannot write ${request.trace}: ${(error as Error).message}`);
  }
}

function resultOf(
  request: RunRequest,
  resolved: Resolved,
  k: Kernel,
  recorder: Recorder,
  wallS: number,
): RunResult {
  const end = (exitedNs: number): number => (exitedNs >= 0 ? exitedNs : k.nowNs);
  const { local, all } = bytesSoFar(k);
  const cpu = (pick: (task: Task) => number): number =>
    Math.round(k.tasks.reduce((sum, task) => sum + pick(task), 0) / 1e6) / 1000;
  const daemon = (name: Task['daemon']): number =>
    cpu((task) => (task.daemon === name ? task.userNs + task.systemNs : 0));
  const result: RunResult = {
    schema: 'autonuma-lab/run/1',
    machine: resolved.boot.machine.name,
    workload: resolved.workload.name,
    variant: request.variant,
    policy: request.policy,
    version: request.version,
    seed: request.seed,
    finished: isFinished(k),
    elapsed_s:
      k.processes.length === 0
        ? 0
        : timeSeconds(
            Math.max(...k.processes.map((p) => end(p.exitedNs))) -
              Math.min(...k.processes.map((p) => p.startedNs)),
          ),
    processes: k.processes.map((process) => ({
      pid: process.pid,
      name: process.name,
      elapsed_s: timeSeconds(end(process.exitedNs) - process.startedNs),
      pages_per_node: recorder.pagesOf(process.index),
    })),
    local_access_share: all === 0 ? 1 : local / all,
    pages_migrated: k.counters.pgmigrate_success,
    hinting_faults: k.counters.numa_hint_faults,
    task_moves: k.counters.task_moves_autonuma,
    cpu_s: {
      user: cpu((task) => (task.daemon === '' ? task.userNs : 0)),
      system: cpu((task) => (task.daemon === '' ? task.systemNs : 0)),
      knuma_scand: daemon('knuma_scand'),
      knuma_migrated: daemon('knuma_migrated'),
      khugepaged: daemon('khugepaged'),
    },
    ticks: k.ticks,
    state_hash: stateHash(k),
    wall_s: Math.round(wallS * 1000) / 1000,
  };
  return request.series ? { ...result, series: recorder.series } : result;
}
