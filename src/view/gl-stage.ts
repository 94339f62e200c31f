/** The WebGL stage: Pixi with a handful of meshes and no sprites, filters, text or event system. */
import { Container, WebGLRenderer } from 'pixi.js';
import 'pixi.js/mesh';
// Pages served under a CSP without unsafe-eval must work too.
import 'pixi.js/unsafe-eval';
import { EffectMesh, IndexImage, ShapeMesh, paletteSource } from './gl-parts.ts';
import {
  MAX_FLYING_ARCS,
  MAX_FLYING_SPARKS,
  type CellGrid,
  type EffectList,
  type ImageSpec,
  type Stage,
} from './stage.ts';

/** A few arcs are smooth; in a storm, where none is followed by eye, each has fewer pieces: triangles are what costs. */
const ARC_TIERS = [
  { count: 16, steps: 12 },
  { count: 64, steps: 12 },
  { count: 192, steps: 8, lines: true },
  { count: MAX_FLYING_ARCS, steps: 6, lines: true },
];
const SPARK_TIERS = [128, 512, 1024, MAX_FLYING_SPARKS].map((count) => ({ count, steps: 1 }));

function rgb(colour: number): Float32Array {
  return new Float32Array([(colour >> 16) / 255, ((colour >> 8) & 255) / 255, (colour & 255) / 255]);
}

/** Create the stage on a fresh canvas. Rejects when there is no WebGL 2. */
export async function createGlStage(): Promise<Stage> {
  const canvas = document.createElement('canvas');
  const renderer = new WebGLRenderer();
  await renderer.init({
    canvas,
    width: 16,
    height: 16,
    resolution: 1,
    autoDensity: true,
    antialias: false,
    // The environment's extras (events, accessibility, text) are not wanted; MeshPipe is imported above.
    skipExtensionImports: true,
    preferWebGLVersion: 2,
    powerPreference: 'low-power',
    backgroundAlpha: 1,
  });
  // One-texture batches: the stock 32-way sampler choice costs five times as much on software rasterisers.
  renderer.limits.maxBatchableTextures = 1;
  return new GlStage(renderer, canvas);
}

class GlStage implements Stage {
  readonly backend = 'webgl';
  private readonly root = new Container();
  private readonly maps = new Container();
  private readonly underMesh = new ShapeMesh();
  private readonly overMesh = new ShapeMesh();
  private readonly arcs = new EffectMesh('arc', MAX_FLYING_ARCS, ARC_TIERS);
  private readonly sparks = new EffectMesh('spark', MAX_FLYING_SPARKS, SPARK_TIERS);
  private readonly palettes = { map: paletteSource(), strip: paletteSource() };
  private readonly hatched = { map: false, strip: false };
  private images: IndexImage[] = [];
  private line = rgb(0);
  private tile = rgb(0);

  constructor(
    private readonly renderer: WebGLRenderer,
    readonly canvas: HTMLCanvasElement,
  ) {
    this.root.addChild(this.underMesh.mesh, this.maps, this.overMesh.mesh);
    for (const effects of [this.sparks, this.arcs])
      for (const mesh of effects.meshes) this.root.addChild(mesh);
  }

  get under() {
    return this.underMesh.pen;
  }

  get over() {
    return this.overMesh.pen;
  }

  resize(width: number, height: number, resolution: number): void {
    this.renderer.resize(width, height, resolution);
    this.under.pixel = this.over.pixel = 1 / resolution;
    this.sparks.setPixels(resolution);
  }

  setGround(colour: number): void {
    this.renderer.background.color = colour;
  }

  setGridColours(cell: number, tile: number): void {
    this.line = rgb(cell);
    this.tile = rgb(tile);
  }

  setPalette(which: 'map' | 'strip', rgba: Uint8Array, hatched: boolean): void {
    const source = this.palettes[which];
    (source.resource as Uint8Array).set(rgba);
    source.update();
    this.hatched[which] = hatched;
    for (const image of this.images) if (image.spec.palette === which) image.setHatch(hatched);
    if (which === 'map') this.sparks.setLanded(rgb((rgba[20] << 16) | (rgba[21] << 8) | rgba[22]));
  }

  setImages(specs: readonly ImageSpec[]): void {
    // Most relayouts leave most images as they are.
    const old = this.images;
    this.maps.removeChildren();
    this.images = specs.map((spec, i) =>
      old[i] !== undefined && JSON.stringify(old[i].spec) === JSON.stringify(spec)
        ? old[i]
        : new IndexImage(spec, this.palettes[spec.palette]),
    );
    for (const image of old) if (!this.images.includes(image)) image.destroy();
    for (const image of this.images) {
      image.setHatch(this.hatched[image.spec.palette]);
      this.maps.addChild(image.mesh);
    }
  }

  setGrid(image: number, grid: CellGrid): void {
    this.images[image].setGrid(grid, this.line, this.tile);
  }

  upload(image: number, bytes: Uint8Array): void {
    this.images[image].upload(bytes);
  }

  render(seconds: number, arcs: EffectList, sparks: EffectList, still: boolean): void {
    this.underMesh.sync();
    this.overMesh.sync();
    this.arcs.sync(arcs, seconds, still);
    this.sparks.sync(sparks, seconds, still);
    this.renderer.render(this.root);
  }

  destroy(): void {
    for (const image of this.images) image.destroy();
    this.arcs.destroy();
    this.sparks.destroy();
    this.underMesh.destroy();
    this.overMesh.destroy();
    this.palettes.map.destroy();
    this.palettes.strip.destroy();
    this.renderer.destroy({ removeView: true });
  }
}
