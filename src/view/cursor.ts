/** The keyboard's place in the maps: a cell of a node. Arrows move the maps under it, or it when they cannot move. */
import { cellWindow, rectOfCell } from './camera.ts';
import type { Cameras } from './cameras.ts';
import { frameOfCell, type Layout, type Rect } from './layout.ts';

/** Pixels an arrow key moves. */
const STEP = 48;

export class Cursor {
  node = -1;
  column = 0;
  row = 0;

  /** Start in the middle of the first map, if it is nowhere. */
  start(layout: Layout, cameras: Cameras): void {
    if (this.node >= 0 && layout.panels[this.node]?.map != null) return;
    const panel = layout.panels.find((p) => p.map !== null);
    this.node = panel?.node ?? -1;
    if (panel?.map == null) return;
    const window = cellWindow(cameras.of(panel.node), panel);
    this.column = Math.floor(window.x + (panel.map.width / 2) * window.perPixelX);
    this.row = Math.floor(window.y + (panel.map.height / 2) * window.perPixelY);
    this.clamp(layout);
  }

  private clamp(layout: Layout): void {
    const panel = layout.panels[this.node];
    this.column = Math.max(0, Math.min(panel.cellColumns - 1, this.column));
    this.row = Math.max(0, Math.min(panel.cellRows - 1, this.row));
    // The last rows of tiles may be short.
    while (this.row > 0 && frameOfCell(panel, this.column, this.row) < 0) this.row--;
  }

  /** The frame under it, -1 if there is none. */
  frame(layout: Layout): number {
    const panel = layout.panels[this.node];
    return panel === undefined ? -1 : frameOfCell(panel, this.column, this.row);
  }

  rect(layout: Layout, cameras: Cameras): Rect | null {
    const panel = layout.panels[this.node];
    if (panel?.map == null) return null;
    return rectOfCell(cellWindow(cameras.of(this.node), panel), panel.map, this.column, this.row);
  }

  /**
   * An arrow key. Plain: the maps move and the cursor keeps its place on the screen; at their end, or when all is in
   * view, the cursor moves. Fine (shift): the cursor moves one cell and the maps follow. True when the maps moved.
   */
  arrow(layout: Layout, cameras: Cameras, dx: number, dy: number, fine: boolean): boolean {
    this.start(layout, cameras);
    const panel = layout.panels[this.node];
    if (panel?.map == null) return false;
    const before = cellWindow(cameras.of(this.node), panel);
    if (!fine && cameras.pan(layout, this.node, dx * STEP, dy * STEP)) {
      const after = cellWindow(cameras.of(this.node), panel);
      this.column += Math.round(after.x - before.x);
      this.row += Math.round(after.y - before.y);
      this.clamp(layout);
      return true;
    }
    const columns = fine ? 1 : Math.max(1, Math.round(STEP * 0.25 * before.perPixelX));
    const rows = fine ? 1 : Math.max(1, Math.round(STEP * 0.25 * before.perPixelY));
    if (this.crossOver(layout, dx, columns)) return false;
    this.column += dx * columns;
    this.row += dy * rows;
    this.clamp(layout);
    return this.follow(layout, cameras);
  }

  /** Past the side of a map the cursor goes on in the neighbouring node. */
  private crossOver(layout: Layout, dx: number, columns: number): boolean {
    const panel = layout.panels[this.node];
    const next = layout.panels[this.node + dx];
    const over = this.column + dx * columns;
    if (dx === 0 || (over >= 0 && over < panel.cellColumns) || next?.map == null) return false;
    this.row = Math.round((this.row / panel.cellRows) * next.cellRows);
    this.node = next.node;
    this.column = dx > 0 ? 0 : next.cellColumns - 1;
    this.clamp(layout);
    return true;
  }

  /** Move the maps so that the cursor is in view. */
  private follow(layout: Layout, cameras: Cameras): boolean {
    const map = layout.panels[this.node].map;
    const rect = this.rect(layout, cameras);
    if (map === null || rect === null) return false;
    const over = (low: number, size: number, from: number, length: number) =>
      low < from ? low - from : low + size > from + length ? low + size - from - length : 0;
    const dx = over(rect.x, rect.width, map.x, map.width);
    const dy = over(rect.y, rect.height, map.y, map.height);
    return Math.abs(dx) + Math.abs(dy) > 0.5 && cameras.pan(layout, this.node, dx, dy);
  }
}
