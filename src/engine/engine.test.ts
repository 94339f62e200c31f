import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { stateHash } from '../kernel/kernel.ts';
import { STEP_GRAINS } from '../protocol/engine-api.ts';
import { DEFAULT_EXPERIMENT, type Experiment, type MachineFile } from '../protocol/experiment.ts';
import { NEW_SESSION } from '../protocol/shell.ts';
import { H_PLAYING, H_TICK, readFrame } from '../protocol/frame.ts';
import { Engine } from './engine.ts';
import { createHost } from './host.ts';
import { Session } from './session.ts';
import { ManualHost, SMALL, smallView, SOON } from './small.test-util.ts';

const ALL = { logFrom: 0, seriesFrom: 0, seriesEpoch: -1, logEpoch: -1 };

async function booted(experiment: Experiment = SMALL, play = false) {
  const host = new ManualHost();
  const engine = new Engine(host);
  const reply = await engine.boot(experiment, play);
  if (!reply.ok) throw new Error(reply.error);
  return { host, engine, boot: reply.value };
}

describe('booting', () => {
  it('tells about the machine and the program', async () => {
    const { boot } = await booted();
    expect(boot.generation).toBe(1);
    expect(boot.machine.nodes.map((node) => node.memoryMb)).toEqual([512, 384]);
    expect(boot.machine.cpus).toHaveLength(8);
    expect(boot.workloadTitle).toBe('Two processes born on one node');
  });

  it('keeps what runs when the new experiment cannot be booted, and names what is wrong with it', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(50);
    const before = engine.tick;
    for (const [wrong, word] of [
      [{ machine: 'no-such-machine' }, 'machine'],
      [{ workload: 'no-such-program' }, 'workload'],
      [{ parameters: { wheels: 4 } }, 'wheels'],
      [{ knobs: { 'autonuma/enabled': '2' } }, 'autonuma/enabled'],
    ] as const) {
      const reply = await engine.boot({ ...SMALL, ...wrong }, true);
      expect(reply.ok).toBe(false);
      expect(reply.ok ? '' : reply.error).toContain(word);
    }
    await host.pass(50);
    expect(engine.tick).toBeGreaterThan(before);
    expect((await engine.summary(ALL)).generation).toBe(1);
  });

  it('fits a machine with measured totals while the other goes on, and gives way to a later boot', async () => {
    const engine = new Engine(createHost());
    await engine.boot({ ...DEFAULT_EXPERIMENT, workload: 'numa02' }, true);
    const measured = {
      ...(SMALL.machine as MachineFile),
      measured_gbps: { hard: 18, inverse: 8, one_node: 9.25 },
    };
    const before = engine.tick;
    const boot = engine.boot({ ...SMALL, machine: measured }, false);
    let heard = 0;
    let fitted = false;
    void boot.then(() => (fitted = true));
    while (!fitted) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if ((await engine.summary(ALL)).generation === 1) heard++;
    }
    expect((await boot).ok).toBe(true);
    expect(heard).toBeGreaterThan(3);
    expect(before).toBeLessThan(100);

    const late = engine.boot({ ...SMALL, machine: { ...measured, name: 'other' } }, false);
    const later = await engine.boot(SMALL, false);
    expect(later.ok && later.value.generation).toBe(3);
    expect(await late).toEqual({ ok: false, error: 'Another experiment was started meanwhile.' });
    await engine.pause();
  });

  it('counts generations', async () => {
    const { engine } = await booted();
    const reply = await engine.boot(SMALL, false);
    expect(reply.ok && reply.value.generation).toBe(2);
  });
});

