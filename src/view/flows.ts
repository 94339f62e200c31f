/** Page flows between nodes: arrows in the gap of two nodes, ribbons over the lanes when there are more. */
import { PAIR_GBPS, PAIR_PAGE_RATE, PAIR_PROCESS, PAIR_UTILISATION, PAIR_WORDS } from '../protocol/frame.ts';
import { pagesPerSecondAsMb, percent, short } from './format.ts';
import { textWidth } from './labels.ts';
import type { Layout } from './layout.ts';
import { processColour } from './palettes.ts';
import type { Pen } from './pen.ts';
import type { Figures, Scene, Tools } from './scene.ts';

/** One flow of pages from node to node. */
export interface Flow {
  from: number;
  to: number;
  pagesPerSecond: number;
  process: number;
}

/** Below this many pages a second nothing is drawn. */
const LEAST = 16;
/** Pages a second of the widest arrow: 1 GiB/s. Linear, so that twice the flow is twice the width. */
const FULL = 262_144;
const WIDEST = 24;
/** Flows drawn at most: more would hide the maps and say nothing. */
export const DRAWN = 24;
/** Flows that get their number when there are more than two nodes. */
const NUMBERED = 5;

/** Width of an arrow in pixels. */
export function flowWidth(pagesPerSecond: number): number {
  return Math.max(2, Math.min(1, pagesPerSecond / FULL) * WIDEST);
}

/** Width of a ribbon: lanes are narrow, so the same scale is drawn smaller. */
export function ribbonWidth(layout: Layout, pagesPerSecond: number): number {
  return Math.max(1.5, flowWidth(pagesPerSecond) * Math.min(1, (layout.lane * 0.4) / WIDEST));
}

/** The flows there are now, widest first. */
export function flowsOf(figures: Figures, nodes: number): Flow[] {
  const flows: Flow[] = [];
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) {
      const at = (from * nodes + to) * PAIR_WORDS;
      const rate = figures.pairs[at + PAIR_PAGE_RATE];
      if (from !== to && rate >= LEAST)
        flows.push({ from, to, pagesPerSecond: rate, process: figures.pairs[at + PAIR_PROCESS] });
    }
  }
  return flows.sort((a, b) => b.pagesPerSecond - a.pagesPerSecond);
}

/** The pair of nodes whose link is used most, with its figures. */
export function busiestLink(
  figures: Figures,
  nodes: number,
): { from: number; to: number; share: number; gbps: number } {
  let best = { from: 0, to: nodes > 1 ? 1 : 0, share: 0, gbps: 0 };
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) {
      if (from === to) continue;
      const at = (from * nodes + to) * PAIR_WORDS;
      const share = figures.pairs[at + PAIR_UTILISATION];
      if (share > best.share) best = { from, to, share, gbps: figures.pairs[at + PAIR_GBPS] };
    }
  }
  return best;
}

/** A straight arrow, horizontal or vertical. */
function arrow(
  pen: Pen,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  width: number,
  colour: number,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const dx = (x1 - x0) / length;
  const dy = (y1 - y0) / length;
  const head = Math.min(length * 0.4, width * 0.6 + 6);
  const half = width / 2;
  const wing = half + 4;
  const bx = x1 - dx * head;
  const by = y1 - dy * head;
  const nx = -dy;
  const ny = dx;
  pen.polygon(
    [
      x0 + nx * half,
      y0 + ny * half,
      bx + nx * half,
      by + ny * half,
      bx - nx * half,
      by - ny * half,
      x0 - nx * half,
      y0 - ny * half,
    ],
    colour,
  );
  pen.polygon([bx + nx * wing, by + ny * wing, x1, y1, bx - nx * wing, by - ny * wing], colour);
}

function hueOf(scene: Scene, process: number): number {
  return process >= 0 ? processColour(scene.palette, process) : scene.palette.colours.secondary;
}

