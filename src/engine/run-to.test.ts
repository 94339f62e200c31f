import { describe, expect, it } from 'vitest';
import { BLOCK_MIXED, BLOCK_UNTOUCHED } from '../protocol/runs.ts';
import { Engine } from './engine.ts';
import { ManualHost, SMALL, SMALL_PTE } from './small.test-util.ts';

async function booted(experiment = SMALL) {
  const host = new ManualHost();
  const engine = new Engine(host);
  const reply = await engine.boot(experiment, false);
  if (!reply.ok) throw new Error(reply.error);
  return { host, engine };
}

/** Run to a tick while the host's time passes. */
async function runTo({ host, engine }: Awaited<ReturnType<typeof booted>>, tick: number) {
  const running = engine.runTo(tick);
  await host.pass(60_000);
  const reply = await running;
  if (!reply.ok) throw new Error(reply.error);
  return reply.value;
}

describe('running to a tick', () => {
  it('stops exactly there, in slices, with the state of an uninterrupted run', async () => {
    const whole = await booted();
    await runTo(whole, 700);
    const parts = await booted();
    for (const tick of [1, 2, 250, 251, 699, 700]) {
      const arrival = await runTo(parts, tick);
      expect(arrival).toMatchObject({ tick, finished: false });
      expect(arrival.workMs).toBeGreaterThan(0);
    }
    expect(await parts.engine.stateHash()).toBe(await whole.engine.stateHash());
    expect((await runTo(parts, 10)).tick).toBe(700);
  });

  it('ends with the programs', async () => {
    const lab = await booted({ ...SMALL, parameters: { mib: 16, threads: 2, seconds: 1 } });
    const arrival = await runTo(lab, Infinity);
    expect(arrival.finished).toBe(true);
    expect(arrival.figures.elapsedS).toBeGreaterThan(0.5);
    expect(arrival).toMatchObject(await lab.engine.standing());
  });

  it('gives way to what is asked for meanwhile', async () => {
    const { host, engine } = await booted();
    // A look at the clock takes long: a slice is a few ticks.
    host.lookMs = 3;
    const running = engine.runTo(Infinity);
    await host.pass(20);
    await engine.pause();
    await host.pass(20);
    const reply = await running;
    if (!reply.ok) throw new Error(reply.error);
    expect(reply.value.finished).toBe(false);
    expect(reply.value.tick).toBe(engine.tick);
    await host.pass(1000);
    expect(engine.tick).toBe(reply.value.tick);
  });

  it('says that nothing has been booted', async () => {
    expect(await new Engine(new ManualHost()).runTo(5)).toEqual({
      ok: false,
      error: 'nothing has been booted',
    });
  });
});

describe('placements', () => {
  it('tell of every block which node has most of its pages', async () => {
    const lab = await booted(SMALL_PTE);
    await runTo(lab, 2500);
    const summary = await lab.engine.summary({ logFrom: 0, logEpoch: 0, seriesFrom: 0, seriesEpoch: -1 });
    const placements = await lab.engine.placements();
    expect(placements.map(({ pid }) => pid)).toEqual(summary.processes.map(({ pid }) => pid));
    const kinds = new Set(placements.flatMap(({ blocks }) => [...blocks]));
    placements.forEach(({ blocks }, i) => {
      expect(blocks.length).toBe(summary.processes[i].slots);
      const { mbPerNode, residentMb } = summary.processes[i];
      // Blocks of 2 MiB that are said to lie on a node hold at least three quarters of it there.
      for (const node of [0, 1]) {
        const least = blocks.filter((block) => block === node).length * 2 * 0.75;
        expect(mbPerNode[node]).toBeGreaterThanOrEqual(least * 0.9);
      }
      expect(blocks.filter((block) => block !== BLOCK_UNTOUCHED).length * 2).toBeGreaterThanOrEqual(
        residentMb,
      );
    });
    for (const kind of kinds) expect([0, 1, BLOCK_MIXED, BLOCK_UNTOUCHED]).toContain(kind);
    expect(kinds.size).toBeGreaterThan(1);
  });
});
