/**
 * What colour a page frame has. Most blocks of 512 frames are of one colour; `codes` keeps it, one word a block, so that
 * a pixel costs two loads. Blocks whose frames differ are looked into frame by frame: select(block), then colour(i).
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import {
  FRAME_ANONYMOUS,
  FRAME_FILE,
  FRAME_FREE,
  FRAME_KERNEL,
  FRAME_PAGE_CACHE,
  PAGE_KIND_SHIFT,
  PAGE_LAST_NID,
  PAGE_MIGRATE_NID_SHIFT,
  PTE_NONE,
  PTE_NUMA,
  RMAP_NONE,
} from '../kernel/mm/state.ts';
import {
  type ColourBy,
  INDEX_FREE,
  INDEX_KERNEL,
  INDEX_PAGE_CACHE,
  INDEX_SPARK,
  INDEX_VALUE,
  TYPE_ANONYMOUS,
  TYPE_FILE_PRIVATE,
  TYPE_HUGE,
  TYPE_SHARED,
} from '../protocol/frame.ts';
import type { Sparks } from './sparks.ts';

/** Code of a block whose frames differ (colours are below 256). */
export const MIXED = 256;

const KIND_MASK = 7;
const NID_MASK = 0xff;
/** Hues there are (the palette has 15 rows of 16 shades). */
const HUES = 15;
const SHADES = 16;

/** First step of the age scale, in ticks; each further step doubles. */
const AGE_STEP_TICKS = 100;
const AGE_STEPS = 15;

/** Age class of a block: 0 never, 1..15 from just arrived to long ago. */
export function ageClass(tick: number, arrivedTick: number): number {
  if (arrivedTick === 0) return 0;
  const steps = Math.floor((tick - arrivedTick) / AGE_STEP_TICKS);
  return steps <= 0 ? 1 : Math.min(AGE_STEPS, 33 - Math.clz32(steps));
}

export class BlockColours {
  colourBy: ColourBy = 'owner';
  readonly codes: Uint16Array;
  private readonly k: Kernel;
  private readonly sparks: Sparks;
  /** Palette row of each address space; grows with k.mms. */
  private hues = new Uint8Array(64);
  private huesKnown = 0;
  /** Age class each block was last coloured with. */
  private readonly ages: Uint8Array;

  // The block being looked into.
  private block = 0;
  private slab: Uint32Array | null = null;
  private low = 0;
  private high = 0;
  /** Colour of the frames in use of a compact block. */
  private inUse = 0;
  private sparkling = false;

  constructor(k: Kernel, sparks: Sparks) {
    this.k = k;
    this.sparks = sparks;
    const blocks = k.memory.frames.node.length;
    this.codes = new Uint16Array(blocks);
    this.ages = new Uint8Array(blocks);
  }

  /** Colour all blocks anew: after a boot or when the colours mean something else. */
  refreshAll(colourBy: ColourBy): void {
    this.colourBy = colourBy;
    const { codes, sparks } = this;
    const { high, slab } = this.k.memory.frames;
    this.ages.fill(0);
    // Half a million blocks of a large machine: most are free, so those do not get a call.
    for (let block = 0; block < codes.length; block++) {
      if (high[block] === 0 && slab[block] === null) codes[block] = INDEX_FREE;
      else this.refresh(block);
    }
    for (let i = 0; i < sparks.activeCount; i++) this.refresh(sparks.active[i]);
  }

  /** Colour a block anew. */
  refresh(block: number): void {
    const frames = this.k.memory.frames;
    if (this.colourBy === 'age') this.ages[block] = ageClass(this.k.ticks, frames.arrivedTick[block]);
    if (frames.slab[block] !== null || this.sparks.sparkles(block)) {
      this.codes[block] = MIXED;
      return;
    }
    const low = frames.low[block];
    const high = frames.high[block];
    if (low >= high) this.codes[block] = INDEX_FREE;
    else if (low === 0 && high === 512) this.codes[block] = this.compactColour(block);
    else this.codes[block] = MIXED;
  }

  /** True when time alone has changed the colour of a block. */
  hasAged(block: number): boolean {
    return this.ages[block] !== ageClass(this.k.ticks, this.k.memory.frames.arrivedTick[block]);
  }

  /** Is the block one 2 MiB page? */
  isHuge(block: number): boolean {
    const { frames, tables } = this.k.memory;
    const slot = frames.owner[block];
    return slot >= 0 && tables.huge[slot] !== 0 && tables.block[slot] === block;
  }

