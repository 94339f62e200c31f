import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitOf, rank } from './fuzzy.ts';

it('prefers beginnings of words to insides, and these to letters in order', () => {
  const start = fitOf('Play or pause', 'pa')!;
  const inside = fitOf('Play or pause', 'ause')!;
  const scattered = fitOf('Play or pause', 'plps')!;
  expect(start).toBeGreaterThan(inside);
  expect(inside).toBeGreaterThan(scattered);
  expect(fitOf('Dark or light', 'drk lgt')!).toBeGreaterThan(
    fitOf('Virtual machines, dealing with tasks', 'drk lgt') ?? 0,
  );
  expect(fitOf('Play or pause', 'pause play')).toBe(2 * start);
  expect(fitOf('Play or pause', 'zoom')).toBeNull();
  expect(fitOf('Play or pause', '')).toBe(0);
});

it('finds every title by any of its letters in order', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.array(fc.boolean()), (title, keep) => {
      const typed = [...title.toLowerCase()].filter((letter, i) => keep[i] && /\S/.test(letter)).join('');
      // Lower case may change the length of a few letters: those are no words of ours.
      fc.pre(title.toLowerCase().length === title.length);
      expect(fitOf(title, typed)).not.toBeNull();
    }),
  );
});

it('has what was used lately first, in its order, without losing anything', () => {
  const entries = ['a', 'b', 'c', 'd'].map((key) => ({ key, title: `Panel ${key}` }));
  expect(rank(entries, '', ['c', 'b']).map(({ key }) => key)).toEqual(['c', 'b', 'a', 'd']);
  expect(rank(entries, 'panel d', ['c']).map(({ key }) => key)[0]).toBe('d');
});
