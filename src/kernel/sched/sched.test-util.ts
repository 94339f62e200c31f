/** A kernel with real machine, tasks and scheduler, and none of the memory: enough to run the scheduler alone. */
import type { BalancingPolicy } from '../balancing/policy.ts';
import { offPolicy } from '../balancing/off.ts';
import { DEFAULT_COSTS } from '../costs.ts';
import { createBill, createCounters } from '../counters.ts';
import type { Kernel } from '../kernel-state.ts';
import { buildMachine } from '../machine/build.ts';
import type { Machine } from '../machine/machine.ts';
import { createOutput } from '../output.ts';
import { createTask } from '../program/kernel-threads.ts';
import { TICK_NS } from '../units.ts';
import type { CpuId } from '../units.ts';
import {
  chargeRuntime,
  createSched,
  currentOn,
  deactivate,
  needsSchedule,
  schedule,
  schedulerTick,
} from './sched.ts';
import { wakeUpNewTask } from './sched.ts';
import { createSteady } from './steady.ts';
import { TASK_DEAD, TASK_RUNNABLE, TASK_SLEEPING } from './task.ts';
import type { Task } from './task.ts';
import type { SchedEra } from './tunables.ts';

/** nodes x cores x threads; hyper-threads are numbered after all cores, as in Andrea's machine. */
export function gridMachine(nodes: number, cores: number, threads: number, distances?: number[][]): Machine {
  const total = nodes * cores;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  return buildMachine({
    name: `${nodes}x${cores}x${threads}`,
    nodes: range(nodes).map((n) => ({
      cpus: range(threads).flatMap((t) => range(cores).map((c) => t * total + n * cores + c)),
      memory_mb: 1024,
    })),
    smt_siblings: threads > 1 ? range(total).map((c) => range(threads).map((t) => t * total + c)) : undefined,
    distances: distances ?? range(nodes).map((a) => range(nodes).map((b) => (a === b ? 10 : 21))),
  });
}

export function schedKernel(machine: Machine, policy: BalancingPolicy = offPolicy, era?: SchedEra): Kernel {
  const pieces: Partial<Kernel> = {
    machine,
    seed: 1,
    ticks: 0,
    nowNs: 0,
    tasks: [],
    processes: [],
    mms: [],
    nextPid: 100,
    sched: createSched(machine, era),
    steady: createSteady(machine.cpus.length),
    costs: { ...DEFAULT_COSTS },
    counters: createCounters(),
    bill: createBill(),
    random: { scanner: new Uint32Array(4), schedule: [], task: [] },
    policy,
    output: createOutput(1),
  };
  return pieces as Kernel;
}

/** Fork a task that spins until told otherwise. */
export function fork(k: Kernel, parentCpu: CpuId, affinity: Uint8Array | null = null): Task {
  const task = createTask(k, 'spin', parentCpu);
  task.affinity = affinity;
  wakeUpNewTask(k, task, parentCpu);
  return task;
}

export function sleep(k: Kernel, task: Task): void {
  task.state = TASK_SLEEPING;
  deactivate(k, task);
}

export function exit(k: Kernel, task: Task): void {
  task.state = TASK_DEAD;
  deactivate(k, task);
}

/** A mask of CPUs. */
export function maskOf(k: Kernel, cpus: CpuId[]): Uint8Array {
  const mask = new Uint8Array(k.machine.cpus.length);
  for (const cpu of cpus) mask[cpu] = 1;
  return mask;
}

/** Run so many ticks the way the kernel does. */
export function run(k: Kernel, ticks: number): void {
  for (let i = 0; i < ticks; i++) {
    k.nowNs = k.ticks * TICK_NS;
    for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
      if (needsSchedule(k, cpu)) schedule(k, cpu);
      const current = currentOn(k, cpu);
      if (current !== null) chargeRuntime(k, cpu, current, TICK_NS);
      schedulerTick(k, cpu);
    }
    k.ticks++;
  }
}

export function runnable(k: Kernel): Task[] {
  return k.tasks.filter((task) => task.state === TASK_RUNNABLE);
}

/** Runnable tasks on each node. */
export function perNode(k: Kernel): number[] {
  const counts = k.machine.nodes.map(() => 0);
  for (const task of runnable(k)) counts[k.machine.cpus[task.cpu].node]++;
  return counts;
}

/** Most runnable tasks on any physical core. */
export function mostOnOneCore(k: Kernel): number {
  const counts = new Map<number, number>();
  for (const task of runnable(k)) {
    const { core } = k.machine.cpus[task.cpu];
    counts.set(core, (counts.get(core) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

/** Everything that must hold between two ticks; throws with a sentence when it does not. */
export function checkInvariants(k: Kernel): void {
  const fail = (text: string): never => {
    throw new Error(`tick ${k.ticks}: ${text}`);
  };
  const seen = new Set<number>();
  for (const rq of k.sched.queues) {
    const members = rq.current >= 0 ? [rq.current, ...rq.queue] : rq.queue;
    if (members.length !== rq.nrRunning)
      fail(`cpu ${rq.cpu}: nrRunning ${rq.nrRunning}, ${members.length} found`);
    if ([...members].sort().join() !== [...rq.tasks].sort().join())
      fail(`cpu ${rq.cpu}: queue and list differ`);
    let weight = 0;
    for (const id of members) {
      const task = k.tasks[id];
      if (seen.has(id)) fail(`task ${id} is on two queues`);
      seen.add(id);
      if (task.cpu !== rq.cpu) fail(`task ${id} says cpu ${task.cpu}, found on ${rq.cpu}`);
      if (task.affinity !== null && task.affinity[rq.cpu] === 0) fail(`task ${id} runs where it may not`);
      if (task.state !== TASK_RUNNABLE || task.sched.onRq !== 1)
        fail(`task ${id} is queued but not runnable`);
      weight += task.sched.weight;
    }
    if (weight !== rq.loadWeight) fail(`cpu ${rq.cpu}: load ${rq.loadWeight}, weights add up to ${weight}`);
    for (let i = 1; i < rq.queue.length; i++) {
      if (k.tasks[rq.queue[i - 1]].sched.vruntime > k.tasks[rq.queue[i]].sched.vruntime) {
        fail(`cpu ${rq.cpu}: not in order of vruntime`);
      }
    }
    if (rq.current < 0 && rq.nrRunning > 0 && rq.needResched === 0) fail(`cpu ${rq.cpu} sleeps on its work`);
  }
  for (const task of k.tasks) {
    if ((task.state === TASK_RUNNABLE) !== seen.has(task.id)) fail(`task ${task.id} is lost or undead`);
  }
}
