/** knuma_migratedN: autonuma.md section 5, and fidelity tests (b), (c) and (d) of section 13. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  bootPhased,
  drainPagevecs,
  expectSound,
  image,
  machineOf,
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
} from '../../kernel.test-util.ts';
import type { BootOptions, Kernel } from '../../kernel.ts';
import type { Machine } from '../../machine/machine.ts';
import { freePages } from '../../mm/frames.ts';
import { TRACE_NO_ROOM, TRACE_PAGES_MIGRATED, TRACE_WORDS } from '../../output.ts';
import type { Op } from '../../program/program.ts';
import { wakeOnCrossing } from './migrated.ts';

/** Trace events of one kind: [time in ns, kind, a, b, c, d, e, f]. */
function events(k: Kernel, kind: number): number[][] {
  const found: number[][] = [];
  for (let i = Math.max(0, k.output.traceCount - k.output.traceCapacity); i < k.output.traceCount; i++) {
    const at = (i % k.output.traceCapacity) * TRACE_WORDS;
    const event = [...k.output.trace.subarray(at, at + TRACE_WORDS)];
    if (event[1] === kind) found.push(event);
  }
  return found;
}

/** Regions of so many pages touched on node 0 by one task, each then read from node 1 in a phase of its own. */
function toNodeOne(
  pages: number[],
  options: Partial<BootOptions> = {},
  machine: Machine = twoNodes(1, 256),
): Kernel {
  const regions = pages.map((n) => anonymous(Math.ceil(n / 256)));
  const touch = pages.flatMap((n, r): Op[] => [mmap(r), sweep(r, n)]);
  const reads = pages.map((n, r): Op[] => [onCpus(1), sweep(r, n, 0, false)]);
  return bootPhased(machine, programs(image(regions, phased([onCpus(0), ...touch], ...reads))), options);
}

function daemonState(k: Kernel, node: number): string {
  return k.autonuma.daemons[node].state;
}

describe('(b) the wake-up threshold', () => {
  it('is crossed at exactly 32768 pages', () => {
    const k = toNodeOne([32767, 1]);
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    run(k, 1000);
    expect(queued(k, 1)).toBe(32767);
    expect(daemonState(k, 1)).toBe('asleep');
    step(k, task);
    // The daemon isolates the whole batch at once and copies it as time allows.
    runUntil(k, () => nodePages(k, 0, 1)[1] === 1);
    expect(nodePages(k, 0, 0)).toEqual([0, 32767]);
    expect(k.autonuma.pagesMigrated).toBe(32768);
    expectSound(k);
  });

  it('is crossed by the 512 steps of a huge page', () => {
    const k = toNodeOne([512, 512], { thp: 'on' });
    const [task] = userTasks(k);
    set(k, 'knuma_migrated/pages_to_migrate', 700);
    onePass(k);
    step(k, task);
    run(k, 300);
    expect([queued(k, 1), daemonState(k, 1)]).toEqual([512, 'asleep']);
    step(k, task);
    runUntil(k, () => queued(k, 1) === 0);
    expect(k.counters.thp_split).toBe(2);
  });

  it('wakes on the way up only, and not at all with defer', () => {
    const k = toNodeOne([1]);
    const daemon = k.autonuma.daemons[1];
    const woken = (now: number, added: number): boolean => {
      daemon.state = 'asleep';
      daemon.nrQueued = now;
      wakeOnCrossing(k, 1, added);
      return (daemon.state as string) !== 'asleep';
    };
    expect(woken(32767, 1)).toBe(false);
    expect(woken(32768, 1)).toBe(true);
    expect(woken(32769, 1)).toBe(false);
    expect(woken(32767, 512)).toBe(false);
    expect(woken(32768, 512)).toBe(true);
    expect(woken(33279, 512)).toBe(true);
    expect(woken(33280, 512)).toBe(false);
    set(k, 'knuma_migrated/defer', 1);
    expect(woken(32768, 1)).toBe(false);
  });
});

