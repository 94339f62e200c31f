import { describe, expect, test } from 'vitest';
import {
  COLOUR_BY,
  INDEX_FREE,
  INDEX_KERNEL,
  INDEX_PAGE_CACHE,
  INDEX_SPARK,
  INDEX_VALUE,
} from '../protocol/frame.ts';
import { contrast, distance, inkOn, shade } from './colour.ts';
import { emphasisOf, indexColour, mapLegend, paletteBytes, stripPaletteBytes } from './map-palette.ts';
import {
  NODE_HUES,
  PROCESS_HUES,
  makePalette,
  nodeColour,
  nodeCss,
  nodeHatch,
  processColour,
  processLetter,
  threadColour,
  type PaletteName,
  type Theme,
} from './palettes.ts';

const all = (['dark', 'light'] as Theme[]).flatMap((theme) =>
  (['okabe-ito', 'tol'] as PaletteName[]).map((name) => makePalette(theme, name)),
);

describe.each(all)('palette $theme $name', (palette) => {
  const c = palette.colours;

  test('text reads at 4.5:1 or better', () => {
    for (const ground of [c.ground, c.panel]) {
      expect(contrast(c.text, ground)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(c.secondary, ground)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(c.accent, c.panel)).toBeGreaterThanOrEqual(3);
  });

  test('words on keys and cells read at 4.5:1 or better', () => {
    for (let process = 0; process < PROCESS_HUES; process++)
      for (let thread = 0; thread < 16; thread++) {
        const ground = threadColour(palette, process, thread);
        expect(contrast(inkOn(ground), ground)).toBeGreaterThanOrEqual(4.5);
      }
    for (const by of COLOUR_BY)
      for (let index = 0; index < 256; index++) {
        const ground = indexColour(palette, by, index);
        expect(contrast(inkOn(ground), ground)).toBeGreaterThanOrEqual(4.5);
      }
  });

  test('hues are told apart, and processes never look like nodes', () => {
    const processes = Array.from({ length: PROCESS_HUES }, (_, i) => processColour(palette, i));
    const nodes = Array.from({ length: NODE_HUES }, (_, i) => nodeColour(palette, i));
    const least = (list: number[], bound: number) => {
      for (let i = 0; i < list.length; i++)
        for (let j = i + 1; j < list.length; j++)
          expect(
            distance(list[i], list[j]),
            `${list[i].toString(16)} ${list[j].toString(16)}`,
          ).toBeGreaterThan(bound);
    };
    least(processes.slice(0, 5), 0.12);
    least(processes, 0.05);
    least(nodes, 0.07);
    for (const p of processes)
      for (const n of nodes)
        expect(distance(p, n), `${p.toString(16)} ${n.toString(16)}`).toBeGreaterThan(0.08);
  });

  test('free, kernel, cache and fresh arrivals are told apart', () => {
    const fixed = [INDEX_FREE, INDEX_KERNEL, INDEX_PAGE_CACHE, INDEX_SPARK].map((i) =>
      indexColour(palette, 'owner', i),
    );
    for (let i = 0; i < fixed.length; i++)
      for (let j = i + 1; j < fixed.length; j++) expect(distance(fixed[i], fixed[j])).toBeGreaterThan(0.08);
  });

  test('threads are shades of their process', () => {
    for (let thread = 0; thread + 1 < 16; thread++)
      expect(
        distance(threadColour(palette, 1, thread), threadColour(palette, 1, thread + 1)),
      ).toBeGreaterThan(0.02);
  });
});

describe('map palette', () => {
  const palette = all[0];

  test('has the colour of every index, opaque where nothing is hatched', () => {
    const bytes = paletteBytes(palette, 'owner');
    const index = INDEX_VALUE + 16 * 3 + 5;
    const colour = threadColour(palette, 3, 5);
    expect([...bytes.slice(index * 4, index * 4 + 4)]).toEqual([
      colour >> 16,
      (colour >> 8) & 255,
      colour & 255,
      255,
    ]);
  });

  test('hatches nodes beyond eight', () => {
    expect(nodeHatch(7)).toBe(0);
    expect(nodeHatch(8)).toBe(1);
    expect(nodeCss(palette, 9)).toContain('repeating-linear-gradient');
    expect(stripPaletteBytes(palette)[(INDEX_VALUE + 8) * 4 + 3]).toBe(255 - 64);
    expect(paletteBytes(palette, 'last_nid')[(INDEX_VALUE + 1 + 8) * 4 + 3]).toBe(255 - 64);
    expect(paletteBytes(palette, 'last_nid')[(INDEX_VALUE + 8) * 4 + 3]).toBe(255);
  });

  test('strips are coloured by node', () => {
    const bytes = stripPaletteBytes(palette);
    const colour = nodeColour(palette, 1);
    expect(bytes[(INDEX_VALUE + 1) * 4]).toBe(colour >> 16);
  });

  test('a selection dims the others', () => {
    const plain = paletteBytes(palette, 'owner');
    const picked = paletteBytes(palette, 'owner', { process: 1, thread: -1 });
    const at = (bytes: Uint8Array, process: number) => bytes[(INDEX_VALUE + process * 16) * 4];
    expect(at(picked, 1)).toBe(at(plain, 1));
    expect(at(picked, 0)).not.toBe(at(plain, 0));
    expect(emphasisOf({ kind: 'process', pid: 7 }, null)).toBeNull();
  });

  test('every colour-by has a legend', () => {
    for (const by of COLOUR_BY) {
      const keys = mapLegend(palette, by, [{ index: 0, letter: 'a', name: 'numa01' }], 2);
      expect(keys.length).toBeGreaterThan(4);
      for (const key of keys) expect(key.text).not.toBe('');
    }
  });
});

test('letters go on after z', () => {
  expect([0, 1, 25, 26].map(processLetter)).toEqual(['a', 'b', 'z', 'a2']);
});

test('shading keeps the hue in gamut', () => {
  for (const factor of [0.5, 1, 1.3]) expect(shade(0xe69f00, factor)).toBeLessThanOrEqual(0xffffff);
  expect(shade(0xe69f00, 1)).toBe(0xe69f00);
});
