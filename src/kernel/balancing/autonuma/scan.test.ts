/** knuma_scand: autonuma.md section 3. */
import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  bootPhased,
  expectSound,
  image,
  mmap,
  onCpus,
  onePass,
  pageFacts,
  phased,
  programs,
  queued,
  run,
  runUntil,
  scanSoon,
  set,
  shared,
  step,
  sweep,
  twoNodes,
  userTasks,
  vmaAt,
} from '../../kernel.test-util.ts';
import type { Kernel } from '../../kernel.ts';
import { TRACE_SCAN_PASS, TRACE_WORDS } from '../../output.ts';
import type { Op } from '../../program/program.ts';

/** A process of so many MiB on node 0 that then rests; `after` as its second phase. */
function resting(mib: number, after: Op[] = [], machine = twoNodes(1, 512)): Kernel {
  return bootPhased(
    machine,
    programs(image([anonymous(mib)], phased([onCpus(0), mmap(0), sweep(0, mib * 256)], after))),
  );
}

/** When passes ended, in ms. */
function passTimes(k: Kernel): number[] {
  const times: number[] = [];
  for (let i = 0; i < k.output.traceCount; i++) {
    const at = (i % k.output.traceCapacity) * TRACE_WORDS;
    if (k.output.trace[at + 1] === TRACE_SCAN_PASS) times.push(k.output.trace[at] / 1e6);
  }
  return times;
}

describe('the main loop', () => {
  it('rests twice scan_sleep_pass_millisecs between passes', () => {
    const k = boot(twoNodes(), programs());
    run(k, 45_000);
    const times = passTimes(k);
    expect(times.length).toBeGreaterThanOrEqual(4);
    for (let i = 1; i < times.length; i++) {
      expect(times[i] - times[i - 1]).toBeGreaterThanOrEqual(10_000);
      // Fake progress of the empty list is carried over: every other pass owes a scan_sleep_millisecs as well.
      expect(times[i] - times[i - 1]).toBeLessThan(10_110);
    }
  });

  it('an empty list of mms makes fake progress and ends the pass at once', () => {
    const k = boot(twoNodes(), programs());
    onePass(k);
    expect(k.autonuma.scanner).toMatchObject({ pagesScanned: 32768, fullScans: 1, passProgress: 0 });
  });

  it('sleeps scan_sleep_millisecs whenever more than pages_to_scan have gone by', () => {
    const k = resting(300);
    const marked = (): number => k.counters.numa_pmd_updates * 512;
    scanSoon(k);
    runUntil(k, () => k.autonuma.scanner.phase === 'chunk_sleep');
    // Progress starts at 1: the chunk stops at the block in which it reaches 32768, and 32769 is strictly more.
    expect(marked()).toBe(32768);
    const began = k.ticks;
    run(k, 95);
    expect(marked()).toBe(32768);
    runUntil(k, () => k.autonuma.scanner.phase === 'gap1');
    expect(marked()).toBe(300 * 256);
    expect(k.ticks - began).toBeGreaterThanOrEqual(200);
    expect(k.ticks - began).toBeLessThan(210);
    expectSound(k);
  });

  it('the chunk budget is carried over passes', () => {
    const k = resting(100);
    onePass(k);
    expect(k.autonuma.scanner.progress).toBe(100 * 256 + 1);
    expect(k.autonuma.scanner.passProgress).toBe(0);
  });

  it('disabling lets the pass end; enabling starts the scanner again', () => {
    const k = resting(300);
    scanSoon(k);
    runUntil(k, () => k.autonuma.scanner.phase === 'chunk_sleep');
    set(k, 'enabled', 0);
    runUntil(k, () => k.autonuma.scanner.fullScans === 1);
    expect(k.counters.numa_pmd_updates).toBe(150);
    run(k, 40_000);
    expect(k.autonuma.scanner).toMatchObject({ fullScans: 1, phase: 'off' });
    set(k, 'enabled', 1);
    run(k, 1000);
    expect(k.autonuma.scanner.fullScans).toBe(2);
  });

  it('writing the sleep does not shorten the one under way', () => {
    const k = resting(1);
    scanSoon(k);
    runUntil(k, () => k.autonuma.scanner.fullScans === 1);
    set(k, 'knuma_scand/scan_sleep_pass_millisecs', 10);
    run(k, 4900);
    expect(k.autonuma.scanner.phase).toBe('gap1');
    run(k, 200);
    expect(k.autonuma.scanner.fullScans).toBeGreaterThan(1);
  });
});

