/** Back and forth in time: whatever the way, the same tick is the same state, and whoever watches knows the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freeze, thaw } from '../kernel/freeze.ts';
import { stateHash } from '../kernel/kernel.ts';
import { STEP_GRAINS } from '../protocol/engine-api.ts';
import type { Experiment } from '../protocol/experiment.ts';
import { readFrame } from '../protocol/frame.ts';
import { Branch } from './branch.ts';
import { caption, factsOf } from './caption.ts';
import { Checkpoints } from './checkpoints.ts';
import { Engine } from './engine.ts';
import { Session } from './session.ts';
import { ManualHost, SMALL, SMALL_PTE, smallView } from './small.test-util.ts';

const ALL = { logFrom: 0, logEpoch: -1, seriesFrom: 0, seriesEpoch: -1 };
const DEBUG = 'autonuma/debug';
const EDITS: Experiment['edits'] = [
  { tick: 150, path: DEBUG, value: '1' },
  { tick: 420, path: 'autonuma/knuma_scand/pages_to_scan', value: '1024' },
  { tick: 421, path: DEBUG, value: '0' },
];
const BUSY: Experiment = { ...SMALL_PTE, edits: EDITS };

/** A clock that goes a little with every look: checkpoints come often. */
function fastClock(): () => number {
  let ms = 0;
  return () => (ms += 0.6);
}

/** Everything a person could be told of the present. */
function told(session: Session) {
  const { k, rates, watcher, shares } = session;
  rates.update(k, watcher);
  const facts = factsOf(k, rates, watcher.latest, watcher.pairProcess, shares.machine, session.finished);
  return thaw(
    freeze({
      hash: stateHash(k),
      caption: caption(facts),
      log: k.output.log,
      rates: [
        rates.pair,
        rates.node,
        rates.born,
        rates.bornTick,
        rates.faults,
        rates.faultPages,
        rates.migrated,
      ],
      shares: [shares.save()],
      latest: watcher.latest,
      leads: [watcher.pairProcess, watcher.pairLead],
      bill: k.output.processBill,
      knobs: session.knobs(),
      finished: session.finished,
    }),
  );
}

function goTo(session: Session, tick: number, clock: () => number): void {
  session.approach(tick);
  session.run(tick - session.k.ticks, clock, Infinity);
  expect(session.k.ticks).toBe(tick);
}

