/** What the app sees of the picture. */
import type { ColourBy, ViewRequest } from '../protocol/frame.ts';
import type { InspectTarget, MachineInfo, Summary } from '../protocol/summary.ts';

export interface PictureEvents {
  onHover(target: InspectTarget | null, x: number, y: number): void;
  onSelect(target: InspectTarget | null): void;
  onViewChange(): void;
}

/** For pictures that nobody looks at: stills and films. */
export interface PictureOptions {
  /** Canvas pixels per CSS pixel, whatever the screen has. */
  resolution?: number;
  /** Seconds of the effects' clock, instead of the wall's. */
  clock?: () => number;
}

export interface PictureStats {
  /** Frames with new data drawn since the start. */
  freshFrames: number;
  /** Main-thread milliseconds of the last draw, and of the last composition of labels and shapes. */
  drawMs: number;
  composeMs: number;
  /** Host in CSS pixels, canvas in its own. */
  width: number;
  height: number;
  canvasWidth: number;
  canvasHeight: number;
  /** Canvas pixels per CSS pixel, and the share of the screen's sharpness that is (1, 0.75, 0.5). */
  resolution: number;
  sharpness: number;
  backend: 'webgl' | 'canvas2d';
  zoom: number;
  /** Zoom that the maps of the frame drawn last are of: `zoom` once it has caught up. */
  shownZoom: number;
  frameId: number;
  sparks: number;
  arcs: number;
  contextLosses: number;
}

/** Where the window over a node's cells is. */
export interface NodeCamera {
  /** 'all' is the camera that nodes share; a node that was moved with Alt has its own. */
  node: number | 'all';
  /** Centre of the window, 0..1 of the node's cells along each axis. */
  x: number;
  y: number;
  /** 1 shows the whole node. */
  zoom: number;
}

export interface Picture {
  /** A machine has booted: lay out anew, forget old frames. */
  setMachine(machine: MachineInfo, generation: number): void;
  /** At most ten times a second: labels, gauges, process rows. */
  setSummary(summary: Summary): void;
  /** What the next frame must contain, for the current layout and camera. The next drawFrame must answer it. */
  viewRequest(): ViewRequest;
  /** Draw a frame now; false if it is stale (other generation or size). Does not keep the buffer. */
  drawFrame(buffer: ArrayBuffer): boolean;
  setColourBy(c: ColourBy): void;
  setTheme(t: 'dark' | 'light'): void;
  setPalette(p: 'okabe-ito' | 'tol'): void;
  setReducedMotion(on: boolean): void;
  setSelection(target: InspectTarget | null): void;
  /** Zoom a node's map (all share a camera until one is moved with Alt), around a point of the host. */
  zoom(node: number | 'all', factor: number, at?: { x: number; y: number }): void;
  fit(): void;
  /** Move the window over a node's map by pixels; nodes that share the camera move with it. */
  pan(node: number | 'all', dx: number, dy: number): void;
  /** Draw the picture as it is now, labels included, into a context whose unit is a CSS pixel. */
  paint(context: CanvasRenderingContext2D): void;
  /** The cameras that do not show their nodes whole; empty when all do. */
  cameras(): NodeCamera[];
  /** Put the cameras where cameras() said they were; all others show their nodes whole. */
  setCameras(cameras: readonly NodeCamera[]): void;
  /** Where a page frame is drawn, CSS pixels in the host. */
  cellRect(node: number, frame: number): { x: number; y: number; width: number; height: number };
  /** A point on what stands for a target, CSS pixels in the host; null when nothing in view does. */
  pointOf(target: InspectTarget): { x: number; y: number } | null;
  /** For the bench: keep so many sparks and arcs in flight, between places of this machine, whatever the kernel does. */
  flood(sparks: number, arcs: number): void;
  stats(): PictureStats;
  destroy(): void;
}

/** Figures before anything was drawn. */
export function noStats(backend: PictureStats['backend']): PictureStats {
  return {
    freshFrames: 0,
    drawMs: 0,
    composeMs: 0,
    width: 0,
    height: 0,
    canvasWidth: 0,
    canvasHeight: 0,
    resolution: 1,
    sharpness: 1,
    backend,
    zoom: 1,
    shownZoom: 1,
    frameId: -1,
    sparks: 0,
    arcs: 0,
    contextLosses: 0,
  };
}
