/** Going to sleep: on a timer, or until somebody wakes the task (schedule_timeout and wait_event, 3.3). */
import type { Kernel } from '../kernel-state.ts';
import type { Nanoseconds } from '../units.ts';
import { deactivate } from './run-queue.ts';
import { type ProgramCounter, type Task, TASK_SLEEPING } from './task.ts';

/** Sleep until a time; timers fire at ticks. */
export function sleepUntil(k: Kernel, task: Task, atNs: Nanoseconds): void {
  task.state = TASK_SLEEPING;
  task.program.waiting = 'timer';
  task.wakeAtNs = atNs;
  if (atNs < k.nextTimerNs) k.nextTimerNs = atNs;
  deactivate(k, task);
}

/** Sleep until woken. */
export function sleepOn(k: Kernel, task: Task, waiting: ProgramCounter['waiting']): void {
  task.state = TASK_SLEEPING;
  task.program.waiting = waiting;
  task.wakeAtNs = Infinity;
  deactivate(k, task);
}
