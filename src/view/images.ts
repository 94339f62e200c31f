/** The images a frame must contain for a layout and its cameras, and our copies of those that came. */
import type { ColourBy, MapRequest, StripRequest, ViewRequest } from '../protocol/frame.ts';
import type { ProcessSummary } from '../protocol/summary.ts';
import { cellWindow, type Camera } from './camera.ts';
import type { Layout } from './layout.ts';
import type { ImageSpec } from './stage.ts';

/** Pixels of an image along x: a multiple of four, at least four (rows are uploaded with four-byte alignment). */
export function imageWidth(cssWidth: number, resolution: number): number {
  return Math.max(4, Math.floor((cssWidth * resolution + 0.01) / 4) * 4);
}

/** Pixels of an image along y. */
export function imageHeight(cssHeight: number, resolution: number): number {
  return Math.max(1, Math.round(cssHeight * resolution));
}

/** The images on the stage for a layout: a map for each node with memory, then a strip for each row. */
export function imageSpecs(layout: Layout, resolution: number): ImageSpec[] {
  const specs: ImageSpec[] = [];
  const add = (rect: ImageSpec['rect'], palette: ImageSpec['palette']) =>
    specs.push({
      rect,
      width: imageWidth(rect.width, resolution),
      height: imageHeight(rect.height, resolution),
      palette,
    });
  for (const panel of layout.panels) if (panel.map !== null) add(panel.map, 'map');
  for (const row of layout.processRows) add(row.strip, 'strip');
  return specs;
}

/** What to ask the worker for. Strips are asked for the processes now in the rows. */
export function buildRequest(
  layout: Layout,
  specs: readonly ImageSpec[],
  cameraOf: (node: number) => Camera,
  shown: readonly ProcessSummary[],
  generation: number,
  colourBy: ColourBy,
): ViewRequest {
  const maps: MapRequest[] = [];
  let i = 0;
  for (const panel of layout.panels) {
    if (panel.map === null) continue;
    const { width, height } = specs[i++];
    const window = cellWindow(cameraOf(panel.node), panel);
    maps.push({
      node: panel.node,
      width,
      height,
      tileColumns: panel.tileColumns,
      x: window.x,
      y: window.y,
      cellsPerPixel: (window.perPixelX * panel.map.width) / width,
      cellsPerPixelY: (window.perPixelY * panel.map.height) / height,
    });
  }
  const strips: StripRequest[] = [];
  for (const process of shown) {
    const { width, height } = specs[i++];
    strips.push({ process: process.index, width, height });
  }
  return { generation, colourBy, maps, strips };
}

/** Bytes of all images of a request. */
export function requestBytes(request: ViewRequest): number {
  let bytes = 0;
  for (const map of request.maps) bytes += map.width * map.height;
  for (const strip of request.strips) bytes += strip.width * strip.height;
  return bytes;
}

/** Our copies of the images, in the order of the specs. */
export class ImageStore {
  specs: ImageSpec[] = [];
  images: Uint8Array[] = [];

  /** New sizes. Images of unchanged size keep their content, others start as "outside". */
  resize(specs: ImageSpec[]): void {
    const old = this.images;
    this.images = specs.map((spec, i) => {
      const size = spec.width * spec.height;
      return old[i]?.length === size && this.specs[i]?.width === spec.width ? old[i] : new Uint8Array(size);
    });
    this.specs = specs;
  }

  clear(): void {
    for (const image of this.images) image.fill(0);
  }

  /** Take the images of a frame that answers `request`; calls `changed` for each. */
  take(bytes: Uint8Array, request: ViewRequest, changed: (image: number) => void): void {
    let at = 0;
    const count = request.maps.length + request.strips.length;
    for (let i = 0; i < count; i++) {
      const image = this.images[i];
      image.set(bytes.subarray(at, at + image.length));
      at += image.length;
      changed(i);
    }
  }
}