describe('a session', () => {
  it('knows the same at a tick, whichever way it came there', { timeout: 120_000 }, () => {
    const clock = fastClock();
    const session = new Session(BUSY, 1);
    const there = new Map<number, unknown>();
    for (let tick = 0; tick <= 900; tick += tick % 50 === 0 ? 37 : 13) {
      session.run(tick - session.k.ticks, clock, Infinity);
      there.set(tick, told(session));
    }
    expect(session.branch.checkpoints.length).toBeGreaterThan(5);
    const { end } = session.branch;
    const series = session.series.chunk(0, -1);
    const marks = structuredClone(session.marks.list);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...there.keys()), { minLength: 1, maxLength: 8 }), (ticks) => {
        for (const tick of ticks) {
          goTo(session, tick, clock);
          expect(told(session)).toEqual(there.get(tick));
        }
      }),
      { numRuns: 25, seed: 3 },
    );
    // The histories are as they were.
    expect(session.branch.end).toBe(end);
    expect(session.series.chunk(0, -1)).toEqual(series);
    expect(session.marks.list).toEqual(marks);
    // And they go on as if nothing had been.
    const through = new Session(BUSY, 1);
    through.run(1500, () => 0, Infinity);
    session.run(1500 - session.k.ticks, clock, Infinity);
    expect(told(session)).toEqual(told(through));
    expect({ ...session.series.chunk(0, -1), epoch: 0 }).toEqual({
      ...through.series.chunk(0, -1),
      epoch: 0,
    });
    expect(session.marks.list).toEqual(through.marks.list);
  });

  it('forks when something is changed in the past, and the old branch stays', () => {
    const clock = fastClock();
    const checkpoints = new Checkpoints();
    const session = new Session(SMALL, 1, new Branch(1, []), checkpoints);
    session.run(1200, clock, Infinity);
    const old = session.branch;
    const oldEnd = told(session);
    const oldSeries = { ...session.series.chunk(0, -1), epoch: 0 };
    goTo(session, 505, clock);
    expect(session.writeKnob('autonuma/enabled', '0')).toEqual({ ok: true, value: '0' });
    const forked = session.branch;
    expect(forked).not.toBe(old);
    expect(forked).toMatchObject({ id: 2, parent: 1, forkTick: 505, end: 505 });
    expect(forked.edits).toEqual([{ tick: 505, path: 'autonuma/enabled', value: '0' }]);
    expect(old.edits).toEqual([]);
    session.run(700, clock, Infinity);
    // The fork is what one gets who does that from the beginning.
    const straight = new Session({ ...SMALL, edits: [...forked.edits] }, 2);
    straight.run(1205, clock, Infinity);
    expect(told(session)).toEqual(told(straight));
    expect({ ...forked.series.chunk(0, -1), epoch: 0 }).toEqual({
      ...straight.series.chunk(0, -1),
      epoch: 0,
    });
    expect(forked.marks.list).toEqual(straight.marks.list);
    // The old branch, in a session of its own, is where it was.
    const back = new Session(SMALL, 3, old, checkpoints);
    goTo(back, 1200, clock);
    expect(told(back)).toEqual(oldEnd);
    expect({ ...back.series.chunk(0, -1), epoch: 0 }).toEqual(oldSeries);
  });

  it('does not fork at the end of what is known, and a step back from there finds the edit', () => {
    const clock = fastClock();
    const session = new Session(SMALL, 1);
    session.run(300, clock, Infinity);
    session.writeKnob('autonuma/enabled', '0');
    session.writeKnob('autonuma/debug', '1');
    expect(session.branch.id).toBe(1);
    session.run(300, clock, Infinity);
    const later = told(session);
    goTo(session, 299, clock);
    expect(session.knobs()['autonuma/enabled']).toBe('1');
    goTo(session, 300, clock);
    expect(session.knobs()).toMatchObject({ 'autonuma/enabled': '0', 'autonuma/debug': '1' });
    goTo(session, 600, clock);
    expect(told(session)).toEqual(later);
    expect(session.branch.edits).toHaveLength(2);
    expect(session.marks.list.filter(({ kind }) => kind === 'knob')).toHaveLength(2);
  });
});

describe('checkpoints', () => {
  it('stay within their memory, densest near the present, and every tick can still be reached', () => {
    const clock = fastClock();
    const checkpoints = new Checkpoints(3 << 19);
    const session = new Session(BUSY, 1, new Branch(1, EDITS), checkpoints);
    const there = new Map<number, string>();
    while (session.k.ticks < 3000 && !session.finished) {
      session.run(100, clock, Infinity);
      there.set(session.k.ticks, stateHash(session.k));
      expect(checkpoints.bytes).toBeLessThanOrEqual(checkpoints.limit);
    }
    const ticks = session.branch.checkpoints.map(({ tick }) => tick);
    expect(ticks[0]).toBe(0);
    const gaps = ticks.slice(1).map((tick, i) => tick - ticks[i]);
    const mean = (part: number[]) => part.reduce((a, b) => a + b, 0) / part.length;
    const half = gaps.length >> 1;
    expect(mean(gaps.slice(0, half))).toBeGreaterThan(mean(gaps.slice(half)));
    for (const [tick, hash] of [...there].filter((_, i) => i % 7 === 0).reverse()) {
      goTo(session, tick, clock);
      expect(stateHash(session.k)).toBe(hash);
    }
  });

  it('are counted once when branches share them, and go with the last of these', () => {
    const clock = fastClock();
    const checkpoints = new Checkpoints();
    const branch = new Branch(1, []);
    const session = new Session(SMALL, 1, branch, checkpoints);
    session.run(1000, clock, Infinity);
    const whole = checkpoints.bytes;
    goTo(session, 600, clock);
    const before = checkpoints.count;
    session.writeKnob('autonuma/enabled', '0');
    expect(checkpoints.count).toBe(before);
    session.run(400, clock, Infinity);
    const both = checkpoints.bytes;
    expect(both).toBeGreaterThan(whole);
    const [fork] = [session.branch];
    const shared = fork.checkpoints.filter((each) => branch.checkpoints.includes(each)).length;
    expect(shared).toBeGreaterThan(0);
    checkpoints.drop(branch);
    expect(checkpoints.bytes).toBeLessThan(both);
    expect(checkpoints.count).toBe(fork.checkpoints.length);
    checkpoints.drop(fork);
    expect(checkpoints.bytes).toBe(0);
  });
});

