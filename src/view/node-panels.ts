/** The panel of a node: title and free memory, and the queue of its knuma_migrated as a gauge. */
import {
  DAEMON_ABSENT,
  DAEMON_ASLEEP,
  DAEMON_MIGRATING,
  DAEMON_NAPPING,
  DAEMON_NO_ROOM,
  NODE_DAEMON,
  NODE_FREE_PAGES,
  NODE_MIGRATE_RATE,
  NODE_QUEUED,
  NODE_WORDS,
  PAIR_PAGE_RATE,
  PAIR_PROCESS,
  PAIR_WORDS,
} from '../protocol/frame.ts';
import { grouped, megabytes, pagesPerSecondAsMb, short } from './format.ts';
import { fitText, textWidth } from './labels.ts';
import type { NodePanel, Rect } from './layout.ts';
import { nodeColour, nodeHatch, hatchInk, processColour, type Palette } from './palettes.ts';
import type { Pen } from './pen.ts';
import type { Scene, Tools } from './scene.ts';

const STATE_WORDS: Record<number, string> = {
  [DAEMON_ASLEEP]: 'asleep',
  [DAEMON_NAPPING]: 'napping',
  [DAEMON_MIGRATING]: 'migrating',
  [DAEMON_NO_ROOM]: 'no room',
};

/** Fallback when the knob is not among the summary's. */
const PAGES_TO_MIGRATE = 32768;

/** A small square in a node's hue, hatched beyond eight. */
export function nodeSwatch(pen: Pen, palette: Palette, node: number, rect: Rect, radius: number): void {
  pen.roundRect(rect.x, rect.y, rect.width, rect.height, radius, nodeColour(palette, node));
  const hatch = nodeHatch(node);
  if (hatch === 0) return;
  const ink = hatchInk(palette, node);
  for (let d = 2; d < rect.width; d += 4) {
    const x0 = rect.x + d;
    const up = rect.y + 1;
    const down = rect.y + rect.height - 1;
    const lean = hatch === 1 ? 2 : hatch === 2 ? -2 : 0;
    pen.ribbon([x0 - lean, down, x0 + lean, up], 1.2, ink);
  }
}

/** What fills the gauge: the full scale is knuma_migrated's batch. */
export function gaugeScale(scene: Pick<Scene, 'summary'>): number {
  const knobs = scene.summary?.knobs ?? {};
  const value = Number.parseInt(knobs['autonuma/knuma_migrated/pages_to_migrate'] ?? '', 10);
  return Number.isFinite(value) && value > 0 ? value : PAGES_TO_MIGRATE;
}

/** The process most pages are coming from to a node, -1 if nothing comes. */
function inboundProcess(scene: Scene, node: number): number {
  const { figures, machine } = scene;
  if (figures === null) return -1;
  const nodes = machine.nodes.length;
  let best = 0;
  let process = -1;
  for (let from = 0; from < nodes; from++) {
    const at = (from * nodes + node) * PAIR_WORDS;
    if (from !== node && figures.pairs[at + PAIR_PAGE_RATE] > best) {
      best = figures.pairs[at + PAIR_PAGE_RATE];
      process = figures.pairs[at + PAIR_PROCESS];
    }
  }
  return process;
}

