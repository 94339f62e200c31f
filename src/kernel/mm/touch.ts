/** What happens when a task touches memory: first touch, copy on write, NUMA hinting fault (handle_mm_fault, mm/memory.c 3.3). */
import type { Kernel } from '../kernel-state.ts';
import {
  FRESH_COPY,
  FRESH_FILE,
  FRESH_HUGE,
  FRESH_PAGE,
  markBlockDirty,
  markSlotDirty,
  trace,
  TRACE_HINTING_FAULT,
} from '../output.ts';
import { BILL_HINTING_FAULT, billProcess } from '../process-bill.ts';
import type { Task } from '../sched/task.ts';
import { type Nanoseconds, PAGES_PER_BLOCK, type SlotId } from '../units.ts';
import { mapHugePage, mapNewPages, reportOom } from './allocate.ts';
import { endFresh, freshKind } from './first-touch.ts';
import { mayBeHuge } from './huge.ts';
import { kindOf, pageOf, pageWord, reverseMapOf, setPage, setReverseMap } from './frames.ts';
import { accountPages, expandSlot, reverseMapEntry, tryFold } from './page-tables.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_MAX,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
  type Vma,
} from './state.ts';
import { releaseMapping } from './unmap.ts';

/** Returned by touch when the OOM killer took the process. */
export const TOUCH_KILLED = -1;

const ANONYMOUS_PAGE = pageWord(FRAME_ANONYMOUS, 1);

/**
 * Touch pages [from, to) of a slot.
 * @returns CPU time in ns that the faults cost the task, or TOUCH_KILLED
 */
export function touch(
  k: Kernel,
  task: Task,
  vma: Vma,
  slot: SlotId,
  from: number,
  to: number,
  write: boolean,
): Nanoseconds {
  const t = k.memory.tables;
  let cost = 0;
  if (t.markedPmd[slot] !== 0) cost += pmdFault(k, task, vma, slot);
  else if (t.markedPtes[slot] > 0) cost += pteFaults(k, task, vma, slot, from, to);
  if (t.freshTick[slot] === k.ticks + 1 && t.freshBy[slot] !== task.id) cost += lostRaces(k, slot, from, to);
  if (t.present[slot] < t.end[slot] - t.first[slot]) {
    freshKind(vma.backing === 'anonymous' ? FRESH_PAGE : FRESH_FILE);
    const faults = faultIn(k, task, vma, slot, from, to, write);
    endFresh(k);
    if (faults < 0) return TOUCH_KILLED;
    cost += faults;
  }
  if (write && t.mayShare[slot] !== 0) {
    freshKind(FRESH_COPY);
    const copies = copyOnWrite(k, task, vma, slot, from, to);
    endFresh(k);
    if (copies < 0) return TOUCH_KILLED;
    cost += copies;
  }
  return cost;
}

/**
 * Threads that sweep fresh memory side by side fault on the same pages at the same time: each allocates and clears a page, and all but the
 * first find the pte taken and free theirs again (do_anonymous_page, mm/memory.c 3.3). "The same time" is the same tick.
 */
function lostRaces(k: Kernel, slot: SlotId, from: number, to: number): Nanoseconds {
  const t = k.memory.tables;
  const pages = Math.min(to, t.freshTo[slot]) - Math.max(from, t.freshFrom[slot]);
  if (pages <= 0) return 0;
  k.counters.pgfault += pages;
  const cost = pages * k.costs.firstTouchNs;
  k.bill.faultNs += cost;
  return cost;
}

/** Remember what was mapped in this tick, for lostRaces. */
function noteFresh(k: Kernel, task: Task, slot: SlotId, from: number, to: number): void {
  const t = k.memory.tables;
  const now = k.ticks + 1;
  t.freshFrom[slot] = t.freshTick[slot] === now ? Math.min(t.freshFrom[slot], from) : from;
  t.freshTo[slot] = t.freshTick[slot] === now ? Math.max(t.freshTo[slot], to) : to;
  t.freshTick[slot] = now;
  t.freshBy[slot] = task.id;
}

/** What traps cost this program on top of their ordinary price: a guest's fault leaves the VM and comes back. */
function dearerTraps(k: Kernel, task: Task, traps: number, trapNs: Nanoseconds): Nanoseconds {
  const factor = k.programs.images[task.program.image].faultCostFactor;
  return factor === undefined ? 0 : Math.round(traps * trapNs * (factor - 1));
}

