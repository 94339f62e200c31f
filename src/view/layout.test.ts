import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TILE_HEIGHT, TILE_WIDTH } from '../protocol/frame.ts';
import { FIT, cellAt, cellWindow, clampCamera, maxZoom, rectOfCell } from './camera.ts';
import { coresOfNode } from './key-layout.ts';
import {
  cellOfFrame,
  columnsFor,
  contains,
  frameOfCell,
  layoutPicture,
  pictureHeight,
  tileColumnsFor,
  type Layout,
  type Rect,
} from './layout.ts';
import { testMachine } from './machine.test-util.ts';

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function inside(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

const anyMachine = fc
  .record({
    nodes: fc.integer({ min: 1, max: 20 }),
    cpus: fc.constantFrom(0, 1, 6, 12, 16, 48, 64, 128),
    blocks: fc.constantFrom(0, 1, 7, 4096, 100_000),
  })
  .map(({ nodes, cpus, blocks }) => testMachine(nodes, cpus, blocks * 512));

const anyLayout = fc
  .record({
    machine: anyMachine,
    width: fc.integer({ min: 320, max: 2600 }),
    extra: fc.integer({ min: 0, max: 900 }),
    processes: fc.integer({ min: 0, max: 30 }),
  })
  .map(({ machine, width, extra, processes }) => {
    const height = pictureHeight(width, machine, processes) + extra;
    return { machine, layout: layoutPicture(width, height, machine, processes), width, height, processes };
  });

function parts(layout: Layout): Rect[] {
  return [...layout.panels.map((p) => p.rect), layout.legend, ...layout.processRows.map((r) => r.rect)];
}

describe('layout', () => {
  test('panels, legend and rows never overlap and fit the host', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, width, height }) => {
        const all = parts(layout);
        const host = { x: 0, y: 0, width, height };
        for (const rect of all) expect(inside(host, rect), JSON.stringify([rect, host])).toBe(true);
        for (let i = 0; i < all.length; i++)
          for (let j = i + 1; j < all.length; j++) expect(overlap(all[i], all[j])).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  test('the parts of a panel are inside it and do not cover each other', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout }) => {
        for (const panel of layout.panels) {
          const own = [panel.title, panel.keyStrip, panel.map, panel.gauge].filter((r) => r !== null);
          for (const rect of own)
            expect(inside(panel.rect, rect), JSON.stringify([panel.rect, rect])).toBe(true);
          for (let i = 0; i < own.length; i++)
            for (let j = i + 1; j < own.length; j++) expect(overlap(own[i], own[j])).toBe(false);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('every CPU has one key inside its strip', () => {
    fc.assert(
      fc.property(anyLayout, ({ machine, layout }) => {
        for (const panel of layout.panels) {
          expect(panel.keys.map((key) => key.cpu).sort((a, b) => a - b)).toEqual(
            machine.nodes[panel.node].cpus,
          );
          for (const key of panel.keys) expect(inside(grow(panel.keyStrip, 1), key)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('all processes are shown or counted', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout, processes }) => {
        expect(layout.processRows.length + layout.hiddenProcesses).toBe(processes);
        expect(layout.processRows.length).toBeLessThanOrEqual(8);
        if (processes > 0) expect(layout.processRows.length).toBeGreaterThan(0);
      }),
    );
  });

  test('map widths are multiples of four', () => {
    fc.assert(
      fc.property(anyLayout, ({ layout }) => {
        for (const panel of layout.panels) if (panel.map !== null) expect(panel.map.width % 4).toBe(0);
      }),
    );
  });

  test('the first screen of a laptop has a map worth seeing', () => {
    const layout = layoutPicture(968, 572, testMachine(2, 12, 2_097_152), 2);
    expect(layout.processRows).toHaveLength(2);
    for (const panel of layout.panels) {
      expect(panel.map!.width).toBeGreaterThan(380);
      expect(panel.map!.height).toBeGreaterThan(240);
      expect(panel.keys.every((key) => key.width >= 24)).toBe(true);
    }
  });

  test('nodes stand side by side, in two rows, in four columns; stacked on a phone', () => {
    expect([1, 2, 3, 4, 8, 16].map((n) => columnsFor(n, 1000))).toEqual([1, 2, 3, 2, 4, 4]);
    expect(columnsFor(2, 390)).toBe(1);
  });

  test('nodes without memory or without CPUs are legal', () => {
    const layout = layoutPicture(900, 600, testMachine(2, [0, 8], [4096 * 512, 0]), 1);
    expect(layout.panels[0].keys).toHaveLength(0);
    expect(layout.panels[0].map).not.toBeNull();
    expect(layout.panels[1].map).toBeNull();
    expect(layout.panels[1].gauge).toBeNull();
  });
});

describe('CPU keys', () => {
  test('siblings are neighbours and cores of a socket stay together', () => {
    const machine = testMachine(1, 8, 512);
    expect(coresOfNode(machine, 0).map((core) => core.cpus)).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    const [a, b, c] = layoutPicture(900, 500, machine, 0).panels[0].keys;
    expect(b.x - (a.x + a.width)).toBeLessThan(c.x - (b.x + b.width));
  });

  test('keys of a strip do not overlap', () => {
    for (const cpus of [1, 6, 24, 64, 128]) {
      const { keys } = layoutPicture(968, 572, testMachine(2, cpus, 2_097_152), 2).panels[0];
      for (let i = 0; i < keys.length; i++)
        for (let j = i + 1; j < keys.length; j++) expect(overlap(keys[i], keys[j])).toBe(false);
    }
  });
});

describe('cells', () => {
  test('the whole node fits, about square', () => {
    for (const frames of [512, 4096 * 512, 65_536 * 512]) {
      const columns = tileColumnsFor(frames, 430, 290);
      const rows = Math.ceil(frames / 512 / columns);
      expect(columns * rows * 512).toBeGreaterThanOrEqual(frames);
      if (frames > 100 * 512) {
        const shape = (columns * TILE_WIDTH) / (rows * TILE_HEIGHT) / (430 / 290);
        expect(shape).toBeGreaterThan(0.9);
        expect(shape).toBeLessThan(1.1);
      }
    }
  });

  test('every frame has a cell of its own and is reached at every zoom', () => {
    fc.assert(
      fc.property(
        anyLayout.filter(({ layout }) => layout.panels.some((p) => p.map !== null)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ layout }, share, zoomShare) => {
          const panel = layout.panels.find((p) => p.map !== null)!;
          const frame = Math.min(panel.frames - 1, Math.floor(share * panel.frames));
          const { column, row } = cellOfFrame(panel, frame);
          expect(frameOfCell(panel, column, row)).toBe(frame);
          const zoom = 1 + zoomShare * (maxZoom(panel) - 1);
          const camera = clampCamera(
            { zoom, cx: (column + 0.5) / panel.cellColumns, cy: (row + 0.5) / panel.cellRows },
            maxZoom(panel),
          );
          const window = cellWindow(camera, panel);
          const rect = rectOfCell(window, panel.map!, column, row);
          const x = rect.x + rect.width / 2;
          const y = rect.y + rect.height / 2;
          expect(contains(grow(panel.map!, 0.01), x, y)).toBe(true);
          const back = cellAt(window, panel.map!, x, y);
          expect([Math.floor(back.column + 1e-6), Math.floor(back.row + 1e-6)]).toEqual([column, row]);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('at fit the window is the whole node', () => {
    const panel = layoutPicture(968, 572, testMachine(2, 12, 2_097_152), 2).panels[0];
    const window = cellWindow(FIT, panel);
    expect([window.x, window.y]).toEqual([0, 0]);
    expect(window.perPixelX * panel.map!.width).toBeCloseTo(panel.cellColumns);
    expect(window.perPixelY * panel.map!.height).toBeCloseTo(panel.cellRows);
  });
});

function grow(rect: Rect, by: number): Rect {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}
