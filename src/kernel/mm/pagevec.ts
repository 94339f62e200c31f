/**
 * LRU pagevecs: a fresh page sits in its CPU's pagevec until 14 have gathered (PAGEVEC_SIZE, lru_cache_add, mm/swap.c 3.3).
 * Such a page is not PageLRU, so AutoNUMA does not queue it (autonuma.md 4.2 and 12.10).
 */
import type { Kernel } from '../kernel-state.ts';
import type { CpuId, SlotId } from '../units.ts';
import type { Pagevec } from './state.ts';

/** PAGEVEC_SIZE. */
const PAGEVEC_SIZE = 14;

export function createPagevecs(cpus: number): Pagevec[] {
  return Array.from({ length: cpus }, () => ({ slots: [], pages: [] }));
}

/** lru_cache_add: pages [from, to) of a slot were just allocated on this CPU. Full pagevecs go to the LRU. */
export function lruCacheAdd(k: Kernel, cpu: CpuId, slot: SlotId, from: number, to: number): void {
  const vec = k.memory.pagevecs[cpu];
  const offLru = k.memory.tables.offLru;
  const count = to - from;
  // Only the last (held + count) mod 14 pages stay behind; all before them went to the LRU in full batches.
  const total = vec.slots.length + count;
  const left = total % PAGEVEC_SIZE;
  if (total >= PAGEVEC_SIZE) lruAddDrain(k, cpu);
  for (let page = Math.max(from, to - left); page < to; page++) {
    vec.slots.push(slot);
    vec.pages.push(page);
    offLru[slot]++;
  }
}

/** lru_add_drain: empty this CPU's pagevec. */
export function lruAddDrain(k: Kernel, cpu: CpuId): void {
  const vec = k.memory.pagevecs[cpu];
  const offLru = k.memory.tables.offLru;
  for (const slot of vec.slots) offLru[slot]--;
  vec.slots.length = 0;
  vec.pages.length = 0;
}

/** A slot's pages are going away: take them out of all pagevecs. */
export function lruForgetSlot(k: Kernel, slot: SlotId): void {
  if (k.memory.tables.offLru[slot] === 0) return;
  for (const vec of k.memory.pagevecs) {
    for (let i = vec.slots.length - 1; i >= 0; i--) {
      if (vec.slots[i] !== slot) continue;
      vec.slots.splice(i, 1);
      vec.pages.splice(i, 1);
    }
  }
  k.memory.tables.offLru[slot] = 0;
}

/** PageLRU: false while the page waits in some pagevec. */
export function isOnLru(k: Kernel, slot: SlotId, page: number): boolean {
  if (k.memory.tables.offLru[slot] === 0) return true;
  for (const vec of k.memory.pagevecs) {
    for (let i = 0; i < vec.slots.length; i++)
      if (vec.slots[i] === slot && vec.pages[i] === page) return false;
  }
  return true;
}
