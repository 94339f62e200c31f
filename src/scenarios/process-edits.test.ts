import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInvariants } from '../kernel/invariants.ts';
import { advance, isFinished, type Kernel } from '../kernel/kernel.ts';
import { TASK_DEAD } from '../kernel/sched/task.ts';
import { bootWithKnobs } from './boot.ts';
import { bootFromExperiment } from './experiment.ts';
import { editProcess, FATAL_SIGNALS } from './process-edits.ts';

const MACHINE = {
  name: 'small',
  nodes: [
    { cpus: [0, 1, 2, 3], memory_mb: 256, reserved_mb: 20 },
    { cpus: [8, 9, 10, 11], memory_mb: 256, reserved_mb: 20 },
  ],
  distances: [
    [10, 20],
    [20, 10],
  ],
};

/** On a busy machine fewer cases are tried. */
const LIMIT_MS = 8000;
const PATIENT = { timeout: 120_000 };

/** Scans and migrations follow one another closely, so that a kill falls into the middle of them. */
const BUSY = {
  'autonuma/knuma_scand/scan_sleep_millisecs': '5',
  'autonuma/knuma_scand/scan_sleep_pass_millisecs': '30',
  'autonuma/knuma_scand/pages_to_scan': '4096',
  'autonuma/knuma_scand/pmd': '0',
  'autonuma/knuma_migrated/pages_to_migrate': '500',
  'autonuma/knuma_migrated/migrate_sleep_millisecs': '3',
};

function boot(
  workload = 'numa01',
  parameters: Record<string, number> = { mib: 40, passes: 400, threads: 3 },
): Kernel {
  const experiment = {
    machine: MACHINE,
    workload,
    variant: 'default',
    parameters,
    policy: 'autonuma',
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 3,
  };
  return bootWithKnobs(bootFromExperiment(experiment), BUSY);
}

describe('kill', () => {
  it('ends a process in simulated time, at its own cost, and gives back its memory', () => {
    const k = boot();
    advance(k, 300);
    const [parent, child] = k.processes;
    const mm = k.mms[parent.mm];
    expect(mm.presentPages).toBeGreaterThan(9000);
    const before = k.tasks[parent.threads[0]].systemNs;
    expect(editProcess(k, `proc/${parent.pid}/signal`, 'TERM')).toMatchObject({ ok: true });
    expect(parent.exitedNs, 'nobody exits between two ticks').toBe(-1);
    advance(k, 100);
    expect(parent.exitedNs).toBeGreaterThan(300e6);
    expect(parent.threads.every((id) => k.tasks[id].state === TASK_DEAD)).toBe(true);
    expect(mm.presentPages).toBe(0);
    expect(Math.max(...parent.threads.map((id) => k.tasks[id].systemNs))).toBeGreaterThan(before);
    expect(child.exitedNs).toBe(-1);
    expect(checkInvariants(k)).toEqual([]);
    expect(editProcess(k, `proc/${parent.pid}/signal`, 'KILL')).toEqual({
      ok: false,
      error: `proc/${parent.pid}/signal: No such process (ESRCH)`,
    });
    editProcess(k, `proc/${k.tasks[child.threads[1]].pid}/signal`, 'KILL');
    advance(k, 100);
    expect(child.exitedNs, 'the id of a thread stands for its process').toBeGreaterThan(0);
    expect(isFinished(k)).toBe(true);
  });

  it('wakes those who sleep, and does nothing to kernel threads', () => {
    const k = boot('crossed', { mib: 40, threads: 3, seconds: 20 });
    advance(k, 200);
    const daemon = k.tasks.find((task) => task.daemon === 'knuma_scand')!;
    expect(editProcess(k, `proc/${daemon.pid}/signal`, 'KILL').ok).toBe(true);
    for (const { pid } of k.processes) expect(editProcess(k, `proc/${pid}/signal`, 'HUP').ok).toBe(true);
    advance(k, 200);
    expect(isFinished(k)).toBe(true);
    expect(daemon.state).not.toBe(TASK_DEAD);
    expect(checkInvariants(k)).toEqual([]);
  });

  it('keeps every invariant whenever it comes, twice even', PATIENT, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 1 }),
        fc.integer({ min: 0, max: 9 }),
        (at, which, again) => {
          const k = boot();
          if (at > 0) advance(k, at);
          const process = k.processes[Math.min(which, k.processes.length - 1)];
          if (process === undefined) return;
          editProcess(k, `proc/${process.pid}/signal`, 'TERM');
          if (again > 0) advance(k, again);
          editProcess(k, `proc/${process.pid}/signal`, 'KILL');
          for (let i = 0; i < 12; i++) {
            advance(k, 5);
            expect(checkInvariants(k)).toEqual([]);
          }
          expect(process.exitedNs).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 15, interruptAfterTimeLimit: LIMIT_MS },
    );
  });
});

