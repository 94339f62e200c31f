/** What a thing is, in words and numbers: the panel beside the picture. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { pageOf, reverseMapOf } from '../kernel/mm/frames.ts';
import { entryOf } from '../kernel/mm/page-tables.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_CACHE,
  PAGE_ISOLATED,
  PAGE_KIND_SHIFT,
  PAGE_LAST_NID,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PAGE_MIGRATE_NID,
  PAGE_MIGRATE_NID_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
} from '../kernel/mm/state.ts';
import { NS_PER_MS } from '../kernel/units.ts';
import type { Inspection, InspectTarget } from '../protocol/summary.ts';
import { inspectFlow } from './inspect-flow.ts';
import { inspectCpu, inspectDaemon, inspectProcess, inspectThread } from './inspect-tasks.ts';
import { nothing, perNode, Rows } from './inspection.ts';
import {
  counted,
  duration,
  nodeName,
  pageAddress,
  processName,
  slotName,
  slotProcess,
  taskName,
} from './names.ts';

export const KIND_WORDS: Record<number, string> = {
  [FRAME_FREE]: 'free',
  [FRAME_KERNEL]: 'kernel memory',
  [FRAME_PAGE_CACHE]: 'page cache, not mapped',
  [FRAME_ANONYMOUS]: 'anonymous memory',
  [FRAME_FILE]: 'a page of a mapped file',
};

/** Say what a target is; a target that does not exist says so. */
export function inspect(k: Kernel, target: InspectTarget): Inspection {
  switch (target.kind) {
    case 'frame':
      return inspectFrame(k, target.node, target.frame);
    case 'virtual':
      return inspectVirtual(k, target.process, target.slot, target.page);
    case 'cpu':
      return inspectCpu(k, target.cpu);
    case 'thread':
      return inspectThread(k, target.pid);
    case 'process':
      return inspectProcess(k, target.pid);
    case 'daemon':
      return inspectDaemon(k, target.node);
    case 'block':
      return inspectBlock(k, target.process, target.slot);
    case 'flow':
      return inspectFlow(k, target.from, target.to);
  }
}

function inspectFrame(k: Kernel, node: number, offset: number): Inspection {
  const { frames } = k.memory;
  if (!(node in k.machine.nodes) || !(offset >= 0 && offset < frames.nodeFrames[node])) {
    return nothing('Outside the memory of the machine');
  }
  const frame = frames.nodeFirstBlock[node] * 512 + Math.floor(offset);
  const rows = new Rows();
  frameRows(k, frame, rows);
  const mapping = reverseMapOf(frames, frame);
  if (mapping !== RMAP_NONE && kindOfFrame(k, frame) >= FRAME_ANONYMOUS) {
    ownerRows(k, mapping >>> 9, mapping & 511, rows);
  }
  blockRow(k, frame >>> 9, rows);
  return { title: `Page frame ${frame}`, rows: rows.rows };
}

/** The page-table slot at a place of a process's address space, as its strip counts them; undefined outside. */
export function slotAt(k: Kernel, process: number, place: number): number | undefined {
  let left = Math.floor(place);
  for (const vma of k.mms[k.processes[process]?.mm ?? -1]?.vmas ?? []) {
    if (vma.dead) continue;
    if (left < vma.slots.length) return vma.slots[left];
    left -= vma.slots.length;
  }
  return undefined;
}

/** The place of a slot in its process's address space: what `slotAt` takes. */
export function placeOfSlot(k: Kernel, slot: number): number {
  const { tables } = k.memory;
  let place = tables.index[slot];
  const { vmas } = k.mms[tables.mm[slot]];
  for (let i = 0; i < tables.vma[slot]; i++) if (!vmas[i].dead) place += vmas[i].slots.length;
  return place;
}

function inspectBlock(k: Kernel, process: number, place: number): Inspection {
  const slot = slotAt(k, process, place);
  if (slot === undefined) return nothing('Outside the address space');
  const { tables } = k.memory;
  const rows = new Rows();
  rows.add('process', processName(k, process)).add('mapping', slotName(k, slot));
  rows.add('first address', pageAddress(k, slot, 0));
  rows.add(
    'its pages',
    perNode(k, (n) => tables.nodePages[slot * tables.nodes + n], 'page'),
  );
  rows.add('queued', counted(tables.queued[slot], 'page'));
  rows.add(
    'NUMA hinting mark',
    tables.markedPmd[slot] !== 0 ? 'all of it (pmd_numa)' : counted(tables.markedPtes[slot], 'marked page'),
  );
  rows.add(
    'page table',
    tables.huge[slot] ? 'huge pmd (2 MiB)' : tables.ptes[slot] ? '512 entries' : 'one run',
  );
  return { title: `2 MiB at ${pageAddress(k, slot, 0)}`, rows: rows.rows };
}

