/** knuma_scand: marks mappings NUMA-hinting and counts pages per node (autonuma.md section 3; knuma_scand, mm/autonuma.c alpha6). */
import { expandSlot, isMappedOnce } from '../../mm/page-tables.ts';
import { pageOf } from '../../mm/frames.ts';
import { lruAddDrain } from '../../mm/pagevec.ts';
import { type AddressSpace, PTE_FRAME_MASK, PTE_NONE, PTE_NUMA, type Vma } from '../../mm/state.ts';
import type { Kernel } from '../../kernel-state.ts';
import {
  printk,
  SKIPPED_NO_ANON_VMA,
  SKIPPED_POLICY,
  trace,
  TRACE_SCAN_PASS,
  TRACE_SLOT_SCANNED,
  TRACE_VMA_SKIPPED,
} from '../../output.ts';
import { BILL_SCAN, BILL_SHOOTDOWN, billProcess } from '../../process-bill.ts';
import { disturbMm, sleepOn, sleepUntil } from '../../sched/sched.ts';
import type { Task } from '../../sched/task.ts';
import { type Nanoseconds, type NodeId, NS_PER_MS, PAGES_PER_BLOCK, type SlotId } from '../../units.ts';
import { flushQueues } from './migrated.ts';
import { migrateNid } from './queues.ts';
import type { AutonumaState, ScannerState } from './state.ts';

/** Pages of the slot just scanned that were counted, and that were passed over because they are shared: for the trace. */
const scanned = { counted: 0, shared: 0 };

/**
 * Run the scanner for at most `budgetNs`. Marks take effect slot by slot; the TLB flush that the kernel makes once per VMA part
 * is charged at the end of the part.
 * @returns CPU time used
 */
