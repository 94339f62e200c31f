/** NUMA hinting faults: autonuma.md section 4, and fidelity tests (a), (e) and (h) of section 13. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  bootPhased,
  drainPagevecs,
  expectSound,
  file,
  image,
  machineOf,
  mmap,
  onCpus,
  onePass,
  pageFacts,
  phased,
  programs,
  queued,
  run,
  set,
  step,
  sweep,
  twoNodes,
  userTasks,
  vmaAt,
} from '../../kernel.test-util.ts';
import type { Kernel } from '../../kernel.ts';
import { FRAME_ANONYMOUS } from '../../mm/state.ts';
import { pageWord } from '../../mm/frames.ts';
import type { Op } from '../../program/program.ts';
import { decide, lastNid } from './fault.ts';
import { migrateNid, withMigrateNid } from './queues.ts';

const PAGES = 28;

/** One process that touches its pages on node 0, then reads them from the nodes of the given CPUs, one phase each. */
function touchThenRead(cpus: number[], extra: Op[] = [], machine = twoNodes()): Kernel {
  const phases = cpus.map((cpu): Op[] => [onCpus(cpu), sweep(0, PAGES, 0, false)]);
  return bootPhased(
    machine,
    programs(image([anonymous(1)], phased([onCpus(0), mmap(0), ...extra, sweep(0, PAGES)], ...phases))),
  );
}

function faultsOf(k: Kernel): number[] {
  return [...userTasks(k)[0].autonuma.fault];
}

/** struct page of a page with this last_nid and migrate_nid. */
function word(last: number, queuedTo: number): number {
  return withMigrateNid((pageWord(FRAME_ANONYMOUS, 1) | (last + 1)) >>> 0, queuedTo);
}

describe('(a) the truth table of 4.2', () => {
  //  last, queued, here, on -> leaves, joins, credited
  it.each([
    // -1 (new page): passes; remote is queued at once, local is left alone.
    [-1, -1, 1, 0, -1, 1, 1],
    [-1, -1, 0, 0, -1, -1, 0],
    // X then X: confirmed.
    [1, -1, 1, 0, -1, 1, 1],
    [1, 1, 1, 0, -1, -1, 1],
    [0, -1, 0, 0, -1, -1, 0],
    // Confirmed here while queued elsewhere: moved from queue to queue; or back home: taken off.
    [1, 2, 1, 0, 2, 1, 1],
    [0, 1, 0, 0, 1, -1, 0],
    // X then Y: fails; a pending migration elsewhere is cancelled, one to here stays, nothing is queued.
    [0, -1, 1, 0, -1, -1, 0],
    [1, 1, 0, 0, 1, -1, 0],
    [1, 1, 2, 0, 1, -1, 0],
    [0, 1, 1, 0, -1, -1, 1],
  ])(
    'last %i queued %i, fault from %i on %i: leaves %i joins %i credits %i',
    (last, q, here, on, leaves, joins, nid) => {
      const d = decide(word(last, q), here, on, true);
      expect([d.leaves, d.joins, d.nid]).toEqual([leaves, joins, nid]);
      expect(lastNid(d.word)).toBe(here);
      expect(migrateNid(d.word)).toBe(joins >= 0 ? joins : leaves >= 0 ? -1 : q);
    },
  );

  it('a page not on the LRU is not queued and credits the node it is on', () => {
    const d = decide(word(-1, -1), 1, 0, false);
    expect([d.leaves, d.joins, d.nid, lastNid(d.word)]).toEqual([-1, -1, 0, 1]);
  });

  it('through the kernel: first fault queues, the other node cancels, two in a row queue again', () => {
    const k = touchThenRead([2, 0, 2, 2]);
    const [task] = userTasks(k);
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ node: 0, lastNid: -1, migrateNid: -1, marked: false });

    onePass(k);
    expect(pageFacts(k, vmaAt(k), 0).marked).toBe(true);
    step(k, task); // node 1, a new page: queued at once
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ node: 0, lastNid: 1, migrateNid: 1, marked: false });
    expect(queued(k, 1)).toBe(PAGES);
    expect(faultsOf(k)).toEqual([0, PAGES]);

    onePass(k); // counts queued pages where they go
    expect([...k.mms[task.mm].autonuma.fault]).toEqual([0, PAGES]);
    step(k, task); // node 0: the cancel path
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ lastNid: 0, migrateNid: -1 });
    expect(queued(k, 1)).toBe(0);
    expect(k.counters.numa_pages_cancelled).toBe(PAGES);
    expect(faultsOf(k)).toEqual([PAGES, PAGES / 2]);

    onePass(k);
    step(k, task); // node 1, once
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ lastNid: 1, migrateNid: -1 });
    onePass(k);
    step(k, task); // node 1, twice
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ lastNid: 1, migrateNid: 1 });
    expect(queued(k, 1)).toBe(PAGES);
    expectSound(k);
  });

  it('three nodes: a mismatch from a third node cancels too', () => {
    const k = touchThenRead([1, 2], [], machineOf([1, 1, 1].map((cpus) => ({ cpus, mb: 64 }))));
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    expect(queued(k, 1)).toBe(PAGES);
    onePass(k);
    step(k, task);
    expect([queued(k, 1), queued(k, 2)]).toEqual([0, 0]);
    expectSound(k);
  });
});

