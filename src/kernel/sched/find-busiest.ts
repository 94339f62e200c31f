/**
 * find_busiest_group and find_busiest_queue (kernel/sched/fair.c 3.3). Loads of a group are per POWER_SCALE of
 * its power; quotients are rounded down as integers. Results go to k.sched.scratch, so that nothing is allocated.
 */
import type { IdleType } from '../balancing/policy.ts';
import type { Kernel } from '../kernel-state.ts';
import type { CpuId } from '../units.ts';
import { sourceLoad, targetLoad } from './run-queue.ts';
import type { BalanceScratch, DomainLevel, RunQueue, SchedDomain, SchedGroup } from './state.ts';
import { NICE_0_WEIGHT, POWER_SCALE } from './tunables.ts';

/** DIV_ROUND_CLOSEST(power, 1024): tasks a group of this power has room for. 6 cores of two hyper-threads: 7. */
export function capacityOfPower(power: number, shareCpuPower: boolean): number {
  const capacity = Math.floor((power + POWER_SCALE / 2) / POWER_SCALE);
  // fix_small_capacity: one of many hyper-threads still holds a task.
  return capacity === 0 && shareCpuPower ? 1 : capacity;
}

/** a - b as unsigned C longs: below zero wraps around to something huge, which the kernel's minima then discard. */
function unsignedDifference(a: number, b: number): number {
  return a >= b ? a - b : Number.MAX_SAFE_INTEGER;
}

function loadIndex(level: DomainLevel, idle: IdleType): number {
  // get_sd_load_idx; newidle_idx is 0 at every level.
  if (idle === 'newly_idle') return 0;
  return idle === 'idle' ? level.idleIdx : level.busyIdx;
}

/**
 * The group of `domain` that `cpu` should take load from.
 * Sets scratch.busiest (-1 = balanced), scratch.imbalance, and scratch.balance = 0 when another CPU of the group is to do it.
 */
export function findBusiestGroup(k: Kernel, cpu: CpuId, domain: SchedDomain, idle: IdleType): void {
  const s = k.sched.scratch;
  const { imbalancePct } = k.sched.levels[domain.level];
  s.imbalance = 0;
  updateDomainStats(k, cpu, domain, idle);
  if (s.balance === 0 || s.busiest < 0 || s.busiestNrRunning === 0) {
    s.busiest = -1;
    return;
  }
  s.avgLoad = Math.floor((POWER_SCALE * s.totalLoad) / s.totalPower);

  // SD_BALANCE_NEWIDLE trumps nice levels when this group has room and the other has none.
  const force = s.groupImbalance || (idle === 'newly_idle' && s.thisHasCapacity && !s.busiestHasCapacity);
  if (!force && isBalanced(s, imbalancePct, idle)) {
    s.busiest = -1;
    return;
  }
  calculateImbalance(k, s, cpu);
}

function isBalanced(s: BalanceScratch, imbalancePct: number, idle: IdleType): boolean {
  if (s.thisLoad >= s.maxLoad || s.thisLoad >= s.avgLoad) return true;
  if (idle === 'idle') {
    // No more tasks than CPUs over there, and hardly fewer idle CPUs than here.
    return s.thisIdleCpus <= s.busiestIdleCpus + 1 && s.busiestNrRunning <= s.busiestCpus;
  }
  return 100 * s.maxLoad <= imbalancePct * s.thisLoad;
}

/** update_sd_lb_stats: look at all groups, the local one first. */
function updateDomainStats(k: Kernel, cpu: CpuId, domain: SchedDomain, idle: IdleType): void {
  const { sched } = k;
  const s = sched.scratch;
  const level = sched.levels[domain.level];
  const groups = sched.groupLists[domain.groupList];
  const idx = loadIndex(level, idle);
  const spread = childPrefersSibling(k, cpu, domain);
  s.balance = 1;
  s.busiest = -1;
  s.totalLoad = 0;
  s.totalPower = 0;
  s.maxLoad = 0;
  s.groupImbalance = false;
  for (let i = 0; i < groups.length; i++) {
    const at = (domain.localGroup + i) % groups.length;
    if (i === 0) {
      if (idle !== 'newly_idle' && balanceCpu(k, groups[at]) !== cpu) {
        s.balance = 0;
        return;
      }
      updateLocalGroup(k, s, groups[at], level, idx);
    } else {
      updateRemoteGroup(k, s, groups[at], at, level, idx, spread);
    }
  }
}

