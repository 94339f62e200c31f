/**
 * The picture: fills a host with a canvas and a layer of labels, and keeps both in step with machine, summary, frames
 * and camera. Maps are uploaded with every frame; everything else is composed again at most a dozen times a second.
 */
import {
  H_FRAME_ID,
  H_GENERATION,
  H_IMAGES,
  H_PLAYING,
  H_TICK,
  readFrame,
  type ColourBy,
  type ViewRequest,
} from '../protocol/frame.ts';
import type { InspectTarget, MachineInfo, Summary } from '../protocol/summary.ts';
import { Cameras } from './cameras.ts';
import { cellWindow } from './camera.ts';
import { composePicture, type Parts } from './compose.ts';
import { Effects } from './effects.ts';
import { mapAt, sameTarget } from './hit-test.ts';
import { buildRequest, imageSpecs, ImageStore, requestBytes } from './images.ts';
import { attachInteraction } from './interaction.ts';
import { layoutPicture, type Layout, type Rect } from './layout.ts';
import { mix } from './colour.ts';
import { emphasisOf, paletteBytes, stripPaletteBytes } from './map-palette.ts';
import { floodEffects, type Flood } from './flood.ts';
import { flowPoint } from './flow-hit.ts';
import { frameRect, rectOfTarget } from './marks.ts';
import { addArcs, addSparks, keyIndex } from './moves.ts';
import {
  noStats,
  type NodeCamera,
  type Picture,
  type PictureEvents,
  type PictureOptions,
  type PictureStats,
} from './picture-api.ts';
import { paintLabels } from './paint-labels.ts';
import { Pointing, type Ground } from './pointing.ts';
import { makePalette, NODE_HUES } from './palettes.ts';
import { createOverlay, type Overlay } from './overlay.ts';
import { AdaptiveResolution } from './resolution.ts';
import { copyFigures, shownProcesses, type Scene } from './scene.ts';
import { ARC_LIFE, MAX_FLYING_ARCS, MAX_FLYING_SPARKS, SPARK_LIFE, type Stage } from './stage.ts';
import { createStage } from './stages.ts';

export { pictureHeight } from './layout.ts';

export type { NodeCamera, Picture, PictureEvents, PictureOptions, PictureStats } from './picture-api.ts';

/** Shapes and labels follow the frames at this pace while the simulation runs. */
const COMPOSE_MS = 80;
/** Grid lines appear at this cell size. */
const GRID_CELL = 6;
/** A canvas finer than this gains nothing on maps and costs much. */
const MAX_DEVICE_RATIO = 2;

/** Create the picture in a host. WebGL when there is some, else a plain canvas with a message. */
export async function createPicture(
  host: HTMLElement,
  events: PictureEvents,
  options: PictureOptions = {},
): Promise<Picture> {
  const overlay = createOverlay(host);
  const stage = await createStage();
  return new LivePicture(host, events, overlay, stage, options);
}

class LivePicture implements Picture {
  private generation = -1;
  private layout: Layout | null = null;
  private scene: Scene | null = null;
  private readonly cameraSet = new Cameras();
  private readonly store = new ImageStore();
  private readonly arcs = new Effects(MAX_FLYING_ARCS, ARC_LIFE);
  private readonly sparks = new Effects(MAX_FLYING_SPARKS, SPARK_LIFE);
  private readonly adaptive = new AdaptiveResolution();
  private keys = new Map<number, Rect>();
  private palette = makePalette('dark', 'okabe-ito');
  private colourBy: ColourBy = 'owner';
  private selection: InspectTarget | null = null;
  private still = false;
  private flooded: Flood | null = null;
  /** The request the next frame answers, and whether the layout is still the one it was made for. */
  private request: ViewRequest | null = null;
  private requestFits = false;
  private requestZoom = 1;
  private dirty = true;
  private composedAt = 0;
  private renderedAt = 0;
  private frameAt = 0;
  private loop = 0;
  private gone = false;
  private rebuilding = false;
  private readonly epoch = performance.now();
  private readonly figures: PictureStats;
  private readonly observer: ResizeObserver;
  private readonly detach: () => void;
  private readonly pointing: Pointing;

  constructor(
    private readonly host: HTMLElement,
    private readonly events: PictureEvents,
    private readonly overlay: Overlay,
    private stage: Stage,
    private readonly options: PictureOptions,
  ) {
    this.figures = noStats(stage.backend);
    this.pointing = new Pointing(this.ground());
    this.adopt(stage);
    this.observer = new ResizeObserver(() => this.relayout());
    this.observer.observe(host);
    this.detach = attachInteraction(host, this.pointing);
  }