/** Map the absent pages among [from, to). */
function faultIn(
  k: Kernel,
  task: Task,
  vma: Vma,
  slot: SlotId,
  from: number,
  to: number,
  write: boolean,
): Nanoseconds {
  const t = k.memory.tables;
  if (vma.backing !== 'anonymous') return faultInObject(k, task, vma, slot, from, to, write);
  if (t.present[slot] === 0 && mayBeHuge(k, vma) && t.first[slot] === 0 && t.end[slot] === PAGES_PER_BLOCK) {
    freshKind(FRESH_HUGE);
    const mapped = mapHugePage(k, task, vma, slot, ANONYMOUS_PAGE);
    if (!mapped) freshKind(FRESH_PAGE);
    if (mapped) {
      vma.anonVma = true;
      t.toucher[slot] = task.threadIndex;
      k.counters.pgfault++;
      const cost = k.costs.hugeFirstTouchNs + dearerTraps(k, task, 1, k.costs.firstTouchNs);
      k.bill.faultNs += cost;
      return cost;
    }
  }
  let mapped = 0;
  let page = from;
  while (page < to) {
    const ptes = t.ptes[slot];
    let end = to;
    if (ptes !== null) {
      if (ptes[page] !== PTE_NONE) {
        page++;
        continue;
      }
      end = page + 1;
      while (end < to && ptes[end] === PTE_NONE) end++;
    } else if (t.block[slot] >= 0) {
      // Compact: absent pages are those before low and from high on.
      if (page >= t.low[slot] && page < t.high[slot]) {
        page = t.high[slot];
        continue;
      }
      if (page < t.low[slot]) end = Math.min(to, t.low[slot]);
    }
    const count = mapNewPages(k, task, vma, slot, page, end, ANONYMOUS_PAGE);
    if (count === 0) {
      reportOom(k, task);
      return TOUCH_KILLED;
    }
    mapped += count;
    page += count;
  }
  if (mapped === 0) return 0;
  noteFresh(k, task, slot, from, to);
  vma.anonVma = true;
  t.toucher[slot] = task.threadIndex;
  k.counters.pgfault += mapped;
  const cost = mapped * k.costs.firstTouchNs + dearerTraps(k, task, mapped, k.costs.firstTouchNs);
  k.bill.faultNs += cost;
  return cost;
}

/** Map absent pages of a file or shared object: the object's page when it is in memory, else a fresh one. */
function faultInObject(
  k: Kernel,
  task: Task,
  vma: Vma,
  slot: SlotId,
  from: number,
  to: number,
  write: boolean,
): Nanoseconds {
  const t = k.memory.tables;
  const object = k.memory.objects[vma.object];
  const ptes = expandSlot(k, slot);
  const base = t.index[slot] * PAGES_PER_BLOCK - t.first[vma.slots[0]];
  let cost = 0;
  for (let page = from; page < to; page++) {
    if (ptes[page] !== PTE_NONE) continue;
    if (write && vma.backing === 'private-file') {
      freshKind(FRESH_COPY);
      // do_cow_fault: a private file page is written before it was read: straight to an anonymous page.
      if (mapNewPages(k, task, vma, slot, page, page + 1, ANONYMOUS_PAGE) === 0) {
        reportOom(k, task);
        return TOUCH_KILLED;
      }
      vma.anonVma = true;
    } else {
      freshKind(FRESH_FILE);
      const frame = object.frames[base + page];
      if (frame === PTE_NONE) {
        if (mapNewPages(k, task, vma, slot, page, page + 1, pageWord(FRAME_FILE, 1)) === 0) {
          reportOom(k, task);
          return TOUCH_KILLED;
        }
        object.frames[base + page] = expandSlot(k, slot)[page] & PTE_FRAME_MASK;
      } else {
        mapExisting(k, slot, page, frame);
      }
      t.mayShare[slot] = vma.backing === 'private-file' ? 1 : 0;
    }
    k.counters.pgfault++;
    cost += k.costs.firstTouchNs + dearerTraps(k, task, 1, k.costs.firstTouchNs);
  }
  if (cost > 0) t.toucher[slot] = task.threadIndex;
  k.bill.faultNs += cost;
  return cost;
}

