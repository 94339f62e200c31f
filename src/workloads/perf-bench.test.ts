import { describe, expect, it } from 'vitest';
import { bootKernel, isFinished, type Kernel, tick } from '../kernel/kernel.ts';
import { presetNames, machineByName } from '../kernel/machine/presets.ts';
import type { Machine } from '../kernel/machine/machine.ts';
import type { Op } from '../kernel/program/program.ts';
import { likeNodes, TWO_NODES, WITH_MEMORY_NODE } from './machines.test-util.ts';
import {
  bytesPerLoop,
  LOOP_COUNTER,
  NOTE_LOOP,
  NOTE_START,
  perfBenchByName,
  perfBenchEntry,
} from './perf-bench.ts';
import { parsePerfBench, PERF_DEFAULTS, withParameters } from './perf-bench-options.ts';
import { PERF_BENCH_SUITE, suiteOptions } from './perf-bench-suite.ts';

const MIB = 2 ** 20;
const SMALL = likeNodes(2, 4, 1024);
const build = (name: string, machine: Machine = TWO_NODES, parameters: Record<string, number> = {}) =>
  perfBenchByName(name)!.build(machine, { variant: 'default', parameters, seed: 1 });

function boot(name: string, machine: Machine = SMALL, policy: 'autonuma' | 'off' = 'off'): Kernel {
  return bootKernel({
    machine,
    programs: build(name, machine),
    policy,
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 1,
  });
}

function finish(k: Kernel, most = 20_000): Kernel {
  while (!isFinished(k) && k.ticks < most) tick(k);
  expect(isFinished(k)).toBe(true);
  return k;
}

const workers = (k: Kernel) =>
  k.processes.slice(1).flatMap((process) => process.threads.slice(1).map((id) => k.tasks[id]));

describe('the options', () => {
  it('of a line as perf takes it', () => {
    expect(parsePerfBench('')).toEqual(PERF_DEFAULTS);
    expect(parsePerfBench('-p 2 -t3 -P 512 -zZ0qcs 20 --thp 1')).toEqual({
      ...PERF_DEFAULTS,
      processes: 2,
      threads: 3,
      processMb: 512,
      secs: 20,
      initZero: true,
      zeroMemset: true,
      initCpu0: true,
      quiet: true,
      showConvergence: true,
      thp: 1,
    });
    expect(
      parsePerfBench('--nr_proc=4 --mb-thread 0.5 --no-data_rand_walk --no-serialize_startup -H -3'),
    ).toMatchObject({
      processes: 4,
      threadMb: 0.5,
      randWalk: false,
      serializeStartup: false,
      thp: -1,
    });
  });

  it.each([
    ['-y', 'there is no option -y'],
    ['--nr_procs 2', 'there is no option --nr_procs (did you mean "nr_proc"?)'],
    ['-p', '-p (--nr_proc) needs a value'],
    ['-p two', 'expected a whole number from 1 to 1024, got "two"'],
    ['--no-nr_proc', 'only what is on or off'],
    ['--quiet=1', '--quiet takes no value'],
    ['-a', 'run its tests one by one'],
    ['mem', 'unexpected word "mem"'],
  ])('%s: %s', (line, message) => {
    expect(() => parsePerfBench(line)).toThrow(message);
  });

  it('given as parameters go before those of the line', () => {
    const base = parsePerfBench('-p 2 -P 0.5 -s 100 -Z');
    expect(withParameters(base, {})).toEqual(base);
    expect(withParameters(base, { nr_secs: 3, data_zero_memset: 0, thp: -1, nr_loops: 0 })).toEqual({
      ...base,
      secs: 3,
      zeroMemset: false,
      thp: -1,
    });
    expect(() => withParameters(base, { nr_proc: 0 })).toThrow(
      'parameters.nr_proc: expected a whole number from 1',
    );
    expect(() => withParameters(base, { nr_procs: 2 })).toThrow(
      'there is no such parameter (did you mean "nr_proc"?)',
    );
  });
});

describe('the suite', () => {
  it('has the tests of benchmarks.md 3.4', () => {
    expect(PERF_BENCH_SUITE).toHaveLength(45);
    expect(new Set(PERF_BENCH_SUITE.map((name) => name.replace('-NOTHP', ''))).size).toBe(38);
    for (const [name, line] of [
      ['RAM-bw-remote-2x', '-p 2 -t 1 -P 1024 -C 0,2 -M 1x2 -s 20 -zZq --thp 1 --no-data_rand_walk'],
      ['2x3-convergence', '-p 2 -t 3 -P 1020 -s 100 -zZ0qcm --thp 1'],
      ['8x1-bw-process-NOTHP', '-p 8 -t 1 -P 512 -s 20 -zZ0q --thp 1 --thp -1'],
      ['numa01-bw-thread', '-p 2 -t 16 -T 192 -s 20 -zZ0q --thp 1'],
      ['16x1-bw-thread', '-p 1 -t 16 -T 128 -s 20 -zZ0q --thp 1'],
    ])
      expect(suiteOptions(name)).toBe(line);
  });

  it('runs on every preset machine', () => {
    for (const name of presetNames())
      for (const test of PERF_BENCH_SUITE)
        expect(build(`perf-bench:${test}`, machineByName(name)).start).toHaveLength(1);
  });

  it('names what is near, and machines that are too small', () => {
    expect(() => perfBenchByName('perf-bench:4x8-converge')).toThrow('did you mean "4x8-convergence"?');
    expect(() => build('perf-bench:RAM-bw-cross', SMALL)).toThrow(
      'Test not applicable, system has only 8 CPUs',
    );
    expect(() => build('perf-bench:8x1-bw-process', SMALL)).toThrow(/needs 4115 MiB on machine "2x4"/);
    expect(() => build('perf-bench:2x1-bw-process', likeNodes(2, 4, 2000))).toThrow(
      /needs \d+ MiB on node 0/,
    );
  });
});

