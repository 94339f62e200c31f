/** CPU follows memory: autonuma.md section 6, the worked numbers of section 10, fidelity tests (f) and (g) of section 13. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  expectSound,
  holdScanner,
  image,
  machineOf,
  mmap,
  onCpus,
  programs,
  run,
  set,
  sweep,
  userTasks,
} from '../../kernel.test-util.ts';
import type { Kernel } from '../../kernel.ts';
import type { Op, ProgramImage } from '../../program/program.ts';
import { cloneThread, forkProcess } from '../../program/lifecycle.ts';
import type { Task } from '../../sched/task.ts';
import { autonumaBalance, canPull, gainOf, isAffine, weight } from './balance.ts';

const SPIN: Op = { op: 'compute', ns: 1e15 };
const ANYWHERE: Op = { op: 'sched_setaffinity', cpus: null };

/** A process with one thread spinning on each of these CPUs, free to move; main on the first. */
function spinners(...cpus: number[]): ProgramImage {
  const thread = (cpu: number): Op[] => [onCpus(cpu), ANYWHERE, SPIN];
  const clones = cpus.slice(1).map((_, i): Op => ({ op: 'clone', thread: i + 1 }));
  return image([anonymous(1)], [...clones, ...thread(cpus[0])], ...cpus.slice(1).map(thread));
}

/** Nodes of so many CPUs; all processes running where they want to be. */
function running(cpus: number, nodes: number, ...images: ProgramImage[]): Kernel {
  const k = boot(machineOf(Array.from({ length: nodes }, () => ({ cpus, mb: 64 }))), programs(...images));
  holdScanner(k);
  run(k, 60);
  return k;
}

function onCpu(k: Kernel, cpu: number): Task {
  return k.tasks[k.sched.queues[cpu].current];
}

/** Give a task statistics of so many pages on each node. */
function setTask(task: Task, ...pages: number[]): void {
  task.autonuma.fault.set(pages);
  task.autonuma.faultTot = pages.reduce((a, b) => a + b, 0);
}

function setMm(k: Kernel, mm: number, ...pages: number[]): void {
  k.mms[mm].autonuma.fault.set(pages);
  k.mms[mm].autonuma.faultTot = pages.reduce((a, b) => a + b, 0);
}

