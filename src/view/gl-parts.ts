/** The Pixi meshes of the WebGL stage: shapes, an index image, effects. All with custom shaders, none with textures
 * Pixi would collect. */
import {
  Buffer,
  BufferImageSource,
  BufferUsage,
  Geometry,
  GlProgram,
  Mesh,
  Shader,
  State,
  UniformGroup,
} from 'pixi.js';
import type { CellGrid, EffectList, ImageSpec } from './stage.ts';
import { EFFECT_WORDS } from './stage.ts';
import { TrianglePen, VERTEX_WORDS } from './pen.ts';
import {
  ARC_FRAGMENT,
  ARC_VERTEX,
  DETAILED_FRAGMENT,
  IMAGE_FRAGMENT,
  IMAGE_VERTEX,
  SHAPE_FRAGMENT,
  SHAPE_VERTEX,
  SPARK_FRAGMENT,
  SPARK_VERTEX,
} from './shaders.ts';

type AnyMesh = Mesh<Geometry, Shader>;

function drawState(blend: boolean): State {
  const state = new State();
  state.blend = blend;
  state.depthTest = false;
  state.culling = false;
  return state;
}

function keep<T extends { autoGarbageCollect: boolean }>(resource: T): T {
  // Data textures live as long as the stage; Pixi's collector must not take them after a pause.
  resource.autoGarbageCollect = false;
  return resource;
}

function dynamicBuffer(data: Float32Array | Uint32Array, usage: number): Buffer {
  return keep(new Buffer({ data, usage: usage | BufferUsage.COPY_DST, shrinkToFit: false }));
}

/** Shapes of a TrianglePen, one draw call. */
export class ShapeMesh {
  readonly pen = new TrianglePen();
  readonly mesh: AnyMesh;
  private readonly vertices: Buffer;
  private readonly indices: Buffer;
  private readonly geometry: Geometry;
  private drawn = -1;

  constructor() {
    this.vertices = dynamicBuffer(this.pen.floats, BufferUsage.VERTEX);
    this.indices = dynamicBuffer(this.pen.indices.subarray(0, 3), BufferUsage.INDEX);
    this.geometry = keep(
      new Geometry({
        attributes: {
          aPosition: { buffer: this.vertices, format: 'float32x2', stride: VERTEX_WORDS * 4, offset: 0 },
          aColour: { buffer: this.vertices, format: 'unorm8x4', stride: VERTEX_WORDS * 4, offset: 8 },
        },
        indexBuffer: this.indices,
      }),
    );
    const shader = new Shader({
      glProgram: GlProgram.from({ vertex: SHAPE_VERTEX, fragment: SHAPE_FRAGMENT }),
    });
    this.mesh = new Mesh({ geometry: this.geometry, shader, state: drawState(true) });
  }

  /** Upload what the pen drew, if it drew anything since. */
  sync(): void {
    const pen = this.pen;
    if (this.drawn === pen.version) return;
    this.drawn = pen.version;
    this.mesh.visible = pen.indexCount > 0;
    if (pen.indexCount === 0) return;
    this.vertices.setDataWithSize(pen.floats, pen.vertexCount * VERTEX_WORDS, true);
    this.indices.data = pen.indices.subarray(0, pen.indexCount);
  }

  destroy(): void {
    this.mesh.destroy();
    this.geometry.destroy(true);
  }
}

/** A texture of 256 colours. */
export function paletteSource(): BufferImageSource {
  return keep(
    new BufferImageSource({
      resource: new Uint8Array(1024),
      width: 256,
      height: 1,
      format: 'rgba8unorm',
      alphaMode: 'no-premultiply-alpha',
      scaleMode: 'nearest',
    }),
  );
}

/** One image of palette indices. Two shaders: the bare one, and one with grid and hatching. */
export class IndexImage {
  readonly mesh: AnyMesh;
  private readonly geometry: Geometry;
  private readonly source: BufferImageSource;
  private readonly bare: Shader;
  private readonly detailed: Shader;
  private readonly uniforms: UniformGroup;
  private grid = false;
  private hatch = false;

