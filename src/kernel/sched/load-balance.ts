/** Moving tasks between CPUs (load_balance and rebalance_domains, kernel/sched/fair.c 3.3). */
import type { IdleType } from '../balancing/policy.ts';
import type { Kernel } from '../kernel-state.ts';
import { MOVED_BY_ACTIVE, MOVED_BY_PULL, PULL_BUSY, PULL_IDLE, PULL_NEWLY_IDLE } from '../output.ts';
import type { CpuId } from '../units.ts';
import { NS_PER_MS } from '../units.ts';
import { findBusiestGroup, findBusiestQueue } from './find-busiest.ts';
import { moveTask } from './move-task.ts';
import { isAllowed } from './run-queue.ts';
import type { DomainLevel, RunQueue, SchedDomain } from './state.ts';
import type { Task } from './task.ts';
import {
  ACTIVE_BALANCE_EXTRA_TRIES,
  MAX_PINNED_INTERVAL_MS,
  MIGRATION_COST_NS,
  SCHED_NR_MIGRATE,
} from './tunables.ts';

/** IdleType in the trace. */
const PULL_TYPES: Record<IdleType, number> = {
  idle: PULL_IDLE,
  newly_idle: PULL_NEWLY_IDLE,
  not_idle: PULL_BUSY,
};

/** moveTasks: affinity (or size) kept every task of the queue where it was. */
const PULL_ALL_PINNED = -1;

/**
 * rebalance_domains: balance every domain of a CPU that is due, lowest first. A busy CPU waits busy_factor times longer.
 * An idle CPU does for itself what the nohz idle balancer would do for it.
 */
export function rebalanceDomains(k: Kernel, cpu: CpuId, idleAtTick: boolean): void {
  const { sched } = k;
  let idle: IdleType = idleAtTick ? 'idle' : 'not_idle';
  let nextBalance = k.nowNs + sched.maxBalanceIntervalMs * NS_PER_MS;
  for (const domain of sched.domains[cpu]) {
    const interval = intervalNs(k, domain, idle);
    let othersTurn = false;
    if (k.nowNs >= domain.lastBalanceNs + interval) {
      if (loadBalance(k, cpu, domain, idle) > 0) idle = 'not_idle';
      othersTurn = domain.othersTurn !== 0;
      domain.lastBalanceNs = k.nowNs;
    }
    nextBalance = Math.min(nextBalance, domain.lastBalanceNs + interval);
    // Another CPU of our group balances this domain and those above.
    if (othersTurn) break;
  }
  sched.queues[cpu].nextBalanceNs = nextBalance;
}

function intervalNs(k: Kernel, domain: SchedDomain, idle: IdleType): number {
  const busy = idle === 'idle' ? 1 : k.sched.levels[domain.level].busyFactor;
  const ms = Math.min(domain.balanceIntervalMs * busy, k.sched.maxBalanceIntervalMs);
  return Math.max(ms, 1) * NS_PER_MS;
}

/**
 * idle_balance: a CPU is about to go idle; look for a task from the lowest domain up. Skipped when its idle gaps are usually shorter
 * than a migration costs. @returns true when something was pulled
 */
export function newIdleBalance(k: Kernel, cpu: CpuId): boolean {
  const rq = k.sched.queues[cpu];
  rq.idleStampNs = k.nowNs;
  let pulled = false;
  if (rq.avgIdleNs >= MIGRATION_COST_NS) {
    for (const domain of k.sched.domains[cpu]) {
      pulled = loadBalance(k, cpu, domain, 'newly_idle') > 0;
      if (pulled) break;
    }
  }
  if (pulled) rq.idleStampNs = -1;
  // nohz_idle_balance goes by each domain's own interval, no longer stretched by busy_factor.
  let next = rq.nextBalanceNs;
  for (const domain of k.sched.domains[cpu]) {
    next = Math.min(next, domain.lastBalanceNs + intervalNs(k, domain, 'idle'));
  }
  rq.nextBalanceNs = next;
  return pulled;
}

/** load_balance: one pass of `cpu` over one of its domains. @returns tasks pulled */
function loadBalance(k: Kernel, cpu: CpuId, domain: SchedDomain, idle: IdleType): number {
  const { sched } = k;
  const { scratch } = sched;
  const level = sched.levels[domain.level];
  const kind = idle === 'idle' ? 0 : idle === 'newly_idle' ? 1 : 2;
  if (domain.balancedAt === sched.changes && domain.balancedFor === kind) {
    // Nothing has changed since this domain was found balanced: it still is. Exact, and most passes end here.
    domain.nrBalanceFailed = 0;
    backOff(domain, level, false);
    return 0;
  }
  let allPinned = false;
  scratch.cpus.fill(1);
  for (;;) {
    findBusiestGroup(k, cpu, domain, idle);
    domain.othersTurn = scratch.balance === 0 ? 1 : 0;
    const group = scratch.busiest < 0 ? null : sched.groupLists[domain.groupList][scratch.busiest];
    const busiest = group === null ? null : findBusiestQueue(k, group, level);
    if (busiest === null) {
      if (!allPinned) {
        domain.balancedAt = sched.changes;
        domain.balancedFor = kind;
      }
      domain.nrBalanceFailed = 0;
      backOff(domain, level, allPinned);
      return 0;
    }
    let pulled = 0;
    if (busiest.nrRunning > 1) {
      pulled = moveTasks(k, cpu, busiest, domain, idle, scratch.imbalance);
      allPinned = pulled === PULL_ALL_PINNED;
      if (allPinned) {
        // Nothing on that queue may come here: look at the others until none is left.
        scratch.cpus[busiest.cpu] = 0;
        continue;
      }
    }
    if (pulled > 0) {
      domain.nrBalanceFailed = 0;
      domain.balanceIntervalMs = level.minIntervalMs;
      return pulled;
    }
    // New-idle attempts are frequent and must not lead to active balancing.
    if (idle !== 'newly_idle') domain.nrBalanceFailed++;
    if (!needActiveBalance(domain, level, idle)) {
      domain.balanceIntervalMs = level.minIntervalMs;
      return 0;
    }
    if (busiest.current >= 0 && !isAllowed(k.tasks[busiest.current], cpu)) {
      backOff(domain, level, true);
      return 0;
    }
    activeBalance(k, cpu, busiest, domain, level);
    domain.nrBalanceFailed = level.cacheNiceTries + 1;
    backOff(domain, level, false);
    return 0;
  }
}

