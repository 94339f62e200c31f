import { expect, it } from 'vitest';
import { WIDE_ZERO, widened, wideZeros } from './units.ts';

it('shows ordinary zeros to everybody', () => {
  const object = widened({ ns: WIDE_ZERO, small: 0, name: 'a', nested: { ns: WIDE_ZERO } });
  expect(object).toEqual({ ns: 0, small: 0, name: 'a', nested: { ns: WIDE_ZERO } });
  expect(wideZeros(2)).toEqual([0, 0]);
});
