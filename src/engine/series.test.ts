import { describe, expect, it } from 'vitest';
import { Column } from './columns.ts';
import { Marks } from './marks.ts';
import { Series } from './series.ts';
import { Session } from './session.ts';
import { SMALL, SOON } from './small.test-util.ts';

describe('a column', () => {
  it('is thinned to every second row or to means', () => {
    const level = new Column();
    const rate = new Column();
    for (let i = 0; i < 1001; i++) {
      level.push(i);
      rate.push(i);
    }
    level.keepSecond();
    rate.keepMean();
    expect(level.slice(0)).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i + 1));
    expect(rate.slice(498)).toEqual([996.5, 998.5]);
  });
});

describe('the series', () => {
  it('has a row every 100 ms, columns of one length, and sends what is new', () => {
    const session = new Session(SMALL, 1);
    session.run(1050, SOON, Infinity);
    const all = session.series.chunk(0, 0);
    expect(all.t).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    for (const column of [
      all.localShare,
      all.queued,
      all.billSaved,
      all.migratedPerS,
      ...all.mbPerNode.flat(),
    ]) {
      expect(column).toHaveLength(10);
    }
    expect(all.mbPerNode).toHaveLength(2);
    const { k } = session;
    expect(all.billMigrate[9]).toBeGreaterThan(0);
    expect(all.billMigrate[9]).toBeLessThanOrEqual(k.bill.migrateNs / 1e9);
    session.run(50, SOON, Infinity);
    const more = session.series.chunk(10, session.series.epoch);
    expect(more.from).toBe(10);
    expect(more.t).toEqual([1.1]);
    expect(session.series.chunk(10, session.series.epoch + 99).from).toBe(0);
  });

  it('halves its resolution when it grows too long, and says so', () => {
    const session = new Session(SMALL, 1);
    session.run(10, SOON, Infinity);
    const series = new Series();
    const before = series.epoch;
    const { k } = session;
    for (let row = 1; row <= 5000; row++) {
      k.ticks = row * 100;
      k.counters.numa_hint_faults = row * 10;
      series.sample(k, 0.5, row);
    }
    const { t, faultsPerS, epoch, billSaved } = series.chunk(0, before);
    expect(epoch).toBeGreaterThan(before);
    expect(t.length).toBe(2048 + 452);
    expect(t.every((value, i) => Math.abs(value - (i + 1) * 0.2) < 1e-9)).toBe(true);
    expect(new Set(faultsPerS.map(Math.round))).toEqual(new Set([100]));
    expect(billSaved[0]).toBe(2);
  });
});

describe('marks', () => {
  it('stay few in a long run', () => {
    const { k } = new Session(SMALL, 1);
    const marks = new Marks();
    for (let i = 0; i < 5000; i++) {
      marks.daemonWoke(k, i * 1000, 0);
      if (i % 100 === 0) marks.scanPass(i * 1000, i / 100);
    }
    expect(marks.list.length).toBeLessThanOrEqual(400);
    expect(marks.list.filter(({ kind }) => kind === 'scan_pass')).toHaveLength(50);
    expect(marks.list.every(({ tick }, i) => i === 0 || tick >= marks.list[i - 1].tick)).toBe(true);
  });
});
