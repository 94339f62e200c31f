/** The camera over a node's cells: pure. Position is a share of the node, so nodes of different size can share it. */
import type { NodePanel, Rect } from './layout.ts';

export interface Camera {
  /** 1 shows the whole node. */
  zoom: number;
  /** Centre of the window, 0..1 of the node's cells along each axis. */
  cx: number;
  cy: number;
}

/** The part of a node that is seen, in cells. */
export interface CellWindow {
  x: number;
  y: number;
  /** Cells per CSS pixel. */
  perPixelX: number;
  perPixelY: number;
}

/** A cell never gets larger than this. */
export const MAX_CELL = 128;

export const FIT: Camera = { zoom: 1, cx: 0.5, cy: 0.5 };

/** Largest zoom that makes sense for a panel: one cell of MAX_CELL pixels. */
export function maxZoom(panel: NodePanel): number {
  if (panel.map === null) return 1;
  return Math.max(1, (MAX_CELL * panel.cellColumns) / panel.map.width);
}

/** The camera kept inside the node. */
export function clampCamera(camera: Camera, limit: number): Camera {
  const zoom = Math.max(1, Math.min(limit, camera.zoom));
  const half = 0.5 / zoom;
  return {
    zoom,
    cx: Math.max(half, Math.min(1 - half, camera.cx)),
    cy: Math.max(half, Math.min(1 - half, camera.cy)),
  };
}

/** Zoom by a factor, keeping the point (u, v) of the map (0..1) over the same cell. */
export function zoomAt(camera: Camera, factor: number, u: number, v: number, limit: number): Camera {
  const zoom = Math.max(1, Math.min(limit, camera.zoom * factor));
  const shift = 1 / camera.zoom - 1 / zoom;
  return clampCamera({ zoom, cx: camera.cx + (u - 0.5) * shift, cy: camera.cy + (v - 0.5) * shift }, limit);
}

/** Move the window by shares of the map's size: (1, 0) looks one whole map width further right. */
export function panBy(camera: Camera, du: number, dv: number, limit: number): Camera {
  return clampCamera(
    { zoom: camera.zoom, cx: camera.cx + du / camera.zoom, cy: camera.cy + dv / camera.zoom },
    limit,
  );
}

/** The window of cells a camera shows in a panel. */
export function cellWindow(camera: Camera, panel: NodePanel): CellWindow {
  const map = panel.map ?? { x: 0, y: 0, width: 1, height: 1 };
  const own = clampCamera(camera, maxZoom(panel));
  const columns = panel.cellColumns / own.zoom;
  const rows = panel.cellRows / own.zoom;
  return {
    x: own.cx * panel.cellColumns - columns / 2,
    y: own.cy * panel.cellRows - rows / 2,
    perPixelX: columns / map.width,
    perPixelY: rows / map.height,
  };
}

/** Cell coordinates (fractional) under a point of the host. */
export function cellAt(window: CellWindow, map: Rect, x: number, y: number): { column: number; row: number } {
  return {
    column: window.x + (x - map.x) * window.perPixelX,
    row: window.y + (y - map.y) * window.perPixelY,
  };
}

/** Rectangle of a cell in the host; may lie outside the map. */
export function rectOfCell(window: CellWindow, map: Rect, column: number, row: number): Rect {
  return {
    x: map.x + (column - window.x) / window.perPixelX,
    y: map.y + (row - window.y) / window.perPixelY,
    width: 1 / window.perPixelX,
    height: 1 / window.perPixelY,
  };
}
