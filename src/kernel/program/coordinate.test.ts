import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  image,
  mmap,
  programs,
  run,
  runUntil,
  sweep,
  twoNodes,
  userTasks,
} from '../kernel.test-util.ts';
import { isFinished, type Kernel, restore, snapshot, stateHash, tick } from '../kernel.ts';
import type { Op, ProgramSet } from '../program/program.ts';
import { TASK_SLEEPING } from '../sched/task.ts';

const MS = 1_000_000;
const compute = (ms: number): Op => ({ op: 'compute', ns: ms * MS });
const note: Op = { op: 'note', note: 0 };

/** A program whose threads have a note each. */
function noting(...threads: Op[][]): ProgramSet {
  const made = image([anonymous(1)], ...threads);
  for (const code of made.threads) code.notes = 2;
  return programs(made);
}

const notes = (k: Kernel): number[] => userTasks(k).map((task) => task.program.notedNs[0]);

describe('mutexes', () => {
  it('are held by one thread at a time and handed over in the order of arrival', () => {
    const critical: Op[] = [
      { op: 'lock', mutex: 0 },
      note,
      compute(10),
      { op: 'unlock', mutex: 0 },
      compute(40),
    ];
    const k = boot(
      twoNodes(),
      noting(
        [{ op: 'clone', thread: 1 }, { op: 'clone', thread: 2 }, { op: 'clone', thread: 3 }, { op: 'join' }],
        critical,
        [compute(2), ...critical],
        [compute(4), ...critical],
      ),
    );
    run(k, 30);
    expect(k.tasks.filter((task) => task.program.waiting === 'mutex')).toHaveLength(0);
    const [, first, second, third] = notes(k);
    expect(second - first).toBeGreaterThanOrEqual(10 * MS);
    expect(third - second).toBeGreaterThanOrEqual(10 * MS);
    expect(third).toBeLessThan(30 * MS);
    runUntil(k, () => isFinished(k));
  });
});

describe('shared barriers', () => {
  it('hold threads of all processes until the last has come', () => {
    const barrier: Op = { op: 'barrier', id: 0, parties: 3, shared: true };
    const k = boot(
      twoNodes(),
      noting(
        [{ op: 'fork', thread: 1 }, { op: 'fork', thread: 2 }, barrier, note, { op: 'wait' }],
        [compute(5), barrier, note],
        [compute(20), barrier, note],
      ),
    );
    run(k, 15);
    expect(userTasks(k).filter((task) => task.state === TASK_SLEEPING)).toHaveLength(2);
    runUntil(k, () => isFinished(k));
    for (const at of notes(k)) expect(at).toBeGreaterThanOrEqual(20 * MS);
    for (const at of notes(k)) expect(at).toBeLessThan(23 * MS);
  });
});

describe('unless', () => {
  /** Rounds of 1 ms until the flag is up; `extra` runs in each round. */
  const rounds = (...extra: Op[]): Op[] => [
    note,
    { op: 'unless', condition: { is: 'raised', flag: 0 }, to: 3 },
    { op: 'exit' },
    compute(1),
    ...extra,
    { op: 'loop', counter: 0, to: 1, times: 1000 },
  ];

  it('stops all processes of a program when one finds that its time is over', () => {
    const raising = rounds(
      { op: 'unless', condition: { is: 'elapsed', note: 0, ns: 50 * MS }, to: 6 },
      { op: 'raise', flag: 0 },
    );
    const k = boot(
      twoNodes(),
      noting([{ op: 'fork', thread: 1 }, { op: 'fork', thread: 2 }, { op: 'wait' }], raising, rounds()),
    );
    run(k, 45);
    expect(userTasks(k).map((task) => task.exitedNs)).toEqual([-1, -1, -1]);
    runUntil(k, () => isFinished(k), 20);
    for (const process of k.processes) expect(process.exitedNs).toBeLessThan(55 * MS);
    // Rounds that were completed can be read afterwards.
    expect(userTasks(k)[1].program.loops[0]).toBe(50);
  });

  it('flags belong to one program: the other one goes on', () => {
    const one = noting([{ op: 'raise', flag: 0 }, compute(1)]).images[0];
    const other = noting(rounds()).images[0];
    const k = boot(twoNodes(), programs(one, other));
    run(k, 100);
    expect(k.processes.map((process) => process.exitedNs >= 0)).toEqual([true, false]);
  });

  it('knows the CPU, and jumps for an empty list', () => {
    const k = boot(
      twoNodes(),
      noting([
        { op: 'sched_setaffinity', cpus: [3] },
        { op: 'unless', condition: { is: 'on', cpus: [2, 3] }, to: 4 },
        { op: 'sched_setaffinity', cpus: [2] },
        { op: 'unless', condition: { is: 'on', cpus: [] }, to: 5 },
        { op: 'sched_setaffinity', cpus: [0] },
        compute(5),
      ]),
    );
    run(k, 3);
    expect(userTasks(k)[0].cpu).toBe(2);
  });

  it('gathered: every thread has noted a CPU, within each process of one node', () => {
    const worker = (cpu: number, ms: number): Op[] => [
      { op: 'sched_setaffinity', cpus: [cpu] },
      compute(ms),
      note,
      compute(200),
    ];
    const main: Op[] = [{ op: 'clone', thread: 2 }, { op: 'clone', thread: 3 }, { op: 'join' }];
    const watcher: Op[] = [
      { op: 'sched_setaffinity', cpus: [1] },
      compute(1),
      note,
      { op: 'unless', condition: { is: 'gathered', note: 0 }, to: 1 },
      { op: 'raise', flag: 0 },
    ];
    const made = image(
      [anonymous(1)],
      [{ op: 'fork', thread: 1 }, { op: 'fork', thread: 4 }, { op: 'wait' }],
      main,
      worker(2, 20),
      worker(3, 40),
      watcher,
    );
    for (const thread of [2, 3, 4]) made.threads[thread].notes = 1;
    const k = boot(twoNodes(), programs(made));
    const raised = (): boolean => k.processes[0].flags[0] === 1;
    run(k, 35);
    expect(raised()).toBe(false);
    runUntil(k, raised, 20);
    const apart = structuredClone(made);
    apart.threads[3].ops[0] = { op: 'sched_setaffinity', cpus: [0] };
    const never = boot(twoNodes(), programs(apart));
    run(never, 150);
    expect(never.processes[0].flags[0]).toBeUndefined();
  });
});

it('all of it is in the snapshot', () => {
  const round: Op[] = [{ op: 'lock', mutex: 0 }, note, sweep(0, 256), compute(2), { op: 'unlock', mutex: 0 }];
  const k = boot(
    twoNodes(),
    noting(
      [
        mmap(0),
        { op: 'clone', thread: 1 },
        { op: 'clone', thread: 1 },
        { op: 'clone', thread: 1 },
        { op: 'join' },
      ],
      [...round, { op: 'loop', counter: 0, to: 0, times: 50 }],
    ),
  );
  run(k, 40);
  const saved = snapshot(k);
  const onward = (): string => {
    for (let i = 0; i < 60; i++) tick(k);
    return stateHash(k);
  };
  const first = onward();
  restore(k, saved);
  expect(onward()).toBe(first);
});
