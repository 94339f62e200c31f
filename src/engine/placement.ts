/** Where address spaces lie, block of 2 MiB by block: what the difference of two runs is made of. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { AddressSpace } from '../kernel/mm/state.ts';
import { BLOCK_MIXED, BLOCK_UNTOUCHED, type Placement } from '../protocol/runs.ts';

/** A block belongs to a node that has this share of its pages. */
const MOST = 0.75;

/** The living processes in order of birth. */
export function placementsOf(k: Kernel): Placement[] {
  return k.processes
    .filter((process) => process.exitedNs < 0 && !k.mms[process.mm].exited)
    .map((process) => ({
      process: process.index,
      pid: process.pid,
      name: process.name,
      blocks: blocksOf(k, k.mms[process.mm]),
    }));
}

function blocksOf(k: Kernel, mm: AddressSpace): Uint8Array {
  const { tables } = k.memory;
  const slots = mm.vmas.flatMap((vma) => (vma.dead ? [] : [...vma.slots]));
  return Uint8Array.from(slots, (slot) => {
    const present = tables.present[slot];
    if (present === 0) return BLOCK_UNTOUCHED;
    for (let node = 0; node < tables.nodes; node++) {
      if (tables.nodePages[slot * tables.nodes + node] >= present * MOST) return node;
    }
    return BLOCK_MIXED;
  });
}
