/** Address spaces: mmap, munmap, fork and exit. */
import type { Kernel } from '../kernel-state.ts';
import { markSlotDirty, trace, TRACE_MAPPED } from '../output.ts';
import type { Mempolicy, Region } from '../program/program.ts';
import { BLOCK_BYTES, PAGE_BYTES, PAGES_PER_BLOCK, WIDE_ZERO, widened } from '../units.ts';
import { freeFrame, pageOf, setPage, setReverseMap } from './frames.ts';
import { splitHugePage } from './migrate.ts';
import { accountPages, createSlots, expandSlot } from './page-tables.ts';
import {
  type AddressSpace,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_MAX,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
  type SharedObject,
  type Vma,
} from './state.ts';
import { destroySlot } from './unmap.ts';

/** Where the first mapping of a process goes (x86-64 mmap area, rounded; the layout is not modelled further). */
const MMAP_BASE = 0x7f0000000000;

/** A new, empty address space for a process with so many regions. */
export function createMm(
  k: Kernel,
  process: number,
  regions: number,
  parent: AddressSpace | null,
): AddressSpace {
  const nodes = k.machine.nodes.length;
  const mm: AddressSpace = {
    id: k.mms.length,
    process,
    vmas: [],
    regions: new Array<number>(regions).fill(-1),
    nextAddress: MMAP_BASE,
    nodePages: new Int32Array(nodes),
    presentPages: 0,
    exited: false,
    steadyCpus: 0,
    autonuma: widened({
      faultPass: 0,
      fault: new Float64Array(nodes),
      faultTot: WIDE_ZERO,
      lastPass: 0,
      faultTmp: new Float64Array(nodes),
    }),
    family: parent === null ? k.mms.length : parent.family,
  };
  k.mms.push(mm);
  k.policy.onMmCreated(k, mm, parent);
  return mm;
}

function objectFor(k: Kernel, region: Region, pages: number): number {
  if (region.backing === 'anonymous') return -1;
  const found = k.memory.objects.findIndex((o) => o.key === region.key && o.backing === region.backing);
  if (found >= 0) {
    growObject(k.memory.objects[found], pages);
    return found;
  }
  k.memory.objects.push({
    key: region.key,
    backing: region.backing,
    pages,
    frames: new Uint32Array(pages).fill(PTE_NONE),
  });
  return k.memory.objects.length - 1;
}

/** Somebody maps more of an object than anybody before. */
function growObject(object: SharedObject, pages: number): void {
  if (pages <= object.pages) return;
  const frames = new Uint32Array(pages).fill(PTE_NONE);
  frames.set(object.frames);
  object.frames = frames;
  object.pages = pages;
}

/** mmap: a new mapping of a region; nothing is in memory yet. */
export function mapRegion(
  k: Kernel,
  mm: AddressSpace,
  index: number,
  region: Region,
  policy: Mempolicy | null,
): Vma {
  const nodes = k.machine.nodes.length;
  const firstPage = Math.floor(region.misalignment / PAGE_BYTES);
  const endPage = Math.ceil((region.misalignment + region.bytes) / PAGE_BYTES);
  const slots = Math.ceil(endPage / PAGES_PER_BLOCK);
  const vma: Vma = {
    region: index,
    name: region.name,
    start: mm.nextAddress + region.misalignment,
    skew: region.misalignment,
    bytes: region.bytes,
    backing: region.backing,
    object: objectFor(k, region, endPage - firstPage),
    policy,
    anonVma: false,
    neverShared: region.backing === 'anonymous',
    thp: region.backing === 'anonymous' ? (region.thp ?? null) : null,
    pages: endPage - firstPage,
    slots: new Int32Array(slots),
    nodePages: new Int32Array(nodes),
    presentPages: 0,
    markedSlots: 0,
    dead: false,
  };
  const id = mm.vmas.length;
  mm.vmas.push(vma);
  mm.regions[index] = id;
  createSlots(k, mm.id, id, vma.slots, firstPage, endPage);
  trace(k, TRACE_MAPPED, mm.id, id, vma.pages);
  // One guard block keeps mappings apart, so that no 2 MiB slot belongs to two of them.
  mm.nextAddress += (slots + 1) * BLOCK_BYTES;
  return vma;
}

