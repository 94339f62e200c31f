import { describe, expect, test } from 'vitest';
import {
  INDEX_FREE,
  INDEX_VALUE,
  KTHREAD_MIGRATED,
  MOVE_KIND_AUTONUMA,
  MOVE_KIND_FORK,
  MOVE_KIND_PULL,
  MOVE_WORDS,
  PAIR_PAGE_RATE,
  PAIR_WORDS,
  SPARK_WORDS,
} from '../protocol/frame.ts';
import type { ProcessSummary, ThreadSummary } from '../protocol/summary.ts';
import { Cameras } from './cameras.ts';
import { cellWords } from './cell-labels.ts';
import { keyNames } from './cpu-keys.ts';
import { Cursor } from './cursor.ts';
import { Effects } from './effects.ts';
import { floodEffects } from './flood.ts';
import { flowWidth, flowsOf, ribbonPath } from './flows.ts';
import { grouped, megabytes, pagesPerSecondAsMb, percent, short } from './format.ts';
import { flowAt, flowPoint } from './flow-hit.ts';
import { hitTest, mapAt, sameTarget } from './hit-test.ts';
import { contains, layoutPicture } from './layout.ts';
import { testMachine } from './machine.test-util.ts';
import { frameRect } from './marks.ts';
import { addArcs, addSparks, arcStroke, keyIndex } from './moves.ts';
import { makePalette } from './palettes.ts';
import { TrianglePen, dashesOf } from './pen.ts';
import { threadSquares } from './process-rows.ts';
import { AdaptiveResolution } from './resolution.ts';

const machine = testMachine(2, 12, 2_097_152);
const layout = layoutPicture(968, 572, machine, 2);
const palette = makePalette('dark', 'okabe-ito');
const threads = Array.from(
  { length: 12 },
  (_, i) => ({ pid: 100 + i, index: i, state: 'running', node: 0, preferred: 0 }) as ThreadSummary,
);
const shown = [0, 1].map(
  (index) => ({ pid: 10 + index, index, alive: true, slots: 1536, threads }) as unknown as ProcessSummary,
);

describe('arrows', () => {
  test('are found where they are drawn, and only while pages flow', () => {
    const pairs = new Float32Array(2 * 2 * PAIR_WORDS);
    const figures = { tick: 0, nodes: new Float32Array(), pairs, cpus: new Int32Array() };
    const point = flowPoint(layout, 0, 1)!;
    expect(flowAt(layout, figures, point.x, point.y)).toBeNull();
    pairs[PAIR_WORDS + PAIR_PAGE_RATE] = 20_000;
    expect(flowAt(layout, figures, point.x, point.y)).toEqual({ from: 0, to: 1 });
    expect(hitTest(layout, new Cameras().of, shown, point.x, point.y)).toBeNull();
    const back = flowPoint(layout, 1, 0)!;
    expect(flowAt(layout, figures, back.x, back.y)).toBeNull();
    const eight = layoutPicture(968, 572, testMachine(8, 4, 2_097_152), 2);
    const many = { ...figures, pairs: new Float32Array(64 * PAIR_WORDS) };
    many.pairs[(2 * 8 + 5) * PAIR_WORDS + PAIR_PAGE_RATE] = 20_000;
    const middle = flowPoint(eight, 2, 5)!;
    expect(flowAt(eight, many, middle.x, middle.y)).toEqual({ from: 2, to: 5 });
    expect(flowAt(eight, many, middle.x, middle.y + 60)).toBeNull();
    expect(flowPoint(eight, 3, 3)).toBeNull();
  });
});

describe('hit test', () => {
  const cameras = new Cameras();
  test('finds the frame drawn at a point', () => {
    for (const frame of [0, 511, 512, 1_000_000, 2_097_151]) {
      const rect = frameRect(layout, cameras.of, 1, frame)!;
      const target = hitTest(layout, cameras.of, shown, rect.x + rect.width / 2, rect.y + rect.height / 2);
      expect(target).toEqual({ kind: 'frame', node: 1, frame });
    }
  });

  test('finds CPUs, daemons, processes, threads and virtual pages', () => {
    const key = layout.panels[1].keys[3];
    expect(hitTest(layout, cameras.of, shown, key.x + 2, key.y + 2)).toEqual({ kind: 'cpu', cpu: key.cpu });
    const gauge = layout.panels[0].gauge!;
    expect(hitTest(layout, cameras.of, shown, gauge.x + 2, gauge.y + 2)).toEqual({ kind: 'daemon', node: 0 });
    const row = layout.processRows[1];
    expect(hitTest(layout, cameras.of, shown, row.info.x, row.info.y)).toEqual({ kind: 'process', pid: 11 });
    const square = threadSquares(row, 12)[4];
    expect(hitTest(layout, cameras.of, shown, square.x + 1, square.y + 1)).toEqual({
      kind: 'thread',
      pid: 104,
    });
    const { strip } = row;
    const virtual = hitTest(layout, cameras.of, shown, strip.x + strip.width / 2, strip.y + strip.height - 1);
    expect(virtual).toMatchObject({ kind: 'virtual', process: 1, slot: 768 });
    expect(hitTest(layout, cameras.of, shown, 1, 1)).toBeNull();
    expect(mapAt(layout, 1, 1)).toBe(-1);
  });

  test('compares targets by what they are', () => {
    expect(sameTarget({ kind: 'cpu', cpu: 1 }, { kind: 'cpu', cpu: 1 })).toBe(true);
    expect(sameTarget({ kind: 'cpu', cpu: 1 }, null)).toBe(false);
  });
});

