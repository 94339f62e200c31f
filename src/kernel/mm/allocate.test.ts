/** Where pages come from: first touch, zonelists, watermarks, memory policies, reclaim and its end. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  bootPhased,
  expectSound,
  FOREVER,
  image,
  machineOf,
  mmap,
  nodePages,
  type NodeSketch,
  onCpus,
  phased,
  programs,
  run,
  runUntil,
  step,
  sweep,
  userTasks,
} from '../kernel.test-util.ts';
import type { Kernel } from '../kernel.ts';
import type { Mempolicy, Op } from '../program/program.ts';
import { TASK_SLEEPING } from '../sched/task.ts';
import { FRAME_KINDS, freePages } from './frames.ts';
import { FRAME_KERNEL, FRAME_PAGE_CACHE } from './state.ts';

const TWO: NodeSketch[] = [
  { cpus: 1, mb: 64 },
  { cpus: 1, mb: 64 },
];

/** A process that does some ops on CPU 0 with a region of so many MiB, without AutoNUMA. */
function doing(nodes: NodeSketch[], mib: number, ...ops: Op[]): Kernel {
  const k = boot(machineOf(nodes), programs(image([anonymous(mib)], [onCpus(0), ...ops, FOREVER])), {
    policy: 'off',
  });
  runUntil(k, () => userTasks(k).length > 0 && userTasks(k).every((task) => task.state !== 0));
  return k;
}

/** Free pages of a node above its low watermark, right after boot. */
function roomAtBoot(nodes: NodeSketch[], node: number): number {
  const { frames } = boot(machineOf(nodes), programs(), { policy: 'off' }).memory;
  return freePages(frames, node) - frames.watermarkLow[node];
}

describe('boot', () => {
  it('keeps what the machine reserves, and some page cache', () => {
    const k = boot(machineOf([{ cpus: 1, mb: 1024, reservedMb: 100 }]), programs());
    expect(k.memory.frames.nodeFrames[0]).toBe(1024 * 256);
    expect(k.memory.frames.nodeKind[FRAME_KERNEL]).toBe(100 * 256);
    expect(k.memory.frames.nodeKind[FRAME_PAGE_CACHE]).toBe(30 * 256);
    expectSound(k);
  });

  it('sets watermarks in proportion: min from min_free_kbytes, low and high a quarter and a half above', () => {
    const { frames } = boot(
      machineOf([
        { cpus: 1, mb: 8192 },
        { cpus: 1, mb: 8192 },
      ]),
      programs(),
    ).memory;
    // int_sqrt(16 GiB in KiB * 16) = 16384 KiB, half a node.
    expect([frames.watermarkMin[0], frames.watermarkLow[0], frames.watermarkHigh[0]]).toEqual([
      2048, 2560, 3072,
    ]);
  });
});

