import { expect, it } from 'vitest';
import { upgrader } from './upgrade.ts';

it('goes step by step from any version to ours', () => {
  const words = upgrader<string>('words', 3, { 1: (word) => `${word}b`, 2: (word) => `${word}c` });
  expect(words.upgrade('a', 1)).toBe('abc');
  expect(words.upgrade('a', 2)).toBe('ac');
  expect(words.upgrade('a', 3)).toBe('a');
  expect([0, 1, 2, 3, 4, 1.5, NaN].map((version) => words.knows(version))).toEqual([
    false,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

it('a version without an upgrader is found as soon as the module loads', () => {
  expect(() => upgrader('links', 3, { 1: (pairs: string) => pairs })).toThrow(
    'links of version 2 have no upgrader',
  );
});
