/** What the shell needs of its surroundings. */
import type { Kernel } from '../kernel/kernel-state.ts';

/** The kernel a shell runs on, and the ways to change it. */
export interface ShellHost {
  readonly k: Kernel;
  /** Time does not pass by itself just now: what takes time waits. */
  readonly standsStill: boolean;
  /**
   * Write a knob (path below /sys/kernel/mm) or do something to a process (scenarios/process-edits.ts), so that it is dated and replayed.
   */
  edit(path: string, value: string): { ok: true; value: string } | { ok: false; error: string };
  /**
   * Let simulated time pass, at most so many ticks; without it something else does.
   * @returns ticks simulated; fewer when the programs are over
   */
  run?(ticks: number): number;
}
