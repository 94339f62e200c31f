/** Making tasks: what user threads and kernel threads have in common. */
import type { Kernel } from '../kernel-state.ts';
import { randomStream } from '../random.ts';
import { createSchedEntity } from '../sched/sched.ts';
import { type ProgramCounter, type Task, TASK_SLEEPING } from '../sched/task.ts';
import { type CpuId, type NodeId, WIDE_ZERO, widened } from '../units.ts';

/** Random streams of tasks start here; smaller numbers are taken by the kernel's own streams. */
const TASK_STREAM = 100_000;

export function programAt(image: number, thread: number, counters: number, notes: number): ProgramCounter {
  const pc: ProgramCounter = widened({
    image,
    thread,
    op: 0,
    loops: new Array<number>(counters).fill(0),
    bytesLeft: WIDE_ZERO,
    cursors: [],
    credits: [],
    notedNs: new Array<number>(notes).fill(-1),
    notedCpu: new Array<number>(notes).fill(-1),
    computeLeft: WIDE_ZERO,
    waiting: 'none',
    accesses: null,
  });
  pc.bytesLeft = -1;
  pc.computeLeft = -1;
  return pc;
}

/** A new task that is on no run queue yet. */
export function createTask(k: Kernel, name: string, cpu: CpuId): Task {
  const nodes = k.machine.nodes.length;
  const task: Task = widened({
    id: k.tasks.length,
    pid: k.nextPid++,
    process: -1,
    mm: -1,
    name,
    threadIndex: 0,
    daemon: '',
    daemonNode: -1,
    state: TASK_SLEEPING,
    wakeAtNs: Infinity,
    cpu,
    affinity: null,
    mempolicy: null,
    interleaveNext: 0,
    program: programAt(-1, -1, 0, 0),
    sched: createSchedEntity(),
    autonuma: widened({
      preferred: -1,
      faultPass: 0,
      fault: new Float64Array(nodes),
      faultTot: WIDE_ZERO,
      falseSharing: 0,
      needBalance: 0,
      lastBalanceNs: WIDE_ZERO,
    }),
    userNs: WIDE_ZERO,
    systemNs: WIDE_ZERO,
    startedNs: WIDE_ZERO,
    exitedNs: WIDE_ZERO,
    localBytes: WIDE_ZERO,
    remoteBytes: WIDE_ZERO,
    debtNs: WIDE_ZERO,
  });
  task.startedNs = k.nowNs;
  task.exitedNs = -1;
  task.autonuma.lastBalanceNs = -1;
  k.tasks.push(task);
  k.random.task.push(randomStream(k.seed, TASK_STREAM + task.id));
  return task;
}

/**
 * A kernel thread, asleep. knuma_migratedN and kswapdN may run on their node's CPUs only (on any CPU when the node has none).
 */
export function createKernelThread(k: Kernel, name: string, daemon: Task['daemon'], node: NodeId): Task {
  const cpus = node >= 0 ? k.machine.nodes[node].cpus : [];
  const task = createTask(k, name, cpus.length > 0 ? cpus[0] : 0);
  task.daemon = daemon;
  task.daemonNode = node;
  task.program.waiting = 'daemon';
  if (cpus.length > 0) {
    task.affinity = new Uint8Array(k.machine.cpus.length);
    for (const cpu of cpus) task.affinity[cpu] = 1;
  }
  return task;
}
