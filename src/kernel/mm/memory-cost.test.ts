/** What simulated memory costs in real memory: bytes of the state, counted, not measured. */
import { expect, it } from 'vitest';
import { createFrames } from './frames.ts';
import { createPageTables } from './page-tables.ts';
import { FRAME_SLAB_WORDS } from './state.ts';
import { machineByName } from '../machine/presets.ts';
import { PAGES_PER_BLOCK } from '../units.ts';

/** Bytes of all typed arrays of an object that have one entry (or one a node) for each of `count` things, and of lists of references. */
function bytesEach(object: object, count: number, nodes: number): number {
  let bytes = 0;
  for (const value of Object.values(object) as unknown[]) {
    if (!ArrayBuffer.isView(value)) continue;
    const { length, byteLength } = value as Uint8Array;
    if (length === count || length === count * nodes) bytes += byteLength / count;
  }
  return bytes;
}

/** A reference in a list, on 64 bits. */
const REFERENCE = 8;

it('a homogeneous block of 2 MiB costs at most 128 bytes on eight nodes, a page of a mixed one 12', () => {
  const machine = machineByName('terabyte-8n');
  const frames = createFrames(machine);
  const blocks = frames.node.length;
  // A count that nothing else has.
  const slots = 12_347;
  const tables = bytesEach(createPageTables(8, slots), slots, 8) + REFERENCE; // ptes
  const inVma = Int32Array.BYTES_PER_ELEMENT;
  const block = bytesEach(frames, blocks, 8) + REFERENCE; // slab
  expect(tables).toBeGreaterThan(50);
  expect(block).toBeGreaterThan(15);
  expect(tables + inVma + block).toBeLessThanOrEqual(128);

  const page = (FRAME_SLAB_WORDS * 4) / PAGES_PER_BLOCK + Uint32Array.BYTES_PER_ELEMENT;
  expect(page).toBe(12);
});
