/** The interpreter of programs: runs a user task for a stretch of CPU time. */
import type { Kernel } from '../kernel-state.ts';
import { mapRegion, unmapVma } from '../mm/address-space.ts';
import { BILL_COMPUTE, billProcess } from '../process-bill.ts';
import { setAffinity, sleepOn, sleepUntil } from '../sched/sched.ts';
import { type Task, TASK_RUNNABLE } from '../sched/task.ts';
import type { Nanoseconds } from '../units.ts';
import { beginAccess, runAccess } from './access.ts';
import { arriveShared, holds, lockMutex, raiseFlag, unlockMutex } from './coordinate.ts';
import {
  cloneThread,
  execProcess,
  exitTask,
  forkProcess,
  killProcess,
  releaseMemory,
  wakeWaiting,
} from './lifecycle.ts';
import type { Mempolicy, Op } from './program.ts';

/** Marks in `computeLeft` that an exit has already given its memory back. */
export const MEMORY_RELEASED = -2;

/**
 * Run a task for at most `budgetNs` of CPU time from `k.nowNs` + `offsetNs` on. It may block, exit, or be moved to another CPU by what it does;
 * the caller looks at its state and CPU afterwards.
 * @returns CPU time used
 */
export function runUserTask(
  k: Kernel,
  task: Task,
  offsetNs: Nanoseconds,
  budgetNs: Nanoseconds,
): Nanoseconds {
  const cpu = task.cpu;
  let used = 0;
  while (used < budgetNs && task.state === TASK_RUNNABLE && task.cpu === cpu) {
    if (task.debtNs > 0) {
      const paid = Math.min(task.debtNs, budgetNs - used);
      task.debtNs -= paid;
      task.systemNs += paid;
      used += paid;
      continue;
    }
    const code = k.programs.images[task.program.image].threads[task.program.thread];
    const op: Op = task.program.op < code.ops.length ? code.ops[task.program.op] : { op: 'exit' };
    if (op.op === 'access') {
      if (task.program.bytesLeft < 0) beginAccess(task, op.accesses, op.bytes);
      const ns = runAccess(k, task, op.accesses, budgetNs - used);
      if (ns < 0) {
        killProcess(k, task.process);
        return used;
      }
      used += ns;
      task.userNs += ns;
      k.bill.userNs += ns;
      k.bill.accessNs += ns;
      if (task.program.bytesLeft === 0) {
        task.program.bytesLeft = -1;
        task.program.accesses = null;
        task.program.op++;
      }
    } else if (op.op === 'compute') {
      if (task.program.computeLeft < 0) task.program.computeLeft = op.ns;
      const ns = Math.min(task.program.computeLeft, budgetNs - used);
      task.program.computeLeft -= ns;
      used += ns;
      task.userNs += ns;
      k.bill.userNs += ns;
      billProcess(k, task.process, BILL_COMPUTE, ns);
      if (task.program.computeLeft === 0) {
        task.program.computeLeft = -1;
        task.program.op++;
      }
    } else systemCall(k, task, op, offsetNs + used);
  }
  return used;
}

/** Everything that is not access or compute: an instant whose cost becomes the task's debt. */
function systemCall(k: Kernel, task: Task, op: Op, offsetNs: Nanoseconds): void {
  const pc = task.program;
  const process = k.processes[task.process];
  const mm = k.mms[task.mm];
  const image = k.programs.images[pc.image];
  switch (op.op) {
    case 'mmap': {
      mapRegion(k, mm, op.region, image.regions[op.region], op.policy);
      task.debtNs += k.costs.mmapNs;
      break;
    }
    case 'munmap': {
      const id = mm.regions[op.region];
      if (id >= 0) task.debtNs += k.costs.mmapNs + unmapVma(k, mm, mm.vmas[id]) * k.costs.freePageNs;
      break;
    }
    case 'mbind': {
      const id = mm.regions[op.region];
      if (id >= 0) mm.vmas[id].policy = copyPolicy(op.policy);
      task.debtNs += k.costs.mmapNs;
      break;
    }
    case 'set_mempolicy':
      task.mempolicy = copyPolicy(op.policy);
      task.debtNs += k.costs.mmapNs;
      break;
    case 'sched_setaffinity':
      pc.op++;
      setAffinity(k, task, op.cpus === null ? null : cpuMask(k, op.cpus));
      return;
    case 'sleep':
      pc.op++;
      sleepUntil(k, task, k.nowNs + offsetNs + op.ns);
      return;
    case 'clone':
      pc.op++;
      cloneThread(k, task, op.thread);
      return;
    case 'fork':
      pc.op++;
      forkProcess(k, task, op.thread);
      return;
    case 'exec':
      execProcess(k, task, op.image);
      return;
    case 'join':
      pc.op++;
      if (process.liveThreads > 1) sleepOn(k, task, 'threads');
      return;
    case 'wait':
      pc.op++;
      if (process.liveChildren > 0) sleepOn(k, task, 'children');
      return;
    case 'barrier': {
      pc.op++;
      if (op.shared === true) {
        arriveShared(k, task, op.id, op.parties);
        return;
      }
      while (process.barriers.length <= op.id) process.barriers.push(0);
      process.barriers[op.id]++;
      if (process.barriers[op.id] < op.parties) sleepOn(k, task, 'barrier');
      else {
        process.barriers[op.id] = 0;
        wakeWaiting(k, process, 'barrier', task.cpu);
      }
      return;
    }
    case 'lock':
      pc.op++;
      lockMutex(k, task, op.mutex);
      return;
    case 'unlock':
      pc.op++;
      unlockMutex(k, task, op.mutex);
      return;
    case 'note':
      pc.notedNs[op.note] = k.nowNs + offsetNs;
      pc.notedCpu[op.note] = task.cpu;
      // A call of the vDSO; a loop around nothing must not hang the tick.
      task.debtNs += 1;
      break;
    case 'raise':
      raiseFlag(k, task, op.flag);
      break;
    case 'unless':
      task.debtNs += 1;
      if (holds(k, task, op.condition, k.nowNs + offsetNs)) break;
      pc.op = op.to;
      return;
    case 'loop':
      pc.loops[op.counter]++;
      if (pc.loops[op.counter] < op.times) pc.op = op.to;
      else {
        pc.loops[op.counter] = 0;
        pc.op++;
      }
      // A jump costs nothing, but a loop around nothing must not hang the tick.
      task.debtNs += 1;
      return;
    case 'exit':
      if (pc.computeLeft !== MEMORY_RELEASED) {
        pc.computeLeft = MEMORY_RELEASED;
        releaseMemory(k, task);
      } else exitTask(k, task, k.nowNs + offsetNs);
      return;
    case 'access':
    case 'compute':
      return;
  }
  pc.op++;
}

function copyPolicy(policy: Mempolicy | null): Mempolicy | null {
  return policy === null ? null : { mode: policy.mode, nodes: policy.nodes.slice() };
}

function cpuMask(k: Kernel, cpus: number[]): Uint8Array {
  const mask = new Uint8Array(k.machine.cpus.length);
  for (const cpu of cpus) mask[cpu] = 1;
  return mask;
}
