import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offPolicy } from '../balancing/off.ts';
import type { BalancingPolicy } from '../balancing/policy.ts';
import type { Kernel } from '../kernel-state.ts';
import { MOVED_BY_AUTONUMA } from '../output.ts';
import { freeze, thaw } from '../freeze.ts';
import { NS_PER_MS, TICK_NS } from '../units.ts';
import {
  currentOn,
  execBalance,
  isIdle,
  moveTask,
  niceWeight,
  runnableOn,
  setAffinity,
  wakeUp,
} from './sched.ts';
import {
  checkInvariants,
  exit,
  fork,
  gridMachine,
  maskOf,
  mostOnOneCore,
  perNode,
  run,
  runnable,
  schedKernel,
  sleep,
} from './sched.test-util.ts';
import { TASK_DEAD, TASK_SLEEPING } from './task.ts';

const westmere = gridMachine(2, 6, 2);

function spinners(k: Kernel, count: number): void {
  for (let i = 0; i < count; i++) {
    fork(k, i === 0 ? 0 : k.tasks[0].cpu);
    run(k, 1);
  }
}

describe('one CPU', () => {
  test('two tasks share it evenly, within a slice', () => {
    const k = schedKernel(gridMachine(1, 1, 1));
    const a = fork(k, 0);
    const b = fork(k, 0);
    for (let i = 0; i < 500; i++) {
      run(k, 1);
      // One CPU: latency 6 ms, so a slice is 3 ms, found out at the tick after; the newcomer starts a slice behind.
      expect(Math.abs(a.sched.sumExecNs - b.sched.sumExecNs)).toBeLessThanOrEqual(8 * NS_PER_MS);
    }
    expect(a.sched.sumExecNs + b.sched.sumExecNs).toBe(500 * TICK_NS);
  });

  test('weights are shares', () => {
    const k = schedKernel(gridMachine(1, 1, 1));
    const a = fork(k, 0);
    const b = fork(k, 0);
    sleep(k, b);
    b.sched.weight = niceWeight(5);
    wakeUp(k, b, -1);
    run(k, 4000);
    expect(a.sched.sumExecNs / b.sched.sumExecNs).toBeCloseTo(1024 / 335, 0);
  });

  test('a sleeper runs soon after waking, but cannot save up time', () => {
    const k = schedKernel(gridMachine(1, 8, 1));
    const only = maskOf(k, [0]);
    const spin = fork(k, 0, only);
    const nap = fork(k, 0, only);
    run(k, 100);
    sleep(k, nap);
    run(k, 10_000);
    wakeUp(k, nap, -1);
    run(k, 1);
    expect(currentOn(k, 0)).toBe(nap);
    // Half a latency of credit (12 ms with 8 CPUs) and at most a slice more.
    const before = nap.sched.sumExecNs;
    const spunBefore = spin.sched.sumExecNs;
    while (spin.sched.sumExecNs === spunBefore) run(k, 1);
    expect(nap.sched.sumExecNs - before).toBeLessThanOrEqual(26 * NS_PER_MS);
  });
});

