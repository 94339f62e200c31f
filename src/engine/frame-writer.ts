/**
 * Makes frames (protocol/frame.ts). Images are kept between frames and only what changed is painted into them, so that a
 * frame costs what happened, not what exists; then everything is copied into the buffer that goes to the page.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import { isFinished } from '../kernel/kernel.ts';
import { PTE_FRAME_MASK, PTE_NONE } from '../kernel/mm/state.ts';
import {
  COLOUR_BY,
  CPU_WORDS,
  frameBytes,
  FRAME_MAGIC,
  H_ACHIEVED_SPEED,
  H_BYTES,
  H_CPUS,
  H_CPUS_OFFSET,
  H_FRAME_ID,
  H_FRAME_MICROSECONDS,
  H_GENERATION,
  H_IMAGES,
  H_IMAGES_OFFSET,
  H_MAGIC,
  H_MOVES,
  H_MOVES_DROPPED,
  H_MOVES_OFFSET,
  H_NODES,
  H_NODES_OFFSET,
  H_PAGES_MOVED,
  H_PAIRS_OFFSET,
  H_PLAYING,
  H_SLICE_MICROSECONDS,
  H_SPARKS,
  H_SPARKS_OFFSET,
  H_TICK,
  HEADER_WORDS,
  INDEX_NOT_PRESENT,
  INDEX_OUTSIDE,
  MAX_MOVES,
  MAX_SPARKS,
  MOVE_WORDS,
  NODE_WORDS,
  PAIR_WORDS,
  SPARK_WORDS,
  type ViewRequest,
} from '../protocol/frame.ts';
import { BlockColours } from './block-colours.ts';
import { writeCpus, writeNodes, writePairs } from './frame-sections.ts';
import { MemoryMap } from './memory-map.ts';
import type { Rates } from './rates.ts';
import type { Shares } from './shares.ts';
import type { Sparks } from './sparks.ts';
import { SlotWatch } from './slot-watch.ts';
import { Strip } from './strip.ts';
import type { Watcher } from './watcher.ts';

/** What the frame says about the engine itself. */
export interface FrameStatus {
  frameId: number;
  generation: number;
  playing: boolean;
  sliceMicroseconds: number;
  /** Simulated milliseconds per wall second. */
  achievedSpeed: number;
}

/** Images a person could ask for at most: protects the worker from a request gone wrong. */
const MAX_IMAGE_PIXELS = 16 * 1024 * 1024;

export class FrameWriter {
  private readonly k: Kernel;
  private readonly colours: BlockColours;
  private readonly sparks: Sparks;
  private readonly watcher: Watcher;
  private readonly rates: Rates;
  private readonly shares: Shares;
  private readonly maps: MemoryMap[] = [];
  private readonly strips: Strip[] = [];
  /** Blocks to colour and paint anew in this frame. */
  private readonly repaint: Int32Array;
  private readonly repaintFlag: Uint8Array;
  private repaintCount = 0;
  private readonly slotWatch = new SlotWatch();
  private readonly addChangedSlot = (slot: number) => this.addSlot(slot);
  private coloured = false;
  private lastTick = -1;
  private lastMigrated = 0;

  constructor(k: Kernel, sparks: Sparks, watcher: Watcher, rates: Rates, shares: Shares) {
    this.k = k;
    this.sparks = sparks;
    this.watcher = watcher;
    this.rates = rates;
    this.shares = shares;
    this.colours = new BlockColours(k, sparks);
    this.repaint = new Int32Array(k.memory.frames.node.length);
    this.repaintFlag = new Uint8Array(this.repaint.length);
  }

  /**
   * Write a frame.
   * @param buffer where to; a larger one is made when it is too small
   * @param now wall clock, for the frame's own cost
   */
  write(view: ViewRequest, buffer: ArrayBuffer, status: FrameStatus, now: () => number): ArrayBuffer {
    const startMs = now();
    const { k } = this;
    this.watcher.drain();
    this.rates.update(k, this.watcher);
    this.paintMaps(view);
    this.paintStrips(view);
    this.clearDirty();

    const nodes = k.machine.nodes.length;
    const cpus = k.machine.cpus.length;
    const target = roomFor(buffer, nodes, cpus, view);
    const header = new Int32Array(target, 0, HEADER_WORDS);
    layOut(header, nodes, cpus);
    header[H_FRAME_ID] = status.frameId;
    header[H_TICK] = k.ticks;
    header[H_GENERATION] = status.generation;
    header[H_PLAYING] = status.playing ? 1 : 0;
    header[H_SLICE_MICROSECONDS] = status.sliceMicroseconds;
    header[H_ACHIEVED_SPEED] = Math.min(0x7fffffff, Math.round(status.achievedSpeed));
    writeNodes(k, this.rates, new Float32Array(target, header[H_NODES_OFFSET], nodes * NODE_WORDS));
    writePairs(
      k,
      this.rates,
      this.watcher,
      new Float32Array(target, header[H_PAIRS_OFFSET], nodes * nodes * PAIR_WORDS),
    );
    writeCpus(k, this.shares, new Int32Array(target, header[H_CPUS_OFFSET], cpus * CPU_WORDS));
    this.writeEvents(target, header);
    this.writeImages(target, header, view);
    header[H_FRAME_MICROSECONDS] = Math.round((now() - startMs) * 1000);
    return target;
  }

