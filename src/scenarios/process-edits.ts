/**
 * What a person does to processes of a running kernel, as text below /proc, dated and replayed like writes to knobs:
 *
 *   proc/PID/affinity   taskset -cp: the CPUs one thread may use, as a list of the operating system's numbers (0-5,12)
 *   proc/PID/signal     kill: a signal that ends the process, by name (TERM, KILL, ...)
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { formatList, parseList } from '../kernel/machine/cpulist.ts';
import { killThreadGroup } from '../kernel/program/signal.ts';
import { setAffinity } from '../kernel/sched/sched.ts';
import { type Task, TASK_DEAD } from '../kernel/sched/task.ts';

/** Signals that end a program which does not catch them; no program of the lab does. */
export const FATAL_SIGNALS: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ABRT: 6,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};

/** Outcome: what `proc/PID/...` reads as from now on, or the error of the system call and why. */
export type ProcessEditResult = { ok: true; value: string; label: string } | { ok: false; error: string };

/** A task that has not exited. */
export function liveTask(k: Kernel, pid: number): Task | undefined {
  return k.tasks.find((task) => task.pid === pid && task.state !== TASK_DEAD);
}

/** CPUs a task may use, by the operating system's numbers. */
export function allowedCpus(k: Kernel, task: Task): number[] {
  return k.machine.cpus
    .filter((_, cpu) => task.affinity === null || task.affinity[cpu] === 1)
    .map((c) => c.osId);
}

/** Do it, between two ticks. */
export function editProcess(k: Kernel, path: string, value: string): ProcessEditResult {
  const match = /^proc\/(\d+)\/(affinity|signal)$/.exec(path);
  if (match === null) {
    return { ok: false, error: `${path}: expected proc/PID/affinity or proc/PID/signal` };
  }
  const task = liveTask(k, Number(match[1]));
  if (task === undefined) return { ok: false, error: `${path}: No such process (ESRCH)` };
  return match[2] === 'affinity' ? affine(k, task, path, value) : signal(k, task, path, value);
}

function affine(k: Kernel, task: Task, path: string, value: string): ProcessEditResult {
  const wanted = parseList(value);
  const { cpus } = k.machine;
  const mask = Uint8Array.from(cpus, (cpu) => (wanted?.includes(cpu.osId) ? 1 : 0));
  // As the system call: CPUs that do not exist are left out, but some must be left.
  if (!mask.includes(1)) {
    const all = formatList(cpus.map((cpu) => cpu.osId));
    return {
      ok: false,
      error: `${path}: Invalid argument (EINVAL): expected a list of CPUs out of ${all}, got "${value}"`,
    };
  }
  setAffinity(k, task, mask.includes(0) ? mask : null);
  const list = formatList(allowedCpus(k, task));
  return { ok: true, value: list, label: `taskset -cp ${list} ${task.pid}` };
}

function signal(k: Kernel, task: Task, path: string, value: string): ProcessEditResult {
  if (!Object.hasOwn(FATAL_SIGNALS, value)) {
    const names = Object.keys(FATAL_SIGNALS).join(', ');
    return {
      ok: false,
      error: `${path}: Invalid argument (EINVAL): expected one of ${names}, got "${value}"`,
    };
  }
  // Kernel threads ignore signals.
  if (task.process >= 0) killThreadGroup(k, k.processes[task.process]);
  return { ok: true, value, label: `kill -${value} ${task.pid}` };
}
