/**
 * How far a program has come: the share of its accesses and computing that is behind it, loops counted as often as they run.
 * An estimate in work, not in time.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Op, ThreadCode } from '../kernel/program/program.ts';
import { TASK_DEAD, type ProgramCounter, type Task } from '../kernel/sched/task.ts';

/** A loop of a thread's code: ops [from, to) run `times` times. */
interface Loop {
  from: number;
  to: number;
  times: number;
  counter: number;
}

/** Weight of an op: bytes it moves, or nanoseconds it computes (a byte takes about that long). */
function weightOf(op: Op): number {
  if (op.op === 'access') return op.bytes;
  return op.op === 'compute' ? op.ns : 0;
}

const loopsOfCode = new WeakMap<ThreadCode, Loop[]>();

/** Loops of a thread's code, outermost first. */
function loopsOf(code: ThreadCode): Loop[] {
  let loops = loopsOfCode.get(code);
  if (!loops) {
    loops = code.ops.flatMap((op, i) =>
      op.op === 'loop' ? [{ from: op.to, to: i, times: Math.max(1, op.times), counter: op.counter }] : [],
    );
    loops.sort((a, b) => b.to - b.from - (a.to - a.from));
    loopsOfCode.set(code, loops);
  }
  return loops;
}

/** Work of a thread: all of it, and what is done when it stands at `pc`. */
export function workOf(code: ThreadCode, pc: ProgramCounter): { total: number; done: number } {
  // Code that jumps on a condition runs until somebody else is done: its length says nothing.
  if (code.ops.some((op) => op.op === 'unless')) return { total: 0, done: 0 };
  const loops = loopsOf(code);
  let total = 0;
  let done = 0;
  code.ops.forEach((op, at) => {
    const weight = weightOf(op);
    if (weight === 0) return;
    const around = loops.filter((loop) => loop.from <= at && at < loop.to);
    total += weight * around.reduce((times, loop) => times * loop.times, 1);
    done += weight * timesDone(around, at, pc, op);
  });
  return { total, done };
}

/** How often op `at` has run when the program stands at `pc`; a fraction for the op under way. */
function timesDone(around: Loop[], at: number, pc: ProgramCounter, op: Op): number {
  let times = 0;
  for (let i = 0; i < around.length; i++) {
    const loop = around[i];
    const inside = pc.op >= loop.from && pc.op <= loop.to;
    const whole = around.slice(i).reduce((product, inner) => product * inner.times, 1);
    if (!inside) return times + (pc.op > loop.to ? whole : 0);
    const rounds = Math.min(loop.times, pc.loops[loop.counter] ?? 0);
    times += (whole / loop.times) * rounds;
  }
  if (pc.op > at) return times + 1;
  return times + (pc.op === at ? fraction(op, pc) : 0);
}

function fraction(op: Op, pc: ProgramCounter): number {
  if (op.op === 'access' && pc.bytesLeft >= 0) return op.bytes > 0 ? 1 - pc.bytesLeft / op.bytes : 1;
  if (op.op === 'compute' && pc.computeLeft >= 0) return op.ns > 0 ? 1 - pc.computeLeft / op.ns : 1;
  return 0;
}

/** Threads looked at per process: all run the same code but for their number. */
const MAX_THREADS = 64;

/** Share of a process's work that is done, 0..1; -1 when its threads' code tells nothing. */
export function processProgress(k: Kernel, index: number): number {
  const process = k.processes[index];
  if (process.exitedNs >= 0) return 1;
  let total = 0;
  let done = 0;
  for (const id of process.threads.slice(0, MAX_THREADS)) {
    const work = taskWork(k, k.tasks[id]);
    total += work.total;
    done += work.done;
  }
  return total > 0 ? Math.max(0, Math.min(1, done / total)) : -1;
}

function taskWork(k: Kernel, task: Task): { total: number; done: number } {
  const code = k.programs.images[task.program.image]?.threads[task.program.thread];
  if (!code) return { total: 0, done: 0 };
  const work = workOf(code, task.program);
  return task.state === TASK_DEAD ? { total: work.total, done: work.total } : work;
}