  /** Paint everything anew in the next frame. */
  forget(): void {
    this.coloured = false;
    for (const map of this.maps) map.invalidate();
    for (const strip of this.strips) strip.invalidate();
  }

  /** What has moved since the last frame is not to be shown. */
  skipEvents(): void {
    // Whoever has seen them is to see that they are gone.
    if (this.sparks.activeCount > 0) this.forget();
    this.sparks.clear();
    this.watcher.drain();
    this.watcher.startFrame();
    this.lastMigrated = this.k.counters.pgmigrate_success;
  }

  private paintMaps(view: ViewRequest): void {
    const { k, colours, maps } = this;
    const { frames } = k.memory;
    const colourBy = COLOUR_BY.includes(view.colourBy) ? view.colourBy : 'owner';
    const recolour = !this.coloured || colours.colourBy !== colourBy;
    this.listRepaint(recolour);
    if (recolour) {
      colours.refreshAll(colourBy);
      if (SlotWatch.applies(colourBy)) this.slotWatch.remember(k.memory.tables, colourBy);
    } else {
      for (let i = 0; i < this.repaintCount; i++) colours.refresh(this.repaint[i]);
    }
    this.coloured = true;
    for (let m = 0; m < view.maps.length; m++) {
      const request = view.maps[m];
      const map = (maps[m] ??= new MemoryMap());
      const exists = request.node >= 0 && request.node < k.machine.nodes.length;
      const first = exists ? frames.nodeFirstBlock[request.node] : 0;
      const moved = map.layout(request, colours, first, exists ? frames.nodeFrames[request.node] : 0);
      if (moved || recolour) map.paintAll();
      else map.paintBlocks(this.repaint, this.repaintCount);
    }
    for (let m = view.maps.length; m < maps.length; m++) maps[m].invalidate();
    for (let i = 0; i < this.repaintCount; i++) this.repaintFlag[this.repaint[i]] = 0;
    this.repaintCount = 0;
  }

  /** Collect the blocks whose colour may have changed: frames, page tables, sparks, age. */
  private listRepaint(recolour: boolean): void {
    const { k, sparks, colours } = this;
    const { output } = k;
    const newTime = k.ticks !== this.lastTick;
    this.lastTick = k.ticks;
    for (let i = 0; i < sparks.activeCount; i++) this.addRepaint(sparks.active[i]);
    // After the last exit no time will come that could age them.
    if (newTime || isFinished(k)) sparks.advance();
    if (recolour) return;
    for (let i = 0; i < output.dirtyBlockCount; i++) this.addRepaint(output.dirtyBlocks[i]);
    // Marks, queues and touching threads belong to page tables but colour page frames.
    for (const slot of output.dirtySlots) this.addSlot(slot);
    if (newTime && SlotWatch.applies(colours.colourBy)) {
      this.slotWatch.changed(k.memory.tables, colours.colourBy, this.addChangedSlot);
    }
    if (newTime && colours.colourBy === 'age') {
      for (let block = 0; block < this.repaint.length; block++)
        if (colours.hasAged(block)) this.addRepaint(block);
    }
  }

  private addRepaint(block: number): void {
    if (this.repaintFlag[block] !== 0) return;
    this.repaintFlag[block] = 1;
    this.repaint[this.repaintCount++] = block;
  }

  private addSlot(slot: number): void {
    const { tables } = this.k.memory;
    const ptes = tables.ptes[slot];
    if (ptes === null) {
      if (tables.block[slot] >= 0) this.addRepaint(tables.block[slot]);
      return;
    }
    let last = -1;
    for (let page = 0; page < ptes.length; page++) {
      if (ptes[page] === PTE_NONE) continue;
      const block = (ptes[page] & PTE_FRAME_MASK) >>> 9;
      if (block !== last) this.addRepaint(block);
      last = block;
    }
  }

  private paintStrips(view: ViewRequest): void {
    const { k, strips } = this;
    for (let s = 0; s < view.strips.length; s++) {
      const strip = (strips[s] ??= new Strip());
      if (strip.layout(view.strips[s], k)) strip.paintAll(k);
      else strip.paintSlots(k, k.output.dirtySlots);
    }
    for (let s = view.strips.length; s < strips.length; s++) strips[s].invalidate();
  }

