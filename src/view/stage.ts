/** The surface the picture is drawn on. Two exist: WebGL through Pixi, and a plain 2D canvas when there is no WebGL. */
import type { CellWindow } from './camera.ts';
import type { Rect } from './layout.ts';
import type { Pen } from './pen.ts';

/** An image of palette indices on the stage. */
export interface ImageSpec {
  rect: Rect;
  /** Pixels of the image; width a multiple of four. */
  width: number;
  height: number;
  /** Which palette its indices mean. */
  palette: 'map' | 'strip';
}

/** How a map's cells lie under its image; grid lines are drawn when cells are large enough. */
export interface CellGrid {
  window: CellWindow;
  show: boolean;
}

/** Words an effect takes in its list: two texels of four floats. */
export const EFFECT_WORDS = 8;
export const MAX_FLYING_SPARKS = 2048;
export const MAX_FLYING_ARCS = 512;

/**
 * Arcs and sparks are functions of time: a list entry is
 * x0, y0, x1, y1, start (s), lift or size (px), kind, colour (0xRRGGBB).
 */
export interface EffectList {
  data: Float32Array;
  count: number;
  /** Counts changes of the data. */
  version: number;
}

export interface Stage {
  readonly backend: 'webgl' | 'canvas2d';
  readonly canvas: HTMLCanvasElement;
  /** Shapes under the images and over them. */
  readonly under: Pen;
  readonly over: Pen;
  /** Size in CSS pixels, and canvas pixels per CSS pixel. */
  resize(width: number, height: number, resolution: number): void;
  setGround(colour: number): void;
  setGridColours(cell: number, tile: number): void;
  setPalette(which: 'map' | 'strip', rgba: Uint8Array, hatched: boolean): void;
  /** Which images there are; called on relayout. */
  setImages(specs: readonly ImageSpec[]): void;
  setGrid(image: number, grid: CellGrid): void;
  /** New indices for an image; the bytes must stay valid until the next call for it. */
  upload(image: number, bytes: Uint8Array): void;
  /** Draw everything; `seconds` is the effects' clock. `still`: effects show their end state only. */
  render(seconds: number, arcs: EffectList, sparks: EffectList, still: boolean): void;
  destroy(): void;
}

/** Effect lifetimes in seconds. */
export const ARC_LIFE = 1.1;
export const ARC_GROW = 0.22;
export const SPARK_FLIGHT = 0.42;
export const SPARK_LIFE = 0.7;
