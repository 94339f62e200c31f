/** The simulated kernel: boot, tick, snapshot, hash. Everything else hangs below. */
import { autonumaPolicy, bootWithoutAutonuma, createAutonumaState } from './balancing/autonuma/autonuma.ts';
import { offPolicy } from './balancing/off.ts';
import { createBill, createCounters } from './counters.ts';
import { DEFAULT_COSTS } from './costs.ts';
import { bytesBeyond, freeze, type Frozen, thaw } from './freeze.ts';
import type { BootOptions, Kernel } from './kernel-state.ts';
import { clearFlow, createHardware, setFlow, solve } from './machine/bandwidth.ts';
import { buildZonelists } from './machine/zonelist.ts';
import { countKind, createFrames } from './mm/frames.ts';
import { createKhugepaged, runKhugepaged } from './mm/huge.ts';
import { createPagevecs } from './mm/pagevec.ts';
import { createPageTables } from './mm/page-tables.ts';
import { runKswapd } from './mm/reclaim.ts';
import { FRAME_PAGE_CACHE, NUMASTAT_ITEMS } from './mm/state.ts';
import { createOutput } from './output.ts';
import { describeFlow } from './program/access.ts';
import { createKernelThread } from './program/kernel-threads.ts';
import { startProcess } from './program/lifecycle.ts';
import { runUserTask } from './program/run.ts';
import { nextBelow, randomStream } from './random.ts';
import {
  chargeRuntime,
  createSched,
  endSteady,
  schedule,
  schedulerTick,
  settleAll,
  wakeUp,
} from './sched/sched.ts';
import { beginSteady, createSteady, refreshSteady } from './sched/steady.ts';
import { type Task, TASK_RUNNABLE, TASK_SLEEPING } from './sched/task.ts';
import { hashOf } from './snapshot.ts';
import { type CpuId, type Nanoseconds, NS_PER_MS, TICK_NS, WIDE_ZERO, widened } from './units.ts';

export type { BootOptions, Kernel };

/** Random streams: the scanner's is 0, CPUs follow from 1000 on, tasks from 100000 on (kernel-threads.ts). */
const SCANNER_STREAM = 0;
const SCHEDULE_STREAM = 1000;

/**
 * Passes of a lone running task through schedule(): uniform between these, mean 100 ms. alpha6 balances "at every schedule()", whose rate on a
 * machine with one task a CPU no source gives; assumed (prototype.md 5.5: 10 to 1000 ms make no difference).
 */
const SCHEDULE_MIN_MS = 50;
const SCHEDULE_MAX_MS = 150;

/** The whole state at a tick, without output and hooks. */
export interface KernelSnapshot {
  readonly tick: number;
  readonly state: Frozen;
}

