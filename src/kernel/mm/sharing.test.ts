/** Pages with several mappers: fork and copy on write, files and the page cache, shared memory, exec. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  bootPhased,
  expectSound,
  file,
  image,
  machineOf,
  mmap,
  nodePages,
  onCpus,
  pageFacts,
  phased,
  programs,
  shared,
  step,
  sweep,
  twoNodes,
  userTasks,
  vmaAt,
} from '../kernel.test-util.ts';
import type { Kernel } from '../kernel.ts';
import type { Op } from '../program/program.ts';
import { FRAME_KINDS } from './frames.ts';
import { FRAME_FILE, FRAME_PAGE_CACHE } from './state.ts';

const touched: Op[] = [onCpus(0), mmap(0), sweep(0, 600)];

/** A parent that forks in its second phase, and what both do afterwards. */
function forked(parent: Op[], child: Op[], thp: 'off' | 'on' = 'off'): Kernel {
  const k = bootPhased(
    twoNodes(),
    programs(image([anonymous(4)], phased(touched, [{ op: 'fork', thread: 1 }], parent), phased([], child))),
    { thp },
  );
  step(k, userTasks(k)[0]);
  return k;
}

describe('fork', () => {
  it('shares every page, mapcount 2', () => {
    const k = forked([], []);
    expect(pageFacts(k, vmaAt(k, 1), 17)).toEqual(pageFacts(k, vmaAt(k, 0), 17));
    expect(pageFacts(k, vmaAt(k), 17).mapcount).toBe(2);
    expect(nodePages(k, 1)).toEqual([600, 0]);
    expect(k.counters.pgalloc).toBe(600);
    expectSound(k);
  });

  it('the child writes: it gets copies from its node, the parent keeps the pages for itself', () => {
    const k = forked([], [onCpus(2), sweep(0, 100)]);
    step(k, userTasks(k)[1]);
    expect(k.counters.cow_pages).toBe(100);
    expect(nodePages(k, 0)).toEqual([600, 0]);
    expect(nodePages(k, 1)).toEqual([500, 100]);
    expect([0, 1].map((p) => pageFacts(k, vmaAt(k, p), 50).mapcount)).toEqual([1, 1]);
    expect([0, 1].map((p) => pageFacts(k, vmaAt(k, p), 150).mapcount)).toEqual([2, 2]);
    expectSound(k);
  });

  it('the parent writes: the child is left with the pages', () => {
    const k = forked([onCpus(2), sweep(0, 600)], []);
    step(k, userTasks(k)[0]);
    expect(nodePages(k, 0)).toEqual([0, 600]);
    expect(nodePages(k, 1)).toEqual([600, 0]);
    expect(pageFacts(k, vmaAt(k, 1), 599)).toMatchObject({ node: 0, mapcount: 1 });
    expectSound(k);
  });

  it('the last mapper writes without a copy', () => {
    const k = forked([sweep(0, 600)], [{ op: 'exit' }]);
    step(k, userTasks(k)[1]);
    expect(pageFacts(k, vmaAt(k), 0).mapcount).toBe(1);
    step(k, userTasks(k)[0]);
    expect(k.counters.cow_pages).toBe(0);
    expectSound(k);
  });

  it('reading copies nothing', () => {
    const k = forked([], [sweep(0, 600, 0, false)]);
    step(k, userTasks(k)[1]);
    expect(k.counters.cow_pages).toBe(0);
  });

  it('a family of three counts to three and back', () => {
    const child = phased([], [{ op: 'exit' }]);
    const fork: Op[] = [{ op: 'fork', thread: 1 }];
    const k = bootPhased(
      twoNodes(),
      programs(image([anonymous(4)], phased(touched, fork, fork, [sweep(0, 10)]), child)),
    );
    const [parent] = userTasks(k);
    step(k, parent);
    step(k, parent);
    expect(pageFacts(k, vmaAt(k), 0).mapcount).toBe(3);
    expectSound(k);
    step(k, userTasks(k)[1]);
    expect(pageFacts(k, vmaAt(k), 0).mapcount).toBe(2);
    expectSound(k);
    step(k, parent);
    expect(pageFacts(k, vmaAt(k, 2), 0)).toMatchObject({ mapcount: 1 });
    expectSound(k);
  });

  it('more sharers than fit a byte are counted right', () => {
    const child = phased([], [{ op: 'exit' }]);
    const spawn: Op[] = [
      { op: 'fork', thread: 1 },
      { op: 'loop', counter: 0, to: 5, times: 300 },
    ];
    const k = bootPhased(
      twoNodes(1),
      programs(
        image([anonymous(1)], phased([onCpus(0), mmap(0), sweep(0, 2)], [onCpus(0), ...spawn]), child),
      ),
    );
    const [parent] = userTasks(k);
    step(k, parent);
    expect(pageFacts(k, vmaAt(k), 0).mapcount).toBe(301);
    for (const task of userTasks(k).slice(1, 300)) step(k, task);
    expect(pageFacts(k, vmaAt(k), 0).mapcount).toBe(2);
    expectSound(k);
  });

  it('of huge pages splits them first', () => {
    const k = forked([], [sweep(0, 1)], 'on');
    expect(k.counters.thp_split).toBe(2);
    expect(k.bill.splitNs).toBe(2 * k.costs.splitNs);
    step(k, userTasks(k)[1]);
    expect(k.counters.cow_pages).toBe(1);
    expectSound(k);
  });
});

