/** Where everything is: pure functions from host size and machine to rectangles in CSS pixels. */
import { TILE_HEIGHT, TILE_WIDTH } from '../protocol/frame.ts';
import type { MachineInfo } from '../protocol/summary.ts';
import { layoutKeys, type KeyRect, type Rect } from './key-layout.ts';

export type { KeyRect, Rect };

/** One node's panel and its parts. */
export interface NodePanel {
  node: number;
  rect: Rect;
  title: Rect;
  keys: KeyRect[];
  keyStrip: Rect;
  /** The memory map, null for a node without memory. */
  map: Rect | null;
  /** Cells of the whole node: columns and rows, and tiles to a row. */
  tileColumns: number;
  cellColumns: number;
  cellRows: number;
  frames: number;
  gauge: Rect | null;
}

/** One process row and its parts. */
export interface ProcessRow {
  /** Place among the shown rows, from 0. */
  slot: number;
  rect: Rect;
  info: Rect;
  strip: Rect;
  bars: Rect;
  /** Everything on one line: the detail line is dropped. */
  compact: boolean;
}

export interface Layout {
  width: number;
  height: number;
  columns: number;
  rows: number;
  /** Panels stand one under another, flows between them are drawn downwards. */
  stacked: boolean;
  panels: NodePanel[];
  /** Space between panel columns and rows where flows are drawn. */
  columnGap: number;
  lane: number;
  legend: Rect;
  processRows: ProcessRow[];
  /** Processes that found no row. */
  hiddenProcesses: number;
  processArea: Rect;
}

export const EDGE = 12;
const GAP = 8;
const INSET = 12;
const PHONE = 640;
/** Rows of processes at most; more are scrolled. */
export const MAX_PROCESS_ROWS = 8;
const ROW_HEIGHTS = [66, 48, 34];
const STACKED_ROW = 112;
const LEGEND = 18;

/** Panels side by side for so many nodes at such a width. */
export function columnsFor(nodes: number, width: number): number {
  if (width < PHONE) return nodes > 4 && width >= 340 ? 2 : 1;
  if (nodes <= 3) return Math.max(1, nodes);
  if (nodes === 4) return 2;
  if (nodes <= 6) return 3;
  if (nodes <= 16) return 4;
  return Math.ceil(Math.sqrt(nodes * 1.6));
}

/** Least height of a panel at which its map is worth looking at. */
function leastPanel(machine: MachineInfo, columns: number, rows: number): number {
  if (machine.nodes.every((node) => node.frames === 0)) return 70;
  if (columns === 1 && rows > 1) return 250;
  return rows === 1 ? 230 : rows === 2 ? 150 : 116;
}

function laneHeight(nodes: number, columns: number, rows: number): number {
  if (nodes < 2) return 0;
  if (columns === 1) return nodes === 2 ? 52 : 34;
  // A row of three or more needs room under it for flows that skip a neighbour; two have the gap between them.
  return rows === 1 ? (nodes === 2 ? 0 : 30) : rows === 2 ? 34 : 22;
}

function lanesOf(rows: number): number {
  return rows === 1 ? 1 : rows - 1;
}

/**
 * The least height a host of this width should have: on a phone everything stacked, on a desk the height below which
 * maps stop being readable. Give the host the greater of this and what is there.
 */
export function pictureHeight(width: number, machine: MachineInfo, processCount: number): number {
  const nodes = machine.nodes.length;
  const columns = columnsFor(nodes, width);
  const rows = Math.ceil(nodes / columns);
  const phone = width < PHONE;
  const shown = Math.min(processCount, MAX_PROCESS_ROWS);
  const row = phone ? STACKED_ROW : ROW_HEIGHTS[ROW_HEIGHTS.length - 1];
  const lane = laneHeight(nodes, columns, rows);
  const between = lanesOf(rows) * lane;
  const panels = rows * leastPanel(machine, columns, rows) + between;
  const legend = phone ? LEGEND * 3 : LEGEND;
  return Math.ceil(
    EDGE + panels + GAP + legend + shown * (row + (phone ? GAP : 6)) + (shown > 0 ? GAP : 0) + EDGE,
  );
}

