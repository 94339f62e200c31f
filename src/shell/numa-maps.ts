/** The mappings of a process as numa_maps and maps tell them. */
import type { NumaMapsLine } from '../formats/numa-maps.ts';
import { formatList } from '../kernel/machine/cpulist.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { kindOf, pageOf } from '../kernel/mm/frames.ts';
import { entryOf } from '../kernel/mm/page-tables.ts';
import {
  type AddressSpace,
  FRAME_ANONYMOUS,
  PAGE_MAPCOUNT,
  PAGE_MAPCOUNT_SHIFT,
  PTE_FRAME_MASK,
  PTE_NONE,
  type Vma,
} from '../kernel/mm/state.ts';
import type { Mempolicy } from '../kernel/program/program.ts';
import { PAGE_BYTES, PAGES_PER_BLOCK } from '../kernel/units.ts';
import { mmOf, nodesByNumber, PAGE_KB, type ThreadGroup } from './facts.ts';

/** Begin and end of a mapping, in whole pages. */
function extent(vma: Vma): [number, number] {
  const start = Math.floor(vma.start / PAGE_BYTES) * PAGE_BYTES;
  return [start, Math.ceil((vma.start + vma.bytes) / PAGE_BYTES) * PAGE_BYTES];
}

/** The lines of numa_maps; none for a kernel thread. */
export function numaMapsOf(k: Kernel, group: ThreadGroup): NumaMapsLine[] {
  const mm = mmOf(k, group);
  return (mm?.vmas ?? [])
    .filter((vma) => !vma.dead)
    .map((vma) => lineOf(k, vma, vma.policy ?? group.threads[0].mempolicy))
    .sort((a, b) => a.start - b.start);
}

function lineOf(k: Kernel, vma: Vma, policy: Mempolicy | null): NumaMapsLine {
  const line: NumaMapsLine = { start: extent(vma)[0], policy: policyText(k, policy), nodes: [] };
  const path = pathOf(k, vma);
  if (path !== '') line.file = path;
  if (vma.name === '[heap]') line.heap = true;
  if (vma.name === '[stack]') line.stack = true;
  if (vma.presentPages === 0) return line;
  const { anonymous, mapmax } = countPages(k, vma);
  if (anonymous > 0) line.anon = anonymous;
  // Anonymous and shared memory has been written; pages of files are as they are on disk.
  const dirty = vma.backing === 'shared' ? vma.presentPages : anonymous;
  if (dirty > 0) line.dirty = dirty;
  if (vma.presentPages !== anonymous && vma.presentPages !== dirty) line.mapped = vma.presentPages;
  if (mapmax > 1) line.mapmax = mapmax;
  for (const n of nodesByNumber(k)) {
    if (vma.nodePages[n] > 0) line.nodes.push({ node: k.machine.nodes[n].osId, pages: vma.nodePages[n] });
  }
  line.kernelPageKb = PAGE_KB;
  return line;
}

/** mpol_to_str. */
function policyText(k: Kernel, policy: Mempolicy | null): string {
  if (policy === null) return 'default';
  const name = policy.mode === 'preferred' ? 'prefer' : policy.mode;
  return `${name}:${formatList(policy.nodes.map((n) => k.machine.nodes[n].osId))}`;
}

/** Path of the file that is mapped, '' for anonymous memory. */
function pathOf(k: Kernel, vma: Vma): string {
  if (vma.object < 0) return '';
  const { key, backing } = k.memory.objects[vma.object];
  return backing === 'shared' ? `/dev/shm/${key}` : `/usr/lib/${key}`;
}

/** Anonymous pages of a mapping (all, or those copied on write), and the most mappers of one of its pages. */
function countPages(k: Kernel, vma: Vma): { anonymous: number; mapmax: number } {
  const t = k.memory.tables;
  const { frames } = k.memory;
  let anonymous = 0;
  let mapmax = 0;
  const count = (word: number, pages: number): void => {
    if (kindOf(word) === FRAME_ANONYMOUS) anonymous += pages;
    mapmax = Math.max(mapmax, (word & PAGE_MAPCOUNT) >>> PAGE_MAPCOUNT_SHIFT);
  };
  for (const slot of vma.slots) {
    if (t.present[slot] === 0) continue;
    if (t.block[slot] >= 0 && frames.slab[t.block[slot]] === null) {
      count(frames.page[t.block[slot]], t.present[slot]);
      continue;
    }
    for (let i = 0; i < PAGES_PER_BLOCK; i++) {
      const entry = entryOf(t, slot, i);
      if (entry !== PTE_NONE) count(pageOf(frames, entry & PTE_FRAME_MASK), 1);
    }
  }
  return { anonymous, mapmax };
}

/** The lines of maps: each mapping with its file, or with the name the program knows it by. */
export function mapsOf(k: Kernel, mm: AddressSpace | null): string {
  const lines = (mm?.vmas ?? [])
    .filter((vma) => !vma.dead)
    .map((vma) => {
      const [start, end] = extent(vma);
      const range = `${hex(start)}-${hex(end)} rw-${vma.backing === 'shared' ? 's' : 'p'} 00000000 00:00 0`;
      return { start, text: `${range.padEnd(73)}${pathOf(k, vma) || label(vma.name)}\n` };
    });
  return lines
    .sort((a, b) => a.start - b.start)
    .map((line) => line.text)
    .join('');
}

/** [stack] as it is; what a program calls its memory as prctl(PR_SET_VMA_ANON_NAME) would. */
function label(name: string): string {
  return name.startsWith('[') ? name : `[anon:${name}]`;
}

function hex(address: number): string {
  return address.toString(16).padStart(8, '0');
}