describe('what is counted and marked', () => {
  it('statistics are replaced, not decayed, when the scanner is done with an mm', () => {
    const k = resting(4, [{ op: 'munmap', region: 0 }, mmap(0), sweep(0, 256)]);
    const stats = k.mms[0].autonuma;
    onePass(k);
    expect([[...stats.fault], stats.faultTot, stats.faultPass]).toEqual([[1024, 0], 1024, 1]);
    step(k, userTasks(k)[0]);
    onePass(k);
    expect([[...stats.fault], stats.faultTot, stats.faultPass]).toEqual([[256, 0], 256, 2]);
  });

  it('marked pages are counted again but make no progress', () => {
    const k = resting(4);
    set(k, 'knuma_scand/pmd', 0);
    onePass(k);
    const before = k.autonuma.scanner.pagesScanned;
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(1024);
    expect(k.autonuma.scanner.pagesScanned - before).toBe(1);
    expect(k.counters.numa_pte_updates).toBe(1024);
  });

  it('working_set counts only what was touched since the last pass, in pte mode', () => {
    const k = resting(4, [sweep(0, 100, 0, false)]);
    set(k, 'knuma_scand/pmd', 0);
    set(k, 'knuma_scand/working_set', 1);
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(1024);
    step(k, userTasks(k)[0]);
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(100);
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(0);
  });

  it('working_set sees nothing in pmd mode with base pages, but does with huge ones', () => {
    for (const [thp, second] of [
      ['off', 1024],
      ['on', 0],
    ] as const) {
      const k = bootPhased(
        twoNodes(1, 512),
        programs(image([anonymous(4)], phased([onCpus(0), mmap(0), sweep(0, 1024)]))),
        { thp },
      );
      set(k, 'knuma_scand/working_set', 1);
      onePass(k);
      onePass(k);
      expect(k.mms[0].autonuma.faultTot).toBe(second);
    }
  });

  it('queued pages count where they are going', () => {
    const k = resting(2, [onCpus(1), sweep(0, 512, 0, false)]);
    onePass(k);
    step(k, userTasks(k)[0]);
    const waiting = queued(k, 1);
    onePass(k);
    expect([...k.mms[0].autonuma.fault]).toEqual([512 - waiting, waiting]);
  });

  it('a mapping with a memory policy, a shared one, and an unwritten one are passed over', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(1), shared(1), anonymous(1), anonymous(1)],
          phased([
            onCpus(0),
            mmap(0, { mode: 'preferred', nodes: [0] }),
            mmap(1),
            mmap(2),
            mmap(3),
            sweep(0, 256),
            sweep(1, 256),
            sweep(3, 256),
          ]),
        ),
      ),
    );
    onePass(k);
    expect([0, 1, 3].map((r) => pageFacts(k, vmaAt(k, 0, r), 0).marked)).toEqual([false, false, true]);
    expect(k.mms[0].autonuma.faultTot).toBe(256);
    // One step of progress a mapping passed over, one to begin with.
    expect(k.autonuma.scanner.pagesScanned).toBe(256 + 3 + 1);
  });

  it('mbind takes a mapping out of the scan, and MPOL_DEFAULT back in', () => {
    const k = bootPhased(
      twoNodes(),
      programs(
        image(
          [anonymous(1)],
          phased(
            [onCpus(0), mmap(0), sweep(0, 256)],
            [{ op: 'mbind', region: 0, policy: { mode: 'bind', nodes: [0] } }],
            [{ op: 'mbind', region: 0, policy: null }],
          ),
        ),
      ),
    );
    const [task] = userTasks(k);
    step(k, task);
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(0);
    step(k, task);
    onePass(k);
    expect(k.mms[0].autonuma.faultTot).toBe(256);
  });

  it('pages of two processes are neither marked nor counted; a huge page makes progress in any case', () => {
    const k = resting(2, [{ op: 'fork', thread: 0 }]);
    step(k, userTasks(k)[0]);
    onePass(k);
    expect(k.mms.slice(0, 1).map((mm) => mm.autonuma.faultTot)).toEqual([0]);
    expect(pageFacts(k, vmaAt(k), 0).marked).toBe(false);
  });

  it('mms come in order of creation, and one that exits in mid-scan is unlinked', () => {
    const small = image([anonymous(1)], phased([onCpus(0), mmap(0), sweep(0, 256)]));
    const big = image([anonymous(300)], phased([onCpus(0), mmap(0), sweep(0, 300 * 256)], [{ op: 'exit' }]));
    const k = bootPhased(twoNodes(1, 512), programs(small, big, small));
    expect(k.autonuma.scanner.mmList).toEqual([0, 1, 2]);
    scanSoon(k);
    runUntil(k, () => k.autonuma.scanner.phase === 'chunk_sleep');
    expect(k.autonuma.scanner.cursorMm).toBe(1);
    expect(k.mms.map((mm) => mm.autonuma.faultTot)).toEqual([256, 0, 0]);
    step(k, userTasks(k)[1]);
    runUntil(k, () => k.autonuma.scanner.fullScans === 1);
    expect(k.mms.map((mm) => mm.autonuma.faultTot)).toEqual([256, 0, 256]);
    expect(k.autonuma.scanner.mmList).toEqual([0, 2]);
    expectSound(k);
  });
});
