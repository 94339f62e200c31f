/** What the pointer and the keyboard point at, and what they do to the view. */
import type { InspectTarget, ProcessSummary } from '../protocol/summary.ts';
import type { Cameras } from './cameras.ts';
import { Cursor } from './cursor.ts';
import { flowAt } from './flow-hit.ts';
import { hitTest, mapAt, sameTarget } from './hit-test.ts';
import type { Controls } from './interaction.ts';
import { contains, type Layout, type Rect } from './layout.ts';
import type { Figures } from './scene.ts';

/** What pointing needs of the picture. */
export interface Ground {
  layout(): Layout | null;
  shown(): readonly ProcessSummary[];
  figures(): Figures | null;
  readonly cameras: Cameras;
  zoom(node: number | 'all', factor: number, at?: { x: number; y: number }): void;
  pan(node: number, dx: number, dy: number): void;
  fit(): void;
  /** The camera was moved by the cursor. */
  viewChanged(): void;
  /** Other processes are in the rows now. */
  rowsChanged(): void;
  redraw(): void;
  hovered(target: InspectTarget | null, x: number, y: number): void;
  selected(target: InspectTarget | null): void;
}

export class Pointing implements Controls {
  hoverTarget: InspectTarget | null = null;
  hoverPoint: Rect = { x: 0, y: 0, width: 0, height: 0 };
  readonly cursor = new Cursor();
  focused = false;
  private firstRow = 0;
  private readonly ground: Ground;

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** First process row shown, kept within what there is. */
  get scrolled(): number {
    this.firstRow = Math.max(0, Math.min(this.ground.layout()?.hiddenProcesses ?? 0, this.firstRow));
    return this.firstRow;
  }

  /** Another machine: nothing is pointed at; `alike` keeps the keyboard's place. */
  reset(alike: boolean): void {
    this.hoverTarget = null;
    this.firstRow = 0;
    if (!alike) this.cursor.node = -1;
  }

  mapAt(x: number, y: number): number {
    const layout = this.ground.layout();
    return layout === null ? -1 : mapAt(layout, x, y);
  }

  canPan(node: number): boolean {
    return this.ground.cameras.of(node).zoom > 1;
  }

  hover(x: number, y: number): void {
    this.setHover(this.targetAt(x, y), x, y);
  }

  leave(): void {
    this.setHover(null, 0, 0);
  }

  click(x: number, y: number): void {
    this.ground.selected(this.targetAt(x, y));
  }

  zoom(node: number, factor: number, x: number, y: number, alone: boolean): void {
    if (alone) this.ground.cameras.detach(node);
    this.ground.zoom(node, factor, { x, y });
    this.hover(x, y);
  }

  pan(node: number, dx: number, dy: number, alone: boolean): void {
    if (alone) this.ground.cameras.detach(node);
    this.ground.pan(node, dx, dy);
  }

  scroll(x: number, y: number, direction: number): boolean {
    const layout = this.ground.layout();
    if (layout === null || layout.hiddenProcesses === 0 || !contains(layout.processArea, x, y)) return false;
    const before = this.scrolled;
    this.firstRow += direction;
    if (this.scrolled === before) return false;
    this.ground.rowsChanged();
    return true;
  }

  arrow(dx: number, dy: number, fine: boolean): void {
    const layout = this.ground.layout();
    if (layout === null) return;
    this.focused = true;
    if (this.cursor.arrow(layout, this.ground.cameras, dx, dy, fine)) this.ground.viewChanged();
    this.hoverCursor(layout);
  }

  keyZoom(factor: number): void {
    const layout = this.ground.layout();
    const rect = layout !== null && this.focused ? this.cursor.rect(layout, this.ground.cameras) : null;
    this.ground.zoom('all', factor, rect === null ? undefined : centre(rect));
  }

  fit(): void {
    this.ground.fit();
  }

  enter(): void {
    const layout = this.ground.layout();
    if (layout === null) return;
    this.cursor.start(layout, this.ground.cameras);
    const frame = this.cursor.frame(layout);
    if (frame >= 0) this.ground.selected({ kind: 'frame', node: this.cursor.node, frame });
  }

  focus(visible: boolean): void {
    this.focused = visible;
    const layout = this.ground.layout();
    if (visible && layout !== null) this.cursor.start(layout, this.ground.cameras);
    this.ground.redraw();
  }

  private targetAt(x: number, y: number): InspectTarget | null {
    const layout = this.ground.layout();
    if (layout === null) return null;
    // Ribbons are drawn over the edges of panels, maps and keys are not covered by them.
    const target = hitTest(layout, this.ground.cameras.of, this.ground.shown(), x, y);
    const flow = target === null ? flowAt(layout, this.ground.figures(), x, y) : null;
    return flow === null ? target : { kind: 'flow', ...flow };
  }

  private setHover(target: InspectTarget | null, x: number, y: number): void {
    const same = sameTarget(target, this.hoverTarget);
    if (same && target === null) return;
    this.hoverTarget = target;
    this.hoverPoint = { x, y, width: 0, height: 0 };
    if (!same || target?.kind === 'virtual') this.ground.redraw();
    this.ground.hovered(target, x, y);
  }

  /** The keyboard's place is hovered, so that it is explained as the pointer's would be. */
  private hoverCursor(layout: Layout): void {
    const frame = this.cursor.frame(layout);
    const rect = this.cursor.rect(layout, this.ground.cameras);
    if (frame >= 0 && rect !== null) {
      const { x, y } = centre(rect);
      this.setHover({ kind: 'frame', node: this.cursor.node, frame }, x, y);
    }
    this.ground.redraw();
  }
}

function centre(rect: Rect): { x: number; y: number } {
  return { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
}
