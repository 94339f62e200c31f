/**
 * The picture's frame: one pooled ArrayBuffer a frame, written by the worker, transferred, read by the view and
 * sent back with the next request. Fixed layout, little-endian, all sections 4-byte aligned:
 *
 *   header   Int32[HEADER_WORDS]       ids, times, counts, byte offsets of the sections (the H_* constants)
 *   nodes    Float32[nodes * NODE_WORDS]
 *   pairs    Float32[nodes * nodes * PAIR_WORDS]   row = source node, column = destination node
 *   cpus     Int32[cpus * CPU_WORDS]
 *   moves    Int32[taskMoves * MOVE_WORDS]         tasks that changed CPU since the last frame
 *   sparks   Int32[sparks * SPARK_WORDS]           a sample of the pages that changed node since the last frame
 *   images   Uint8                     the memory maps, then the address-space strips, each width * height palette
 *                                      indices (width a multiple of 4), in the order of the request
 */

export const FRAME_MAGIC = 0x414e4d46;
export const HEADER_WORDS = 32;

export const H_MAGIC = 0;
/** Counts up by one for every frame produced: tells fresh frames from repeated ones. */
export const H_FRAME_ID = 1;
/** Simulated time: ticks (milliseconds) since boot. */
export const H_TICK = 2;
/** Generation of the experiment (counts boots): a frame of an older one must not be drawn. */
export const H_GENERATION = 3;
export const H_NODES = 4;
export const H_CPUS = 5;
export const H_MOVES = 6;
export const H_SPARKS = 7;
export const H_IMAGES = 8;
/** Pages that changed node since the last frame, all of them; H_SPARKS of them are sampled below. */
export const H_PAGES_MOVED = 9;
/** Task moves since the last frame that did not fit into the list. */
export const H_MOVES_DROPPED = 10;
export const H_NODES_OFFSET = 11;
export const H_PAIRS_OFFSET = 12;
export const H_CPUS_OFFSET = 13;
export const H_MOVES_OFFSET = 14;
export const H_SPARKS_OFFSET = 15;
export const H_IMAGES_OFFSET = 16;
export const H_BYTES = 17;
/** Microseconds the worker spent on producing this frame, and on its last kernel slice (for the HUD). */
export const H_FRAME_MICROSECONDS = 18;
export const H_SLICE_MICROSECONDS = 19;
/** Simulated milliseconds per wall second over the last half second. */
export const H_ACHIEVED_SPEED = 20;
/** 1 while the simulation runs, 0 while it is paused or finished. */
export const H_PLAYING = 21;

/** Node figures, Float32 each. */
export const NODE_WORDS = 8;
export const NODE_FREE_PAGES = 0;
export const NODE_TOTAL_PAGES = 1;
/** Pages queued towards this node (nr_queued of knuma_migratedN). */
export const NODE_QUEUED = 2;
/** State of knuma_migratedN: DAEMON_*. */
export const NODE_DAEMON = 3;
/** Pages a simulated second arriving on this node by knuma_migratedN, smoothed over 250 simulated ms. */
export const NODE_MIGRATE_RATE = 4;
/** Share of the memory controller's bandwidth in use, 0..1. */
export const NODE_CONTROLLER_UTILISATION = 5;

export const DAEMON_ABSENT = 0;
export const DAEMON_ASLEEP = 1;
export const DAEMON_NAPPING = 2;
export const DAEMON_MIGRATING = 3;
export const DAEMON_NO_ROOM = 4;

/** Figures of an ordered pair of nodes, Float32 each. */
export const PAIR_WORDS = 4;
/** Pages a simulated second migrating from row to column, smoothed over 250 simulated ms. */
export const PAIR_PAGE_RATE = 0;
/** GB/s that CPUs of the row node move to and from memory of the column node. */
export const PAIR_GBPS = 1;
/** Share of the link's (or the remote issue limit's) bandwidth in use, 0..1. */
export const PAIR_UTILISATION = 2;
/** Index of the process most of the migrating pages belong to, -1 if none. */
export const PAIR_PROCESS = 3;

/** CPU cells, Int32 each. */
export const CPU_WORDS = 8;
/** Pid of the task running now, -1 when idle. */
export const CPU_PID = 0;
/** Index of its process (its hue), -1 for a kernel thread or idle. */
export const CPU_PROCESS = 1;
/** Index of the thread in its process, from 0; for a kernel thread KTHREAD_*. */
export const CPU_THREAD = 2;
/** Its preferred node, -1 if none. */
export const CPU_PREFERRED = 3;
/** Tasks runnable on this CPU, the running one included. */
export const CPU_RUNNABLE = 4;
/** Per mille of its recent accesses that were local. */
export const CPU_LOCAL = 5;

export const KTHREAD_SCAND = 0;
export const KTHREAD_MIGRATED = 1;
export const KTHREAD_KHUGEPAGED = 2;
export const KTHREAD_KSWAPD = 3;
export const KTHREAD_OTHER = 4;

/** A task's move from CPU to CPU. */
export const MOVE_WORDS = 6;
export const MOVE_PID = 0;
export const MOVE_PROCESS = 1;
export const MOVE_THREAD = 2;
export const MOVE_FROM_CPU = 3;
export const MOVE_TO_CPU = 4;
/** How it moved: MOVE_KIND_*. */
export const MOVE_KIND = 5;
/** sched_autonuma_balance pushed it through the stopper. */
export const MOVE_KIND_AUTONUMA = 0;
/** CFS load balancing pulled it (idle, new-idle, periodic). */
export const MOVE_KIND_PULL = 1;
/** CFS active balancing pushed the running task. */
export const MOVE_KIND_ACTIVE = 2;
/** Placement at wake-up. */
export const MOVE_KIND_WAKE = 3;
/** Placement at fork or exec. */
export const MOVE_KIND_FORK = 4;
/** sched_setaffinity made it leave. */
export const MOVE_KIND_AFFINITY = 5;