describe('(f) weights and ties', () => {
  it('weights are thousandths, by integer division, clamped against a total that lags', () => {
    expect(weight(Float64Array.of(1, 2), 3, 0)).toBe(333);
    expect(weight(Float64Array.of(1, 2), 3, 1)).toBe(666);
    expect(weight(Float64Array.of(5, 0), 4, 0)).toBe(1000);
    expect(weight(Float64Array.of(0, 0), 0, 0)).toBe(0);
  });

  it('worked numbers: A 600/400 on node 1 against B 400/600 on node 0 gains 400; afterwards nobody moves', () => {
    expect(gainOf({ there: 400, mine: 600, home: 400 })).toBe(400);
    // After the move A is at home with 600 and B's place with 400: nothing is better.
    expect(gainOf({ there: 600, mine: 400, home: 600 })).toBe(0);
  });

  it('worked numbers: two processes all on node 0 tie, and a node full of converged tasks is never entered', () => {
    expect(gainOf({ there: 1000, mine: 1000, home: 0 })).toBe(0);
    for (let mine = 0; mine <= 1000; mine += 50) expect(gainOf({ there: 1000, mine, home: 0 })).toBe(0);
  });

  it('inequalities are strict', () => {
    expect(gainOf({ there: 500, mine: 500, home: 0 })).toBe(0);
    expect(gainOf({ there: 0, mine: 500, home: 500 })).toBe(0);
    expect(gainOf({ there: 499, mine: 500, home: 499 })).toBe(2);
  });

  it('through the kernel: the worked exchange, one way, without ping-pong', () => {
    const k = running(1, 2, spinners(1), spinners(0));
    const [a, b] = userTasks(k);
    expect([a.cpu, b.cpu]).toEqual([1, 0]);
    setMm(k, a.mm, 600, 400);
    setMm(k, b.mm, 400, 600);
    setTask(a, 1, 0);
    setTask(b, 1, 0);
    autonumaBalance(k, 1, a);
    expect([a.cpu, b.cpu]).toEqual([0, 0]); // B is not moved: CFS fetches it
    expect(a.autonuma.preferred).toBe(0);
    run(k, 200); // alpha6's veto keeps A here while B runs; then the idle CPU fetches B
    expect([a.cpu, b.cpu]).toEqual([0, 1]);
    const moves = k.counters.task_moves_autonuma;
    run(k, 1000);
    expect(k.counters.task_moves_autonuma - moves).toBe(0);
    expect([a.cpu, b.cpu]).toEqual([0, 1]);
    expectSound(k);
  });

  it('compares threads of one process by task statistics, other processes by mm statistics', () => {
    const threads = running(1, 2, spinners(0, 1));
    const [main, other] = userTasks(threads);
    setMm(threads, 0, 100, 900);
    setTask(main, 100, 900);
    setTask(other, 900, 100);
    autonumaBalance(threads, main.cpu, main);
    expect(main.cpu).toBe(other.cpu); // moved, although mm weights would tie

    const k = running(1, 2, spinners(0), spinners(1));
    const [a, b] = userTasks(k);
    setMm(k, 0, 500, 500);
    setMm(k, 1, 500, 500);
    setTask(a, 0, 1000);
    setTask(b, 1000, 0);
    autonumaBalance(k, 0, a);
    expect(a.cpu).toBe(0);
    expect(a.autonuma.preferred).toBe(0); // nothing found: the current node
  });

  it('the first of equal gains wins: ascending node, then CPU', () => {
    const k = running(2, 3, spinners(0), spinners(2), spinners(3), spinners(4), spinners(5), spinners(1));
    const [a, ...others] = userTasks(k);
    setMm(k, a.mm, 0, 500, 500);
    setTask(a, 1, 1, 1);
    for (const task of others) {
      setMm(k, task.mm, 1000, 0, 0);
      setTask(task, 1, 0, 0);
    }
    autonumaBalance(k, 0, a);
    expect(a.cpu).toBe(2);
  });

  it('needs statistics on both sides; without its own, preferred stays as it is', () => {
    const k = running(1, 2, spinners(1), spinners(0));
    const [a, b] = userTasks(k);
    setMm(k, a.mm, 600, 400);
    setMm(k, b.mm, 400, 600);
    a.autonuma.preferred = 1;
    autonumaBalance(k, 1, a); // task total zero
    expect([a.cpu, a.autonuma.preferred]).toEqual([1, 1]);
    setTask(a, 1, 0);
    autonumaBalance(k, 1, a); // B's task total zero
    expect(a.cpu).toBe(1);
    setTask(b, 1, 0);
    autonumaBalance(k, 1, a);
    expect(a.cpu).toBe(0);
  });

  it('stays within its affinity', () => {
    const k = running(1, 2, spinners(1), spinners(0));
    const [a, b] = userTasks(k);
    setMm(k, a.mm, 600, 400);
    setMm(k, b.mm, 400, 600);
    setTask(a, 1, 0);
    setTask(b, 1, 0);
    a.affinity = Uint8Array.of(0, 1);
    autonumaBalance(k, 1, a);
    expect(a.cpu).toBe(1);
  });
});

