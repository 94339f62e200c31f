/** Which arrow between nodes is under a point, and where an arrow can be pointed at: pure. */
import { DRAWN, flowsOf, flowWidth, pairArrow, ribbonPath, ribbonWidth } from './flows.ts';
import type { Layout } from './layout.ts';
import type { Figures } from './scene.ts';

/** Arrows are easier to hit than they are wide. */
const REACH = 6;
/** The numbers of an arrow between two nodes stand below it and belong to it. */
const LABEL_HEIGHT = 34;

/** The flow whose arrow is at a point, null for none. */
export function flowAt(
  layout: Layout,
  figures: Figures | null,
  x: number,
  y: number,
): { from: number; to: number } | null {
  const nodes = layout.panels.length;
  if (figures === null || nodes < 2) return null;
  for (const { from, to, pagesPerSecond } of flowsOf(figures, nodes).slice(0, DRAWN)) {
    const hit =
      nodes === 2
        ? hitsPair(layout, from, pagesPerSecond, x, y)
        : distanceTo(ribbonPath(layout, from, to), x, y) <= ribbonWidth(layout, pagesPerSecond) / 2 + REACH;
    if (hit) return { from, to };
  }
  return null;
}

/** A point on the arrow of a flow, whether it is drawn now or not; null when there cannot be one. */
export function flowPoint(layout: Layout, from: number, to: number): { x: number; y: number } | null {
  const nodes = layout.panels.length;
  if (from === to || !layout.panels[from] || !layout.panels[to]) return null;
  if (nodes === 2) {
    const { x0, y0, x1, y1 } = pairArrow(layout, from);
    return { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
  }
  const points = ribbonPath(layout, from, to);
  const middle = Math.floor(points.length / 4) * 2;
  return { x: points[middle], y: points[middle + 1] };
}

function hitsPair(layout: Layout, from: number, pagesPerSecond: number, x: number, y: number): boolean {
  const { x0, y0, x1, y1 } = pairArrow(layout, from);
  const half = flowWidth(pagesPerSecond) / 2 + REACH;
  if (layout.stacked) return Math.abs(x - x0) <= half && y >= Math.min(y0, y1) && y <= Math.max(y0, y1);
  return x >= Math.min(x0, x1) && x <= Math.max(x0, x1) && y >= y0 - half && y <= y0 + half + LABEL_HEIGHT;
}

/** Distance of a point from a line of points. */
function distanceTo(points: readonly number[], x: number, y: number): number {
  let least = Infinity;
  for (let i = 0; i + 3 < points.length; i += 2) {
    const [ax, ay, bx, by] = points.slice(i, i + 4);
    const [dx, dy] = [bx - ax, by - ay];
    const length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return least;
}
