/** Processes: start, clone, fork, exec, exit and who waits for whom (kernel/fork.c, kernel/exit.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import { createMm, destroyMm, forkMm } from '../mm/address-space.ts';
import { trace, TRACE_PROCESS_BORN, TRACE_PROCESS_EXITED } from '../output.ts';
import { deactivate, execBalance, wakeUp, wakeUpNewTask } from '../sched/sched.ts';
import { type Process, type Task, TASK_DEAD, TASK_SLEEPING } from '../sched/task.ts';
import { type CpuId, WIDE_ZERO, widened } from '../units.ts';
import { createTask, programAt } from './kernel-threads.ts';

function createProcess(k: Kernel, name: string, parent: number): Process {
  const process: Process = widened({
    index: k.processes.length,
    pid: 0,
    name,
    parent,
    mm: -1,
    threads: [],
    liveThreads: 0,
    liveChildren: 0,
    barriers: [],
    root: parent < 0 ? k.processes.length : k.processes[parent].root,
    sharedBarriers: [],
    flags: [],
    mutexes: [],
    startedNs: WIDE_ZERO,
    exitedNs: WIDE_ZERO,
    localBytes: WIDE_ZERO,
    remoteBytes: WIDE_ZERO,
  });
  process.startedNs = k.nowNs;
  process.exitedNs = -1;
  k.processes.push(process);
  k.liveProcesses++;
  return process;
}

function addThread(k: Kernel, process: Process, image: number, thread: number, cpu: CpuId): Task {
  const program = k.programs.images[image];
  const code = program.threads[thread];
  const task = createTask(k, process.threads.length === 0 ? program.name : code.name, cpu);
  task.process = process.index;
  task.mm = process.mm;
  task.threadIndex = process.threads.length;
  task.program = programAt(image, thread, code.counters, code.notes ?? 0);
  process.threads.push(task.id);
  process.liveThreads++;
  return task;
}

/** A program started from a shell on CPU 0: fork and exec have happened. */
export function startProcess(k: Kernel, image: number): Process {
  const program = k.programs.images[image];
  const process = createProcess(k, program.name, -1);
  process.mm = createMm(k, process.index, program.regions.length, null).id;
  const main = addThread(k, process, image, 0, 0);
  process.pid = main.pid;
  trace(k, TRACE_PROCESS_BORN, process.index);
  wakeUpNewTask(k, main, 0);
  return process;
}

/** pthread_create. The thread inherits affinity and memory policy. */
export function cloneThread(k: Kernel, parent: Task, thread: number): Task {
  const process = k.processes[parent.process];
  const task = addThread(k, process, parent.program.image, thread, parent.cpu);
  inherit(parent, task);
  k.policy.onFork(k, parent, task, true);
  parent.debtNs += k.costs.cloneNs;
  wakeUpNewTask(k, task, parent.cpu);
  return task;
}

function inherit(parent: Task, child: Task): void {
  child.affinity = parent.affinity === null ? null : parent.affinity.slice();
  child.mempolicy = parent.mempolicy;
}

/** fork(): the child runs a thread code of the same image with a copy-on-write copy of the memory. */
export function forkProcess(k: Kernel, parent: Task, thread: number): Process {
  const from = k.processes[parent.process];
  const process = createProcess(k, from.name, from.index);
  const splits = k.counters.thp_split;
  const { mm, copied } = forkMm(k, k.mms[parent.mm], process.index);
  process.mm = mm.id;
  const child = addThread(k, process, parent.program.image, thread, parent.cpu);
  process.pid = child.pid;
  inherit(parent, child);
  from.liveChildren++;
  trace(k, TRACE_PROCESS_BORN, process.index);
  k.policy.onFork(k, parent, child, false);
  // Copying a page-table entry is taken to cost what freeing a page does.
  parent.debtNs +=
    k.costs.forkNs + copied * k.costs.freePageNs + (k.counters.thp_split - splits) * k.costs.splitNs;
  wakeUpNewTask(k, child, parent.cpu);
  return process;
}

/** execve: a fresh address space and image, statistics reset, placement anew. */
export function execProcess(k: Kernel, task: Task, image: number): void {
  const process = k.processes[task.process];
  const program = k.programs.images[image];
  // de_thread: the other threads die.
  for (const id of process.threads)
    if (id !== task.id && k.tasks[id].state !== TASK_DEAD) exitTask(k, k.tasks[id], k.nowNs);
  const pages = destroyMm(k, k.mms[task.mm]);
  process.mm = createMm(k, process.index, program.regions.length, null).id;
  process.name = program.name;
  process.barriers = [];
  process.mutexes = [];
  task.mm = process.mm;
  task.name = program.name;
  task.program = programAt(image, 0, program.threads[0].counters, program.threads[0].notes ?? 0);
  task.debtNs += k.costs.execNs + pages * k.costs.freePageNs;
  k.policy.onExec(k, task);
  execBalance(k, task);
}

/**
 * Leave the address space before the last thread exits (exit_mm), so that its cost is paid while the process still lives.
 */
export function releaseMemory(k: Kernel, task: Task): void {
  const process = k.processes[task.process];
  task.debtNs += k.costs.exitNs;
  if (process.liveThreads > 1) return;
  const pages = destroyMm(k, k.mms[task.mm]);
  task.debtNs += pages * k.costs.freePageNs;
}

/** do_exit: the thread is gone; its process too when it was the last. Wakes whoever waits for that. */
export function exitTask(k: Kernel, task: Task, atNs: number): void {
  task.state = TASK_DEAD;
  task.exitedNs = atNs;
  task.wakeAtNs = Infinity;
  task.program.accesses = null;
  deactivate(k, task);
  const process = k.processes[task.process];
  process.liveThreads--;
  if (process.liveThreads === 1) wakeWaiting(k, process, 'threads', task.cpu);
  if (process.liveThreads > 0) return;
  destroyMm(k, k.mms[process.mm]);
  process.exitedNs = atNs;
  k.liveProcesses--;
  trace(k, TRACE_PROCESS_EXITED, process.index);
  if (process.parent < 0) return;
  const parent = k.processes[process.parent];
  parent.liveChildren--;
  if (parent.liveChildren === 0) wakeWaiting(k, parent, 'children', task.cpu);
}

/** Wake the threads of a process that sleep on something. */
export function wakeWaiting(
  k: Kernel,
  process: Process,
  waiting: 'threads' | 'children' | 'barrier' | 'shared-barrier',
  cpu: CpuId,
): void {
  for (const id of process.threads) {
    const task = k.tasks[id];
    if (task.state !== TASK_SLEEPING || task.program.waiting !== waiting) continue;
    task.program.waiting = 'none';
    wakeUp(k, task, cpu);
  }
}

/** SIGKILL of a whole process (out of memory). */
export function killProcess(k: Kernel, index: number): void {
  const process = k.processes[index];
  for (const id of process.threads) {
    const task = k.tasks[id];
    if (task.state !== TASK_DEAD) exitTask(k, task, k.nowNs);
  }
}
