/**
 * Which page frames a page has just arrived in: the white sparks of the map. They age in frames that show new simulated
 * time, so they stand still while the simulation does. Only frame blocks with fresh arrivals hold anything.
 */

/** Frames a spark lasts; it thins out by dithering on the way. */
export const SPARK_FRAMES = 8;
/** Blocks that can sparkle at once: more arrivals than that are a blizzard anyway. */
const MAX_BLOCKS = 2048;
const CELLS = 512;
const NEVER = -1000;

export class Sparks {
  /** Counts frames that showed new simulated time. */
  clock = 0;
  /** Blocks that sparkle now: the first `activeCount` of `active`. */
  readonly active = new Int32Array(MAX_BLOCKS);
  activeCount = 0;
  /** Place of each frame block in the pool, -1 none. */
  private readonly place: Int16Array;
  /** Clock at which a page arrived, per pooled cell. */
  private stamps = new Int32Array(64 * CELLS).fill(NEVER);
  private readonly newest = new Int32Array(MAX_BLOCKS);
  private readonly spare: number[] = [];
  private pooled = 0;

  constructor(blocks: number) {
    this.place = new Int16Array(blocks).fill(-1);
  }

  /** Pages have arrived in cells [from, to) of a block. */
  arrive(block: number, from: number, to: number): void {
    let place = this.place[block];
    if (place < 0) {
      place = this.take();
      if (place < 0) return;
      this.place[block] = place;
      this.active[this.activeCount++] = block;
    }
    // They belong to the frame to come.
    this.newest[place] = this.clock + 1;
    this.stamps.fill(this.clock + 1, place * CELLS + from, place * CELLS + to);
  }

  /** A frame with new simulated time begins: everything is one frame older, what has faded is let go. */
  advance(): void {
    this.clock++;
    let kept = 0;
    for (let i = 0; i < this.activeCount; i++) {
      const block = this.active[i];
      const place = this.place[block];
      if (this.clock - this.newest[place] < SPARK_FRAMES) {
        this.active[kept++] = block;
        continue;
      }
      this.release(block);
    }
    this.activeCount = kept;
  }

  private release(block: number): void {
    const place = this.place[block];
    this.place[block] = -1;
    this.stamps.fill(NEVER, place * CELLS, (place + 1) * CELLS);
    this.spare.push(place);
  }

  /** Put all of them out: time has jumped. */
  clear(): void {
    for (let i = 0; i < this.activeCount; i++) this.release(this.active[i]);
    this.activeCount = 0;
  }

  sparkles(block: number): boolean {
    return this.place[block] >= 0;
  }

  /** Is this cell a spark now? One cell in eight goes out with every frame of age. */
  isLit(block: number, cell: number): boolean {
    const place = this.place[block];
    if (place < 0) return false;
    const age = this.clock - this.stamps[place * CELLS + cell];
    // The low bits of a multiplicative hash would repeat with the tile; take high ones.
    return age < SPARK_FRAMES && Math.imul(cell ^ (block << 9), 0x9e3779b1) >>> 29 >= age;
  }

  private take(): number {
    const spare = this.spare.pop();
    if (spare !== undefined) return spare;
    if (this.pooled === MAX_BLOCKS) return -1;
    if ((this.pooled + 1) * CELLS > this.stamps.length) {
      const grown = new Int32Array(this.stamps.length * 2).fill(NEVER);
      grown.set(this.stamps);
      this.stamps = grown;
    }
    return this.pooled++;
  }
}
