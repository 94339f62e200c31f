/** Two address spaces set block against block: what the difference map draws and says. */
import { BLOCK_UNTOUCHED, type Placement } from '../../protocol/runs.ts';

/** A process in two runs. */
export interface ProcessDifference {
  process: number;
  name: string;
  /** Blocks of 2 MiB that both have touched, and those of them that lie on the same node in both. */
  touched: number;
  same: number;
  /** Blocks that only one of them has touched. */
  onlyOne: number;
  first: Uint8Array;
  other: Uint8Array;
}

/** Match the processes of two runs by their order of birth and name; one that lives in one run only is left out. */
export function compareAddressSpaces(
  first: readonly Placement[],
  other: readonly Placement[],
): ProcessDifference[] {
  return first.flatMap((mine) => {
    const theirs = other.find(({ process, name }) => process === mine.process && name === mine.name);
    return theirs ? [compareBlocks(mine, theirs)] : [];
  });
}

function compareBlocks(mine: Placement, theirs: Placement): ProcessDifference {
  let touched = 0;
  let same = 0;
  let onlyOne = 0;
  const length = Math.max(mine.blocks.length, theirs.blocks.length);
  const first = padded(mine.blocks, length);
  const other = padded(theirs.blocks, length);
  for (let block = 0; block < length; block++) {
    const both = Number(first[block] !== BLOCK_UNTOUCHED) + Number(other[block] !== BLOCK_UNTOUCHED);
    if (both === 1) onlyOne++;
    if (both < 2) continue;
    touched++;
    if (first[block] === other[block]) same++;
  }
  return { process: mine.process, name: mine.name, touched, same, onlyOne, first, other };
}

function padded(blocks: Uint8Array, length: number): Uint8Array {
  if (blocks.length === length) return blocks;
  const all = new Uint8Array(length).fill(BLOCK_UNTOUCHED);
  all.set(blocks);
  return all;
}

/** How blocks are laid out in a rectangle: cells of a whole number of pixels, and how many blocks share a cell. */
export interface BlockGrid {
  cell: number;
  columns: number;
  rows: number;
  /** Blocks to a cell: the first of them is drawn. */
  stride: number;
}

const LARGEST = 14;
const SMALLEST = 4;

/** The largest cells at which all blocks fit; when even the smallest do not, every so many blocks share one. */
export function blockGrid(blocks: number, width: number, height: number): BlockGrid {
  for (let cell = LARGEST; cell >= SMALLEST; cell--) {
    const columns = Math.max(1, Math.floor(width / cell));
    const rows = Math.ceil(blocks / columns);
    if (rows * cell <= height) return { cell, columns, rows, stride: 1 };
  }
  const columns = Math.max(1, Math.floor(width / SMALLEST));
  const most = columns * Math.max(1, Math.floor(height / SMALLEST));
  const stride = Math.ceil(blocks / most);
  return { cell: SMALLEST, columns, rows: Math.ceil(Math.ceil(blocks / stride) / columns), stride };
}
