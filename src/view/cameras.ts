/** The cameras of all nodes: one shared by default, so that the same place of every node is seen; a node can leave. */
import { clampCamera, FIT, maxZoom, panBy, zoomAt, type Camera } from './camera.ts';
import type { Layout } from './layout.ts';
import type { NodeCamera } from './picture-api.ts';

export class Cameras {
  private shared: Camera = FIT;
  private readonly own = new Map<number, Camera>();

  of = (node: number): Camera => this.own.get(node) ?? this.shared;

  /** Largest zoom over all nodes: each node clamps to its own. */
  private limit(layout: Layout, node: number | 'all'): number {
    if (node !== 'all' && this.own.has(node)) return maxZoom(layout.panels[node]);
    return Math.max(...layout.panels.map(maxZoom));
  }

  private place(node: number | 'all', camera: Camera): boolean {
    const before = node === 'all' ? this.shared : this.of(node);
    if (node !== 'all' && this.own.has(node)) this.own.set(node, camera);
    else this.shared = camera;
    return before.zoom !== camera.zoom || before.cx !== camera.cx || before.cy !== camera.cy;
  }

  /** From now on this node has a camera of its own, until fit(). */
  detach(node: number): void {
    if (!this.own.has(node)) this.own.set(node, this.shared);
  }

  /** Zoom around a point of the map (0..1); true when anything changed. */
  zoom(layout: Layout, node: number | 'all', factor: number, u = 0.5, v = 0.5): boolean {
    const limit = this.limit(layout, node);
    if (node === 'all') {
      for (const [each, camera] of this.own) this.own.set(each, zoomAt(camera, factor, u, v, limit));
      return this.place('all', zoomAt(this.shared, factor, u, v, limit)) || this.own.size > 0;
    }
    return this.place(node, zoomAt(this.of(node), factor, u, v, limit));
  }

  /**
   * Move the window by pixels of the host (positive looks right and down); true when anything changed. For 'all' each
   * camera moves once, however many nodes look through it.
   */
  pan(layout: Layout, node: number | 'all', dx: number, dy: number): boolean {
    if (node === 'all') {
      const linked = layout.panels.find((panel) => panel.map !== null && !this.own.has(panel.node));
      const nodes = [...this.own.keys(), ...(linked ? [linked.node] : [])];
      return nodes.map((each) => this.pan(layout, each, dx, dy)).includes(true);
    }
    const map = layout.panels[node]?.map;
    if (map == null) return false;
    return this.place(node, panBy(this.of(node), dx / map.width, dy / map.height, this.limit(layout, node)));
  }

  fit(): void {
    this.shared = FIT;
    this.own.clear();
  }

  /** What is not seen whole, the shared camera first. */
  list(): NodeCamera[] {
    const entries: [number | 'all', Camera][] = [['all', this.shared], ...this.own];
    return entries
      .filter(([node, { zoom }]) => zoom > 1 || (node !== 'all' && this.shared.zoom > 1))
      .map(([node, { cx, cy, zoom }]) => ({ node, x: cx, y: cy, zoom }));
  }

  /** Start over with these; each node clamps to what makes sense for it. */
  put(cameras: readonly NodeCamera[]): void {
    this.fit();
    for (const { node, x, y, zoom } of cameras) {
      const camera = clampCamera({ cx: x, cy: y, zoom }, Infinity);
      if (node === 'all') this.shared = camera;
      else this.own.set(node, camera);
    }
  }

  get zoomed(): boolean {
    return this.shared.zoom > 1 || [...this.own.values()].some((camera) => camera.zoom > 1);
  }
}
