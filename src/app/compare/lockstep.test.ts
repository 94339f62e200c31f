import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reply } from '../../protocol/engine-api.ts';
import type { Arrival } from '../../protocol/runs.ts';
import { Lockstep, type ClockHost, type Driven } from './lockstep.ts';

/** Wall time that passes only when somebody sleeps. */
class Wall implements ClockHost {
  ms = 0;
  private sleepers: { at: number; wake: () => void }[] = [];
  now = () => this.ms;
  sleep = (milliseconds: number) =>
    new Promise<void>((wake) => void this.sleepers.push({ at: this.ms + milliseconds, wake }));

  /** Let so much wall time pass. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.ms + milliseconds;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      this.sleepers.sort((a, b) => a.at - b.at);
      const next = this.sleepers[0];
      if (!next || next.at > end) break;
      this.sleepers.shift();
      this.ms = Math.max(this.ms, next.at);
      next.wake();
    }
    this.ms = end;
  }
}

const FIGURES = {
  elapsedS: 0,
  localShare: 1,
  pagesMoved: 0,
  hintingFaults: 0,
  taskMoves: 0,
  scanS: 0,
  faultS: 0,
  migrateS: 0,
};

/** A run that takes so much wall time a tick, and whose program ends at a tick. */
class FakeRun implements Driven {
  tick = 0;
  constructor(
    private readonly wall: Wall,
    private readonly msPerTick: number,
    private readonly end = Infinity,
    readonly brokenAt = Infinity,
    private readonly latencyMs = 0,
  ) {}

  async runTo(tick: number): Promise<Reply<Arrival>> {
    const target = Math.min(tick, this.end);
    const ticks = Math.max(0, target - this.tick);
    const workMs = ticks * this.msPerTick;
    await this.wall.sleep(workMs + this.latencyMs);
    if (target >= this.brokenAt) return { ok: false, error: 'broken' };
    this.tick = Math.max(this.tick, target);
    return {
      ok: true,
      value: { tick: this.tick, finished: this.tick >= this.end, figures: FIGURES, workMs },
    };
  }
}

function clockOf(wall: Wall, runs: FakeRun[], speed: number) {
  const seen = { slices: [] as number[][], waiting: [] as number[][], playing: [] as boolean[], errors: 0 };
  const clock = new Lockstep(
    wall,
    {
      arrived: (_run, reply) => void (seen.errors += reply.ok ? 0 : 1),
      slice: async () => void seen.slices.push(runs.map((run) => run.tick)),
      waiting: (late) => void seen.waiting.push(late.map((run) => runs.indexOf(run as FakeRun))),
      playing: (on) => void seen.playing.push(on),
    },
    speed,
  );
  clock.setRuns(runs);
  return { clock, seen };
}

describe('the clock of several runs', () => {
  it('shows them at the same tick only, whatever each of them costs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(0.1, 1, 5, Infinity),
        async (costs, speed) => {
          const wall = new Wall();
          const runs = costs.map((cost) => new FakeRun(wall, cost, 3000));
          const { clock, seen } = clockOf(wall, runs, speed);
          clock.play();
          await wall.pass(700);
          const pausing = clock.pause();
          await wall.pass(10_000);
          await pausing;
          for (const ticks of seen.slices) expect(new Set(ticks).size).toBe(1);
          expect(clock.tick).toBe(runs[0].tick);
          expect(clock.tick).toBeGreaterThan(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('keeps the speed when it can, and goes as fast as the slowest when it cannot', async () => {
    const wall = new Wall();
    const { clock } = clockOf(wall, [new FakeRun(wall, 0.01), new FakeRun(wall, 0.02)], 2);
    clock.play();
    await wall.pass(2000);
    expect(clock.tick).toBeGreaterThan(3800);
    expect(clock.tick).toBeLessThanOrEqual(4000);
    const slow = new Wall();
    const late = clockOf(slow, [new FakeRun(slow, 0.01), new FakeRun(slow, 5)], 2);
    late.clock.play();
    await slow.pass(2000);
    // 5 ms of wall time a tick: 200 ticks a second, whatever was asked for.
    expect(late.clock.tick).toBeGreaterThan(340);
    expect(late.clock.tick).toBeLessThanOrEqual(400);
    expect(late.clock.achieved).toBeCloseTo(0.2, 1);
  });

  it('takes longer slices when it is the messages that are slow', async () => {
    const wall = new Wall();
    const runs = [0.01, 0.02].map((cost) => new FakeRun(wall, cost, Infinity, Infinity, 150));
    const { clock } = clockOf(wall, runs, 3);
    clock.play();
    await wall.pass(6000);
    expect(clock.tick).toBeGreaterThan(15_000);
  });

  it('says whom the others wait for', async () => {
    const wall = new Wall();
    const runs = [new FakeRun(wall, 0.001), new FakeRun(wall, 100)];
    const { clock, seen } = clockOf(wall, runs, 1);
    void clock.goTo(40);
    await wall.pass(4500);
    expect(seen.waiting[0]).toEqual([1]);
    expect(seen.waiting.at(-1)).toEqual([]);
    expect(runs.map((run) => run.tick)).toEqual([40, 40]);
  });

  it('goes on until the last program is over, and leaves the first at its end', async () => {
    const wall = new Wall();
    const runs = [new FakeRun(wall, 0.01, 500), new FakeRun(wall, 0.01, 1200)];
    const { clock, seen } = clockOf(wall, runs, Infinity);
    clock.play();
    await wall.pass(20_000);
    expect(runs.map((run) => run.tick)).toEqual([500, 1200]);
    expect(clock.finished).toBe(true);
    expect(seen.playing).toEqual([true, false]);
  });

  it('brings a newcomer to where the others stand', async () => {
    const wall = new Wall();
    const first = new FakeRun(wall, 0.01);
    const { clock } = clockOf(wall, [first], 1);
    void clock.goTo(100);
    await wall.pass(1000);
    const second = new FakeRun(wall, 0.01);
    clock.setRuns([first, second]);
    void clock.gather();
    await wall.pass(1000);
    expect([first.tick, second.tick]).toEqual([100, 100]);
  });

  it('does without a run that broke', async () => {
    const wall = new Wall();
    const runs = [new FakeRun(wall, 0.01, 300), new FakeRun(wall, 0.01, 300, 100)];
    const { clock, seen } = clockOf(wall, runs, Infinity);
    clock.play();
    await wall.pass(5000);
    expect(runs[0].tick).toBe(300);
    expect(seen.errors).toBeGreaterThan(0);
    expect(clock.finished).toBe(true);
  });

  it('stands still when paused in the middle, and a later order wins over an earlier', async () => {
    const wall = new Wall();
    const run = new FakeRun(wall, 1);
    const { clock } = clockOf(wall, [run], 1);
    void clock.goTo(100_000);
    await wall.pass(500);
    void clock.pause();
    await wall.pass(500);
    const { tick } = run;
    expect(tick).toBeGreaterThan(0);
    await wall.pass(2000);
    expect(run.tick).toBe(tick);
  });
});
