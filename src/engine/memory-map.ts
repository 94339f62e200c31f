/**
 * The memory map of one node at screen resolution. Which page frame a pixel stands for depends on the geometry alone
 * (`places`); the colour of a pixel is a pure function of that frame. So painting only the blocks that changed gives
 * the same image as painting all of it.
 */
import {
  HUGE_EDGE_TILE,
  INDEX_HUGE_EDGE,
  INDEX_OUTSIDE,
  type MapRequest,
  TILE_HEIGHT,
  TILE_WIDTH,
} from '../protocol/frame.ts';
import { type BlockColours, MIXED } from './block-colours.ts';

const TILE_CELLS = TILE_WIDTH * TILE_HEIGHT;
const NOWHERE = -1;
/** Cells a pixel at which the picture draws a grid over the map. */
const GRIDDED = 1 / 6;

/** Two 16-bit fractions from a pixel's coordinates: a choice that looks random and never changes. */
export function pixelHash(x: number, y: number): number {
  let h = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}

export class MemoryMap {
  image = new Uint8Array(0);
  /** Frame offset inside the node of each pixel, NOWHERE outside. */
  private places = new Int32Array(0);
  private request: MapRequest | null = null;
  private colours: BlockColours | null = null;
  /** First frame block of the node and how many it has. */
  private firstBlock = 0;
  private blocks = 0;

  /** Adopt a request. @returns true when the geometry changed and everything must be painted */
  layout(request: MapRequest, colours: BlockColours, firstBlock: number, frames: number): boolean {
    if (this.request && this.colours === colours && sameGeometry(this.request, request)) return false;
    this.request = { ...request };
    this.colours = colours;
    this.firstBlock = firstBlock;
    this.blocks = Math.ceil(frames / TILE_CELLS);
    const pixels = request.width * request.height;
    if (this.image.length !== pixels) {
      this.image = new Uint8Array(pixels);
      this.places = new Int32Array(pixels);
    }
    placePixels(request, frames, this.places);
    return true;
  }

  /** Nobody asked for this map in the last frame: changes were missed. */
  invalidate(): void {
    this.request = null;
  }

  paintAll(): void {
    const colours = this.colours!;
    const { codes } = colours;
    const { places, image, firstBlock } = this;
    let selected = -1;
    for (let p = 0; p < places.length; p++) {
      const place = places[p];
      if (place < 0) {
        image[p] = INDEX_OUTSIDE;
        continue;
      }
      const block = firstBlock + (place >> 9);
      const code = codes[block];
      if (code !== MIXED) {
        image[p] = code;
        continue;
      }
      if (block !== selected) {
        colours.select(block);
        selected = block;
      }
      image[p] = colours.colour(place & 511);
    }
    this.edgeAll();
  }

  /** Are the edges of huge pages drawn? */
  private get edged(): boolean {
    const { colourBy } = this.colours!;
    return (
      (colourBy === 'owner' || colourBy === 'type') &&
      TILE_WIDTH / this.request!.cellsPerPixel >= HUGE_EDGE_TILE
    );
  }

  /** Edges of all huge pages in the window. */
  private edgeAll(): void {
    if (!this.edged) return;
    const { width, height, tileColumns, x, y, cellsPerPixel, cellsPerPixelY } = this.request!;
    const fromColumn = Math.max(0, Math.floor(x / TILE_WIDTH));
    const toColumn = Math.min(tileColumns - 1, Math.floor((x + width * cellsPerPixel) / TILE_WIDTH));
    const fromRow = Math.max(0, Math.floor(y / TILE_HEIGHT));
    const toRow = Math.floor((y + height * cellsPerPixelY) / TILE_HEIGHT);
    for (let row = fromRow; row <= toRow; row++) {
      for (let column = fromColumn; column <= toColumn; column++) {
        const tile = row * tileColumns + column;
        if (tile < this.blocks) this.edgeTile(tile);
      }
    }
  }

  /** The outermost pixels of a tile, if it is one huge page. */
  private edgeTile(tile: number): void {
    if (!this.colours!.isHuge(this.firstBlock + tile)) return;
    const { width, height, tileColumns, x, y, cellsPerPixel, cellsPerPixelY } = this.request!;
    const { places, image } = this;
    const row = Math.floor(tile / tileColumns);
    const cellX = (tile - row * tileColumns) * TILE_WIDTH;
    const cellY = row * TILE_HEIGHT;
    const left = Math.max(-1, Math.floor((cellX - x) / cellsPerPixel) - 1);
    const right = Math.min(width, Math.ceil((cellX + TILE_WIDTH - x) / cellsPerPixel) + 1);
    const top = Math.max(-1, Math.floor((cellY - y) / cellsPerPixelY) - 1);
    const bottom = Math.min(height, Math.ceil((cellY + TILE_HEIGHT - y) / cellsPerPixelY) + 1);
    // Where there is room for a grid its lines lie on the first pixel of a cell.
    const reach = cellsPerPixel <= GRIDDED ? 2 : 1;
    const inside = (px: number, py: number) =>
      px >= 0 && py >= 0 && px < width && py < height && places[py * width + px] >> 9 === tile;
    /** Beyond the window the page may go on: its edge is drawn only where it is seen to end. */
    const ends = (px: number, py: number) =>
      px >= 0 && py >= 0 && px < width && py < height && places[py * width + px] >> 9 !== tile;
    for (let py = top; py < bottom; py++) {
      // Far from the edges of the rectangle there is nothing to find.
      const across = py < top + 4 || py >= bottom - 4;
      for (let px = left; px < right; px++) {
        if (!across && px === left + 4) px = Math.max(px, right - 4);
        if (!inside(px, py)) continue;
        if (ends(px - reach, py) || ends(px + reach, py) || ends(px, py - reach) || ends(px, py + reach))
          image[py * width + px] = INDEX_HUGE_EDGE;
      }
    }
  }