async function booted(experiment: Experiment = SMALL) {
  const host = new ManualHost();
  host.lookMs = 0.3;
  const engine = new Engine(host);
  const reply = await engine.boot(experiment, false);
  if (!reply.ok) throw new Error(reply.error);
  /** Let it finish what it has begun. */
  const done = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const finished = work.finally(() => (over = true));
    while (!over) await host.pass(5);
    return finished;
  };
  const seek = async (tick: number) => {
    const sought = await done(engine.seek(tick));
    if (!sought.ok) throw new Error(sought.error);
    return sought.value;
  };
  return { host, engine, boot: reply.value, done, seek };
}

describe('the engine', () => {
  it('seeks to any tick, forwards and backwards', { timeout: 60_000 }, async () => {
    const { engine, seek } = await booted();
    const there = new Map<number, string>();
    for (const tick of [1, 2, 77, 300, 301, 650, 1000]) {
      expect(await seek(tick)).toEqual({
        tick,
        reached: true,
        sentence: `It is ${(tick / 1000).toFixed(3)} s.`,
      });
      there.set(tick, await engine.stateHash());
    }
    for (const tick of [650, 301, 77, 1000, 2, 300, 1]) {
      await seek(tick);
      expect(engine.tick).toBe(tick);
      expect(await engine.stateHash()).toBe(there.get(tick));
    }
    await seek(0);
    const summary = await engine.summary(ALL);
    expect(summary).toMatchObject({ tick: 0, playing: false, finished: false, branch: { end: 1000 } });
    expect(summary.series.t).toHaveLength(10);
  });

  it('steps back to where stepping forward had stopped, at every grain', { timeout: 120_000 }, async () => {
    for (const grain of STEP_GRAINS) {
      const { engine, done } = await booted();
      const stops: { tick: number; hash: string }[] = [];
      for (let i = 0; i < 6; i++) {
        const step = await done(engine.step(grain));
        expect(step).toMatchObject({ ok: true, value: { reached: true } });
        stops.push({ tick: engine.tick, hash: await engine.stateHash() });
      }
      for (const { tick, hash } of stops.slice(0, -1).reverse()) {
        const back = await done(engine.stepBack(grain));
        expect(back).toMatchObject({ ok: true, value: { tick, reached: true } });
        expect(await engine.stateHash()).toBe(hash);
        if (grain !== 'tick' && back.ok) expect(back.value.sentence).toMatch(/^Back at \d+\.\d{3} s: /);
      }
      const none = await done(engine.stepBack(grain));
      if (grain === 'tick') expect(none).toMatchObject({ value: { tick: 0, reached: true } });
      const last = await done(engine.stepBack(grain));
      expect(last).toMatchObject({ ok: true, value: { reached: false } });
    }
  });

  it('shows the picture of the tick, the same whichever way it came', { timeout: 60_000 }, async () => {
    const { engine, seek } = await booted(BUSY);
    const pictures = new Map<number, unknown>();
    const picture = async () => {
      const frame = readFrame(await engine.frame(smallView(), new ArrayBuffer(0)));
      return [frame.nodes, frame.pairs, frame.cpus, frame.moves, frame.sparks, frame.images].map((part) =>
        part.slice(),
      );
    };
    for (const tick of [200, 430, 700]) {
      await seek(tick);
      await picture();
      await seek(tick + 100);
      await seek(tick);
      pictures.set(tick, await picture());
    }
    for (const tick of [430, 200, 700]) {
      await seek(tick);
      expect(await picture()).toEqual(pictures.get(tick));
    }
  });

  it('leaves nothing in the picture of what was on the way', { timeout: 60_000 }, async () => {
    const picture = async ({ engine, done }: Awaited<ReturnType<typeof booted>>) => {
      const frame = readFrame(await done(engine.frame(smallView(), new ArrayBuffer(0))));
      return [frame.moves, frame.sparks, frame.images].map((part) => part.slice());
    };
    // One goes there unseen; the other so slowly that the page is shown the way.
    const unseen = await booted(BUSY);
    await unseen.seek(600);
    const slow = await booted(BUSY);
    slow.host.lookMs = 5;
    const jump = slow.engine.seek(600);
    let seen = 0;
    for (;;) {
      const [moves, sparks] = await picture(slow);
      if (!(await slow.engine.summary(ALL)).seek) break;
      expect([moves.length, sparks.length]).toEqual([0, 0]);
      seen++;
    }
    expect(seen).toBeGreaterThan(0);
    expect(await slow.done(jump)).toMatchObject({ ok: true, value: { tick: 600, reached: true } });
    // What moved in the last ticks may still fade: a few frames later both are the same.
    const last = async (which: typeof slow) => {
      for (let i = 0; i < 10; i++) await which.seek(601 + i).then(() => picture(which));
      return picture(which);
    };
    expect((await last(slow))[2]).toEqual((await last(unseen))[2]);
  });

  it('lets the newer of two seeks win, and answers others meanwhile', async () => {
    const { engine, host, done } = await booted();
    host.lookMs = 1;
    const first = engine.seek(20_000);
    await host.pass(50);
    const summary = await engine.summary(ALL);
    expect(summary.seek?.target).toBe(20_000);
    expect(summary.seek?.progress).toBeGreaterThan(0);
    expect(summary.seek?.progress).toBeLessThan(1);
    const second = engine.seek(40);
    expect(await done(first)).toMatchObject({ ok: true, value: { reached: false } });
    expect(await done(second)).toMatchObject({ ok: true, value: { tick: 40, reached: true } });
    expect((await engine.summary(ALL)).seek).toBeNull();
    const third = engine.seek(20_000);
    await host.pass(50);
    await engine.pause();
    expect(await done(third)).toMatchObject({ ok: true, value: { reached: false } });
  });

  it('refuses what is no tick', async () => {
    const { engine } = await booted();
    for (const tick of [-1, 0.5, NaN, Infinity]) {
      const reply = await engine.seek(tick);
      expect(reply.ok ? '' : reply.error).toContain('a whole number from 0 on');
    }
  });

  it('returns to a branch, where it is what it was', { timeout: 60_000 }, async () => {
    const { engine, seek, boot } = await booted();
    await seek(800);
    const first = await engine.stateHash();
    await seek(400);
    await engine.writeKnob('autonuma/enabled', '0');
    await seek(800);
    const fork = (await engine.summary(ALL)).branch;
    expect(fork).toMatchObject({ parent: boot.branch, forkTick: 400, end: 800 });
    const second = await engine.stateHash();
    expect(second).not.toBe(first);
    const other = await engine.boot({ ...SMALL, policy: 'off', knobs: {} }, false);
    if (!other.ok) throw new Error(other.error);
    await seek(300);
    for (const [id, edits, hash] of [
      [boot.branch, [], first],
      [fork.id, [{ tick: 400, path: 'autonuma/enabled', value: '0' }], second],
    ] as const) {
      const back = await engine.boot({ ...SMALL, edits: [...edits] }, false, id);
      expect(back).toMatchObject({ ok: true, value: { branch: id } });
      expect(await engine.summary(ALL)).toMatchObject({ tick: 0, branch: { id, end: 800 }, edits });
      await seek(800);
      expect(await engine.stateHash()).toBe(hash);
    }
    const { count } = await engine.checkpoints();
    await engine.forgetBranch(other.value.branch);
    expect((await engine.checkpoints()).count).toBeLessThan(count);
  });

  it('goes back behind a crash of the kernel model', async () => {
    const { engine, seek, done } = await booted();
    await seek(300);
    const hash = await engine.stateHash();
    await seek(400);
    (engine as unknown as { session: Session }).session.k.sched.queues[0] = null as never;
    expect(await done(engine.step('tick'))).toMatchObject({ ok: false });
    expect((await engine.summary(ALL)).error).toContain('The kernel model failed');
    await seek(300);
    expect(await engine.stateHash()).toBe(hash);
    expect((await engine.summary(ALL)).error).toBe('');
  });
});