/** Boot a kernel; the programs start by themselves as ticks go by. */
export function bootKernel(options: BootOptions): Kernel {
  const { machine, seed } = options;
  const nodes = machine.nodes.length;
  const cpus = machine.cpus.length;
  const frames = createFrames(machine);
  const autonuma = options.policy === 'autonuma' && !options.noautonuma && nodes > 1;
  const k: Kernel = widened({
    machine,
    seed,
    policyName: options.policy,
    autonumaVersion: options.autonumaVersion,
    noautonuma: options.noautonuma,
    ticks: 0,
    nowNs: WIDE_ZERO,
    tasks: [],
    processes: [],
    liveProcesses: 0,
    mms: [],
    nextPid: FIRST_PID,
    memory: {
      frames,
      tables: createPageTables(nodes, Math.max(LEAST_SLOTS, frames.node.length)),
      objects: [],
      zonelists: buildZonelists(machine),
      pagevecs: createPagevecs(cpus),
      thp: options.thp,
      numastat: new Float64Array(nodes * NUMASTAT_ITEMS.length),
      bootPageCache: countKind(frames, FRAME_PAGE_CACHE),
    },
    sched: createSched(machine),
    steady: createSteady(cpus),
    hardware: createHardware(machine),
    autonuma: createAutonumaState(nodes, options.autonumaVersion),
    khugepaged: createKhugepaged(),
    programs: options.programs,
    nextStart: 0,
    costs: { ...DEFAULT_COSTS },
    counters: createCounters(),
    streams: new Int32Array(nodes),
    bill: createBill(),
    random: {
      scanner: randomStream(seed, SCANNER_STREAM),
      schedule: Array.from({ length: cpus }, (_, cpu) => randomStream(seed, SCHEDULE_STREAM + cpu)),
      task: [],
    },
    nextSchedule: new Float64Array(cpus),
    nextTimerNs: WIDE_ZERO,
    policy: autonuma ? autonumaPolicy : offPolicy,
    output: createOutput(frames.node.length),
  });
  for (let n = 0; n < nodes; n++) createKernelThread(k, `kswapd${n}`, 'kswapd', n);
  const khugepaged = createKernelThread(k, 'khugepaged', 'khugepaged', -1);
  khugepaged.wakeAtNs = NS_PER_MS;
  if (options.noautonuma || (options.policy === 'autonuma' && nodes <= 1)) bootWithoutAutonuma(k);
  k.policy.boot(k);
  return k;
}

/** First pid handed out: as if some system processes had been started before. */
const FIRST_PID = 1000;
/**
 * Page-table slots to begin with: one for each block of the machine, and 8 GiB of mappings at least. What is never used is never
 * written and takes no memory, and the pool seldom has to be copied to grow.
 */
const LEAST_SLOTS = 4096;

/** True when every process of the workload has exited and none is still to start. */
export function isFinished(k: Kernel): boolean {
  return k.liveProcesses === 0 && k.nextStart >= k.programs.start.length;
}

/** Advance by one tick (1 ms). */
export function tick(k: Kernel): void {
  advance(k, 1);
}

/**
 * Advance by so many ticks, or up to and with the tick in which the last process exits (a call after that goes on) or in which the trace
 * reaches `output.traceStop`. However many calls a stretch of time is cut into, the state afterwards is the same; long ones are cheaper, as
 * stretches in which nothing happens are booked at once.
 */
export function advance(k: Kernel, ticks: number): void {
  const end = k.ticks + ticks;
  const over = isFinished(k);
  while (k.ticks < end) {
    oneTick(k);
    if ((!over && isFinished(k)) || k.output.traceCount >= k.output.traceStop) break;
    if (k.ticks < end) skipQuietTicks(k, end);
  }
  settleAll(k);
  k.nowNs = k.ticks * TICK_NS;
}

/** Jump over ticks in which every CPU is idle or steady and nothing is due. */
function skipQuietTicks(k: Kernel, end: number): void {
  const { steady, sched } = k;
  let next = Math.min(end, Math.ceil(k.nextTimerNs / TICK_NS));
  if (k.nextStart < k.programs.start.length)
    next = Math.min(next, Math.ceil(k.programs.start[k.nextStart].atNs / TICK_NS));
  for (let cpu = 0; cpu < sched.queues.length; cpu++) {
    const rq = sched.queues[cpu];
    if (rq.needResched !== 0 || rq.cpuLoadSettled === 0) return;
    const until = steady.until[cpu];
    if (until !== 0) {
      if (until < next) next = until;
      if (k.nextSchedule[cpu] < next * TICK_NS) next = Math.ceil(k.nextSchedule[cpu] / TICK_NS);
    } else if (rq.nrRunning > 0) return;
    if (rq.nextBalanceNs < next * TICK_NS) next = Math.ceil(rq.nextBalanceNs / TICK_NS);
    if (next <= k.ticks) return;
  }
  // Math.ceil makes a double of it; with ticks that are small integers everything derived from them stays one, too.
  k.ticks = next | 0;
}

