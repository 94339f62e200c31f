/** What shapes are drawn with, whatever draws them: triangles for WebGL, paths for a 2D canvas. */

export interface Pen {
  /** Forget everything drawn so far. */
  clear(): void;
  rect(x: number, y: number, width: number, height: number, colour: number, alpha?: number): void;
  roundRect(
    x: number,
    y: number,
    width: number,
    height: number,
    radius: number,
    colour: number,
    alpha?: number,
  ): void;
  /** A line around a rectangle, wholly inside it. */
  outline(
    x: number,
    y: number,
    width: number,
    height: number,
    radius: number,
    line: number,
    colour: number,
    alpha?: number,
  ): void;
  /** A dashed line around a rectangle. */
  dashed(x: number, y: number, width: number, height: number, line: number, colour: number): void;
  /** A convex polygon: x, y, x, y, ... */
  polygon(points: readonly number[], colour: number, alpha?: number): void;
  /** A line of some width along points: x, y, x, y, ... */
  ribbon(points: readonly number[], width: number, colour: number, alpha?: number): void;
}

/** Points of a rounded rectangle, clockwise from the top left corner; shared by outlines and fills. */
export function roundedPath(
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
  segments: number,
): number[] {
  const r = Math.max(0, Math.min(radius, width / 2, height / 2));
  const centres = [
    [x + r, y + r, Math.PI],
    [x + width - r, y + r, 1.5 * Math.PI],
    [x + width - r, y + height - r, 0],
    [x + r, y + height - r, 0.5 * Math.PI],
  ];
  const points: number[] = [];
  for (const [cx, cy, from] of centres) {
    for (let s = 0; s <= segments; s++) {
      const angle = from + (s / segments) * (Math.PI / 2);
      points.push(cx + Math.cos(angle) * r, cy + Math.sin(angle) * r);
    }
  }
  return points;
}

/** Calls `piece` for each dash of a rectangle's outline, clockwise, continuous around corners. */
export function dashesOf(
  x: number,
  y: number,
  width: number,
  height: number,
  dash: number,
  piece: (x0: number, y0: number, x1: number, y1: number) => void,
): void {
  const sides = [
    [x, y, 1, 0, width],
    [x + width, y, 0, 1, height],
    [x + width, y + height, -1, 0, width],
    [x, y + height, 0, -1, height],
  ];
  for (const [sx, sy, dx, dy, length] of sides) {
    // A whole number of dashes to a side, so that corners are always drawn.
    const count = Math.max(1, Math.round(length / (2 * dash)));
    const step = length / count;
    for (let i = 0; i <= count; i++) {
      const a = Math.max(0, i * step - step / 4);
      const b = Math.min(length, i * step + step / 4);
      if (b > a) piece(sx + dx * a, sy + dy * a, sx + dx * b, sy + dy * b);
    }
  }
}

/** Three words a vertex: x, y, colour (premultiplied RGBA bytes). */
export const VERTEX_WORDS = 3;

/** Collects triangles with smooth edges. The arrays grow and are reused; read `vertices`, `indices` up to the counts. */
export class TrianglePen implements Pen {
  floats = new Float32Array(4096 * VERTEX_WORDS);
  words = new Uint32Array(this.floats.buffer);
  indices = new Uint32Array(16384);
  vertexCount = 0;
  indexCount = 0;
  /** Size of a device pixel in CSS pixels: the width of the soft edge. */
  pixel = 1;
  /** Counts changes, so that unchanged triangles are not uploaded again. */
  version = 0;

  clear(): void {
    this.vertexCount = 0;
    this.indexCount = 0;
    this.version++;
  }

  private vertex(x: number, y: number, colour: number): number {
    const at = this.vertexCount * VERTEX_WORDS;
    if (at + VERTEX_WORDS > this.floats.length) {
      const grown = new Float32Array(this.floats.length * 2);
      grown.set(this.floats);
      this.floats = grown;
      this.words = new Uint32Array(grown.buffer);
    }
    this.floats[at] = x;
    this.floats[at + 1] = y;
    this.words[at + 2] = colour;
    return this.vertexCount++;
  }

  private triangle(a: number, b: number, c: number): void {
    if (this.indexCount + 3 > this.indices.length) {
      const grown = new Uint32Array(this.indices.length * 2);
      grown.set(this.indices);
      this.indices = grown;
    }
    this.indices[this.indexCount++] = a;
    this.indices[this.indexCount++] = b;
    this.indices[this.indexCount++] = c;
  }