/** Does the domain below this one have SD_PREFER_SIBLING? */
function childPrefersSibling(k: Kernel, cpu: CpuId, domain: SchedDomain): boolean {
  const domains = k.sched.domains[cpu];
  const at = domains.indexOf(domain);
  return at > 0 && k.sched.levels[domains[at - 1].level].preferSibling;
}

/** update_sg_lb_stats: the first idle CPU of the local group balances for it, else its first CPU. */
function balanceCpu(k: Kernel, group: SchedGroup): CpuId {
  for (const cpu of group.cpus) {
    if (k.sched.scratch.cpus[cpu] !== 0 && k.sched.queues[cpu].nrRunning === 0) return cpu;
  }
  return group.cpus[0];
}

function updateLocalGroup(
  k: Kernel,
  s: BalanceScratch,
  group: SchedGroup,
  level: DomainLevel,
  idx: number,
): void {
  let load = 0;
  s.thisNrRunning = 0;
  s.thisLoadPerTask = 0;
  s.thisIdleCpus = 0;
  for (const cpu of group.cpus) {
    if (s.cpus[cpu] === 0) continue;
    const rq = k.sched.queues[cpu];
    load += targetLoad(rq, idx);
    s.thisNrRunning += rq.nrRunning;
    s.thisLoadPerTask += rq.loadWeight;
    if (rq.nrRunning === 0) s.thisIdleCpus++;
  }
  s.thisPower = group.power;
  s.thisLoad = Math.floor((load * POWER_SCALE) / group.power);
  s.thisHasCapacity = capacityOfPower(group.power, level.shareCpuPower) > s.thisNrRunning;
  s.totalLoad += load;
  s.totalPower += group.power;
}

function updateRemoteGroup(
  k: Kernel,
  s: BalanceScratch,
  group: SchedGroup,
  at: number,
  level: DomainLevel,
  idx: number,
  spread: boolean,
): void {
  let groupLoad = 0;
  let nrRunning = 0;
  let weight = 0;
  let idleCpus = 0;
  let maxCpuLoad = 0;
  let maxNrRunning = 0;
  let minCpuLoad = Infinity;
  let minNrRunning = Infinity;
  for (const cpu of group.cpus) {
    if (s.cpus[cpu] === 0) continue;
    const rq = k.sched.queues[cpu];
    const load = sourceLoad(rq, idx);
    if (load > maxCpuLoad) {
      maxCpuLoad = load;
      maxNrRunning = rq.nrRunning;
    }
    if (load < minCpuLoad) minCpuLoad = load;
    if (rq.nrRunning < minNrRunning) minNrRunning = rq.nrRunning;
    groupLoad += load;
    nrRunning += rq.nrRunning;
    weight += rq.loadWeight;
    if (rq.nrRunning === 0) idleCpus++;
  }
  s.totalLoad += groupLoad;
  s.totalPower += group.power;
  const average = Math.floor((groupLoad * POWER_SCALE) / group.power);
  const perTask = nrRunning > 0 ? Math.floor(weight / nrRunning) : 0;
  // group_imb, meant for groups that affinity keeps uneven. min_nr_running came with 3.5 ("Improve the ->group_imb logic").
  const uneven = k.sched.imbalanceByDifference === 0 ? maxNrRunning : maxNrRunning - minNrRunning;
  const imbalanced = uneven > 1 && maxCpuLoad - minCpuLoad >= perTask;
  const room = capacityOfPower(group.power, level.shareCpuPower);
  // Prefer-sibling: while this group has room, every task but one over there is too many.
  const capacity = spread && s.thisHasCapacity ? Math.min(room, 1) : room;
  // update_sd_pick_busiest
  if (average <= s.maxLoad || !(nrRunning > capacity || imbalanced)) return;
  s.busiest = at;
  s.maxLoad = average;
  s.busiestLoadPerTask = weight;
  s.busiestNrRunning = nrRunning;
  s.busiestIdleCpus = idleCpus;
  s.busiestCapacity = capacity;
  s.busiestCpus = group.cpus.length;
  s.busiestPower = group.power;
  s.busiestHasCapacity = room > nrRunning;
  s.groupImbalance = imbalanced;
}