  constructor(
    readonly spec: ImageSpec,
    palette: BufferImageSource,
  ) {
    const { rect, width, height } = spec;
    this.source = keep(
      new BufferImageSource({
        resource: new Uint8Array(width * height),
        width,
        height,
        format: 'r8unorm',
        alphaMode: 'no-premultiply-alpha',
        scaleMode: 'nearest',
      }),
    );
    const right = rect.x + rect.width;
    const bottom = rect.y + rect.height;
    this.geometry = keep(
      new Geometry({
        attributes: {
          aPosition: {
            buffer: new Float32Array([rect.x, rect.y, right, rect.y, right, bottom, rect.x, bottom]),
            format: 'float32x2',
          },
          aUV: { buffer: new Float32Array([0, 0, 1, 0, 1, 1, 0, 1]), format: 'float32x2' },
        },
        indexBuffer: new Uint32Array([0, 1, 2, 0, 2, 3]),
      }),
    );
    this.uniforms = new UniformGroup({
      uWindow: { value: new Float32Array(4), type: 'vec4<f32>' },
      uCell: { value: new Float32Array([1, 1]), type: 'vec2<f32>' },
      uLine: { value: new Float32Array(3), type: 'vec3<f32>' },
      uTileLine: { value: new Float32Array(3), type: 'vec3<f32>' },
      uGrid: { value: 0, type: 'f32' },
      uHatch: { value: 0, type: 'f32' },
      uSize: { value: new Float32Array([rect.width, rect.height]), type: 'vec2<f32>' },
    });
    this.bare = new Shader({
      glProgram: GlProgram.from({ vertex: IMAGE_VERTEX, fragment: IMAGE_FRAGMENT }),
      resources: { uImage: this.source, uPalette: palette },
    });
    this.detailed = new Shader({
      glProgram: GlProgram.from({ vertex: IMAGE_VERTEX, fragment: DETAILED_FRAGMENT }),
      resources: { uImage: this.source, uPalette: palette, detail: this.uniforms },
    });
    this.mesh = new Mesh({ geometry: this.geometry, shader: this.bare, state: drawState(false) });
  }

  private choose(): void {
    this.mesh.shader = this.grid || this.hatch ? this.detailed : this.bare;
  }

  setHatch(on: boolean): void {
    this.hatch = on;
    (this.uniforms.uniforms as Record<string, unknown>).uHatch = on ? 1 : 0;
    this.choose();
  }

  setGrid(grid: CellGrid, line: Float32Array, tile: Float32Array): void {
    this.grid = grid.show;
    const u = this.uniforms.uniforms as Record<string, unknown>;
    const { rect } = this.spec;
    const w = grid.window;
    u.uGrid = grid.show ? 1 : 0;
    u.uWindow = new Float32Array([w.x, w.y, rect.width * w.perPixelX, rect.height * w.perPixelY]);
    u.uCell = new Float32Array([1 / w.perPixelX, 1 / w.perPixelY]);
    u.uLine = line;
    u.uTileLine = tile;
    this.choose();
  }

  upload(bytes: Uint8Array): void {
    this.source.resource = bytes;
    this.source.update();
  }

  destroy(): void {
    // Neither Pixi nor its collector frees what a mesh was made of.
    this.mesh.destroy();
    this.geometry.destroy(true);
    this.bare.destroy();
    this.detailed.destroy();
    this.source.destroy();
  }
}

/** Texels in a row of an effect's data texture. */
const DATA_WIDTH = 64;

/** A geometry for at most so many effects, arcs of so many pieces, as ribbons or as lines a pixel wide. */
export interface EffectTier {
  count: number;
  steps: number;
  lines?: boolean;
}

/** Many small things whose place is a function of time: their parameters are in a texture the vertex shader reads.
 * Not instanced (software rasterisers pay per instance); a few geometries of growing size, the smallest that holds
 * what is alive is drawn. */
export class EffectMesh {
  readonly meshes: AnyMesh[] = [];
  private readonly source: BufferImageSource;
  private readonly uniforms: UniformGroup;
  private readonly texels: Float32Array;
  private readonly shader: Shader;
  private version = -1;

