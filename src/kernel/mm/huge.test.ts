/** Transparent huge pages: fault-time allocation and khugepaged (autonuma.md 2.1, 4.4, 5.7). */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  bootPhased,
  expectSound,
  image,
  isResting,
  mmap,
  nodePages,
  onCpus,
  onePass,
  pageFacts,
  phased,
  programs,
  queued,
  run,
  runUntil,
  set,
  setAlarm,
  step,
  sweep,
  twoNodes,
  userTasks,
  vmaAt,
} from '../kernel.test-util.ts';
import type { Kernel } from '../kernel.ts';
import type { Op } from '../program/program.ts';
import { TASK_SLEEPING } from '../sched/task.ts';

/** Base pages of 2 MiB on node 0, and THP switched on afterwards. */
function basePages(...phases: Op[][]): Kernel {
  const k = bootPhased(
    twoNodes(),
    programs(image([anonymous(2)], phased([onCpus(0), mmap(0), sweep(0, 512)], ...phases))),
  );
  set(k, 'transparent_hugepage/enabled', 'always');
  return k;
}

/** Let khugepaged look at everything once. */
function khugepaged(k: Kernel): void {
  const task = k.tasks.find((t) => t.daemon === 'khugepaged')!;
  setAlarm(k, task, k.nowNs);
  run(k, 2);
  runUntil(k, () => task.state === TASK_SLEEPING && task.debtNs === 0);
}

function isHuge(k: Kernel): boolean {
  return k.memory.tables.huge[vmaAt(k).slots[0]] === 1;
}

describe('fault-time huge pages', () => {
  it('fill whole aligned 2 MiB blocks of a mapping, base pages the rest', () => {
    const k = bootPhased(
      twoNodes(),
      programs(image([anonymous(5, 4096)], phased([onCpus(0), mmap(0), sweep(0, 1280)]))),
      { thp: 'on' },
    );
    // 5 MiB from page 1 on: the first slot lacks a page, the second is whole, the third has 257.
    expect(k.counters.thp_fault_alloc).toBe(1);
    expect(k.counters.pgfault).toBe(511 + 1 + 257);
    expect(vmaAt(k).presentPages).toBe(1280);
    expectSound(k);
  });

  it('map 512 pages at the first touch', () => {
    const k = bootPhased(
      twoNodes(),
      programs(image([anonymous(2)], phased([onCpus(2), mmap(0), sweep(0, 1)]))),
      {
        thp: 'on',
      },
    );
    expect(nodePages(k)).toEqual([0, 512]);
    expect(isHuge(k)).toBe(true);
    expectSound(k);
  });
});

describe('khugepaged', () => {
  it('collapses full slots of pages that are mapped once', () => {
    const k = basePages();
    khugepaged(k);
    expect(isHuge(k)).toBe(true);
    expect(k.counters.thp_collapse_alloc).toBe(1);
    expect(nodePages(k)).toEqual([512, 0]);
    expectSound(k);
  });

  it('does nothing when THP is never', () => {
    const k = basePages();
    set(k, 'transparent_hugepage/enabled', 'never');
    khugepaged(k);
    expect(isHuge(k)).toBe(false);
  });

  it('leaves pages shared by fork alone, and takes them when they no longer are', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(2)],
          phased([onCpus(0), mmap(0), sweep(0, 512)], [{ op: 'fork', thread: 1 }], [sweep(0, 512)]),
          phased([], [{ op: 'exit' }]),
        ),
      ),
    );
    set(k, 'transparent_hugepage/enabled', 'always');
    step(k, userTasks(k)[0]);
    khugepaged(k);
    expect(isHuge(k)).toBe(false);
    step(k, userTasks(k)[1]);
    for (let i = 0; i < 4; i++) khugepaged(k);
    expect(isHuge(k)).toBe(true);
    step(k, userTasks(k)[0]); // writes: nothing to copy
    expect([k.counters.cow_pages, isHuge(k)]).toEqual([0, true]);
    expectSound(k);
  });

  it('the huge page takes the last last_nid seen, and leaves the queue', () => {
    const k = basePages([onCpus(2), sweep(0, 512, 0, false)]);
    onePass(k);
    set(k, 'knuma_scand/pmd', 0);
    step(k, userTasks(k)[0]);
    expect(queued(k, 1)).toBe(512);
    khugepaged(k);
    expect(isHuge(k)).toBe(true);
    expect(pageFacts(k, vmaAt(k), 300)).toMatchObject({ node: 0, lastNid: 1, migrateNid: -1 });
    expect(queued(k, 1)).toBe(0);
    expectSound(k);
  });

  it('is hinting if any source was: a pmd mark, marks on all ptes, or one', () => {
    for (const pmd of [1, 0]) {
      const k = basePages();
      set(k, 'knuma_scand/pmd', pmd);
      onePass(k);
      khugepaged(k);
      expect(isHuge(k)).toBe(true);
      expect(pageFacts(k, vmaAt(k), 0).marked).toBe(true);
      expectSound(k);
    }
    const one = basePages([sweep(0, 511, 0, false)], [sweep(0, 1, 511, false)]);
    set(one, 'knuma_scand/pmd', 0);
    onePass(one);
    step(one, userTasks(one)[0]);
    khugepaged(one);
    expect(pageFacts(one, vmaAt(one), 0).marked).toBe(true);
    expectSound(one);
    const none = basePages();
    khugepaged(none);
    expect(pageFacts(none, vmaAt(none), 0).marked).toBe(false);
    expect(userTasks(none).every(isResting)).toBe(true);
  });
});
