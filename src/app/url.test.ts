import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment, type MachineFile } from '../protocol/experiment.ts';
import { DEFAULT_SPEED } from './constants.ts';
import { decodeLink, encodeLink, type LinkState } from './url.ts';

const name = fc.stringMatching(/^[a-zA-Z0-9_.+-]{1,20}$/);
const path = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/), { minLength: 2, maxLength: 3 })
  .map((parts) => parts.join('/'));
const key = fc.stringMatching(/^[a-z][a-z0-9_]{0,11}$/);
const machineFile: fc.Arbitrary<MachineFile> = fc.record({
  name: fc.string(),
  nodes: fc.array(fc.record({ cpus: fc.array(fc.nat(64)), memory_mb: fc.nat(100000) }), { maxLength: 4 }),
  distances: fc.array(fc.array(fc.nat(255))),
});
const experiment: fc.Arbitrary<Experiment> = fc.record({
  version: fc.constant(1 as const),
  machine: fc.oneof(name, machineFile),
  workload: fc.oneof(name, fc.record({ title: fc.string(), processes: fc.array(fc.nat()) })),
  variant: fc.constantFrom(
    'default' as const,
    'hard_bind' as const,
    'inverse_bind' as const,
    'force_same_node' as const,
  ),
  parameters: fc.dictionary(
    key,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0),
  ),
  policy: fc.constantFrom('autonuma' as const, 'off' as const),
  autonumaVersion: name,
  noautonuma: fc.boolean(),
  thp: fc.constantFrom('off' as const, 'on' as const),
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  knobs: fc.dictionary(path, fc.string()),
  edits: fc
    .array(
      fc.record({
        tick: fc.nat(),
        path,
        value: fc.string().map((s) => s.replace(/[\r\n\u2028\u2029]/g, '')),
      }),
    )
    .map((edits) => edits.sort((a, b) => a.tick - b.tick)),
});
const link: fc.Arbitrary<LinkState> = fc.record({
  experiment,
  speed: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 0.01, max: 1e6, noNaN: true })),
  paused: fc.boolean(),
  view: fc.constantFrom('lab' as const, 'published' as const, 'compare' as const, 'sweep' as const),
  at: fc.option(fc.nat(999_999_999), { nil: undefined }),
});

describe('the link', () => {
  it('gives back every experiment it was made from', () => {
    fc.assert(
      fc.property(link, (state) => {
        const decoded = decodeLink('#' + encodeLink(state));
        expect(decoded.problems).toEqual([]);
        expect(JSON.stringify(decoded.state)).toBe(JSON.stringify(reorder(state)));
      }),
    );
  });

  it('never throws and always yields an experiment, whatever is behind the #', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webFragments()), (hash) => {
        const { state } = decodeLink(hash);
        expect(state.experiment.version).toBe(1);
        expect(state.speed).toBeGreaterThanOrEqual(0.01);
      }),
    );
  });

  it('is empty of problems for an empty hash and means the default', () => {
    expect(decodeLink('')).toEqual({
      state: { experiment: DEFAULT_EXPERIMENT, speed: DEFAULT_SPEED, paused: false, view: 'lab' },
      problems: [],
    });
  });

  it('stays readable', () => {
    const text = encodeLink({
      experiment: { ...DEFAULT_EXPERIMENT, seed: 7, knobs: { 'autonuma/knuma_scand/pmd': '0' } },
      speed: 0.5,
      paused: false,
      view: 'lab',
    });
    expect(text).toBe(
      `v=1&machine=${String(DEFAULT_EXPERIMENT.machine)}&workload=${String(DEFAULT_EXPERIMENT.workload)}` +
        '&policy=autonuma&seed=7&speed=0.5&knobs.autonuma/knuma_scand/pmd=0',
    );
  });

  it.each([
    ['policy=lottery', /policy.*lottery/],
    ['seed=-3', /seed/],
    ['speed=fast', /speed/],
    ['machine-file=!!!', /machine-file.*damaged/],
    ['knobs.../etc/passwd=1', /path below/],
    ['edit=soon', /tick,path,value/],
    ['colour=%E0%A4%A', /escaped/],
    ['v=99', /version 99/],
  ])('says what is wrong with %s and keeps the rest', (bad, message) => {
    const decoded = decodeLink(`v=1&thp=on&${bad}`);
    expect(decoded.problems).toHaveLength(1);
    expect(decoded.problems[0]).toMatch(message);
    expect(decoded.state.experiment.thp).toBe('on');
  });
});

/** The order of keys a decoded link has. */
function reorder(state: LinkState): LinkState {
  const { experiment: e } = state;
  const order = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    experiment: { ...DEFAULT_EXPERIMENT, ...e, parameters: order(e.parameters), knobs: order(e.knobs) },
    speed: Number.isFinite(state.speed) ? state.speed : Number.POSITIVE_INFINITY,
    paused: state.paused,
    view: state.view,
    at: state.at,
  };
}
