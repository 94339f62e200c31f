/** State of the scheduler: run queues and scheduling domains. Plain data only, so that a snapshot is a deep copy. */
import { type CpuId, type Nanoseconds, type NodeId, type TaskId, WIDE_ZERO, widened } from '../units.ts';
import { NICE_0_WEIGHT } from './tunables.ts';

/** What the fair class keeps per task (struct sched_entity, include/linux/sched.h 3.3). */
export interface SchedEntity {
  /** Load weight: NICE_0_LOAD unless whoever creates the task sets another (niceWeight in tunables.ts). */
  weight: number;
  /** Virtual runtime; relative to nothing: comparable only within a run queue. */
  vruntime: Nanoseconds;
  /** 1 while on a run queue, waiting or running. */
  onRq: number;
  /** CPU time so far, and its value when the task was last picked (the length of the current slice). */
  sumExecNs: Nanoseconds;
  prevSumExecNs: Nanoseconds;
  /** exec_start: until when the task last ran (is its cache still hot?). */
  lastRanNs: Nanoseconds;
}

/** A fresh scheduling entity (sched_fork, kernel/sched/core.c 3.3). */
export function createSchedEntity(): SchedEntity {
  return widened({
    weight: NICE_0_WEIGHT,
    vruntime: WIDE_ZERO,
    onRq: 0,
    sumExecNs: WIDE_ZERO,
    prevSumExecNs: WIDE_ZERO,
    lastRanNs: WIDE_ZERO,
  });
}

/** One CPU's run queue (struct rq with its root cfs_rq). */
export interface RunQueue {
  cpu: CpuId;
  node: NodeId;
  /** Index of the physical core. */
  core: number;
  /** Running task, -1 when idle. */
  current: TaskId;
  /** What ran before the next schedule(), -1 idle: tells whether a schedule() switched. */
  previous: TaskId;
  /** 1: somebody asked for schedule() (TIF_NEED_RESCHED). */
  needResched: number;
  /** Runnable tasks, the running one included, and their weight. */
  nrRunning: number;
  loadWeight: number;
  /** Waiting tasks by vruntime, equal ones in order of arrival; without the running one (cfs_rq.tasks_timeline). */
  queue: TaskId[];
  /** All tasks of the queue, latest enqueued last; the load balancer reads it from the end (cfs_rq.tasks). */
  tasks: TaskId[];
  minVruntime: Nanoseconds;
  /** cpu_load[0..2]: the load seen over 1, 2 and 4 ticks, and whether they have settled at loadWeight. */
  cpuLoad: number[];
  cpuLoadSettled: number;
  /** cpu_power: 1024 for a whole core, 589 for one of two hyper-threads. */
  power: number;
  /** Since when nothing runs here, -1 while something does. */
  idleSinceNs: Nanoseconds;
  /** rq.idle_stamp (start of the gap that avg_idle will see at the next wake-up, -1 none) and rq.avg_idle. */
  idleStampNs: Nanoseconds;
  avgIdleNs: Nanoseconds;
  /** Earliest time at which a domain of this CPU is due for balancing. */
  nextBalanceNs: Nanoseconds;
}

/** A set of CPUs among which a domain balances. */
export interface SchedGroup {
  /** Ascending. */
  cpus: CpuId[];
  /** Sum of cpu_power. */
  power: number;
}

/** Constants of one kind of domain (the SD_*_INIT tables). */
export interface DomainLevel {
  name: string;
  minIntervalMs: number;
  maxIntervalMs: number;
  busyFactor: number;
  imbalancePct: number;
  cacheNiceTries: number;
  /** Which cpu_load average to compare: 0 = the load right now, i = cpu_load[i - 1]. */
  busyIdx: number;
  idleIdx: number;
  /** SD_BALANCE_FORK and SD_BALANCE_EXEC, which every table of the era sets together. */
  balanceForkExec: boolean;
  wakeAffine: boolean;
  /** SD_SHARE_CPUPOWER: hyper-threads of a core. */
  shareCpuPower: boolean;
  /** SD_SHARE_PKG_RESOURCES: the CPUs share a cache. */
  shareCache: boolean;
  /** SD_PREFER_SIBLING: the parent domain spreads tasks over groups of this kind. */
  preferSibling: boolean;
}

/** One CPU's view of one level (struct sched_domain). */
export interface SchedDomain {
  /** Index into SchedState.levels, .spans and .groupLists. */
  level: number;
  span: number;
  groupList: number;
  /** Position of the group that holds this CPU; the ring of groups starts there. */
  localGroup: number;
  lastBalanceNs: Nanoseconds;
  balanceIntervalMs: number;
  nrBalanceFailed: number;
  /** The last pass found the domain balanced: SchedState.changes then, for which kind of pass, and whether it was another CPU's turn. */
  balancedAt: number;
  balancedFor: number;
  othersTurn: number;
}

/** CPUs of a domain. */
export interface DomainSpan {
  cpus: CpuId[];
  /** One byte a CPU, 1 = in the span. */
  mask: Uint8Array;
}

/** Scratch of find_busiest_group (struct sd_lb_stats and sg_lb_stats); meaningless between two balancing passes. */
export interface BalanceScratch {
  /** CPUs that this pass may still take from. */
  cpus: Uint8Array;
  /** 0: another CPU of the local group is to balance this domain. */
  balance: number;
  /** Result: position of the busiest group in its list (-1 none) and load to move. */
  busiest: number;
  imbalance: number;
  totalLoad: number;
  totalPower: number;
  avgLoad: number;
  thisLoad: number;
  thisLoadPerTask: number;
  thisNrRunning: number;
  thisIdleCpus: number;
  thisPower: number;
  thisHasCapacity: boolean;
  maxLoad: number;
  busiestLoadPerTask: number;
  busiestNrRunning: number;
  busiestIdleCpus: number;
  busiestCapacity: number;
  busiestCpus: number;
  busiestPower: number;
  busiestHasCapacity: boolean;
  groupImbalance: boolean;
}

export interface SchedState {
  queues: RunQueue[];
  /** Counts everything that could change what a balancing pass finds: tasks coming and going, load averages moving. */
  changes: number;
  levels: DomainLevel[];
  spans: DomainSpan[];
  groupLists: SchedGroup[][];
  /** Per CPU, lowest level first. */
  domains: SchedDomain[][];
  /** Scaled by the number of CPUs at boot (get_update_sysctl_factor). */
  latencyNs: Nanoseconds;
  minGranularityNs: Nanoseconds;
  wakeupGranularityNs: Nanoseconds;
  /**
   * 1: a group counts as imbalanced when its fullest and emptiest CPU differ by two tasks (3.5+); 0: as soon as the fullest has two
   * (3.3), which makes half-full machines pull back and forth.
   */
  imbalanceByDifference: number;
  /** max_load_balance_interval. */
  maxBalanceIntervalMs: number;
  scratch: BalanceScratch;
}
