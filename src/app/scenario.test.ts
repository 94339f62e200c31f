import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { Catalog } from '../protocol/summary.ts';
import { scenarioName, scenarioOf } from './scenario.ts';

const PMD = 'autonuma/knuma_scand/pmd';
const one: Experiment = { ...DEFAULT_EXPERIMENT, workload: 'collector' };
const scenario = {
  name: 'one',
  title: '',
  question: '',
  expected: '',
  look: '',
  speed: 1,
  seconds: 1,
  experiment: one,
  against: { name: 'pte', title: '', experiment: { ...one, knobs: { [PMD]: '0' } } },
};
const catalog = { scenarios: [scenario] } as unknown as Catalog;

describe('scenarioOf', () => {
  it('tells the sides apart by their knobs, and stays when others are turned', () => {
    expect(scenarioOf(one, catalog)).toEqual({ scenario, against: false });
    const other = scenarioOf(scenario.against.experiment, catalog)!;
    expect(other.against).toBe(true);
    expect(scenarioName(other)).toBe('one:pte');
    expect(scenarioOf({ ...one, knobs: { 'autonuma/debug': '1' } }, catalog)?.against).toBe(false);
    expect(scenarioOf({ ...one, edits: [{ tick: 5, path: PMD, value: '0' }] }, catalog)?.against).toBe(false);
  });

  it('is over when the program is another', () => {
    expect(scenarioOf(DEFAULT_EXPERIMENT, catalog)).toBeNull();
    expect(scenarioOf({ ...one, parameters: { mib: 5 } }, catalog)).toBeNull();
    expect(scenarioOf({ ...one, policy: 'off' }, catalog)).toBeNull();
    expect(scenarioOf(one, null)).toBeNull();
  });
});
