import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STEP_GRAINS } from '../../protocol/engine-api.ts';
import { DEFAULT_EXPERIMENT, type Experiment, type MachineFile } from '../../protocol/experiment.ts';
import { COLOUR_BY } from '../../protocol/frame.ts';
import type { InspectTarget } from '../../protocol/summary.ts';
import type { NodeCamera } from '../../view/picture-api.ts';
import { CHARTS_MODES, PALETTES, PANELS, THEMES } from '../store.ts';
import { decodeLink, encodeLink } from '../url.ts';
import { defaultLinkState, type LinkState } from './link-state.ts';
import { LINKS } from './upgrade.ts';

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
const small = fc.nat(999_999);
const selection: fc.Arbitrary<InspectTarget> = fc.oneof(
  fc.record({ kind: fc.constant('frame' as const), node: small, frame: small }),
  fc.record({ kind: fc.constant('cpu' as const), cpu: small }),
  fc.record({ kind: fc.constant('thread' as const), pid: small }),
  fc.record({ kind: fc.constant('process' as const), pid: small }),
  fc.record({ kind: fc.constant('daemon' as const), node: small }),
  fc.record({ kind: fc.constant('virtual' as const), process: small, slot: small, page: small }),
  fc.record({ kind: fc.constant('block' as const), process: small, slot: small }),
  fc.record({ kind: fc.constant('flow' as const), from: small, to: small }),
);
const millionths = fc.nat(1_000_000).map((n) => n / 1e6);
const camera: fc.Arbitrary<NodeCamera> = fc.record({
  node: fc.oneof(fc.constant('all' as const), fc.nat(9999)),
  x: millionths,
  y: millionths,
  zoom: fc.integer({ min: 1e6, max: 1e9 }).map((n) => n / 1e6),
});
const link: fc.Arbitrary<LinkState> = fc.record({
  experiment,
  speed: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 0.01, max: 1e6, noNaN: true })),
  paused: fc.boolean(),
  at: fc.option(fc.nat(999_999_999)),
  grain: fc.constantFrom(...STEP_GRAINS),
  open: fc.constantFrom('lab' as const, 'published' as const, 'compare' as const, 'sweep' as const),
  compare: fc.constantFrom(null, { runs: [1] }),
  theme: fc.constantFrom(null, ...THEMES),
  palette: fc.constantFrom(null, ...PALETTES),
  colourBy: fc.constantFrom(...COLOUR_BY),
  panel: fc.constantFrom(...PANELS.map(({ id }) => id)),
  charts: fc.constantFrom(...CHARTS_MODES),
  selection: fc.option(selection),
  cameras: fc.array(camera, { maxLength: 3 }),
});

