/** Colour arithmetic: a colour is a number 0xRRGGBB. */

/** Parse "#rrggbb". */
export function hex(text: string): number {
  return parseInt(text.slice(1), 16);
}

/** "#rrggbb" for CSS. */
export function css(colour: number): string {
  return '#' + colour.toString(16).padStart(6, '0');
}

function linear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

function gamma(value: number): number {
  const c = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.max(0, Math.min(255, Math.round(c * 255)));
}

/** Relative luminance as WCAG defines it, 0..1. */
export function luminance(colour: number): number {
  return (
    0.2126 * linear((colour >> 16) & 255) +
    0.7152 * linear((colour >> 8) & 255) +
    0.0722 * linear(colour & 255)
  );
}

/** WCAG contrast ratio of two colours, 1..21. */
export function contrast(a: number, b: number): number {
  const la = luminance(a);
  const lb = luminance(b);
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

/** Black or white, whichever reads better on `ground`; one of them always reaches 4.5:1. */
export function inkOn(ground: number): number {
  return contrast(0x000000, ground) >= contrast(0xffffff, ground) ? 0x000000 : 0xffffff;
}

/** Straight mix of two colours, share of `b` 0..1. */
export function mix(a: number, b: number, share: number): number {
  let out = 0;
  for (const shift of [16, 8, 0]) {
    const ca = (a >> shift) & 255;
    const cb = (b >> shift) & 255;
    out |= Math.round(ca + (cb - ca) * share) << shift;
  }
  return out;
}

/** OKLab coordinates: distances in it are near what the eye sees. */
export function oklab(colour: number): [number, number, number] {
  const r = linear((colour >> 16) & 255);
  const g = linear((colour >> 8) & 255);
  const b = linear(colour & 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Distance in OKLab; about 0.02 is just noticeable side by side. */
export function distance(a: number, b: number): number {
  const p = oklab(a);
  const q = oklab(b);
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** The same hue, lighter or darker: OKLab lightness times `factor`, chroma with it when darkening. */
export function shade(colour: number, factor: number): number {
  const [l0, a0, b0] = oklab(colour);
  const keep = Math.min(1, factor);
  const L = Math.min(0.98, l0 * factor);
  const a = a0 * keep;
  const b = b0 * keep;
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const r = gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const g = gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const bl = gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return (r << 16) | (g << 8) | bl;
}