/** Tiles to a row so that the whole node has about the shape of its map. */
export function tileColumnsFor(frames: number, width: number, height: number): number {
  const tiles = Math.max(1, Math.ceil(frames / (TILE_WIDTH * TILE_HEIGHT)));
  const ideal = Math.sqrt((width / Math.max(1, height)) * tiles * (TILE_HEIGHT / TILE_WIDTH));
  let best = 1;
  let bestCost = Infinity;
  for (const columns of new Set([Math.floor(ideal), Math.ceil(ideal), Math.ceil(ideal) + 1])) {
    if (columns < 1 || columns > tiles) continue;
    const rows = Math.ceil(tiles / columns);
    const shape = Math.abs(Math.log((columns * TILE_WIDTH * height) / (rows * TILE_HEIGHT * width)));
    const waste = (columns * rows - tiles) / tiles;
    const cost = shape + waste;
    if (cost < bestCost) {
      bestCost = cost;
      best = columns;
    }
  }
  return Math.min(best, tiles);
}

/** Lay out one node's panel in its rectangle. */
export function layoutPanel(machine: MachineInfo, node: number, rect: Rect): NodePanel {
  const tight = rect.height < 200;
  const inset = rect.width < 260 ? 8 : INSET;
  const x = rect.x + inset;
  // Multiples of four: the map's image is uploaded by rows of four-byte alignment.
  const width = Math.floor((rect.width - 2 * inset) / 4) * 4;
  const title: Rect = { x, y: rect.y + (tight ? 4 : 8), width, height: 16 };
  const keysTop = title.y + title.height + (tight ? 2 : 5);
  const strip = layoutKeys(machine, node, x, keysTop, width, tight);
  const keyStrip: Rect = { x, y: keysTop, width, height: strip.height };
  const frames = machine.nodes[node].frames;
  const bottom = rect.y + rect.height;
  const gaugeHeight = tight ? 14 : 18;
  const gauge: Rect | null =
    frames > 0 ? { x, y: bottom - gaugeHeight - (tight ? 4 : 7), width, height: gaugeHeight } : null;
  const mapTop = keysTop + strip.height + (strip.height > 0 ? (tight ? 4 : 8) : 2);
  const mapBottom = gauge === null ? mapTop : gauge.y - (tight ? 3 : 6);
  const map: Rect | null =
    frames > 0 ? { x, y: mapTop, width, height: Math.max(8, mapBottom - mapTop) } : null;
  const tileColumns = map === null ? 1 : tileColumnsFor(frames, map.width, map.height);
  const tiles = Math.ceil(frames / (TILE_WIDTH * TILE_HEIGHT));
  return {
    node,
    rect,
    title,
    keys: strip.keys,
    keyStrip,
    map,
    tileColumns,
    cellColumns: tileColumns * TILE_WIDTH,
    cellRows: Math.max(1, Math.ceil(tiles / tileColumns)) * TILE_HEIGHT,
    frames,
    gauge,
  };
}

function layoutRow(slot: number, rect: Rect, phone: boolean): ProcessRow {
  const pad = rect.height < 40 ? 5 : 9;
  const inner: Rect = {
    x: rect.x + INSET,
    y: rect.y + pad,
    width: rect.width - 2 * INSET,
    height: rect.height - 2 * pad,
  };
  const compact = rect.height < 44;
  if (phone) {
    return {
      slot,
      rect,
      compact: false,
      info: { ...inner, height: 34 },
      strip: { x: inner.x, y: inner.y + 38, width: Math.floor(inner.width / 4) * 4, height: 18 },
      bars: { x: inner.x, y: inner.y + 60, width: inner.width, height: inner.height - 60 },
    };
  }
  const infoWidth = compact ? 256 : 228;
  const barsWidth = Math.max(180, Math.min(320, Math.round(rect.width * 0.25)));
  const stripWidth = Math.floor((inner.width - infoWidth - barsWidth - 24) / 4) * 4;
  return {
    slot,
    rect,
    compact,
    info: { x: inner.x, y: inner.y, width: infoWidth, height: inner.height },
    strip: { x: inner.x + infoWidth, y: inner.y, width: Math.max(16, stripWidth), height: inner.height },
    bars: { x: inner.x + inner.width - barsWidth, y: inner.y, width: barsWidth, height: inner.height },
  };
}

