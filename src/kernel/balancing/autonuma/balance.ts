/**
 * sched_autonuma_balance: CPU follows memory (autonuma.md section 6; kernel/sched/numa.c alpha6), and what CFS does with a
 * task's preferred node (6.6).
 */
import type { Kernel } from '../../kernel-state.ts';
import {
  BALANCE_CONVERGED,
  BALANCE_DISABLED,
  BALANCE_MOVED,
  BALANCE_NO_CANDIDATE,
  BALANCE_NO_GAIN,
  BALANCE_NO_STATISTICS,
  MOVED_BY_AUTONUMA,
  printk,
  trace,
  TRACE_BALANCE,
  TRACE_PULL_VETO,
  VETO_PREFERRED_NODE,
  VETO_STRICT,
} from '../../output.ts';
import { BILL_BALANCE, billProcess } from '../../process-bill.ts';
import { averageIdleNs, endSteady, idleForNs, isIdle, moveTask, runnableOn } from '../../sched/sched.ts';
import type { Task } from '../../sched/task.ts';
import type { CpuId, NodeId } from '../../units.ts';
import type { IdleType } from '../policy.ts';

/** Full weight: everything on one node. */
export const WEIGHT_SCALE = 1000;
/** sched_migration_cost: an idle CPU counts as long-idle from here on. */
const LONG_IDLE_NS = 500_000;

/** Weight of node n in per-node counts (autonuma.md 6.2): integer division with a running clamp of the total. */
export function weight(fault: Float64Array, total: number, n: NodeId): number {
  const most = Math.max(total, fault[n]);
  return most === 0 ? 0 : Math.floor((fault[n] * WEIGHT_SCALE) / most);
}

/** Task weight of a node, 0..1000. */
export function taskWeight(task: Task, n: NodeId): number {
  return weight(task.autonuma.fault, task.autonuma.faultTot, n);
}

/** mm weight of a node, 0..1000. */
export function mmWeight(k: Kernel, task: Task, n: NodeId): number {
  const stats = k.mms[task.mm].autonuma;
  return weight(stats.fault, stats.faultTot, n);
}

/** What a comparison with one CPU found. */
export interface Comparison {
  there: number;
  mine: number;
  home: number;
}

/** A move is worth it when mine beats both, strictly (ties never move anything). @returns the gain, 0 = no move */
export function gainOf(c: Comparison): number {
  return c.mine > c.there && c.mine > c.home ? c.mine - c.there + (c.mine - c.home) : 0;
}

const comparison: Comparison = { there: 0, mine: 0, home: 0 };

/** Why `compare` did not take a CPU for a candidate, negative; and how many CPUs there were of each, for the trace. */
const IDLE = -1;
const KERNEL_THREAD = -2;
const NO_STATISTICS = -3;
const OTHERWISE = -4;
const ruledOut = [0, 0, 0, 0];

/** Long-idle: idle with an average idle time above the migration cost. */
function isLongIdle(k: Kernel, cpu: CpuId): boolean {
  return isIdle(k, cpu) && Math.max(idleForNs(k, cpu), averageIdleNs(k, cpu)) > LONG_IDLE_NS;
}

/**
 * sched_autonuma_balance for the task running on a CPU: find the CPU of another node where it gains most against the task running there, record
 * the preferred node, and have the stopper push the task there (one way: the victim stays and CFS pulls something back).
 */
