/** A line plot as SVG, both axes logarithmic, readable on a light and on a dark page. */

export interface Series {
  name: string;
  points: (readonly [x: number, y: number])[];
}

export interface Plot {
  title: string;
  x: string;
  y: string;
  series: Series[];
}

const WIDTH = 640;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 120;
const TOP = 36;
const BOTTOM = 48;
/** Okabe-Ito blue and vermillion, with a shape each, so that colour is not all that tells them apart. */
const COLOURS = ['#0072B2', '#D55E00'];

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Powers of ten (or their half decades) around the values. */
function decades(values: number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** Draw it. @throws RangeError when a value is not positive: it has no logarithm */
export function linePlot({ title, x, y, series }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  if (all.length === 0 || all.some(([a, b]) => !(a > 0 && b > 0)))
    throw new RangeError('a logarithmic plot takes positive values only');
  const xs = [...new Set(all.map(([a]) => a))].sort((a, b) => a - b);
  const ys = decades(all.map(([, b]) => b));
  const scale = (value: number, from: number, to: number, a: number, b: number): number =>
    a + ((Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from) || 1)) * (b - a);
  const px = (value: number): string =>
    scale(value, xs[0], xs[xs.length - 1], LEFT, WIDTH - RIGHT).toFixed(1);
  const py = (value: number): string =>
    scale(value, ys[0], ys[ys.length - 1], HEIGHT - BOTTOM, TOP).toFixed(1);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="#1f2933">`,
    `<title>${escape(`${title}: ${y} against ${x}`)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="20" font-weight="bold">${escape(title)}</text>`,
  ];
  for (const value of ys) {
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${py(value)}" y2="${py(value)}" stroke="#d5dbe1"/>`,
      `<text x="${LEFT - 8}" y="${py(value)}" dy="4" text-anchor="end">${value}</text>`,
    );
  }
  for (const value of xs) {
    parts.push(`<text x="${px(value)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${value}</text>`);
  }
  parts.push(
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escape(x)}</text>`,
    `<text transform="translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escape(y)}</text>`,
  );
  series.forEach(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const line = points.map(([a, b]) => `${px(a)},${py(b)}`).join(' ');
    parts.push(`<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [a, b] of points) {
      parts.push(
        i === 0
          ? `<circle cx="${px(a)}" cy="${py(b)}" r="3.5" fill="${colour}"/>`
          : `<rect x="${Number(px(a)) - 3.5}" y="${Number(py(b)) - 3.5}" width="7" height="7" fill="${colour}"/>`,
      );
    }
    const [lastX, lastY] = points[points.length - 1];
    parts.push(
      `<text x="${Number(px(lastX)) + 10}" y="${py(lastY)}" dy="4" fill="${colour}">${escape(name)}</text>`,
    );
  });
  parts.push('</svg>\n');
  return parts.join('\n');
}
