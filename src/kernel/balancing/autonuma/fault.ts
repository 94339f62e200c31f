/**
 * NUMA hinting faults (autonuma.md section 4; numa_hinting_fault and friends, mm/autonuma.c alpha6): the last_nid filter,
 * "memory follows CPU" and the task statistics.
 */
import { pageOf, setPage } from '../../mm/frames.ts';
import { expandSlot, isMappedOnce } from '../../mm/page-tables.ts';
import { isOnLru } from '../../mm/pagevec.ts';
import { type AddressSpace, PAGE_ISOLATED, PAGE_LAST_NID, PTE_FRAME_MASK, PTE_NONE } from '../../mm/state.ts';
import type { Kernel } from '../../kernel-state.ts';
import {
  FAULT_ALREADY_QUEUED,
  FAULT_BRAKED,
  FAULT_DISABLED,
  FAULT_FIRST_NOT_ALLOWED,
  FAULT_LOCAL,
  FAULT_MIGRATED,
  FAULT_MISMATCH,
  FAULT_NOT_ON_LRU,
  FAULT_QUEUED,
  FAULT_SHARED,
  FAULT_TASK_POLICY,
} from '../../output.ts';
import type { Task } from '../../sched/task.ts';
import type { Nanoseconds, NodeId, SlotId } from '../../units.ts';
import { countQueued, cutRuns, migrateNid, pushRun, withMigrateNid } from './queues.ts';
import { migrateOnFault, refusal } from './migrate-on-fault.ts';
import { beginOutcomes, endOutcomes, noteOutcome } from './fault-outcomes.ts';
import { wakeOnCrossing } from './migrated.ts';

/** Pages credited to each node by the fault under way: scratch, always cleared after use. */
const credit = new Float64Array(64);

/** last_nid of a struct page word, -1 none yet. */
export function lastNid(word: number): NodeId {
  return (word & PAGE_LAST_NID) - 1;
}

function withLastNid(word: number, nid: NodeId): number {
  return ((word & ~PAGE_LAST_NID) | (nid + 1)) >>> 0;
}

/** What a fault decides for one page (or many alike). */
interface Decision {
  word: number;
  /** Node credited to the task statistics. */
  nid: NodeId;
  /** Queue the page was in and leaves, -1 none. */
  leaves: NodeId;
  /** Queue the page joins, -1 none. */
  joins: NodeId;
  /** The last_nid filter failed. */
  mismatch: boolean;
  /** FAULT_* of output.ts, for the trace. */
  outcome: number;
}
const decision: Decision = { word: 0, nid: 0, leaves: -1, joins: -1, mismatch: false, outcome: 0 };

/** What of a version, its knobs and the task bears on the filter. */
export interface FilterRules {
  /** 24+: a mismatch dequeues in any case and credits the page's node. */
  failCreditsPageNode: boolean;
  /** 24+ knob; implicit before. */
  allowFirstFault: boolean;
  /** 28: this task may migrate nothing until its next pass. */
  braked: boolean;
  /** 27+: there are no queues; `joins` then means "try to migrate now". */
  queues: boolean;
}

const ALPHA6_RULES: FilterRules = {
  failCreditsPageNode: false,
  allowFirstFault: true,
  braked: false,
  queues: true,
};
const rules: FilterRules = { ...ALPHA6_RULES };

/**
 * The truth table of autonuma.md 4.2: last_nid filter, then memory follows CPU. Pure; the result is in the returned (reused) object.
 * @param here node of the CPU, @param on node of the page, @param onLru false while in a pagevec or isolated by a migration
 */
