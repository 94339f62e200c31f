/**
 * Which frame block a slot is filling on each node (`PageTables.fill`). Most slots fill one block, and the block knows its node; the few
 * that are on their way between nodes have a row of further ones, so that a machine of many nodes pays for them only where they are.
 */
import type { FrameBlockId, NodeId, SlotId } from '../units.ts';
import type { Memory, PageTables } from './state.ts';

/** The block that a slot is filling on a node, -1 none. */
export function fillOf(m: Memory, slot: SlotId, node: NodeId): FrameBlockId {
  const t = m.tables;
  const block = t.fill[slot];
  if (block >= 0 && m.frames.node[block] === node) return block;
  const row = t.fillRow[slot];
  return row < 0 ? -1 : t.fillRows[row * t.nodes + node];
}

/** The slot fills this block from now on, in place of another of the same node. */
export function setFill(m: Memory, slot: SlotId, block: FrameBlockId): void {
  const t = m.tables;
  const node = m.frames.node[block];
  const first = t.fill[slot];
  if (first < 0 || m.frames.node[first] === node) {
    t.fill[slot] = block;
    return;
  }
  if (t.fillRow[slot] < 0) t.fillRow[slot] = takeRow(t);
  t.fillRows[t.fillRow[slot] * t.nodes + node] = block;
}

/** The slot fills nothing on this node any more. */
export function clearFill(m: Memory, slot: SlotId, node: NodeId): void {
  const t = m.tables;
  const first = t.fill[slot];
  const row = t.fillRow[slot];
  if (first >= 0 && m.frames.node[first] === node) t.fill[slot] = -1;
  else if (row >= 0) t.fillRows[row * t.nodes + node] = -1;
  if (row >= 0) tidyRow(t, slot, row);
}

/** One of a row's blocks becomes the first if there is none; an empty row is given back. */
function tidyRow(t: PageTables, slot: SlotId, row: number): void {
  let left = 0;
  for (let i = row * t.nodes; i < (row + 1) * t.nodes; i++) {
    if (t.fillRows[i] < 0) continue;
    if (t.fill[slot] < 0) {
      t.fill[slot] = t.fillRows[i];
      t.fillRows[i] = -1;
    } else left++;
  }
  if (left > 0) return;
  t.fillRow[slot] = -1;
  t.freeFillRows.push(row);
}

function takeRow(t: PageTables): number {
  const free = t.freeFillRows.pop();
  if (free !== undefined) return free;
  const rows = t.fillRows.length / t.nodes;
  const grown = new Int32Array(Math.max(64, 2 * rows) * t.nodes).fill(-1);
  grown.set(t.fillRows);
  // The lowest is taken now, the others in ascending order.
  for (let row = grown.length / t.nodes - 1; row > rows; row--) t.freeFillRows.push(row);
  t.fillRows = grown;
  return rows;
}
