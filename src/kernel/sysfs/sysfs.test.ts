/** /sys/kernel/mm/autonuma as a shell sees it: autonuma.md section 7. */
import { describe, expect, it } from 'vitest';
import { boot, expectSound, machineOf, programs, run, twoNodes } from '../kernel.test-util.ts';
import { readSysfs, writeSysfs } from './sysfs.ts';

const NUMBERS = [
  'knuma_scand/scan_sleep_millisecs',
  'knuma_scand/scan_sleep_pass_millisecs',
  'knuma_scand/pages_to_scan',
  'knuma_migrated/migrate_sleep_millisecs',
  'knuma_migrated/pages_to_migrate',
];
const FLAGS = [
  'enabled',
  'debug',
  'knuma_scand/pmd',
  'knuma_scand/working_set',
  'knuma_migrated/defer',
  'scheduler/load_balance_strict',
  'scheduler/clone_reset',
  'scheduler/fork_reset',
];
const STATISTICS = ['knuma_scand/pages_scanned', 'knuma_scand/full_scans', 'knuma_migrated/pages_migrated'];

function kernel(): ReturnType<typeof boot> {
  return boot(twoNodes(), programs());
}

function error(path: string, text: string): string {
  const result = writeSysfs(kernel(), `/sys/kernel/mm/autonuma/${path}`, text);
  return result.ok ? '' : result.error;
}

describe('the alpha6 tree', () => {
  it('has every file of 7.1 with its default', () => {
    const k = kernel();
    const defaults = {
      enabled: 1,
      debug: 0,
      'knuma_scand/scan_sleep_millisecs': 100,
      'knuma_scand/scan_sleep_pass_millisecs': 5000,
      'knuma_scand/pages_to_scan': 32768,
      'knuma_scand/pages_scanned': 0,
      'knuma_scand/full_scans': 0,
      'knuma_scand/pmd': 1,
      'knuma_scand/working_set': 0,
      'knuma_migrated/migrate_sleep_millisecs': 100,
      'knuma_migrated/pages_to_migrate': 32768,
      'knuma_migrated/pages_migrated': 0,
      'knuma_migrated/defer': 0,
      'scheduler/load_balance_strict': 1,
      'scheduler/clone_reset': 1,
      'scheduler/fork_reset': 1,
    };
    for (const [path, value] of Object.entries(defaults)) {
      expect([path, readSysfs(k, `autonuma/${path}`)]).toEqual([path, String(value)]);
      expect(readSysfs(k, `/sys/kernel/mm/autonuma/${path}`)).toBe(String(value));
    }
    expect(readSysfs(k, 'autonuma/scheduler/smt')).toBeNull(); // alpha10 only
    expect(readSysfs(k, 'autonuma/knuma_migrated/allow_first_fault')).toBeNull(); // 24
  });

  it.each(NUMBERS)('%s takes unsigned 32-bit decimals', (path) => {
    expect(error(path, '4294967295')).toBe('');
    expect(error(path, ' 7\n')).toBe('');
    for (const bad of ['4294967296', '-1', '0x10', '1.5', '', 'many', '1 2', '99999999999999999999']) {
      expect(error(path, bad)).toContain('Invalid argument (EINVAL)');
    }
  });

  it('pages_to_* refuse 0, pauses do not', () => {
    expect(error('knuma_scand/pages_to_scan', '0')).toContain('EINVAL');
    expect(error('knuma_migrated/pages_to_migrate', '0')).toContain('EINVAL');
    expect(error('knuma_scand/scan_sleep_millisecs', '0')).toBe('');
    expect(error('knuma_migrated/migrate_sleep_millisecs', '0')).toBe('');
  });

  it.each(FLAGS)('%s takes 0 and 1', (path) => {
    expect([error(path, '0'), error(path, '1')]).toEqual(['', '']);
    for (const bad of ['2', '-1', 'yes', '']) expect(error(path, bad)).toContain('Invalid argument (EINVAL)');
  });

  it.each(STATISTICS)('%s is read-only', (path) => {
    expect(error(path, '1')).toContain('Permission denied');
  });

  it('says what it expected and what it got', () => {
    expect(error('knuma_scand/pages_to_scan', '0')).toBe(
      '/sys/kernel/mm/autonuma/knuma_scand/pages_to_scan: Invalid argument (EINVAL): ' +
        'expected a decimal number from 1 to 4294967295, got "0"',
    );
    expect(error('nothing', '0')).toContain('No such file or directory');
  });

  it('a refused write changes nothing', () => {
    const k = kernel();
    writeSysfs(k, 'autonuma/knuma_scand/pages_to_scan', '0');
    expect(readSysfs(k, 'autonuma/knuma_scand/pages_to_scan')).toBe('32768');
  });
});

describe('when AutoNUMA is impossible (7.4)', () => {
  it.each([
    ['noautonuma', boot(twoNodes(), programs(), { noautonuma: true })],
    ['one node', boot(machineOf([{ cpus: 2, mb: 64 }]), programs())],
    ['another policy', boot(twoNodes(), programs(), { policy: 'off' })],
  ])('%s: no directory, no daemons', (_, k) => {
    expect(readSysfs(k, 'autonuma/enabled')).toBeNull();
    const result = writeSysfs(k, 'autonuma/enabled', '1');
    expect(result.ok).toBe(false);
    expect(k.tasks.map((task) => task.name).filter((name) => name.startsWith('knuma'))).toEqual([]);
    run(k, 100);
    expectSound(k);
  });

  it('is said in the log', () => {
    const oneNode = machineOf([{ cpus: 2, mb: 64 }]);
    for (const k of [boot(twoNodes(), programs(), { noautonuma: true }), boot(oneNode, programs())]) {
      expect(k.output.log.map((line) => line.text)).toContain('AutoNUMA permanently disabled');
    }
  });

  it('there is one knuma_scand and a knuma_migrated for each node otherwise', () => {
    expect(kernel().tasks.map((task) => task.name)).toEqual(
      expect.arrayContaining(['knuma_scand', 'knuma_migrated0', 'knuma_migrated1']),
    );
  });
});
