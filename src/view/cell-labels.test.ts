import { describe, expect, test } from 'vitest';
import { contains, overlap } from './layout.ts';
import { outlineCell } from './marks.ts';
import type { Pen } from './pen.ts';

const map = { x: 20, y: 150, width: 212, height: 90 };

describe('a cell larger than its map', () => {
  test('is seen as far as the map goes', () => {
    const seen = overlap({ x: 50, y: 130, width: 128, height: 128 }, map);
    expect(seen).toEqual({ x: 50, y: 150, width: 128, height: 90 });
    expect(overlap({ x: 50, y: 20, width: 128, height: 128 }, map)).toBeNull();
  });

  test('is outlined within the map, not over what lies beside it', () => {
    const boxes: { x: number; y: number; width: number; height: number }[] = [];
    const pen = {
      outline: (x: number, y: number, width: number, height: number) => boxes.push({ x, y, width, height }),
    } as unknown as Pen;
    outlineCell(pen, { x: 50, y: 100, width: 128, height: 160 }, map, 0, 0);
    expect(boxes).toHaveLength(2);
    for (const box of boxes) {
      expect(box.y).toBeGreaterThanOrEqual(map.y - 5);
      expect(box.y + box.height).toBeLessThanOrEqual(map.y + map.height + 5);
      expect(contains(map, box.x + box.width / 2, box.y + box.height / 2)).toBe(true);
    }
  });
});
