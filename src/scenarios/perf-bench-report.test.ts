import { describe, expect, it } from 'vitest';
import { isFinished, stateHash, tick } from '../kernel/kernel.ts';
import { bootWithKnobs } from './boot.ts';
import { resolveExperiment } from './experiment.ts';
import { convergenceOf, perfBenchLine, PerfBenchObserver } from './perf-bench-report.ts';

const MACHINE = {
  name: 'small',
  nodes: [
    { cpus: [0, 1, 2, 3], memory_mb: 1024 },
    { cpus: [4, 5, 6, 7], memory_mb: 1024 },
  ],
  distances: [
    [10, 20],
    [20, 10],
  ],
};

function start(workload: string) {
  const resolved = resolveExperiment({
    machine: MACHINE,
    workload,
    variant: 'default',
    parameters: {},
    policy: 'off',
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 1,
  });
  const k = bootWithKnobs(resolved.boot, {});
  return { k, observer: new PerfBenchObserver(k, resolved.workload.perfBench!(resolved.boot.machine, {})) };
}

function run(workload: string) {
  const { k, observer } = start(workload);
  while (!isFinished(k) && k.ticks < 20_000) {
    tick(k);
    if (k.ticks % 1000 === 0) observer.everySecond();
  }
  return { k, observer };
}

it('prints lines as perf does', () => {
  const latency = { value: 7.25, unit: 'secs' as const, key: 'NUMA-convergence-latency' };
  // The example of benchmarks.md 3.3.
  expect(perfBenchLine({ name: '4x4-convergence', ...latency })).toBe(
    '  4x4-convergence,                        7.250, secs,           NUMA-convergence-latency',
  );
  const line = perfBenchLine({ name: '16x1-convergence', ...latency });
  expect(line.startsWith(' 16x1-convergence, ')).toBe(true);
  expect(/([0-9.]+), secs,\s+NUMA-convergence-latency/.exec(line)![1]).toBe('7.250');
  expect(perfBenchLine({ name: 'main', value: 1.5, unit: 'GB/sec', key: 'total-speed' })).toMatch(
    / 1\.500, GB\/sec, {9}total-speed$/,
  );
});

describe('results', () => {
  it('say what the threads have done', () => {
    const { k, observer } = run('perf-bench -p 2 -t 2 -P 32 -G 0 -s 2 -zZ');
    const results = observer.results();
    expect(results.map((r) => r.key)).toEqual([
      'runtime-max/thread',
      'runtime-min/thread',
      'runtime-avg/thread',
      'spread-runtime/thread',
      'data/thread',
      'data-total',
      'runtime/byte/thread',
      'thread-speed',
      'total-speed',
    ]);
    const value = (key: string): number => results.find((r) => r.key === key)!.value;
    const [longest, shortest, average] = ['max', 'min', 'avg'].map((which) =>
      value(`runtime-${which}/thread`),
    );
    expect(shortest).toBeLessThanOrEqual(average);
    expect(average).toBeLessThanOrEqual(longest);
    expect(longest).toBeGreaterThan(1.95);
    expect(longest).toBeLessThan(2.2);
    expect(value('spread-runtime/thread')).toBeCloseTo(((longest - shortest) / 2 / longest) * 100, 9);
    const moved = k.processes.slice(1).reduce((sum, p) => sum + p.localBytes + p.remoteBytes, 0);
    // First touch (with its spare huge page) and stack came before the clock was started.
    expect(value('data-total') * 1e9).toBeCloseTo(moved - 2 * (34 * 2 ** 20 + 8192), 0);
    expect(value('data/thread') * 4).toBeCloseTo(value('data-total'), 9);
    expect(value('total-speed')).toBeCloseTo(value('data-total') / longest, 9);
    expect(value('thread-speed') * 4).toBeCloseTo(value('total-speed'), 9);
    expect(value('runtime/byte/thread')).toBeCloseTo(1 / value('thread-speed'), 9);
  });

  it('count loops that ended by their number', () => {
    const { observer } = run('perf-bench -p 1 -t 2 -P 16 -G 0 -s 0 -l 5 -zZ');
    expect(observer.results().find((r) => r.key === 'data-total')!.value).toBeCloseTo(
      (2 * 5 * 16 * 2 ** 20) / 1e9,
      9,
    );
  });

  it('are there before the end too, once the threads run', () => {
    const { k, observer } = start('perf-bench -p 1 -t 1 -P 16 -s 5 -zZ');
    expect(observer.results()).toEqual([]);
    while (k.ticks < 2000) tick(k);
    expect(observer.results()[0].value).toBeGreaterThan(1.5);
    expect(observer.results()[0].value).toBeLessThan(2);
  });
});

describe('convergence', () => {
  it('is every process whole on one node; -m ends the run there', () => {
    const { k, observer } = run('perf-bench -p 2 -t 2 -P 16 -s 15 -zZm -C 0,1,4,5');
    const now = convergenceOf(k, observer.test);
    expect(now).toMatchObject({
      nodes: [
        { threads: 2, processes: 1 },
        { threads: 2, processes: 1 },
      ],
      distance: 0,
      groups: 2,
    });
    expect(now.converged).toBe(true);
    const [latency, longest] = observer.results();
    expect(latency).toMatchObject({ name: 'main', unit: 'secs', key: 'NUMA-convergence-latency' });
    expect(latency.value).toBe(longest.value);
    expect(latency.value).toBeLessThan(1.5);
  });

  it('is not two halves of a process on two nodes', () => {
    const { k, observer } = run('perf-bench -p 2 -t 2 -P 16 -s 2 -zZm -C 0,4,1,5');
    const now = convergenceOf(k, observer.test);
    expect(now).toMatchObject({ groups: 4, spreadMin: 2, spreadMax: 2, converged: false });
    expect(observer.results()[0].value).toBeGreaterThan(2);
    expect(observer.lines[0]).toMatch(
      /^ # \[0\.0 mins\] {2}2\/2 {3}2\/2 {2}\[ 0\/4 \] l: *\d+- *\d+ +\( +\d+\) .*\{2-2\}$/,
    );
  });

  it('is not said before every thread has been seen, nor with -q', () => {
    const { k, observer } = start('perf-bench -p 1 -t 1 -P 16 -s 1 -zZcq');
    expect(convergenceOf(k, observer.test)).toMatchObject({ spreadMin: 0, converged: false });
    const quiet = run('perf-bench -p 1 -t 1 -P 16 -s 2 -zZcq');
    expect(quiet.observer.lines).toEqual([]);
    const shown = run('perf-bench -p 1 -t 1 -P 16 -s 2 -zZc');
    expect(shown.observer.lines[0]).toMatch(/converged\)$/);
    // Watching changes nothing.
    expect(stateHash(shown.k)).toBe(stateHash(run('perf-bench -p 1 -t 1 -P 16 -s 2 -zZc').k));
  });
});
