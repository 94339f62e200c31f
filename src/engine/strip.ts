/**
 * The address space of one process as a strip: x is the address (2 MiB slots of all mappings in order), y the page inside the slot,
 * the colour the node that holds the page. Kept between frames like a memory map: only changed slots are painted.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { AddressSpace } from '../kernel/mm/state.ts';
import { PTE_FRAME_MASK, PTE_NONE } from '../kernel/mm/state.ts';
import { INDEX_NOT_PRESENT, INDEX_VALUE, type StripRequest } from '../protocol/frame.ts';
import { pixelHash } from './memory-map.ts';

const PAGES = 512;

export class Strip {
  image = new Uint8Array(0);
  private width = 0;
  private height = 0;
  private mm: AddressSpace | null = null;
  private valid = false;
  /** Slot at each place of the address space, and how many places there are. */
  private slots = new Int32Array(64);
  private length = 0;
  /** First place of each VMA, -1 for a dead one. */
  private readonly firstPlace: number[] = [];
  /** Place << 9 | page of each pixel, -1 beyond the end. */
  private places = new Int32Array(0);

  /** Adopt a request. @returns true when everything must be painted */
  layout(request: StripRequest, k: Kernel): boolean {
    const mm = k.mms[k.processes[request.process]?.mm ?? -1] ?? null;
    const { width, height } = request;
    if (this.valid && mm === this.mm && width === this.width && height === this.height && !this.remapped())
      return false;
    this.valid = true;
    this.mm = mm;
    this.width = width;
    this.height = height;
    if (this.image.length !== width * height) {
      this.image = new Uint8Array(width * height);
      this.places = new Int32Array(width * height);
    }
    this.listSlots();
    this.placePixels();
    return true;
  }

  invalidate(): void {
    this.valid = false;
  }

  paintAll(k: Kernel): void {
    for (let x = 0; x < this.width; x++) this.paintColumn(k, x);
  }

  /** Paint the columns of the slots in the list that belong to this process. */
  paintSlots(k: Kernel, list: readonly number[]): void {
    if (this.mm === null || this.length === 0) return;
    if (list.length > 4 * this.width) {
      this.paintAll(k);
      return;
    }
    const tables = k.memory.tables;
    const columnsPerPlace = this.width / this.length;
    for (const slot of list) {
      if (tables.mm[slot] !== this.mm.id) continue;
      const first = this.firstPlace[tables.vma[slot]] ?? -1;
      if (first < 0) continue;
      const place = first + tables.index[slot];
      this.slots[place] = slot;
      const from = Math.max(0, Math.floor(place * columnsPerPlace) - 1);
      const to = Math.min(this.width, Math.ceil((place + 1) * columnsPerPlace) + 1);
      // A column belongs to one place whole: its first pixel tells which.
      for (let x = from; x < to; x++) if (this.places[x] >> 9 === place) this.paintColumn(k, x);
    }
  }

  /** Has a mapping come or gone since the slots were listed? */
  private remapped(): boolean {
    if (this.mm === null) return false;
    const vmas = this.mm.vmas;
    if (vmas.length !== this.firstPlace.length) return true;
    let places = 0;
    for (let v = 0; v < vmas.length; v++) {
      if (vmas[v].dead !== this.firstPlace[v] < 0) return true;
      if (!vmas[v].dead) places += vmas[v].slots.length;
    }
    return places !== this.length;
  }

  private listSlots(): void {
    this.firstPlace.length = 0;
    this.length = 0;
    for (const vma of this.mm?.vmas ?? []) {
      this.firstPlace.push(vma.dead ? -1 : this.length);
      if (vma.dead) continue;
      if (this.length + vma.slots.length > this.slots.length) {
        const grown = new Int32Array((this.length + vma.slots.length) * 2);
        grown.set(this.slots);
        this.slots = grown;
      }
      for (const slot of vma.slots) this.slots[this.length++] = slot;
    }
  }

  /**
   * The place and page each pixel stands for: the one under it, or when several share a pixel one of them at random but
   * for good. All pixels of a column show the same slot, so that a slot's change touches few columns.
   */
  private placePixels(): void {
    const { width, height, length, places } = this;
    const placesPerPixel = length / width;
    const pagesPerPixel = PAGES / height;
    for (let x = 0; x < width; x++) {
      const jitter = placesPerPixel > 1 ? (pixelHash(x, 0) & 0xffff) / 65536 : 0.5;
      const place = Math.floor((x + jitter) * placesPerPixel);
      for (let y = 0; y < height; y++) {
        const within = pagesPerPixel > 1 ? (pixelHash(x, y) >>> 16) / 65536 : 0.5;
        const page = Math.min(PAGES - 1, Math.floor((y + within) * pagesPerPixel));
        places[y * width + x] = place < length ? place * PAGES + page : -1;
      }
    }
  }

  private paintColumn(k: Kernel, x: number): void {
    const { width, height, places, image } = this;
    const { frames, tables } = k.memory;
    const slot = places[x] < 0 ? -1 : this.slots[places[x] >> 9];
    const ptes = slot < 0 ? null : tables.ptes[slot];
    const block = slot < 0 ? -1 : tables.block[slot];
    if (ptes === null) {
      const low = block < 0 ? PAGES : tables.low[slot];
      const high = block < 0 ? 0 : tables.high[slot];
      const colour = block < 0 ? INDEX_NOT_PRESENT : INDEX_VALUE + frames.node[block];
      for (let p = x; p < width * height; p += width) {
        const page = places[p] & 511;
        image[p] = page >= low && page < high ? colour : INDEX_NOT_PRESENT;
      }
      return;
    }
    for (let p = x; p < width * height; p += width) {
      const pte = ptes[places[p] & 511];
      image[p] =
        pte === PTE_NONE ? INDEX_NOT_PRESENT : INDEX_VALUE + frames.node[(pte & PTE_FRAME_MASK) >>> 9];
    }
  }
}