describe('placement and balancing on 2 nodes x 6 cores x 2 threads', () => {
  test('24 spinning tasks end up one per CPU and stay', () => {
    const k = schedKernel(westmere);
    spinners(k, 24);
    run(k, 1000);
    expect(k.sched.queues.map((rq) => rq.nrRunning)).toEqual(new Array(24).fill(1));
    const moves = k.output.stepTaskMoves;
    run(k, 2000);
    expect(k.output.stepTaskMoves).toBe(moves);
  });

  test('12 tasks: 6 a node, one a core', () => {
    const k = schedKernel(westmere);
    spinners(k, 12);
    run(k, 1000);
    expect(perNode(k)).toEqual([6, 6]);
    expect(mostOnOneCore(k)).toBe(1);
  });

  test('when one node falls idle, tasks spread evenly, one cross-node pull for each that must move', () => {
    const k = schedKernel(westmere);
    spinners(k, 24);
    run(k, 1000);
    const before = k.counters.task_moves_cross_node;
    const spread: number[][] = [];
    for (let left = 24; left > 1; left = Math.floor(left / 2)) {
      const node = perNode(k)[0] <= perNode(k)[1] ? 0 : 1;
      for (const task of runnable(k).filter((t) => k.machine.cpus[t.cpu].node === node)) exit(k, task);
      run(k, 1000);
      spread.push(perNode(k));
      expect(mostOnOneCore(k)).toBe(1);
    }
    expect(spread.map((counts) => [...counts].sort().join())).toEqual(['6,6', '3,3', '1,2', '1,1']);
    expect(k.counters.task_moves_cross_node - before).toBe(6 + 3 + 1 + 1);
  });

  test('two tasks on one core part', () => {
    const k = schedKernel(westmere);
    const a = fork(k, 0, maskOf(k, [0]));
    const b = fork(k, 0, maskOf(k, [12]));
    run(k, 10);
    setAffinity(k, a, null);
    setAffinity(k, b, null);
    run(k, 500);
    expect(k.machine.cpus[a.cpu].core).not.toBe(k.machine.cpus[b.cpu].core);
  });

  test('a CPU that falls idle pulls at once what waits beside it', () => {
    const k = schedKernel(westmere);
    const here = fork(k, 13, maskOf(k, [13]));
    const waiting = [fork(k, 1, maskOf(k, [1])), fork(k, 1, maskOf(k, [1]))];
    run(k, 20);
    for (const task of waiting) task.affinity = maskOf(k, [1, 13]);
    exit(k, here);
    run(k, 1);
    expect(runnableOn(k, 13)).toBe(1);
    expect(runnableOn(k, 1)).toBe(1);
    expect(k.counters.task_moves_pull).toBe(1);
  });

  test('new-idle balancing is skipped while idle gaps are short', () => {
    const k = schedKernel(westmere);
    const here = fork(k, 13, maskOf(k, [13]));
    const waiting = [fork(k, 1, maskOf(k, [1])), fork(k, 1, maskOf(k, [1]))];
    run(k, 20);
    for (const task of waiting) task.affinity = maskOf(k, [1, 13]);
    exit(k, here);
    k.sched.queues[13].avgIdleNs = 100_000;
    // Nor is anything due: the pull waits for the tick of the nohz balancer.
    for (const domain of k.sched.domains[13]) domain.lastBalanceNs = k.ticks * TICK_NS;
    run(k, 1);
    expect(isIdle(k, 13)).toBe(true);
    run(k, 4);
    expect(isIdle(k, 13)).toBe(false);
  });

  test('exec moves a task from a crowded node to the empty one', () => {
    const k = schedKernel(westmere);
    const all = Array.from({ length: 6 }, (_, i) => fork(k, 0, maskOf(k, [i])));
    all[0].affinity = null;
    expect(k.machine.cpus[all[0].cpu].node).toBe(0);
    execBalance(k, all[0]);
    expect(k.machine.cpus[all[0].cpu].node).toBe(1);
  });

  test('a wake-up takes an idle core near the waker, not a busy previous CPU', () => {
    const k = schedKernel(westmere);
    const nap = fork(k, 0, maskOf(k, [0]));
    run(k, 5);
    sleep(k, nap);
    nap.affinity = null;
    fork(k, 0, maskOf(k, [0]));
    run(k, 5);
    wakeUp(k, nap, -1);
    expect(nap.cpu).not.toBe(0);
    expect(k.machine.cpus[nap.cpu].node).toBe(0);
    expect(k.counters.task_moves_wake).toBe(1);
  });
});

describe('affinity', () => {
  test('a bound task stays, and moves at once when its mask forbids its CPU', () => {
    const k = schedKernel(westmere);
    spinners(k, 24);
    const task = k.tasks[5];
    setAffinity(k, task, maskOf(k, [7, 8]));
    expect([7, 8]).toContain(task.cpu);
    const moves = k.counters.task_moves_affinity;
    setAffinity(k, task, maskOf(k, [3]));
    expect(task.cpu).toBe(3);
    expect(k.counters.task_moves_affinity).toBe(moves + 1);
    run(k, 500);
    expect(task.cpu).toBe(3);
    setAffinity(k, task, new Uint8Array(24));
    expect(task.affinity).toEqual(maskOf(k, [3]));
  });

  test('all tasks bound to one CPU: nobody else can help, and attempts back off', () => {
    const k = schedKernel(westmere);
    for (let i = 0; i < 4; i++) fork(k, 0, maskOf(k, [0]));
    run(k, 2000);
    checkInvariants(k);
    expect(runnableOn(k, 0)).toBe(4);
    expect(k.counters.task_moves_pull + k.counters.task_moves_active).toBe(0);
  });

  test('a new task whose parent CPU is forbidden starts where it may', () => {
    const k = schedKernel(westmere);
    expect(fork(k, 0, maskOf(k, [17])).cpu).toBe(17);
  });
});

