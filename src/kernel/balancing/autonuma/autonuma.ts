/** AutoNUMA as a balancing policy: boot, inheritance and the dispatch to its gears (autonuma.md section 1). */
import type { Kernel } from '../../kernel-state.ts';
import type { AddressSpace } from '../../mm/state.ts';
import { printk } from '../../output.ts';
import { createKernelThread } from '../../program/kernel-threads.ts';
import { nextBelow } from '../../random.ts';
import { type Task, TASK_SLEEPING } from '../../sched/task.ts';
import { type Nanoseconds, type NodeId, NS_PER_MS } from '../../units.ts';
import type { BalancingPolicy } from '../policy.ts';
import { autonumaBalance, canPull, isAffine } from './balance.ts';
import { hintingFault } from './fault.ts';
import { runMigrated } from './migrated.ts';
import { createQueues, createRunPool, forgetPageInQueues, forgetSlotInQueues } from './queues.ts';
import { runScand } from './scan.ts';
import type { AutonumaKnobs, AutonumaState } from './state.ts';

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
  thp_native_migration: 0,
  page_cache_spill: 0,
};

/** State before boot, or for a kernel without AutoNUMA. */
export function createAutonumaState(nodes: number): AutonumaState {
  return {
    possible: false,
    knobs: { ...ALPHA6_KNOBS },
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
  for (let n = 0; n < k.machine.nodes.length; n++) {
    const task = createKernelThread(k, `knuma_migrated${n}`, 'knuma_migrated', n);
    a.daemons.push({
      node: n,
      task: task.id,
      nrQueued: 0,
      state: 'asleep',
      batch: [],
      batchNext: 0,
      got: 0,
      paidNs: 0,
      pagesMigratedHere: 0,
    });
  }
  const gapMs = a.knobs.scan_sleep_pass_millisecs;
  const leftMs = nextBelow(k.random.scanner, 2 * gapMs);
  a.scanner.phase = leftMs >= gapMs ? 'gap1' : 'gap2';
  scand.state = TASK_SLEEPING;
  scand.program.waiting = 'timer';
  scand.wakeAtNs = (leftMs >= gapMs ? leftMs - gapMs : leftMs) * NS_PER_MS;
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

/** autonuma.md 6.7: clone_reset for threads and new processes alike governs the task statistics. */
function onFork(k: Kernel, parent: Task, child: Task): void {
  if (k.autonuma.knobs.clone_reset !== 0) {
    resetTask(k, child);
    return;
  }
  child.autonuma.preferred = parent.autonuma.preferred;
  child.autonuma.fault.set(parent.autonuma.fault);
  child.autonuma.faultTot = parent.autonuma.faultTot;
  child.autonuma.faultPass = parent.autonuma.faultPass;
}

function onMmCreated(k: Kernel, mm: AddressSpace, parent: AddressSpace | null): void {
  k.autonuma.scanner.mmList.push(mm.id);
  if (parent === null || k.autonuma.knobs.fork_reset !== 0) return;
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
  onSchedule: autonumaBalance,
  runDaemon,
};
