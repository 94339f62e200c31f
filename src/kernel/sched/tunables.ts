/**
 * Every number of the scheduler, in one table. The source is a section of reference/policies.md, `prototype.md`, or *recalled*:
 * known from the kernel named but not in our references. docs/fidelity.md repeats this list.
 *
 * Era: 3.3, the kernel alpha6 was posted against: SMT, MC, NODE (up to 16 nodes) and, above 16 nodes, ALLNODES. The one-level-per-
 * distance rule of 3.5+ is there too (`createSched(machine, '3.5')`), and with it that kernel's cure for needless group imbalance.
 */
import type { DomainLevel } from './state.ts';

/** Which kernel's rule builds the node domains (policies.md 1.4). */
export type SchedEra = '3.3' | '3.5';
export const DEFAULT_ERA: SchedEra = '3.3';

/** Weight of a nice-0 task (policies.md 0.2). */
export const NICE_0_WEIGHT = 1024;
/** SCHED_POWER_SCALE: power of a core of its own (recalled, 3.0+). */
export const POWER_SCALE = 1024;
/** Power of all hyper-threads of a core together, smt_gain: 589 each for two (prototype.md 5.4). */
export const SMT_GAIN = 1178;

/** sysctl_sched_latency, _min_granularity, _wakeup_granularity before scaling (recalled, 3.0 - 3.12). */
export const SCHED_LATENCY_NS = 6_000_000;
export const SCHED_MIN_GRANULARITY_NS = 750_000;
export const SCHED_WAKEUP_GRANULARITY_NS = 1_000_000;
/** sched_nr_latency: with more tasks than this a period is nr * min_granularity (recalled). */
export const SCHED_NR_LATENCY = 8;
/** get_update_sysctl_factor: 1 + ilog2(min(CPUs, 8)), so 4 from 8 CPUs on: 24 ms, 3 ms, 4 ms (recalled, 3.0+). */
export const SCHED_SCALING_MAX_CPUS = 8;

/** sysctl_sched_migration_cost: cache-hot limit and new-idle threshold (policies.md 1.5, 1.6). */
export const MIGRATION_COST_NS = 500_000;
/** sysctl_sched_nr_migrate: tasks one pass of move_tasks looks at (policies.md 1.5, 1.6). */
export const SCHED_NR_MIGRATE = 32;
/** Cap of the balance interval while everything is pinned, MAX_PINNED_INTERVAL (recalled). */
export const MAX_PINNED_INTERVAL_MS = 512;
/** need_active_balance: failures beyond cache_nice_tries (policies.md 1.5). */
export const ACTIVE_BALANCE_EXTRA_TRIES = 2;
/** Nodes in a NODE domain, SD_NODES_PER_DOMAIN (recalled, 3.3). */
export const NODES_PER_DOMAIN = 16;
/** policies.md 1.4: up to this distance fork, exec and wake-affine cross nodes (3.5+). */
export const FORK_MAX_DISTANCE = 20;

/** The table of prio_to_weight from nice -20 to 19 (recalled, all CFS kernels). */
const PRIO_TO_WEIGHT = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121,
  2501, 1991, 1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23,
  18, 15,
];

/** Load weight of a nice level. */
export function niceWeight(nice: number): number {
  return PRIO_TO_WEIGHT[nice + 20];
}

/**
 * SD_SIBLING_INIT of 3.3 (recalled). Group powers follow from SMT_GAIN.
 * Idle and busy index are 0: compare the load of this moment.
 */
export const SMT_LEVEL: DomainLevel = {
  name: 'SMT',
  minIntervalMs: 1,
  maxIntervalMs: 2,
  busyFactor: 64,
  imbalancePct: 110,
  cacheNiceTries: 0,
  busyIdx: 0,
  idleIdx: 0,
  balanceForkExec: true,
  wakeAffine: true,
  shareCpuPower: true,
  shareCache: true,
  preferSibling: false,
};

/**
 * SD_MC_INIT of 3.3 (recalled): the cores of a node. The CPU level above it has the same span on our machines and
 * degenerates, as sd_parent_degenerate does. Prefer-sibling is set because sched_mc_power_savings is 0 (prototype.md 5.4).
 */
export const MC_LEVEL: DomainLevel = {
  name: 'MC',
  minIntervalMs: 1,
  maxIntervalMs: 4,
  busyFactor: 64,
  imbalancePct: 125,
  cacheNiceTries: 1,
  busyIdx: 2,
  idleIdx: 0,
  balanceForkExec: true,
  wakeAffine: true,
  shareCpuPower: false,
  shareCache: true,
  preferSibling: true,
};

/** SD_NODE_INIT of x86-64 3.3 (policies.md 1.4; load indices recalled). */
export const NODE_LEVEL: DomainLevel = {
  name: 'NODE',
  minIntervalMs: 8,
  maxIntervalMs: 32,
  busyFactor: 32,
  imbalancePct: 125,
  cacheNiceTries: 2,
  busyIdx: 3,
  idleIdx: 2,
  balanceForkExec: true,
  wakeAffine: true,
  shareCpuPower: false,
  shareCache: false,
  preferSibling: false,
};

/** SD_ALLNODES_INIT of x86-64 3.3 (policies.md 1.4; load indices recalled). */
export function allNodesLevel(cpus: number): DomainLevel {
  return {
    ...NODE_LEVEL,
    name: 'ALLNODES',
    minIntervalMs: 64,
    maxIntervalMs: 64 * cpus,
    busyFactor: 128,
    imbalancePct: 133,
    idleIdx: 3,
    balanceForkExec: false,
    wakeAffine: false,
  };
}

/** sd_numa_init of 3.5 (policies.md 1.4): one level for each distance, w CPUs in its span. */
export function distanceLevel(distance: number, cpus: number): DomainLevel {
  return {
    ...NODE_LEVEL,
    name: `NUMA${distance}`,
    minIntervalMs: cpus,
    maxIntervalMs: 2 * cpus,
    imbalancePct: 100 + Math.floor((25 * distance) / 10),
    balanceForkExec: distance <= FORK_MAX_DISTANCE,
    wakeAffine: distance <= FORK_MAX_DISTANCE,
  };
}