/** Balanced, or nothing to be done about it: wait twice as long. */
function backOff(domain: SchedDomain, level: DomainLevel, allPinned: boolean): void {
  const { balanceIntervalMs } = domain;
  if (balanceIntervalMs < level.maxIntervalMs || (allPinned && balanceIntervalMs < MAX_PINNED_INTERVAL_MS)) {
    domain.balanceIntervalMs *= 2;
  }
}

/** need_active_balance: several periodic attempts in a row found an imbalance and nothing to pull. */
function needActiveBalance(domain: SchedDomain, level: DomainLevel, idle: IdleType): boolean {
  return idle !== 'newly_idle' && domain.nrBalanceFailed > level.cacheNiceTries + ACTIVE_BALANCE_EXTRA_TRIES;
}

/**
 * move_tasks and balance_tasks: pull waiting tasks, the latest enqueued first, until the imbalance is gone; at most sched_nr_migrate are
 * looked at in a pass. AutoNUMA makes a pass over affine tasks before the usual one, and after the first task pulled the rest no longer
 * counts as idle balancing (autonuma.md 6.6). Not CONFIG_PREEMPT: new-idle balancing does not stop at the first task.
 * @returns tasks pulled, or PULL_ALL_PINNED when no task got as far as passing the test of affinity
 */
function moveTasks(
  k: Kernel,
  toCpu: CpuId,
  from: RunQueue,
  domain: SchedDomain,
  idle: IdleType,
  maxLoad: number,
): number {
  let left = maxLoad;
  let pulled = 0;
  let allPinned = true;
  let type = idle;
  for (let pass = k.policy.twoPassPull ? 0 : 1; pass < 2 && left > 0; pass++) {
    const oldest = Math.max(0, from.tasks.length - SCHED_NR_MIGRATE);
    for (let i = from.tasks.length - 1; i >= oldest && left > 0; i--) {
      const task = k.tasks[from.tasks[i]];
      // A task of more than twice what is left would only reverse the imbalance.
      if (task.sched.weight >> 1 > left) continue;
      if (!isAllowed(task, toCpu)) continue;
      allPinned = false;
      if (from.current === task.id || !canMigrate(k, task, toCpu, domain, pass === 0, type)) continue;
      moveTask(k, task, toCpu, MOVED_BY_PULL, left, PULL_TYPES[type]);
      left -= task.sched.weight;
      pulled++;
      type = 'not_idle';
    }
  }
  return allPinned ? PULL_ALL_PINNED : pulled;
}

/** can_migrate_task beyond affinity and running: the policy's veto, and cache heat until too many attempts have failed. */
function canMigrate(
  k: Kernel,
  task: Task,
  toCpu: CpuId,
  domain: SchedDomain,
  affineOnly: boolean,
  idle: IdleType,
): boolean {
  if (!k.policy.canPull(k, task, toCpu, affineOnly, idle)) return false;
  return !isCacheHot(k, task) || domain.nrBalanceFailed > k.sched.levels[domain.level].cacheNiceTries;
}

/** task_hot: it ran within the migration cost. */
function isCacheHot(k: Kernel, task: Task): boolean {
  return task.sched.sumExecNs > 0 && k.nowNs - task.sched.lastRanNs < MIGRATION_COST_NS;
}

/**
 * active_load_balance_cpu_stop and move_one_task: the stopper of the busiest CPU interrupts whatever runs there and hands over one
 * task, the running one included. The stopper runs at once here. Failures count as cache_nice_tries + 1, so heat does not matter.
 */
function activeBalance(
  k: Kernel,
  toCpu: CpuId,
  from: RunQueue,
  domain: SchedDomain,
  level: DomainLevel,
): void {
  domain.nrBalanceFailed = level.cacheNiceTries + 1;
  for (let pass = k.policy.twoPassPull ? 0 : 1; pass < 2; pass++) {
    for (let i = from.tasks.length - 1; i >= 0; i--) {
      const task = k.tasks[from.tasks[i]];
      if (!isAllowed(task, toCpu) || !canMigrate(k, task, toCpu, domain, pass === 0, 'idle')) continue;
      moveTask(k, task, toCpu, MOVED_BY_ACTIVE);
      return;
    }
  }
}
