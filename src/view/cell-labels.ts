/** Words in the cells of a map once they are large enough: whose page it is, then its number, then both in full. */
import {
  INDEX_FREE,
  INDEX_KERNEL,
  INDEX_NOT_PRESENT,
  INDEX_OUTSIDE,
  INDEX_PAGE_CACHE,
  INDEX_SPARK,
  INDEX_VALUE,
  TYPE_FILE_PRIVATE,
  TYPE_HUGE,
  TYPE_SHARED,
  type ColourBy,
} from '../protocol/frame.ts';
import { cellWindow, rectOfCell, type Camera } from './camera.ts';
import { contrast, inkOn } from './colour.ts';
import { grouped } from './format.ts';
import { fitText, type TextAreas } from './labels.ts';
import { frameOfCell, overlap, type NodePanel } from './layout.ts';
import { indexColour } from './map-palette.ts';
import { processLetter, THREAD_SHADES, type Palette } from './palettes.ts';

/** Cells below this many pixels carry no text. */
export const LEAST_CELL = 24;

/** State of a cell in words, from long to short. */
export function cellWords(index: number, by: ColourBy): string[] {
  switch (index) {
    case INDEX_OUTSIDE:
    case INDEX_NOT_PRESENT:
      return [];
    case INDEX_FREE:
      return ['free'];
    case INDEX_KERNEL:
      return ['kernel', 'kern', 'k'];
    case INDEX_PAGE_CACHE:
      return ['page cache', 'cache', 'pc'];
    case INDEX_SPARK:
      return ['moved now', 'moved', 'new'];
  }
  const value = index - INDEX_VALUE;
  switch (by) {
    case 'owner': {
      const letter = processLetter(Math.floor(value / THREAD_SHADES));
      const thread = (value % THREAD_SHADES) + 1;
      return [`process ${letter} thread ${thread}`, `${letter} thread ${thread}`, `${letter}${thread}`];
    }
    case 'last_nid':
      return value === 0
        ? ['no fault yet', '–']
        : [`last fault node ${value - 1}`, `node ${value - 1}`, `n${value - 1}`];
    case 'queued':
      return value === 0
        ? ['not queued', '–']
        : [`queued to node ${value - 1}`, `to node ${value - 1}`, `→${value - 1}`];
    case 'age':
      return value === 0 ? ['never moved', '–'] : [ageWords(value)];
    case 'marked':
      return value === 0 ? ['not marked', '–'] : ['marked', 'mk'];
    case 'type':
      return value === TYPE_HUGE
        ? ['huge', 'H']
        : value === TYPE_FILE_PRIVATE
          ? ['private file', 'file', 'F']
          : value === TYPE_SHARED
            ? ['shared', 'S']
            : ['anonymous', 'anon', 'A'];
  }
}

function ageWords(step: number): string {
  const seconds = 0.1 * 2 ** (step - 1);
  if (seconds < 1) return `${seconds.toFixed(1)}s`;
  return seconds < 90 ? `${Math.round(seconds)}s` : `${Math.round(seconds / 60)}m`;
}

/** Put labels into the visible cells of a map whose image is at hand. */
export function labelCells(
  panel: NodePanel,
  camera: Camera,
  image: Uint8Array,
  imageWidth: number,
  imageHeight: number,
  palette: Palette,
  by: ColourBy,
  text: TextAreas,
): void {
  const { map } = panel;
  if (map === null) return;
  const window = cellWindow(camera, panel);
  const width = 1 / window.perPixelX;
  const height = 1 / window.perPixelY;
  if (width < LEAST_CELL || height < 12) return;
  const labels = text.area(`cells${panel.node}`, map, true);
  const lastColumn = window.x + map.width * window.perPixelX;
  const lastRow = window.y + map.height * window.perPixelY;
  for (let row = Math.floor(window.y); row < lastRow; row++) {
    for (let column = Math.floor(window.x); column < lastColumn; column++) {
      const frame = frameOfCell(panel, column, row);
      if (frame < 0) continue;
      // Words stand in what is seen of a cell: on a machine of many nodes a cell can be taller than its map.
      const seen = overlap(rectOfCell(window, map, column, row), map);
      if (seen === null || seen.width < LEAST_CELL || seen.height < 12) continue;
      const u = (seen.x + seen.width / 2 - map.x) / map.width;
      const v = (seen.y + seen.height / 2 - map.y) / map.height;
      const px = Math.min(imageWidth - 1, Math.floor(u * imageWidth));
      const py = Math.min(imageHeight - 1, Math.floor(v * imageHeight));
      const index = image[py * imageWidth + px];
      const words = fitText(cellWords(index, by), 'cell', seen.width - 2);
      const number = seen.height >= 28 ? fitText([grouped(frame)], 'cell', seen.width - 2) : '';
      const ground = indexColour(palette, by, index);
      // What is not in use is said quietly, where that still reads.
      const quiet = index === INDEX_FREE && contrast(palette.colours.secondary, ground) >= 4.5;
      const ink = quiet ? palette.colours.secondary : inkOn(ground);
      const x = Math.round(seen.x);
      const middle = Math.round(seen.y + seen.height / 2);
      const w = Math.round(seen.width);
      if (number !== '')
        labels.put(number, x, words === '' ? middle - 6 : middle - 13, w, 'cell', ink, { align: 'center' });
      labels.put(words, x, number === '' ? middle - 6 : middle + 1, w, 'cell', ink, { align: 'center' });
    }
  }
}
