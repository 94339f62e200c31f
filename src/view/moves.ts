/** Task moves of a frame become arcs from key to key; page moves become sparks from cell to cell. */
import {
  MOVE_FROM_CPU,
  MOVE_KIND,
  MOVE_KIND_AFFINITY,
  MOVE_KIND_AUTONUMA,
  MOVE_KIND_FORK,
  MOVE_KIND_PULL,
  MOVE_KIND_WAKE,
  MOVE_PROCESS,
  MOVE_THREAD,
  MOVE_TO_CPU,
  MOVE_WORDS,
  SPARK_FROM_FRAME,
  SPARK_FROM_NODE,
  SPARK_PROCESS,
  SPARK_TO_FRAME,
  SPARK_TO_NODE,
  SPARK_WORDS,
} from '../protocol/frame.ts';
import { cellWindow, rectOfCell, type Camera } from './camera.ts';
import type { Effects } from './effects.ts';
import { cellOfFrame, type Layout, type NodePanel, type Rect } from './layout.ts';
import { processColour, threadColour, type Palette } from './palettes.ts';

/** Sparks started per frame at most: with their life of 0.7 s and 60 frames a second about 2,000 fly. */
const SPARKS_A_FRAME = 48;
const ARC_MARK_SECONDS = 1.1;
/** With this many arcs in flight only pushes by AutoNUMA add more. */
const QUIET_ARCS = 200;

/** Stroke of an arc: pushed solid, pulled dashed, woken or forked dotted. */
export function arcStroke(kind: number): 0 | 1 | 2 {
  if (kind === MOVE_KIND_PULL || kind === MOVE_KIND_AFFINITY) return 1;
  if (kind === MOVE_KIND_WAKE || kind === MOVE_KIND_FORK) return 2;
  return 0;
}

/** The key rectangles of all CPUs, by CPU. */
export function keyIndex(layout: Layout): Map<number, Rect> {
  const index = new Map<number, Rect>();
  for (const panel of layout.panels) for (const key of panel.keys) index.set(key.cpu, key);
  return index;
}

/** Start an arc for every task move of a frame. */
export function addArcs(
  moves: Int32Array,
  keys: Map<number, Rect>,
  palette: Palette,
  now: number,
  arcs: Effects,
  movedUntil: Float64Array,
): void {
  for (let at = 0; at + MOVE_WORDS <= moves.length; at += MOVE_WORDS) {
    const to = keys.get(moves[at + MOVE_TO_CPU]);
    const from = keys.get(moves[at + MOVE_FROM_CPU]);
    if (to === undefined || from === undefined || to === from) continue;
    // In a storm of pulls and wake-ups the pushes of AutoNUMA, which are the story, keep their arcs.
    if (arcs.count >= QUIET_ARCS && moves[at + MOVE_KIND] !== MOVE_KIND_AUTONUMA) continue;
    const process = moves[at + MOVE_PROCESS];
    const colour =
      process < 0 ? palette.colours.secondary : threadColour(palette, process, moves[at + MOVE_THREAD]);
    const x0 = from.x + from.width / 2;
    const x1 = to.x + to.width / 2;
    // Higher for longer ways, but never out of the canvas.
    const room = Math.max(4, Math.min(from.y, to.y) - 4);
    const lift = Math.min(room, 8 + Math.abs(x1 - x0) * 0.06);
    arcs.add(x0, from.y, x1, to.y, now, lift, arcStroke(moves[at + MOVE_KIND]), colour);
    movedUntil[moves[at + MOVE_TO_CPU]] = now + ARC_MARK_SECONDS;
    movedUntil[moves[at + MOVE_FROM_CPU]] = now + ARC_MARK_SECONDS;
  }
}

interface Place {
  x: number;
  y: number;
  inside: boolean;
  size: number;
}

function placeOf(panel: NodePanel, camera: Camera, frame: number): Place | null {
  if (panel.map === null) return null;
  const { column, row } = cellOfFrame(panel, frame);
  const cell = rectOfCell(cellWindow(camera, panel), panel.map, column, row);
  const x = cell.x + cell.width / 2;
  const y = cell.y + cell.height / 2;
  const { map } = panel;
  const cx = Math.max(map.x, Math.min(map.x + map.width, x));
  const cy = Math.max(map.y, Math.min(map.y + map.height, y));
  return { x: cx, y: cy, inside: cx === x && cy === y, size: Math.max(2, Math.min(10, cell.width)) };
}

/** Start sparks for the sampled page moves of a frame; those that land out of view are left out. */
export function addSparks(
  sparks: Int32Array,
  layout: Layout,
  cameraOf: (node: number) => Camera,
  palette: Palette,
  now: number,
  list: Effects,
): void {
  const total = Math.floor(sparks.length / SPARK_WORDS);
  const step = Math.max(1, total / SPARKS_A_FRAME);
  for (let i = 0; i < total; i += step) {
    const at = Math.floor(i) * SPARK_WORDS;
    const source = layout.panels[sparks[at + SPARK_FROM_NODE]];
    const target = layout.panels[sparks[at + SPARK_TO_NODE]];
    if (source === undefined || target === undefined) continue;
    const from = placeOf(source, cameraOf(source.node), sparks[at + SPARK_FROM_FRAME]);
    const to = placeOf(target, cameraOf(target.node), sparks[at + SPARK_TO_FRAME]);
    if (from === null || to === null || !to.inside) continue;
    const colour = processColour(palette, Math.max(0, sparks[at + SPARK_PROCESS]));
    // Spread over the frame's time, so that a frame's sparks do not fly in one front.
    const start = now + (i / Math.max(1, total)) * 0.016;
    list.add(from.x, from.y, to.x, to.y, start, to.size, 10 + (i % 7) * 3, colour);
  }
}
