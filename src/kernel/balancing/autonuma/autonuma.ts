/** AutoNUMA as a balancing policy: boot, inheritance and the dispatch to its gears (autonuma.md section 1). */
import type { Kernel } from '../../kernel-state.ts';
import type { AddressSpace } from '../../mm/state.ts';
import { printk } from '../../output.ts';
import { createKernelThread } from '../../program/kernel-threads.ts';
import { nextBelow } from '../../random.ts';
import { type Task, TASK_SLEEPING } from '../../sched/task.ts';
import { type CpuId, type Nanoseconds, type NodeId, NS_PER_MS, WIDE_ZERO, widened } from '../../units.ts';
import type { BalancingPolicy } from '../policy.ts';
import { autonumaBalance, canPull, isAffine } from './balance.ts';
import { hintingFault } from './fault.ts';
import { runMigrated } from './migrated.ts';
import { createQueues, createRunPool, forgetPageInQueues, forgetSlotInQueues } from './queues.ts';
import { halfGapMs, runScand } from './scan.ts';
import type { AutonumaKnobs, AutonumaState, MigrateDaemon } from './state.ts';
import { type AutonumaVersion, autonumaVersion } from './versions.ts';

/** Defaults of alpha6 (autonuma.md 7.1). CONFIG_AUTONUMA_DEFAULT_ENABLED is taken as yes. */
export const ALPHA6_KNOBS: AutonumaKnobs = {
  enabled: 1,
  debug: 0,
  scan_sleep_millisecs: 100,
  scan_sleep_pass_millisecs: 5000,
  pages_to_scan: 32768,
  pmd: 1,
  working_set: 0,
  migrate_sleep_millisecs: 100,
  pages_to_migrate: 32768,
  defer: 0,
  load_balance_strict: 1,
  clone_reset: 1,
  fork_reset: 1,
  smt: 1,
  allow_first_fault: 1,
  reset: 1,
  child_inheritance: 0,
  sched_autonuma_balance_interval_millisecs: 100,
  thp_native_migration: 0,
  page_cache_spill: 0,
};

/** Defaults of a version: alpha6's but for what its profile says. */
export function defaultKnobs(version: AutonumaVersion): AutonumaKnobs {
  return {
    ...ALPHA6_KNOBS,
    load_balance_strict: version.loadBalanceStrict,
    scan_sleep_pass_millisecs: version.scanSleepPassMs,
    working_set: version.workingSetDefault,
  };
}

/** State before boot, or for a kernel without AutoNUMA. @throws RangeError for an unknown version */
export function createAutonumaState(nodes: number, versionName: string): AutonumaState {
  const version = { ...autonumaVersion(versionName) };
  return {
    possible: false,
    version,
    windows: [],
    knobs: defaultKnobs(version),
    scanner: {
      task: -1,
      phase: 'off',
      mmList: [],
      cursorMm: -1,
      cursorVma: 0,
      cursorSlot: 0,
      chunk: -1,
      progress: 0,
      passProgress: 0,
      pagesScanned: 0,
      fullScans: 0,
    },
    daemons: [],
    queues: createQueues(nodes),
    runs: createRunPool(),
    pagesMigrated: 0,
  };
}

/**
 * autonuma_init: daemons and state. The scanner has been running before the program starts, so its phase is random: somewhere in
 * the sleep between two passes over an empty list (prototype.md 5.9).
 */
function boot(k: Kernel): void {
  const a = k.autonuma;
  a.possible = true;
  const scand = createKernelThread(k, 'knuma_scand', 'knuma_scand', -1);
  a.scanner.task = scand.id;
  if (a.version.migration === 'fault')
    a.windows = k.machine.nodes.map(() => widened({ startNs: WIDE_ZERO, pages: 0 }));
  for (let n = 0; n < k.machine.nodes.length && a.version.migration === 'queue'; n++) {
    const task = createKernelThread(k, `knuma_migrated${n}`, 'knuma_migrated', n);
    const daemon: MigrateDaemon = widened({
      node: n,
      task: task.id,
      nrQueued: 0,
      state: 'asleep',
      batch: [],
      batchNext: 0,
      got: 0,
      paidNs: WIDE_ZERO,
      pagesMigratedHere: 0,
    });
    a.daemons.push(daemon);
  }
  const gapMs = halfGapMs(a);
  const leftMs = nextBelow(k.random.scanner, a.version.passGap === 'once' ? gapMs : 2 * gapMs);
  a.scanner.phase = leftMs >= gapMs && a.version.passGap !== 'once' ? 'gap1' : 'gap2';
  scand.state = TASK_SLEEPING;
  scand.program.waiting = 'timer';
  scand.wakeAtNs = (a.scanner.phase === 'gap1' ? leftMs - gapMs : leftMs) * NS_PER_MS;
}