describe('(c) the flush in the middle of the gap', () => {
  it('drains a queue of one page within 5 s of the end of a pass', () => {
    const k = boot(
      twoNodes(1),
      programs(
        image(
          [anonymous(1)],
          [
            onCpus(0),
            mmap(0),
            sweep(0, 1),
            onCpus(1),
            { op: 'loop', counter: 0, to: 3, times: 2 },
            ...readForever(),
          ],
        ),
      ),
    );
    runUntil(k, () => queued(k, 1) === 1, 30_000);
    const queuedAt = k.ticks;
    runUntil(k, () => nodePages(k)[1] === 1, 30_000);
    // Queued right after the mark; the first half of the gap is 5 s.
    expect(k.ticks - queuedAt).toBeGreaterThan(4000);
    expect(k.ticks - queuedAt).toBeLessThan(5200);
    expect(k.autonuma.pagesMigrated).toBe(1);
  });

  it('is the only thing that wakes a deferred daemon', () => {
    const k = toNodeOne([300]);
    set(k, 'knuma_migrated/pages_to_migrate', 100);
    set(k, 'knuma_migrated/defer', 1);
    onePass(k);
    step(k, userTasks(k)[0]);
    run(k, 2000);
    expect([queued(k, 1), daemonState(k, 1)]).toEqual([300, 'asleep']);
    set(k, 'knuma_scand/scan_sleep_pass_millisecs', 1);
    onePassWithFlush(k);
    runUntil(k, () => nodePages(k)[1] === 300);
  });
});

/** Read page 0 for ever. */
function readForever(): Op[] {
  return [
    sweep(0, 1, 0, false),
    { op: 'compute', ns: 1_000_000 },
    { op: 'loop', counter: 1, to: 5, times: 1e9 },
  ];
}

/** Wake the held scanner in its gap: it flushes. */
function onePassWithFlush(k: Kernel): void {
  const task = k.tasks[k.autonuma.scanner.task];
  expect(k.autonuma.scanner.phase).toBe('gap1');
  task.wakeAtNs = k.nowNs;
  k.nextTimerNs = k.nowNs;
}

describe('(d) a full destination', () => {
  /** A machine whose node 1 a neighbour fills up to the high watermark, with this much page cache left in it. */
  function fullNodeOne(mb = 64): Kernel {
    const machine = twoNodes(1, mb);
    const probe = boot(machine, programs());
    const fill = freePages(probe.memory.frames, 1) - probe.memory.frames.watermarkHigh[1];
    const filler = phased(
      [{ op: 'set_mempolicy', policy: { mode: 'bind', nodes: [1] } }, mmap(0), sweep(0, fill)],
      [{ op: 'munmap', region: 0 }],
    );
    return bootPhased(
      machine,
      programs(
        image(
          [anonymous(1)],
          phased([onCpus(0), mmap(0), sweep(0, 28)], [onCpus(1), sweep(0, 28, 0, false)]),
        ),
        image([anonymous(Math.ceil(fill / 256))], filler),
      ),
    );
  }

  it('keeps the queue and is tried again every 100 ms until there is room', () => {
    const k = fullNodeOne();
    const [task, filler] = userTasks(k);
    onePass(k);
    step(k, task);
    expect(queued(k, 1)).toBe(28);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100); // the write wakes daemons with a queue
    run(k, 1000);
    expect(queued(k, 1)).toBe(28);
    expect(nodePages(k)).toEqual([28, 0]);
    expect(daemonState(k, 1)).toBe('no room');
    const times = events(k, TRACE_NO_ROOM).map((e) => e[0]);
    expect(times.length).toBeGreaterThanOrEqual(9);
    for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBe(100e6);
    step(k, filler);
    run(k, 200);
    expect(nodePages(k)).toEqual([0, 28]);
    expect(queued(k, 1)).toBe(0);
    expectSound(k);
  });

  it('with the switch on, page cache is moved out of the way', () => {
    const k = fullNodeOne(128);
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    set(k, 'autonuma_lab/page_cache_spill', 1);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    run(k, 300);
    expect(k.counters.page_cache_spilled).toBe(28);
    expect(k.counters.page_cache_reclaimed).toBe(0);
    expect(nodePages(k)).toEqual([0, 28]);
    expectSound(k);
  });
});

