/**
 * Invariants under anything: random small machines, random programs, knobs turned at random in mid-run. Also: going back to a snapshot
 * and running again equals running through.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTONUMA_VERSIONS } from './balancing/autonuma/versions.ts';
import { checkInvariants } from './invariants.ts';
import { advance, type Kernel, restore, snapshot, stateHash, tick } from './kernel.ts';
import { boot, FOREVER, machineOf, MIB, type NodeSketch, setAlarm } from './kernel.test-util.ts';
import type { Mempolicy, Op, ProgramImage, ProgramSet, Region } from './program/program.ts';
import { writeSysfs } from './sysfs/sysfs.ts';
import { NS_PER_MS } from './units.ts';

const REGIONS = 4;

/** One to four nodes; some without CPUs, some without memory. */
const machineArb: fc.Arbitrary<NodeSketch[]> = fc
  .tuple(
    fc.record({ cpus: fc.integer({ min: 1, max: 3 }), mb: fc.constantFrom(12, 24, 48) }),
    fc.array(fc.record({ cpus: fc.integer({ min: 0, max: 3 }), mb: fc.constantFrom(0, 12, 24) }), {
      maxLength: 3,
    }),
  )
  .map(([first, rest]) => [first, ...rest.filter((node) => node.cpus > 0 || node.mb > 0)]);

const regionArb: fc.Arbitrary<Region> = fc
  .record({
    kb: fc.integer({ min: 4, max: 7000 }),
    backing: fc.constantFrom<Region['backing'][]>(
      'anonymous',
      'anonymous',
      'anonymous',
      'private-file',
      'shared',
    ),
    key: fc.constantFrom('a', 'b'),
    misalignment: fc.constantFrom(0, 0, 16, 5000, 2 * MIB - 4096),
  })
  .map(({ kb, backing, key, misalignment }) => ({
    name: backing,
    bytes: kb * 1024,
    backing,
    key,
    misalignment,
  }));

function policyArb(nodes: number): fc.Arbitrary<Mempolicy | null> {
  const mode = fc.constantFrom<Mempolicy['mode'][]>('bind', 'preferred', 'interleave');
  const list = fc.uniqueArray(fc.integer({ min: 0, max: nodes - 1 }), { minLength: 1, maxLength: nodes });
  return fc.option(fc.record({ mode, nodes: list }), { freq: 4 });
}

function accessArb(regions: Region[], slice: number): fc.Arbitrary<Op> {
  const one = fc
    .record({
      region: fc.integer({ min: 0, max: slice - 1 }),
      from: fc.integer({ min: 0, max: 999 }),
      length: fc.integer({ min: 1, max: 1000 }),
      pattern: fc.constantFrom<('sequential' | 'random' | 'strided')[]>(
        'sequential',
        'sequential',
        'random',
        'strided',
      ),
      write: fc.boolean(),
      weight: fc.integer({ min: 1, max: 3 }),
      strideBytes: fc.constantFrom(64, 4096, 8192),
      thinkNs: fc.constantFrom(0, 0, 100),
    })
    .map(({ region, from, length, ...rest }) => {
      const { bytes } = regions[region];
      const start = Math.floor((bytes * from) / 1000);
      const end = Math.min(bytes, start + Math.max(4096, Math.floor((bytes * length) / 1000)));
      return { region, from: Math.min(start, end - 1), to: end, touchBytes: 64, ...rest };
    });
  return fc
    .record({
      accesses: fc.array(one, { minLength: 1, maxLength: 2 }),
      bytes: fc.integer({ min: 1, max: 12 * MIB }),
    })
    .map(({ accesses, bytes }) => ({ op: 'access' as const, accesses, bytes }));
}

/** Steps that a thread may take again and again. */
function stepArb(regions: Region[], nodes: number, cpus: number): fc.Arbitrary<Op[]> {
  const region = fc.integer({ min: 0, max: REGIONS - 1 });
  const policy = policyArb(nodes);
  const one = <T extends Op>(op: fc.Arbitrary<T>): fc.Arbitrary<Op[]> => op.map((o) => [o]);
  return fc.oneof(
    { weight: 14, arbitrary: one(accessArb(regions, REGIONS)) },
    {
      weight: 1,
      arbitrary: fc.tuple(region, policy).map(([r, p]): Op[] => [
        { op: 'munmap', region: r },
        { op: 'mmap', region: r, policy: p },
      ]),
    },
    { weight: 1, arbitrary: one(fc.record({ op: fc.constant('mbind' as const), region, policy })) },
    { weight: 1, arbitrary: one(fc.record({ op: fc.constant('set_mempolicy' as const), policy })) },
    {
      weight: 3,
      arbitrary: one(
        fc.record({
          op: fc.constant('sched_setaffinity' as const),
          cpus: fc.option(fc.array(fc.integer({ min: 0, max: cpus - 1 }), { minLength: 1, maxLength: 2 }), {
            freq: 3,
          }),
        }),
      ),
    },
    {
      weight: 2,
      arbitrary: one(fc.integer({ min: 0, max: 20 * NS_PER_MS }).map((ns) => ({ op: 'sleep' as const, ns }))),
    },
    {
      weight: 1,
      arbitrary: one(
        fc.integer({ min: 0, max: 5 * NS_PER_MS }).map((ns) => ({ op: 'compute' as const, ns })),
      ),
    },
    { weight: 1, arbitrary: one(fc.constant({ op: 'barrier' as const, id: 0, parties: 2 })) },
  );
}

