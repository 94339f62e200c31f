import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  achievedSpeed,
  createPace,
  createSpeedometer,
  dueTicks,
  isBehind,
  measure,
  msUntilDue,
  payTicks,
  resume,
  setSpeed,
} from './clock.ts';

const speeds = fc.oneof(fc.double({ min: 0.01, max: 100, noNaN: true }), fc.constantFrom(0.01, 0.1, 1, 10));

describe('the pace', () => {
  it('grants exactly the wall time at the wanted speed, however it is cut into slices', () => {
    fc.assert(
      fc.property(
        speeds,
        fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 200 }),
        (speed, gaps) => {
          const pace = createPace(speed, 0);
          let now = 0;
          let ticks = 0;
          for (const gap of gaps) {
            now += gap;
            const due = dueTicks(pace, now);
            payTicks(pace, due);
            ticks += due;
          }
          expect(Math.abs(ticks + pace.owed - now * speed)).toBeLessThan(1e-6 * (1 + now * speed));
          expect(isBehind(pace, now)).toBe(false);
        },
      ),
    );
  });

  it('owes a bounded number of ticks and says that it is behind when nothing is paid', () => {
    fc.assert(
      fc.property(
        speeds,
        fc.array(fc.double({ min: 0, max: 900, noNaN: true }), { minLength: 1 }),
        (speed, gaps) => {
          const pace = createPace(speed, 0);
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            expect(dueTicks(pace, now)).toBeLessThanOrEqual(Math.max(2, speed * 50));
          }
          if (now * speed > Math.max(2, speed * 50) + 1) expect(pace.forgotMs).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('does not call a frozen computer slow', () => {
    const pace = createPace(1, 0);
    expect(dueTicks(pace, 60_000)).toBe(50);
    expect(isBehind(pace, 60_000)).toBe(false);
  });

  it('tells when the next tick is due', () => {
    const pace = createPace(0.01, 0);
    expect(dueTicks(pace, 30)).toBe(0);
    expect(msUntilDue(pace)).toBeCloseTo(70);
    expect(dueTicks(pace, 100)).toBe(1);
    expect(msUntilDue(pace)).toBe(0);
  });

  it('is never behind at full speed, and owes nothing when slowed down again', () => {
    const pace = createPace(Infinity, 0);
    expect(dueTicks(pace, 5)).toBe(Infinity);
    payTicks(pace, 1000);
    expect(isBehind(pace, 5)).toBe(false);
    setSpeed(pace, 1, 10);
    expect(dueTicks(pace, 13)).toBe(3);
  });

  it('owes nothing for the time it was paused', () => {
    const pace = createPace(1, 0);
    dueTicks(pace, 0.5);
    resume(pace, 10_000);
    expect(dueTicks(pace, 10_001)).toBe(1);
  });
});

describe('the speedometer', () => {
  it('measures the last half second', () => {
    const meter = createSpeedometer();
    for (let ms = 0; ms <= 2000; ms += 4) measure(meter, ms, ms < 1000 ? ms : 1000 + (ms - 1000) * 3);
    expect(achievedSpeed(meter, 2000, 4000)).toBeCloseTo(3);
  });

  it('is 0 once nothing runs', () => {
    const meter = createSpeedometer();
    measure(meter, 0, 0);
    measure(meter, 100, 100);
    expect(achievedSpeed(meter, 5000, 100)).toBe(0);
  });
});