  setMachine(machine: MachineInfo, generation: number): void {
    const before = this.scene?.machine;
    const alike =
      before !== undefined &&
      before.nodes.length === machine.nodes.length &&
      before.nodes.every((node, i) => node.frames === machine.nodes[i].frames);
    if (!alike) this.cameraSet.fit();
    this.pointing.reset(alike);
    this.generation = generation;
    this.request = null;
    this.figures.frameId = -1;
    this.arcs.clear();
    this.sparks.clear();
    this.store.clear();
    this.scene = {
      machine,
      layout: layoutPicture(1, 1, machine, 0),
      palette: this.palette,
      summary: null,
      figures: null,
      colourBy: this.colourBy,
      selection: this.selection,
      movedUntil: new Float64Array(machine.cpus.length),
      now: 0,
      scroll: 0,
    };
    this.relayout();
  }

  setSummary(summary: Summary): void {
    if (this.scene === null || summary.generation !== this.generation) return;
    const before = this.scene.summary;
    this.scene.summary = summary;
    if (before === null || before.processes.length !== summary.processes.length) this.relayout();
    if (before === null) this.repaint();
    this.invalidate();
  }

  viewRequest(): ViewRequest {
    if (this.layout === null || this.scene === null)
      return { generation: this.generation, colourBy: this.colourBy, maps: [], strips: [] };
    this.scene.scroll = this.pointing.scrolled;
    this.request = buildRequest(
      this.layout,
      this.store.specs,
      this.cameraSet.of,
      shownProcesses(this.scene),
      this.generation,
      this.colourBy,
    );
    this.requestFits = true;
    this.requestZoom = this.cameraSet.of(0).zoom;
    return this.request;
  }

  drawFrame(buffer: ArrayBuffer): boolean {
    const begin = performance.now();
    const { scene, request, layout } = this;
    const frame = readFrame(buffer);
    const { header } = frame;
    if (scene === null || layout === null || request === null || !this.requestFits) return false;
    if (header[H_GENERATION] !== this.generation || header[H_IMAGES] !== requestBytes(request)) return false;
    const fresh = header[H_FRAME_ID] !== this.figures.frameId;
    const playing = header[H_PLAYING] === 1;
    this.figures.frameId = header[H_FRAME_ID];
    this.figures.shownZoom = this.requestZoom;
    this.store.take(frame.images, request, (i) => this.stage.upload(i, this.store.images[i]));
    scene.figures = copyFigures(frame, header[H_TICK], scene.figures);
    if (fresh) {
      this.figures.freshFrames++;
      const now = this.seconds();
      addArcs(frame.moves, this.keys, this.palette, now, this.arcs, scene.movedUntil);
      addSparks(frame.sparks, layout, this.cameraSet.of, this.palette, now, this.sparks);
      if (this.flooded !== null)
        floodEffects(layout, this.palette, now, this.flooded, this.sparks, this.arcs);
      if (playing && this.frameAt > 0 && this.adaptive.add(begin - this.frameAt)) this.relayout();
      this.frameAt = playing ? begin : 0;
    }
    if (!playing || begin - this.composedAt >= COMPOSE_MS) this.dirty = true;
    this.render();
    this.figures.drawMs = performance.now() - begin;
    return true;
  }

  setColourBy(c: ColourBy): void {
    if (this.colourBy === c) return;
    this.colourBy = c;
    this.repaint();
    this.events.onViewChange();
  }

  setTheme(t: 'dark' | 'light'): void {
    this.palette = makePalette(t, this.palette.name);
    this.repaint();
  }

  setPalette(p: 'okabe-ito' | 'tol'): void {
    this.palette = makePalette(this.palette.theme, p);
    this.repaint();
  }

  setReducedMotion(on: boolean): void {
    this.still = on;
    this.invalidate();
  }

  setSelection(target: InspectTarget | null): void {
    if (sameTarget(target, this.selection)) return;
    this.selection = target;
    this.repaint();
  }

  zoom(node: number | 'all', factor: number, at?: { x: number; y: number }): void {
    if (this.layout === null) return;
    const over = at === undefined ? -1 : mapAt(this.layout, at.x, at.y);
    const map = this.layout.panels[over]?.map ?? null;
    const u = map === null || at === undefined ? 0.5 : (at.x - map.x) / map.width;
    const v = map === null || at === undefined ? 0.5 : (at.y - map.y) / map.height;
    if (this.cameraSet.zoom(this.layout, node, factor, u, v)) this.viewChanged();
  }