describe('idle CPUs (6.5, alpha6)', () => {
  function idleNodeOne(tw: number[], mw: number[]): Kernel {
    const k = running(2, 2, spinners(0));
    const [a] = userTasks(k);
    setMm(k, 0, ...mw);
    setTask(a, ...tw);
    autonumaBalance(k, a.cpu, a);
    return k;
  }

  it('count when both weights are higher there', () => {
    expect(userTasks(idleNodeOne([400, 600], [400, 600]))[0].cpu).toBe(2);
    expect(userTasks(idleNodeOne([600, 400], [400, 600]))[0].cpu).toBe(0);
    expect(userTasks(idleNodeOne([400, 600], [600, 400]))[0].cpu).toBe(0);
    expect(userTasks(idleNodeOne([500, 500], [400, 600]))[0].cpu).toBe(0);
  });

  it('beat an equal busy one', () => {
    const k = running(2, 2, spinners(0), spinners(2));
    const [a, b] = userTasks(k);
    setMm(k, a.mm, 400, 600);
    setMm(k, b.mm, 1000, 0); // there = 0 on node 1
    setTask(a, 400, 600);
    setTask(b, 1, 0);
    autonumaBalance(k, 0, a);
    expect(a.cpu).toBe(3);
  });

  it('must have been idle for longer than a migration costs', () => {
    const k = running(2, 2, spinners(0));
    const [a] = userTasks(k);
    setMm(k, 0, 400, 600);
    setTask(a, 400, 600);
    for (const cpu of [2, 3]) {
      k.sched.queues[cpu].idleSinceNs = k.nowNs - 400_000;
      k.sched.queues[cpu].avgIdleNs = 400_000;
    }
    autonumaBalance(k, 0, a);
    expect(a.cpu).toBe(0);
  });
});

describe('(g) load_balance_strict', () => {
  it('blocks cross-node pulls by busy CPUs, and lets idle ones pull', () => {
    // Four tasks that prefer node 0 on its two CPUs, node 1 has one that prefers node 1.
    const k = running(2, 2, spinners(0), spinners(1), spinners(0), spinners(1), spinners(2), spinners(3));
    for (const task of userTasks(k)) task.autonuma.preferred = 0;
    const waiting = k.tasks[k.sched.queues[0].queue[0]];
    expect(canPull(k, waiting, 1, false, 'not_idle')).toBe(true); // same node
    expect(canPull(k, waiting, 2, true, 'idle')).toBe(false); // first pass: affine only
    expect(canPull(k, waiting, 2, false, 'not_idle')).toBe(false);
    expect(canPull(k, waiting, 2, false, 'idle')).toBe(true);
    expect(canPull(k, waiting, 2, false, 'newly_idle')).toBe(true);
    set(k, 'scheduler/load_balance_strict', 0);
    expect(canPull(k, waiting, 2, false, 'not_idle')).toBe(true);
    expect(canPull(k, waiting, 2, true, 'not_idle')).toBe(false);
  });

  it('alpha6: not when the preferred node runs a stranger or has a long-idle CPU', () => {
    const k = running(2, 2, spinners(0), spinners(1), spinners(0), spinners(1), spinners(2), spinners(3));
    for (const task of userTasks(k)) task.autonuma.preferred = 0;
    const waiting = k.tasks[k.sched.queues[0].queue[0]];
    onCpu(k, 1).autonuma.preferred = 1;
    expect(canPull(k, waiting, 2, false, 'idle')).toBe(false);
    // The stranger is not looked at on a CPU that the task may not use.
    waiting.affinity = Uint8Array.of(1, 0, 1, 1);
    expect(canPull(k, waiting, 2, false, 'idle')).toBe(true);

    const idle = running(2, 2, spinners(0), spinners(0));
    const [a] = userTasks(idle);
    a.autonuma.preferred = 0;
    expect(canPull(idle, a, 2, false, 'idle')).toBe(false);
  });

  it('a task without preference is affine everywhere', () => {
    const k = running(2, 2, spinners(0));
    const [a] = userTasks(k);
    expect([0, 1, 2, 3].map((cpu) => isAffine(k, a, cpu))).toEqual([true, true, true, true]);
    a.autonuma.preferred = 1;
    expect([0, 1, 2, 3].map((cpu) => isAffine(k, a, cpu))).toEqual([false, false, true, true]);
    expect(canPull(k, a, 3, true, 'not_idle')).toBe(true);
  });
});