describe('batches', () => {
  it('take one page of each source node in turn, from the lowest node id', () => {
    const machine = machineOf([1, 1, 1].map((cpus) => ({ cpus, mb: 64 })));
    const k = bootPhased(
      machine,
      programs(
        image(
          [anonymous(1), anonymous(1)],
          phased(
            // Region 0 on node 2, region 1 on node 1.
            [mmap(0), mmap(1), onCpus(2), sweep(0, 28), onCpus(1), sweep(1, 28)],
            [onCpus(0), sweep(0, 28, 0, false), sweep(1, 28, 0, false)],
          ),
        ),
      ),
    );
    onePass(k);
    step(k, userTasks(k)[0]);
    expect(queued(k, 0)).toBe(56);
    set(k, 'knuma_migrated/pages_to_migrate', 5);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    run(k, 50);
    const moved = events(k, TRACE_PAGES_MIGRATED).map((e) => [e[5], e[3]]);
    // Whole rounds until pages_to_migrate is reached: [source node, page].
    expect(moved).toEqual([[1, 0], [2, 0], [1, 1], [2, 1], [1, 2], [2, 2]]); // prettier-ignore
    expect(queued(k, 0)).toBe(50);
    run(k, 100);
    expect(queued(k, 0)).toBe(44);
    expectSound(k);
  });

  it('serve the oldest first', () => {
    const k = toNodeOne([28, 28]);
    const [task] = userTasks(k);
    onePass(k);
    step(k, task);
    step(k, task);
    set(k, 'knuma_migrated/pages_to_migrate', 14);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    run(k, 50);
    expect([nodePages(k, 0, 0)[1], nodePages(k, 0, 1)[1]]).toEqual([14, 0]);
    run(k, 100);
    expect([nodePages(k, 0, 0)[1], nodePages(k, 0, 1)[1]]).toEqual([28, 0]);
    run(k, 100);
    expect([nodePages(k, 0, 0)[1], nodePages(k, 0, 1)[1]]).toEqual([28, 14]);
    expectSound(k);
  });

  it('go on until the queue is empty, whatever the threshold, and even when AutoNUMA has been disabled', () => {
    const k = toNodeOne([28]);
    onePass(k);
    step(k, userTasks(k)[0]);
    set(k, 'knuma_migrated/pages_to_migrate', 10);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    set(k, 'enabled', 0);
    run(k, 350);
    expect([queued(k, 1), daemonState(k, 1)]).toEqual([0, 'asleep']);
  });

  it('a nap between batches is not cut short', () => {
    const k = toNodeOne([28]);
    onePass(k);
    step(k, userTasks(k)[0]);
    set(k, 'knuma_migrated/pages_to_migrate', 10);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 1000);
    run(k, 20);
    expect([queued(k, 1), daemonState(k, 1)]).toEqual([18, 'napping']);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 10);
    run(k, 500);
    expect(queued(k, 1)).toBe(18);
    run(k, 600);
    expect(queued(k, 1)).toBe(0);
  });

  it('drop what is not on the LRU', () => {
    const k = toNodeOne([28]);
    onePass(k);
    step(k, userTasks(k)[0]);
    const vma = vmaAt(k);
    k.memory.pagevecs[0].slots.push(vma.slots[0]);
    k.memory.pagevecs[0].pages.push(3);
    k.memory.tables.offLru[vma.slots[0]]++;
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    run(k, 50);
    expect([queued(k, 1), nodePages(k), k.autonuma.pagesMigrated]).toEqual([0, [1, 27], 27]);
    expect(pageFacts(k, vma, 3)).toMatchObject({ node: 0, migrateNid: -1 });
    expectSound(k);
  });
});