function inspectVirtual(k: Kernel, process: number, place: number, page: number): Inspection {
  const slot = slotAt(k, process, place);
  if (slot === undefined || !(page >= 0 && page < 512)) return nothing('Outside the address space');
  const { tables } = k.memory;
  const rows = new Rows();
  const address = pageAddress(k, slot, page);
  ownerRows(k, slot, page, rows);
  const entry = entryOf(tables, slot, page);
  if (entry === PTE_NONE) {
    rows.add(
      'state',
      page >= tables.first[slot] && page < tables.end[slot] ? 'not touched yet' : 'beyond the mapping',
    );
  } else {
    const frame = entry & PTE_FRAME_MASK;
    frameRows(k, frame, rows);
    blockRow(k, frame >>> 9, rows);
  }
  rows.add(
    'page table',
    tables.huge[slot] ? 'huge pmd (2 MiB)' : tables.ptes[slot] ? '512 entries' : 'one run',
  );
  rows.add(
    '2 MiB around it',
    perNode(k, (n) => tables.nodePages[slot * tables.nodes + n], 'page'),
  );
  return { title: `Page at ${address}`, rows: rows.rows };
}

export function kindOfFrame(k: Kernel, frame: number): number {
  return (pageOf(k.memory.frames, frame) >>> PAGE_KIND_SHIFT) & 7;
}

/** Rows of a page frame and its struct page. */
function frameRows(k: Kernel, frame: number, rows: Rows): void {
  const { frames } = k.memory;
  const word = pageOf(frames, frame);
  const kind = kindOfFrame(k, frame);
  const node = frames.node[frame >>> 9];
  rows
    .add('page frame number', frame)
    .add('on', nodeName(k, node))
    .add('holds', KIND_WORDS[kind] ?? 'unknown');
  if (kind !== FRAME_ANONYMOUS && kind !== FRAME_FILE) return;
  const last = (word & PAGE_LAST_NID) - 1;
  const queued = ((word & PAGE_MIGRATE_NID) >>> PAGE_MIGRATE_NID_SHIFT) - 1;
  rows.add(
    'last_nid',
    last < 0 ? 'none: no hinting fault yet' : `${nodeName(k, last)} took the last hinting fault`,
  );
  rows.add('migrate_nid', queued < 0 ? 'not queued' : `queued to ${nodeName(k, queued)}`);
  rows.add('mapcount', (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT);
  if ((word & PAGE_ISOLATED) !== 0) rows.add('LRU', 'isolated: a migration is under way');
}

/** Rows of the mapping of a page: whose it is, where, whether it is marked. */
function ownerRows(k: Kernel, slot: number, page: number, rows: Rows): void {
  const { tables } = k.memory;
  const process = slotProcess(k, slot);
  const thread = k.processes[process]?.threads.find((id) => k.tasks[id].threadIndex === tables.toucher[slot]);
  rows.add('process', processName(k, process)).add('mapping', slotName(k, slot));
  rows.add('virtual address', pageAddress(k, slot, page));
  if (thread !== undefined && tables.present[slot] > 0)
    rows.add('last sampled thread', taskName(k, k.tasks[thread]));
  rows.add('NUMA hinting mark', markWords(k, slot, page));
}

function markWords(k: Kernel, slot: number, page: number): string {
  const { tables } = k.memory;
  if (tables.markedPmd[slot] !== 0) return 'the whole 2 MiB (pmd_numa): the next touch traps';
  const ptes = tables.ptes[slot];
  const marked =
    ptes === null ? tables.markedPtes[slot] > 0 : ptes[page] !== PTE_NONE && (ptes[page] & PTE_NUMA) !== 0;
  return marked ? 'this page (pte_numa): the next touch traps' : 'none';
}

function blockRow(k: Kernel, block: number, rows: Rows): void {
  const { frames } = k.memory;
  const free = frames.free[block];
  const how = frames.slab[block] === null ? 'alike, one record' : 'mixed, a record a page';
  rows.add('its 2 MiB frame block', `${how}, ${counted(free, 'frame')} free`);
  const arrived = frames.arrivedTick[block];
  if (arrived > 0)
    rows.add('last arrival by migration', `${duration((k.ticks - arrived) * NS_PER_MS)} ago, in this block`);
}