  /** Maps and strips have seen all changes. */
  private clearDirty(): void {
    const { output } = this.k;
    for (let i = 0; i < output.dirtyBlockCount; i++) output.dirtyBlockFlag[output.dirtyBlocks[i]] = 0;
    output.dirtyBlockCount = 0;
    for (const slot of output.dirtySlots) output.dirtySlotFlag[slot] = 0;
    output.dirtySlots.length = 0;
  }

  private writeEvents(target: ArrayBuffer, header: Int32Array): void {
    const { watcher, k } = this;
    header[H_MOVES] = watcher.moveCount;
    header[H_MOVES_DROPPED] = watcher.movesDropped;
    header[H_SPARKS] = watcher.pageSparkCount;
    header[H_PAGES_MOVED] = k.counters.pgmigrate_success - this.lastMigrated;
    this.lastMigrated = k.counters.pgmigrate_success;
    const moves = new Int32Array(target, header[H_MOVES_OFFSET], watcher.moveCount * MOVE_WORDS);
    for (let i = 0; i < moves.length; i++) moves[i] = watcher.moves[i];
    const sparks = new Int32Array(target, header[H_SPARKS_OFFSET], watcher.pageSparkCount * SPARK_WORDS);
    for (let i = 0; i < sparks.length; i++) sparks[i] = watcher.pageSparks[i];
    watcher.startFrame();
  }

  private writeImages(target: ArrayBuffer, header: Int32Array, view: ViewRequest): void {
    const start = header[H_IMAGES_OFFSET];
    const images = new Uint8Array(target, start);
    let at = 0;
    for (let m = 0; m < view.maps.length; m++) {
      images.set(this.maps[m].image, at);
      at += this.maps[m].image.length;
    }
    for (let s = 0; s < view.strips.length; s++) {
      images.set(this.strips[s].image, at);
      at += this.strips[s].image.length;
    }
    header[H_IMAGES] = at;
    header[H_BYTES] = start + at;
  }
}

/** A frame of an engine that has not booted anything yet. */
export function writeEmptyFrame(view: ViewRequest, buffer: ArrayBuffer, frameId: number): ArrayBuffer {
  const target = roomFor(buffer, 0, 0, view);
  const header = new Int32Array(target, 0, HEADER_WORDS);
  layOut(header, 0, 0);
  header[H_FRAME_ID] = frameId;
  const images = new Uint8Array(target, header[H_IMAGES_OFFSET]);
  let at = 0;
  for (const map of view.maps) images.fill(INDEX_OUTSIDE, at, (at += map.width * map.height));
  for (const strip of view.strips) images.fill(INDEX_NOT_PRESENT, at, (at += strip.width * strip.height));
  header[H_IMAGES] = at;
  header[H_BYTES] = header[H_IMAGES_OFFSET] + at;
  return target;
}

/**
 * Check a request before anything is painted for it.
 * @throws RangeError when sizes are not those of a picture
 */
export function checkView(view: ViewRequest): void {
  let pixels = 0;
  for (const image of [...view.maps, ...view.strips]) {
    const { width, height } = image;
    if (!Number.isInteger(width) || !Number.isInteger(height) || width < 0 || height < 0) {
      throw new RangeError(`an image of ${width} x ${height} pixels was asked for`);
    }
    pixels += width * height;
  }
  if (pixels > MAX_IMAGE_PIXELS) throw new RangeError(`images of ${pixels} pixels in all were asked for`);
  for (const map of view.maps) {
    const sane = map.cellsPerPixel > 0 && map.cellsPerPixelY > 0 && map.tileColumns >= 1;
    if (!sane || !Number.isInteger(map.tileColumns))
      throw new RangeError('a map with an impossible geometry was asked for');
  }
}

/** Write magic, counts and offsets of the sections; moves and sparks have room for their maximum. */
function layOut(header: Int32Array, nodes: number, cpus: number): void {
  header.fill(0);
  header[H_MAGIC] = FRAME_MAGIC;
  header[H_NODES] = nodes;
  header[H_CPUS] = cpus;
  header[H_NODES_OFFSET] = 4 * HEADER_WORDS;
  header[H_PAIRS_OFFSET] = header[H_NODES_OFFSET] + 4 * nodes * NODE_WORDS;
  header[H_CPUS_OFFSET] = header[H_PAIRS_OFFSET] + 4 * nodes * nodes * PAIR_WORDS;
  header[H_MOVES_OFFSET] = header[H_CPUS_OFFSET] + 4 * cpus * CPU_WORDS;
  header[H_SPARKS_OFFSET] = header[H_MOVES_OFFSET] + 4 * MAX_MOVES * MOVE_WORDS;
  header[H_IMAGES_OFFSET] = header[H_SPARKS_OFFSET] + 4 * MAX_SPARKS * SPARK_WORDS;
}

function roomFor(buffer: ArrayBuffer, nodes: number, cpus: number, view: ViewRequest): ArrayBuffer {
  const bytes = frameBytes(nodes, cpus, view);
  return buffer.byteLength >= bytes ? buffer : new ArrayBuffer(bytes);
}