/** A page's move from node to node (one of a sample). */
export const SPARK_WORDS = 5;
export const SPARK_FROM_NODE = 0;
/** Page frame offset inside the source node. */
export const SPARK_FROM_FRAME = 1;
export const SPARK_TO_NODE = 2;
export const SPARK_TO_FRAME = 3;
export const SPARK_PROCESS = 4;

export const MAX_SPARKS = 256;
export const MAX_MOVES = 512;

/** What the colours of a map mean. */
export type ColourBy = 'owner' | 'last_nid' | 'age' | 'queued' | 'marked' | 'type';
export const COLOUR_BY: readonly ColourBy[] = ['owner', 'last_nid', 'age', 'queued', 'marked', 'type'];

/**
 * Palette indices of map images. 0..15 mean the same under every colour-by; from INDEX_VALUE on:
 * owner: process index mod 15 times 16 + shade of the thread (thread index mod 16); last_nid and queued: 0 none, 1 + node;
 * age since migration: 0 never moved, 1..15 from just moved to long ago (each step doubles, first step 100 ms);
 * marked: 0 unmarked, 1 marked NUMA-hinting; type: TYPE_*. In the strips of address spaces, under every colour-by:
 * INDEX_VALUE + node.
 */
export const INDEX_OUTSIDE = 0;
export const INDEX_FREE = 1;
export const INDEX_KERNEL = 2;
export const INDEX_PAGE_CACHE = 3;
/** Beyond the last page of an address space, or a page not yet touched (strips). */
export const INDEX_NOT_PRESENT = 4;
/** Moved a moment ago (a white spark that fades by dithering). */
export const INDEX_SPARK = 5;
/** Edge of a 2 MiB page, in maps by owner or type whose tiles are at least HUGE_EDGE_TILE pixels wide. */
export const INDEX_HUGE_EDGE = 6;
export const HUGE_EDGE_TILE = 24;
export const INDEX_VALUE = 16;

export const TYPE_ANONYMOUS = 0;
export const TYPE_HUGE = 1;
export const TYPE_FILE_PRIVATE = 2;
export const TYPE_SHARED = 3;

/**
 * The map of a node: its frame blocks (2 MiB, 512 frames) are tiles of TILE_WIDTH x TILE_HEIGHT cells, one cell a
 * page frame in row-major order inside the tile; tiles follow one another row by row, `tileColumns` to a row. Because
 * a tile is a fixed rectangle the same place means the same frames at every zoom.
 */
export const TILE_WIDTH = 32;
export const TILE_HEIGHT = 16;

/** One memory map wanted at screen resolution. */
export interface MapRequest {
  node: number;
  /** Pixels; width a multiple of 4. */
  width: number;
  height: number;
  tileColumns: number;
  /** Left upper corner of the window, in cells (may be fractional), and cells per pixel (below 1 when zoomed in). */
  x: number;
  y: number;
  cellsPerPixel: number;
  /** Cells per pixel along y when it differs (the whole node squeezed into its panel); equal to cellsPerPixel otherwise. */
  cellsPerPixelY: number;
}

/** The address space of a process: x = address (slots of 2 MiB, in address order), y = page inside the slot. */
export interface StripRequest {
  /** Index of the process in the summary. */
  process: number;
  width: number;
  height: number;
}

/** What the page wants to see in the next frame. */
export interface ViewRequest {
  generation: number;
  colourBy: ColourBy;
  maps: MapRequest[];
  strips: StripRequest[];
}

/** A frame buffer opened for reading: typed views over its sections, no copies. */
export interface FrameReader {
  header: Int32Array;
  nodes: Float32Array;
  pairs: Float32Array;
  cpus: Int32Array;
  moves: Int32Array;
  sparks: Int32Array;
  /** All images one after another; the request says where each begins. */
  images: Uint8Array;
}

/** Bytes a frame can need for a request on a machine. */
export function frameBytes(nodes: number, cpus: number, view: ViewRequest): number {
  let bytes = 4 * (HEADER_WORDS + nodes * NODE_WORDS + nodes * nodes * PAIR_WORDS + cpus * CPU_WORDS);
  bytes += 4 * (MAX_MOVES * MOVE_WORDS + MAX_SPARKS * SPARK_WORDS);
  for (const map of view.maps) bytes += map.width * map.height;
  for (const strip of view.strips) bytes += strip.width * strip.height;
  return (bytes + 3) & ~3;
}

/**
 * Open a frame.
 * @throws RangeError when the buffer does not begin with a frame header
 */
export function readFrame(buffer: ArrayBuffer): FrameReader {
  const header = new Int32Array(buffer, 0, HEADER_WORDS);
  if (header[H_MAGIC] !== FRAME_MAGIC) throw new RangeError('not a frame: the magic number is missing');
  const nodes = header[H_NODES];
  return {
    header,
    nodes: new Float32Array(buffer, header[H_NODES_OFFSET], nodes * NODE_WORDS),
    pairs: new Float32Array(buffer, header[H_PAIRS_OFFSET], nodes * nodes * PAIR_WORDS),
    cpus: new Int32Array(buffer, header[H_CPUS_OFFSET], header[H_CPUS] * CPU_WORDS),
    moves: new Int32Array(buffer, header[H_MOVES_OFFSET], header[H_MOVES] * MOVE_WORDS),
    sparks: new Int32Array(buffer, header[H_SPARKS_OFFSET], header[H_SPARKS] * SPARK_WORDS),
    images: new Uint8Array(buffer, header[H_IMAGES_OFFSET], header[H_IMAGES]),
  };
}