describe('what is done to processes', () => {
  it('is an edit like any other: replayed from the link, it gives the same state', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(150);
    const { processes } = await engine.summary(ALL);
    const thread = processes[1].threads[1].pid;
    expect(await engine.writeKnob(`proc/${thread}/affinity`, '0')).toEqual({ ok: true, value: '0' });
    expect(await engine.writeKnob(`proc/${thread}/affinity`, '6,7')).toEqual({ ok: true, value: '6-7' });
    await host.pass(80);
    expect(await engine.writeKnob('proc/1/signal', 'TERM')).toMatchObject({ ok: false });
    expect((await engine.writeKnob(`proc/${processes[0].pid}/signal`, 'TERM')).ok).toBe(true);
    await host.pass(150);
    const summary = await engine.summary(ALL);
    expect(summary.processes[0].alive).toBe(false);
    expect(summary.edits).toHaveLength(3);
    expect(summary.marks.map((mark) => mark.label)).toContain(`kill -TERM ${processes[0].pid}`);
    const again = new Session({ ...SMALL, edits: summary.edits! }, 1);
    again.run(summary.tick, () => 0, Infinity);
    expect(again.problem).toBe('');
    expect(stateHash(again.k)).toBe(await engine.stateHash());
  });
});

describe('the shell', () => {
  const type = async (engine: Engine, line: string) => {
    const { output } = await engine.shell(line, NEW_SESSION);
    return output.map((chunk) => chunk.text).join('');
  };

  it('writes knobs and acts on processes as dated edits, and looking changes nothing', async () => {
    const { engine, host } = await booted(SMALL, true);
    expect(await type(engine, 'echo 1 > /sys/kernel/mm/autonuma/debug')).toBe('');
    await host.pass(150);
    await engine.pause();
    const { processes, tick } = await engine.summary(ALL);
    const [left, right] = processes;
    const hash = await engine.stateHash();
    expect(await type(engine, 'ps; dmesg; numastat; cat $(find /proc /sys -type f)')).toContain('left');
    expect(await engine.stateHash()).toBe(hash);
    expect(await type(engine, `taskset -cp 7 ${right.threads[1].pid}`)).toContain('new affinity list: 7');
    expect(await type(engine, `kill ${left.pid}`)).toContain('Time stands still');
    await engine.play();
    await host.pass(150);
    const after = await engine.summary(ALL);
    expect(after.processes[0].alive).toBe(false);
    expect(after.edits).toEqual([
      { tick: 0, path: 'autonuma/debug', value: '1' },
      { tick, path: `proc/${right.threads[1].pid}/affinity`, value: '7' },
      { tick, path: `proc/${left.pid}/signal`, value: 'TERM' },
    ]);
    const again = new Session({ ...SMALL, edits: after.edits! }, 1);
    again.run(after.tick, () => 0, Infinity);
    expect(stateHash(again.k)).toBe(await engine.stateHash());
  });

  it('forks when it changes the past: what was there stays', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(100);
    await type(engine, 'echo 1 > /sys/kernel/mm/autonuma/debug');
    await host.pass(60);
    await engine.pause();
    const before = await engine.summary(ALL);
    let there = false;
    void engine.seek(40).then(() => (there = true));
    while (!there) await host.pass(5);
    expect(await type(engine, 'cat /sys/kernel/mm/autonuma/debug')).toBe('0\n');
    expect(await type(engine, `kill ${before.processes[0].pid}`)).toContain('Time stands still');
    const after = await engine.summary(ALL);
    expect(after.branch.id).not.toBe(before.branch.id);
    expect(after.edits).toEqual([
      { tick: 40, path: `proc/${before.processes[0].pid}/signal`, value: 'TERM' },
    ]);
  });

  it('completes, and says when nothing has been booted', async () => {
    const { engine } = await booted();
    const completion = await engine.completeShell('cat /proc/vms', 13, NEW_SESSION);
    expect(completion).toEqual({ from: 4, to: 13, text: '/proc/vmstat ', candidates: ['vmstat'] });
    const empty = new Engine(new ManualHost());
    expect(await type(empty, 'ls')).toBe('nothing has been booted\n');
    expect((await empty.completeShell('l', 1, NEW_SESSION)).candidates).toEqual([]);
  });
});