describe('migration', () => {
  it('keeps last_nid and the mark, not the place in a queue', () => {
    const k = toNodeOne([28]);
    onePass(k);
    step(k, userTasks(k)[0]);
    onePass(k); // marked again while queued
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
    run(k, 50);
    expect(pageFacts(k, vmaAt(k), 5)).toMatchObject({ node: 1, lastNid: 1, migrateNid: -1, marked: true });
    expect(k.counters.pgmigrate_success).toBe(28);
  });

  it('splits huge pages: one page a round, the tails stay queued, without last_nid in alpha6', () => {
    const k = toNodeOne([512], { thp: 'on' });
    onePass(k);
    step(k, userTasks(k)[0]);
    set(k, 'knuma_migrated/pages_to_migrate', 3);
    set(k, 'knuma_migrated/migrate_sleep_millisecs', 1000);
    run(k, 50);
    expect(k.counters.thp_split).toBe(1);
    expect([queued(k, 1), nodePages(k)]).toEqual([509, [509, 3]]);
    expect(pageFacts(k, vmaAt(k), 0)).toMatchObject({ node: 1, lastNid: 1 });
    expect(pageFacts(k, vmaAt(k), 1)).toMatchObject({ node: 1, lastNid: -1 });
    expect(pageFacts(k, vmaAt(k), 400)).toMatchObject({ node: 0, lastNid: -1, migrateNid: 1 });
    expectSound(k);
  });

  it('moves huge pages whole with the switch on, or not at all when no huge page is free', () => {
    for (const room of [true, false]) {
      const k = toNodeOne([512], { thp: 'on' });
      set(k, 'autonuma_lab/thp_native_migration', 1);
      onePass(k);
      step(k, userTasks(k)[0]);
      if (!room) fragment(k, 1);
      set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
      run(k, 50);
      expect(nodePages(k)).toEqual(room ? [0, 512] : [512, 0]);
      expect([k.counters.thp_split, k.counters.thp_migrate]).toEqual([0, room ? 1 : 0]);
      expect(k.memory.tables.huge[vmaAt(k).slots[0]]).toBe(1);
      if (room) expectSound(k);
    }
  });

  /** No whole block of a node is free any more, as far as the buddy allocator knows. */
  function fragment(k: Kernel, node: number): void {
    k.memory.frames.freeBlocks[node] = 0;
  }
});

it('pages queued again after a drain find their daemon asleep and below the threshold', () => {
  const k = toNodeOne([28]);
  drainPagevecs(k);
  onePass(k);
  step(k, userTasks(k)[0]);
  expect(daemonState(k, 1)).toBe('asleep');
  expect(k.autonuma.queues[1 * 2 + 0].pages).toBe(28);
  expect(k.autonuma.queues[1 * 2 + 1].pages).toBe(0);
});

it('a destination that fills up while a batch is being copied fails the rest, above its low watermark', () => {
  const machine = twoNodes(1, 256);
  const probe = boot(machine, programs());
  const pages = 20_000;
  // Room for the batch when it is isolated; a neighbour takes it while the copying goes on.
  const fill = freePages(probe.memory.frames, 1) - probe.memory.frames.watermarkHigh[1] - pages - 100;
  const k = bootPhased(
    machine,
    programs(
      image(
        [anonymous(80)],
        phased([onCpus(0), mmap(0), sweep(0, pages)], [onCpus(1), sweep(0, pages, 0, false)]),
      ),
      image(
        [anonymous(256)],
        phased(
          [{ op: 'set_mempolicy', policy: { mode: 'bind', nodes: [1] } }, onCpus(0), mmap(0), sweep(0, fill)],
          [sweep(0, pages / 2, fill)],
        ),
      ),
    ),
  );
  const [task, neighbour] = userTasks(k);
  onePass(k);
  step(k, task);
  set(k, 'knuma_migrated/migrate_sleep_millisecs', 100);
  runUntil(k, () => k.autonuma.pagesMigrated > 0);
  setAlarm(k, neighbour, k.nowNs);
  run(k, 400);
  expect(k.autonuma.pagesMigrated).toBe(pages);
  expect(k.counters.pgmigrate_fail).toBeGreaterThan(0);
  expect(k.counters.pgmigrate_success + k.counters.pgmigrate_fail).toBe(pages);
  expect(nodePages(k)[1]).toBe(k.counters.pgmigrate_success);
  expect(freePages(k.memory.frames, 1)).toBeGreaterThanOrEqual(k.memory.frames.watermarkMin[1]);
  // Not queued again: they wait for the next confirmed fault.
  expect(queued(k, 1)).toBe(0);
  expectSound(k);
});
