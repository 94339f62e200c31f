/** Effects without events: as many sparks and arcs as the bench wants in flight, between places of the machine on show. */
import type { Effects } from './effects.ts';
import type { Layout } from './layout.ts';
import { processColour, type Palette } from './palettes.ts';
import { ARC_LIFE, SPARK_LIFE } from './stage.ts';

export interface Flood {
  sparks: number;
  arcs: number;
}

/** Places follow one another by these steps of the golden ratio: spread evenly, and the same every time. */
const GOLDEN = 0.618034;
let turn = 0;
const spread = (): number => (turn = (turn + GOLDEN) % 1);

/** Start as many as have died, spread over their lives, so that the number in flight stays. */
export function floodEffects(
  layout: Layout,
  palette: Palette,
  now: number,
  wanted: Flood,
  sparks: Effects,
  arcs: Effects,
): void {
  const maps = layout.panels.flatMap((panel) => (panel.map === null ? [] : [panel.map]));
  const keys = layout.panels.flatMap((panel) => panel.keys);
  for (let i = sparks.count; i < wanted.sparks && maps.length > 0; i++) {
    const from = maps[i % maps.length];
    const to = maps[(i + 1) % maps.length];
    const [x0, y0] = [from.x + spread() * from.width, from.y + spread() * from.height];
    const [x1, y1] = [to.x + spread() * to.width, to.y + spread() * to.height];
    sparks.add(x0, y0, x1, y1, now - spread() * SPARK_LIFE * 0.5, 3, 14, processColour(palette, i % 4));
  }
  for (let i = arcs.count; i < wanted.arcs && keys.length > 1; i++) {
    const from = keys[Math.floor(spread() * keys.length)];
    const to = keys[Math.floor(spread() * keys.length)];
    const lift = Math.min(from.y, to.y, 8 + Math.abs(to.x - from.x) * 0.06);
    const start = now - spread() * ARC_LIFE * 0.5;
    arcs.add(from.x, from.y, to.x, to.y, start, Math.max(4, lift), i % 3, processColour(palette, i % 4));
  }
}
