import { describe, expect, test } from 'vitest';
import { Session } from './session.ts';
import { SMALL, SOON } from './small.test-util.ts';

describe('the bill', () => {
  const session = new Session(SMALL, 1);
  session.run(3000, SOON, Infinity);
  const { k } = session;
  const report = session.bills.report(k);

  test('is the kernel bill, without counting shootdowns twice', () => {
    const { all } = report;
    const { bill } = k;
    expect(all.scanNs + all.shootdownNs).toBe(bill.scanNs);
    expect(all.faultNs).toBe(bill.hintingFaultNs);
    expect(all.migrateNs).toBe(bill.migrateNs);
    expect(all.spentNs).toBe(
      all.scanNs + all.faultNs + all.migrateNs + all.splitNs + all.shootdownNs + all.balanceNs,
    );
  });

  test('of the processes adds up to all of it, each purpose to its own', () => {
    const { all, processes, nobodyNs } = report;
    expect(processes.map(({ name }) => name).sort()).toEqual(['left', 'right']);
    for (const key of ['faultNs', 'splitNs', 'shootdownNs', 'balanceNs', 'migrateNs'] as const)
      expect(
        processes.reduce((sum, bill) => sum + bill[key], 0),
        key,
      ).toBe(all[key]);
    expect(processes.reduce((sum, bill) => sum + bill.spentNs, 0) + nobodyNs).toBeCloseTo(all.spentNs, -1);
    expect(processes.reduce((sum, bill) => sum + bill.savedNs, 0)).toBeCloseTo(all.savedNs, -3);
    expect(all.savedNs / 1e9).toBe(session.bills.savedS);
  });

  test('breaks even when it says so, and is right after going back', () => {
    const when = report.all.brokeEvenTick;
    expect(when).not.toBeNull();
    const before = session.bills.report(k);
    session.approach(when! - 100);
    session.run(when! - 100 - k.ticks, SOON, Infinity);
    expect(session.bills.report(k).all.spentNs).toBeLessThan(before.all.spentNs);
    expect(session.bills.report(k).all.brokeEvenTick).toBeNull();
    session.run(when! - k.ticks, SOON, Infinity);
    expect(session.bills.report(k).all.brokeEvenTick).toBe(when);
    session.run(3000 - k.ticks, SOON, Infinity);
    expect(session.bills.report(k)).toEqual(before);
  });

  test('costs nothing with the policy off', () => {
    const off = new Session({ ...SMALL, policy: 'off', knobs: {} }, 1);
    off.run(1000, SOON, Infinity);
    const { all, processes } = off.bills.report(off.k);
    expect(all).toMatchObject({ spentNs: 0, savedNs: 0, brokeEvenTick: null, projectedTick: null });
    expect(processes).toEqual([]);
  });
});