describe('(e) task statistics', () => {
  it('are halved once however many passes went by', () => {
    const k = touchThenRead([0, 0]);
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    expect(faultsOf(k)).toEqual([PAGES, 0]);
    for (let pass = 0; pass < 5; pass++) onePass(k);
    step(k, task);
    expect(faultsOf(k)).toEqual([PAGES / 2 + PAGES, 0]);
    expect(task.autonuma.faultPass).toBe(6);
  });

  it('grow without halving within a pass', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(8)],
          phased([onCpus(0), mmap(0), sweep(0, 2048)], [sweep(0, 512)], [sweep(0, 512, 512)]),
        ),
      ),
    );
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    step(k, task);
    expect(faultsOf(k)).toEqual([1024, 0]);
  });
});

describe('(h) disabled in mid-run', () => {
  it('faults only clear marks, and the preferred node goes at the next balance', () => {
    const k = touchThenRead([2, 2]);
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    onePass(k);
    const before = [...faultsOf(k)];
    task.autonuma.preferred = 1;
    set(k, 'enabled', 0);
    const traps = k.counters.numa_hint_faults;
    step(k, task);
    expect(k.counters.numa_hint_faults).toBe(traps + 1);
    expect(pageFacts(k, vmaAt(k), 0).marked).toBe(false);
    expect(faultsOf(k)).toEqual(before);
    expect(queued(k, 1)).toBe(PAGES);
    expect(task.autonuma.preferred).toBe(-1); // the wake-up passed through schedule()
    expectSound(k);
  });
});

describe('what is sampled', () => {
  it('pmd mode: one trap samples the whole 2 MiB; pte mode: a trap a page', () => {
    for (const [pmd, traps] of [
      [1, 1],
      [0, PAGES],
    ]) {
      const k = touchThenRead([2]);
      set(k, 'knuma_scand/pmd', pmd);
      onePass(k);
      expect(k.counters.numa_pmd_updates).toBe(pmd);
      expect(k.counters.numa_pte_updates).toBe(pmd === 1 ? 0 : PAGES);
      step(k, userTasks(k)[0]);
      expect(k.counters.numa_hint_faults).toBe(traps);
      expect(k.counters.numa_hint_fault_pages).toBe(PAGES);
      expect(k.counters.pgfault).toBe(PAGES + traps); // minor faults, both kinds
      expectSound(k);
    }
  });

  it('pte mode: only touched pages are sampled, the others stay marked', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(2)],
          phased([onCpus(0), mmap(0), sweep(0, 512)], [onCpus(2), sweep(0, 10, 100, false)]),
        ),
      ),
    );
    set(k, 'knuma_scand/pmd', 0);
    onePass(k);
    step(k, userTasks(k)[0]);
    expect(queued(k, 1)).toBe(10);
    expect([99, 100, 109, 110].map((i) => pageFacts(k, vmaAt(k), i).marked)).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([99, 100, 109, 110].map((i) => pageFacts(k, vmaAt(k), i).migrateNid)).toEqual([-1, 1, 1, -1]);
    expectSound(k);
  });

  it('flipping to pmd mode in the middle leaves no mark behind', () => {
    const k = touchThenRead([2]);
    set(k, 'knuma_scand/pmd', 0);
    onePass(k);
    set(k, 'knuma_scand/pmd', 1);
    onePass(k);
    step(k, userTasks(k)[0]);
    expect(pageFacts(k, vmaAt(k), PAGES - 1).marked).toBe(false);
    expectSound(k);
  });

  it('a huge page weighs 512', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(2)],
          phased([onCpus(0), mmap(0), sweep(0, 512)], [onCpus(2), sweep(0, 1, 0, false)]),
        ),
      ),
      { thp: 'on' },
    );
    expect(k.counters.thp_fault_alloc).toBe(1);
    onePass(k);
    step(k, userTasks(k)[0]);
    expect(queued(k, 1)).toBe(512);
    expect(faultsOf(k)).toEqual([0, 512]);
    expectSound(k);
  });

  it('pages mapped by two processes are not: their mark is cleared and that is all', () => {
    const child = phased([]);
    const parent = phased(
      [onCpus(0), mmap(0), sweep(0, PAGES)],
      [{ op: 'fork', thread: 1 }],
      [onCpus(2), sweep(0, PAGES, 0, false)],
    );
    const k = bootPhased(twoNodes(), programs(image([anonymous(1)], parent, child)));
    const [task] = userTasks(k);
    onePass(k);
    step(k, task); // fork
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ mapcount: 2, marked: true });
    step(k, task);
    expect(pageFacts(k, vmaAt(k), 0).marked).toBe(false);
    expect(k.counters.numa_hint_faults).toBe(1);
    expect(k.counters.numa_hint_fault_pages).toBe(0);
    expect(queued(k, 1)).toBe(0);
    expectSound(k);
  });

  it('alpha6: a memory policy of the task alone does not exempt it', () => {
    const policy: Op = { op: 'set_mempolicy', policy: { mode: 'preferred', nodes: [0] } };
    const k = touchThenRead([2], [policy]);
    onePass(k);
    step(k, userTasks(k)[0]);
    expect(queued(k, 1)).toBe(PAGES);
  });

  it('fresh pages still in a pagevec are not queued', () => {
    const k = boot(
      twoNodes(),
      programs(
        image(
          [anonymous(1)],
          phased([onCpus(0), mmap(0), sweep(0, 20)], [onCpus(2), sweep(0, 20, 0, false)]),
        ),
      ),
    );
    run(k, 20);
    onePass(k);
    step(k, userTasks(k)[0]);
    // PAGEVEC_SIZE 14: six of twenty have not reached the LRU.
    expect(queued(k, 1)).toBe(14);
    expect(faultsOf(k)).toEqual([6, 14]);
    expectSound(k);
  });
});

