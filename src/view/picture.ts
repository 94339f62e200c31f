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
import { Cursor } from './cursor.ts';
import { Effects } from './effects.ts';
import { hitTest, mapAt, sameTarget } from './hit-test.ts';
import { buildRequest, imageSpecs, ImageStore, requestBytes } from './images.ts';
import { attachInteraction, type Controls } from './interaction.ts';
import { contains, layoutPicture, type Layout, type Rect } from './layout.ts';
import { mix } from './colour.ts';
import { paletteBytes, stripPaletteBytes, type Emphasis } from './map-palette.ts';
import { frameRect } from './marks.ts';
import { addArcs, addSparks, keyIndex } from './moves.ts';
import { makePalette, NODE_HUES } from './palettes.ts';
import { createOverlay, type Overlay } from './overlay.ts';
import { AdaptiveResolution } from './resolution.ts';
import { copyFigures, shownProcesses, type Scene } from './scene.ts';
import { ARC_LIFE, MAX_FLYING_ARCS, MAX_FLYING_SPARKS, SPARK_LIFE, type Stage } from './stage.ts';
import { createStage } from './stages.ts';

export { pictureHeight } from './layout.ts';

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
  pan(node: number, dx: number, dy: number): void;
  /** Where a page frame is drawn, CSS pixels in the host. */
  cellRect(node: number, frame: number): { x: number; y: number; width: number; height: number };
  stats(): PictureStats;
  destroy(): void;
}

/** Shapes and labels follow the frames at this pace while the simulation runs. */
const COMPOSE_MS = 80;
/** Grid lines appear at this cell size. */
const GRID_CELL = 6;
/** A canvas finer than this gains nothing on maps and costs much. */
const MAX_DEVICE_RATIO = 2;

/** Create the picture in a host. WebGL when there is some, else a plain canvas with a message. */
export async function createPicture(host: HTMLElement, events: PictureEvents): Promise<Picture> {
  const overlay = createOverlay(host);
  const stage = await createStage();
  return new LivePicture(host, events, overlay, stage);
}

class LivePicture implements Picture {
  private generation = -1;
  private layout: Layout | null = null;
  private scene: Scene | null = null;
  private readonly cameras = new Cameras();
  private readonly cursor = new Cursor();
  private readonly store = new ImageStore();
  private readonly arcs = new Effects(MAX_FLYING_ARCS, ARC_LIFE);
  private readonly sparks = new Effects(MAX_FLYING_SPARKS, SPARK_LIFE);
  private readonly adaptive = new AdaptiveResolution();
  private keys = new Map<number, Rect>();
  private palette = makePalette('dark', 'okabe-ito');
  private colourBy: ColourBy = 'owner';
  private selection: InspectTarget | null = null;
  private hover: InspectTarget | null = null;
  private hoverPoint: Rect = { x: 0, y: 0, width: 0, height: 0 };
  private focused = false;
  private still = false;
  private scroll = 0;
  /** The request the next frame answers, and whether the layout is still the one it was made for. */
  private request: ViewRequest | null = null;
  private requestFits = false;
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

  constructor(
    private readonly host: HTMLElement,
    private readonly events: PictureEvents,
    private readonly overlay: Overlay,
    private stage: Stage,
  ) {
    this.figures = {
      freshFrames: 0,
      drawMs: 0,
      composeMs: 0,
      width: 0,
      height: 0,
      canvasWidth: 0,
      canvasHeight: 0,
      resolution: 1,
      sharpness: 1,
      backend: stage.backend,
      zoom: 1,
      frameId: -1,
      sparks: 0,
      arcs: 0,
      contextLosses: 0,
    };
    this.adopt(stage);
    this.observer = new ResizeObserver(() => this.relayout());
    this.observer.observe(host);
    this.detach = attachInteraction(host, this.controls());
  }