export function autonumaBalance(k: Kernel, cpu: CpuId, task: Task): void {
  if (task.mm < 0) return;
  if (k.autonuma.knobs.enabled === 0) {
    task.autonuma.preferred = -1;
    trace(k, TRACE_BALANCE, task.id, cpu, BALANCE_DISABLED);
    return;
  }
  const { version } = k.autonuma;
  const mm = k.mms[task.mm];
  const home = k.machine.cpus[cpu].node;
  if (mm.autonuma.faultTot === 0 || task.autonuma.faultTot === 0) {
    if (version.noStatisticsPrefersCurrent) task.autonuma.preferred = home;
    const { faultTot } = mm.autonuma;
    trace(k, TRACE_BALANCE, task.id, cpu, BALANCE_NO_STATISTICS, -1, faultTot, task.autonuma.faultTot);
    return;
  }
  if (version.fastPath !== 'none' && isConverged(k, task, home)) {
    task.autonuma.preferred = home;
    payForBalance(k, cpu, task, 0);
    const weights = [taskWeight(task, home), mmWeight(k, task, home)];
    trace(k, TRACE_BALANCE, task.id, cpu, BALANCE_CONVERGED, -1, weights[0], weights[1]);
    return;
  }
  let bestCpu = -1;
  let bestGain = 0;
  let bestThere = 0;
  let bestMine = 0;
  let bestHome = 0;
  let byThread = false;
  let looked = 0;
  let outside = 0;
  // The best of those that do not suffice, for the trace: the one that misses by least.
  let missCpu = -1;
  let missBy = -Infinity;
  let missThere = 0;
  let missMine = 0;
  let missHome = 0;
  let missThread = 0;
  ruledOut.fill(0);
  const nodes = k.machine.nodes;
  for (let n = 0; n < nodes.length; n++) {
    if (n === home) continue;
    for (const other of nodes[n].cpus) {
      if (task.affinity !== null && task.affinity[other] === 0) {
        outside++;
        continue;
      }
      looked++;
      const thread = compare(k, task, cpu, other, n, home);
      if (thread < 0) {
        ruledOut[-thread - 1]++;
        continue;
      }
      const gain = gainOf(comparison);
      if (gain === 0 && bestCpu < 0) {
        const { there, mine } = comparison;
        const by = Math.min(mine - there, mine - comparison.home);
        if (by > missBy) {
          missBy = by;
          missCpu = other;
          missThere = there;
          missMine = mine;
          missHome = comparison.home;
          missThread = thread;
        }
      }
      if (gain > bestGain) {
        bestGain = gain;
        bestCpu = other;
        bestThere = comparison.there;
        bestMine = comparison.mine;
        bestHome = comparison.home;
        byThread = thread === 1;
      }
    }
  }
  payForBalance(k, cpu, task, looked);
  task.autonuma.preferred = bestCpu >= 0 ? k.machine.cpus[bestCpu].node : home;
  if (bestCpu < 0 && missCpu < 0) {
    const [idle, kernel, unknown, other] = ruledOut;
    trace(
      k,
      TRACE_BALANCE,
      task.id,
      cpu,
      BALANCE_NO_CANDIDATE,
      -1,
      idle,
      kernel,
      unknown,
      other,
      looked,
      outside,
    );
    return;
  }
  if (bestCpu < 0) {
    const running = k.sched.queues[missCpu].current;
    trace(
      k,
      TRACE_BALANCE,
      task.id,
      cpu,
      BALANCE_NO_GAIN,
      missCpu,
      missThere,
      missMine,
      missHome,
      missThread,
      looked,
      running,
    );
    return;
  }
  if (k.autonuma.knobs.debug !== 0) {
    printk(
      k,
      `autonuma: mm ${mm.id} pid ${task.pid} node ${home}-${k.machine.cpus[bestCpu].node} cpu ${cpu}-${bestCpu} ` +
        `w_other ${bestThere} w_nid ${bestMine} w_cpu_nid ${bestHome} ${byThread ? 'thread' : 'process'}`,
    );
  }
  const victim = k.sched.queues[bestCpu].current;
  trace(
    k,
    TRACE_BALANCE,
    task.id,
    cpu,
    BALANCE_MOVED,
    bestCpu,
    bestThere,
    bestMine,
    bestHome,
    byThread ? 1 : 2,
    looked,
    victim,
  );
  moveTask(k, task, bestCpu, MOVED_BY_AUTONUMA, bestGain, byThread ? 1 : 2);
  // 24 and later: the one that ran there comes here in exchange; its own preferred node is its own business.
  if (version.move === 'exchange' && victim >= 0 && k.tasks[victim].cpu === bestCpu) {
    moveTask(k, k.tasks[victim], cpu, MOVED_BY_AUTONUMA, bestGain, byThread ? 1 : 2);
  }
}

function payForBalance(k: Kernel, cpu: CpuId, task: Task, looked: number): void {
  const cost = k.costs.balanceNs + looked * k.costs.balancePerCpuNs;
  endSteady(k, cpu);
  task.debtNs += cost;
  k.bill.balanceNs += cost;
  billProcess(k, task.process, BILL_BALANCE, cost);
}

/**
 * The fast path (autonuma.md 6.3): task and mm have their most here. alpha14 takes the last node at which both running maxima rise
 * together, which mispredicts with many nodes; 19 and later look for each maximum on its own.
 */
function isConverged(k: Kernel, task: Task, home: NodeId): boolean {
  const joint = k.autonuma.version.fastPath === 'joint maxima';
  let bestTask = -1;
  let bestMm = -1;
  let mostTask = 0;
  let mostMm = 0;
  for (let n = 0; n < k.machine.nodes.length; n++) {
    const tw = taskWeight(task, n);
    const mw = mmWeight(k, task, n);
    if (joint) {
      if (tw > mostTask && mw > mostMm) {
        mostTask = tw;
        mostMm = mw;
        bestTask = n;
        bestMm = n;
      }
      continue;
    }
    if (tw > mostTask) {
      mostTask = tw;
      bestTask = n;
    }
    if (mw > mostMm) {
      mostMm = mw;
      bestMm = n;
    }
  }
  return bestTask === home && bestMm === home;
}