/** calculate_imbalance: as much as evens out both groups, but not below what the busiest has room for. */
function calculateImbalance(k: Kernel, s: BalanceScratch, cpu: CpuId): void {
  s.busiestLoadPerTask = Math.floor(s.busiestLoadPerTask / s.busiestNrRunning);
  if (s.groupImbalance) s.busiestLoadPerTask = Math.min(s.busiestLoadPerTask, s.avgLoad);
  if (s.maxLoad < s.avgLoad) {
    fixSmallImbalance(k, s, cpu);
    return;
  }
  const aboveCapacity = s.groupImbalance
    ? Infinity
    : Math.floor(
        (unsignedDifference(s.busiestNrRunning, s.busiestCapacity) * NICE_0_WEIGHT * POWER_SCALE) /
          s.busiestPower,
      );
  const maxPull = Math.min(s.maxLoad - s.avgLoad, aboveCapacity);
  s.imbalance = Math.floor(
    Math.min(maxPull * s.busiestPower, unsignedDifference(s.avgLoad, s.thisLoad) * s.thisPower) / POWER_SCALE,
  );
  if (s.imbalance < s.busiestLoadPerTask) fixSmallImbalance(k, s, cpu);
}

/** fix_small_imbalance: less than a task is to move; move one if that still evens out or gains computing power. */
function fixSmallImbalance(k: Kernel, s: BalanceScratch, cpu: CpuId): void {
  let imbn = 2;
  if (s.thisNrRunning > 0) {
    s.thisLoadPerTask = Math.floor(s.thisLoadPerTask / s.thisNrRunning);
    if (s.busiestLoadPerTask > s.thisLoadPerTask) imbn = 1;
  } else {
    s.thisLoadPerTask = averageLoadPerTask(k.sched.queues[cpu]);
  }
  const scaledBusy = Math.floor((s.busiestLoadPerTask * POWER_SCALE) / s.busiestPower);
  if (unsignedDifference(s.maxLoad + scaledBusy, s.thisLoad) >= scaledBusy * imbn) {
    s.imbalance = s.busiestLoadPerTask;
    return;
  }
  const powerNow = Math.floor(
    (s.busiestPower * Math.min(s.busiestLoadPerTask, s.maxLoad) +
      s.thisPower * Math.min(s.thisLoadPerTask, s.thisLoad)) /
      POWER_SCALE,
  );
  let powerMove = 0;
  if (s.maxLoad > scaledBusy)
    powerMove += s.busiestPower * Math.min(s.busiestLoadPerTask, s.maxLoad - scaledBusy);
  const added =
    s.maxLoad * s.busiestPower < s.busiestLoadPerTask * POWER_SCALE
      ? Math.floor((s.maxLoad * s.busiestPower) / s.thisPower)
      : Math.floor((s.busiestLoadPerTask * POWER_SCALE) / s.thisPower);
  powerMove += s.thisPower * Math.min(s.thisLoadPerTask, s.thisLoad + added);
  if (Math.floor(powerMove / POWER_SCALE) > powerNow) s.imbalance = s.busiestLoadPerTask;
}

/** cpu_avg_load_per_task. */
function averageLoadPerTask(rq: RunQueue): number {
  return rq.nrRunning > 0 ? Math.floor(rq.loadWeight / rq.nrRunning) : 0;
}

/** The busiest queue of a group; one with a single task that outweighs the imbalance does not count. Null: none. */
export function findBusiestQueue(k: Kernel, group: SchedGroup, level: DomainLevel): RunQueue | null {
  const s = k.sched.scratch;
  let busiest: RunQueue | null = null;
  let maxLoad = 0;
  for (const cpu of group.cpus) {
    if (s.cpus[cpu] === 0) continue;
    const rq = k.sched.queues[cpu];
    const capacity = capacityOfPower(rq.power, level.shareCpuPower);
    if (capacity > 0 && rq.nrRunning === 1 && rq.loadWeight > s.imbalance) continue;
    const load = Math.floor((rq.loadWeight * POWER_SCALE) / rq.power);
    if (load > maxLoad) {
      maxLoad = load;
      busiest = rq;
    }
  }
  return busiest;
}
