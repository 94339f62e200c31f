/**
 * A small picture of a machine, made to stand beside others: a plain canvas (browsers give out few WebGL contexts), the
 * same frames, the same colours, and one camera for all of them.
 */
import {
  H_FRAME_ID,
  H_GENERATION,
  H_IMAGES,
  H_TICK,
  readFrame,
  type ColourBy,
  type ViewRequest,
} from '../protocol/frame.ts';
import type { MachineInfo, ProcessSummary, Summary } from '../protocol/summary.ts';
import { cellWindow } from './camera.ts';
import { Cameras } from './cameras.ts';
import { createCanvasStage } from './canvas-stage.ts';
import { mix } from './colour.ts';
import { drawCpuKeys } from './cpu-keys.ts';
import { mapAt } from './hit-test.ts';
import { buildRequest, imageSpecs, ImageStore, requestBytes } from './images.ts';
import { attachInteraction, type Controls } from './interaction.ts';
import { TextAreas } from './labels.ts';
import type { Layout, ProcessRow } from './layout.ts';
import { paletteBytes, stripPaletteBytes } from './map-palette.ts';
import { drawNodePanel } from './node-panels.ts';
import {
  makePalette,
  NODE_HUES,
  processColour,
  processLetter,
  type PaletteName,
  type Theme,
} from './palettes.ts';
import { copyFigures, shownProcesses, type Scene, type Tools } from './scene.ts';
import { layoutSmall } from './small-layout.ts';
import type { EffectList } from './stage.ts';

/** Shapes and labels follow the frames at this pace. */
const COMPOSE_MS = 100;
const MAX_DEVICE_RATIO = 1.5;
const GRID_CELL = 6;
const ARROW_PIXELS = 48;
const NO_EFFECTS: EffectList = { data: new Float32Array(0), count: 0, version: 0 };

/** One camera that several small pictures look through. */
export class SharedCamera {
  readonly cameras = new Cameras();
  private readonly pictures = new Set<() => void>();

  /** Call back when it has moved; returns the way to stop. */
  follow(moved: () => void): () => void {
    this.pictures.add(moved);
    return () => this.pictures.delete(moved);
  }

  moved(): void {
    for (const picture of this.pictures) picture();
  }

  fit(): void {
    this.cameras.fit();
    this.moved();
  }
}

/** A small picture that fills a host. */
export class SmallPicture {
  private readonly stage = createCanvasStage();
  private readonly text: TextAreas;
  private readonly layer: HTMLElement;
  private readonly store = new ImageStore();
  private readonly observer: ResizeObserver;
  private readonly detach: (() => void)[];
  private palette = makePalette('dark', 'okabe-ito');
  private colourBy: ColourBy = 'owner';
  private scene: Scene | null = null;
  private layout: Layout | null = null;
  private generation = -1;
  private request: ViewRequest | null = null;
  private composedAt = -Infinity;
  private drawn = { width: 0, height: 0, frameId: -1 };

  /** @param wanted called when a new frame is wanted: size, camera or colours have changed */
  constructor(
    private readonly host: HTMLElement,
    private readonly camera: SharedCamera,
    private readonly wanted: () => void,
  ) {
    Object.assign(this.stage.canvas.style, { position: 'absolute', left: '0', top: '0', display: 'block' });
    this.stage.canvas.setAttribute('aria-hidden', 'true');
    this.layer = document.createElement('div');
    Object.assign(this.layer.style, {
      position: 'absolute',
      inset: '0',
      pointerEvents: 'none',
      overflow: 'hidden',
    });
    host.append(this.stage.canvas, this.layer);
    this.text = new TextAreas(this.layer);
    this.observer = new ResizeObserver(() => this.relayout());
    this.observer.observe(host);
    this.detach = [
      attachInteraction(host, this.controls()),
      camera.follow(() => {
        this.updateGrids();
        this.composedAt = -Infinity;
        this.wanted();
      }),
    ];
  }

  setMachine(machine: MachineInfo, generation: number): void {
    this.generation = generation;
    this.request = null;
    this.store.clear();
    this.scene = {
      machine,
      layout: layoutSmall(1, 1, machine, 0),
      palette: this.palette,
      summary: null,
      figures: null,
      colourBy: this.colourBy,
      selection: null,
      movedUntil: new Float64Array(machine.cpus.length),
      now: 0,
      scroll: 0,
    };
    this.relayout();
  }

  setSummary(summary: Summary): void {
    if (this.scene === null || summary.generation !== this.generation) return;
    const before = this.scene.summary?.processes.length;
    this.scene.summary = summary;
    if (before !== summary.processes.length) this.relayout();
    else this.render();
  }

  setColours(theme: Theme, palette: PaletteName, colourBy: ColourBy): void {
    this.palette = makePalette(theme, palette);
    this.colourBy = colourBy;
    this.repaint();
    this.wanted();
  }

  /** What the next frame must contain; null before there is anything to see. */
  viewRequest(): ViewRequest | null {
    if (this.layout === null || this.scene === null) return null;
    this.request = buildRequest(
      this.layout,
      this.store.specs,
      this.camera.cameras.of,
      shownProcesses(this.scene),
      this.generation,
      this.colourBy,
    );
    return this.request;
  }

  /** Draw the answer to the latest request; false when it is an answer to something else. */
  drawFrame(buffer: ArrayBuffer): boolean {
    const { scene, request } = this;
    const frame = readFrame(buffer);
    const { header } = frame;
    if (scene === null || request === null) return false;
    if (header[H_GENERATION] !== this.generation || header[H_IMAGES] !== requestBytes(request)) return false;
    this.drawn.frameId = header[H_FRAME_ID];
    this.store.take(frame.images, request, (i) => this.stage.upload(i, this.store.images[i]));
    scene.figures = copyFigures(frame, header[H_TICK], scene.figures);
    this.host.dataset.tick = String(header[H_TICK]);
    this.render();
    return true;
  }

