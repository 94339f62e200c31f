import { describe, expect, it } from 'vitest';
import type { Op, ProgramSet } from '../kernel/program/program.ts';
import { bytesByRegion } from './code.ts';
import { WorkloadError } from './error.ts';
import { likeNodes, TWO_NODES, WITH_MEMORY_NODE } from './machines.test-util.ts';
import { numa01, numa01ThreadAlloc } from './numa01.ts';
import { numa02, numa02Smt } from './numa02.ts';
import type { Variant, Workload } from './workload.ts';

const GIB = 2 ** 30;
const build = (workload: Workload, variant: Variant = 'default', machine = TWO_NODES, seed = 1): ProgramSet =>
  workload.build(machine, { variant, parameters: {}, seed });
const writtenGib = (set: ProgramSet): number => bytesByRegion(set).get('memory')! / GIB;
const ops = <K extends Op['op']>(set: ProgramSet, thread: number, kind: K): Extract<Op, { op: K }>[] =>
  set.images[0].threads[thread].ops.filter((op): op is Extract<Op, { op: K }> => op.op === kind);

describe('bytes written (benchmarks.md 1.3)', () => {
  const table: [number, number, number][] = [
    [12, 1836, 6036],
    [24, 3672, 6072],
    [48, 7344, 6144],
    [64, 9792, 6192],
    [128, 19584, 6384],
  ];
  it.each(table)('with %i CPUs', (cpus, shared, threadAlloc) => {
    const machine = likeNodes(2, cpus / 2, 16384);
    expect(writtenGib(build(numa01, 'default', machine))).toBe(shared);
    expect(writtenGib(build(numa01ThreadAlloc, 'default', machine))).toBe(threadAlloc);
    // 1 GiB / T is rounded down: up to a byte a thread and pass is not written.
    expect(writtenGib(build(numa02, 'default', machine))).toBeCloseTo(801, 4);
    expect(writtenGib(build(numa02Smt, 'default', machine))).toBeCloseTo(801, 4);
  });
});

describe('numa01', () => {
  it('forks once before malloc, 12 threads on 24 CPUs in each process', () => {
    const set = build(numa01);
    expect(set.start).toEqual([{ image: 0, atNs: 0 }]);
    expect(set.images[0].regions[0]).toMatchObject({
      bytes: 3 * GIB,
      misalignment: 16,
      backing: 'anonymous',
    });
    const kinds = set.images[0].threads[0].ops.map((op) => op.op);
    expect(kinds.indexOf('fork')).toBeLessThan(kinds.indexOf('mmap'));
    expect(ops(set, 0, 'clone')).toHaveLength(12);
    expect(ops(set, 1, 'clone')).toHaveLength(12);
    expect(kinds.slice(-3)).toEqual(['join', 'wait', 'exit']);
    expect(ops(set, 1, 'fork')).toHaveLength(0);
  });

  it('touches everything first from every thread, bound to one node, the same for both processes', () => {
    const nodes = new Set<number>();
    for (let seed = 0; seed < 32; seed++) {
      const [bind, back] = ops(build(numa01, 'default', TWO_NODES, seed), 2, 'set_mempolicy');
      expect(bind.policy?.mode).toBe('bind');
      expect(back.policy).toBeNull();
      nodes.add(bind.policy!.nodes[0]);
    }
    expect([...nodes].sort()).toEqual([0, 1]);
    expect(build(numa01, 'force_same_node')).toEqual(build(numa01));
    const plain = numa01.build(TWO_NODES, { variant: 'default', parameters: { plain: 1 }, seed: 1 });
    expect(ops(plain, 2, 'set_mempolicy')).toHaveLength(0);
  });

  it('THREAD_ALLOC cuts 256 MiB slices for the loop, not for the first touch', () => {
    const set = build(numa01ThreadAlloc);
    const [touch, work] = ops(set, 2 + 5, 'access');
    expect(touch.accesses[0]).toMatchObject({ from: 0, to: 3 * GIB, write: true });
    expect(work.accesses[0]).toMatchObject({ from: 5 * 2 ** 28, to: 6 * 2 ** 28 });
    // A thousand sweeps are one access that goes round.
    expect(work.bytes).toBe(1000 * 2 ** 28);
    expect(ops(set, 2 + 5, 'loop')).toEqual([]);
  });

  it('hard bound: the child below, the parent above; inverse swaps the memory', () => {
    const hard = build(numa01, 'hard_bind');
    const inverse = build(numa01, 'inverse_bind');
    const lower = TWO_NODES.nodes[0].cpus;
    const upper = TWO_NODES.nodes[1].cpus;
    expect([0, 1].map((main) => ops(hard, main, 'sched_setaffinity')[0].cpus)).toEqual([upper, lower]);
    expect([0, 1].map((main) => ops(inverse, main, 'sched_setaffinity')[0].cpus)).toEqual([upper, lower]);
    expect([0, 1].map((main) => ops(hard, main, 'set_mempolicy')[0].policy?.nodes)).toEqual([[1], [0]]);
    expect([0, 1].map((main) => ops(inverse, main, 'set_mempolicy')[0].policy?.nodes)).toEqual([[0], [1]]);
    expect(ops(hard, 2, 'set_mempolicy')).toHaveLength(0);
  });

  it('counts CPUs as numactl does, holes included', () => {
    const machine = structuredClone(likeNodes(2, 4, 16384));
    machine.cpus[7].osId = 19;
    expect(ops(build(numa01, 'default', machine), 0, 'clone')).toHaveLength(10);
  });

  it('refuses what cannot work', () => {
    expect(() => build(numa01, 'default', likeNodes(2, 4, 4096))).toThrow(
      /parameters\.mib: needs 6144 MiB on node [01], which has \d+ MiB/,
    );
    expect(() => build(numa01, 'hard_bind', likeNodes(1, 8, 16384))).toThrow(/variant: .*two nodes/);
    expect(() => numa01.build(TWO_NODES, { variant: 'default', parameters: { treads: 3 }, seed: 1 })).toThrow(
      'parameters.treads: there is no such parameter (did you mean "threads"?)',
    );
    expect(() =>
      numa01.build(TWO_NODES, { variant: 'default', parameters: { threads: 0 }, seed: 1 }),
    ).toThrow('parameters.threads: expected a whole number from 1 to 4096, got 0');
    expect(() =>
      numa01.build(TWO_NODES, { variant: 'force_same_node', parameters: { plain: 1 }, seed: 1 }),
    ).toThrow(WorkloadError);
  });
});