/** The same without daemons: `noautonuma`, or a single node (autonuma.md 7.4). */
export function bootWithoutAutonuma(k: Kernel): void {
  k.autonuma.possible = false;
  printk(k, 'AutoNUMA permanently disabled');
}

function resetTask(k: Kernel, task: Task): void {
  task.autonuma.preferred = -1;
  task.autonuma.fault.fill(0);
  task.autonuma.faultTot = 0;
  task.autonuma.faultPass = task.mm >= 0 ? k.mms[task.mm].autonuma.faultPass : 0;
}

/** Do a child's statistics start empty (autonuma.md 6.7)? `own`: the knob that alpha6..19 have for it. */
function childStartsEmpty(k: Kernel, own: 'clone_reset' | 'fork_reset'): boolean {
  const { knobs, version } = k.autonuma;
  if (version.layout === 'alpha') return knobs[own] !== 0;
  return version.layout === '24' ? knobs.reset !== 0 : knobs.child_inheritance === 0;
}

/** autonuma.md 6.7: clone_reset for threads and new processes alike governs the task statistics. */
function onFork(k: Kernel, parent: Task, child: Task): void {
  if (childStartsEmpty(k, 'clone_reset')) {
    resetTask(k, child);
    if (k.autonuma.version.inheritsPreferred) child.autonuma.preferred = parent.autonuma.preferred;
    return;
  }
  child.autonuma.preferred = parent.autonuma.preferred;
  child.autonuma.fault.set(parent.autonuma.fault);
  child.autonuma.faultTot = parent.autonuma.faultTot;
  child.autonuma.faultPass = parent.autonuma.faultPass;
}

function onMmCreated(k: Kernel, mm: AddressSpace, parent: AddressSpace | null): void {
  k.autonuma.scanner.mmList.push(mm.id);
  if (parent === null || childStartsEmpty(k, 'fork_reset')) return;
  mm.autonuma.fault.set(parent.autonuma.fault);
  mm.autonuma.faultTot = parent.autonuma.faultTot;
  mm.autonuma.faultPass = parent.autonuma.faultPass;
}

function onMmExit(k: Kernel, mm: AddressSpace): void {
  const s = k.autonuma.scanner;
  // The scanner itself unlinks the mm it is at; others leave the list now.
  if (s.cursorMm === mm.id) return;
  const at = s.mmList.indexOf(mm.id);
  if (at >= 0) s.mmList.splice(at, 1);
}

/** New pages come from the preferred node if there is one (autonuma.md 4.4). */
function allocationNode(k: Kernel, task: Task): NodeId {
  const local = k.machine.cpus[task.cpu].node;
  return task.autonuma.preferred >= 0 ? task.autonuma.preferred : local;
}

/** Where each version runs sched_autonuma_balance (autonuma.md 6.1). */
function onSchedule(k: Kernel, cpu: CpuId, task: Task): void {
  const { balanceTrigger } = k.autonuma.version;
  if (balanceTrigger === 'schedule') autonumaBalance(k, cpu, task);
  else if (balanceTrigger === 'rebalance, then schedule' && task.autonuma.needBalance !== 0) {
    task.autonuma.needBalance = 0;
    autonumaBalance(k, cpu, task);
  }
}

function onRebalance(k: Kernel, cpu: CpuId, task: Task): void {
  const { balanceTrigger } = k.autonuma.version;
  if (balanceTrigger === 'schedule') return;
  if (balanceTrigger === 'rebalance, then schedule') {
    task.autonuma.needBalance = 1;
    return;
  }
  if (balanceTrigger === 'rebalance, 100 ms apart') {
    const intervalNs = k.autonuma.knobs.sched_autonuma_balance_interval_millisecs * NS_PER_MS;
    if (task.autonuma.lastBalanceNs >= 0 && k.nowNs - task.autonuma.lastBalanceNs < intervalNs) return;
    task.autonuma.lastBalanceNs = k.nowNs;
  }
  autonumaBalance(k, cpu, task);
}

function runDaemon(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  return task.daemon === 'knuma_scand' ? runScand(k, task, budgetNs) : runMigrated(k, task, budgetNs);
}

export const autonumaPolicy: BalancingPolicy = {
  name: 'autonuma',
  boot,
  onMmCreated,
  onMmExit,
  onFork,
  onExec: resetTask,
  allocationNode,
  hintingFault,
  forgetSlot: forgetSlotInQueues,
  forgetPage: forgetPageInQueues,
  isAffine,
  canPull,
  twoPassPull: true,
  onSchedule,
  onRebalance,
  runDaemon,
};
