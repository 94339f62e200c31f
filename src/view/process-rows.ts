/** A row a process: where its memory is (the strip), what the kernel believes (mm weight), where its threads run. */
import type { ProcessSummary, ThreadSummary } from '../protocol/summary.ts';
import { mix } from './colour.ts';
import { megabytes, percent } from './format.ts';
import { fitText, textWidth } from './labels.ts';
import type { ProcessRow, Rect } from './layout.ts';
import { nodeSwatch } from './node-panels.ts';
import { processColour, processLetter } from './palettes.ts';
import { shownProcesses, type Scene, type Tools } from './scene.ts';

const LABEL_WIDTH = 74;

/** Squares of a process's threads in the bars of its row; an empty list when they would be too small to see. */
export function threadSquares(row: ProcessRow, threads: number): Rect[] {
  const area = threadArea(row);
  for (let lines = 1; lines <= 2; lines++) {
    const perLine = Math.ceil(threads / lines);
    const step = Math.min(13, Math.floor(area.width / Math.max(1, perLine)));
    const size = Math.min(step - 2, lines === 1 ? 11 : 6);
    if (size < 4) continue;
    return Array.from({ length: threads }, (_, i) => ({
      x: area.x + (i % perLine) * step,
      y: area.y + Math.floor(i / perLine) * (size + 2) + (lines === 1 ? Math.floor((13 - size) / 2) : -1),
      width: size,
      height: size,
    }));
  }
  return [];
}

function weightArea(row: ProcessRow): Rect {
  const { bars } = row;
  const middle = bars.y + bars.height / 2;
  const top = Math.round(middle - Math.min(18, bars.height / 2 + 1));
  return { x: bars.x + LABEL_WIDTH, y: top, width: bars.width - LABEL_WIDTH, height: 14 };
}

function threadArea(row: ProcessRow): Rect {
  const { bars } = row;
  const middle = bars.y + bars.height / 2;
  const top = Math.round(middle + Math.min(6, bars.height / 2 - 12));
  return { x: bars.x + LABEL_WIDTH, y: top, width: bars.width - LABEL_WIDTH, height: 13 };
}

/** A bar split by shares of a whole, in node hues. */
function splitBar(shares: readonly number[], area: Rect, scene: Scene, tools: Tools): void {
  const { palette } = scene;
  const total = shares.reduce((sum, share) => sum + share, 0);
  const y = area.y + 3;
  if (total <= 0) {
    tools.under.outline(area.x, y, area.width, 8, 2, 1, palette.colours.line);
    return;
  }
  let at = 0;
  shares.forEach((share, node) => {
    const from = Math.round((at / total) * area.width);
    at += share;
    const to = Math.round((at / total) * area.width);
    const gap = to < area.width && to - from > 2 ? 1 : 0;
    if (to - from - gap > 0)
      nodeSwatch(tools.under, palette, node, { x: area.x + from, y, width: to - from - gap, height: 8 }, 0);
  });
}

function drawThreads(row: ProcessRow, process: ProcessSummary, scene: Scene, tools: Tools): void {
  const { palette } = scene;
  const c = palette.colours;
  const area = threadArea(row);
  const living = process.threads.filter((thread) => thread.state !== 'dead');
  if (living.length === 0) return;
  const squares = threadSquares(row, living.length);
  if (squares.length === 0) {
    splitBar(process.threadsPerNode, { ...area, y: area.y - 1 }, scene, tools);
    return;
  }
  living.forEach((thread, i) => drawThread(thread, squares[i], scene, tools));
  function drawThread(thread: ThreadSummary, square: Rect, s: Scene, t: Tools): void {
    const astray = thread.preferred >= 0 && thread.preferred !== thread.node;
    if (thread.node >= 0) nodeSwatch(t.under, palette, thread.node, square, square.width >= 8 ? 2 : 0);
    if (astray) t.under.dashed(square.x - 1, square.y - 1, square.width + 2, square.height + 2, 1, c.strong);
    if (s.selection?.kind === 'thread' && s.selection.pid === thread.pid)
      t.over.outline(square.x - 3, square.y - 3, square.width + 6, square.height + 6, 3, 2, c.accent);
  }
}