describe('moving a task by hand', () => {
  test('a running task stops, waits on its new CPU, and pays for its caches', () => {
    const k = schedKernel(westmere);
    const a = fork(k, 0, maskOf(k, [0]));
    run(k, 5);
    a.affinity = null;
    moveTask(k, a, 12, MOVED_BY_AUTONUMA);
    expect(a.debtNs).toBe(0); // the other thread of the same core
    moveTask(k, a, 13, MOVED_BY_AUTONUMA);
    expect(a.debtNs).toBe(k.costs.cacheRefillNs);
    moveTask(k, a, 6, MOVED_BY_AUTONUMA, 321, 2);
    expect(a.debtNs).toBe(k.costs.cacheRefillNs + k.costs.cacheRefillRemoteNs);
    expect(k.counters.task_moves_autonuma).toBe(3);
    expect(currentOn(k, 0)).toBeNull();
    run(k, 1);
    expect(currentOn(k, 6)).toBe(a);
    checkInvariants(k);
  });
});

describe('hooks of the policy', () => {
  test('a veto keeps every task on its node, whatever the load', () => {
    const policy: BalancingPolicy = {
      ...offPolicy,
      canPull: (k, task, dst) => k.machine.cpus[task.cpu].node === k.machine.cpus[dst].node,
    };
    const k = schedKernel(westmere, policy);
    const left = maskOf(k, k.machine.nodes[0].cpus);
    for (let i = 0; i < 24; i++) fork(k, 0, left).affinity = null;
    run(k, 2000);
    expect(perNode(k)).toEqual([24, 0]);
    expect(k.sched.queues.slice(0, 6).map((rq) => rq.nrRunning)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test('affine tasks are pulled first, the rest counts as busy balancing', () => {
    const asked: string[] = [];
    const policy: BalancingPolicy = {
      ...offPolicy,
      twoPassPull: true,
      isAffine: (k, task, cpu) =>
        task.autonuma.preferred < 0 || k.machine.cpus[cpu].node === task.autonuma.preferred,
      canPull: (k, task, dst, affineOnly, idle) => {
        asked.push(`${task.id} ${affineOnly ? 'affine' : 'any'} ${idle}`);
        return policy.isAffine(k, task, dst) || !affineOnly;
      },
    };
    const k = schedKernel(gridMachine(2, 1, 1), policy);
    const tasks = Array.from({ length: 5 }, () => fork(k, 0, maskOf(k, [0])));
    run(k, 1);
    for (const task of tasks) {
      task.affinity = null;
      task.autonuma.preferred = 0;
    }
    // Any waiting task but the one the stock kernel would take first.
    const wanted = k.tasks[k.sched.queues[0].tasks.find((id) => id !== currentOn(k, 0)?.id)!];
    wanted.autonuma.preferred = 1;
    for (let i = 0; asked.length === 0 && i < 50; i++) run(k, 1);
    expect(asked[0]).toMatch(/affine idle$/);
    expect(wanted.cpu).toBe(1);
    expect(asked).toContain(`${wanted.id} affine idle`);
    expect(asked.some((line) => line.endsWith('any not_idle'))).toBe(true);
  });

  test('fork places a child on an affine CPU or leaves it with its parent', () => {
    const policy: BalancingPolicy = {
      ...offPolicy,
      isAffine: (k, _task, cpu) => k.machine.cpus[cpu].node === 0,
    };
    const k = schedKernel(westmere, policy);
    for (let i = 0; i < 8; i++) fork(k, 0);
    expect(perNode(k)).toEqual([8, 0]);
  });
});

describe('topologies', () => {
  test('levels, powers and capacities of Andrea’s machine', () => {
    const { sched } = schedKernel(westmere);
    expect(sched.levels.map((level) => level.name)).toEqual(['SMT', 'MC', 'NODE']);
    const powers = sched.domains[0].map((domain) =>
      sched.groupLists[domain.groupList].map((group) => group.power),
    );
    expect(powers).toEqual([
      [589, 589],
      [1178, 1178, 1178, 1178, 1178, 1178],
      [7068, 7068],
    ]);
    expect([sched.latencyNs, sched.minGranularityNs, sched.wakeupGranularityNs]).toEqual([24e6, 3e6, 4e6]);
  });

  test('memory-only nodes, single CPUs and nodes of different size', () => {
    const machine = gridMachine(3, 2, 1);
    machine.nodes[1].cpus = [];
    machine.cpus.splice(2, 2);
    machine.cpus.forEach((cpu, i) => (cpu.siblings = [i]));
    machine.nodes[2].cpus = [2, 3];
    const { sched } = schedKernel(machine);
    expect(sched.levels.map((level) => level.name)).toEqual(['MC', 'NODE']);
    expect(sched.groupLists[sched.domains[0][1].groupList].map((group) => group.cpus)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(schedKernel(gridMachine(1, 1, 1)).sched.domains).toEqual([[]]);
    expect(schedKernel(gridMachine(4, 1, 1)).sched.levels.map((level) => level.name)).toEqual(['NODE']);
  });

  const square = [
    [10, 16, 22, 16],
    [16, 10, 16, 22],
    [22, 16, 10, 16],
    [16, 22, 16, 10],
  ];

  test('3.5 has one level a distance, 3.3 one for all nodes', () => {
    const machine = gridMachine(4, 4, 2, square);
    expect(schedKernel(machine).sched.levels.map((level) => level.name)).toEqual(['SMT', 'MC', 'NODE']);
    const later = schedKernel(machine, offPolicy, '3.5').sched;
    expect(later.levels.map((level) => level.name)).toEqual(['SMT', 'MC', 'NUMA16', 'NUMA22']);
    for (let cpu = 0; cpu < 32; cpu++) {
      for (const domain of later.domains[cpu]) {
        const groups = later.groupLists[domain.groupList];
        expect(groups[domain.localGroup].cpus).toContain(cpu);
        const covered = new Set(groups.flatMap((group) => group.cpus));
        expect([...covered].sort((a, b) => a - b)).toEqual(later.spans[domain.span].cpus);
      }
    }
  });

  test('more than 16 nodes: ALLNODES above overlapping NODE domains; tasks still spread', () => {
    const k = schedKernel(gridMachine(20, 2, 1));
    expect(k.sched.levels.map((level) => level.name)).toEqual(['MC', 'NODE', 'ALLNODES']);
    expect(k.sched.spans[k.sched.domains[0][1].span].cpus).toHaveLength(32);
    spinners(k, 40);
    run(k, 3000);
    expect(Math.max(...perNode(k))).toBeLessThanOrEqual(3);
  });

  test('the largest machine is built at once', () => {
    const started = performance.now();
    schedKernel(gridMachine(64, 8, 2));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('fork' as const), a: fc.nat(23), b: fc.nat() }),
    fc.record({ do: fc.constant('sleep' as const), a: fc.nat(), b: fc.nat() }),
    fc.record({ do: fc.constant('wake' as const), a: fc.nat(), b: fc.nat(24) }),
    fc.record({ do: fc.constant('exit' as const), a: fc.nat(), b: fc.nat() }),
    fc.record({ do: fc.constant('bind' as const), a: fc.nat(), b: fc.integer({ min: 1, max: 0xffffff }) }),
    fc.record({ do: fc.constant('exec' as const), a: fc.nat(), b: fc.nat() }),
    fc.record({ do: fc.constant('run' as const), a: fc.integer({ min: 1, max: 40 }), b: fc.nat() }),
  );
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  function apply(k: Kernel, s: Step): void {
    const alive = k.tasks.filter((task) => task.state !== TASK_DEAD);
    const task = alive[s.a % Math.max(1, alive.length)];
    if (s.do === 'fork' && alive.length < 60) fork(k, s.a);
    else if (s.do === 'run') run(k, s.a);
    else if (task === undefined) return;
    else if (s.do === 'sleep') sleep(k, task);
    else if (s.do === 'wake' && task.state === TASK_SLEEPING) wakeUp(k, task, s.b - 1);
    else if (s.do === 'exit') exit(k, task);
    else if (s.do === 'exec' && task.sched.onRq === 1) execBalance(k, task);
    else if (s.do === 'bind') {
      const cpus = Array.from({ length: 24 }, (_, cpu) => cpu).filter((cpu) => (s.b >> cpu) & 1);
      setAffinity(k, task, maskOf(k, cpus));
    }
  }

  test('every runnable task is on exactly one allowed CPU, and CPUs with work run', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const k = schedKernel(westmere);
        for (const s of steps) {
          apply(k, s);
          checkInvariants(k);
        }
        const before = k.tasks.reduce((sum, task) => sum + task.sched.sumExecNs, 0);
        run(k, 1);
        checkInvariants(k);
        const ran = k.tasks.reduce((sum, task) => sum + task.sched.sumExecNs, 0) - before;
        expect(ran).toBeLessThanOrEqual(24 * TICK_NS);
      }),
      { numRuns: 60 },
    );
  });

  test('a copy of the state goes on as the original does', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 40 }), (first, then) => {
        const k = schedKernel(westmere);
        for (const s of first) apply(k, s);
        const { policy, output, ...state } = k;
        const copy = { ...(thaw(freeze(state)) as object), policy, output: thaw(freeze(output)) } as Kernel;
        for (const s of then) {
          apply(k, s);
          apply(copy, s);
        }
        expect(copy.sched).toEqual(k.sched);
        expect(copy.tasks).toEqual(k.tasks);
        expect(copy.counters).toEqual(k.counters);
      }),
      { numRuns: 20 },
    );
  });
});
