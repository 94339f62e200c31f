import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { Catalog, KnobInfo } from '../protocol/summary.ts';
import { droppedSentence, fitToCatalog, foldEdits, moveToVersion, versionName } from './experiment.ts';
import { decodeLink, encodeLink } from './url.ts';
import { defaultLinkState } from './link/link-state.ts';

const PMD = 'autonuma/knuma_scand/pmd';
const knob: KnobInfo = {
  path: PMD,
  kind: 'flag',
  default: '1',
  unit: '',
  minimum: 0,
  maximum: 1,
  meaning: '',
};
const catalog: Catalog = {
  machines: [{ name: String(DEFAULT_EXPERIMENT.machine), title: '' }],
  workloads: [
    {
      name: String(DEFAULT_EXPERIMENT.workload),
      title: '',
      question: '',
      variants: ['default'],
      parameters: [],
    },
  ],
  scenarios: [],
  policies: [],
  versions: ['alpha6', '27'],
  versionInfo: [
    { name: 'alpha6', title: 'AutoNUMA alpha6 (16 March 2012)', bytesPerPage: 24 },
    { name: '27', title: 'AutoNUMA27 (4 October 2012)', bytesPerPage: 2 },
  ],
  knobs: [knob],
  knobsByVersion: { alpha6: [knob], '27': [{ ...knob, path: 'autonuma/scan_pmd', default: '0' }] },
};

function withEdit(experiment: Experiment, tick: number, path: string, value: string): Experiment {
  return { ...experiment, edits: [...experiment.edits, { tick, path, value }] };
}

describe('the experiment', () => {
  it('folds edits into knobs, and forgets those that are back at their default', () => {
    let experiment = withEdit(DEFAULT_EXPERIMENT, 5, PMD, '0');
    experiment = withEdit(experiment, 10, 'autonuma/debug', '1');
    expect(foldEdits(experiment, catalog).knobs).toEqual({ [PMD]: '0', 'autonuma/debug': '1' });
    experiment = withEdit(experiment, 20, PMD, '1');
    expect(foldEdits(experiment, catalog)).toMatchObject({ knobs: { 'autonuma/debug': '1' }, edits: [] });
  });

  it('leaves behind what was done to processes when it starts anew, and keeps it in a link', () => {
    const killed = withEdit(DEFAULT_EXPERIMENT, 10, 'proc/1007/signal', 'TERM');
    expect(foldEdits(killed, catalog)).toEqual(DEFAULT_EXPERIMENT);
    expect(fitToCatalog(killed, catalog)).toEqual(killed);
    const state = { ...defaultLinkState(), experiment: killed };
    expect(decodeLink(encodeLink(state))).toEqual({ state, problems: [] });
  });

  it('moves to a version: its knobs, and the names of those it does not have', () => {
    const from = { ...DEFAULT_EXPERIMENT, knobs: { [PMD]: '0', 'autonuma/scan_pmd': '0' } };
    const { experiment, dropped } = moveToVersion(from, '27', catalog);
    expect(experiment).toEqual({ ...DEFAULT_EXPERIMENT, autonumaVersion: '27', knobs: {} });
    expect(droppedSentence(dropped, versionName(catalog, '27'))).toBe(
      `AutoNUMA27 has no ${PMD}. It was left out.`,
    );
    expect(foldEdits(withEdit(experiment, 5, 'autonuma/scan_pmd', '0'), catalog).knobs).toEqual({});
  });

  it('falls back to what the engine knows', () => {
    const fitted = fitToCatalog(
      { ...DEFAULT_EXPERIMENT, machine: 'vax', workload: 'doom', knobs: { 'no/such': '1', [PMD]: '0' } },
      catalog,
    );
    expect(fitted).toEqual({ ...DEFAULT_EXPERIMENT, knobs: { [PMD]: '0' } });
  });
});