function drawRow(row: ProcessRow, process: ProcessSummary, scene: Scene, tools: Tools): void {
  const { palette } = scene;
  const c = palette.colours;
  const { rect, info, strip } = row;
  const { under } = tools;
  const labels = tools.text.area(`info${row.slot}`, info);
  const dead = !process.alive;
  const hue = processColour(palette, process.index);
  under.roundRect(rect.x, rect.y, rect.width, rect.height, 6, c.panel);
  under.outline(rect.x, rect.y, rect.width, rect.height, 6, 1, c.line);
  const letter = processLetter(process.index);
  const top = row.compact ? info.y + Math.round((info.height - 16) / 2) : info.y;
  const swatch = { x: info.x, y: top + 2, width: 12, height: 12 };
  under.roundRect(swatch.x, swatch.y, 12, 12, 3, dead ? mix(hue, c.panel, 0.7) : hue);
  const ink = dead ? c.secondary : c.text;
  const threads = process.threads.filter((thread) => thread.state !== 'dead').length;
  const state = dead
    ? `exited after ${process.elapsedS.toFixed(1)} s`
    : `${megabytes(process.residentMb)} · ${threads} threads · ${percent(process.localShare)} local`;
  if (row.compact) {
    const name = `${letter}  ${process.name}`;
    const width = Math.min(112, Math.ceil(textWidth(name, 'title')) + 8);
    labels.put(name, info.x + 20, top, width, 'title', ink);
    const room = info.width - 32 - width;
    const words = dead
      ? [state, 'exited']
      : [
          state,
          `${megabytes(process.residentMb)} · ${percent(process.localShare)} local`,
          `${percent(process.localShare)} local`,
        ];
    labels.put(fitText(words, 'small', room), info.x + 26 + width, top + 1, room, 'small', c.secondary);
  } else {
    const room = info.width - 28;
    const name = fitText(
      [
        `${letter}  ${process.name}  pid ${process.pid}`,
        `${letter}  ${process.name}`,
        `${letter} ${process.name}`,
      ],
      'title',
      room,
    );
    labels.put(name || `${letter}  ${process.name}`, info.x + 20, top, room, 'title', ink);
    const wide = info.height < 46 || dead;
    const lines = wide
      ? [fitText([state, splitState(process, threads)[1]], 'small', room + 12)]
      : splitState(process, threads);
    lines.forEach((line, i) =>
      labels.put(line, info.x + 20, top + 17 + 14 * i, room + 6, 'small', c.secondary),
    );
  }
  under.outline(strip.x - 1, strip.y - 1, strip.width + 2, strip.height + 2, 0, 1, c.line);
  if (!dead) {
    const weights = weightArea(row);
    const words = tools.text.area(`bars${row.slot}`, {
      ...row.bars,
      y: weights.y,
      width: LABEL_WIDTH,
      height: 40,
    });
    words.put('mm weight', row.bars.x, weights.y, LABEL_WIDTH, 'small', c.secondary);
    splitBar(process.weights, weights, scene, tools);
    const area = threadArea(row);
    words.put('threads on', row.bars.x, area.y - 1, LABEL_WIDTH, 'small', c.secondary);
    drawThreads(row, process, scene, tools);
  }
  if (scene.selection?.kind === 'process' && scene.selection.pid === process.pid)
    tools.over.outline(rect.x, rect.y, rect.width, rect.height, 6, 2, c.accent);
}

/** The state in two lines, when the row is high enough. */
function splitState(process: ProcessSummary, threads: number): string[] {
  const progress = process.progress >= 0 ? ` · ${percent(process.progress)} done` : '';
  return [
    `${megabytes(process.residentMb)} · ${threads} threads`,
    `${percent(process.localShare)} local${progress}`,
  ];
}

/** Draw all process rows, and what is left out. */
export function drawProcessRows(scene: Scene, tools: Tools): void {
  const shown = shownProcesses(scene);
  shown.forEach((process, i) => drawRow(scene.layout.processRows[i], process, scene, tools));
  drawVirtual(scene, tools, shown);
  const hidden = (scene.summary?.processes.length ?? 0) - shown.length;
  if (hidden <= 0) return;
  const area = scene.layout.processArea;
  const words = `+${hidden} more, scroll`;
  const width = Math.ceil(textWidth(words, 'small')) + 8;
  const x = area.x + area.width - width - 6;
  const y = area.y + area.height - 6;
  tools.text
    .area('more', { x, y, width, height: 14 })
    .put(words, x, y, width, 'small', scene.palette.colours.secondary, {
      align: 'center',
      plate: scene.palette.colours.ground,
    });
}

/** Mark the selected virtual page on its strip. */
function drawVirtual(scene: Scene, tools: Tools, shown: readonly ProcessSummary[]): void {
  const target = scene.selection;
  if (target?.kind !== 'virtual') return;
  const i = shown.findIndex((process) => process.index === target.process);
  const slots = i < 0 ? 0 : (shown[i].slots ?? 0);
  if (slots <= 0) return;
  const { strip } = scene.layout.processRows[i];
  const x = strip.x + ((target.slot + 0.5) / slots) * strip.width;
  tools.over.rect(x - 3, strip.y - 3, 6, 2, scene.palette.colours.accent);
  tools.over.rect(x - 0.75, strip.y - 2, 1.5, strip.height + 4, scene.palette.colours.accent);
}