describe('the life of page state', () => {
  it('a freed page leaves its queue and forgets last_nid', () => {
    const read: Op[] = [onCpus(2), sweep(0, PAGES, 0, false)];
    const again: Op[] = [{ op: 'munmap', region: 0 }, onCpus(0), mmap(0), sweep(0, PAGES)];
    const k = bootPhased(
      twoNodes(),
      programs(image([anonymous(1)], phased([onCpus(0), mmap(0), sweep(0, PAGES)], read, again))),
    );
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    expect(queued(k, 1)).toBe(PAGES);
    step(k, task);
    expect(queued(k, 1)).toBe(0);
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ lastNid: -1, migrateNid: -1 });
    expectSound(k);
  });

  it('a queued page that fork shares leaves its queue', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(1)],
          phased(
            [onCpus(0), mmap(0), sweep(0, PAGES)],
            [onCpus(2), sweep(0, PAGES, 0, false)],
            [{ op: 'fork', thread: 1 }],
          ),
          phased([]),
        ),
      ),
    );
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    expect(queued(k, 1)).toBe(PAGES);
    step(k, task);
    expect(queued(k, 1)).toBe(0);
    expectSound(k);
  });

  it('a queued private file page leaves its queue when it is written, or mapped by somebody else', () => {
    // Page 0 is written first, so that the VMA has an anon_vma; the pages after it are the file's own.
    const first: Op[] = [onCpus(0), mmap(0), sweep(0, 1), sweep(0, PAGES, 1, false)];
    const other = phased([], [onCpus(0), mmap(0), sweep(0, PAGES, 1, false)]);
    const k = bootPhased(
      twoNodes(),
      programs(
        image([file(1)], phased(first, [onCpus(2), sweep(0, PAGES, 1, false)], [sweep(0, 7, 1, true)])),
        image([file(1)], other),
      ),
    );
    const [task, second] = userTasks(k);
    drainPagevecs(k);
    onePass(k);
    step(k, task);
    expect(pageFacts(k, vmaAt(k), 1)).toMatchObject({ node: 0, mapcount: 1, migrateNid: 1 });
    step(k, task); // copy on write of seven of them, on node 1
    expect(pageFacts(k, vmaAt(k), 1)).toMatchObject({ node: 1, migrateNid: -1 });
    expectSound(k);
    step(k, second);
    expect(pageFacts(k, vmaAt(k), 8)).toMatchObject({ mapcount: 2, migrateNid: -1 });
    expectSound(k);
  });
});