  /** Look into a block: colour() speaks of it until the next select. */
  select(block: number): void {
    const frames = this.k.memory.frames;
    this.block = block;
    this.slab = frames.slab[block];
    this.sparkling = this.sparks.sparkles(block);
    if (this.slab !== null) return;
    this.low = frames.low[block];
    this.high = frames.high[block];
    this.inUse = this.low < this.high ? this.compactColour(block) : INDEX_FREE;
  }

  /** Colour of frame i of the selected block. */
  colour(i: number): number {
    if (this.sparkling && this.sparks.isLit(this.block, i)) return INDEX_SPARK;
    const slab = this.slab;
    if (slab === null) return i >= this.low && i < this.high ? this.inUse : INDEX_FREE;
    const word = slab[512 + i];
    return this.colourOf(word, (word >>> PAGE_KIND_SHIFT) & KIND_MASK, slab[i]);
  }

  private compactColour(block: number): number {
    const frames = this.k.memory.frames;
    const word = frames.page[block];
    const owner = frames.owner[block];
    const mapping = owner < 0 ? RMAP_NONE : owner * 512 + frames.low[block];
    this.block = block;
    return this.colourOf(word, (word >>> PAGE_KIND_SHIFT) & KIND_MASK, mapping);
  }

  /** Colour of a frame from its struct page, kind and reverse map entry (slot << 9 | page or RMAP_NONE). */
  private colourOf(word: number, kind: number, mapping: number): number {
    switch (kind) {
      case FRAME_FREE:
        return INDEX_FREE;
      case FRAME_KERNEL:
        return INDEX_KERNEL;
      case FRAME_PAGE_CACHE:
        return INDEX_PAGE_CACHE;
      default:
    }
    switch (this.colourBy) {
      case 'owner':
        return this.ownerColour(kind, mapping);
      case 'last_nid':
        return INDEX_VALUE + (word & PAGE_LAST_NID);
      case 'queued':
        return INDEX_VALUE + ((word >>> PAGE_MIGRATE_NID_SHIFT) & NID_MASK);
      case 'age':
        return INDEX_VALUE + ageClass(this.k.ticks, this.k.memory.frames.arrivedTick[this.block]);
      case 'marked':
        return INDEX_VALUE + this.isMarked(mapping);
      case 'type':
        return INDEX_VALUE + this.typeOf(kind, mapping);
    }
  }

  private ownerColour(kind: number, mapping: number): number {
    let slot = mapping >>> 9;
    if (mapping === RMAP_NONE) {
      // Several page tables map it. Copy-on-write pages still fill the block of the process that made them.
      if (kind !== FRAME_ANONYMOUS) return INDEX_PAGE_CACHE;
      slot = this.k.memory.frames.owner[this.block];
      if (slot < 0) return INDEX_PAGE_CACHE;
    }
    const tables = this.k.memory.tables;
    const mm = tables.mm[slot];
    if (mm < 0) return INDEX_PAGE_CACHE;
    if (mm >= this.huesKnown) this.learnHues();
    return INDEX_VALUE + this.hues[mm] * SHADES + (tables.toucher[slot] % SHADES);
  }

  private learnHues(): void {
    const mms = this.k.mms;
    if (mms.length > this.hues.length) {
      const grown = new Uint8Array(mms.length * 2);
      grown.set(this.hues);
      this.hues = grown;
    }
    for (; this.huesKnown < mms.length; this.huesKnown++) {
      this.hues[this.huesKnown] = Math.max(0, mms[this.huesKnown].process) % HUES;
    }
  }

  /** 1 when the next access through the only mapping is a NUMA hinting fault. */
  private isMarked(mapping: number): number {
    if (mapping === RMAP_NONE) return 0;
    const slot = mapping >>> 9;
    const tables = this.k.memory.tables;
    if (tables.markedPmd[slot] !== 0) return 1;
    if (tables.markedPtes[slot] === 0) return 0;
    const ptes = tables.ptes[slot];
    // A compact slot is marked page by page wholly or not at all.
    if (ptes === null) return 1;
    const pte = ptes[mapping & 511];
    return pte !== PTE_NONE && (pte & PTE_NUMA) !== 0 ? 1 : 0;
  }

  private typeOf(kind: number, mapping: number): number {
    const tables = this.k.memory.tables;
    const slot = mapping === RMAP_NONE ? -1 : mapping >>> 9;
    if (kind !== FRAME_FILE) return slot >= 0 && tables.huge[slot] !== 0 ? TYPE_HUGE : TYPE_ANONYMOUS;
    if (slot < 0 || tables.mm[slot] < 0) return TYPE_SHARED;
    const vma = this.k.mms[tables.mm[slot]].vmas[tables.vma[slot]];
    return vma.backing === 'shared' ? TYPE_SHARED : TYPE_FILE_PRIVATE;
  }
}