  fit(): void {
    this.cameraSet.fit();
    this.viewChanged();
  }

  pan(node: number | 'all', dx: number, dy: number): void {
    if (this.layout !== null && this.cameraSet.pan(this.layout, node, dx, dy)) this.viewChanged();
  }

  paint(context: CanvasRenderingContext2D): void {
    const { canvas } = this.stage;
    const { width, height } = this.figures;
    this.render();
    context.drawImage(canvas, 0, 0, width, height);
    paintLabels(context, this.host);
  }

  cameras(): NodeCamera[] {
    return this.cameraSet.list();
  }

  setCameras(cameras: readonly NodeCamera[]): void {
    this.cameraSet.put(cameras);
    this.viewChanged();
  }

  cellRect(node: number, frame: number): Rect {
    const rect = this.layout === null ? null : frameRect(this.layout, this.cameraSet.of, node, frame);
    return rect ?? { x: 0, y: 0, width: 0, height: 0 };
  }

  pointOf(target: InspectTarget): { x: number; y: number } | null {
    const { layout, scene } = this;
    if (layout === null || scene === null) return null;
    if (target.kind === 'flow') return flowPoint(layout, target.from, target.to);
    const rect =
      target.kind === 'frame'
        ? frameRect(layout, this.cameraSet.of, target.node, target.frame)
        : rectOfTarget(scene, target);
    return rect === null ? null : { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
  }

  flood(sparks: number, arcs: number): void {
    this.flooded = sparks > 0 || arcs > 0 ? { sparks, arcs } : null;
  }

  stats(): PictureStats {
    return {
      ...this.figures,
      canvasWidth: this.stage.canvas.width,
      canvasHeight: this.stage.canvas.height,
      backend: this.stage.backend,
      sharpness: this.adaptive.factor,
      zoom: this.cameraSet.of(0).zoom,
      sparks: this.sparks.count,
      arcs: this.arcs.count,
    };
  }

  destroy(): void {
    this.gone = true;
    cancelAnimationFrame(this.loop);
    this.observer.disconnect();
    this.detach();
    this.stage.destroy();
    this.overlay.destroy();
  }

  // ---- inside ----

  private seconds(): number {
    return this.options.clock?.() ?? (performance.now() - this.epoch) / 1000;
  }

  private ground(): Ground {
    return {
      layout: () => this.layout,
      shown: () => (this.scene === null ? [] : shownProcesses(this.scene)),
      figures: () => this.scene?.figures ?? null,
      cameras: this.cameraSet,
      zoom: (node, factor, at) => this.zoom(node, factor, at),
      pan: (node, dx, dy) => this.pan(node, dx, dy),
      fit: () => this.fit(),
      viewChanged: () => this.viewChanged(),
      rowsChanged: () => {
        // The strips on their way are those of other processes.
        this.requestFits = false;
        if (this.scene !== null) this.scene.scroll = this.pointing.scrolled;
        this.invalidate();
        this.events.onViewChange();
      },
      redraw: () => this.invalidate(),
      hovered: (target, x, y) => {
        this.host.style.cursor = target !== null && target.kind !== 'frame' ? 'pointer' : '';
        this.events.onHover(target, x, y);
      },
      selected: (target) => this.events.onSelect(target),
    };
  }

  /** Put a stage into the host and give it everything it needs. */
  private adopt(stage: Stage): void {
    this.stage = stage;
    this.overlay.place(stage);
    stage.canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.rebuild().catch(() => undefined);
    });
  }

  /** The GPU forgot everything: start over on a fresh canvas with our copies of the images. */
  private async rebuild(): Promise<void> {
    if (this.gone || this.rebuilding) return;
    this.rebuilding = true;
    this.figures.contextLosses++;
    const old = this.stage;
    try {
      const stage = await createStage();
      if (this.gone) {
        stage.destroy();
        return;
      }
      old.canvas.remove();
      this.adopt(stage);
      this.relayout(true);
      this.repaint();
      // Pixi may stumble over the dead context while letting go of it.
      old.destroy();
    } finally {
      this.rebuilding = false;
    }
  }

  private relayout(fresh = false): void {
    const { scene } = this;
    const width = Math.floor(this.host.clientWidth);
    const height = Math.floor(this.host.clientHeight);
    if (scene === null || width < 40 || height < 40) return;
    const ratio = Math.min(MAX_DEVICE_RATIO, this.host.ownerDocument.defaultView?.devicePixelRatio ?? 1);
    const resolution = this.options.resolution ?? ratio * this.adaptive.factor;
    const layout = layoutPicture(width, height, scene.machine, scene.summary?.processes.length ?? 0);
    if (
      fresh ||
      this.figures.width !== width ||
      this.figures.height !== height ||
      this.figures.resolution !== resolution
    )
      this.stage.resize(width, height, resolution);
    Object.assign(this.figures, { width, height, resolution });
    this.layout = layout;
    scene.layout = layout;
    this.keys = keyIndex(layout);
    this.arcs.clear();
    this.sparks.clear();
    this.store.resize(imageSpecs(layout, resolution));
    this.stage.setImages(this.store.specs);
    this.store.images.forEach((image, i) => this.stage.upload(i, image));
    this.requestFits = false;
    this.repaint();
    this.events.onViewChange();
  }

  /** Colours changed: palettes, ground, and all shapes. */
  private repaint(): void {
    const { scene, palette } = this;
    if (scene === null) return;
    const c = palette.colours;
    Object.assign(scene, { palette, colourBy: this.colourBy, selection: this.selection });
    const hatched = scene.machine.nodes.length > NODE_HUES;
    const byNode = this.colourBy === 'last_nid' || this.colourBy === 'queued';
    this.stage.setGround(c.ground);
    this.stage.setGridColours(c.panel, mix(c.line, c.text, 0.25));
    this.stage.setPalette(
      'map',
      paletteBytes(palette, this.colourBy, emphasisOf(this.selection, scene.summary)),
      hatched && byNode,
    );
    this.stage.setPalette('strip', stripPaletteBytes(palette), hatched);
    this.updateGrids();
    this.invalidate();
  }

  private updateGrids(): void {
    let image = 0;
    for (const panel of this.layout?.panels ?? []) {
      if (panel.map === null) continue;
      const window = cellWindow(this.cameraSet.of(panel.node), panel);
      const show = 1 / window.perPixelX >= GRID_CELL && 1 / window.perPixelY >= GRID_CELL;
      this.stage.setGrid(image++, { window, show });
    }
  }

  private viewChanged(): void {
    // A finger pans the map once there is something to pan; before that it scrolls the page.
    this.host.style.touchAction = this.cameraSet.zoomed ? 'none' : 'pan-y';
    this.sparks.clear();
    this.updateGrids();
    this.invalidate();
    this.events.onViewChange();
  }

  /** Compose and draw at the next animation frame, unless a frame does it before. */
  private invalidate(): void {
    this.dirty = true;
    this.wake();
  }

  private wake(): void {
    if (this.loop === 0 && !this.gone) this.loop = requestAnimationFrame(this.onAnimationFrame);
  }

  private readonly onAnimationFrame = (): void => {
    this.loop = 0;
    // Frames draw by themselves; this loop serves what moves or changed between them.
    if (performance.now() - this.renderedAt < 9 && !this.dirty) this.wake();
    else this.render();
  };

  private render(): void {
    const { scene, layout } = this;
    if (scene === null || layout === null || this.gone || this.rebuilding) return;
    const now = this.seconds();
    const before = this.arcs.count;
    this.arcs.prune(now);
    this.sparks.prune(now);
    // The dashes around keys end with their arcs.
    if (this.arcs.count < before) this.dirty = true;
    if (this.dirty) this.compose(scene, now);
    this.stage.render(now, this.arcs, this.sparks, this.still);
    this.renderedAt = performance.now();
    if (this.arcs.count + this.sparks.count > 0) this.wake();
  }

  private compose(scene: Scene, now: number): void {
    const begin = performance.now();
    this.dirty = false;
    this.composedAt = begin;
    scene.now = now;
    scene.scroll = this.pointing.scrolled;
    const parts: Parts = {
      stage: this.stage,
      overlay: this.overlay,
      cameras: this.cameraSet,
      store: this.store,
      hover: this.pointing.hoverTarget,
      hoverPoint: this.pointing.hoverPoint,
      cursor: this.pointing.focused ? this.pointing.cursor : null,
    };
    composePicture(scene, parts);
    this.figures.composeMs = performance.now() - begin;
  }
}
