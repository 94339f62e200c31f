import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT } from './experiment.ts';
import {
  cellsOf,
  parseAxis,
  parseValues,
  parseVary,
  SweepError,
  varyText,
  withField,
  type SweepFacts,
} from './sweep.ts';

const FACTS: SweepFacts = {
  versions: ['alpha6', 'alpha14'],
  variants: ['default', 'hard_bind'],
  parameters: [{ name: 'threads', minimum: 1, maximum: 64 }],
  knobs: [
    { path: 'autonuma/knuma_scand/pages_to_scan', kind: 'number', minimum: 1, maximum: 4294967295 },
    { path: 'autonuma/knuma_scand/pmd', kind: 'flag', minimum: 0, maximum: 1 },
    { path: 'autonuma/knuma_scand/full_scans', kind: 'statistic', minimum: 0, maximum: 0 },
  ],
};

describe('values of an axis', () => {
  it('are a list, a range, a range by steps or by a factor', () => {
    expect(parseValues('seed', ' 1, 4,9')).toEqual(['1', '4', '9']);
    expect(parseValues('seed', '1..4')).toEqual(['1', '2', '3', '4']);
    expect(parseValues('x', '0..100+25')).toEqual(['0', '25', '50', '75', '100']);
    expect(parseValues('x', '0.1..0.5+0.1')).toEqual(['0.1', '0.2', '0.3', '0.4', '0.5']);
    expect(parseValues('x', '100..3200 * 2')).toEqual(['100', '200', '400', '800', '1600', '3200']);
    expect(parseValues('x', '1..10+4')).toEqual(['1', '5', '9']);
  });

  it.each([
    ['', 'got nothing'],
    ['1,,2', 'expected a list'],
    ['1..', 'expected a list'],
    ['a..b', 'expected a list'],
    ['9..1', 'ends before it begins'],
    ['1..9+0', 'a step must be more than 0'],
    ['0..9*2', 'begin above 0'],
    ['1..9*1', 'more than 1'],
    ['1..1000', 'at most 100 values'],
    ['3,5,3', '"3" is in the list twice'],
  ])('refuses %j and names the field', (text, message) => {
    expect(() => parseValues('seed', text)).toThrow(SweepError);
    expect(() => parseValues('seed', text)).toThrow(/^seed: /);
    expect(() => parseValues('seed', text)).toThrow(message);
  });

  it('of any range go up, begin where it begins and never pass its end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.nat(90),
        fc.integer({ min: 1, max: 50 }),
        (from, more, by) => {
          const values = parseValues('x', `${from}..${from + more}+${by}`).map(Number);
          expect(values[0]).toBe(from);
          expect(values.at(-1)!).toBeLessThanOrEqual(from + more);
          expect(values.at(-1)! + by).toBeGreaterThan(from + more);
          expect(values.every((value, i) => i === 0 || value - values[i - 1] === by)).toBe(true);
        },
      ),
    );
  });
});

describe('fields of a sweep', () => {
  it('take knobs with or without their directory', () => {
    const path = 'autonuma/knuma_scand/pages_to_scan';
    for (const field of [path, `/sys/kernel/mm/${path}`, 'knuma_scand/pages_to_scan'])
      expect(parseAxis(field, '1..2', FACTS)).toEqual({ field: path, values: ['1', '2'] });
  });

  it.each([
    ['seed=-1', 'seed: expected whole numbers from 0 to 4294967295, got "-1"'],
    ['seed=1.5', 'seed: expected whole numbers'],
    ['version=alpha6,alpha7', 'version: expected alpha6, alpha14, got "alpha7"'],
    ['variant=soft', 'variant: expected default, hard_bind, got "soft"'],
    ['thp=maybe', 'thp: expected off, on, got "maybe"'],
    ['parameters.threads=0..4', 'parameters.threads: expected numbers from 1 to 64, got "0"'],
    ['parameters.mib=1', 'parameters.mib: the program has no parameter "mib"; it has threads'],
    ['knuma_scand/pages=1', 'knuma_scand/pages: expected seed, version'],
    ['knuma_scand/full_scans=1', 'is only for reading'],
    ['knuma_scand/pmd=2', 'autonuma/knuma_scand/pmd: expected 0, 1, got "2"'],
    ['knuma_scand/pages_to_scan=0', 'autonuma/knuma_scand/pages_to_scan: expected whole numbers from 1'],
    ['seed', 'expected FIELD=VALUES, got "seed"'],
  ])('refuse %s', (text, message) => {
    expect(() => parseVary(text, FACTS)).toThrow(message);
  });

  it('are read back as they were written', () => {
    const axis = parseVary('seed=1..3', FACTS);
    expect(parseVary(varyText(axis), FACTS)).toEqual(axis);
  });
});

describe('cells', () => {
  it('are all combinations, the second axis fastest', () => {
    const axes = [parseVary('knuma_scand/pmd=0,1', FACTS), parseVary('seed=1..3', FACTS)];
    const cells = cellsOf(DEFAULT_EXPERIMENT, axes);
    expect(cells.map(({ at }) => at)).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(cells[4].experiment).toEqual({
      ...DEFAULT_EXPERIMENT,
      seed: 2,
      knobs: { 'autonuma/knuma_scand/pmd': '1' },
    });
  });

  it('are refused when there are too many, or a field twice', () => {
    const axis = { field: 'seed', values: Array.from({ length: 100 }, (_, i) => String(i)) };
    const other = { field: 'parameters.threads', values: ['1', '2', '3', '4', '5'] };
    expect(() => cellsOf(DEFAULT_EXPERIMENT, [axis, other])).toThrow('500 runs are more than the 400');
    expect(() => cellsOf(DEFAULT_EXPERIMENT, [other, other])).toThrow('parameters.threads: both axes');
  });

  it('without AutoNUMA have none of its knobs', () => {
    const tuned = {
      ...DEFAULT_EXPERIMENT,
      knobs: { 'autonuma/knuma_scand/pmd': '0', 'transparent_hugepage/enabled': 'never' },
    };
    const off = withField(tuned, 'policy', 'off');
    expect(off.policy).toBe('off');
    expect(off.knobs).toEqual({ 'transparent_hugepage/enabled': 'never' });
  });
});