describe('the link', () => {
  it('gives back every experiment it was made from', () => {
    fc.assert(
      fc.property(link, (state) => {
        const decoded = decodeLink('#' + encodeLink(state));
        expect(decoded.problems).toEqual([]);
        expect(decoded.state).toEqual(reorder(state));
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
    expect(decodeLink('')).toEqual({ state: defaultLinkState(), problems: [] });
    expect(defaultLinkState().experiment).toEqual(DEFAULT_EXPERIMENT);
  });

  it('stays readable', () => {
    const text = encodeLink({
      ...defaultLinkState(),
      experiment: { ...DEFAULT_EXPERIMENT, seed: 7, knobs: { 'autonuma/knuma_scand/pmd': '0' } },
      speed: 0.5,
      theme: 'dark',
      selection: { kind: 'frame', node: 0, frame: 4096 },
      cameras: [{ node: 'all', x: 0.25, y: 1 / 3, zoom: 8 }],
    });
    expect(text).toBe(
      `v=2&machine=${String(DEFAULT_EXPERIMENT.machine)}&workload=${String(DEFAULT_EXPERIMENT.workload)}` +
        '&policy=autonuma&seed=7&speed=0.5&theme=dark&select=frame:0:4096&camera=all,0.25,0.333333,8' +
        '&knobs.autonuma/knuma_scand/pmd=0',
    );
  });

  it('packs what nobody would read: many edits, own files', () => {
    const edits = Array.from({ length: 200 }, (_, i) => ({
      tick: i * 10,
      path: 'autonuma/knuma_scand/pages_to_scan',
      value: String(4096 + i),
    }));
    const state = { ...defaultLinkState(), experiment: { ...DEFAULT_EXPERIMENT, edits } };
    const text = encodeLink(state);
    expect(text.length).toBeLessThan(2000);
    expect(decodeLink(text).state.experiment.edits).toEqual(edits);
  });

  it.each([
    ['policy=lottery', /policy.*lottery/],
    ['seed=-3', /seed/],
    ['speed=fast', /speed/],
    ['machine-file=!!!', /machine-file.*damaged/],
    ['knobs.../etc/passwd=1', /path below/],
    ['edit=soon', /tick,path,value/],
    ['colour=%E0%A4%A', /escaped/],
    ['colour=red', /colour.*not one of owner/],
    ['theme=blue', /theme.*not one of dark, light/],
    ['panel=none', /panel/],
    ['charts=pie', /charts/],
    ['step=mile', /step/],
    ['at=noon', /at.*not a tick/],
    ['select=cpu:one', /select.*cpu:3/],
    ['select=frame:0', /select/],
    ['camera=0,2,0.5,3', /camera.*zoom/],
    ['camera=0,0.5,0.5,0', /camera/],
    ['edits=AAAA', /edits.*damaged/],
    ['thing=1', /thing.*not known/],
  ])('says what is wrong with %s and keeps the rest', (bad, message) => {
    const decoded = decodeLink(`v=${LINKS.version}&thp=on&${bad}`);
    expect(decoded.problems).toHaveLength(1);
    expect(decoded.problems[0]).toMatch(message);
    expect(decoded.state.experiment.thp).toBe('on');
  });

  it('of a version to come is read as far as it goes', () => {
    const { state, problems } = decodeLink('v=99&thp=on');
    expect(problems).toEqual([expect.stringMatching(/version 99/)]);
    expect(state.experiment.thp).toBe('on');
  });
});

describe('links of version 1', () => {
  /** As the first published page wrote them, word for word. */
  const OLD =
    'v=1&machine=nehalem-4n&workload=numa01&policy=off&seed=42&variant=hard_bind&version=alpha14&noautonuma=1&thp=on' +
    '&speed=max&view=published&paused=1&p.mib=256&knobs.autonuma/knuma_scand/pmd=0' +
    '&edit=1500,autonuma/knuma_scand/pages_to_scan,8192&edit=2500,autonuma/debug,1';

  it('mean what they meant', () => {
    expect(decodeLink(`#${OLD}`)).toEqual({
      problems: [],
      state: {
        ...defaultLinkState(),
        experiment: {
          version: 1,
          machine: 'nehalem-4n',
          workload: 'numa01',
          variant: 'hard_bind',
          parameters: { mib: 256 },
          policy: 'off',
          autonumaVersion: 'alpha14',
          noautonuma: true,
          thp: 'on',
          seed: 42,
          knobs: { 'autonuma/knuma_scand/pmd': '0' },
          edits: [
            { tick: 1500, path: 'autonuma/knuma_scand/pages_to_scan', value: '8192' },
            { tick: 2500, path: 'autonuma/debug', value: '1' },
          ],
        },
        speed: Number.POSITIVE_INFINITY,
        open: 'published',
        paused: true,
      },
    });
  });

  it('and of no version at all are read the same way', () => {
    expect(decodeLink('view=published&seed=3')).toEqual(decodeLink('v=1&view=published&seed=3'));
    expect(decodeLink('v=1&view=lab').problems).toEqual([]);
  });

  it('that go to a tick stand there', () => {
    expect(decodeLink('v=1&at=2400').state).toMatchObject({ at: 2400, paused: true });
    expect(decodeLink('v=2&at=2400').state).toMatchObject({ at: 2400, paused: false });
  });

  it('hold whole machines', () => {
    const packed =
      'q1bKS8xNVbJSKinPV9JRystPSS1WsoquVkouKAUxDGJ1lHJTc_OLKuNzk5SszExqdeByhhhyQIGUzOKSxLxksCnRhgY6RkBV0UaGOoYGsbG1AA';
    // Packed by version 1 from {"name":"two","nodes":[{"cpus":[0],"memory_mb":64},{"cpus":[1],"memory_mb":64}],"distances":[[10,21],[21,10]]}.
    const { state, problems } = decodeLink(`v=1&machine-file=${packed}`);
    expect(problems).toEqual([]);
    expect(state.experiment.machine).toMatchObject({
      name: 'two',
      distances: [
        [10, 21],
        [21, 10],
      ],
    });
  });
});

/** The order of keys a decoded link has. */
function reorder(state: LinkState): LinkState {
  const { experiment: e } = state;
  const order = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...defaultLinkState(),
    ...state,
    experiment: { ...DEFAULT_EXPERIMENT, ...e, parameters: order(e.parameters), knobs: order(e.knobs) },
  };
}
