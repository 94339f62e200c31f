import { expect, it } from 'vitest';
import { PATIENCE_MS, ScenarioRun } from '../scenario-run.test-util.ts';

it(
  'tie: weights 1000 to 1000 and nobody moves; with room the tie is broken',
  () => {
    const run = new ScenarioRun('tie');
    run.to(15);
    const crossed = run.kernel.counters.task_moves_cross_node;
    run.to(20);
    const before = ['left', 'right'].map((name) => run.placement(name));
    const share = run.to(40);
    for (const name of ['left', 'right']) {
      expect(run.mmWeights(name), name).toEqual([1000, 0]);
      for (const weights of run.taskWeights(name)) expect(weights).toEqual([1000, 0]);
      // Threads on both nodes, so that there would be something to gain.
      for (const count of run.placement(name)) expect(count).toBeGreaterThan(3);
    }
    expect(run.kernel.autonuma.scanner.fullScans).toBeGreaterThanOrEqual(3);
    expect(run.kernel.counters.task_moves_autonuma).toBe(0);
    expect(run.kernel.counters.task_moves_cross_node).toBe(crossed);
    expect(['left', 'right'].map((name) => run.placement(name))).toEqual(before);
    expect(run.kernel.counters.pgmigrate_success).toBe(0);
    expect(share).toBeCloseTo(0.5, 2);

    const room = new ScenarioRun('tie:room');
    room.to(40);
    expect(room.kernel.counters.pgmigrate_success).toBeGreaterThan(100_000);
    expect(room.kernel.counters.task_moves_autonuma).toBeGreaterThan(0);
    expect(room.mmWeights('left')[0]).not.toBe(room.mmWeights('right')[0]);
    expect(room.placement('right')).toEqual([12, 0]);
  },
  PATIENCE_MS,
);

it(
  'full-node: knuma_migrated1 in "no room", pages queued and stay',
  () => {
    const run = new ScenarioRun('full-node');
    run.to(15);
    const daemon = run.kernel.autonuma.daemons[1];
    for (let second = 16; second <= 30; second++) {
      run.to(second);
      expect(daemon.state).toBe('no room');
      expect(daemon.nrQueued).toBeGreaterThan(100_000);
    }
    expect(run.kernel.counters.pgmigrate_success).toBe(0);
    // Two pages of the main stack are on node 1 from the start.
    expect(run.memory('worker')[0]).toBeGreaterThan(0.99999);
    expect(run.kernel.counters.page_cache_spilled).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'strict-or-fair: threads of one process get unequal time, and fewer cross',
  () => {
    // Chance decides who is lucky: the mean of four seeds.
    const unequal = (name: string) => {
      let ratio = 0;
      let crossed = 0;
      for (const seed of [1, 2, 3, 4]) {
        const run = new ScenarioRun(name, seed);
        run.to(40);
        const cpuTime = run.threads('crowd').map((task) => task.userNs);
        ratio += Math.max(...cpuTime) / Math.min(...cpuTime) / 4;
        crossed += run.kernel.counters.task_moves_cross_node;
      }
      return { ratio, crossed };
    };
    const strict = unequal('strict-or-fair');
    const fair = unequal('strict-or-fair:fair');
    expect(strict.ratio).toBeGreaterThan(1.7);
    expect(fair.ratio).toBeLessThan(1.5);
    expect(fair.crossed).toBeGreaterThan(1.5 * strict.crossed);
  },
  PATIENCE_MS,
);

it(
  'memory-only-node: everything leaves, nothing is ever asked back',
  () => {
    const run = new ScenarioRun('memory-only-node');
    run.to(2);
    const mm = run.kernel.mms[run.process('far').mm];
    const towards = run.kernel.autonuma.daemons[2];
    for (let second = 3; second <= 20; second++) {
      run.to(second);
      expect(towards.nrQueued).toBe(0);
      expect(run.placement('far')[2]).toBe(0);
      if (second < 5) continue;
      // What is left has not reached the LRU.
      const waiting = run.kernel.memory.pagevecs.reduce((sum, vec) => sum + vec.pages.length, 0);
      expect(mm.nodePages[2]).toBeLessThanOrEqual(Math.min(waiting, 14));
    }
    expect(towards.pagesMigratedHere).toBe(0);
    expect(run.kernel.counters.pgmigrate_success).toBeGreaterThan(500_000);
  },
  PATIENCE_MS,
);
