import { describe, expect, it } from 'vitest';
import {
  anonymous,
  boot,
  FOREVER,
  image,
  MIB,
  mmap,
  programs,
  run,
  set,
  setAlarm,
  sweep,
  twoNodes,
  userTasks,
  vmaAt,
} from '../kernel.test-util.ts';
import type { BootOptions, Kernel } from '../kernel.ts';
import type { Region } from '../program/program.ts';
import { readSysfs } from '../sysfs/sysfs.ts';

const PAGES = (8 * MIB) / 4096;

/** Three mappings of 8 MiB, written once: nothing said, MADV_HUGEPAGE, MADV_NOHUGEPAGE. */
function three(options: Partial<BootOptions>, enabled?: string): Kernel {
  const regions: Region[] = [
    anonymous(8),
    { ...anonymous(8), thp: 'always' },
    { ...anonymous(8), thp: 'never' },
  ];
  const k = boot(
    twoNodes(2, 128),
    programs(
      image(regions, [
        { op: 'sleep', ns: 1e6 },
        ...[0, 1, 2].flatMap((i) => [mmap(i), sweep(i, PAGES)]),
        FOREVER,
      ]),
    ),
    options,
  );
  if (enabled !== undefined) set(k, 'transparent_hugepage/enabled', enabled);
  run(k, 200, 20);
  return k;
}

/** Huge pages of each mapping. */
const huge = (k: Kernel): number[] =>
  [0, 1, 2].map((i) => vmaAt(k, 0, i).slots.reduce((n, slot) => n + k.memory.tables.huge[slot], 0));

describe('madvise of a mapping', () => {
  it.each([
    [{ thp: 'on' as const }, undefined, [4, 4, 0]],
    [{ thp: 'off' as const }, undefined, [0, 4, 0]],
    [{ thp: 'on' as const }, 'never', [0, 0, 0]],
    [{ thp: 'off' as const }, 'never', [0, 0, 0]],
    [{ thp: 'off' as const }, 'always', [4, 4, 0]],
  ])('boot %j, enabled = %s: huge pages %j', (options, enabled, expected) => {
    const k = three(options, enabled);
    expect(huge(k)).toEqual(expected);
    expect(k.counters.thp_fault_alloc).toBe(expected[0] + expected[1]);
    expect(readSysfs(k, 'transparent_hugepage/enabled')).toBe(
      enabled ?? (options.thp === 'on' ? 'always' : 'madvise'),
    );
  });

  it('decides what khugepaged collapses', () => {
    const k = three({ thp: 'off', policy: 'off' }, 'never');
    const khugepaged = k.tasks.find((task) => task.daemon === 'khugepaged')!;
    const pass = (enabled: string): number[] => {
      set(k, 'transparent_hugepage/enabled', enabled);
      setAlarm(k, khugepaged, k.nowNs);
      run(k, 100, 10);
      return huge(k);
    };
    expect(pass('never')).toEqual([0, 0, 0]);
    expect(pass('madvise')).toEqual([0, 4, 0]);
    expect(pass('always')).toEqual([4, 4, 0]);
    expect(k.counters.thp_collapse_alloc).toBe(8);
  });
});

describe('faultCostFactor', () => {
  const systemNs = (factor: number | undefined, thp: 'off' | 'on'): number => {
    const one = image([anonymous(8)], [mmap(0), sweep(0, PAGES), FOREVER]);
    if (factor !== undefined) one.faultCostFactor = factor;
    const k = boot(twoNodes(2, 128), programs(one), { thp, policy: 'off' });
    run(k, 100);
    return userTasks(k)[0].systemNs;
  };

  it('makes every trap of a first touch dearer, once for a huge page', () => {
    const { firstTouchNs } = boot(twoNodes(), programs()).costs;
    expect(systemNs(1, 'off')).toBe(systemNs(undefined, 'off'));
    expect(systemNs(4, 'off') - systemNs(1, 'off')).toBe(PAGES * firstTouchNs * 3);
    expect(systemNs(4, 'on') - systemNs(1, 'on')).toBe(4 * firstTouchNs * 3);
  });
});
