import { describe, expect, test } from 'vitest';
import {
  CPU_WORDS,
  FRAME_MAGIC,
  H_CPUS,
  H_CPUS_OFFSET,
  H_IMAGES,
  H_IMAGES_OFFSET,
  H_MAGIC,
  H_MOVES_OFFSET,
  H_NODES,
  H_NODES_OFFSET,
  H_PAIRS_OFFSET,
  H_SPARKS_OFFSET,
  HEADER_WORDS,
  NODE_WORDS,
  PAIR_WORDS,
  readFrame,
} from '../protocol/frame.ts';
import type { ProcessSummary } from '../protocol/summary.ts';
import { Cameras } from './cameras.ts';
import { ImageStore, buildRequest, imageHeight, imageSpecs, imageWidth, requestBytes } from './images.ts';
import { layoutPicture } from './layout.ts';
import { testMachine } from './machine.test-util.ts';
import { copyFigures } from './scene.ts';

const machine = testMachine(2, 12, 2_097_152);
const processes = [{ index: 0 }, { index: 1 }] as ProcessSummary[];

function requestAt(resolution: number, zoom = 1) {
  const layout = layoutPicture(968, 572, machine, 2);
  const specs = imageSpecs(layout, resolution);
  const cameras = new Cameras();
  cameras.zoom(layout, 'all', zoom);
  return { layout, specs, request: buildRequest(layout, specs, cameras.of, processes, 3, 'owner') };
}

/** A frame with everything zero but its images, which count up. */
function frameFor(bytes: number): ArrayBuffer {
  const buffer = new ArrayBuffer(4096 + bytes);
  const header = new Int32Array(buffer, 0, HEADER_WORDS);
  header[H_MAGIC] = FRAME_MAGIC;
  header[H_NODES] = 2;
  header[H_CPUS] = 24;
  let at = HEADER_WORDS * 4;
  header[H_NODES_OFFSET] = at;
  header[H_PAIRS_OFFSET] = at += 2 * NODE_WORDS * 4;
  header[H_CPUS_OFFSET] = at += 4 * PAIR_WORDS * 4;
  header[H_MOVES_OFFSET] = at += 24 * CPU_WORDS * 4;
  header[H_SPARKS_OFFSET] = at;
  header[H_IMAGES_OFFSET] = at;
  header[H_IMAGES] = bytes;
  const images = new Uint8Array(buffer, at, bytes);
  for (let i = 0; i < bytes; i++) images[i] = i & 255;
  return buffer;
}

describe('view request', () => {
  test('asks for a map a node and a strip a row, widths in fours', () => {
    for (const resolution of [0.5, 0.75, 1, 1.25, 2]) {
      const { request } = requestAt(resolution);
      expect(request.maps.map((map) => map.node)).toEqual([0, 1]);
      expect(request.strips.map((strip) => strip.process)).toEqual([0, 1]);
      for (const image of [...request.maps, ...request.strips]) expect(image.width % 4).toBe(0);
    }
  });

  test('covers the whole node at any resolution', () => {
    for (const resolution of [0.5, 1, 2]) {
      const { request, layout } = requestAt(resolution);
      const map = request.maps[0];
      expect(map.width * map.cellsPerPixel).toBeCloseTo(layout.panels[0].cellColumns);
      expect(map.height * map.cellsPerPixelY).toBeCloseTo(layout.panels[0].cellRows);
    }
  });

  test('looks at less when zoomed in', () => {
    const far = requestAt(1).request.maps[0];
    const near = requestAt(1, 10).request.maps[0];
    expect(near.cellsPerPixel).toBeCloseTo(far.cellsPerPixel / 10);
    expect(near.x).toBeGreaterThan(0);
  });

  test('at resolution one a map pixel is a screen pixel', () => {
    const { request, layout } = requestAt(1);
    expect([request.maps[0].width, request.maps[0].height]).toEqual([
      layout.panels[0].map!.width,
      layout.panels[0].map!.height,
    ]);
  });

  test('image sizes never vanish', () => {
    expect(imageWidth(3, 0.5)).toBe(4);
    expect(imageHeight(0.4, 0.5)).toBe(1);
  });
});

describe('frame', () => {
  test('its images are dealt out in the order of the request, and nothing of the buffer is kept', () => {
    const { request, specs } = requestAt(1);
    const store = new ImageStore();
    store.resize(specs);
    const bytes = requestBytes(request);
    const buffer = frameFor(bytes);
    const changed: number[] = [];
    const frame = readFrame(buffer);
    store.take(frame.images, request, (i) => changed.push(i));
    expect(changed).toEqual([0, 1, 2, 3]);
    expect(store.images[1][0]).toBe((specs[0].width * specs[0].height) & 255);
    const figures = copyFigures(frame, 12, null);
    for (const part of [...store.images, figures.nodes, figures.pairs, figures.cpus])
      expect(part.buffer).not.toBe(buffer);
    expect(copyFigures(frame, 13, figures)).toBe(figures);
  });

  test('images of unchanged size survive a relayout', () => {
    const store = new ImageStore();
    store.resize(requestAt(1).specs);
    const first = store.images[0];
    store.resize(requestAt(1).specs);
    expect(store.images[0]).toBe(first);
    store.resize(requestAt(0.5).specs);
    expect(store.images[0]).not.toBe(first);
  });
});
