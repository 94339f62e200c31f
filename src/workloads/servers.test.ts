import { describe, expect, it } from 'vitest';
import { bootKernel, isFinished, tick } from '../kernel/kernel.ts';
import type { Machine } from '../kernel/machine/machine.ts';
import { machineByName, presetNames } from '../kernel/machine/presets.ts';
import type { Access } from '../kernel/program/program.ts';
import { WORKLOADS } from './catalog.ts';
import { workloadFromFile } from './compile.ts';
import { likeNodes, TWO_NODES, WITH_MEMORY_NODE } from './machines.test-util.ts';
import { specjbb } from './specjbb.ts';
import { virtualMachines } from './virtual-machines.ts';
import type { Variant, Workload } from './workload.ts';

const build = (
  workload: Workload,
  machine: Machine = TWO_NODES,
  parameters = {},
  variant: Variant = 'default',
) => workload.build(machine, { variant, parameters, seed: 1 });

/** Threads of each process: main creates all the others. */
const threadsOf = (workload: Workload, machine: Machine, parameters = {}): number[] => {
  const { images, start } = build(workload, machine, parameters);
  return start.map(({ image }) => images[image].threads[0].ops.filter((op) => op.op === 'clone').length);
};

describe.each([specjbb, virtualMachines])('$name', (workload) => {
  it('is built on every preset machine, and without a second node', () => {
    for (const name of presetNames()) {
      const machine = machineByName(name);
      for (const variant of workload.variants)
        expect(build(workload, machine, {}, variant).start.length).toBeGreaterThanOrEqual(2);
    }
    for (const machine of [likeNodes(1, 2, 512), WITH_MEMORY_NODE])
      expect(threadsOf(workload, machine)).toHaveLength(2);
  });

  it('refuses what does not fit, by the name of the parameter', () => {
    expect(() => build(workload, TWO_NODES, { mib: 12_000 })).toThrow(/^parameters\.mib: needs 24000 MiB/);
    const three = { [workload === specjbb ? 'jvms' : 'vms']: 3, mib: 4500 };
    expect(build(workload, TWO_NODES, three).start).toHaveLength(3);
    expect(() => build(workload, TWO_NODES, three, 'hard_bind')).toThrow(/^parameters\.mib: .* node 0/);
    expect(() => build(workload, TWO_NODES, { mibs: 1 })).toThrow('did you mean "mib"?');
  });
});

describe('specjbb', () => {
  it('has several GB a JVM, a thread for each warehouse, and as many threads as CPUs or more', () => {
    expect(threadsOf(specjbb, TWO_NODES)).toEqual([12, 12]);
    expect(threadsOf(specjbb, TWO_NODES, { overcommit: 200 })).toEqual([24, 24]);
    expect(threadsOf(specjbb, TWO_NODES, { overcommit: 200, jvms: 8 })).toEqual(new Array(8).fill(6));
    expect(threadsOf(specjbb, TWO_NODES, { warehouses: 3 })).toEqual([3, 3]);
    const heap = build(specjbb)
      .images[0].regions.slice(0, 3)
      .map((region) => region.bytes / 2 ** 20);
    expect(heap.reduce((sum, mib) => sum + mib)).toBeCloseTo(4096, 3);
  });

  it('gives the common heap its share of the accesses', () => {
    const shares = (common: number): number => {
      const { images } = build(specjbb, TWO_NODES, { common });
      const ops = images[0].threads[1].ops.flatMap((op) =>
        op.op === 'access' && op.accesses.length > 2 ? [op.accesses] : [],
      );
      const weight = (accesses: Access[]): number => accesses.reduce((sum, access) => sum + access.weight, 0);
      return (
        weight(ops[0].filter((access) => images[0].regions[access.region].name === 'common')) / weight(ops[0])
      );
    };
    expect(shares(10)).toBeCloseTo(0.1, 9);
    expect(shares(50)).toBeCloseTo(0.5, 9);
    expect(shares(0)).toBe(0);
  });
});

