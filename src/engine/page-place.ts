/** Where a target that is a page, or the 2 MiB around one, is in the page tables. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { reverseMapOf } from '../kernel/mm/frames.ts';
import { FRAME_ANONYMOUS, RMAP_NONE } from '../kernel/mm/state.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import { kindOfFrame, slotAt } from './inspect.ts';

/** A page, or (page -1) all of its 2 MiB block. */
export interface PagePlace {
  slot: number;
  page: number;
}

/** Slot and page of a target that is a page; page -1 for a block; null when there is no mapped page there. */
export function placeOf(k: Kernel, target: InspectTarget): PagePlace | null {
  if (target.kind === 'frame') {
    const { frames } = k.memory;
    if (!(target.frame >= 0 && target.frame < (frames.nodeFrames[target.node] ?? 0))) return null;
    const frame = frames.nodeFirstBlock[target.node] * 512 + Math.floor(target.frame);
    const mapping = reverseMapOf(frames, frame);
    if (mapping === RMAP_NONE || kindOfFrame(k, frame) < FRAME_ANONYMOUS) return null;
    return { slot: mapping >>> 9, page: mapping & 511 };
  }
  if (target.kind !== 'virtual' && target.kind !== 'block') return null;
  const slot = slotAt(k, target.process, target.slot);
  if (slot === undefined) return null;
  return { slot, page: target.kind === 'block' ? -1 : Math.floor(target.page) };
}
