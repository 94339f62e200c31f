/** Runs without anybody watching: from boot to the end, and how long that took. */
import { advance, isFinished, type Kernel } from '../kernel/kernel.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';

/** More simulated time than any program of the lab takes; a run that reaches it hangs. */
const LONGEST_TICKS = 100_000_000;

/** Wall clock of the whole program, from the start of its first process to the exit of its last, in seconds. */
export function elapsedSeconds(k: Kernel): number {
  let first = Infinity;
  let last = 0;
  for (const process of k.processes) {
    if (process.startedNs < first) first = process.startedNs;
    const end = process.exitedNs >= 0 ? process.exitedNs : k.nowNs;
    if (end > last) last = end;
  }
  return k.processes.length === 0 ? 0 : (last - first) / NS_PER_SECOND;
}

/** Work that is cut into pieces: it yields between them and returns what comes out. */
export type Sliced<T> = Generator<void, T, void>;

/** All pieces at once. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Run a kernel to the end of its programs, a second at a time. */
export function* runSliced(k: Kernel): Sliced<void> {
  while (!isFinished(k)) {
    if (k.ticks >= LONGEST_TICKS) throw new Error(`not finished after ${k.ticks / 1000} simulated seconds`);
    advance(k, 1000);
    yield;
  }
}

/**
 * Run a kernel to the end of its programs.
 * @param everyTicks called with the kernel after each so many ticks
 */
export function runToEnd(k: Kernel, everyTicks = 1000, watch?: (k: Kernel) => void): void {
  while (!isFinished(k)) {
    if (k.ticks >= LONGEST_TICKS) throw new Error(`not finished after ${k.ticks / 1000} simulated seconds`);
    advance(k, everyTicks);
    watch?.(k);
  }
}
