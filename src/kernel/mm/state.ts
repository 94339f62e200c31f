/**
 * The memory of the machine: page frames and page tables.
 *
 * The unit of bookkeeping is the 2 MiB block, on both sides. A page-table **slot** (one PMD) is *compact* while its
 * present pages are one contiguous run that maps, page i to frame i, into one frame block, none of them marked one by one and all with
 * the same struct-page state; it then costs a few words. When pages come to differ the slot and its frame
 * block are *expanded* to one entry a page, and folded back when they agree again.
 */
import type { Mempolicy } from '../program/program.ts';
import type { MmId, NodeId } from '../units.ts';

/** Lines of /sys/devices/system/node/nodeN/numastat, in their order. */
export const NUMASTAT_ITEMS = [
  'numa_hit',
  'numa_miss',
  'numa_foreign',
  'interleave_hit',
  'local_node',
  'other_node',
] as const;

/** What a frame holds. */
export const FRAME_FREE = 0;
export const FRAME_KERNEL = 1;
export const FRAME_PAGE_CACHE = 2;
/** Mapped anonymous memory. */
export const FRAME_ANONYMOUS = 3;
/** Mapped page of a file, private or shared. */
export const FRAME_FILE = 4;

/** A page-table entry: frame number in the low 30 bits, flag above; PTE_NONE = nothing mapped. */
export const PTE_NONE = 0xffffffff;
export const PTE_FRAME_MASK = 0x3fffffff;
/** pte_numa: the next access is a NUMA hinting fault. */
export const PTE_NUMA = 0x40000000;

/**
 * struct page of a mixed frame block, one Uint32 a frame: bits 0-7 last_nid + 1, 8-15 migrate_nid + 1,
 * 16-27 mapcount (at most 4095), 28-30 FRAME_*, 31 isolated from the LRU by a migration under way.
 */
export const PAGE_LAST_NID = 0xff;
export const PAGE_MIGRATE_NID_SHIFT = 8;
export const PAGE_MIGRATE_NID = 0xff00;
export const PAGE_MAPCOUNT_SHIFT = 16;
export const PAGE_MAPCOUNT = 0xfff0000;
export const PAGE_MAPCOUNT_MAX = 0xfff;
export const PAGE_KIND_SHIFT = 28;
export const PAGE_KIND = 0x70000000;
export const PAGE_ISOLATED = 0x80000000;

/** Reverse map entry of a frame: slot << 9 | page index, RMAP_NONE when it maps nothing or is shared. */
export const RMAP_NONE = 0xffffffff;

/** Words of an expanded frame block: 512 reverse map entries, then 512 struct pages. */
export const FRAME_SLAB_WORDS = 1024;

/** All page frames. Arrays are indexed by FrameBlockId unless said otherwise. */
export interface Frames {
  /** Per node: first frame block, one past the last, frames that exist (the tail of the last block may not). */
  nodeFirstBlock: Int32Array;
  nodeEndBlock: Int32Array;
  nodeFrames: Int32Array;
  /** Per node: frames by FRAME_* kind ([node * 5 + kind]). */
  nodeKind: Int32Array;
  /** Per node watermarks in pages (min, low, high). */
  watermarkMin: Int32Array;
  watermarkLow: Int32Array;
  watermarkHigh: Int32Array;
  /** Node of a frame block. */
  node: Uint8Array;
  /** Free frames of the block. */
  free: Uint16Array;
  /** Slot that fills this block page i to frame i (compact or expanded), -1 none. */
  owner: Int32Array;
  /** Compact blocks: struct page word shared by all frames in use (see PAGE_*), and the range in use [low, high). */
  page: Uint32Array;
  low: Uint16Array;
  high: Uint16Array;
  /** Expanded blocks: FRAME_SLAB_WORDS words; null while compact. */
  slab: (Uint32Array | null)[];
  /** Retired slabs for reuse. */
  spareSlabs: Uint32Array[];
  /** Per node: lowest block that may be wholly free, lowest that may be partly free (search hints). */
  freeHint: Int32Array;
  partialHint: Int32Array;
  /** Wholly free blocks per node (buddy order 9). */
  freeBlocks: Int32Array;
  /** Tick at which a page last arrived by migration, for the picture's ages; 0 never. Not a kernel fact. */
  arrivedTick: Uint32Array;
}