describe('exec', () => {
  it('drops the old address space and its other threads', () => {
    const before = image(
      [anonymous(4)],
      phased([...touched, { op: 'clone', thread: 1 }], [{ op: 'exec', image: 1 }]),
      phased([]),
    );
    const after = image([anonymous(1)], phased([mmap(0), sweep(0, 10)]));
    const k = bootPhased(twoNodes(), {
      title: 'exec',
      images: [before, after],
      start: [{ image: 0, atNs: 0 }],
    });
    step(k, userTasks(k)[0]);
    expect(k.processes).toHaveLength(1);
    expect(k.processes[0].liveThreads).toBe(1);
    expect(k.mms.map((mm) => [mm.exited, mm.presentPages])).toEqual([
      [true, 0],
      [false, 10],
    ]);
    expectSound(k);
  });
});

describe('private file mappings', () => {
  const reader = image(
    [file(2)],
    phased([onCpus(0), mmap(0), sweep(0, 300, 0, false)], [sweep(0, 300, 0, false)], [{ op: 'exit' }]),
  );
  const writer = image([file(2)], phased([], [onCpus(2), mmap(0), sweep(0, 100)], [{ op: 'exit' }]));

  it('are read once and then shared by all who map the file', () => {
    const k = bootPhased(twoNodes(), programs(reader, reader));
    expect(k.counters.pgalloc).toBe(300);
    expect(pageFacts(k, vmaAt(k, 0), 5)).toEqual(pageFacts(k, vmaAt(k, 1), 5));
    expect(pageFacts(k, vmaAt(k, 0), 5).mapcount).toBe(2);
    expect(k.memory.frames.nodeKind[FRAME_FILE]).toBe(300);
    expectSound(k);
  });

  it('a write copies to an anonymous page; the file page stays', () => {
    const k = bootPhased(twoNodes(), programs(reader, writer));
    step(k, userTasks(k)[1]);
    expect(nodePages(k, 1)).toEqual([0, 100]);
    expect(pageFacts(k, vmaAt(k, 0), 5)).toMatchObject({ node: 0, mapcount: 1 });
    expectSound(k);
  });

  it('unmapped pages become page cache, and are found there again', () => {
    const late = image([file(2)], phased([], [onCpus(2), mmap(0), sweep(0, 300, 0, false)]));
    const k = bootPhased(twoNodes(), programs(reader, late));
    const cached = k.memory.frames.nodeKind[FRAME_PAGE_CACHE];
    const [first, second] = userTasks(k);
    step(k, first);
    step(k, first);
    expect(k.memory.frames.nodeKind[FRAME_PAGE_CACHE]).toBe(cached + 300);
    expectSound(k);
    step(k, second);
    expect(nodePages(k, 1)).toEqual([300, 0]); // on the node of who read them first
    expect(k.memory.frames.nodeKind[FRAME_PAGE_CACHE]).toBe(cached);
    expect(k.counters.pgalloc).toBe(300);
    expectSound(k);
  });

  it('a whole 2 MiB of a file is page cache after exit too', () => {
    const whole = image([file(2)], phased([onCpus(0), mmap(0), sweep(0, 512, 0, false)], [{ op: 'exit' }]));
    const k = bootPhased(twoNodes(), programs(whole));
    const cached = k.memory.frames.nodeKind[FRAME_PAGE_CACHE];
    step(k, userTasks(k)[0]);
    expect(k.memory.frames.nodeKind[FRAME_PAGE_CACHE]).toBe(cached + 512);
    expectSound(k);
  });

  it('mapped with different lengths and offsets, they are still one file', () => {
    const long = image(
      [{ ...file(6), misalignment: 5000 }],
      phased([], [onCpus(2), mmap(0), sweep(0, 1500, 0, false)], [{ op: 'exit' }]),
    );
    const k = bootPhased(twoNodes(), programs(reader, long));
    const [first, second] = userTasks(k);
    step(k, second);
    expect(k.counters.pgalloc).toBe(1501); // page 0 begins in the middle: one page more
    expectSound(k);
    step(k, second);
    expect(pageFacts(k, vmaAt(k, 0), 5).mapcount).toBe(1);
    expectSound(k);
    step(k, first);
    expectSound(k);
  });
});