/** Steps that only a main thread takes, and not again and again: they breed. Thread 1 loops on, thread 2 is short. */
const birthArb: fc.Arbitrary<Op[]> = fc.oneof(
  fc.constant<Op[]>([{ op: 'clone', thread: 1 }]),
  fc.constant<Op[]>([{ op: 'clone', thread: 2 }]),
  fc.constant<Op[]>([{ op: 'fork', thread: 1 }]),
  fc.constant<Op[]>([{ op: 'fork', thread: 2 }, { op: 'wait' }]),
  fc.constant<Op[]>([{ op: 'fork', thread: 2 }, { op: 'fork', thread: 2 }, { op: 'wait' }]),
  fc.constant<Op[]>([{ op: 'munmap', region: 1 }]),
);

/** How the main thread ends when it is done looping. */
const endArb: fc.Arbitrary<Op> = fc.constantFrom<Op[]>(
  { op: 'exit' },
  { op: 'exec', image: 1 },
  { op: 'join' },
  FOREVER,
);

function imageArb(nodes: number, cpus: number, last: boolean): fc.Arbitrary<ProgramImage> {
  return fc.array(regionArb, { minLength: REGIONS, maxLength: REGIONS }).chain((regions) => {
    const steps = fc
      .array(stepArb(regions, nodes, cpus), { minLength: 1, maxLength: 8 })
      .map((list) => list.flat());
    const births = fc.array(birthArb, { maxLength: 3 });
    const maps = regions.map((_, region): Op => ({ op: 'mmap', region, policy: null }));
    const looping = (before: Op[], body: Op[], times: number, end: Op): ProgramImage['threads'][0] => ({
      name: 'thread',
      counters: 1,
      ops: [...before, ...body, { op: 'loop', counter: 0, to: before.length, times }, end],
    });
    return fc
      .record({
        first: steps,
        main: steps,
        worker: steps,
        child: steps,
        births,
        times: fc.integer({ min: 1, max: 50 }),
        end: endArb,
      })
      .map(({ first, main, worker, child, births, times, end }) => ({
        name: 'random',
        regions,
        threads: [
          looping(
            [...maps, ...first, ...births.flat()],
            main,
            times,
            last && end.op === 'exec' ? FOREVER : end,
          ),
          looping([], worker, 1000, { op: 'exit' }),
          looping([], child, 2, { op: 'exit' }),
        ],
      }));
  });
}

interface KnobWrite {
  tick: number;
  path: string;
  value: string;
}

const knobArb: fc.Arbitrary<KnobWrite> = fc
  .tuple(
    fc.integer({ min: 0, max: 400 }),
    fc.constantFrom(
      ['autonuma/enabled', '0', '1', '1'],
      ['autonuma/debug', '0', '1'],
      ['autonuma/knuma_scand/scan_sleep_millisecs', '0', '1', '10'],
      ['autonuma/knuma_scand/scan_sleep_pass_millisecs', '0', '5', '20'],
      ['autonuma/knuma_scand/pages_to_scan', '1', '512', '32768'],
      ['autonuma/knuma_scand/pmd', '0', '1'],
      ['autonuma/knuma_scand/pmd', '0', '1'],
      ['autonuma/knuma_scand/working_set', '0', '1'],
      ['autonuma/knuma_migrated/migrate_sleep_millisecs', '0', '5', '100'],
      ['autonuma/knuma_migrated/pages_to_migrate', '1', '7', '512', '32768'],
      ['autonuma/knuma_migrated/defer', '0', '1'],
      ['autonuma/scheduler/load_balance_strict', '0', '1'],
      ['autonuma/scheduler/clone_reset', '0', '1'],
      ['autonuma/scheduler/fork_reset', '0', '1'],
      ['autonuma_lab/thp_native_migration', '0', '1'],
      ['autonuma_lab/page_cache_spill', '0', '1'],
      ['transparent_hugepage/enabled', 'always', 'never'],
    ),
    fc.nat(),
  )
  .map(([at, [path, ...values], pick]) => ({ tick: at, path, value: values[pick % values.length] }));

interface Experiment {
  nodes: NodeSketch[];
  set: ProgramSet;
  knobs: KnobWrite[];
  seed: number;
  thp: 'off' | 'on';
  policy: 'autonuma' | 'off';
  version: string;
}

const laterVersionArb = fc.constantFrom(...AUTONUMA_VERSIONS.map((version) => version.name));