/** Map a frame that other mappings or the page cache already hold. */
export function mapExisting(k: Kernel, slot: SlotId, page: number, frame: number): void {
  const word = pageOf(k.memory.frames, frame);
  const mapcount = (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT;
  // A queued or isolated page is a page of one mapping to us: with a second mapper it stays where it is.
  if (mapcount === 1) forgetMapped(k, frame);
  if (kindOf(word) !== FRAME_FILE && mapcount === 0) adoptCached(k, frame);
  const now = pageOf(k.memory.frames, frame);
  setPage(
    k,
    frame,
    ((now & ~PAGE_MAPCOUNT) | (Math.min(PAGE_MAPCOUNT_MAX, mapcount + 1) << PAGE_MAPCOUNT_SHIFT)) >>> 0,
  );
  setReverseMap(k, frame, mapcount === 0 ? reverseMapEntry(slot, page) : RMAP_NONE);
  expandSlot(k, slot)[page] = frame;
  accountPages(k, slot, k.memory.frames.node[frame >>> 9], 1);
}

/** A page that so far had one mapping leaves its queue or batch. */
function forgetMapped(k: Kernel, frame: number): void {
  const entry = reverseMapOf(k.memory.frames, frame);
  if (entry !== RMAP_NONE) k.policy.forgetPage(k, entry >>> 9, entry & 511);
}

/** An unmapped page-cache page is mapped again. */
function adoptCached(k: Kernel, frame: number): void {
  const frames = k.memory.frames;
  const block = frame >>> 9;
  const base = frames.node[block] * 5;
  const word = pageOf(frames, frame);
  frames.nodeKind[base + kindOf(word)]--;
  frames.nodeKind[base + FRAME_FILE]++;
  setPage(k, frame, pageWord(FRAME_FILE, 0));
  markBlockDirty(k, block);
}

/** do_wp_page: give the writer its own copy of pages that are mapped elsewhere or belong to a file. */
function copyOnWrite(k: Kernel, task: Task, vma: Vma, slot: SlotId, from: number, to: number): Nanoseconds {
  const t = k.memory.tables;
  if (vma.backing === 'shared') return 0;
  const ptes = expandSlot(k, slot);
  let copied = 0;
  for (let page = from; page < to; page++) {
    const entry = ptes[page];
    if (entry === PTE_NONE) continue;
    const frame = entry & PTE_FRAME_MASK;
    const word = pageOf(k.memory.frames, frame);
    const mapcount = (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT;
    if (kindOf(word) === FRAME_ANONYMOUS && mapcount === 1) continue;
    releaseMapping(k, slot, page);
    if (mapNewPages(k, task, vma, slot, page, page + 1, ANONYMOUS_PAGE) === 0) {
      reportOom(k, task);
      return TOUCH_KILLED;
    }
    vma.anonVma = true;
    copied++;
  }
  if (from <= t.first[slot] && to >= t.end[slot]) {
    t.mayShare[slot] = 0;
    tryFold(k, slot);
  }
  k.counters.cow_pages += copied;
  const cost = copied * k.costs.cowNs + dearerTraps(k, task, copied, k.costs.firstTouchNs);
  k.bill.faultNs += cost;
  return cost;
}

/** A touch below a marked pmd: one trap; every page mapped once in its 2 MiB is sampled for this task (autonuma.md 4.1). */
function pmdFault(k: Kernel, task: Task, vma: Vma, slot: SlotId): Nanoseconds {
  const t = k.memory.tables;
  t.markedPmd[slot] = 0;
  // Ptes marked one by one below it (pmd mode was switched on mid-pass) are cleared along with it.
  if (t.markedPtes[slot] > 0) clearAllPteMarks(k, slot);
  vma.markedSlots--;
  return hintingFault(k, task, slot, 0, PAGES_PER_BLOCK, 1, t.huge[slot] !== 0);
}

function clearAllPteMarks(k: Kernel, slot: SlotId): void {
  const t = k.memory.tables;
  const ptes = t.ptes[slot];
  if (ptes !== null) for (let i = 0; i < PAGES_PER_BLOCK; i++) if (ptes[i] !== PTE_NONE) ptes[i] &= ~PTE_NUMA;
  t.markedPtes[slot] = 0;
}

/** Touches of ptes marked one by one: a trap each. */
function pteFaults(k: Kernel, task: Task, vma: Vma, slot: SlotId, from: number, to: number): Nanoseconds {
  const t = k.memory.tables;
  if (t.ptes[slot] === null) {
    if (from <= t.low[slot] && to >= t.high[slot]) {
      const traps = t.markedPtes[slot];
      t.markedPtes[slot] = 0;
      vma.markedSlots--;
      return hintingFault(k, task, slot, t.low[slot], t.high[slot], traps, false);
    }
    if (to <= t.low[slot] || from >= t.high[slot]) return 0;
  }
  const ptes = expandSlot(k, slot);
  let cost = 0;
  let page = from;
  while (page < to) {
    if (ptes[page] === PTE_NONE || (ptes[page] & PTE_NUMA) === 0) {
      page++;
      continue;
    }
    const start = page;
    while (page < to && ptes[page] !== PTE_NONE && (ptes[page] & PTE_NUMA) !== 0) ptes[page++] &= ~PTE_NUMA;
    t.markedPtes[slot] -= page - start;
    cost += hintingFault(k, task, slot, start, page, page - start, false);
  }
  if (t.markedPtes[slot] === 0) {
    vma.markedSlots--;
    tryFold(k, slot);
  }
  return cost;
}

/** The trap's own cost and counters; what it means is the policy's business. */
function hintingFault(
  k: Kernel,
  task: Task,
  slot: SlotId,
  from: number,
  to: number,
  traps: number,
  huge: boolean,
): Nanoseconds {
  const t = k.memory.tables;
  t.toucher[slot] = task.threadIndex;
  markSlotDirty(k, slot);
  const pages = Math.min(to - from, t.present[slot]);
  const here = k.machine.cpus[task.cpu].node;
  // Accounted as minor faults as well (autonuma.md 4.4).
  k.counters.pgfault += traps;
  k.counters.numa_hint_faults += traps;
  k.output.stepFaults += traps;
  const remote = pages === t.present[slot] ? pages - t.nodePages[slot * t.nodes + here] : 0;
  trace(k, TRACE_HINTING_FAULT, task.id, slot, from, pages, here, remote);
  const trapNs = k.costs.hintingFaultNs;
  const cost =
    traps * trapNs +
    dearerTraps(k, task, traps, trapNs) +
    k.policy.hintingFault(k, task, slot, from, to, huge);
  k.bill.hintingFaultNs += cost;
  billProcess(k, task.process, BILL_HINTING_FAULT, cost);
  return cost;
}