export function runScand(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds {
  const s = k.autonuma.scanner;
  let used = 0;
  while (used < budgetNs) {
    if (s.phase === 'gap1') {
      // Woken in the middle of the gap: flush what is below the threshold, then the second half.
      lruAddDrain(k, task.cpu);
      flushQueues(k);
      s.phase = 'gap2';
      sleep(k, task, halfGapMs(k.autonuma));
      return Math.max(used, 1000);
    }
    if (s.phase === 'gap2') {
      if (k.autonuma.knobs.debug !== 0) dumpLayout(k);
      if (blockWhileDisabled(k, task)) return Math.max(used, 1000);
      s.phase = 'scan';
      // The budget of a chunk is carried across passes: at the end of a pass it may already be spent.
      if (chunkSleep(k, task)) return Math.max(used, 1000);
    }
    if (s.phase === 'off') {
      if (blockWhileDisabled(k, task)) return Math.max(used, 1000);
      s.phase = 'scan';
    }
    if (s.phase === 'chunk_sleep') s.phase = 'scan';
    used += scanSome(k, budgetNs - used);
    if (s.chunk >= 0) continue;
    if (s.cursorMm < 0) {
      endOfPass(k, task);
      return used;
    }
    if (chunkSleep(k, task)) return used;
  }
  return Math.min(used, budgetNs);
}

function sleep(k: Kernel, task: Task, millisecs: number): void {
  sleepUntil(k, task, k.nowNs + millisecs * NS_PER_MS);
}

function blockWhileDisabled(k: Kernel, task: Task): boolean {
  if (k.autonuma.knobs.enabled !== 0) return false;
  k.autonuma.scanner.phase = 'off';
  sleepOn(k, task, 'daemon');
  return true;
}

/** "if progress > pages_to_scan" of the main loop: strictly greater. */
function chunkSleep(k: Kernel, task: Task): boolean {
  const s = k.autonuma.scanner;
  if (s.progress <= k.autonuma.knobs.pages_to_scan) return false;
  s.progress = 0;
  s.phase = 'chunk_sleep';
  sleep(k, task, k.autonuma.knobs.scan_sleep_millisecs);
  return true;
}

function endOfPass(k: Kernel, task: Task): void {
  const s = k.autonuma.scanner;
  if (k.autonuma.knobs.debug !== 0) printk(k, `knuma_scand: scanned ${s.passProgress} pages`);
  s.pagesScanned += s.passProgress;
  s.fullScans++;
  trace(k, TRACE_SCAN_PASS, s.passProgress, s.fullScans);
  k.output.stepScanPasses++;
  s.passProgress = 0;
  // 27 and later sleep once and have no queues to flush.
  s.phase = k.autonuma.version.passGap === 'once' ? 'gap2' : 'gap1';
  sleep(k, task, halfGapMs(k.autonuma));
}

/** One sleep of the gap between passes: the knob twice (<= 19), its two halves (24), or all of it once (27+). */
export function halfGapMs(a: AutonumaState): number {
  const ms = a.knobs.scan_sleep_pass_millisecs;
  return a.version.passGap === 'halves' ? Math.floor(ms / 2) : ms;
}

/** scanChunk of autonuma.md 3.3, resumable after any slot. @returns CPU time used */
function scanSome(k: Kernel, budgetNs: Nanoseconds): Nanoseconds {
  const s = k.autonuma.scanner;
  const limit = k.autonuma.knobs.pages_to_scan;
  let used = 0;
  if (s.chunk < 0) {
    s.chunk = 1;
    if (s.mmList.length === 0) {
      // An empty list: fake progress, and the pass ends at once.
      s.chunk = limit;
      finishChunk(s);
      return 1000;
    }
    if (s.cursorMm < 0) startMm(k, s.mmList[0]);
  }
  const mm = k.mms[s.cursorMm];
  let flush = false;
  while (s.chunk < limit && used < budgetNs) {
    if (mm.exited) {
      s.chunk++;
      break;
    }
    const vma: Vma | undefined = mm.vmas[s.cursorVma];
    if (vma === undefined) break;
    if (!isEligible(k, vma) || s.cursorSlot >= vma.slots.length) {
      if (!isEligible(k, vma) && !vma.dead) {
        s.chunk++;
        const reason = vma.policy !== null ? SKIPPED_POLICY : SKIPPED_NO_ANON_VMA;
        trace(k, TRACE_VMA_SKIPPED, mm.id, s.cursorVma, reason, mm.autonuma.faultPass);
      }
      s.cursorVma++;
      s.cursorSlot = 0;
      continue;
    }
    const slot = vma.slots[s.cursorSlot++];
    const present = k.memory.tables.present[slot];
    scanned.counted = 0;
    scanned.shared = 0;
    s.chunk += scanSlot(k, mm, vma, slot);
    const { counted, shared } = scanned;
    if (counted + shared > 0)
      trace(
        k,
        TRACE_SLOT_SCANNED,
        slot,
        counted,
        shared,
        k.memory.tables.markedPmd[slot],
        mm.autonuma.faultPass,
        mm.id,
      );
    used += present * k.costs.scanPageNs;
    flush = flush || present > 0;
  }
  billProcess(k, mm.process, BILL_SCAN, used);
  if (flush) used += shootdown(k, mm);
  const done = mm.exited || mm.vmas[s.cursorVma] === undefined;
  if (done) {
    finishMm(k, mm);
    finishChunk(s);
  } else if (s.chunk >= limit) finishChunk(s);
  k.bill.scanNs += used;
  return Math.max(used, 100);
}

function finishChunk(s: ScannerState): void {
  s.progress += s.chunk;
  s.passProgress += s.chunk;
  s.chunk = -1;
}

function startMm(k: Kernel, id: number): void {
  const s = k.autonuma.scanner;
  s.cursorMm = id;
  s.cursorVma = 0;
  s.cursorSlot = 0;
  k.mms[id].autonuma.faultPass++;
}

/** The cursor leaves an mm: publish its statistics, go on to the next in the list or end the pass. */
function finishMm(k: Kernel, mm: AddressSpace): void {
  const s = k.autonuma.scanner;
  const at = s.mmList.indexOf(mm.id);
  if (mm.exited) s.mmList.splice(at, 1);
  else publishMmStats(k, mm);
  const next = mm.exited ? s.mmList[at] : s.mmList[at + 1];
  if (next === undefined) {
    s.cursorMm = -1;
    s.cursorVma = 0;
    s.cursorSlot = 0;
  } else startMm(k, next);
}

/** publishMmStats of autonuma.md 3.6: replacement, no decay. */
function publishMmStats(k: Kernel, mm: AddressSpace): void {
  const stats = mm.autonuma;
  // autonuma28 keeps them up to date in the hinting faults instead.
  if (k.autonuma.version.mmStatistics === 'fault') {
    stats.faultTmp.fill(0);
    return;
  }
  // 24 and 27: an idle process, of which nothing was counted, keeps its statistics.
  const keeps = k.autonuma.version.workingSet === 'knob, idle keeps' && k.autonuma.knobs.working_set !== 0;
  if (keeps && stats.faultTmp.every((pages) => pages === 0)) return;
  let total = 0;
  for (let n = 0; n < k.machine.nodes.length; n++) {
    stats.fault[n] = stats.faultTmp[n];
    total += stats.faultTmp[n];
    stats.faultTmp[n] = 0;
  }
  stats.faultTot = total;
}

/** autonuma.md 3.4: an anon_vma (up to 27), and no policy of its own. */
function isEligible(k: Kernel, vma: Vma): boolean {
  return !vma.dead && vma.policy === null && (vma.anonVma || !k.autonuma.version.needsAnonVma);
}

/** Is the working set estimated: marked pages neither counted nor marked again (autonuma.md 3.7)? */
function estimatesWorkingSet(k: Kernel): boolean {
  return k.autonuma.version.workingSet === 'always' || k.autonuma.knobs.working_set !== 0;
}

/** Node at which the scanner counts a page: where it is queued to go (<= 24), else where it is. */
function effectiveNode(k: Kernel, word: number, on: NodeId): NodeId {
  const target = k.autonuma.version.countQueuedAtTarget ? migrateNid(word) : -1;
  return target >= 0 ? target : on;
}

/**
 * scanSlot of autonuma.md 3.5: count pages where they are (or are going), and mark.
 * @returns progress in pages
 */
export function scanSlot(k: Kernel, mm: AddressSpace, vma: Vma, slot: SlotId): number {
  const t = k.memory.tables;
  const { knobs } = k.autonuma;
  if (t.present[slot] === 0) return 0;
  if (t.huge[slot] !== 0) return scanHuge(k, mm, vma, slot);
  if (t.block[slot] >= 0) return scanCompact(k, mm, vma, slot);
  const frames = k.memory.frames;
  const ptes = expandSlot(k, slot);
  const tmp = mm.autonuma.faultTmp;
  const workingSet = estimatesWorkingSet(k);
  let progress = 0;
  let marked = 0;
  for (let i = t.first[slot]; i < t.end[slot]; i++) {
    const entry = ptes[i];
    if (entry === PTE_NONE) continue;
    const alreadyMarked = (entry & PTE_NUMA) !== 0;
    if (workingSet && alreadyMarked) continue;
    const frame = entry & PTE_FRAME_MASK;
    const word = pageOf(frames, frame);
    if (!isMappedOnce(word)) {
      scanned.shared++;
      continue;
    }
    tmp[effectiveNode(k, word, frames.node[frame >>> 9])]++;
    scanned.counted++;
    if (alreadyMarked) continue;
    if (knobs.pmd === 0) {
      ptes[i] = (entry | PTE_NUMA) >>> 0;
      marked++;
    }
    progress++;
  }
  if (marked > 0) {
    disturbMm(k, mm.id);
    if (t.markedPtes[slot] === 0 && t.markedPmd[slot] === 0) vma.markedSlots++;
    t.markedPtes[slot] += marked;
    k.counters.numa_pte_updates += marked;
  }
  if (progress > 0 && knobs.pmd !== 0) markPmd(k, vma, slot);
  return progress;
}

function markPmd(k: Kernel, vma: Vma, slot: SlotId): void {
  const t = k.memory.tables;
  if (t.markedPmd[slot] !== 0) return;
  disturbMm(k, t.mm[slot]);
  if (t.markedPtes[slot] === 0) vma.markedSlots++;
  t.markedPmd[slot] = 1;
  if (t.huge[slot] !== 0) k.counters.numa_huge_pmd_updates++;
  else k.counters.numa_pmd_updates++;
}

/** A huge page: 512 of progress whatever comes of it. */
function scanHuge(k: Kernel, mm: AddressSpace, vma: Vma, slot: SlotId): number {
  const t = k.memory.tables;
  const frames = k.memory.frames;
  const block = t.block[slot];
  const word = frames.page[block];
  if (estimatesWorkingSet(k) && t.markedPmd[slot] !== 0) return PAGES_PER_BLOCK;
  if (!isMappedOnce(word)) {
    scanned.shared = PAGES_PER_BLOCK;
    return PAGES_PER_BLOCK;
  }
  scanned.counted = PAGES_PER_BLOCK;
  mm.autonuma.faultTmp[effectiveNode(k, word, frames.node[block])] += PAGES_PER_BLOCK;
  markPmd(k, vma, slot);
  return PAGES_PER_BLOCK;
}

/** Base pages that are all alike: counted and marked at once. */
function scanCompact(k: Kernel, mm: AddressSpace, vma: Vma, slot: SlotId): number {
  const t = k.memory.tables;
  const frames = k.memory.frames;
  const { knobs } = k.autonuma;
  const block = t.block[slot];
  const word = frames.page[block];
  if (!isMappedOnce(word)) {
    scanned.shared = t.present[slot];
    return 0;
  }
  const alreadyMarked = t.markedPtes[slot] > 0;
  if (estimatesWorkingSet(k) && alreadyMarked) return 0;
  const pages = t.present[slot];
  scanned.counted = pages;
  mm.autonuma.faultTmp[effectiveNode(k, word, frames.node[block])] += pages;
  if (alreadyMarked) return 0;
  if (knobs.pmd !== 0) markPmd(k, vma, slot);
  else {
    disturbMm(k, mm.id);
    if (t.markedPmd[slot] === 0) vma.markedSlots++;
    t.markedPtes[slot] = pages;
    k.counters.numa_pte_updates += pages;
  }
  return pages;
}

/** TLB shootdown after marking: an IPI to every other CPU that runs the mm. @returns CPU time the scanner pays */
function shootdown(k: Kernel, mm: AddressSpace): Nanoseconds {
  let cpus = 0;
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
    const current = k.sched.queues[cpu].current;
    if (current >= 0 && k.tasks[current].mm === mm.id) cpus++;
  }
  const cost = k.costs.shootdownNs + cpus * k.costs.shootdownPerCpuNs;
  k.counters.tlb_shootdowns++;
  k.bill.shootdownNs += cost;
  billProcess(k, mm.process, BILL_SHOOTDOWN, cost);
  return cost;
}

/** The layout dump of `debug`, once a pass: per node and mm the number of CPUs that run it now (autonuma.md section 9). */
function dumpLayout(k: Kernel): void {
  for (let n = 0; n < k.machine.nodes.length; n++) {
    for (const mm of k.mms) {
      if (mm.exited) continue;
      let cpus = 0;
      for (const cpu of k.machine.nodes[n].cpus) {
        const current = k.sched.queues[cpu].current;
        if (current >= 0 && k.tasks[current].mm === mm.id) cpus++;
      }
      if (cpus > 0) printk(k, `node ${n} mm ${mm.id} cpus ${cpus}`);
    }
  }
}

/** 0 -> 1 of `enabled` wakes the scanner; 1 -> 0 is seen at the end of the pass (autonuma.md 3.2, 7.1). */
export function wakeScandIfBlocked(k: Kernel, wake: (task: Task) => void): void {
  const s = k.autonuma.scanner;
  if (s.phase === 'off' && s.task >= 0) wake(k.tasks[s.task]);
}
