import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../protocol/experiment.ts';
import { BLOCK_MIXED, BLOCK_UNTOUCHED } from '../../protocol/runs.ts';
import type { Catalog } from '../../protocol/summary.ts';
import { cellOf, deltaOf, METRICS, type Measured } from './metrics.ts';
import { blockGrid, compareAddressSpaces } from './placement.ts';
import { differences, letterOf, nameOf, offered, whyNot } from './runs.ts';

const knob = (path: string, value: string) => ({
  path,
  kind: 'number' as const,
  default: value,
  unit: 'pages',
  minimum: 1,
  maximum: 1000,
  meaning: '',
});
const SCAN = 'autonuma/knuma_scand/pages_to_scan';
const CATALOG = {
  workloads: [
    { name: 'crossed', variants: ['default', 'hard_bind'] },
    { name: 'fork-build', variants: ['default'] },
  ],
  versionInfo: [
    { name: 'alpha6', title: 'AutoNUMA alpha6 (January 2012)' },
    { name: 'alpha14', title: 'AutoNUMA alpha14 (May 2012)' },
  ],
  knobs: [knob(SCAN, '100')],
  knobsByVersion: { alpha6: [knob(SCAN, '100')], alpha14: [knob(SCAN, '200')] },
} as unknown as Catalog;

const of = (patch: Partial<Experiment>): Experiment => ({ ...DEFAULT_EXPERIMENT, ...patch });

describe('differences from the first run', () => {
  it.each<[Partial<Experiment>, string[]]>([
    [{}, []],
    [{ policy: 'off' }, ['AutoNUMA off']],
    [{ autonumaVersion: 'alpha14' }, ['AutoNUMA alpha14', 'pages_to_scan 200 pages, not 50']],
    [{ variant: 'hard_bind', thp: 'on' }, ['hard bind', 'huge pages on']],
    [{ knobs: { [SCAN]: '70' } }, ['pages_to_scan 70 pages, not 50']],
    [{ knobs: {} }, ['pages_to_scan 100 pages, not 50']],
    [{ edits: [{ tick: 1500, path: SCAN, value: '9' }] }, [`at 1.500 s ${SCAN} = 9`]],
    [{ noautonuma: true }, ['noautonuma']],
  ])('%j', (patch, words) => {
    const first = of({ knobs: { [SCAN]: '50' } });
    const version = patch.autonumaVersion ? { knobs: {} } : {};
    expect(differences(first, { ...first, ...version, ...patch }, CATALOG)).toEqual(words);
  });

  it('do not repeat what goes without saying when AutoNUMA is off', () => {
    const first = of({ knobs: { [SCAN]: '50' }, edits: [{ tick: 10, path: SCAN, value: '7' }] });
    expect(differences(first, offered('off', first), CATALOG)).toEqual(['AutoNUMA off']);
    expect(differences(first, offered('bound', first), CATALOG)).toEqual(['AutoNUMA off', 'hard bind']);
    expect(differences(first, offered('copy', first), CATALOG)).toEqual([]);
  });
});

describe('offers', () => {
  it('say why they cannot be had', () => {
    expect(whyNot('off', of({}), CATALOG)).toBe('');
    expect(whyNot('off', of({ policy: 'off' }), CATALOG)).toMatch(/off already/);
    expect(whyNot('bound', of({}), CATALOG)).toBe('');
    expect(whyNot('bound', of({ variant: 'hard_bind' }), CATALOG)).toMatch(/already/);
    expect(whyNot('bound', of({ workload: 'fork-build' }), CATALOG)).toMatch(/^fork-build has no variant/);
    expect(whyNot('bound', of({ workload: { variants: { hard_bind: {} } } }), CATALOG)).toBe('');
    expect(whyNot('bound', of({ workload: {} }), CATALOG)).toMatch(/no variant hard_bind/);
    expect(whyNot('copy', of({ workload: 'fork-build' }), CATALOG)).toBe('');
  });

  it('have names of their own until somebody names them', () => {
    expect(nameOf({ name: '', experiment: offered('bound', of({})) }, CATALOG)).toBe(
      'hard bind, AutoNUMA off',
    );
    expect(nameOf({ name: '', experiment: of({}) }, CATALOG)).toBe('AutoNUMA alpha6');
    expect(nameOf({ name: 'mine', experiment: of({}) }, CATALOG)).toBe('mine');
    expect([0, 1, 2, 3].map(letterOf)).toEqual(['A', 'B', 'C', 'D']);
  });
});