  /** Paint the blocks of this node that are in the list; all of it when that is less work. */
  paintBlocks(list: Int32Array, count: number): void {
    const end = this.firstBlock + this.blocks;
    // A tile's pixels are found by a search around it, so a tile costs more than its share of the image.
    const affordable = Math.max(16, this.blocks >> 1);
    let mine = 0;
    for (let i = 0; i < count; i++) if (list[i] >= this.firstBlock && list[i] < end) mine++;
    if (mine === 0) return;
    if (mine > affordable) {
      this.paintAll();
      return;
    }
    for (let i = 0; i < count; i++) if (list[i] >= this.firstBlock && list[i] < end) this.paintTile(list[i]);
  }

  private paintTile(block: number): void {
    const request = this.request!;
    const colours = this.colours!;
    const { places, image } = this;
    const { width, height, tileColumns } = request;
    const tile = block - this.firstBlock;
    const row = Math.floor(tile / tileColumns);
    const cellX = (tile - row * tileColumns) * TILE_WIDTH;
    const cellY = row * TILE_HEIGHT;
    // One pixel of margin absorbs rounding; `places` decides.
    const left = Math.max(0, Math.floor((cellX - request.x) / request.cellsPerPixel) - 1);
    const right = Math.min(width, Math.ceil((cellX + TILE_WIDTH - request.x) / request.cellsPerPixel) + 1);
    const top = Math.max(0, Math.floor((cellY - request.y) / request.cellsPerPixelY) - 1);
    const bottom = Math.min(
      height,
      Math.ceil((cellY + TILE_HEIGHT - request.y) / request.cellsPerPixelY) + 1,
    );
    if (left >= right || top >= bottom) return;
    const code = colours.codes[block];
    if (code === MIXED) colours.select(block);
    for (let y = top; y < bottom; y++) {
      for (let p = y * width + left; p < y * width + right; p++) {
        const place = places[p];
        if (place >> 9 !== tile) continue;
        image[p] = code === MIXED ? colours.colour(place & 511) : code;
      }
    }
    if (this.edged) this.edgeTile(tile);
  }
}

function sameGeometry(a: MapRequest, b: MapRequest): boolean {
  return (
    a.node === b.node &&
    a.width === b.width &&
    a.height === b.height &&
    a.tileColumns === b.tileColumns &&
    a.x === b.x &&
    a.y === b.y &&
    a.cellsPerPixel === b.cellsPerPixel &&
    a.cellsPerPixelY === b.cellsPerPixelY
  );
}

/**
 * Choose the frame each pixel stands for: the one under it when zoomed in; one of those it covers, at random but for
 * good, when zoomed out, so that mixtures dither. The choice is tied to the world, not to the screen: a pan by whole
 * pixels carries the pattern along.
 */
function placePixels(request: MapRequest, frames: number, places: Int32Array): void {
  const { width, height, tileColumns, x, y, cellsPerPixel, cellsPerPixelY } = request;
  const cellColumns = tileColumns * TILE_WIDTH;
  const cellRows = Math.ceil(frames / TILE_CELLS / tileColumns) * TILE_HEIGHT;
  const worldX = Math.round(x / cellsPerPixel);
  const worldY = Math.round(y / cellsPerPixelY);
  // Jitter per 1/65536 of a pixel; none when a cell is larger than a pixel, which then takes the cell at its centre.
  const jitterX = cellsPerPixel > 1 ? cellsPerPixel / 65536 : 0;
  const jitterY = cellsPerPixelY > 1 ? cellsPerPixelY / 65536 : 0;
  const startX = jitterX > 0 ? x : x + cellsPerPixel / 2;
  const startY = jitterY > 0 ? y : y + cellsPerPixelY / 2;
  let p = 0;
  for (let py = 0; py < height; py++) {
    const baseY = startY + py * cellsPerPixelY;
    for (let px = 0; px < width; px++) {
      const h = pixelHash(px + worldX, py + worldY);
      const atX = startX + px * cellsPerPixel + (h & 0xffff) * jitterX;
      const atY = baseY + (h >>> 16) * jitterY;
      let place = NOWHERE;
      // Inside, the numbers are small and not negative: `| 0` is a cheap floor.
      if (atX >= 0 && atX < cellColumns && atY >= 0 && atY < cellRows) {
        const cellX = atX | 0;
        const cellY = atY | 0;
        const tile = (cellY >> 4) * tileColumns + (cellX >> 5);
        const frame = tile * TILE_CELLS + ((cellY & 15) << 5) + (cellX & 31);
        if (frame < frames) place = frame;
      }
      places[p++] = place;
    }
  }
}