describe('first touch', () => {
  it('takes pages of the local node', () => {
    const k = bootPhased(
      machineOf(TWO),
      programs(
        image([anonymous(4)], phased([mmap(0), onCpus(0), sweep(0, 512), onCpus(1), sweep(0, 512, 512)])),
      ),
    );
    expect(nodePages(k)).toEqual([512, 512]);
    expect(k.counters).toMatchObject({ numa_hit: 1024, numa_local: 1024, numa_miss: 0, pgfault: 1024 });
    expectSound(k);
  });

  it('reading maps pages as well, and touching again maps nothing', () => {
    const k = doing(TWO, 1, mmap(0), sweep(0, 100, 0, false), sweep(0, 100), sweep(0, 100));
    expect(k.counters.pgfault).toBe(100);
    expect(nodePages(k)).toEqual([100, 0]);
  });

  it('handles mappings that do not begin on a page or a 2 MiB boundary', () => {
    const k = boot(
      machineOf(TWO),
      programs(
        image(
          [anonymous(3, 16), anonymous(3, 2 * 1024 * 1024 - 4096)],
          [mmap(0), mmap(1), sweep(0, 768), sweep(1, 768), FOREVER],
        ),
      ),
    );
    run(k, 30);
    // 3 MiB from byte 16 on touch one page more than 3 MiB have.
    expect(k.mms[0].vmas.map((vma) => vma.presentPages)).toEqual([769, 768]);
    expect(k.mms[0].vmas.map((vma) => vma.slots.length)).toEqual([2, 3]);
    expectSound(k);
  });

  it('falls over to the next node of the zonelist at the low watermark', () => {
    const room = roomAtBoot(TWO, 0);
    const k = doing(TWO, 80, mmap(0), sweep(0, room + 1000));
    expect(nodePages(k)).toEqual([room, 1000]);
    expect(freePages(k.memory.frames, 0)).toBe(k.memory.frames.watermarkLow[0]);
    expect(k.counters).toMatchObject({
      numa_hit: room,
      numa_miss: 1000,
      numa_foreign: 1000,
      numa_other: 1000,
    });
    // hit, miss, foreign, interleave, local, other: the miss is booked where the pages are, foreign where they were wanted.
    expect([...k.memory.numastat]).toEqual([room, 0, 1000, 0, room, 0, 0, 1000, 0, 0, 0, 1000]);
    expectSound(k);
  });

  it('the nearest node comes first', () => {
    const machine = machineOf([1, 1, 1].map((cpus) => ({ cpus, mb: 32 })));
    machine.distances[0] = [10, 30, 20];
    const room = roomAtBoot(
      [1, 1, 1].map((cpus) => ({ cpus, mb: 32 })),
      0,
    );
    const k = boot(
      machine,
      programs(image([anonymous(64)], [onCpus(0), mmap(0), sweep(0, room + 1000), FOREVER])),
      {
        policy: 'off',
      },
    );
    run(k, 100);
    expect(nodePages(k)).toEqual([room, 0, 1000]);
  });

  it('a slot that straddles a node running full has pages on both', () => {
    const room = roomAtBoot(TWO, 0);
    const k = doing(TWO, 80, mmap(0), sweep(0, room - 100), sweep(0, 300, room - 100));
    expect(nodePages(k)).toEqual([room, 200]);
    expectSound(k);
  });

  it('when all are below low, kswapd is woken and pages come from between low and min', () => {
    const all = roomAtBoot(TWO, 0) + roomAtBoot(TWO, 1);
    const k = doing(TWO, 128, mmap(0), sweep(0, all + 10));
    expect(k.mms[0].presentPages).toBe(all + 10);
    run(k, 20);
    expect(k.counters.page_cache_reclaimed).toBeGreaterThan(0);
    expect(k.tasks.find((task) => task.name === 'kswapd0')?.state).toBe(TASK_SLEEPING);
    expectSound(k);
  });

  it('a task on a node without memory gets the nearest; one on a node without CPUs cannot be', () => {
    const nodes = [
      { cpus: 1, mb: 0 },
      { cpus: 0, mb: 64 },
    ];
    const k = doing(nodes, 1, mmap(0), sweep(0, 256));
    expect(nodePages(k)).toEqual([0, 256]);
    // The preferred zone is the first in the zonelist: a hit, though not a local one.
    expect(k.counters).toMatchObject({ numa_hit: 256, numa_miss: 0, numa_local: 0, numa_other: 256 });
    expectSound(k);
  });
});