/** All SMT siblings of a CPU idle, the CPU itself left out (alpha10's S), or long-idle with it (its O). */
function siblingsIdle(k: Kernel, cpu: CpuId, long: boolean): boolean {
  for (const sibling of k.machine.cpus[cpu].siblings) {
    if (long ? !isLongIdle(k, sibling) : sibling !== cpu && !isIdle(k, sibling)) return false;
  }
  return true;
}

/**
 * Fill `comparison` for one candidate CPU.
 * @param cpu CPU of the task, `other` the candidate on node n
 * @returns 1 thread statistics, 2 process statistics, negative why it is no candidate
 */
function compare(k: Kernel, task: Task, cpu: CpuId, other: CpuId, n: NodeId, home: NodeId): number {
  const { version, knobs } = k.autonuma;
  const smtAware = version.idleCandidates === 'long-idle, SMT aware' && knobs.smt !== 0;
  const current = k.sched.queues[other].current;
  if (current < 0) {
    // alpha6..10: a long-idle CPU of a node where both weights are higher beats an equal busy one (autonuma.md 6.5).
    if (version.idleCandidates === 'none' || !isLongIdle(k, other)) return IDLE;
    comparison.mine = mmWeight(k, task, n);
    comparison.home = mmWeight(k, task, home);
    if (smtAware) {
      const mineFree = siblingsIdle(k, cpu, false);
      const itsFree = siblingsIdle(k, other, true);
      if (mineFree && !itsFree) return OTHERWISE;
      if (!mineFree && itsFree) {
        // "NUMA affinity override": a whole idle core beats sharing one, whatever home's weight is.
        comparison.there = -2;
        comparison.home = Math.min(comparison.home, comparison.mine - 1);
        return 2;
      }
    }
    if (taskWeight(task, n) <= taskWeight(task, home)) return IDLE;
    comparison.there = -1;
    return comparison.mine > comparison.home ? 2 : IDLE;
  }
  const running = k.tasks[current];
  if (running.mm < 0) return KERNEL_THREAD;
  if (smtAware && siblingsIdle(k, cpu, false) && runnableOn(k, cpu) <= 1) return OTHERWISE;
  if (version.move === 'exchange' && running.affinity !== null && running.affinity[cpu] === 0)
    return OTHERWISE;
  const sameMm = running.mm === task.mm;
  const theirMm = k.mms[running.mm].autonuma;
  if (
    version.lenientStatistics
      ? (sameMm ? running.autonuma.faultTot : theirMm.faultTot) === 0
      : running.autonuma.faultTot === 0 || theirMm.faultTot === 0
  ) {
    return NO_STATISTICS;
  }
  if (sameMm) {
    comparison.there = taskWeight(running, n);
    comparison.mine = taskWeight(task, n);
    comparison.home = taskWeight(task, home);
    return 1;
  }
  comparison.there = mmWeight(k, running, n);
  comparison.mine = mmWeight(k, task, n);
  comparison.home = mmWeight(k, task, home);
  return 2;
}

/** affine(T, cpu) of autonuma.md 6.6. */
export function isAffine(k: Kernel, task: Task, cpu: CpuId): boolean {
  const preferred = task.autonuma.preferred;
  return preferred < 0 || k.machine.cpus[cpu].node === preferred;
}

/** sched_autonuma_can_migrate_task (autonuma.md 6.6), with alpha6's extra look at the preferred node's CPUs. */
export function canPull(k: Kernel, task: Task, dst: CpuId, affineOnly: boolean, idle: IdleType): boolean {
  if (isAffine(k, task, dst)) return true;
  if (affineOnly) return false;
  const preferred = task.autonuma.preferred;
  const strict = k.autonuma.knobs.load_balance_strict;
  if (strict !== 0 && idle === 'not_idle') {
    trace(k, TRACE_PULL_VETO, task.id, task.cpu, dst, VETO_STRICT, preferred, strict);
    return false;
  }
  if (!k.autonuma.version.extraVeto) return true;
  const taker = preferredTaker(k, task, preferred);
  if (taker < 0) return true;
  const takerIdle = k.sched.queues[taker].current < 0 ? 1 : 0;
  trace(k, TRACE_PULL_VETO, task.id, task.cpu, dst, VETO_PREFERRED_NODE, preferred, strict, taker, takerIdle);
  return false;
}

/** alpha6's extra look. @returns a CPU of the preferred node that is idle or runs a task that prefers another node, -1 none */
function preferredTaker(k: Kernel, task: Task, preferred: NodeId): CpuId {
  for (const cpu of k.machine.nodes[preferred].cpus) {
    if (task.affinity !== null && task.affinity[cpu] === 0) continue;
    const current = k.sched.queues[cpu].current;
    // The idle task has no preferred node: an idle CPU of the node is judged by its idle time alone.
    if (current >= 0 && k.tasks[current].mm >= 0 && k.tasks[current].autonuma.preferred !== preferred)
      return cpu;
    if (isLongIdle(k, cpu)) return cpu;
  }
  return -1;
}