export function decide(word: number, here: NodeId, on: NodeId, onLru: boolean, by = ALPHA6_RULES): Decision {
  const last = lastNid(word);
  const queued = migrateNid(word);
  decision.leaves = -1;
  decision.joins = -1;
  decision.mismatch = (last >= 0 && last !== here) || (last < 0 && !by.allowFirstFault);
  let next = withLastNid(word, here);
  if (decision.mismatch) {
    decision.outcome = last >= 0 ? FAULT_MISMATCH : FAULT_FIRST_NOT_ALLOWED;
    // Mismatch: remember the new node, take back a pending migration elsewhere, queue nothing this time.
    if (queued >= 0 && (queued !== here || by.failCreditsPageNode)) {
      decision.leaves = queued;
      next = withMigrateNid(next, -1);
    }
    const still = migrateNid(next);
    decision.nid = still >= 0 ? still : on;
  } else if (!onLru) {
    decision.outcome = FAULT_NOT_ON_LRU;
    decision.nid = on;
  } else if (here !== on) {
    if (by.braked) {
      decision.outcome = FAULT_BRAKED;
      decision.nid = on;
    } else {
      decision.outcome = FAULT_ALREADY_QUEUED;
      if (queued !== here) {
        decision.outcome = FAULT_QUEUED;
        decision.leaves = queued;
        decision.joins = here;
        if (by.queues) next = withMigrateNid(next, here);
      }
      decision.nid = here;
    }
  } else {
    decision.outcome = FAULT_LOCAL;
    if (queued >= 0) {
      decision.leaves = queued;
      next = withMigrateNid(next, -1);
    }
    decision.nid = here;
  }
  decision.word = next;
  return decision;
}

/**
 * Sample pages [from, to) of a slot for a task.
 * @returns CPU time the policy's own bookkeeping costs the task
 */
export function hintingFault(
  k: Kernel,
  task: Task,
  slot: SlotId,
  from: number,
  to: number,
  huge: boolean,
): Nanoseconds {
  const { version, knobs } = k.autonuma;
  const here = k.machine.cpus[task.cpu].node;
  beginOutcomes(task, slot, here, huge);
  if (knobs.enabled === 0 || (version.taskPolicyBypass && task.mempolicy !== null)) {
    noteOutcome(k, from, to, here, 0, knobs.enabled === 0 ? FAULT_DISABLED : FAULT_TASK_POLICY);
    endOutcomes(k);
    return 0;
  }
  rules.failCreditsPageNode = version.failCreditsPageNode;
  rules.allowFirstFault = knobs.allow_first_fault !== 0;
  rules.braked = version.falseSharingBrake && task.autonuma.falseSharing !== 0;
  rules.queues = version.migration === 'queue';
  const t = k.memory.tables;
  let pages = 0;
  const block = t.block[slot];
  if (block >= 0 && t.offLru[slot] === 0 && from <= t.low[slot] && to >= t.high[slot]) {
    const frames = k.memory.frames;
    const word = frames.page[block];
    if (isMappedOnce(word)) {
      pages = t.present[slot];
      const on = frames.node[block];
      const d = decide(word, here, on, (word & PAGE_ISOLATED) === 0, rules);
      if (d.mismatch) task.autonuma.falseSharing = 1;
      if (d.leaves >= 0) dequeue(k, slot, t.low[slot], t.high[slot], d.leaves, on, pages);
      frames.page[block] = d.word;
      const { low, high } = { low: t.low[slot], high: t.high[slot] };
      if (d.joins >= 0 && !rules.queues) {
        const taken = migrateOnFault(k, task, slot, low, high, on, here, huge);
        noteOutcome(k, low, low + taken, on, word, FAULT_MIGRATED);
        if (taken < high - low) noteOutcome(k, low + taken, high, on, word, refusal.outcome);
        credit[here] += taken;
        credit[on] += pages - taken;
      } else {
        noteOutcome(k, low, high, on, word, d.outcome);
        if (d.joins >= 0) enqueue(k, slot, low, high, d.joins, on, pages, low);
        credit[d.nid] += pages;
      }
      countSampled(k, pages, on === here ? pages : 0);
    } else noteOutcome(k, t.low[slot], t.high[slot], frames.node[block], word, FAULT_SHARED);
  } else {
    pages = sampleOneByOne(k, task, slot, from, to, here);
  }
  endOutcomes(k);
  if (pages === 0) return 0;
  creditTask(k, task);
  return huge ? k.costs.hintingPageNs : pages * k.costs.hintingPageNs;
}

function countSampled(k: Kernel, pages: number, local: number): void {
  k.counters.numa_hint_fault_pages += pages;
  k.counters.numa_hint_faults_local_pages += local;
}