  rect(x: number, y: number, width: number, height: number, colour: number, alpha = 1): void {
    if (width <= 0 || height <= 0) return;
    const c = pack(colour, alpha);
    const a = this.vertex(x, y, c);
    this.vertex(x + width, y, c);
    this.vertex(x + width, y + height, c);
    this.vertex(x, y + height, c);
    this.triangle(a, a + 1, a + 2);
    this.triangle(a, a + 2, a + 3);
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
    if (width <= 0 || height <= 0) return;
    if (radius <= 0.5) return this.rect(x, y, width, height, colour, alpha);
    const segments = cornerSegments(radius);
    const path = roundedPath(x, y, width, height, radius, segments);
    const c = pack(colour, alpha);
    const count = path.length / 2;
    const first = this.vertexCount;
    for (let i = 0; i < count; i++) this.vertex(path[2 * i], path[2 * i + 1], c);
    for (let i = 1; i + 1 < count; i++) this.triangle(first, first + i, first + i + 1);
    // Straight sides lie on pixel borders: only corners need a soft edge.
    const cx = x + width / 2;
    const cy = y + height / 2;
    const soft = this.vertexCount;
    const half = this.pixel / 2;
    for (let i = 0; i < count; i++) {
      const px = path[2 * i];
      const py = path[2 * i + 1];
      this.vertex(px + Math.sign(px - cx) * half, py + Math.sign(py - cy) * half, 0);
    }
    for (let i = 0; i < count; i++) {
      if (i % (segments + 1) === segments) continue;
      this.triangle(first + i, first + i + 1, soft + i + 1);
      this.triangle(first + i, soft + i + 1, soft + i);
    }
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
    // Straight sides are crisp without a soft edge; only the corners are ribbons. Triangles are what costs.
    const r = Math.max(0, Math.min(radius, width / 2, height / 2));
    this.rect(x + r, y, width - 2 * r, line, colour, alpha);
    this.rect(x + r, y + height - line, width - 2 * r, line, colour, alpha);
    this.rect(x, y + r, line, height - 2 * r, colour, alpha);
    this.rect(x + width - line, y + r, line, height - 2 * r, colour, alpha);
    if (r <= 0) return;
    const half = line / 2;
    const segments = cornerSegments(r);
    const path = roundedPath(x + half, y + half, width - line, height - line, r - half, segments);
    for (let corner = 0; corner < 4; corner++) {
      const from = corner * (segments + 1) * 2;
      this.ribbon(path.slice(from, from + (segments + 1) * 2), line, colour, alpha);
    }
  }

  dashed(x: number, y: number, width: number, height: number, line: number, colour: number): void {
    const half = line / 2;
    dashesOf(x + half, y + half, width - line, height - line, 4, (x0, y0, x1, y1) => {
      const left = Math.min(x0, x1) - half;
      const top = Math.min(y0, y1) - half;
      this.rect(left, top, Math.abs(x1 - x0) + line, Math.abs(y1 - y0) + line, colour);
    });
  }

  polygon(points: readonly number[], colour: number, alpha = 1): void {
    const c = pack(colour, alpha);
    const first = this.vertexCount;
    const count = points.length / 2;
    for (let i = 0; i < count; i++) this.vertex(points[2 * i], points[2 * i + 1], c);
    for (let i = 1; i + 1 < count; i++) this.triangle(first, first + i, first + i + 1);
  }

  ribbon(points: readonly number[], width: number, colour: number, alpha = 1): void {
    const count = points.length / 2;
    if (count < 2) return;
    const c = pack(colour, alpha);
    const inner = Math.max(0, width / 2 - this.pixel / 2);
    const outer = width / 2 + this.pixel / 2;
    const closed = points[0] === points[2 * count - 2] && points[1] === points[2 * count - 1];
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const before = i > 0 ? i - 1 : closed ? count - 2 : 0;
      const after = i + 1 < count ? i + 1 : closed ? 1 : count - 1;
      const dx = points[2 * after] - points[2 * before];
      const dy = points[2 * after + 1] - points[2 * before + 1];
      const length = Math.hypot(dx, dy) || 1;
      const nx = -dy / length;
      const ny = dx / length;
      const px = points[2 * i];
      const py = points[2 * i + 1];
      const v = this.vertex(px - nx * outer, py - ny * outer, 0);
      this.vertex(px - nx * inner, py - ny * inner, c);
      this.vertex(px + nx * inner, py + ny * inner, c);
      this.vertex(px + nx * outer, py + ny * outer, 0);
      if (previous >= 0) {
        for (let k = 0; k < 3; k++) {
          // A hairline has no core: its middle strip is empty.
          if (k === 1 && inner === 0) continue;
          this.triangle(previous + k, previous + k + 1, v + k + 1);
          this.triangle(previous + k, v + k + 1, v + k);
        }
      }
      previous = v;
    }
  }
}

/** Pieces of a corner: a small one is a bevel, which under a soft edge looks round. */
function cornerSegments(radius: number): number {
  return radius > 5 ? 4 : radius > 3 ? 2 : 1;
}

/** Premultiplied RGBA in the byte order of memory. */
export function pack(colour: number, alpha: number): number {
  const r = Math.round(((colour >> 16) & 255) * alpha);
  const g = Math.round(((colour >> 8) & 255) * alpha);
  const b = Math.round((colour & 255) * alpha);
  return ((Math.round(255 * alpha) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