const FIGURES = {
  elapsedS: 100,
  localShare: 0.5,
  pagesMoved: 2000,
  hintingFaults: 5,
  taskMoves: 1,
  scanS: 0.25,
  faultS: 0.5,
  migrateS: 1.25,
};

function measured(patch: Partial<typeof FIGURES> = {}, finished = true): Measured {
  return { standing: { tick: 1, finished, figures: { ...FIGURES, ...patch } }, processes: [] };
}

const metric = (key: string) => METRICS.find((each) => each.key === key)!;
const plain = (text: string) => text.replaceAll('\u202f', ' ');
const cell = (key: string, run: Measured, first: Measured) => {
  const { text, delta } = cellOf(metric(key), run, first);
  return [plain(text), plain(delta)];
};

describe('the table', () => {
  it('has values with units and differences from the first', () => {
    const first = measured();
    expect(cell('elapsed', first, first)).toEqual(['100.00 s', '']);
    expect(cell('elapsed', measured({ elapsedS: 150 }), first)).toEqual(['150.00 s', '+50.00 s (+50 %)']);
    expect(cell('elapsed', measured({ elapsedS: 96.5 }), first)).toEqual(['96.50 s', '−3.50 s (−3.5 %)']);
    expect(cell('local', measured({ localShare: 0.915 }), first)).toEqual(['91.5 %', '+41.5 points']);
    expect(cell('moved', measured({ pagesMoved: 0 }), first)).toEqual(['0', '−2 000 (−100 %)']);
    expect(cell('cost', measured({ scanS: 0 }), first)).toEqual(['1.75 s', '−250 ms (−13 %)']);
    expect(cell('scan', measured(), first)).toEqual(['250 ms', 'same']);
  });

  it('compares elapsed time only when both have finished', () => {
    const running = measured({ elapsedS: 12.3 }, false);
    expect(cell('elapsed', running, measured())).toEqual(['running, 12.30 s so far', '']);
    expect(cell('elapsed', measured(), running)).toEqual(['100.00 s', '']);
    expect(cell('work', measured(), running)).toEqual(['100.0 %', '']);
  });

  it('gives no percentage of nothing, and a sign that fits the difference', () => {
    expect(plain(deltaOf(metric('moved'), 10, 0))).toBe('+10');
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), (value, base) => {
        const text = deltaOf(metric('moved'), value, base);
        expect(text[0]).toBe(value === base ? 's' : value > base ? '+' : '−');
      }),
    );
  });
});

describe('the difference map', () => {
  const space = (process: number, name: string, ...blocks: number[]) => ({
    process,
    pid: 1000 + process,
    name,
    blocks: Uint8Array.from(blocks),
  });

  it('counts what both have touched, what agrees, and what one alone has', () => {
    const [all, ...more] = compareAddressSpaces(
      [space(0, 'a', 0, 0, 1, BLOCK_MIXED, BLOCK_UNTOUCHED, 0), space(1, 'b', 0)],
      [space(0, 'a', 0, 1, 1, BLOCK_MIXED, 1), space(1, 'other', 0)],
    );
    expect(more).toEqual([]);
    expect(all).toMatchObject({ touched: 4, same: 3, onlyOne: 2 });
    expect(all.first.length).toBe(all.other.length);
  });

  it('finds room for every block, or says how many share a cell', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600_000 }),
        fc.integer({ min: 20, max: 900 }),
        (blocks, width) => {
          const grid = blockGrid(blocks, width, 120);
          expect(grid.columns * grid.cell).toBeLessThanOrEqual(width);
          expect(grid.rows * grid.cell).toBeLessThanOrEqual(120);
          expect(grid.columns * grid.rows * grid.stride).toBeGreaterThanOrEqual(blocks);
        },
      ),
    );
  });
});
