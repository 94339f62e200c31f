import { describe, expect, test } from 'vitest';
import { beginWalk, checkWalked, INVARIANT_IDS, walkOn } from '../kernel/watched-invariants.ts';
import { Engine } from './engine.ts';
import { searchFirstViolation } from './first-violation.ts';
import { Session } from './session.ts';
import { ManualHost, SMALL, SMALL_PTE, SOON } from './small.test-util.ts';

const REQUEST = { logFrom: 0, logEpoch: 0, seriesFrom: 0, seriesEpoch: 0 };

describe('invariant lamps', () => {
  test.each([SMALL, SMALL_PTE, { ...SMALL, thp: 'on' as const }])(
    'stay lit while all is well',
    (experiment) => {
      const session = new Session(experiment, 1);
      for (let i = 0; i < 20 && !session.finished; i++) {
        session.run(97, SOON, Infinity);
        session.lamps.checkTotals(session.k);
        const found: string[] = [];
        const walk = beginWalk(session.k);
        while (!walkOn(session.k, walk, 100, (id, violation) => found.push(`${id}: ${violation}`)));
        checkWalked(session.k, walk, (violation) => found.push(violation));
        expect(found).toEqual([]);
      }
      expect(session.lamps.lamps.map(({ ok, violation }) => ok || violation)).toEqual([
        true,
        true,
        true,
        true,
      ]);
    },
  );

  test.each(INVARIANT_IDS)('%s: goes red, and the replay finds the very tick', async (id) => {
    const session = new Session(SMALL, 1);
    const host = new ManualHost();
    session.run(200, SOON, Infinity);
    session.lamps.checkTotals(session.k);
    session.run(123, SOON, Infinity);
    session.corrupt(id);
    session.run(77, SOON, Infinity);
    session.lamps.onBroken = (lamp) =>
      searchFirstViolation(session.replayFrom(lamp.heldTick), lamp, host, () => false);
    session.lamps.checkTotals(session.k);
    const lamp = session.lamps.lamps.find((each) => each.id === id)!;
    expect(lamp.ok).toBe(false);
    expect(lamp.violation).not.toBe('');
    await host.pass(10_000);
    expect(lamp).toMatchObject({ exact: true, brokenTick: 323, heldTick: 322, search: '' });
    for (const other of session.lamps.lamps)
      if (other.id !== id) expect(other.ok, other.violation).toBe(true);
  });

  test('says so when a replay does not show it', async () => {
    const session = new Session(SMALL, 1);
    const host = new ManualHost();
    session.run(100, SOON, Infinity);
    session.lamps.checkTotals(session.k);
    session.run(100, SOON, Infinity);
    session.k.counters.numa_miss += 1;
    session.lamps.onBroken = (lamp) =>
      searchFirstViolation(session.replayFrom(lamp.heldTick), lamp, host, () => false);
    session.lamps.checkTotals(session.k);
    await host.pass(10_000);
    const lamp = session.lamps.lamps.find(({ id }) => id === 'counters')!;
    expect(lamp).toMatchObject({ exact: false, heldTick: 100, brokenTick: 200 });
    expect(lamp.search).toContain('an exact replay does not show it');
  });

  test('are looked at by the engine, playing and paused', async () => {
    const host = new ManualHost();
    const engine = new Engine(host);
    await engine.boot(SMALL, true);
    await host.pass(600);
    const { lamps } = await engine.summary(REQUEST);
    expect(lamps.map(({ ok, checkedTick }) => ok && checkedTick > 0)).toEqual([true, true, true, true]);
    await engine.pause();
    await engine.corrupt('counters');
    host.ms += 1000;
    await engine.summary(REQUEST);
    await host.pass(5000);
    const broken = (await engine.summary(REQUEST)).lamps.find(({ id }) => id === 'counters')!;
    expect(broken).toMatchObject({ ok: false, exact: true, brokenTick: engine.tick });
  });
});