describe('memory policies', () => {
  function placed(policy: Mempolicy, how: 'vma' | 'task' | 'mbind'): number[] {
    const set: Op[] = [];
    if (how === 'task') set.push({ op: 'set_mempolicy', policy });
    set.push(mmap(0, how === 'vma' ? policy : null));
    if (how === 'mbind') set.push({ op: 'mbind', region: 0, policy });
    const k = doing([...TWO, { cpus: 1, mb: 64 }], 4, ...set, sweep(0, 1024));
    expectSound(k);
    return nodePages(k);
  }

  it.each(['vma', 'task', 'mbind'] as const)('of the %s', (how) => {
    expect(placed({ mode: 'bind', nodes: [1] }, how)).toEqual([0, 1024, 0]);
    expect(placed({ mode: 'preferred', nodes: [2] }, how)).toEqual([0, 0, 1024]);
    expect(placed({ mode: 'interleave', nodes: [0, 2] }, how)).toEqual([512, 0, 512]);
    expect(placed({ mode: 'interleave', nodes: [0, 1, 2] }, how)).toEqual([342, 341, 341]);
    // Bound to several: the local one if it is among them, else the nearest.
    expect(placed({ mode: 'bind', nodes: [2, 0] }, how)).toEqual([1024, 0, 0]);
    expect(placed({ mode: 'bind', nodes: [2, 1] }, how)).toEqual([0, 1024, 0]);
  });

  it("the mapping's policy wins over the task's, and children inherit both", () => {
    const bind = (node: number): Mempolicy => ({ mode: 'bind', nodes: [node] });
    const k = boot(
      machineOf(TWO),
      programs(
        image(
          [anonymous(1), anonymous(1)],
          [
            onCpus(0),
            { op: 'set_mempolicy', policy: bind(1) },
            mmap(0),
            mmap(1, bind(0)),
            { op: 'fork', thread: 1 },
            FOREVER,
          ],
          [sweep(0, 100), sweep(1, 100), FOREVER],
        ),
      ),
    );
    run(k, 20);
    expect(nodePages(k, 1, 0)).toEqual([0, 100]);
    expect(nodePages(k, 1, 1)).toEqual([100, 0]);
  });

  it('a preferred node that is full falls over, a bound one kills', () => {
    const preferred: Op = { op: 'set_mempolicy', policy: { mode: 'preferred', nodes: [1] } };
    const bound: Op = { op: 'set_mempolicy', policy: { mode: 'bind', nodes: [1] } };
    const k = doing(TWO, 80, preferred, mmap(0), sweep(0, 18_000));
    expect(k.counters.oom_kills).toBe(0);
    expect(nodePages(k)[0]).toBeGreaterThan(0);
    const killed = doing(TWO, 80, bound, mmap(0), sweep(0, 18_000));
    expect(killed.counters.oom_kills).toBe(1);
    expect(killed.processes[0].exitedNs).toBeGreaterThanOrEqual(0);
    expect(killed.output.log.map((line) => line.text).join()).toContain('Out of memory: Kill process');
    expect(killed.mms[0].presentPages).toBe(0);
    // All page cache of the node went first.
    expect(killed.memory.frames.nodeKind[1 * FRAME_KINDS + FRAME_PAGE_CACHE]).toBe(0);
    expectSound(killed);
  });
});

describe('the OOM killer', () => {
  it('takes all threads, wakes the waiting parent, and the survivors go on', () => {
    const k = boot(
      machineOf(TWO),
      programs(
        image(
          [anonymous(1), anonymous(256)],
          [mmap(0), mmap(1), { op: 'fork', thread: 1 }, { op: 'wait' }, sweep(0, 256), FOREVER],
          [{ op: 'clone', thread: 2 }, { op: 'clone', thread: 2 }, { op: 'sleep', ns: 5e6 }, sweep(1, 65536)],
          [{ op: 'compute', ns: 1e15 }],
        ),
      ),
      { policy: 'off' },
    );
    runUntil(k, () => k.counters.oom_kills > 0);
    expect(k.processes[1].liveThreads).toBe(0);
    run(k, 50);
    expect(k.processes[0].exitedNs).toBe(-1);
    expect(k.mms[0].presentPages).toBe(256);
    expectSound(k);
  });

  it('a touch of unmapped memory is a segmentation fault, not the end of the model', () => {
    for (const k of [doing(TWO, 1, sweep(0, 10)), doing(TWO, 1, mmap(0), sweep(0, 10, 250))]) {
      expect(k.processes[0].exitedNs).toBeGreaterThanOrEqual(0);
      expect(k.output.log.map((line) => line.text).join()).toContain('segfault');
      expectSound(k);
    }
  });
});

describe('munmap and exit', () => {
  it('give everything back', () => {
    const k = bootPhased(
      machineOf(TWO),
      programs(
        image(
          [anonymous(5)],
          phased(
            [onCpus(0), mmap(0), sweep(0, 1280)],
            [{ op: 'munmap', region: 0 }],
            [mmap(0), sweep(0, 100)],
            [{ op: 'exit' }],
          ),
        ),
      ),
    );
    const before = freePages(k.memory.frames, 0) + 1280;
    const [task] = userTasks(k);
    step(k, task);
    expect(freePages(k.memory.frames, 0)).toBe(before);
    expect(k.mms[0].presentPages).toBe(0);
    step(k, task);
    expectSound(k);
    step(k, task);
    expect(freePages(k.memory.frames, 0)).toBe(before);
    expect(k.processes[0].exitedNs).toBeGreaterThan(0);
    expectSound(k);
  });
});