function drawGauge(panel: NodePanel, gauge: Rect, scene: Scene, tools: Tools): void {
  const { palette, figures, summary } = scene;
  const c = palette.colours;
  const at = panel.node * NODE_WORDS;
  const state = figures === null ? DAEMON_ABSENT : figures.nodes[at + NODE_DAEMON];
  if (figures === null || state === DAEMON_ABSENT) return;
  const queued = figures.nodes[at + NODE_QUEUED];
  const rate = figures.nodes[at + NODE_MIGRATE_RATE];
  const full = summary?.nodes[panel.node]?.daemon.name || `knuma_migrated${panel.node}`;
  const narrow = gauge.width < 300;
  const name = narrow ? `migrated${panel.node}` : full;
  const nameWidth = Math.ceil(textWidth(name, 'mono')) + 6;
  const moving = rate >= 1 && (state === DAEMON_MIGRATING || state === DAEMON_NAPPING);
  const tail =
    state === DAEMON_NO_ROOM ? 'no room' : moving ? pagesPerSecondAsMb(rate) : (STATE_WORDS[state] ?? '');
  const room = gauge.width - nameWidth - 28;
  const words = fitText(
    [
      `${grouped(queued)} queued · ${tail}`,
      `${short(queued)} queued · ${tail}`,
      `${short(queued)} · ${tail}`,
      tail,
    ],
    'small',
    room,
  );
  const wordsWidth = Math.ceil(textWidth(words, 'small')) + 8;
  const middle = gauge.y + gauge.height / 2;
  const ink = state === DAEMON_NO_ROOM ? c.text : c.secondary;
  const labels = tools.text.area(`gauge${panel.node}`, gauge);
  labels.put(name, gauge.x, middle - 7, nameWidth, 'mono', ink);
  const left = gauge.x + nameWidth + 2;
  const width = gauge.width - nameWidth - 4 - (narrow ? wordsWidth : Math.max(wordsWidth, 150));
  if (width > 12) {
    const share = Math.min(1, queued / gaugeScale(scene));
    const process = inboundProcess(scene, panel.node);
    const hue = state === DAEMON_MIGRATING && process >= 0 ? processColour(palette, process) : c.secondary;
    tools.under.roundRect(left, middle - 4, width, 8, 4, c.track);
    const fill = Math.max(queued > 0 ? 3 : 0, Math.round(width * share));
    if (fill > 0) tools.under.roundRect(left, middle - 4, fill, 8, Math.min(4, fill / 2), hue);
  }
  const right = gauge.x + gauge.width - wordsWidth;
  const bright = moving || state === DAEMON_NO_ROOM ? c.text : c.secondary;
  labels.put(words, right, middle - 7, wordsWidth, 'small', bright, { align: 'right' });
  if (scene.selection?.kind === 'daemon' && scene.selection.node === panel.node)
    tools.over.outline(gauge.x - 4, gauge.y - 1, gauge.width + 8, gauge.height + 2, 3, 2, c.accent);
}

/** Fill a panel around its map (the map is opaque: painting under it would be paid twice), then its border. */
function drawGround(pen: Pen, panel: NodePanel, fill: number, line: number): void {
  const { x, y, width, height } = panel.rect;
  const map = panel.map;
  if (map === null) {
    pen.roundRect(x, y, width, height, 8, fill);
  } else {
    const top = map.y - y;
    const bottom = y + height - (map.y + map.height);
    pen.roundRect(x, y, width, Math.min(top, height), 8, fill);
    pen.rect(x, y + 8, width, top - 8, fill);
    pen.roundRect(x, y + height - bottom, width, bottom, 8, fill);
    pen.rect(x, map.y + map.height, width, bottom - 8, fill);
    pen.rect(x, map.y, map.x - x, map.height, fill);
    pen.rect(map.x + map.width, map.y, x + width - map.x - map.width, map.height, fill);
    if (top > 8) {
      // Square the round corners that meet the map.
      pen.rect(x, map.y - 8, 8, 8, fill);
      pen.rect(x + width - 8, map.y - 8, 8, 8, fill);
    }
    if (bottom > 8) {
      pen.rect(x, map.y + map.height, 8, 8, fill);
      pen.rect(x + width - 8, map.y + map.height, 8, 8, fill);
    }
  }
  pen.outline(x, y, width, height, 8, 1, line);
}

/** Draw everything of a panel but its keys and its map. */
export function drawNodePanel(panel: NodePanel, scene: Scene, tools: Tools): void {
  const { palette, machine, summary, figures } = scene;
  const c = palette.colours;
  drawGround(tools.under, panel, c.panel, c.line);
  const info = machine.nodes[panel.node];
  const { title } = panel;
  nodeSwatch(tools.under, palette, panel.node, { x: title.x, y: title.y + 3, width: 10, height: 10 }, 2);
  const name = `node ${info.osId}`;
  const labels = tools.text.area(`title${panel.node}`, title);
  labels.put(name, title.x + 16, title.y, 80, 'title', c.text);
  const free = figures === null ? -1 : figures.nodes[panel.node * NODE_WORDS + NODE_FREE_PAGES] / 256;
  const total = megabytes(summary?.nodes[panel.node]?.totalMb ?? info.memoryMb);
  const words =
    panel.frames === 0
      ? ['no memory']
      : free < 0
        ? [total]
        : [`${total} · free ${megabytes(free, true)}`, `free ${megabytes(free, true)}`];
  const room = title.width - 20 - textWidth(name, 'title');
  const text = fitText(words, 'small', room);
  labels.put(text, title.x + title.width - room, title.y + 1, room, 'small', c.secondary, {
    align: 'right',
  });
  if (panel.gauge !== null) drawGauge(panel, panel.gauge, scene, tools);
}
