import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CELL, cellAt, cellWindow, clampCamera, maxZoom, panBy, zoomAt } from './camera.ts';
import { Cameras } from './cameras.ts';
import { layoutPicture } from './layout.ts';
import { testMachine } from './machine.test-util.ts';

const machine = testMachine(2, 12, [2_097_152, 262_144]);
const layout = layoutPicture(968, 572, machine, 2);
const panel = layout.panels[0];
const map = panel.map!;
const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('camera', () => {
  test('zooming in keeps the cell under the pointer', () => {
    fc.assert(
      fc.property(
        unit,
        unit,
        unit,
        unit,
        fc.double({ min: 1, max: 50, noNaN: true }),
        (cx, cy, u, v, factor) => {
          const limit = maxZoom(panel);
          const before = clampCamera({ zoom: 1.5, cx, cy }, limit);
          const after = zoomAt(before, factor, u, v, limit);
          const x = map.x + u * map.width;
          const y = map.y + v * map.height;
          const a = cellAt(cellWindow(before, panel), map, x, y);
          const b = cellAt(cellWindow(after, panel), map, x, y);
          expect(b.column).toBeCloseTo(a.column, 4);
          expect(b.row).toBeCloseTo(a.row, 4);
        },
      ),
    );
  });

  test('the window never leaves the node', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0.2, max: 5, noNaN: true }), unit, unit, unit, unit), {
          maxLength: 20,
        }),
        (steps) => {
          const limit = maxZoom(panel);
          let camera = { zoom: 1, cx: 0.5, cy: 0.5 };
          for (const [factor, u, v, du, dv] of steps) {
            camera = panBy(zoomAt(camera, factor, u, v, limit), du * 4 - 2, dv * 4 - 2, limit);
            const window = cellWindow(camera, panel);
            expect(window.x).toBeGreaterThanOrEqual(-1e-6);
            expect(window.y).toBeGreaterThanOrEqual(-1e-6);
            expect(window.x + window.perPixelX * map.width).toBeLessThanOrEqual(panel.cellColumns + 1e-6);
            expect(window.y + window.perPixelY * map.height).toBeLessThanOrEqual(panel.cellRows + 1e-6);
          }
        },
      ),
    );
  });

  test('it goes down to single pages', () => {
    const window = cellWindow({ zoom: maxZoom(panel), cx: 0.5, cy: 0.5 }, panel);
    expect(1 / window.perPixelX).toBeCloseTo(MAX_CELL);
  });
});

describe('cameras', () => {
  test('are shared until a node is detached, and again after fit', () => {
    const cameras = new Cameras();
    expect(cameras.zoom(layout, 0, 4)).toBe(true);
    expect(cameras.of(1)).toEqual(cameras.of(0));
    cameras.detach(1);
    cameras.zoom(layout, 1, 2);
    expect(cameras.of(1).zoom).toBe(8);
    expect(cameras.of(0).zoom).toBe(4);
    cameras.fit();
    expect(cameras.zoomed).toBe(false);
    expect(cameras.of(1)).toEqual(cameras.of(0));
  });

  test('move once for all that look through them', () => {
    const one = new Cameras();
    const all = new Cameras();
    for (const cameras of [one, all]) cameras.zoom(layout, 'all', 8);
    one.pan(layout, 0, 50, 20);
    all.pan(layout, 'all', 50, 20);
    expect(all.of(0)).toEqual(one.of(0));
    all.detach(1);
    const before = all.of(1).cx;
    all.pan(layout, 'all', 50, 0);
    expect(all.of(1).cx).toBeGreaterThan(before);
    expect(all.of(0).cx).toBeGreaterThan(one.of(0).cx);
  });

  test('say when nothing moved', () => {
    const cameras = new Cameras();
    expect(cameras.pan(layout, 0, 50, 0)).toBe(false);
    expect(cameras.zoom(layout, 'all', 0.5)).toBe(false);
    cameras.zoom(layout, 'all', 2);
    expect(cameras.pan(layout, 0, 50, 0)).toBe(true);
  });
});