/** How many process rows are shown, and how high each is. */
function rowPlan(height: number, least: number, processCount: number, phone: boolean): [number, number] {
  const wanted = Math.min(processCount, MAX_PROCESS_ROWS);
  if (phone) return [wanted, STACKED_ROW];
  const room = Math.min(height * 0.36, height - least);
  for (const row of ROW_HEIGHTS) {
    if (wanted * (row + 6) <= room || row === ROW_HEIGHTS[ROW_HEIGHTS.length - 1]) {
      const fit = Math.max(1, Math.floor(room / (row + 6)));
      return [Math.min(wanted, fit), row];
    }
  }
  return [wanted, ROW_HEIGHTS[0]];
}

/** Lay out the whole picture in a host of this size. */
export function layoutPicture(
  width: number,
  height: number,
  machine: MachineInfo,
  processCount: number,
): Layout {
  const nodes = machine.nodes.length;
  const phone = width < PHONE;
  const columns = columnsFor(nodes, width);
  const rows = Math.ceil(nodes / columns);
  const lane = laneHeight(nodes, columns, rows);
  const columnGap = columns === 1 ? 0 : nodes === 2 ? 84 : 14;
  const lanes = lanesOf(rows) * lane;
  const legendHeight = phone ? LEGEND * 3 : LEGEND;
  const least = rows * leastPanel(machine, columns, rows) + lanes + 2 * EDGE + 2 * GAP + legendHeight;
  const [shown, rowHeight] = rowPlan(height, least, processCount, phone);
  const rowGap = phone ? GAP : 6;
  const rowsHeight = shown * (rowHeight + rowGap) - (shown > 0 ? rowGap : 0);
  const panelsHeight = height - 2 * EDGE - GAP - legendHeight - (shown > 0 ? rowsHeight + GAP : 0) - lanes;
  const panelHeight = Math.max(60, Math.floor(panelsHeight / rows));
  const panelWidth = Math.floor((width - 2 * EDGE - (columns - 1) * columnGap) / columns);
  const panels: NodePanel[] = [];
  for (let node = 0; node < nodes; node++) {
    const row = Math.floor(node / columns);
    const column = node % columns;
    panels.push(
      layoutPanel(machine, node, {
        x: EDGE + column * (panelWidth + columnGap),
        y: EDGE + row * (panelHeight + lane),
        width: panelWidth,
        height: panelHeight,
      }),
    );
  }
  const legendTop = EDGE + rows * panelHeight + lanes + GAP - 2;
  const legend: Rect = { x: EDGE, y: legendTop, width: width - 2 * EDGE, height: legendHeight };
  const areaTop = legendTop + legendHeight + GAP - 2;
  const processRows: ProcessRow[] = [];
  for (let slot = 0; slot < shown; slot++) {
    const rect = {
      x: EDGE,
      y: areaTop + slot * (rowHeight + rowGap),
      width: width - 2 * EDGE,
      height: rowHeight,
    };
    processRows.push(layoutRow(slot, rect, phone));
  }
  return {
    width,
    height,
    columns,
    rows,
    stacked: columns === 1,
    panels,
    columnGap,
    lane,
    legend,
    processRows,
    hiddenProcesses: processCount - shown,
    processArea: { x: EDGE, y: areaTop, width: width - 2 * EDGE, height: Math.max(0, rowsHeight) },
  };
}

/** Cell column and row of a page frame in its node's map. */
export function cellOfFrame(panel: NodePanel, frame: number): { column: number; row: number } {
  const tile = Math.floor(frame / (TILE_WIDTH * TILE_HEIGHT));
  const inside = frame % (TILE_WIDTH * TILE_HEIGHT);
  return {
    column: (tile % panel.tileColumns) * TILE_WIDTH + (inside % TILE_WIDTH),
    row: Math.floor(tile / panel.tileColumns) * TILE_HEIGHT + Math.floor(inside / TILE_WIDTH),
  };
}

/** Page frame at a cell, -1 outside the node. */
export function frameOfCell(panel: NodePanel, column: number, row: number): number {
  if (column < 0 || row < 0 || column >= panel.cellColumns || row >= panel.cellRows) return -1;
  const tile = Math.floor(row / TILE_HEIGHT) * panel.tileColumns + Math.floor(column / TILE_WIDTH);
  const frame = tile * TILE_WIDTH * TILE_HEIGHT + (row % TILE_HEIGHT) * TILE_WIDTH + (column % TILE_WIDTH);
  return frame < panel.frames ? frame : -1;
}

/** The part that two rectangles share; null when they share none. */
export function overlap(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Whether a point is inside a rectangle. */
export function contains(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}