describe('cursor', () => {
  test('goes from node to node and stays on frames', () => {
    const cursor = new Cursor();
    const cameras = new Cameras();
    for (let i = 0; i < 200; i++) cursor.arrow(layout, cameras, 1, 0, false);
    expect(cursor.node).toBe(1);
    expect(cursor.frame(layout)).toBeGreaterThanOrEqual(0);
  });

  test('plain arrows move a zoomed map, fine ones a cell', () => {
    const cursor = new Cursor();
    const cameras = new Cameras();
    cameras.zoom(layout, 'all', 64);
    expect(cursor.arrow(layout, cameras, 1, 0, false)).toBe(true);
    const { column } = cursor;
    cursor.arrow(layout, cameras, 1, 0, true);
    expect(cursor.column).toBe(column + 1);
  });
});

describe('effects', () => {
  test('die of age, and the oldest gives way', () => {
    const effects = new Effects(2, 1);
    effects.add(0, 0, 1, 1, 10, 0, 0, 1);
    effects.add(0, 0, 1, 1, 10.5, 0, 0, 2);
    effects.add(0, 0, 1, 1, 10.6, 0, 0, 3);
    expect(effects.count).toBe(2);
    effects.prune(11.55);
    expect(effects.count).toBe(1);
    expect(effects.data[7]).toBe(3);
  });

  test('a task move becomes an arc between its keys and marks them', () => {
    const arcs = new Effects(8, 1);
    const marks = new Float64Array(24);
    const moves = new Int32Array(MOVE_WORDS * 2);
    moves.set([100, 0, 0, 2, 20, MOVE_KIND_AUTONUMA]);
    moves.set([100, 0, 0, 2, 999, MOVE_KIND_PULL], MOVE_WORDS);
    addArcs(moves, keyIndex(layout), palette, 5, arcs, marks);
    expect(arcs.count).toBe(1);
    expect(marks[2]).toBeGreaterThan(5);
    expect(marks[20]).toBeGreaterThan(5);
    expect([MOVE_KIND_AUTONUMA, MOVE_KIND_PULL, MOVE_KIND_FORK].map(arcStroke)).toEqual([0, 1, 2]);
  });

  test('sparks fly from map to map, a bounded number a frame', () => {
    const list = new Effects(2048, 1);
    const sparks = new Int32Array(256 * SPARK_WORDS);
    for (let i = 0; i < 256; i++) sparks.set([0, i * 1000, 1, i * 2000, 1], i * SPARK_WORDS);
    addSparks(sparks, layout, new Cameras().of, palette, 1, list);
    expect(list.count).toBeGreaterThan(16);
    expect(list.count).toBeLessThanOrEqual(48);
    const [x0, y0, x1, y1] = list.data;
    expect(contains(layout.panels[0].map!, x0, y0)).toBe(true);
    expect(contains(layout.panels[1].map!, x1, y1)).toBe(true);
  });
});

describe('the flood of the bench', () => {
  test('keeps so many in flight and lets the dead be replaced', () => {
    const sparks = new Effects(2048, 0.7);
    const arcs = new Effects(512, 1.1);
    const wanted = { sparks: 2000, arcs: 500 };
    floodEffects(layout, palette, 10, wanted, sparks, arcs);
    expect([sparks.count, arcs.count]).toEqual([2000, 500]);
    sparks.prune(10.6);
    expect(sparks.count).toBeGreaterThan(0);
    expect(sparks.count).toBeLessThan(2000);
    floodEffects(layout, palette, 10.6, wanted, sparks, arcs);
    expect(sparks.count).toBe(2000);
    const [x0, y0] = sparks.data;
    expect(layout.panels.some((panel) => panel.map !== null && contains(panel.map, x0, y0))).toBe(true);
  });
});

