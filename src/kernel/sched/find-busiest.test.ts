import { describe, expect, test } from 'vitest';
import { capacityOfPower, findBusiestGroup, findBusiestQueue } from './find-busiest.ts';
import { fork, gridMachine, maskOf, run, schedKernel } from './sched.test-util.ts';
import type { SchedEra } from './tunables.ts';

/** A machine with so many tasks bound to each CPU, after the load averages have settled. */
function loaded(tasksPerCpu: number[], nodes: number, threads: number, era?: SchedEra) {
  const cores = tasksPerCpu.length / nodes / threads;
  const k = schedKernel(gridMachine(nodes, cores, threads), undefined, era);
  tasksPerCpu.forEach((count, cpu) => {
    for (let i = 0; i < count; i++) fork(k, cpu, maskOf(k, [cpu]));
  });
  run(k, 40);
  k.sched.scratch.cpus.fill(1);
  return k;
}

describe('capacity', () => {
  test('a node of six cores of two threads has room for seven, a core for one', () => {
    expect(capacityOfPower(7068, false)).toBe(7);
    expect(capacityOfPower(1178, false)).toBe(1);
    expect(capacityOfPower(589, true)).toBe(1);
    // Four threads a core: 294 each rounds to none, but a hyper-thread still holds a task.
    expect(capacityOfPower(294, true)).toBe(1);
    expect(capacityOfPower(294, false)).toBe(0);
  });
});

describe('the busiest group', () => {
  test('prefer-sibling: an idle node takes from one whose tasks all have a core', () => {
    // Five tasks on five cores of node 0; node 1 idle.
    const k = loaded([1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(12).fill(0)], 2, 2);
    const domain = k.sched.domains[6][2];
    findBusiestGroup(k, 6, domain, 'idle');
    expect(k.sched.scratch.busiest).toBe(0);
    expect(k.sched.scratch.imbalance).toBeGreaterThanOrEqual(1024);
    const rq = findBusiestQueue(k, k.sched.groupLists[domain.groupList][0], k.sched.levels[domain.level]);
    expect(rq?.cpu).toBe(0);
    // Only the first idle CPU of a group balances for it.
    findBusiestGroup(k, 7, k.sched.domains[7][2], 'idle');
    expect(k.sched.scratch).toMatchObject({ busiest: -1, balance: 0 });
  });

  test('3 and 2 tasks are balanced for an idle CPU, 4 and 2 are not', () => {
    const empty = new Array<number>(12).fill(0);
    const even = loaded([1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, ...empty], 2, 2);
    findBusiestGroup(even, 8, even.sched.domains[8][2], 'idle');
    expect(even.sched.scratch).toMatchObject({ busiest: -1, balance: 1 });
    const uneven = loaded([1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, ...empty], 2, 2);
    findBusiestGroup(uneven, 8, uneven.sched.domains[8][2], 'idle');
    expect(uneven.sched.scratch.busiest).toBe(0);
  });

  test('busy CPUs tolerate imbalance_pct', () => {
    const k = loaded([2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1], 2, 1, '3.5');
    findBusiestGroup(k, 6, k.sched.domains[6][1], 'not_idle');
    expect(k.sched.scratch.busiest).toBe(-1);
  });

  test('3.3 sees group imbalance in one extra task, 3.5 does not', () => {
    const tasks = [2, 2, 2, 2, 2, 3, 2, 2, 2, 2, 2, 1];
    for (const [era, busiest] of [
      ['3.3', 0],
      ['3.5', -1],
    ] as const) {
      const k = loaded(tasks, 2, 1, era);
      findBusiestGroup(k, 6, k.sched.domains[6][1], 'not_idle');
      expect(k.sched.scratch.busiest, era).toBe(busiest);
    }
  });
});