/** munmap of a whole mapping. @returns pages that were mapped */
export function unmapVma(k: Kernel, mm: AddressSpace, vma: Vma): number {
  if (vma.dead) return 0;
  let pages = 0;
  for (const slot of vma.slots) {
    markSlotDirty(k, slot);
    pages += destroySlot(k, slot);
  }
  vma.slots = new Int32Array(0);
  vma.dead = true;
  if (mm.regions[vma.region] === mm.vmas.indexOf(vma)) mm.regions[vma.region] = -1;
  dropUnusedObject(k, vma);
  return pages;
}

/** A shared memory object nobody maps any more is freed; file pages stay as page cache. */
function dropUnusedObject(k: Kernel, gone: Vma): void {
  if (gone.backing !== 'shared') return;
  for (const mm of k.mms) if (mm.vmas.some((v) => !v.dead && v.object === gone.object)) return;
  const object = k.memory.objects[gone.object];
  for (let i = 0; i < object.pages; i++) {
    if (object.frames[i] === PTE_NONE) continue;
    freeFrame(k, object.frames[i]);
    k.counters.pgfree++;
    object.frames[i] = PTE_NONE;
  }
}

/** exit_mmap. @returns pages that were mapped */
export function destroyMm(k: Kernel, mm: AddressSpace): number {
  if (mm.exited) return 0;
  mm.exited = true;
  k.policy.onMmExit(k, mm);
  let pages = 0;
  for (const vma of mm.vmas) pages += unmapVma(k, mm, vma);
  return pages;
}

/**
 * dup_mmap: the child maps the parent's pages copy on write. Huge pages are split first and queue membership is dropped (a
 * simplification: the kernel shares the huge pmd).
 * @returns page-table entries copied
 */
export function forkMm(
  k: Kernel,
  parent: AddressSpace,
  process: number,
): { mm: AddressSpace; copied: number } {
  const mm = createMm(k, process, parent.regions.length, parent);
  mm.nextAddress = parent.nextAddress;
  mm.regions = parent.regions.slice();
  let copied = 0;
  const nodes = k.machine.nodes.length;
  for (let id = 0; id < parent.vmas.length; id++) {
    const from = parent.vmas[id];
    from.neverShared = false;
    const vma: Vma = {
      ...from,
      slots: new Int32Array(from.slots.length),
      nodePages: new Int32Array(nodes),
      presentPages: 0,
      markedSlots: 0,
    };
    mm.vmas.push(vma);
    const first = k.memory.tables.first[from.slots[0]];
    createSlots(k, mm.id, id, vma.slots, first, first + from.pages);
    for (let i = 0; i < from.slots.length; i++) {
      const slot = from.slots[i];
      const child = vma.slots[i];
      if (k.memory.tables.present[slot] === 0) continue;
      copied += shareSlot(k, slot, child, from.backing === 'shared');
    }
  }
  return { mm, copied };
}

/** copy_pte_range: map every present page of one slot into another too. */
function shareSlot(k: Kernel, slot: number, child: number, shared: boolean): number {
  const t = k.memory.tables;
  k.policy.forgetSlot(k, slot);
  splitHugePage(k, slot);
  const ptes = expandSlot(k, slot);
  const copy = expandSlot(k, child);
  let copied = 0;
  for (let i = 0; i < PAGES_PER_BLOCK; i++) {
    if (ptes[i] === PTE_NONE) continue;
    const frame = ptes[i] & PTE_FRAME_MASK;
    const word = pageOf(k.memory.frames, frame);
    const mapcount = Math.min(PAGE_MAPCOUNT_MAX, ((word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT) + 1);
    setPage(k, frame, ((word & ~PAGE_MAPCOUNT) | (mapcount << PAGE_MAPCOUNT_SHIFT)) >>> 0);
    setReverseMap(k, frame, RMAP_NONE);
    copy[i] = (ptes[i] & ~PTE_NUMA) >>> 0;
    accountPages(k, child, k.memory.frames.node[frame >>> 9], 1);
    copied++;
  }
  if (!shared) {
    t.mayShare[slot] = 1;
    t.mayShare[child] = 1;
  }
  t.toucher[child] = t.toucher[slot];
  return copied;
}
