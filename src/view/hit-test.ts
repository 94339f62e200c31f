/** What is under a point of the host: pure. */
import type { InspectTarget, ProcessSummary } from '../protocol/summary.ts';
import { cellAt, cellWindow, type Camera } from './camera.ts';
import { contains, frameOfCell, type Layout } from './layout.ts';
import { threadSquares } from './process-rows.ts';

/** The node whose map is at a point, -1 if none. */
export function mapAt(layout: Layout, x: number, y: number): number {
  return layout.panels.findIndex((panel) => panel.map !== null && contains(panel.map, x, y));
}

/** What would be inspected at a point, null for nothing. `shown` are the processes in the rows, in order. */
export function hitTest(
  layout: Layout,
  cameraOf: (node: number) => Camera,
  shown: readonly ProcessSummary[],
  x: number,
  y: number,
): InspectTarget | null {
  for (const panel of layout.panels) {
    if (!contains(panel.rect, x, y)) continue;
    if (panel.map !== null && contains(panel.map, x, y)) {
      const cell = cellAt(cellWindow(cameraOf(panel.node), panel), panel.map, x, y);
      const frame = frameOfCell(panel, Math.floor(cell.column), Math.floor(cell.row));
      return frame < 0 ? null : { kind: 'frame', node: panel.node, frame };
    }
    const key = panel.keys.find((k) => contains(k, x, y));
    if (key !== undefined) return { kind: 'cpu', cpu: key.cpu };
    if (panel.gauge !== null && contains(panel.gauge, x, y)) return { kind: 'daemon', node: panel.node };
    return null;
  }
  for (const row of layout.processRows) {
    const process = shown[row.slot];
    if (process === undefined || !contains(row.rect, x, y)) continue;
    const slots = process.slots ?? 0;
    if (slots > 0 && process.alive && contains(row.strip, x, y)) {
      const slot = Math.min(slots - 1, Math.floor(((x - row.strip.x) / row.strip.width) * slots));
      const page = Math.min(511, Math.floor(((y - row.strip.y) / row.strip.height) * 512));
      return { kind: 'virtual', process: process.index, slot, page };
    }
    const living = process.threads.filter((thread) => thread.state !== 'dead');
    const square = threadSquares(row, living.length).findIndex((s) =>
      contains({ x: s.x - 1, y: s.y - 2, width: s.width + 2, height: s.height + 4 }, x, y),
    );
    if (process.alive && square >= 0) return { kind: 'thread', pid: living[square].pid };
    return { kind: 'process', pid: process.pid };
  }
  return null;
}

/** Whether two targets are the same thing. */
export function sameTarget(a: InspectTarget | null, b: InspectTarget | null): boolean {
  return a === b || (a !== null && b !== null && JSON.stringify(a) === JSON.stringify(b));
}
