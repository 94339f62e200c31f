import { expect, it } from 'vitest';
import { PATIENCE_MS, ScenarioRun } from '../scenario-run.test-util.ts';

it(
  'crossing: each process on a node of its own, memory too, and then nothing moves',
  () => {
    const run = new ScenarioRun('crossing');
    run.to(15);
    expect(run.placement('left')).toEqual([0, 12]);
    expect(run.placement('right')).toEqual([12, 0]);
    // Threads were faster than memory.
    expect(run.memory('left')[1]).toBeLessThan(0.6);
    run.to(60);
    expect(run.placement('left')).toEqual([0, 12]);
    expect(run.memory('left')[1]).toBeGreaterThan(0.99);
    expect(run.memory('right')[0]).toBeGreaterThan(0.99);
    const moved = run.kernel.counters.pgmigrate_success;
    expect(run.to(75)).toBeGreaterThan(0.99);
    expect(run.kernel.counters.pgmigrate_success).toBe(moved);

    const off = new ScenarioRun('crossing:off');
    off.to(50);
    expect(off.to(60)).toBeLessThan(0.6);
    expect(off.kernel.counters.pgmigrate_success).toBe(0);
  },
  PATIENCE_MS,
);

it(
  'larger-than-node: local all the same, half of it on each node',
  () => {
    const run = new ScenarioRun('larger-than-node');
    run.to(1);
    const { kernel } = run;
    const node = kernel.machine.nodes[0].memoryMb * 256;
    run.to(30);
    expect(kernel.mms[run.process('large').mm].presentPages).toBeGreaterThan(node);
    expect(run.to(45)).toBeGreaterThan(0.98);
    for (const share of run.memory('large')) expect(share).toBeCloseTo(0.5, 1);
    const off = new ScenarioRun('larger-than-node:off');
    off.to(30);
    expect(off.to(45)).toBeLessThan(0.7);
  },
  PATIENCE_MS,
);

it(
  'overcommit: worse before it is better, then two servers on each node',
  () => {
    const run = new ScenarioRun('overcommit');
    run.to(1);
    expect(run.kernel.processes).toHaveLength(8);
    run.to(10);
    const early = run.to(20);
    expect(early).toBeLessThan(0.6);
    run.to(40);
    expect(run.to(50)).toBeGreaterThan(0.88);
    // Threads: 96 on 48 CPUs. Where each server has most of its memory: two servers a node.
    const homes = run.kernel.processes.map((process) => {
      const { nodePages } = run.kernel.mms[process.mm];
      return nodePages.indexOf(Math.max(...nodePages));
    });
    const onNode = [0, 1, 2, 3].map((node) => homes.filter((home) => home === node).length);
    expect(onNode.reduce((sum, count) => sum + count)).toBe(8);
    expect(Math.max(...onNode)).toBeLessThanOrEqual(2);
  },
  PATIENCE_MS,
);

it(
  'bound-neighbours: the free ones give way',
  () => {
    const run = new ScenarioRun('bound-neighbours');
    run.to(40);
    for (const name of ['free0', 'free1']) {
      const [first, second] = run.placement(name);
      expect(first + second, name).toBeLessThanOrEqual(2);
    }
    expect(run.placement('bound0')).toEqual([12, 0, 0, 0]);
    expect(run.placement('bound1')).toEqual([0, 12, 0, 0]);
    run.to(80);
    const homes = ['free0', 'free1'].map((name) => {
      const memory = run.memory(name);
      return memory.findIndex((share) => share > 0.95);
    });
    expect(homes.sort()).toEqual([2, 3]);
  },
  PATIENCE_MS,
);

it(
  'nothing-to-do: sampled and left alone, for less than a thousandth',
  () => {
    const run = new ScenarioRun('nothing-to-do');
    expect(run.to(40)).toBeGreaterThan(0.999);
    const { counters, bill } = run.kernel;
    expect(counters.numa_hint_faults).toBeGreaterThan(1000);
    expect(counters.pgmigrate_success).toBe(0);
    expect(counters.task_moves_autonuma).toBe(0);
    expect((bill.scanNs + bill.hintingFaultNs + bill.balanceNs) / 1e9).toBeLessThan(run.userS / 1000);
  },
  PATIENCE_MS,
);