  setMachine(machine: MachineInfo, generation: number): void {
    const before = this.scene?.machine;
    const alike =
      before !== undefined &&
      before.nodes.length === machine.nodes.length &&
      before.nodes.every((node, i) => node.frames === machine.nodes[i].frames);
    if (!alike) {
      this.cameras.fit();
      this.cursor.node = -1;
    }
    this.generation = generation;
    this.request = null;
    this.figures.frameId = -1;
    this.scroll = 0;
    this.hover = null;
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
    this.scene.scroll = this.clampScroll();
    this.request = buildRequest(
      this.layout,
      this.store.specs,
      this.cameras.of,
      shownProcesses(this.scene),
      this.generation,
      this.colourBy,
    );
    this.requestFits = true;
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
    this.store.take(frame.images, request, (i) => this.stage.upload(i, this.store.images[i]));
    scene.figures = copyFigures(frame, header[H_TICK], scene.figures);
    if (fresh) {
      this.figures.freshFrames++;
      const now = this.seconds();
      addArcs(frame.moves, this.keys, this.palette, now, this.arcs, scene.movedUntil);
      addSparks(frame.sparks, layout, this.cameras.of, this.palette, now, this.sparks);
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
    if (this.cameras.zoom(this.layout, node, factor, u, v)) this.viewChanged();
  }

  fit(): void {
    this.cameras.fit();
    this.viewChanged();
  }

  pan(node: number, dx: number, dy: number): void {
    if (this.layout !== null && this.cameras.pan(this.layout, node, dx, dy)) this.viewChanged();
  }

  cellRect(node: number, frame: number): Rect {
    const rect = this.layout === null ? null : frameRect(this.layout, this.cameras.of, node, frame);
    return rect ?? { x: 0, y: 0, width: 0, height: 0 };
  }

  stats(): PictureStats {
    return {
      ...this.figures,
      canvasWidth: this.stage.canvas.width,
      canvasHeight: this.stage.canvas.height,
      backend: this.stage.backend,
      sharpness: this.adaptive.factor,
      zoom: this.cameras.of(0).zoom,
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
    return (performance.now() - this.epoch) / 1000;
  }

  private clampScroll(): number {
    this.scroll = Math.max(0, Math.min(this.layout?.hiddenProcesses ?? 0, this.scroll));
    return this.scroll;
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
    const resolution = ratio * this.adaptive.factor;
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
    this.stage.setPalette('map', paletteBytes(palette, this.colourBy, this.emphasis()), hatched && byNode);
    this.stage.setPalette('strip', stripPaletteBytes(palette), hatched);
    this.updateGrids();
    this.invalidate();
  }

  /** A selected process or thread stands out in the maps. */
  private emphasis(): Emphasis | null {
    const { selection, scene } = this;
    if (selection === null || scene?.summary == null) return null;
    for (const process of scene.summary.processes) {
      if (selection.kind === 'process' && process.pid === selection.pid)
        return { process: process.index, thread: -1 };
      if (selection.kind !== 'thread') continue;
      const thread = process.threads.find((each) => each.pid === selection.pid);
      if (thread !== undefined) return { process: process.index, thread: thread.index };
    }
    return null;
  }

  private updateGrids(): void {
    let image = 0;
    for (const panel of this.layout?.panels ?? []) {
      if (panel.map === null) continue;
      const window = cellWindow(this.cameras.of(panel.node), panel);
      const show = 1 / window.perPixelX >= GRID_CELL && 1 / window.perPixelY >= GRID_CELL;
      this.stage.setGrid(image++, { window, show });
    }
  }

  private viewChanged(): void {
    // A finger pans the map once there is something to pan; before that it scrolls the page.
    this.host.style.touchAction = this.cameras.zoomed ? 'none' : 'pan-y';
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
    scene.scroll = this.clampScroll();
    const parts: Parts = {
      stage: this.stage,
      overlay: this.overlay,
      cameras: this.cameras,
      store: this.store,
      hover: this.hover,
      hoverPoint: this.hoverPoint,
      cursor: this.focused ? this.cursor : null,
    };
    composePicture(scene, parts);
    this.figures.composeMs = performance.now() - begin;
  }

  private targetAt(x: number, y: number): InspectTarget | null {
    if (this.layout === null || this.scene === null) return null;
    return hitTest(this.layout, this.cameras.of, shownProcesses(this.scene), x, y);
  }

  private setHover(target: InspectTarget | null, x: number, y: number): void {
    const same = sameTarget(target, this.hover);
    if (same && target === null) return;
    this.hover = target;
    this.hoverPoint = { x, y, width: 0, height: 0 };
    this.host.style.cursor = target !== null && target.kind !== 'frame' ? 'pointer' : '';
    if (!same || target?.kind === 'virtual') this.invalidate();
    this.events.onHover(target, x, y);
  }

  /** The keyboard's place is hovered, so that it is explained as the pointer's would be. */
  private hoverCursor(): void {
    if (this.layout === null) return;
    const frame = this.cursor.frame(this.layout);
    const rect = this.cursor.rect(this.layout, this.cameras);
    if (frame >= 0 && rect !== null) {
      const target: InspectTarget = { kind: 'frame', node: this.cursor.node, frame };
      this.setHover(target, rect.x + rect.width / 2, rect.y + rect.height / 2);
    }
    this.invalidate();
  }

  private controls(): Controls {
    return {
      mapAt: (x, y) => (this.layout === null ? -1 : mapAt(this.layout, x, y)),
      canPan: (node) => this.cameras.of(node).zoom > 1,
      hover: (x, y) => this.setHover(this.targetAt(x, y), x, y),
      leave: () => this.setHover(null, 0, 0),
      click: (x, y) => this.events.onSelect(this.targetAt(x, y)),
      zoom: (node, factor, x, y, alone) => {
        if (alone) this.cameras.detach(node);
        this.zoom(node, factor, { x, y });
        this.setHover(this.targetAt(x, y), x, y);
      },
      pan: (node, dx, dy, alone) => {
        if (alone) this.cameras.detach(node);
        this.pan(node, dx, dy);
      },
      scroll: (x, y, direction) => {
        if (this.layout === null || this.layout.hiddenProcesses === 0) return false;
        if (!contains(this.layout.processArea, x, y)) return false;
        const before = this.scroll;
        this.scroll += direction;
        if (this.clampScroll() === before) return false;
        // The strips asked for are those of other processes now.
        this.requestFits = false;
        this.invalidate();
        this.events.onViewChange();
        return true;
      },
      arrow: (dx, dy, fine) => {
        if (this.layout === null) return;
        if (this.cursor.arrow(this.layout, this.cameras, dx, dy, fine)) this.viewChanged();
        this.hoverCursor();
      },
      keyZoom: (factor) => {
        const rect =
          this.layout !== null && this.focused ? this.cursor.rect(this.layout, this.cameras) : null;
        this.zoom(
          'all',
          factor,
          rect === null ? undefined : { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 },
        );
      },
      fit: () => this.fit(),
      enter: () => {
        if (this.layout === null) return;
        this.cursor.start(this.layout, this.cameras);
        const frame = this.cursor.frame(this.layout);
        if (frame >= 0) this.events.onSelect({ kind: 'frame', node: this.cursor.node, frame });
      },
      focus: (visible) => {
        this.focused = visible;
        if (visible && this.layout !== null) this.cursor.start(this.layout, this.cameras);
        this.invalidate();
      },
    };
  }
}