/** One tick; the order within it is that of design.md section 2. */
function oneTick(k: Kernel): void {
  k.nowNs = k.ticks * TICK_NS;
  startPrograms(k);
  wakeSleepers(k);
  shareBandwidth(k);
  const cpus = k.machine.cpus.length;
  // Who comes first in a tick takes turns, so that no CPU always wins a race for a page.
  const first = k.ticks % cpus;
  for (let i = 0; i < cpus; i++) {
    const cpu = first + i < cpus ? first + i : first + i - cpus;
    k.steady.turn = i;
    runCpu(k, cpu);
    k.steady.turn = i + 1;
    schedulerTick(k, cpu);
  }
  k.ticks++;
  k.steady.turn = 0;
}

function startPrograms(k: Kernel): void {
  while (k.nextStart < k.programs.start.length && k.programs.start[k.nextStart].atNs <= k.nowNs) {
    startProcess(k, k.programs.start[k.nextStart++].image);
  }
}

/** Timers that are due (hrtimer and schedule_timeout alike, at tick resolution). */
function wakeSleepers(k: Kernel): void {
  if (k.nowNs < k.nextTimerNs) return;
  let next = Infinity;
  for (let i = 0; i < k.tasks.length; i++) {
    const task = k.tasks[i];
    if (task.state !== TASK_SLEEPING) continue;
    if (task.wakeAtNs <= k.nowNs) {
      task.program.waiting = 'none';
      wakeUp(k, task, -1);
    } else if (task.wakeAtNs < next) next = task.wakeAtNs;
  }
  k.nextTimerNs = next;
}

const usage = new Float64Array(64);

/** The hardware shares bandwidth among what the CPUs are about to do. */
function shareBandwidth(k: Kernel): void {
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
    // What a steady CPU streams has not changed since its stretch began.
    if (k.ticks < k.steady.until[cpu]) continue;
    endSteady(k, cpu);
    const current = k.sched.queues[cpu].current;
    if (current < 0) {
      clearFlow(k.hardware, cpu);
      continue;
    }
    const task = k.tasks[current];
    const cap = task.daemon === '' ? describeFlow(k, task, usage) : describeCopy(k, task);
    if (cap < 0) clearFlow(k.hardware, cpu);
    else setFlow(k.hardware, cpu, usage, cap);
  }
  if (!k.hardware.dirty) return;
  solve(k.machine, k.hardware);
  k.streams.fill(0);
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++)
    k.streams[k.machine.cpus[cpu].node] += k.hardware.active[cpu];
  refreshSteady(k);
}

/** A daemon in the middle of a batch reads from the source node and writes to its own, at the pace of its CPU cost. */
function describeCopy(k: Kernel, task: Task): number {
  if (task.daemon !== 'knuma_migrated') return -1;
  const daemon = k.autonuma.daemons[task.daemonNode];
  const entry = daemon.batch[daemon.batchNext];
  if (entry === undefined || entry.from === entry.to) return -1;
  const t = k.memory.tables;
  usage.fill(0, 0, t.nodes);
  for (let n = 0; n < t.nodes; n++)
    usage[n] = t.nodePages[entry.slot * t.nodes + n] / Math.max(1, t.present[entry.slot]);
  usage[task.daemonNode] += 1;
  return 4096 / k.costs.migratePageNs;
}

/** One CPU's tick: run what is current, switch when it blocks, leaves or must yield, until the tick is used up. */
function runCpu(k: Kernel, cpu: CpuId): void {
  const rq = k.sched.queues[cpu];
  let left: Nanoseconds = TICK_NS;
  // One pass of the policy a tick: what it pushes away, new-idle balancing may pull right back.
  let balanced = false;
  if (rq.current >= 0 && !rq.needResched && k.nowNs >= k.nextSchedule[cpu]) {
    balanced = true;
    balanceAt(k, cpu, k.tasks[rq.current]);
  }
  if (k.steady.until[cpu] !== 0 || beginSteady(k, cpu)) return;
  while (left > 0) {
    let task: Task | null = rq.current >= 0 && !rq.needResched ? k.tasks[rq.current] : null;
    if (task === null) {
      const before = rq.current;
      task = schedule(k, cpu);
      if (task === null) return;
      if (task.id !== before && !balanced) {
        balanced = true;
        balanceAt(k, cpu, task);
        continue;
      }
    }
    const used = Math.max(1, Math.min(left, runTask(k, task, TICK_NS - left, left)));
    chargeRuntime(k, cpu, task, used);
    left -= used;
  }
}

