/** What the app sees of the picture. */
import type { ColourBy, ViewRequest } from '../protocol/frame.ts';
import type { InspectTarget, MachineInfo, Summary } from '../protocol/summary.ts';

export interface PictureEvents {
  onHover(target: InspectTarget | null, x: number, y: number): void;
  onSelect(target: InspectTarget | null): void;
  onViewChange(): void;
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
