import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearFill, fillOf, setFill } from './fill.ts';
import type { Memory } from './state.ts';
import { createPageTables } from './page-tables.ts';

const NODES = 4;
const BLOCKS_PER_NODE = 8;

/** Page tables with a few slots, and frames that know the node of a block: all that fill.ts looks at. */
function memory(): Memory {
  const tables = createPageTables(NODES, 4);
  tables.fill.fill(-1);
  tables.fillRow.fill(-1);
  const node = Uint8Array.from({ length: NODES * BLOCKS_PER_NODE }, (_, block) =>
    Math.floor(block / BLOCKS_PER_NODE),
  );
  return { tables, frames: { node } } as Memory;
}

describe('which block a slot fills on a node', () => {
  it('is what was set last, whatever is set and cleared', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            slot: fc.nat(3),
            block: fc.nat(NODES * BLOCKS_PER_NODE - 1),
            clear: fc.boolean(),
          }),
          { maxLength: 60 },
        ),
        (steps) => {
          const m = memory();
          const wanted = Array.from({ length: 4 }, () => new Array<number>(NODES).fill(-1));
          for (const { slot, block, clear } of steps) {
            const node = m.frames.node[block];
            if (clear) clearFill(m, slot, node);
            else setFill(m, slot, block);
            wanted[slot][node] = clear ? -1 : block;
            wanted.forEach((row, s) => expect(row.map((_, n) => fillOf(m, s, n))).toEqual(row));
          }
        },
      ),
    );
  });

  it('takes rows only for slots that fill on several nodes, and gives them back', () => {
    const m = memory();
    setFill(m, 0, 0);
    setFill(m, 1, BLOCKS_PER_NODE);
    expect(m.tables.fillRows).toHaveLength(0);
    setFill(m, 0, BLOCKS_PER_NODE + 1);
    expect(m.tables.fillRow[0]).toBe(0);
    clearFill(m, 0, 0);
    expect([m.tables.fillRow[0], m.tables.fill[0]]).toEqual([-1, BLOCKS_PER_NODE + 1]);
    setFill(m, 1, 0);
    expect(m.tables.fillRow[1]).toBe(0);
  });
});