  zoom(factor: number): void {
    if (this.layout !== null && this.camera.cameras.zoom(this.layout, 'all', factor)) this.camera.moved();
  }

  destroy(): void {
    this.observer.disconnect();
    for (const stop of this.detach) stop();
    this.stage.destroy();
    this.layer.remove();
  }

  private controls(): Controls {
    const { cameras } = this.camera;
    const nothing = () => undefined;
    const at = (x: number, y: number) => (this.layout === null ? -1 : mapAt(this.layout, x, y));
    return {
      mapAt: at,
      canPan: () => cameras.zoomed,
      hover: nothing,
      leave: nothing,
      click: nothing,
      zoom: (node, factor, x, y) => {
        const map = this.layout?.panels[node]?.map;
        if (!this.layout || !map) return;
        const u = (x - map.x) / map.width;
        const v = (y - map.y) / map.height;
        if (cameras.zoom(this.layout, 'all', factor, u, v)) this.camera.moved();
      },
      pan: (_node, dx, dy) => this.pan(dx, dy),
      scroll: () => false,
      arrow: (dx, dy) => this.pan(dx * ARROW_PIXELS, dy * ARROW_PIXELS),
      keyZoom: (factor) => this.zoom(factor),
      fit: () => this.camera.fit(),
      enter: nothing,
      focus: nothing,
    };
  }

  private pan(dx: number, dy: number): void {
    if (this.layout !== null && this.camera.cameras.pan(this.layout, 'all', dx, dy)) this.camera.moved();
  }

  private relayout(): void {
    const { scene, host } = this;
    const width = Math.floor(host.clientWidth);
    const height = Math.floor(host.clientHeight);
    if (scene === null || width < 40 || height < 40) return;
    const resolution = Math.min(MAX_DEVICE_RATIO, globalThis.devicePixelRatio || 1);
    if (this.drawn.width !== width || this.drawn.height !== height)
      this.stage.resize(width, height, resolution);
    Object.assign(this.drawn, { width, height });
    this.layout = layoutSmall(width, height, scene.machine, scene.summary?.processes.length ?? 0);
    scene.layout = this.layout;
    this.request = null;
    this.store.resize(imageSpecs(this.layout, resolution));
    this.stage.setImages(this.store.specs);
    this.store.images.forEach((image, i) => this.stage.upload(i, image));
    this.repaint();
    this.wanted();
  }

  private repaint(): void {
    const { scene, palette, stage } = this;
    if (scene === null) return;
    Object.assign(scene, { palette, colourBy: this.colourBy });
    const hatched = scene.machine.nodes.length > NODE_HUES;
    stage.setGround(palette.colours.panel);
    stage.setGridColours(palette.colours.panel, mix(palette.colours.line, palette.colours.text, 0.25));
    stage.setPalette('map', paletteBytes(palette, this.colourBy), hatched);
    stage.setPalette('strip', stripPaletteBytes(palette), hatched);
    this.updateGrids();
    this.composedAt = -Infinity;
    this.render();
  }

  private updateGrids(): void {
    let image = 0;
    for (const panel of this.layout?.panels ?? []) {
      if (panel.map === null) continue;
      const window = cellWindow(this.camera.cameras.of(panel.node), panel);
      const show = 1 / window.perPixelX >= GRID_CELL && 1 / window.perPixelY >= GRID_CELL;
      this.stage.setGrid(image++, { window, show });
    }
  }

  private render(): void {
    if (this.scene === null || this.layout === null) return;
    const now = performance.now();
    if (now - this.composedAt >= COMPOSE_MS) {
      this.compose(this.scene, this.layout);
      this.composedAt = now;
    }
    this.stage.render(0, NO_EFFECTS, NO_EFFECTS, true);
  }

  /** The next drawing composes shapes and labels anew, however soon it comes. */
  settle(): void {
    this.composedAt = -Infinity;
    this.render();
  }

  private compose(scene: Scene, layout: Layout): void {
    const { under, over } = this.stage;
    under.clear();
    over.clear();
    const tools: Tools = { under, over, text: this.text };
    for (const panel of layout.panels) {
      drawNodePanel(panel, scene, tools);
      drawCpuKeys(panel, scene, tools);
    }
    shownProcesses(scene).forEach((process, i) => drawSmallRow(layout.processRows[i], process, scene, tools));
    this.text.finish();
  }
}

/** A process in one line: its letter and name, its address space by node, how local it is. */
function drawSmallRow(row: ProcessRow, process: ProcessSummary, scene: Scene, tools: Tools): void {
  const { palette } = scene;
  const c = palette.colours;
  const { info, strip, bars } = row;
  const hue = processColour(palette, process.index);
  tools.under.roundRect(info.x, info.y + 2, 10, 10, 2, process.alive ? hue : mix(hue, c.panel, 0.7));
  const ink = process.alive ? c.text : c.secondary;
  const name = `${processLetter(process.index)} ${process.name}`;
  tools.text.area(`name${row.slot}`, info).put(name, info.x + 16, info.y, info.width - 20, 'small', ink);
  tools.under.outline(strip.x - 1, strip.y - 1, strip.width + 2, strip.height + 2, 0, 1, c.line);
  const words = process.alive
    ? `${Math.round(process.localShare * 100)} % local`
    : `exited ${process.elapsedS.toFixed(1)} s`;
  tools.text.area(`words${row.slot}`, bars).put(words, bars.x, bars.y, bars.width, 'small', c.secondary, {
    align: 'right',
  });
}