describe('flows', () => {
  test('are read from the pairs, widest first, and are as wide as they are', () => {
    const pairs = new Float32Array(9 * PAIR_WORDS);
    pairs[(0 * 3 + 2) * PAIR_WORDS] = 1000;
    pairs[(1 * 3 + 0) * PAIR_WORDS] = 200_000;
    pairs[(1 * 3 + 1) * PAIR_WORDS] = 5;
    const flows = flowsOf({ tick: 0, nodes: new Float32Array(), pairs, cpus: new Int32Array() }, 3);
    expect(flows.map((flow) => [flow.from, flow.to])).toEqual([
      [1, 0],
      [0, 2],
    ]);
    expect(flowWidth(100_000)).toBeCloseTo(2 * flowWidth(50_000));
  });

  test('ribbons begin and end at their panels', () => {
    const eight = layoutPicture(1600, 900, testMachine(8, 8, 2_097_152), 2);
    for (let from = 0; from < 8; from++)
      for (let to = 0; to < 8; to++) {
        if (from === to) continue;
        const points = ribbonPath(eight, from, to);
        const a = eight.panels[from].rect;
        const b = eight.panels[to].rect;
        expect(points[0]).toBeGreaterThan(a.x);
        expect(points[0]).toBeLessThan(a.x + a.width);
        expect(points[points.length - 2]).toBeGreaterThan(b.x);
        expect(points[points.length - 2]).toBeLessThan(b.x + b.width);
      }
  });
});

describe('words', () => {
  test('on keys', () => {
    expect(keyNames(100, 0, 0, 0)[0]).toBe('a1');
    expect(keyNames(5, -1, KTHREAD_MIGRATED, 1)[0]).toBe('migrated1');
    expect(keyNames(-1, -1, 0, 0)).toEqual([]);
  });

  test('in cells', () => {
    expect(cellWords(INDEX_FREE, 'owner')).toEqual(['free']);
    expect(cellWords(INDEX_VALUE + 16 + 2, 'owner').at(-1)).toBe('b3');
    expect(cellWords(INDEX_VALUE + 2, 'last_nid').at(-1)).toBe('n1');
    expect(cellWords(INDEX_VALUE + 4, 'age')).toEqual(['0.8s']);
  });

  test('numbers', () => {
    expect(grouped(20914)).toBe('20\u2009914');
    expect([999, 3870, 208_000, 1_200_000].map(short)).toEqual(['999', '3.9k', '208k', '1.2M']);
    expect([megabytes(8192), megabytes(1229, true), megabytes(2_097_152)]).toEqual([
      '8192 MB',
      '1.2 GB',
      '2.0 TB',
    ]);
    expect(pagesPerSecondAsMb(208_000)).toBe('813 MB/s');
    expect(percent(0.414)).toBe('41 %');
  });
});

describe('adaptive resolution', () => {
  const feed = (adaptive: AdaptiveResolution, ms: number, frames: number) => {
    for (let i = 0; i < frames; i++) adaptive.add(ms);
  };

  test('gets coarser when frames are slow and it helps', () => {
    const adaptive = new AdaptiveResolution();
    feed(adaptive, 30, 120);
    expect(adaptive.factor).toBe(0.75);
    feed(adaptive, 24, 120);
    expect(adaptive.factor).toBe(0.5);
    feed(adaptive, 17, 600);
    expect(adaptive.factor).toBe(0.5);
  });

  test('gives the sharpness back when it did not help, and rests', () => {
    const adaptive = new AdaptiveResolution();
    feed(adaptive, 30, 120);
    feed(adaptive, 30, 60);
    expect(adaptive.factor).toBe(1);
    feed(adaptive, 30, 600);
    expect(adaptive.factor).toBe(1);
  });

  test('leaves fast and paused pictures alone', () => {
    const adaptive = new AdaptiveResolution();
    feed(adaptive, 17, 600);
    feed(adaptive, 400, 600);
    expect(adaptive.factor).toBe(1);
  });
});

describe('pen', () => {
  test('makes triangles with indices in range, and grows', () => {
    const pen = new TrianglePen();
    for (let i = 0; i < 800; i++) {
      pen.roundRect(i, 0, 20, 20, 3, 0xff0000);
      pen.outline(i, 30, 20, 20, 3, 1, 0x00ff00);
      pen.ribbon([0, 0, 10, i, 20, 0], 3, 0x0000ff);
    }
    expect(pen.indexCount % 3).toBe(0);
    const used = pen.indices.subarray(0, pen.indexCount);
    expect(used.every((index) => index < pen.vertexCount)).toBe(true);
    pen.clear();
    expect(pen.indexCount).toBe(0);
  });

  test('dashes stay on the outline', () => {
    dashesOf(10, 10, 40, 20, 4, (x0, y0, x1, y1) => {
      for (const [x, y] of [
        [x0, y0],
        [x1, y1],
      ])
        expect(x === 10 || x === 50 || y === 10 || y === 30).toBe(true);
    });
  });
});