it('names: the family by suite, by options, or as one would type it', () => {
  expect(perfBenchByName('perf-bench')).toBe(perfBenchEntry);
  expect(perfBenchByName('perf bench numa mem -P 8')!.perfBench!(SMALL, {})).toMatchObject({
    label: 'main',
    options: { processMb: 8 },
  });
  expect(perfBenchByName('perf-bench: 4x8-convergence ')!.perfBench!(SMALL, {}).label).toBe(
    '4x8-convergence',
  );
  expect(perfBenchByName('perf-benchmark')).toBeNull();
  expect(perfBenchByName('crossed')).toBeNull();
});

describe('the program', () => {
  it('maps what the options say: shared by all, by a process, by nobody; huge pages for private memory', () => {
    const regions = build('perf-bench -p 2 -t 3 -G 4 -P 8 -T 16 --thp 1').images[0].regions;
    expect(regions.map((r) => [r.name, r.bytes / MIB, r.backing, r.thp])).toEqual([
      ['global', 6, 'shared', undefined],
      ['process', 10, 'anonymous', 'always'],
      ['thread', 18, 'anonymous', 'always'],
      ['thread', 18, 'anonymous', 'always'],
      ['thread', 18, 'anonymous', 'always'],
      ['[stack]', 132 / 1024, 'anonymous', undefined],
    ]);
    expect(build('perf-bench -P 8 --thp -1').images[0].regions[1].thp).toBe('never');
    expect(build('perf-bench -P 8').images[0].regions[1].thp).toBeUndefined();
  });

  it('goes through global, process, thread and locked memory in a loop', () => {
    const { threads } = build('perf-bench -p 1 -t 2 -P 8 -T 2 -L 4 -u 50 -zZ --no-data_rand_walk').images[0];
    const worker = threads.find((code) => code.name === 'thread')!;
    const loop = worker.ops.find((op) => op.op === 'loop') as Op & { op: 'loop' };
    const body = worker.ops.slice(loop.to, worker.ops.indexOf(loop));
    expect(body.filter((op) => op.op === 'access').map((op) => op.bytes / MIB)).toEqual([1, 8, 2, 4]);
    const kinds = body.map((op) => op.op).filter((op) => ['lock', 'unlock', 'sleep', 'access'].includes(op));
    expect(kinds.join(' ')).toBe('access access access lock sleep unlock lock access unlock');
    expect(bytesPerLoop(parsePerfBench('-P 8 -T 2 -L 4'))).toBe(15 * MIB);
  });

  it('walks: bzero from end to end, random pieces of 8 KiB, or words from a place of its own', () => {
    const accesses = (line: string) =>
      build(`perf-bench -p 1 -t 4 -G 0 -P 8 ${line}`)
        .images[0].threads.filter((code) => code.name === 'thread')
        .map((code) => code.ops.flatMap((op) => (op.op === 'access' ? op.accesses : [])));
    expect(accesses('-Z')[0]).toMatchObject([
      { pattern: 'random', touchBytes: 8192, write: true, to: 8 * MIB },
    ]);
    expect(accesses('-Z --no-data_rand_walk')[0]).toMatchObject([
      { pattern: 'sequential', from: 0, to: 8 * MIB },
    ]);
    expect(accesses('--no-data_rand_walk --no-data_writes')[1]).toMatchObject([
      { pattern: 'sequential', from: 2 * MIB, to: 8 * MIB, write: false },
      { pattern: 'sequential', from: 0, to: 2 * MIB, write: false },
    ]);
  });

  it.each([
    ['-G 0', 'some memory should be specified'],
    ['-P 4 -L 8', '-L is a part of the process memory'],
    ['-P 4 -s 0', 'would never end'],
    ['-P 4 --no-data_reads --no-data_writes', 'neither reads nor writes'],
    ['-P 4 -C 0;2', 'expected a list like'],
    ['-P 4 -C 99', 'Test not applicable, system has only 24 CPUs'],
    ['-P 4 -M 2', 'Test not applicable, system has only 2 nodes'],
  ])('refuses %s: %s', (line, message) => {
    expect(() => build(`perf-bench ${line}`)).toThrow(message);
  });

  it('binds tasks in turn: -C and -M with ranges, steps, lengths and repetitions', () => {
    const bound = (line: string) =>
      build(`perf-bench -p 4 -t 1 -P 4 ${line}`)
        .images[0].threads.filter((code) => code.name === 'thread')
        .map(({ ops }) => {
          const affinity = ops.find((op) => op.op === 'sched_setaffinity')!.cpus;
          const policy = ops.find((op) => op.op === 'set_mempolicy');
          return [affinity, policy?.policy?.nodes];
        });
    expect(bound('-C 0-2#2,4_2,6x2 -M 1x2,0')).toEqual([
      [[0], [1]],
      [[2], [1]],
      [[4, 5], [0]],
      [[6], undefined],
    ]);
    // perf stops at a node without CPUs.
    const [code] = build('perf-bench -P 4 -M 1', WITH_MEMORY_NODE).images[0].threads.filter(
      (c) => c.name === 'thread',
    );
    expect(code.ops.some((op) => op.op === 'set_mempolicy')).toBe(false);
  });
});