describe('inheritance (6.7)', () => {
  function family(clone: number, fork: number): { parent: Task; thread: Task; child: Task; k: Kernel } {
    const k = boot(
      machineOf([
        { cpus: 2, mb: 64 },
        { cpus: 2, mb: 64 },
      ]),
      programs(image([anonymous(1)], [SPIN], [SPIN])),
    );
    holdScanner(k);
    run(k, 5);
    set(k, 'scheduler/clone_reset', clone);
    set(k, 'scheduler/fork_reset', fork);
    const [parent] = userTasks(k);
    setTask(parent, 30, 10);
    setMm(k, parent.mm, 300, 100);
    parent.autonuma.preferred = 1;
    const child = k.tasks[forkProcess(k, parent, 1).threads[0]];
    const thread = cloneThread(k, parent, 1);
    return { k, parent, child, thread };
  }

  it('by default statistics begin at zero and nothing is preferred', () => {
    const { k, child, thread } = family(1, 1);
    for (const task of [child, thread]) {
      expect([...task.autonuma.fault]).toEqual([0, 0]);
      expect(task.autonuma).toMatchObject({ faultTot: 0, preferred: -1 });
    }
    expect(k.mms[child.mm].autonuma.faultTot).toBe(0);
  });

  it('clone_reset=0 copies the task, fork_reset=0 the address space', () => {
    const { k, child, thread } = family(0, 0);
    for (const task of [child, thread]) {
      expect([...task.autonuma.fault]).toEqual([30, 10]);
      expect(task.autonuma).toMatchObject({ faultTot: 40, preferred: 1 });
    }
    expect([...k.mms[child.mm].autonuma.fault]).toEqual([300, 100]);
    const mixed = family(0, 1);
    expect(mixed.k.mms[mixed.child.mm].autonuma.faultTot).toBe(0);
    expect(mixed.child.autonuma.faultTot).toBe(40);
  });

  it('exec always starts anew', () => {
    const k = boot(
      machineOf([
        { cpus: 2, mb: 64 },
        { cpus: 2, mb: 64 },
      ]),
      programs(image([anonymous(1)], [SPIN, { op: 'exec', image: 1 }]), image([anonymous(1)], [SPIN])),
    );
    holdScanner(k);
    run(k, 5);
    set(k, 'scheduler/clone_reset', 0);
    set(k, 'scheduler/fork_reset', 0);
    const [task] = userTasks(k);
    setTask(task, 30, 10);
    task.autonuma.preferred = 1;
    task.program.computeLeft = 0;
    run(k, 5);
    expect([...task.autonuma.fault]).toEqual([0, 0]);
    expect(task.autonuma).toMatchObject({ faultTot: 0, preferred: -1 });
    expect(k.mms[task.mm].autonuma.faultTot).toBe(0);
  });
});

describe('allocation', () => {
  it('comes from the preferred node if there is one, else from the local one; a policy wins', () => {
    const k = boot(
      machineOf([
        { cpus: 2, mb: 64 },
        { cpus: 2, mb: 64 },
      ]),
      programs(
        image(
          [anonymous(1), anonymous(1)],
          [
            onCpus(0),
            SPIN,
            mmap(0),
            sweep(0, 256),
            mmap(1, { mode: 'bind', nodes: [0] }),
            sweep(1, 256),
            SPIN,
          ],
        ),
      ),
    );
    holdScanner(k);
    run(k, 5);
    const [task] = userTasks(k);
    task.autonuma.preferred = 1;
    task.program.computeLeft = 0;
    run(k, 20);
    expect(k.mms[0].vmas.map((vma) => [...vma.nodePages])).toEqual([
      [0, 256],
      [256, 0],
    ]);
    // Where it came from is where it was wanted: a hit, though not a local one.
    expect(k.counters).toMatchObject({ numa_hit: 512, numa_miss: 0, numa_local: 256, numa_other: 256 });
  });
});