describe('playing', () => {
  it('follows the wall clock at the wanted speed', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(200);
    expect(engine.tick).toBeGreaterThan(180);
    expect(engine.tick).toBeLessThanOrEqual(200);
    await engine.setSpeed(0.1);
    const before = engine.tick;
    await host.pass(200);
    expect(engine.tick - before).toBeGreaterThanOrEqual(19);
    expect(engine.tick - before).toBeLessThanOrEqual(21);
  });

  it('stands still when paused and goes on when played', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(30);
    await engine.pause();
    const before = engine.tick;
    await host.pass(500);
    expect(engine.tick).toBe(before);
    expect((await engine.summary(ALL)).playing).toBe(false);
    await engine.play();
    await host.pass(30);
    expect(engine.tick).toBeGreaterThan(before);
    expect(engine.tick).toBeLessThan(before + 40);
  });

  it('stops by itself when the programs are over', async () => {
    const { engine, host } = await booted({ ...SMALL, parameters: { mib: 8, threads: 1, seconds: 1 } }, true);
    await engine.setSpeed(Infinity);
    for (let i = 0; i < 200 && !(await engine.summary(ALL)).finished; i++) await host.pass(100);
    const summary = await engine.summary(ALL);
    expect(summary.finished).toBe(true);
    expect(summary.playing).toBe(false);
    expect(summary.caption).toContain('Every program has exited');
    const end = engine.tick;
    await engine.play();
    await host.pass(100);
    expect(engine.tick).toBe(end);
  });

  it('hears commands while it runs as fast as it can', async () => {
    const host = createHost();
    const engine = new Engine(host);
    await engine.boot(SMALL, false);
    await engine.setSpeed(Infinity);
    await engine.play();
    let longest = 0;
    for (let i = 0; i < 20; i++) {
      const asked = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      await engine.inspect({ kind: 'cpu', cpu: 0 });
      longest = Math.max(longest, performance.now() - asked);
    }
    await engine.pause();
    host.close();
    expect(engine.tick).toBeGreaterThan(0);
    // A slice is 4 ms and so is one heavy tick; a busy test machine may stretch that, a starved queue would be seconds.
    expect(longest).toBeLessThan(500);
  });
});

describe('determinism', () => {
  const edits = [
    { tick: 40, path: 'autonuma/knuma_scand/pmd', value: '0' },
    { tick: 200, path: 'autonuma/knuma_scand/pmd', value: '1' },
  ];
  const whole = new Session({ ...SMALL, edits }, 1);
  whole.run(400, SOON, Infinity);

  const action = fc.oneof(
    fc.constant('frame' as const),
    fc.constant('summary' as const),
    fc.constant('hash' as const),
    fc.constantFrom(...STEP_GRAINS),
    fc.constant('pause' as const),
    fc.record({ speed: fc.constantFrom(0.3, 1, 5, Infinity), ms: fc.integer({ min: 1, max: 60 }) }),
  );

  it('any pattern of speeds, steps, looks and pauses gives the state of running through', async () => {
    const { stateHash } = await import('../kernel/kernel.ts');
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
        const { engine, host } = await booted({ ...SMALL, edits });
        for (const act of actions) {
          if (engine.tick >= 300) break;
          if (act === 'frame') await engine.frame(smallView(), new ArrayBuffer(0));
          else if (act === 'summary') await engine.summary(ALL);
          else if (act === 'hash') await engine.stateHash();
          else if (act === 'pause') await engine.pause();
          else if (typeof act === 'object') {
            await engine.setSpeed(act.speed);
            await engine.play();
            // At full speed a fixed wall time could run past the end of the comparison.
            for (let ms = 0; ms < act.ms && engine.tick < 300; ms++) await host.pass(1);
            await engine.pause();
          } else {
            const before = engine.tick;
            const step = engine.step(act);
            for (let i = 0; i < 100 && engine.tick < 300; i++) await host.pass(1);
            await engine.pause();
            const reply = await Promise.race([step, host.pass(1).then(() => null)]);
            expect(engine.tick).toBeGreaterThan(before);
            if (reply && act === 'tick') expect(engine.tick).toBe(before + 1);
          }
        }
        while (engine.tick < 400) await engine.step('tick');
        if (engine.tick === 400) expect(await engine.stateHash()).toBe(stateHash(whole.k));
      }),
      { numRuns: 8 },
    );
  });

  it('a knob written while it runs is the same run as that edit in the experiment', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(100);
    const reply = await engine.writeKnob('/sys/kernel/mm/autonuma/knuma_scand/pages_to_scan', '1000');
    expect(reply).toEqual({ ok: true, value: '1000' });
    await host.pass(100);
    await engine.pause();
    const written = (await engine.summary(ALL)).edits!;
    expect(written).toHaveLength(1);
    const replay = await booted({ ...SMALL, edits: written });
    while (replay.engine.tick < engine.tick) await replay.engine.step('tick');
    expect(await replay.engine.stateHash()).toBe(await engine.stateHash());
  });
});