describe('a run', () => {
  it('puts all memory on the node of CPU 0 with -0, before any thread starts', () => {
    const k = boot('perf-bench -p 2 -t 2 -P 32 -T 16 -s 1 -zZ0');
    while (workers(k).length < 4 || workers(k).some((w) => w.program.notedNs[NOTE_START] < 0)) tick(k);
    for (const process of k.processes.slice(1)) {
      const mm = k.mms[process.mm];
      expect(mm.nodePages[1]).toBeLessThan(64);
      expect(mm.nodePages[0]).toBeGreaterThan((32 + 2 * 16) * 256);
    }
    const starts = workers(k).map((worker) => worker.program.notedNs[NOTE_START]);
    expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(2e6);
  });

  it('ends all threads after -s, each at the end of its loop', () => {
    const k = finish(boot('perf-bench -p 2 -t 2 -P 64 -s 1 -zZ'));
    for (const worker of workers(k)) {
      const { notedNs, loops } = worker.program;
      expect(notedNs[NOTE_LOOP] - notedNs[NOTE_START]).toBeGreaterThan(0.95e9);
      expect(notedNs[NOTE_LOOP] - notedNs[NOTE_START]).toBeLessThan(1.2e9);
      expect(worker.localBytes + worker.remoteBytes).toBe(loops[LOOP_COUNTER] * 65 * MIB);
    }
  });

  it('ends after -l loops', () => {
    const k = finish(
      boot('perf-bench -p 1 -t 2 -G 0 -P 16 -s 0 -l 7 -Z --no-data_rand_walk --no-init_random'),
    );
    for (const worker of workers(k)) expect(worker.localBytes + worker.remoteBytes).toBe(7 * 16 * MIB);
  });

  it('lets one thread of a process at a time into the locked part', () => {
    const k = boot('perf-bench -p 1 -t 4 -P 64 -L 64 -G 0 -s 1 -zZ --no-data_rand_walk');
    let asleep = 0;
    for (let i = 0; i < 600; i++) {
      tick(k);
      asleep = Math.max(asleep, workers(k).filter((w) => w.program.waiting === 'mutex').length);
    }
    expect(asleep).toBe(3);
  });

  it('throws thread 0/0 to the other end of the machine with -x, and sets it free again', () => {
    const k = boot('perf-bench -p 1 -t 1 -P 4 -s 4 -x 1 -zZ');
    const seen = new Set<number>();
    let bound = 0;
    while (!isFinished(k)) {
      tick(k);
      for (const worker of workers(k)) {
        seen.add(worker.cpu);
        if (worker.affinity !== null) bound++;
      }
    }
    expect(bound).toBeLessThan(10);
    expect([...seen]).toContain(7);
    expect([...seen]).toContain(0);
  });

  it('stops early with -m when each process is on one node', () => {
    const gathered = finish(boot('perf-bench -p 2 -t 2 -P 16 -s 30 -zZm -C 0,1,4,5'), 5000);
    expect(gathered.ticks).toBeLessThan(1500);
    const k = boot('perf-bench -p 2 -t 2 -P 16 -s 3 -zZm -C 0,4,1,5');
    expect(finish(k).ticks).toBeGreaterThan(3000);
  });
});

it('the entry of the catalogue starts a process for each node', () => {
  const of = (machine: Machine): number[] => {
    const { options } = perfBenchEntry.perfBench!(machine, {});
    return [options.processes, options.threads, options.processMb, options.secs];
  };
  expect(of(TWO_NODES)).toEqual([2, 12, 512, 100]);
  expect(perfBenchEntry.perfBench!(TWO_NODES, { nr_proc: 4 }).options).toMatchObject({
    processes: 4,
    threads: 6,
  });
  expect(of(likeNodes(4, 8, 8192))).toEqual([4, 8, 512, 100]);
  expect(of(WITH_MEMORY_NODE)).toEqual([2, 2, 512, 100]);
  const names = perfBenchEntry.parameters.map((p) => p.name);
  expect(names).toContain('mb_proc');
  expect(new Set(names).size).toBe(names.length);
  expect(perfBenchEntry.parameters.find((p) => p.name === 'nr_secs')!.default).toBe('100');
});