/** All page-table slots (a pool; ids are reused after munmap). Arrays are indexed by SlotId. */
export interface PageTables {
  nodes: number;
  count: number;
  capacity: number;
  freeSlots: number[];
  /** Owner address space, -1 free. */
  mm: Int32Array;
  /** Index of the VMA in the mm's list, and slot number within that VMA. */
  vma: Uint16Array;
  index: Int32Array;
  /** First and one past the last page of the slot that belongs to the VMA (0 and 512 but for ragged edges). */
  first: Uint16Array;
  end: Uint16Array;
  /** Compact: the frame block; -1 when expanded or empty. */
  block: Int32Array;
  /** Compact: present pages are [low, high). */
  low: Uint16Array;
  high: Uint16Array;
  /** Expanded: 512 page-table entries. */
  ptes: (Uint32Array | null)[];
  sparePtes: Uint32Array[];
  present: Uint16Array;
  /** Present pages per node: [slot * nodes + node]. */
  nodePages: Uint16Array;
  /** Entries marked pte_numa one by one. */
  markedPtes: Uint16Array;
  /** pmd_numa: the whole slot is marked. */
  markedPmd: Uint8Array;
  /** Mapped by a huge pmd (always compact, low 0, high 512). */
  huge: Uint8Array;
  /** Some page here may be mapped elsewhere too (after fork, or a file): writes must look before they write. */
  mayShare: Uint8Array;
  /** Pages still in some CPU's LRU pagevec. */
  offLru: Uint16Array;
  /** Pages queued for migration (migrate_nid set). */
  queued: Uint16Array;
  /**
   * Frame blocks being filled for this slot, one a node at most: the first, and the row of the others ([row * nodes + node]), -1 none.
   * Read and written through fill.ts.
   */
  fill: Int32Array;
  fillRow: Int32Array;
  fillRows: Int32Array;
  freeFillRows: number[];
  /** Index of the thread that last first-touched or hint-faulted here (for the picture's shade). */
  toucher: Uint16Array;
  /** Pages [freshFrom, freshTo) first-touched in tick freshTick - 1 (0 never), last by task freshBy: others may race for them. */
  freshTick: Uint32Array;
  freshFrom: Uint16Array;
  freshTo: Uint16Array;
  freshBy: Int32Array;
  /** First queue run of this slot (balancing/autonuma), -1 none. */
  firstRun: Int32Array;
}

/** A mapping. Slots cover it in address order. */
export interface Vma {
  region: number;
  name: string;
  /** Virtual address of the first byte; a multiple of 2 MiB plus `misalignment`. */
  start: number;
  /** Bytes from the 2 MiB boundary of the first slot to `start`. */
  skew: number;
  bytes: number;
  backing: 'anonymous' | 'private-file' | 'shared';
  /** Shared object index (kernel.memory.objects), -1 for anonymous. */
  object: number;
  policy: Mempolicy | null;
  /** An anonymous page has been put here (anon_vma exists): alpha6 scans only then. */
  anonVma: boolean;
  /** No page of it was ever mapped by anybody else: not a file, not forked. */
  neverShared: boolean;
  /** madvise: MADV_HUGEPAGE, MADV_NOHUGEPAGE, or nothing said. */
  thp: 'always' | 'never' | null;
  /** Pages it can hold. */
  pages: number;
  slots: Int32Array;
  /** Present pages per node, and all together. */
  nodePages: Int32Array;
  presentPages: number;
  /** Slots that carry any NUMA-hinting mark. */
  markedSlots: number;
  /** munmapped: kept as a hole so that VMA indices stay. */
  dead: boolean;
}

/** Per-process statistics of AutoNUMA (autonuma.md 2.2, struct mm_autonuma). */
export interface MmAutonuma {
  faultPass: number;
  /** Pages found on each node in the last completed scan. */
  fault: Float64Array;
  faultTot: number;
  /** autonuma28: pass in which `fault` was last halved. */
  lastPass: number;
  /** Accumulator of the scan in progress. */
  faultTmp: Float64Array;
}

/** An address space. */
export interface AddressSpace {
  id: MmId;
  process: number;
  vmas: Vma[];
  /** Region number to index in vmas, -1 unmapped. */
  regions: number[];
  /** Next address handed out by mmap. */
  nextAddress: number;
  nodePages: Int32Array;
  presentPages: number;
  exited: boolean;
  /** CPUs in a steady stretch through this memory (sched/steady.ts). */
  steadyCpus: number;
  autonuma: MmAutonuma;
  /** mms of the same fork family (share copy-on-write pages): index of the family. */
  family: number;
}

/** A file or shared memory object: which frame holds each page, whoever maps it. */
export interface SharedObject {
  key: string;
  backing: 'private-file' | 'shared';
  pages: number;
  /** Frame of each page, PTE_NONE when not in memory. */
  frames: Uint32Array;
}

/** A CPU's pagevec of pages on their way to the LRU (lru_add_pvecs, PAGEVEC_SIZE 14). */
export interface Pagevec {
  slots: number[];
  pages: number[];
}

export interface Memory {
  frames: Frames;
  tables: PageTables;
  objects: SharedObject[];
  /** Zonelist of each node (policies.md 1.2). */
  zonelists: NodeId[][];
  pagevecs: Pagevec[];
  /** transparent_hugepage/enabled: always, madvise (only mappings that ask for it), never. */
  thp: 'on' | 'off' | 'never';
  /** Allocations of each node (zone_statistics): [node * NUMASTAT_ITEMS.length + item], in pages. */
  numastat: Float64Array;
  /** Page cache that was there at boot, in pages: no allocation has counted it. */
  bootPageCache: number;
}
