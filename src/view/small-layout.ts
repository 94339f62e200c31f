/** Where everything is in a small picture, one of several side by side: node panels, and a strip for each process. */
import type { MachineInfo } from '../protocol/summary.ts';
import { columnsFor, layoutPanel, type Layout, type Rect } from './layout.ts';

const GAP = 8;
const STRIP = 14;
const STRIP_GAP = 4;
/** Width of the name beside a strip, and of the words after it. */
const NAME = 120;
const WORDS = 88;
/** Strips at most. */
export const MOST_STRIPS = 4;
const LEAST_PANEL = 90;

/** Rows and columns of panels; two nodes side by side even where a phone would stack them. */
function columnsOf(nodes: number, width: number, height: number): number {
  if (nodes <= 2) return width < 300 ? 1 : nodes;
  if (nodes === 4) return width > height * 2.4 ? 4 : 2;
  return columnsFor(nodes, Math.max(640, width));
}

/** Lay out a small picture in a host of this size. */
export function layoutSmall(
  width: number,
  height: number,
  machine: MachineInfo,
  processCount: number,
): Layout {
  const nodes = machine.nodes.length;
  const columns = columnsOf(nodes, width, height);
  const rows = Math.ceil(nodes / columns);
  const room = height - rows * LEAST_PANEL;
  const fit = Math.max(1, Math.floor(room / (STRIP + STRIP_GAP)));
  const strips = Math.min(processCount, MOST_STRIPS, fit);
  const stripsHeight = strips * (STRIP + STRIP_GAP);
  const panelWidth = Math.floor((width - (columns - 1) * GAP) / columns);
  const panelHeight = Math.max(60, Math.floor((height - stripsHeight - (rows - 1) * GAP) / rows));
  const panels = machine.nodes.map((_, node) =>
    layoutPanel(machine, node, {
      x: (node % columns) * (panelWidth + GAP),
      y: Math.floor(node / columns) * (panelHeight + GAP),
      width: panelWidth,
      height: panelHeight,
    }),
  );
  const top = rows * panelHeight + (rows - 1) * GAP + STRIP_GAP;
  const processRows = Array.from({ length: strips }, (_, slot) => {
    const rect: Rect = { x: 0, y: top + slot * (STRIP + STRIP_GAP), width, height: STRIP };
    const stripWidth = Math.floor((width - NAME - WORDS) / 4) * 4;
    return {
      slot,
      rect,
      compact: true,
      info: { ...rect, width: NAME },
      strip: { ...rect, x: NAME, width: Math.max(16, stripWidth) },
      bars: { ...rect, x: width - WORDS, width: WORDS },
    };
  });
  return {
    width,
    height,
    columns,
    rows,
    stacked: columns === 1,
    panels,
    columnGap: GAP,
    lane: 0,
    legend: { x: 0, y: height, width: 0, height: 0 },
    processRows,
    hiddenProcesses: processCount - strips,
    processArea: { x: 0, y: top, width, height: stripsHeight },
  };
}
