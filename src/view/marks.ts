/** Outlines over the picture: what is hovered, what is selected in a map, where the keyboard is. */
import type { InspectTarget } from '../protocol/summary.ts';
import { cellWindow, rectOfCell, type Camera } from './camera.ts';
import { cellOfFrame, overlap, type Layout, type Rect } from './layout.ts';
import type { Pen } from './pen.ts';
import { threadSquares } from './process-rows.ts';
import { shownProcesses, type Scene } from './scene.ts';

/** Where a page frame is drawn, whether in view or not. */
export function frameRect(
  layout: Layout,
  cameraOf: (node: number) => Camera,
  node: number,
  frame: number,
): Rect | null {
  const panel = layout.panels[node];
  if (panel?.map == null || frame < 0 || frame >= panel.frames) return null;
  const { column, row } = cellOfFrame(panel, frame);
  return rectOfCell(cellWindow(cameraOf(node), panel), panel.map, column, row);
}

/** Small boxes may reach this far over the border of their map. */
const OVERHANG = 4;

/** An outline around what is seen of a cell; tiny cells get a box that can be seen. */
export function outlineCell(pen: Pen, cell: Rect, clip: Rect, colour: number, halo: number): void {
  if (overlap(cell, clip) === null) return;
  const width = Math.max(7, cell.width + 2);
  const height = Math.max(7, cell.height + 2);
  const x = cell.x + cell.width / 2 - width / 2;
  const y = cell.y + cell.height / 2 - height / 2;
  const room = {
    x: clip.x - OVERHANG,
    y: clip.y - OVERHANG,
    width: clip.width + 2 * OVERHANG,
    height: clip.height + 2 * OVERHANG,
  };
  const box = overlap({ x, y, width, height }, room);
  if (box === null) return;
  // A halo keeps the outline visible on cells of its own colour.
  pen.outline(box.x - 1, box.y - 1, box.width + 2, box.height + 2, 0, 1, halo);
  pen.outline(box.x, box.y, box.width, box.height, 0, cell.width > 20 ? 2 : 1, colour);
}

/** Where a CPU, daemon, thread or process is drawn; null for others and for what is not in view. */
export function rectOfTarget(scene: Scene, target: InspectTarget): Rect | null {
  const { layout } = scene;
  switch (target.kind) {
    case 'cpu':
      return layout.panels.flatMap((panel) => panel.keys).find((key) => key.cpu === target.cpu) ?? null;
    case 'daemon':
      return layout.panels[target.node]?.gauge ?? null;
    case 'thread': {
      const shown = shownProcesses(scene);
      for (let i = 0; i < shown.length; i++) {
        const living = shown[i].threads.filter((thread) => thread.state !== 'dead');
        const at = living.findIndex((thread) => thread.pid === target.pid);
        if (at >= 0) return threadSquares(layout.processRows[i], living.length)[at] ?? null;
      }
      return null;
    }
    case 'process': {
      const at = shownProcesses(scene).findIndex((process) => process.pid === target.pid);
      return at < 0 ? null : layout.processRows[at].rect;
    }
    default:
      return null;
  }
}

/** Draw the hover outline. */
export function drawHover(
  pen: Pen,
  scene: Scene,
  cameraOf: (node: number) => Camera,
  target: InspectTarget,
  point: Rect,
): void {
  const c = scene.palette.colours;
  if (target.kind === 'frame') {
    const cell = frameRect(scene.layout, cameraOf, target.node, target.frame);
    const map = scene.layout.panels[target.node].map;
    if (cell !== null && map !== null) outlineCell(pen, cell, map, c.strong, c.ground);
    return;
  }
  if (target.kind === 'virtual') {
    const row = scene.layout.processRows.find(
      (r) => point.y >= r.rect.y && point.y < r.rect.y + r.rect.height,
    );
    if (row !== undefined) pen.rect(Math.round(point.x), row.strip.y, 1, row.strip.height, c.strong);
    return;
  }
  const rect = rectOfTarget(scene, target);
  if (rect === null) return;
  const grow = target.kind === 'process' ? 0 : 2;
  const radius = target.kind === 'process' ? 6 : 3;
  pen.outline(
    rect.x - grow,
    rect.y - grow,
    rect.width + 2 * grow,
    rect.height + 2 * grow,
    radius,
    1,
    c.secondary,
  );
}

/** Draw the selected page frame. */
export function drawSelectedFrame(pen: Pen, scene: Scene, cameraOf: (node: number) => Camera): void {
  const target = scene.selection;
  if (target?.kind !== 'frame') return;
  const cell = frameRect(scene.layout, cameraOf, target.node, target.frame);
  const map = scene.layout.panels[target.node]?.map ?? null;
  if (cell === null || map === null) return;
  const c = scene.palette.colours;
  const grown = {
    x: cell.x - 1,
    y: cell.y - 1,
    width: Math.max(9, cell.width + 2),
    height: Math.max(9, cell.height + 2),
  };
  const centred = {
    ...grown,
    x: cell.x + cell.width / 2 - grown.width / 2,
    y: cell.y + cell.height / 2 - grown.height / 2,
  };
  outlineCell(pen, centred, map, c.accent, c.ground);
}

/** Where the window lies in the whole node, in a corner of a zoomed map. */
export function drawLocator(pen: Pen, scene: Scene, cameraOf: (node: number) => Camera, node: number): void {
  const panel = scene.layout.panels[node];
  const { map } = panel;
  const camera = cameraOf(node);
  if (map === null || camera.zoom < 1.2 || map.height < 60) return;
  const c = scene.palette.colours;
  const width = Math.max(36, Math.round(map.width * 0.13));
  const height = Math.max(24, Math.round((width * map.height) / map.width));
  const x = map.x + map.width - width - 6;
  const y = map.y + 6;
  const window = cellWindow(camera, panel);
  const w = Math.max(3, ((window.perPixelX * map.width) / panel.cellColumns) * width);
  const h = Math.max(3, ((window.perPixelY * map.height) / panel.cellRows) * height);
  pen.rect(x, y, width, height, c.panel, 0.85);
  pen.outline(x, y, width, height, 0, 1, c.secondary);
  const left = Math.min(x + width - w, x + (window.x / panel.cellColumns) * width);
  const top = Math.min(y + height - h, y + (window.y / panel.cellRows) * height);
  pen.rect(left, top, w, h, c.accent);
}