  constructor(
    kind: 'arc' | 'spark',
    capacity: number,
    private readonly tiers: readonly EffectTier[],
  ) {
    const height = Math.ceil((capacity * 2) / DATA_WIDTH);
    this.texels = new Float32Array(DATA_WIDTH * height * 4);
    this.source = keep(
      new BufferImageSource({
        resource: this.texels,
        width: DATA_WIDTH,
        height,
        format: 'rgba32float',
        alphaMode: 'no-premultiply-alpha',
        scaleMode: 'nearest',
      }),
    );
    this.uniforms = new UniformGroup({
      uTime: { value: 0, type: 'f32' },
      uStill: { value: 0, type: 'f32' },
      uDataSize: { value: new Float32Array([DATA_WIDTH, height]), type: 'vec2<f32>' },
      uSteps: { value: 1, type: 'f32' },
      uPixels: { value: 1, type: 'f32' },
      uLanded: { value: new Float32Array([1, 1, 1]), type: 'vec3<f32>' },
    });
    const program =
      kind === 'arc'
        ? GlProgram.from({ vertex: ARC_VERTEX, fragment: ARC_FRAGMENT })
        : GlProgram.from({ vertex: SPARK_VERTEX, fragment: SPARK_FRAGMENT });
    this.shader = new Shader({
      glProgram: program,
      resources: { uData: this.source, effect: this.uniforms },
    });
    for (const tier of tiers) {
      const geometry =
        kind === 'spark'
          ? sparkGeometry(tier.count)
          : tier.lines === true
            ? arcLines(tier.count, tier.steps)
            : arcGeometry(tier.count, tier.steps);
      const mesh: AnyMesh = new Mesh({ geometry, shader: this.shader, state: drawState(true) });
      mesh.visible = false;
      this.meshes.push(mesh);
    }
  }

  /** Canvas pixels per CSS pixel: what the size of a point is counted in. */
  setPixels(resolution: number): void {
    (this.uniforms.uniforms as Record<string, unknown>).uPixels = resolution;
  }

  setLanded(colour: Float32Array): void {
    (this.uniforms.uniforms as Record<string, unknown>).uLanded = colour;
  }

  sync(list: EffectList, seconds: number, still: boolean): void {
    const u = this.uniforms.uniforms as Record<string, unknown>;
    u.uTime = seconds;
    u.uStill = still ? 1 : 0;
    let chosen = -1;
    if (list.count > 0) chosen = this.tiers.findIndex((tier) => tier.count >= list.count);
    if (chosen >= 0) u.uSteps = this.tiers[chosen].steps;
    this.meshes.forEach((mesh, i) => (mesh.visible = i === chosen));
    if (list.version === this.version) return;
    this.version = list.version;
    const tier = chosen < 0 ? 0 : this.tiers[chosen].count;
    this.texels.set(list.data.subarray(0, list.count * EFFECT_WORDS));
    // Entries past the end must be dead: their start lies in the future.
    for (let i = list.count; i < tier; i++) this.texels[i * EFFECT_WORDS + 4] = 1e9;
    if (tier > 0) this.source.update();
  }

  destroy(): void {
    for (const mesh of this.meshes) {
      const { geometry } = mesh;
      mesh.destroy();
      geometry.destroy(true);
    }
    this.shader.destroy();
    this.source.destroy();
  }
}

function arcGeometry(count: number, steps: number): Geometry {
  const perItem = 2 * (steps + 1);
  const items = new Float32Array(count * perItem * 2);
  const indices = new Uint32Array(count * steps * 6);
  let v = 0;
  let x = 0;
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < perItem; k++) {
      items[v++] = i;
      items[v++] = k;
    }
    for (let s = 0; s < steps; s++) {
      const a = i * perItem + 2 * s;
      indices.set([a, a + 1, a + 3, a, a + 3, a + 2], x);
      x += 6;
    }
  }
  return keep(
    new Geometry({ attributes: { aItem: { buffer: items, format: 'float32x2' } }, indexBuffer: indices }),
  );
}

/** Arcs as lines: on software rasterisers long thin triangles cost four times as much. */
function arcLines(count: number, steps: number): Geometry {
  const items = new Float32Array(count * steps * 4);
  let v = 0;
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < steps; s++) {
      items.set([i, 2 * s, i, 2 * s + 2], v);
      v += 4;
    }
  }
  return keep(
    new Geometry({
      attributes: { aItem: { buffer: items, format: 'float32x2' } },
      topology: 'line-list',
    }),
  );
}

function sparkGeometry(count: number): Geometry {
  const items = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) items[2 * i] = i;
  return keep(
    new Geometry({
      attributes: { aItem: { buffer: items, format: 'float32x2' } },
      topology: 'point-list',
    }),
  );
}