/** Where the arrow from one of two nodes to the other is drawn. */
export function pairArrow(layout: Layout, from: number): { x0: number; y0: number; x1: number; y1: number } {
  const [a, b] = layout.panels;
  if (layout.stacked) {
    const x = 40 + from * 130;
    const ends = [a.rect.y + a.rect.height + 4, b.rect.y - 4];
    return { x0: x, y0: ends[from], x1: x, y1: ends[1 - from] };
  }
  const y = a.rect.y + Math.round(a.rect.height * 0.42) + from * 62;
  const ends = [a.rect.x + a.rect.width + 3, b.rect.x - 3];
  return { x0: ends[from], y0: y, x1: ends[1 - from], y1: y };
}

function drawPair(scene: Scene, tools: Tools, figures: Figures): void {
  const { layout, palette } = scene;
  const c = palette.colours;
  const [a, b] = layout.panels;
  const link = busiestLink(figures, 2);
  const flows = flowsOf(figures, 2);
  const rateOf = (from: number) => flows.find((flow) => flow.from === from);
  const words = `link ${percent(link.share)}`;
  const bar = (x: number, y: number, width: number) => {
    tools.under.roundRect(x, y, width, 4, 2, c.track);
    const fill = Math.round(width * Math.min(1, link.share));
    if (fill > 1) tools.under.roundRect(x, y, fill, 4, 2, c.secondary);
  };
  const gap = layout.stacked
    ? { x: 0, y: a.rect.y + a.rect.height, width: layout.width, height: layout.lane }
    : {
        x: a.rect.x + a.rect.width,
        y: a.rect.y,
        width: b.rect.x - a.rect.x - a.rect.width,
        height: a.rect.height,
      };
  const labels = tools.text.area('flows', gap);
  if (layout.stacked) {
    const top = a.rect.y + a.rect.height;
    labels.put(words, layout.width - 92, top + 10, 80, 'small', c.secondary, { align: 'right' });
    bar(layout.width - 82, top + 28, 70);
    [0, 1].forEach((from) => {
      const flow = rateOf(from);
      if (flow === undefined) return;
      const { x0: x, y0, x1, y1 } = pairArrow(layout, from);
      arrow(tools.over, x, y0, x1, y1, flowWidth(flow.pagesPerSecond), hueOf(scene, flow.process));
      labels.put(`${short(flow.pagesPerSecond)} pages/s`, x + 20, top + 11, 100, 'small', c.text);
      labels.put(pagesPerSecondAsMb(flow.pagesPerSecond), x + 20, top + 26, 100, 'small', c.secondary);
    });
    return;
  }
  const left = a.rect.x + a.rect.width;
  const width = b.rect.x - left;
  const middle = a.rect.y + Math.round(a.rect.height * 0.42);
  labels.put(words, left, middle - 62, width, 'small', c.secondary, { align: 'center' });
  bar(left + 8, middle - 45, width - 16);
  if (link.gbps >= 0.05)
    labels.put(`${link.gbps.toFixed(1)} GB/s`, left, middle - 38, width, 'small', c.secondary, {
      align: 'center',
    });
  [0, 1].forEach((from) => {
    const flow = rateOf(from);
    if (flow === undefined) return;
    const { x0, y0: y, x1, y1 } = pairArrow(layout, from);
    const w = flowWidth(flow.pagesPerSecond);
    arrow(tools.over, x0, y, x1, y1, w, hueOf(scene, flow.process));
    const under = y + Math.max(9, w / 2 + 5);
    const rate = `${short(flow.pagesPerSecond)} pages/s`;
    labels.put(rate, left, under, width, 'small', c.text, { align: 'center' });
    const mb = pagesPerSecondAsMb(flow.pagesPerSecond);
    labels.put(mb, left, under + 14, width, 'small', c.secondary, { align: 'center' });
  });
}