describe('taskset', () => {
  it('moves a thread to CPUs it may use, by their own numbers, and keeps it there', () => {
    const k = boot();
    advance(k, 200);
    const task = k.tasks[k.processes[0].threads[1]];
    const reply = editProcess(k, `proc/${task.pid}/affinity`, '9,11');
    expect(reply).toEqual({ ok: true, value: '9,11', label: `taskset -cp 9,11 ${task.pid}` });
    expect([5, 7]).toContain(task.cpu);
    for (let i = 0; i < 100; i++) {
      advance(k, 3);
      expect([5, 7]).toContain(task.cpu);
    }
    expect(checkInvariants(k)).toEqual([]);
    expect(editProcess(k, `proc/${task.pid}/affinity`, '0-11')).toMatchObject({ value: '0-3,8-11' });
    expect(task.affinity).toBeNull();
  });

  it('keeps every invariant, whoever is sent wherever', PATIENT, () => {
    const cpuArb = fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 11);
    const editArb = fc.record({
      wait: fc.integer({ min: 0, max: 25 }),
      who: fc.nat(),
      cpus: fc.uniqueArray(cpuArb, { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(editArb, { minLength: 5, maxLength: 25 }), (edits) => {
        const k = boot();
        advance(k, 60);
        for (const { wait, who, cpus } of edits) {
          if (wait > 0) advance(k, wait);
          const live = k.tasks.filter((task) => task.state !== TASK_DEAD);
          const task = live[who % live.length];
          expect(editProcess(k, `proc/${task.pid}/affinity`, cpus.join()).ok).toBe(true);
          expect(checkInvariants(k)).toEqual([]);
        }
        advance(k, 50);
        expect(checkInvariants(k)).toEqual([]);
      }),
      { numRuns: 12, interruptAfterTimeLimit: LIMIT_MS },
    );
  });
});

describe('refusals', () => {
  it.each([
    ['proc/1/affinity', '0', 'proc/1/affinity: No such process (ESRCH)'],
    [
      'proc/PID/affinity',
      '64',
      'proc/PID/affinity: Invalid argument (EINVAL): expected a list of CPUs out of 0-3,8-11, got "64"',
    ],
    [
      'proc/PID/affinity',
      'all',
      'proc/PID/affinity: Invalid argument (EINVAL): expected a list of CPUs out of 0-3,8-11, got "all"',
    ],
    [
      'proc/PID/signal',
      'STOP',
      `proc/PID/signal: Invalid argument (EINVAL): expected one of ${Object.keys(FATAL_SIGNALS).join(', ')}, got "STOP"`,
    ],
    ['proc/PID/toString', 'x', 'proc/PID/toString: expected proc/PID/affinity or proc/PID/signal'],
    [
      'proc/PID/signal',
      'toString',
      `proc/PID/signal: Invalid argument (EINVAL): expected one of ${Object.keys(FATAL_SIGNALS).join(', ')}, got "toString"`,
    ],
  ])('%s %s', (path, value, error) => {
    const k = boot();
    advance(k, 5);
    const pid = String(k.processes[0].pid);
    expect(editProcess(k, path.replace('PID', pid), value)).toEqual({
      ok: false,
      error: error.replace('PID', pid),
    });
  });
});
