/** Fatal signals: a process is told to end and does so itself, on its own CPU time (do_group_exit, kernel/exit.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import { endSteady, wakeUp } from '../sched/sched.ts';
import { type Process, TASK_DEAD, TASK_SLEEPING } from '../sched/task.ts';
import { MEMORY_RELEASED } from './run.ts';

/**
 * Send a process a signal that ends it: whoever sleeps is woken (signal_wake_up), and the next thing each of its threads does is exit,
 * which pays for giving back the memory as any exit does. Call it between ticks. A process that has exited stays as it is.
 */
export function killThreadGroup(k: Kernel, process: Process): void {
  for (const id of process.threads) {
    const task = k.tasks[id];
    if (task.state === TASK_DEAD) continue;
    const pc = task.program;
    if (k.sched.queues[task.cpu].current === id) endSteady(k, task.cpu);
    pc.accesses = null;
    pc.bytesLeft = -1;
    // Past the last op is exit; one that is exiting already goes on with it.
    if (pc.computeLeft !== MEMORY_RELEASED) {
      pc.computeLeft = -1;
      pc.op = k.programs.images[pc.image].threads[pc.thread].ops.length;
    }
    if (task.state === TASK_SLEEPING) {
      pc.waiting = 'none';
      wakeUp(k, task, -1);
    }
  }
}