describe('numa02', () => {
  const touches = (set: ProgramSet): number[][] =>
    ops(set, 0, 'access')
      .filter((op) => op.accesses[0].region === 0)
      .map((op) => [op.accesses[0].from, op.accesses[0].to]);

  it('has main touch NNODES pieces, and each thread a slice of 44,739,242 bytes', () => {
    const set = build(numa02);
    expect(touches(set)).toEqual([
      [0, GIB / 2],
      [GIB / 2, GIB],
    ]);
    expect(ops(set, 0, 'clone')).toHaveLength(24);
    expect(ops(set, 24, 'access')[0].accesses[0]).toMatchObject({
      from: 23 * 44_739_242,
      to: 24 * 44_739_242,
    });
    expect(ops(set, 24, 'access')[0].bytes).toBe(800 * 44_739_242);
    expect(ops(build(numa02Smt), 0, 'clone')).toHaveLength(12);
  });

  it('binds main to node k for piece k, then thread i to node i/(T/N); inverse turns the threads round', () => {
    const nodeOf = (cpus: number[] | null): number => TWO_NODES.cpus[cpus![0]].node;
    const bound = (variant: Variant): number[] =>
      ops(build(numa02, variant), 0, 'sched_setaffinity').map((op) => nodeOf(op.cpus));
    const twelve = (node: number): number[] => new Array<number>(12).fill(node);
    expect(bound('hard_bind')).toEqual([0, 1, ...twelve(0), ...twelve(1)]);
    expect(bound('inverse_bind')).toEqual([0, 1, ...twelve(1), ...twelve(0)]);
  });

  it('keeps threads beyond T/N*N on the last node', () => {
    const machine = likeNodes(4, 2, 8192);
    const set = numa02.build(machine, { variant: 'hard_bind', parameters: { threads: 10 }, seed: 1 });
    const last = ops(set, 0, 'sched_setaffinity').at(-1)!;
    expect(last.cpus).toEqual(machine.nodes[3].cpus);
  });

  it('force_same_node touches everything on one node, then lifts the binding', () => {
    const set = build(numa02, 'force_same_node');
    const policies = ops(set, 0, 'set_mempolicy').map((op) => op.policy);
    expect(policies).toEqual([{ mode: 'bind', nodes: [expect.any(Number)] }, null]);
    expect(ops(set, 0, 'sched_setaffinity').map((op) => op.cpus?.length)).toEqual([12, undefined]);
  });

  it('refuses to bind threads to a node without CPUs', () => {
    expect(() => build(numa02, 'hard_bind', WITH_MEMORY_NODE)).toThrow(
      'variant: binds to every node in turn, but node 1 has no CPUs',
    );
    expect(ops(build(numa02, 'default', WITH_MEMORY_NODE), 0, 'clone')).toHaveLength(4);
  });
});
