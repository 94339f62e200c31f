import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../protocol/experiment.ts';
import { defaultLinkState } from '../link/link-state.ts';
import { decodeLink, encodeLink } from '../url.ts';
import { packComparison, readComparison, requestFor, type ComparisonRequest } from './request.ts';
import { offered } from './runs.ts';

const FIRST: Experiment = { ...DEFAULT_EXPERIMENT, workload: 'numa01', seed: 7 };

/** Through the address bar and back. */
function roundTrip(request: ComparisonRequest) {
  const link = encodeLink({
    ...defaultLinkState(),
    experiment: request.runs[0].experiment,
    open: 'compare',
    compare: packComparison(request),
  });
  const { state, problems } = decodeLink(link);
  expect(problems).toEqual([]);
  expect(state.open).toBe('compare');
  return readComparison(state.compare, state.experiment, true);
}

describe('a comparison in a link', () => {
  it('comes back as it was', () => {
    const knobs = { 'autonuma/knuma_scand/pmd': '0' };
    const request = requestFor(
      [FIRST, offered('off', FIRST), offered('bound', FIRST), { ...FIRST, thp: 'on', knobs }],
      false,
    );
    request.runs[3].name = 'my tuning';
    request.runs[3].experiment.edits = [{ tick: 20, path: 'autonuma/enabled', value: '0' }];
    request.tick = 1234;
    request.vary = ['seed=1..4'];
    const { request: read, problems } = roundTrip(request);
    expect(problems).toEqual([]);
    expect({ ...read, serial: 0 }).toEqual({ ...request, serial: 0 });
  });

  it('stands where it stood, and plays from the beginning when it played', () => {
    const request = { ...requestFor([FIRST], false), tick: 77 };
    expect(roundTrip(request).request).toMatchObject({ tick: 77, play: false });
    expect(roundTrip({ ...request, play: true }).request).toMatchObject({ tick: 0, play: true });
  });

  it('is AutoNUMA off when nothing is said', () => {
    const { request, problems } = readComparison(undefined, FIRST, false);
    expect(problems).toEqual([]);
    expect(request.runs.map(({ experiment }) => experiment.policy)).toEqual(['autonuma', 'off']);
    expect(request.play).toBe(false);
  });

  it('leaves out what it does not understand, names it, and can still be shown', () => {
    const packed = {
      runs: [
        { name: 5 },
        { policy: 'magic', thp: 'on', knobs: { '../etc': '1' } },
        null,
        { edits: [{ tick: -1, path: 'a/b', value: '' }] },
        {},
      ],
      tick: -3,
      vary: [1, 'seed=1'],
    };
    const { request, problems } = readComparison(packed, FIRST, true);
    expect(request.runs).toHaveLength(4);
    expect(request.runs[1].experiment).toEqual({ ...FIRST, thp: 'on' });
    expect(request.runs[2].experiment).toEqual(FIRST);
    expect(request).toMatchObject({ tick: 0, vary: ['seed=1'] });
    expect(problems.join(' ')).toMatch(/policy of run 2.*knobs of run 2.*edits of run 4/);
    expect(problems.join(' ')).toMatch(/more than 4 runs/);
    expect(readComparison({ runs: 3 }, FIRST, true).problems).toHaveLength(1);
  });
});