/** A pass through schedule(): the policy may push the current task elsewhere. */
function balanceAt(k: Kernel, cpu: CpuId, task: Task): void {
  k.nextSchedule[cpu] =
    k.nowNs +
    (SCHEDULE_MIN_MS + nextBelow(k.random.schedule[cpu], SCHEDULE_MAX_MS - SCHEDULE_MIN_MS)) * NS_PER_MS;
  if (task.daemon === '' && task.state === TASK_RUNNABLE) k.policy.onSchedule(k, cpu, task);
}

function runTask(k: Kernel, task: Task, offsetNs: Nanoseconds, budgetNs: Nanoseconds): Nanoseconds {
  if (task.daemon === '') return runUserTask(k, task, offsetNs, budgetNs);
  let used = 0;
  if (task.debtNs > 0) {
    used = Math.min(task.debtNs, budgetNs);
    task.debtNs -= used;
  }
  if (used < budgetNs) used += runDaemon(k, task, budgetNs - used);
  task.systemNs += used;
  return used;
}

function runDaemon(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  if (task.daemon === 'kswapd') return runKswapd(k, task, budgetNs);
  if (task.daemon === 'khugepaged') return runKhugepaged(k, task, budgetNs);
  return k.policy.runDaemon(k, task, budgetNs);
}

/**
 * A copy of the whole state, to go back to later.
 * @param before an earlier snapshot of the same kernel: what has not changed since is shared with it
 */
export function snapshot(k: Kernel, before?: KernelSnapshot): KernelSnapshot {
  return { tick: k.ticks, state: freeze(stateOf(k), before?.state) };
}

/** Bytes a snapshot takes beyond what it shares with another one, about. */
export function snapshotBytes(saved: KernelSnapshot, before?: KernelSnapshot): number {
  return bytesBeyond(saved.state, before?.state);
}

/** Go back: the kernel becomes what it was when the snapshot was taken. The snapshot stays good. */
export function restore(k: Kernel, from: KernelSnapshot): void {
  Object.assign(k, thaw(from.state, stateOf(k)));
  relinkAccesses(k);
  const out = k.output;
  out.dirtyBlockCount = 0;
  out.dirtyBlockFlag.fill(0);
  for (let block = 0; block < k.memory.frames.node.length; block++) {
    out.dirtyBlockFlag[block] = 1;
    out.dirtyBlocks[out.dirtyBlockCount++] = block;
  }
}

/** The state without what is neither copied nor ever changes: the machine and the programs. */
function stateOf(k: Kernel): Omit<Kernel, 'output' | 'policy' | 'programs' | 'machine'> {
  const { output, policy, programs, machine, ...state } = k;
  void output;
  void policy;
  void programs;
  void machine;
  return state;
}

/** `accesses` of a task refers into the program; a copy must refer there too, not to a copy of its own. */
function relinkAccesses(k: Kernel): void {
  for (const task of k.tasks) {
    if (task.program.accesses === null) continue;
    const op = k.programs.images[task.program.image].threads[task.program.thread].ops[task.program.op];
    if (op.op === 'access') task.program.accesses = op.accesses;
  }
}

/** Hash of the whole state, 16 hexadecimal digits: equal for equal experiments at equal ticks, in every engine. */
export function stateHash(k: Kernel): string {
  const { output, policy, ...state } = k;
  void output;
  void policy;
  return hashOf(state);
}