describe('steps', () => {
  it.each(['scan_pass', 'hinting_fault', 'page_migration', 'task_move'] as const)(
    'to the next %s, with its numbers',
    async (grain) => {
      const { engine, host } = await booted();
      const step = engine.step(grain);
      await host.pass(60_000);
      const reply = await step;
      expect(reply.ok && reply.value.reached).toBe(true);
      expect(reply.ok && reply.value.sentence).toMatch(/ .*\d.*\.$/);
      expect(reply.ok && reply.value.tick).toBe(engine.tick);
      expect((await engine.summary(ALL)).playing).toBe(false);
    },
  );

  it('can be stopped', async () => {
    const { engine, host } = await booted({ ...SMALL, policy: 'off', knobs: {} });
    host.lookMs = 1;
    const step = engine.step('page_migration');
    await host.pass(5);
    await engine.pause();
    await host.pass(5);
    const reply = await step;
    expect(reply.ok && reply.value.reached).toBe(false);
    expect(reply.ok && reply.value.sentence).toContain('Stopped');
  });

  it('ends when the programs end', async () => {
    const { engine, host } = await booted({
      ...SMALL,
      policy: 'off',
      knobs: {},
      parameters: { mib: 8, threads: 1, seconds: 1 },
    });
    const step = engine.step('page_migration');
    await host.pass(600_000);
    const reply = await step;
    expect(reply.ok && reply.value.sentence).toContain('exited');
  });
});

describe('when something goes wrong', () => {
  let spoiled: Session | null = null;
  afterEach(() => (spoiled = null));

  it('a failing tick is reported, not thrown', async () => {
    const { engine, host } = await booted(SMALL, true);
    await host.pass(10);
    spoiled = (engine as unknown as { session: Session }).session;
    spoiled.k.sched.queues = null as never;
    await host.pass(20);
    const summary = await engine.summary(ALL).catch(() => null);
    expect(spoiled.broken).toBe(true);
    expect(summary?.error).toMatch(/kernel model failed/);
    expect((await engine.step('tick')).ok).toBe(false);
    expect((await engine.boot(SMALL, false)).ok).toBe(true);
  });

  it('an impossible request gives an empty frame and a message', async () => {
    const { engine } = await booted();
    const view = smallView();
    view.maps[0].width = -4;
    const frame = readFrame(await engine.frame(view, new ArrayBuffer(0)));
    expect(frame.header[H_PLAYING]).toBe(0);
    expect((await engine.summary(ALL)).error).toContain('-4');
  });

  it('answers before anything has been booted', async () => {
    const engine = new Engine(new ManualHost());
    expect(readFrame(await engine.frame(smallView(), new ArrayBuffer(0))).header[H_TICK]).toBe(0);
    expect((await engine.summary(ALL)).caption).toContain('booted');
    expect((await engine.step('tick')).ok).toBe(false);
    expect((await engine.writeKnob('autonuma/enabled', '1')).ok).toBe(false);
    expect((await engine.inspect({ kind: 'cpu', cpu: 0 })).rows).toEqual([]);
    await engine.play();
    await engine.pause();
  });

  it('refuses knobs as the kernel does', async () => {
    const { engine } = await booted();
    const reply = await engine.writeKnob('autonuma/knuma_scand/pages_to_scan', 'many');
    expect(reply.ok ? '' : reply.error).toContain('EINVAL');
  });

  it('crashes outside every promise when told to', async () => {
    const { engine, host } = await booted();
    await engine.crash();
    await expect(host.pass(1)).rejects.toThrow('told to crash');
  });
});
