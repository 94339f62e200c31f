/** The fallback without WebGL: maps by putImageData, shapes by 2D paths. Same interface, plainer effects. */
import { css } from './colour.ts';
import { dashesOf, roundedPath, type Pen } from './pen.ts';
import {
  ARC_LIFE,
  EFFECT_WORDS,
  SPARK_FLIGHT,
  SPARK_LIFE,
  type CellGrid,
  type EffectList,
  type ImageSpec,
  type Stage,
} from './stage.ts';

type Draw = (context: CanvasRenderingContext2D) => void;

/** Records shapes; the stage replays them. */
class RecordingPen implements Pen {
  private readonly list: Draw[] = [];

  clear(): void {
    this.list.length = 0;
  }

  replay(context: CanvasRenderingContext2D): void {
    for (const draw of this.list) draw(context);
    context.globalAlpha = 1;
  }

  private path(points: readonly number[], close: boolean): Path2D {
    const path = new Path2D();
    for (let i = 0; i < points.length; i += 2) path[i === 0 ? 'moveTo' : 'lineTo'](points[i], points[i + 1]);
    if (close) path.closePath();
    return path;
  }

  private fill(path: Path2D, colour: number, alpha: number): void {
    const style = css(colour);
    this.list.push((context) => {
      context.globalAlpha = alpha;
      context.fillStyle = style;
      context.fill(path);
    });
  }

  private stroke(path: Path2D, width: number, colour: number, alpha: number): void {
    const style = css(colour);
    this.list.push((context) => {
      context.globalAlpha = alpha;
      context.strokeStyle = style;
      context.lineWidth = width;
      context.stroke(path);
    });
  }

  rect(x: number, y: number, width: number, height: number, colour: number, alpha = 1): void {
    const style = css(colour);
    this.list.push((context) => {
      context.globalAlpha = alpha;
      context.fillStyle = style;
      context.fillRect(x, y, width, height);
    });
  }

  roundRect(
    x: number,
    y: number,
    width: number,
    height: number,
    radius: number,
    colour: number,
    alpha = 1,
  ): void {
    this.fill(this.path(roundedPath(x, y, width, height, radius, 4), true), colour, alpha);
  }

  outline(
    x: number,
    y: number,
    width: number,
    height: number,
    radius: number,
    line: number,
    colour: number,
    alpha = 1,
  ): void {
    const half = line / 2;
    const points = roundedPath(x + half, y + half, width - line, height - line, radius, 4);
    this.stroke(this.path(points, true), line, colour, alpha);
  }

  dashed(x: number, y: number, width: number, height: number, line: number, colour: number): void {
    const path = new Path2D();
    dashesOf(x + line / 2, y + line / 2, width - line, height - line, 4, (x0, y0, x1, y1) => {
      path.moveTo(x0, y0);
      path.lineTo(x1, y1);
    });
    this.stroke(path, line, colour, 1);
  }

  polygon(points: readonly number[], colour: number, alpha = 1): void {
    this.fill(this.path(points, true), colour, alpha);
  }

  ribbon(points: readonly number[], width: number, colour: number, alpha = 1): void {
    this.stroke(this.path(points, false), width, colour, alpha);
  }
}

interface FlatImage {
  spec: ImageSpec;
  bytes: Uint8Array | null;
  pixels: ImageData;
  surface: OffscreenCanvas | HTMLCanvasElement;
  context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;
  stale: boolean;
  grid: CellGrid | null;
}

/** Create the fallback stage; throws when there is not even a 2D canvas. */
export function createCanvasStage(): Stage {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null) throw new Error('neither WebGL 2 nor a 2D canvas is available');
  return new CanvasStage(canvas, context);
}