function sampleOneByOne(k: Kernel, task: Task, slot: SlotId, from: number, to: number, here: NodeId): number {
  const frames = k.memory.frames;
  const ptes = expandSlot(k, slot);
  let pages = 0;
  let local = 0;
  for (let i = from; i < to; i++) {
    const entry = ptes[i];
    if (entry === PTE_NONE) continue;
    const frame = entry & PTE_FRAME_MASK;
    const word = pageOf(frames, frame);
    const on = frames.node[frame >>> 9];
    if (!isMappedOnce(word)) {
      noteOutcome(k, i, i + 1, on, word, FAULT_SHARED);
      continue;
    }
    const onLru = (word & PAGE_ISOLATED) === 0 && isOnLru(k, slot, i);
    const d = decide(word, here, on, onLru, rules);
    if (d.mismatch) task.autonuma.falseSharing = 1;
    pages++;
    if (on === here) local++;
    if (d.joins < 0 || rules.queues) {
      credit[d.nid]++;
      noteOutcome(k, i, i + 1, on, word, d.outcome);
    }
    if (d.word === word) continue;
    const joins = d.joins;
    const next = d.word;
    if (d.leaves >= 0) dequeue(k, slot, i, i + 1, d.leaves, on, 1);
    setPage(k, frame, next);
    if (joins >= 0 && rules.queues) enqueue(k, slot, i, i + 1, joins, on, 1, from);
    else if (joins >= 0) {
      const taken = migrateOnFault(k, task, slot, i, i + 1, on, here, false) > 0;
      noteOutcome(k, i, i + 1, on, word, taken ? FAULT_MIGRATED : refusal.outcome);
      credit[taken ? here : on]++;
    }
  }
  countSampled(k, pages, local);
  return pages;
}

function dequeue(
  k: Kernel,
  slot: SlotId,
  from: number,
  to: number,
  dst: NodeId,
  src: NodeId,
  pages: number,
): void {
  cutRuns(k, slot, from, to, dst);
  countQueued(k, dst, src, slot, -pages);
  k.counters.numa_pages_cancelled += pages;
}

function enqueue(
  k: Kernel,
  slot: SlotId,
  from: number,
  to: number,
  dst: NodeId,
  src: NodeId,
  pages: number,
  settled: number,
): void {
  pushRun(k, dst, src, slot, from, to, settled);
  countQueued(k, dst, src, slot, pages);
  k.counters.numa_pages_queued += pages;
  wakeOnCrossing(k, dst, pages);
}

/** creditTask of autonuma.md 4.3: one halving per scan pass of the mm at most, then the pages of this fault. */
function creditTask(k: Kernel, task: Task): void {
  const stats = task.autonuma;
  const mm = k.mms[task.mm];
  const nodes = k.machine.nodes.length;
  if (stats.faultPass !== mm.autonuma.faultPass) {
    for (let n = 0; n < nodes; n++) stats.fault[n] = Math.floor(stats.fault[n] / 2);
    stats.faultTot = Math.floor(stats.faultTot / 2);
    stats.faultPass = mm.autonuma.faultPass;
    stats.falseSharing = 0;
    if (k.autonuma.version.mmStatistics === 'fault') halveMmStatistics(mm);
  }
  for (let n = 0; n < nodes; n++) {
    if (credit[n] === 0) continue;
    stats.fault[n] += credit[n];
    stats.faultTot += credit[n];
    if (k.autonuma.version.mmStatistics === 'fault') {
      mm.autonuma.fault[n] += credit[n];
      mm.autonuma.faultTot += credit[n];
    }
    credit[n] = 0;
  }
}

/** autonuma28: once a pass of the mm, guarded by lastPass; the total is their sum again. */
function halveMmStatistics(mm: AddressSpace): void {
  const stats = mm.autonuma;
  if (stats.lastPass === stats.faultPass) return;
  stats.lastPass = stats.faultPass;
  let total = 0;
  for (let n = 0; n < stats.fault.length; n++) {
    stats.fault[n] = Math.floor(stats.fault[n] / 2);
    total += stats.fault[n];
  }
  stats.faultTot = total;
}
