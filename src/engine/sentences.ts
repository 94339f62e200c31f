/** What a step has come to, told from the trace event with the numbers the kernel compared. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import type { StepGrain } from '../protocol/engine-api.ts';
import {
  capital,
  counted,
  cpuName,
  daemonName,
  megabytes,
  nodeName,
  pageAddress,
  processName,
  slotName,
  slotProcess,
  taskName,
} from './names.ts';

/** The kind of trace event a grain waits for. */
const KIND_OF_GRAIN: Record<Exclude<StepGrain, 'tick'>, number> = {
  scan_pass: output.TRACE_SCAN_PASS,
  hinting_fault: output.TRACE_HINTING_FAULT,
  page_migration: output.TRACE_PAGES_MIGRATED,
  task_move: output.TRACE_TASK_MOVED,
};

const MOVE_WORDING = [
  'was sent by sched_autonuma_balance',
  'was pulled by load balancing',
  'was pushed by active balancing',
  'woke up elsewhere: it went',
  'was born on another CPU than its parent: it went',
  'had to leave for its affinity mask: it went',
];

/** What the first event of a grain since event number `since` says; null when there is none. */
export function describeStep(k: Kernel, grain: StepGrain, since: number): string | null {
  if (grain === 'tick') return null;
  const { output: out } = k;
  const wanted = KIND_OF_GRAIN[grain];
  for (let i = Math.max(since, out.traceCount - out.traceCapacity); i < out.traceCount; i++) {
    const at = (i % out.traceCapacity) * output.TRACE_WORDS;
    if (out.trace[at + 1] !== wanted) continue;
    return describeEvent(k, at);
  }
  return null;
}

/** One sentence for the trace event at this place of the ring. */
export function describeEvent(k: Kernel, at: number): string {
  const [kind, a, b, c, d, e, f] = k.output.trace.subarray(at + 1, at + 8);
  switch (kind) {
    case output.TRACE_SCAN_PASS:
      return `knuma_scand completed pass ${b}: it marked and counted ${counted(a, 'page')} (${megabytes(a)}).`;
    case output.TRACE_HINTING_FAULT:
      return faultSentence(k, a, b, c, d, e, f);
    case output.TRACE_PAGES_MIGRATED:
      return migrationSentence(k, a, b, c, d, e);
    case output.TRACE_TASK_MOVED:
      return moveSentence(k, a, b, c, d, e, f);
    default:
      return '';
  }
}

function faultSentence(
  k: Kernel,
  task: number,
  slot: number,
  page: number,
  pages: number,
  here: number,
  remote: number,
) {
  const who = capital(taskName(k, k.tasks[task]));
  const where = `${slotName(k, slot)} at ${pageAddress(k, slot, page)}`;
  const what = pages === 1 ? `a marked page of ${where}` : `${counted(pages, 'marked page')} of ${where}`;
  const cpu = cpuName(k, k.tasks[task]?.cpu ?? 0);
  if (remote === 0) return `${who}, on ${cpu} of ${nodeName(k, here)}, touched ${what}; all of it is local.`;
  const share =
    pages === 1 ? 'it lies on another node' : `${counted(remote, 'page')} of it lie on other nodes`;
  return `${who}, on ${cpu} of ${nodeName(k, here)}, touched ${what}; ${share}.`;
}

function migrationSentence(
  k: Kernel,
  slot: number,
  page: number,
  pages: number,
  from: number,
  to: number,
): string {
  const owner = processName(k, slotProcess(k, slot));
  return (
    `${daemonName(k, to)} copied ${counted(pages, 'page')} of ${owner} (${slotName(k, slot)} from ` +
    `${pageAddress(k, slot, page)} on) from ${nodeName(k, from)} to ${nodeName(k, to)}.`
  );
}

function moveSentence(
  k: Kernel,
  task: number,
  from: number,
  to: number,
  kind: number,
  gain: number,
  comparison: number,
) {
  const place = (cpu: number) => `${cpuName(k, cpu)} of ${nodeName(k, k.machine.cpus[cpu].node)}`;
  const moved = `${capital(taskName(k, k.tasks[task]))} ${MOVE_WORDING[kind]} from ${place(from)} to ${place(to)}`;
  if (kind !== output.MOVED_BY_AUTONUMA) return `${moved}.`;
  const weights = comparison === 2 ? 'process' : 'thread';
  return `${moved}: by ${weights} weights that gains ${Math.round(gain)} of 1000.`;
}

/** "12.431 s". */
export function seconds(tick: number): string {
  return `${(tick / 1000).toFixed(3)} s`;
}

export function atTime(tick: number): string {
  return `It is ${seconds(tick)}.`;
}

/** Why a jump in time has not come to its tick. */
export function describeJumpMiss(tick: number, reason: 'finished' | 'stopped'): string {
  return reason === 'finished'
    ? `Every program had exited by then: it is ${seconds(tick)}.`
    : `Stopped on the way, at ${seconds(tick)}.`;
}

/** Why there is no step back. */
export function describeNothingBefore(grain: StepGrain): string {
  const what: Record<StepGrain, string> = {
    tick: 'This is the beginning: the machine has just booted',
    scan_pass: 'No scan pass was completed before this',
    hinting_fault: 'No hinting fault was taken before this',
    page_migration: 'No page had migrated before this',
    task_move: 'No task had moved before this',
  };
  return `${what[grain]}.`;
}

/** Why a step ended without its event. */
export function describeMiss(
  k: Kernel,
  grain: StepGrain,
  reason: 'finished' | 'limit' | 'stopped' | 'error',
): string {
  const what: Record<StepGrain, string> = {
    tick: 'the next tick',
    scan_pass: 'a scan pass was completed',
    hinting_fault: 'a hinting fault was taken',
    page_migration: 'a page migrated',
    task_move: 'a task moved',
  };
  if (reason === 'finished') return `Every program has exited before ${what[grain]}.`;
  if (reason === 'stopped') return `Stopped at ${seconds(k.ticks)} before ${what[grain]}.`;
  if (reason === 'error') return `The kernel model failed before ${what[grain]}.`;
  return `Nothing of the kind in 60 simulated seconds: stopped before ${what[grain]}.`;
}
