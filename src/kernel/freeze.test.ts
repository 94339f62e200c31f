import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesBeyond, freeze, thaw } from './freeze.ts';
import { hashOf } from './snapshot.ts';

const typedArb = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint16Array({ maxLength: 40 }),
  fc.int32Array({ maxLength: 40 }),
  fc.float64Array({ maxLength: 40 }),
  fc.tuple(fc.integer({ min: 4000, max: 9000 }), fc.uint32Array({ maxLength: 9 })).map(([length, ends]) => {
    const long = new Uint32Array(length);
    ends.forEach((value, i) => (long[(value + i * 977) % length] = value));
    return long;
  }),
  fc
    .tuple(fc.integer({ min: 4000, max: 9000 }), fc.nat(255))
    .map(([n, x]) => new Uint8Array(n).fill(x, n >> 1)),
);
const leafArb = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constant(-0),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
);

const stateArb: fc.Arbitrary<Record<string, unknown>> = fc.record({
  words: typedArb,
  more: typedArb,
  few: fc.array(leafArb, { maxLength: 6 }),
  many: fc
    .tuple(fc.array(leafArb, { minLength: 1, maxLength: 6 }), fc.integer({ min: 400, max: 2100 }))
    .map(([items, length]) => Array.from({ length }, (_, i) => items[i % items.length])),
  slabs: fc.array(fc.option(typedArb), { maxLength: 5 }),
  tasks: fc.array(
    fc.record({ id: fc.nat(), name: fc.string(), fault: typedArb, inner: fc.record({ x: leafArb }) }),
    {
      maxLength: 4,
    },
  ),
});

/** Change a few numbers in place, as a tick would. */
function disturb(value: unknown, dice: () => number): void {
  if (ArrayBuffer.isView(value)) {
    const array = value as Uint32Array;
    if (array.length > 0 && dice() % 3 === 0) array[dice() % array.length] = dice() % 200;
  } else if (Array.isArray(value)) {
    if (dice() % 4 === 0) value.push(dice());
    if (dice() % 5 === 0) value.pop();
    for (const item of value.slice(0, 8)) disturb(item, dice);
    if (typeof value[0] === 'number' && dice() % 2) value[dice() % value.length] = dice();
  } else if (value !== null && typeof value === 'object') {
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record)) {
      if (typeof record[key] === 'number' && dice() % 2) record[key] = -0;
      disturb(record[key], dice);
    }
  }
}

/** Equal to the last bit, types included. Much faster on long arrays than the matchers. */
function same(a: unknown, b: unknown): boolean {
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b);
  if (a.constructor !== b.constructor) return false;
  if (ArrayBuffer.isView(a) || Array.isArray(a)) {
    const [x, y] = [a as unknown[], b as unknown[]];
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (!same(x[i], y[i])) return false;
    return true;
  }
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(x);
  return keys.join() === Object.keys(y).join() && keys.every((key) => same(x[key], y[key]));
}

describe('a frozen state', () => {
  it(
    'thaws into what it was, whatever it shares with others and whatever happened since',
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(stateArb, fc.integer(), (state, seed) => {
          let z = seed | 1;
          const dice = () => (z = (Math.imul(z, 1103515245) + 12345) >>> 1) >>> 3;
          const copies: { frozen: unknown; as: string; structure: unknown }[] = [];
          for (let round = 0; round < 5; round++) {
            const before = copies.at(-1)?.frozen;
            const frozen = freeze(state, before);
            copies.push({ frozen, as: hashOf(state), structure: structuredClone(state) });
            disturb(state, dice);
          }
          for (const { frozen, as, structure } of copies) {
            const fresh = thaw(frozen);
            expect(same(fresh, structure)).toBe(true);
            expect(hashOf(fresh)).toBe(as);
          }
          // Into a live state, in any order, and the frozen ones stay good.
          let live: unknown = state;
          for (const { frozen, structure } of [...copies].reverse()) {
            live = thaw(frozen, live);
            expect(same(live, structure)).toBe(true);
            disturb(live, dice);
          }
          for (const { frozen, structure } of copies) expect(same(thaw(frozen), structure)).toBe(true);
        }),
        { numRuns: 15, seed: 5 },
      );
    },
  );

  it('is the earlier one itself when nothing has changed', () => {
    const state = {
      words: new Uint32Array(5000).fill(7),
      list: Array.from({ length: 3000 }, (_, i) => i),
      x: { y: -0 },
    };
    const frozen = freeze(state);
    expect(freeze(state, frozen)).toBe(frozen);
    state.x.y = 0;
    expect(freeze(state, frozen)).not.toBe(frozen);
  });

  it('costs what has changed', () => {
    const words = new Uint32Array(1 << 20).map((_, i) => i);
    const state = { words, list: Array.from({ length: 100_000 }, (_, i) => i) };
    const first = freeze(state);
    expect(bytesBeyond(first)).toBeGreaterThan(4 << 20);
    words[70_000] = 1;
    state.list[50_000] = 1;
    const second = freeze(state, first);
    expect(bytesBeyond(second, first)).toBeLessThan(32 << 10);
    expect(bytesBeyond(second, second)).toBe(0);
  });
});