describe('shared memory', () => {
  const one = image([shared(2)], phased([onCpus(0), mmap(0), sweep(0, 300)], [{ op: 'munmap', region: 0 }]));
  const two = image([shared(2)], phased([], [onCpus(2), mmap(0), sweep(0, 400)], [{ op: 'exit' }]));

  it('is the same pages for everybody, written or read, and goes with its last mapper', () => {
    const k = bootPhased(twoNodes(), programs(one, two));
    const [a, b] = userTasks(k);
    step(k, b);
    expect(nodePages(k, 1)).toEqual([300, 100]);
    expect(k.counters).toMatchObject({ pgalloc: 400, cow_pages: 0 });
    expectSound(k);
    step(k, a);
    expectSound(k);
    step(k, b);
    expect(k.counters.pgfree).toBe(400);
    expect(k.memory.frames.nodeKind[FRAME_FILE] + k.memory.frames.nodeKind[FRAME_KINDS + FRAME_FILE]).toBe(0);
    expectSound(k);
  });

  it('stays shared across fork', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [shared(1)],
          phased([onCpus(0), mmap(0), sweep(0, 50)], [{ op: 'fork', thread: 1 }]),
          phased([], [sweep(0, 100)]),
        ),
      ),
    );
    step(k, userTasks(k)[0]);
    step(k, userTasks(k)[1]);
    expect(k.counters.cow_pages).toBe(0);
    expect(pageFacts(k, vmaAt(k, 0), 10).mapcount).toBe(2);
    expectSound(k);
  });
});

it('memory-only nodes hold pages and never run tasks', () => {
  const machine = machineOf([
    { cpus: 2, mb: 16 },
    { cpus: 0, mb: 64 },
  ]);
  const k = bootPhased(machine, programs(image([anonymous(24)], phased([mmap(0), sweep(0, 6000)]))));
  expect(nodePages(k)[1]).toBeGreaterThan(2000);
  expectSound(k);
});