const experimentArb: fc.Arbitrary<Experiment> = machineArb.chain((nodes) => {
  const cpus = nodes.reduce((sum, node) => sum + node.cpus, 0);
  return fc.record({
    nodes: fc.constant(nodes),
    set: fc.tuple(imageArb(nodes.length, cpus, false), imageArb(nodes.length, cpus, true)).map(([a, b]) => ({
      title: 'random',
      images: [a, b],
      start: [0, 1, 0].map((i, n) => ({ image: i, atNs: n * 3e6 })),
    })),
    knobs: fc.array(knobArb, { maxLength: 12 }),
    seed: fc.nat(),
    thp: fc.constantFrom<('off' | 'on')[]>('off', 'off', 'on'),
    version: fc.oneof(
      { weight: 2, arbitrary: fc.constant('alpha6') },
      { weight: 1, arbitrary: laterVersionArb },
    ),
    policy: fc.constantFrom<('autonuma' | 'off')[]>('autonuma', 'autonuma', 'autonuma', 'off'),
  });
});

/** Boot with a scanner that is at work from the start, so that short runs see much of it. */
function start(x: Experiment): Kernel {
  const k = boot(machineOf(x.nodes), x.set, {
    seed: x.seed,
    thp: x.thp,
    policy: x.policy,
    autonumaVersion: x.version,
  });
  writeSysfs(k, 'autonuma/knuma_scand/scan_sleep_pass_millisecs', '8');
  writeSysfs(k, 'autonuma/knuma_scand/scan_sleep_millisecs', '2');
  writeSysfs(k, 'autonuma/knuma_scand/pages_to_scan', '2048');
  writeSysfs(k, 'autonuma/knuma_migrated/migrate_sleep_millisecs', '3');
  if (k.autonuma.possible) setAlarm(k, k.tasks[k.autonuma.scanner.task], 0);
  return k;
}

/** Run to a tick, turning knobs on the way; look at everything each so many ticks. */
function runTo(k: Kernel, x: Experiment, to: number, every = 0): void {
  while (k.ticks < to) {
    for (const knob of x.knobs) if (knob.tick === k.ticks) writeSysfs(k, knob.path, knob.value);
    tick(k);
    // khugepaged sleeps ten seconds at a time; these runs are shorter.
    if (k.ticks % 50 === 0)
      for (const task of k.tasks)
        if (task.daemon === 'khugepaged' && task.state === 1) setAlarm(k, task, k.nowNs);
    if (every > 0 && k.ticks % every === 0) expect(checkInvariants(k)).toEqual([]);
  }
}

/** LAB_FUZZ_RUNS=2000 LAB_FUZZ_MS=600000 LAB_FUZZ_SEED=7 for a long look. */
const RUNS = Number(process.env.LAB_FUZZ_RUNS ?? 60);
const LIMIT_MS = Number(process.env.LAB_FUZZ_MS ?? 8000);
const SEED = process.env.LAB_FUZZ_SEED === undefined ? 20120316 : Number(process.env.LAB_FUZZ_SEED);

describe('invariants under random machines, programs and knobs', () => {
  it('hold after every few ticks', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(experimentArb, fc.constantFrom(7, 13, 20), (x, every) => {
        runTo(start(x), x, 420, every);
      }),
      { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: LIMIT_MS },
    );
  });

  it('snapshot, run on, go back and run again equals running through', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(experimentArb, fc.integer({ min: 1, max: 200 }), (x, at) => {
        const through = start(x);
        runTo(through, x, 260);
        const expected = stateHash(through);
        const k = start(x);
        runTo(k, x, at);
        const saved = snapshot(k);
        const there = stateHash(k);
        runTo(k, x, 260);
        expect(stateHash(k)).toBe(expected);
        restore(k, saved);
        expect(stateHash(k)).toBe(there);
        runTo(k, x, 260);
        expect(stateHash(k)).toBe(expected);
        expect(checkInvariants(k)).toEqual([]);
      }),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED, interruptAfterTimeLimit: LIMIT_MS / 2 },
    );
  });

  it('many ticks at once equal tick after tick', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        experimentArb,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 3, maxLength: 3 }),
        (x, strides) => {
          const single = start(x);
          const strided = start(x);
          for (let i = 0; strided.ticks < 300; i++) {
            // Knobs may be turned between strides, the same for both.
            for (const knob of x.knobs) {
              if (knob.tick % 8 !== i % 8) continue;
              writeSysfs(single, knob.path, knob.value);
              writeSysfs(strided, knob.path, knob.value);
            }
            const stride = strides[i % strides.length];
            advance(strided, stride);
            for (let n = 0; n < stride; n++) tick(single);
            expect(stateHash(strided)).toBe(stateHash(single));
          }
          expect(checkInvariants(strided)).toEqual([]);
        },
      ),
      { numRuns: Math.ceil(RUNS / 4), seed: SEED, interruptAfterTimeLimit: LIMIT_MS / 2 },
    );
  });

  it('another seed gives another run', () => {
    const sample = fc.sample(experimentArb, { numRuns: 1, seed: SEED })[0];
    const a = start({ ...sample, policy: 'autonuma', seed: 1 });
    const b = start({ ...sample, policy: 'autonuma', seed: 2 });
    expect(stateHash(a)).not.toBe(stateHash(b));
  });
});