class CanvasStage implements Stage {
  readonly backend = 'canvas2d';
  readonly under = new RecordingPen();
  readonly over = new RecordingPen();
  private images: FlatImage[] = [];
  private readonly palettes = { map: new Uint32Array(256), strip: new Uint32Array(256) };
  private width = 16;
  private height = 16;
  private resolution = 1;
  private ground = '#000000';
  private line = '#000000';

  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly context: CanvasRenderingContext2D,
  ) {}

  resize(width: number, height: number, resolution: number): void {
    this.width = width;
    this.height = height;
    this.resolution = resolution;
    this.canvas.width = Math.round(width * resolution);
    this.canvas.height = Math.round(height * resolution);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  setGround(colour: number): void {
    this.ground = css(colour);
  }

  setGridColours(cell: number): void {
    this.line = css(cell);
  }

  setPalette(which: 'map' | 'strip', rgba: Uint8Array): void {
    const words = this.palettes[which];
    for (let i = 0; i < 256; i++)
      words[i] = (0xff000000 | (rgba[i * 4 + 2] << 16) | (rgba[i * 4 + 1] << 8) | rgba[i * 4]) >>> 0;
    for (const image of this.images) if (image.spec.palette === which) image.stale = true;
  }

  setImages(specs: readonly ImageSpec[]): void {
    this.images = specs.map((spec) => {
      const surface = document.createElement('canvas');
      surface.width = spec.width;
      surface.height = spec.height;
      const context = surface.getContext('2d', { alpha: false })!;
      return {
        spec,
        bytes: null,
        pixels: new ImageData(spec.width, spec.height),
        surface,
        context,
        stale: true,
        grid: null,
      };
    });
  }

  setGrid(image: number, grid: CellGrid): void {
    this.images[image].grid = grid;
  }

  upload(image: number, bytes: Uint8Array): void {
    this.images[image].bytes = bytes;
    this.images[image].stale = true;
  }

  private paint(image: FlatImage): void {
    const words = this.palettes[image.spec.palette];
    const out = new Uint32Array(image.pixels.data.buffer);
    const { bytes } = image;
    if (bytes === null) out.fill(words[0]);
    else for (let i = 0; i < out.length; i++) out[i] = words[bytes[i]];
    image.context.putImageData(image.pixels, 0, 0);
    image.stale = false;
  }

  private drawGrid(image: FlatImage): void {
    const { grid, spec } = image;
    if (grid === null || !grid.show) return;
    const { rect } = spec;
    const { window } = grid;
    const path = new Path2D();
    for (let c = Math.ceil(window.x); ; c++) {
      const x = rect.x + (c - window.x) / window.perPixelX;
      if (x >= rect.x + rect.width) break;
      path.rect(x, rect.y, 1, rect.height);
    }
    for (let r = Math.ceil(window.y); ; r++) {
      const y = rect.y + (r - window.y) / window.perPixelY;
      if (y >= rect.y + rect.height) break;
      path.rect(rect.x, y, rect.width, 1);
    }
    this.context.fillStyle = this.line;
    this.context.fill(path);
  }

  private drawEffects(seconds: number, arcs: EffectList, sparks: EffectList, still: boolean): void {
    const { context } = this;
    for (let i = 0; i < sparks.count; i++) {
      const [x0, y0, x1, y1, start, size, , colour] = sparks.data.subarray(
        i * EFFECT_WORDS,
        (i + 1) * EFFECT_WORDS,
      );
      const age = seconds - start;
      if (age < 0 || age > SPARK_LIFE) continue;
      const t = still ? 1 : Math.min(1, age / SPARK_FLIGHT);
      context.fillStyle = css(colour);
      context.fillRect(x0 + (x1 - x0) * t - size / 2, y0 + (y1 - y0) * t - size / 2, size, size);
    }
    context.lineWidth = 2;
    for (let i = 0; i < arcs.count; i++) {
      const [x0, y0, x1, y1, start, lift, kind, colour] = arcs.data.subarray(
        i * EFFECT_WORDS,
        (i + 1) * EFFECT_WORDS,
      );
      const age = seconds - start;
      if (age < 0 || age > ARC_LIFE) continue;
      context.globalAlpha = still ? 1 : 1 - age / ARC_LIFE;
      context.strokeStyle = css(colour);
      context.setLineDash(kind > 1.5 ? [2, 3] : kind > 0.5 ? [6, 4] : []);
      context.beginPath();
      context.moveTo(x0, y0);
      context.quadraticCurveTo((x0 + x1) / 2, Math.min(y0, y1) - lift * 2, x1, y1);
      context.stroke();
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  render(seconds: number, arcs: EffectList, sparks: EffectList, still: boolean): void {
    const { context, resolution } = this;
    context.setTransform(resolution, 0, 0, resolution, 0, 0);
    context.imageSmoothingEnabled = false;
    context.fillStyle = this.ground;
    context.fillRect(0, 0, this.width, this.height);
    this.under.replay(context);
    for (const image of this.images) {
      if (image.stale) this.paint(image);
      const { rect } = image.spec;
      context.drawImage(image.surface, rect.x, rect.y, rect.width, rect.height);
      this.drawGrid(image);
    }
    this.over.replay(context);
    this.drawEffects(seconds, arcs, sparks, still);
  }

  destroy(): void {
    this.canvas.remove();
  }
}
