/** GLSL of the picture. Texture reads use texture() with NEAREST: on software rasterisers it beats texelFetch. */
import { ARC_GROW, ARC_LIFE, SPARK_FLIGHT, SPARK_LIFE } from './stage.ts';

const float = (value: number): string => value.toFixed(4);

export const SHAPE_VERTEX = `#version 300 es
in vec2 aPosition;
in vec4 aColour;
uniform mat3 uProjectionMatrix;
out vec4 vColour;
void main() {
  vColour = aColour;
  gl_Position = vec4((uProjectionMatrix * vec3(aPosition, 1.0)).xy, 0.0, 1.0);
}`;

export const SHAPE_FRAGMENT = `#version 300 es
precision mediump float;
in vec4 vColour;
out vec4 finalColor;
void main() {
  finalColor = vColour;
}`;

export const IMAGE_VERTEX = `#version 300 es
in vec2 aPosition;
in vec2 aUV;
uniform mat3 uProjectionMatrix;
out vec2 vUV;
void main() {
  vUV = aUV;
  gl_Position = vec4((uProjectionMatrix * vec3(aPosition, 1.0)).xy, 0.0, 1.0);
}`;

/** The fast path: index, palette, done. */
export const IMAGE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 vUV;
uniform sampler2D uImage;
uniform sampler2D uPalette;
out vec4 finalColor;
void main() {
  float index = texture(uImage, vUV).r;
  finalColor = vec4(texture(uPalette, vec2(index * (255.0 / 256.0) + 0.5 / 256.0, 0.5)).rgb, 1.0);
}`;

/** With grid lines between cells and tiles, and hatching of nodes beyond eight (kind in the palette's alpha). */
export const DETAILED_FRAGMENT = `#version 300 es
precision highp float;
in vec2 vUV;
uniform sampler2D uImage;
uniform sampler2D uPalette;
uniform vec4 uWindow;
uniform vec2 uCell;
uniform vec3 uLine;
uniform vec3 uTileLine;
uniform float uGrid;
uniform float uHatch;
uniform vec2 uSize;
out vec4 finalColor;
void main() {
  float index = texture(uImage, vUV).r;
  vec4 entry = texture(uPalette, vec2(index * (255.0 / 256.0) + 0.5 / 256.0, 0.5));
  vec3 colour = entry.rgb;
  if (uHatch > 0.5 && entry.a < 0.9) {
    vec2 p = floor(vUV * uSize);
    float kind = floor((1.0 - entry.a) * 4.0 + 0.5);
    float stroke = kind < 1.5 ? p.x + p.y : kind < 2.5 ? p.x - p.y : p.x;
    if (fract(stroke / 5.0) < 0.4) colour *= 0.4;
  }
  if (uGrid > 0.5) {
    vec2 cell = uWindow.xy + vUV * uWindow.zw;
    vec2 inside = fract(cell) * uCell;
    if (min(inside.x, inside.y) < 1.0) {
      vec2 tile = fract(cell / vec2(32.0, 16.0)) * uCell * vec2(32.0, 16.0);
      colour = min(tile.x, tile.y) < 1.0 ? uTileLine : mix(colour, uLine, 0.75);
    }
  }
  finalColor = vec4(colour, 1.0);
}`;

const EFFECT_HEAD = `#version 300 es
precision highp float;
in vec2 aItem;
uniform highp sampler2D uData;
uniform mat3 uProjectionMatrix;
uniform float uTime;
uniform float uStill;
uniform vec2 uDataSize;
out vec4 vColour;
vec4 word(float item, float which) {
  float texel = item * 2.0 + which;
  float row = floor((texel + 0.5) / uDataSize.x);
  return texture(uData, (vec2(texel - row * uDataSize.x, row) + 0.5) / uDataSize);
}
vec3 unpackColour(float packed) {
  float r = floor(packed / 65536.0);
  float g = floor((packed - r * 65536.0) / 256.0);
  return vec3(r, g, packed - r * 65536.0 - g * 256.0) / 255.0;
}
`;

/** A point each: one vertex where a square of triangles has four. A spark flies from frame to frame, then stays a moment where it landed. */
export const SPARK_VERTEX = `${EFFECT_HEAD}
uniform vec3 uLanded;
uniform float uPixels;
void main() {
  vec4 ends = word(aItem.x, 0.0);
  vec4 rest = word(aItem.x, 1.0);
  float age = uTime - rest.x;
  float flown = uStill > 0.5 ? 1.0 : clamp(age / ${float(SPARK_FLIGHT)}, 0.0, 1.0);
  float eased = flown * flown * (3.0 - 2.0 * flown);
  vec2 way = ends.zw - ends.xy;
  vec2 at = ends.xy + way * eased;
  at.y -= sin(eased * 3.14159) * rest.z;
  float alive = step(0.0, age) * step(age, ${float(SPARK_LIFE)});
  float fade = uStill > 0.5 ? 1.0 : 1.0 - smoothstep(${float(SPARK_FLIGHT)}, ${float(SPARK_LIFE)}, age);
  gl_PointSize = max(1.0, rest.y * (flown < 1.0 ? 0.85 : 1.15) * uPixels);
  vColour = vec4(mix(unpackColour(rest.w), uLanded, flown < 1.0 ? 0.25 : 0.85), 1.0) * fade * alive;
  // The dead lie outside of the picture.
  gl_Position = alive > 0.5 ? vec4((uProjectionMatrix * vec3(at, 1.0)).xy, 0.0, 1.0) : vec4(2.0, 2.0, 0.0, 1.0);
}`;

export const SPARK_FRAGMENT = SHAPE_FRAGMENT;

/** aItem = (item, 2 * step + side). A task's arc grows towards the new CPU, then fades. */
export const ARC_VERTEX = `${EFFECT_HEAD}
uniform float uSteps;
out vec2 vAlong;
void main() {
  vec4 ends = word(aItem.x, 0.0);
  vec4 rest = word(aItem.x, 1.0);
  float age = uTime - rest.x;
  float alive = step(0.0, age) * step(age, ${float(ARC_LIFE)});
  float grown = uStill > 0.5 ? 1.0 : clamp(age / ${float(ARC_GROW)}, 0.05, 1.0);
  float t = floor(aItem.y / 2.0) / uSteps * grown;
  float side = mod(aItem.y, 2.0) * 2.0 - 1.0;
  vec2 control = vec2((ends.x + ends.z) * 0.5, min(ends.y, ends.w) - rest.y * 2.0);
  vec2 at = mix(mix(ends.xy, control, t), mix(control, ends.zw, t), t);
  vec2 way = 2.0 * mix(control - ends.xy, ends.zw - control, t);
  vec2 normal = normalize(vec2(-way.y, way.x) + vec2(1e-5, 0.0));
  at += normal * side * 1.0 * alive;
  float fade = uStill > 0.5 ? 1.0 : 1.0 - smoothstep(${float(ARC_LIFE * 0.45)}, ${float(ARC_LIFE)}, age);
  vColour = vec4(unpackColour(rest.w), 1.0) * fade * alive;
  vAlong = vec2(t * (length(ends.zw - ends.xy) + rest.y), rest.z);
  gl_Position = vec4((uProjectionMatrix * vec3(at, 1.0)).xy, 0.0, 1.0);
}`;

/** Kind 0 solid, 1 dashed, 2 dotted. */
export const ARC_FRAGMENT = `#version 300 es
precision highp float;
in vec4 vColour;
in vec2 vAlong;
out vec4 finalColor;
void main() {
  if (vAlong.y > 0.5) {
    float period = vAlong.y > 1.5 ? 5.0 : 10.0;
    if (fract(vAlong.x / period) > (vAlong.y > 1.5 ? 0.4 : 0.6)) discard;
  }
  finalColor = vColour;
}`;