describe('vm', () => {
  it('is dearer to fault in, and has huge pages as QEMU asks for them', () => {
    const [image] = build(virtualMachines).images;
    expect(image.faultCostFactor).toBe(4);
    expect(image.regions.map((region) => region.thp)).toEqual(['always', 'always', undefined]);
    const plain = build(virtualMachines, TWO_NODES, { exit_factor: 1, huge: 0 }).images[0];
    expect(plain.faultCostFactor).toBeUndefined();
    expect(plain.regions.some((region) => region.thp !== undefined)).toBe(false);
  });

  it('moves the slices about as often as asked', () => {
    const starts = (shift: number): number[] =>
      build(virtualMachines, TWO_NODES, { shift, seconds: 60 }).images[0].threads[1].ops.flatMap((op) =>
        op.op === 'access' && op.accesses.length > 1 ? [op.accesses[0].from] : [],
      );
    expect(starts(5)).toHaveLength(12);
    expect(starts(20)).toHaveLength(3);
    expect(new Set(starts(20)).size).toBe(3);
  });
});

describe('fields of the workload file', () => {
  const file = (region: object, process: object = {}) =>
    workloadFromFile({
      name: 'x',
      title: 'x',
      processes: [
        {
          name: 'p',
          regions: [{ name: 'r', mib: 8, ...region }],
          phases: [{ accesses: [{ region: 'r' }] }],
          ...process,
        },
      ],
    });
  it('thp and fault_cost_factor', () => {
    expect(build(file({ thp: 'never' })).images[0].regions[0].thp).toBe('never');
    expect(build(file({}, { fault_cost_factor: 2.5 })).images[0].faultCostFactor).toBe(2.5);
    expect(build(file({})).images[0]).not.toHaveProperty('faultCostFactor');
    expect(() => file({ thp: 'sometimes' })).toThrow(
      'processes[0].regions[0].thp: expected "always" or "never"',
    );
    expect(() => build(file({ thp: 'always', backing: 'shared' }))).toThrow(
      'only anonymous memory has huge pages',
    );
    expect(() => build(file({}, { fault_cost_factor: 5000 }))).toThrow(
      'processes[0].fault_cost_factor: expected 0 to 1000',
    );
  });
});

describe('huge pages in every program', () => {
  const SMALL = likeNodes(2, 2, 2048);
  const SHORT: Record<string, Record<string, number>> = {
    crossed: { mib: 256, seconds: 2 },
    numa01: { mib: 256, passes: 1 },
    numa01_THREAD_ALLOC: { mib: 256, passes: 2 },
    numa02: { mib: 256, passes: 8 },
    numa02_SMT: { mib: 256, passes: 4 },
    'larger-than-node': { mib: 512, seconds: 1 },
    'phase-change': { mib: 256, seconds: 1 },
    'fork-build': { files: 1, jobs: 2 },
    'hot-page': { mib: 256, seconds: 1 },
    stream: { mib: 256, passes: 1 },
    'local-already': { mib: 256, seconds: 1 },
    specjbb: { mib: 256, seconds: 1 },
    vm: { mib: 256, seconds: 2 },
    'perf-bench': { mb_proc: 256, nr_secs: 2 },
  };

  // far-memory is about a third node, which SMALL has not.
  const here = WORKLOADS.filter(({ name }) => name !== 'far-memory');
  it.each(here.map((workload) => [workload.name, workload] as const))('%s', (name, workload) => {
    for (const thp of ['off', 'on'] as const) {
      const k = bootKernel({
        machine: SMALL,
        programs: build(workload, SMALL, SHORT[name]),
        policy: 'autonuma',
        autonumaVersion: 'alpha6',
        noautonuma: false,
        thp,
        seed: 1,
      });
      while (!isFinished(k) && k.ticks < 3000) tick(k);
      expect(k.counters.oom_kills).toBe(0);
      const asks = name === 'vm' || name === 'perf-bench';
      // packed-slices has eight huge pages in all.
      if (thp === 'off' && !asks) expect(k.counters.thp_fault_alloc).toBe(0);
      else expect(k.counters.thp_fault_alloc).toBeGreaterThan(name === 'packed-slices' ? 4 : 20);
    }
  });

  it('come apart when they migrate', () => {
    const k = bootKernel({
      machine: SMALL,
      programs: build(
        WORKLOADS.find((w) => w.name === 'crossed')!,
        SMALL,
        { mib: 256, seconds: 15 },
      ),
      policy: 'autonuma',
      autonumaVersion: 'alpha6',
      noautonuma: false,
      thp: 'on',
      seed: 1,
    });
    while (k.counters.thp_split === 0 && k.ticks < 15_000) tick(k);
    for (let i = 0; i < 1000; i++) tick(k);
    expect(k.counters.thp_split).toBeGreaterThan(0);
    expect(k.counters.pgmigrate_success).toBeGreaterThan(512);
  });
});