/** Points of a ribbon from panel to panel, through the lanes between the rows. */
export function ribbonPath(layout: Layout, from: number, to: number): number[] {
  const a = layout.panels[from].rect;
  const b = layout.panels[to].rect;
  const rowA = Math.floor(from / layout.columns);
  const rowB = Math.floor(to / layout.columns);
  // Every flow has its own place on the edges, what leaves beside what arrives.
  const nodes = layout.panels.length;
  const ax = a.x + a.width * (0.15 + (0.7 * (to + 0.3)) / nodes);
  const bx = b.x + b.width * (0.15 + (0.7 * (from + 0.7)) / nodes);
  let y0: number;
  let y1: number;
  let c0: number;
  let c1: number;
  if (rowA === rowB) {
    const above = layout.rows > 1 && rowA === layout.rows - 1;
    // And its own depth in the lane: long ways run deeper.
    const sag = layout.lane * (0.55 + 0.6 * (Math.abs(from - to) / layout.columns));
    y0 = y1 = above ? a.y : a.y + a.height;
    c0 = c1 = above ? y0 - sag : y0 + sag;
  } else {
    y0 = rowA < rowB ? a.y + a.height : a.y;
    y1 = rowA < rowB ? b.y : b.y + b.height;
    c0 = c1 = (y0 + y1) / 2;
  }
  const points: number[] = [];
  const steps = 18;
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const u = 1 - t;
    const w0 = u * u * u;
    const w1 = 3 * u * u * t;
    const w2 = 3 * u * t * t;
    const w3 = t * t * t;
    points.push(w0 * ax + w1 * ax + w2 * bx + w3 * bx, w0 * y0 + w1 * c0 + w2 * c1 + w3 * y1);
  }
  return points;
}

function drawRibbons(scene: Scene, tools: Tools, figures: Figures): void {
  const { layout, palette, machine } = scene;
  const c = palette.colours;
  const nodes = machine.nodes.length;
  const flows = flowsOf(figures, nodes).slice(0, DRAWN);
  // The widest are drawn last, over the others.
  for (const flow of [...flows].reverse()) {
    const points = ribbonPath(layout, flow.from, flow.to);
    const width = ribbonWidth(layout, flow.pagesPerSecond);
    const colour = hueOf(scene, flow.process);
    tools.over.ribbon(points, width + 2, c.ground);
    tools.over.ribbon(points, width, colour);
    const n = points.length;
    const dx = points[n - 2] - points[n - 6];
    const dy = points[n - 1] - points[n - 5];
    const length = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / length, dy / length];
    const wing = width / 2 + 5;
    const [tx, ty] = [points[n - 2], points[n - 1]];
    const [hx, hy] = [tx - ux * 11, ty - uy * 11];
    tools.over.polygon([hx - uy * wing, hy + ux * wing, tx, ty, hx + uy * wing, hy - ux * wing], colour);
  }
  const taken: { x: number; y: number; width: number }[] = [];
  for (const flow of flows) {
    if (taken.length >= NUMBERED) break;
    const points = ribbonPath(layout, flow.from, flow.to);
    const middle = Math.floor(points.length / 4) * 2;
    const text = `${flow.from}→${flow.to} ${short(flow.pagesPerSecond)} pages/s`;
    const width = Math.ceil(textWidth(text, 'small')) + 6;
    const x = Math.round(points[middle] - width / 2);
    const y = Math.round(points[middle + 1] - 7);
    // A number that would cover another is left out: hovering and the panels have it.
    if (taken.some((t) => Math.abs(t.y - y) < 16 && x < t.x + t.width + 4 && t.x < x + width + 4)) continue;
    taken.push({ x, y, width });
    const area = tools.text.area(`flow${taken.length}`, { x, y, width, height: 14 });
    area.put(text, x, y, width, 'small', c.text, { align: 'center', plate: c.panel });
  }
  if (layout.lane < 20) return;
  const link = busiestLink(figures, nodes);
  if (link.share <= 0) return;
  const last = layout.panels[layout.columns - 1].rect;
  const words = `busiest link ${link.from} → ${link.to}: ${percent(link.share)}`;
  const top = Math.round(last.y + last.height + layout.lane / 2 - 7);
  const width = Math.ceil(textWidth(words, 'small')) + 6;
  const x = last.x + last.width - width;
  if (taken.some((t) => Math.abs(t.y - top) < 16 && x < t.x + t.width + 4)) return;
  const area = tools.text.area('busiest', { x, y: top, width, height: 14 });
  area.put(words, x, top, width, 'small', c.secondary, { align: 'right', plate: c.ground });
}

/** Draw the flows of pages between nodes. */
export function drawFlows(scene: Scene, tools: Tools): void {
  const nodes = scene.machine.nodes.length;
  if (scene.figures === null || nodes < 2) return;
  if (nodes === 2) drawPair(scene, tools, scene.figures);
  else drawRibbons(scene, tools, scene.figures);
}
