import { describe, expect, it } from 'vitest';
import type { Op, ProgramSet } from '../kernel/program/program.ts';
import { LIBRARY_FILES, WORKLOADS } from './catalog.ts';
import { bytesByRegion, totalBytes } from './code.ts';
import { workloadFromFile } from './compile.ts';
import { likeNodes, TWO_NODES, WITH_MEMORY_NODE } from './machines.test-util.ts';
import { parseWorkloadFile } from './schema.ts';
import type { WorkloadFileInput } from './schema.ts';

const MIB = 2 ** 20;
const OPTIONS = { variant: 'default', parameters: {}, seed: 1 } as const;

/** A file of one process whose parts a test replaces. */
function file(
  process: Partial<WorkloadFileInput['processes'][number]>,
  rest: Partial<WorkloadFileInput> = {},
): WorkloadFileInput {
  return {
    name: 'test',
    title: 'Test',
    processes: [
      {
        name: 'p',
        regions: [{ name: 'r', mib: 8 }],
        phases: [{ accesses: [{ region: 'r', write: true }] }],
        ...process,
      },
    ],
    ...rest,
  };
}
const compile = (input: unknown, options: object = {}): ProgramSet =>
  workloadFromFile(input).build(TWO_NODES, { ...OPTIONS, ...options });
const kinds = (set: ProgramSet, thread = 0, image = 0): string[] =>
  set.images[image].threads[thread].ops.map((op) => op.op);
const accesses = (set: ProgramSet, thread: number): Extract<Op, { op: 'access' }>[] =>
  set.images[0].threads[thread].ops.filter((op) => op.op === 'access');

/** Every access inside its region, every index in range: what the interpreter takes for granted. */
function checkProgram(set: ProgramSet): void {
  expect(set.start.length).toBeGreaterThan(0);
  for (const start of set.start) expect(start.image).toBeLessThan(set.images.length);
  for (const image of set.images) {
    for (const { ops, counters } of image.threads) {
      ops.forEach((op, at) => {
        if ('region' in op) expect(op.region).toBeLessThan(image.regions.length);
        if (op.op === 'clone' || op.op === 'fork') expect(op.thread).toBeLessThan(image.threads.length);
        if (op.op === 'exec') expect(op.image).toBeLessThan(set.images.length);
        if (op.op === 'loop') expect(op.to < at && op.counter < counters && op.times > 1).toBe(true);
        if (op.op !== 'access') return;
        expect(Number.isInteger(op.bytes) && op.bytes > 0).toBe(true);
        for (const { region, from, to } of op.accesses) {
          expect(Number.isInteger(from) && Number.isInteger(to)).toBe(true);
          expect(from >= 0 && to > from && to <= image.regions[region].bytes).toBe(true);
        }
      });
    }
  }
}

describe('compiling', () => {
  it('lets a lone thread do everything, and main create several', () => {
    expect(kinds(compile(file({})))).toEqual(['mmap', 'mmap', 'access', 'access', 'wait', 'exit']);
    const set = compile(file({ threads: 3 }));
    expect(kinds(set)).toEqual(['mmap', 'mmap', 'access', 'clone', 'clone', 'clone', 'join', 'wait', 'exit']);
    // Threads that do the same share their code.
    expect(set.images[0].threads).toHaveLength(2);
  });

  it('maps a stack after everything else', () => {
    expect(compile(file({})).images[0].regions.map((region) => region.name)).toEqual(['r', '[stack]']);
  });

  it('cuts slices as numa02 does', () => {
    const phases = (['own', 'next', 'opposite'] as const).map((slice) => ({
      accesses: [{ region: 'r', slice }],
    }));
    const set = compile(file({ threads: 4, phases }));
    const froms = [1, 2, 3, 4].map((thread) =>
      accesses(set, thread).map((op) => op.accesses[0].from / (2 * MIB)),
    );
    expect(froms).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 0],
      [3, 0, 1],
    ]);
    const half = compile(file({ phases: [{ accesses: [{ region: 'r', slice: [0.5, 1] }] }] }));
    expect(accesses(half, 0)[1].accesses[0]).toMatchObject({ from: 4 * MIB, to: 8 * MIB });
  });

  it('gives each thread a mapping of its own', () => {
    const set = compile(
      file({
        threads: 2,
        regions: [{ name: 'r', mib: 8, per_thread: true, first_touch: { by: 'own' } }],
        phases: [{ accesses: [{ region: 'r', slice: 'next' }] }],
      }),
    );
    expect(set.images[0].regions.map((region) => region.name)).toEqual(['r', 'r', '[stack]']);
    expect(accesses(set, 2).map((op) => op.accesses[0].region)).toEqual([1, 0]);
  });

  it('counts passes over the first access, MiB, and seconds at the local rate', () => {
    const two = [
      { region: 'r', weight: 3 },
      { region: 'r', weight: 1, slice: [0, 0.01] as [number, number] },
    ];
    const bytes = (phase: object): number =>
      accesses(compile(file({ phases: [{ accesses: two, ...phase }] })), 0)[1].bytes;
    expect(bytes({ passes: 3 })).toBe(3 * 8 * MIB * (4 / 3));
    expect(bytes({ mib: 5 })).toBe(5 * MIB);
    expect(bytes({ seconds: 2 })).toBe(Math.round(2e9 * TWO_NODES.bandwidth.loneLocal));
    const strided = [{ region: 'r', pattern: 'strided' as const, stride_bytes: 4096, touch_bytes: 64 }];
    expect(accesses(compile(file({ phases: [{ accesses: strided }] })), 0)[1].bytes).toBe((8 * MIB) / 64);
    const full = compile(file({ threads: 24, phases: [{ accesses: [{ region: 'r' }], seconds: 1 }] }));
    expect(accesses(full, 1)[0].bytes * 24).toBeCloseTo(2e9 * TWO_NODES.bandwidth.socketLocal, -3);
  });

  it('touches first under a binding that it lifts again', () => {
    const set = compile(file({ regions: [{ name: 'r', mib: 8, first_touch: { by: 'main', on: 1 } }] }));
    expect(kinds(set)).toEqual([
      'mmap',
      'mmap',
      'access',
      'set_mempolicy',
      'access',
      'set_mempolicy',
      'access',
      'wait',
      'exit',
    ]);
  });

  it('binds by halves, instances and threads, and a variant replaces the binding', () => {
    const bind = { cpus_of_nodes: 'by_thread', memory: { mode: 'bind', nodes: 'upper_half' } } as const;
    const input = file(
      { threads: 2, count: 2, bind },
      {
        variants: { hard_bind: { p: { cpus_of_nodes: 'by_instance' } } },
      },
    );
    const own = compile(input);
    expect(own.images).toHaveLength(1);
    expect(own.images[0].threads.slice(1).map(({ ops }) => ops[0])).toEqual([
      { op: 'sched_setaffinity', cpus: TWO_NODES.nodes[0].cpus },
      { op: 'sched_setaffinity', cpus: TWO_NODES.nodes[1].cpus },
    ]);
    expect(own.images[0].threads[0].ops[0]).toEqual({
      op: 'set_mempolicy',
      policy: { mode: 'bind', nodes: [1] },
    });
    const hard = compile(input, { variant: 'hard_bind' });
    expect(hard.start.map((start) => start.image)).toEqual([0, 1]);
    expect(hard.images[1].threads[0].ops[0]).toEqual({
      op: 'sched_setaffinity',
      cpus: TWO_NODES.nodes[1].cpus,
    });
  });

  it('repeats phases, with barriers between threads', () => {
    const set = compile(
      file({
        threads: 2,
        repeat: 5,
        phases: [
          { compute_ms: 1, barrier: true },
          { sleep_ms: 2, threads: [1, 1] },
        ],
      }),
    );
    expect(set.images[0].threads[1].ops).toEqual([
      { op: 'compute', ns: 1e6 },
      { op: 'barrier', id: 0, parties: 2 },
      { op: 'loop', counter: 0, to: 0, times: 5 },
      { op: 'exit' },
    ]);
    expect(kinds(set, 2)).toEqual(['compute', 'barrier', 'sleep', 'loop', 'exit']);
  });

  it('renews a mapping', () => {
    expect(kinds(compile(file({ phases: [{ renew: 'r' }] }))).slice(3, 5)).toEqual(['munmap', 'mmap']);
  });

  it('spawns like make -j', () => {
    const cc = {
      name: 'cc',
      start: 'spawned',
      regions: [{ name: 'heap', mib: 1 }],
      phases: [{ accesses: [{ region: 'heap' }] }],
    };
    const input = { ...file({ phases: [{ spawn: { process: 'cc', jobs: 3, runs: 4 } }] }) };
    const set = compile({ ...input, processes: [...input.processes, cc] });
    expect(set.start).toHaveLength(1);
    expect(kinds(set).slice(3)).toEqual(['fork', 'fork', 'fork', 'wait', 'wait', 'exit']);
    expect(bytesByRegion(set).get('heap')).toBe(12 * MIB);
  });

  it('takes quantities from parameters and the machine', () => {
    const input = file(
      {
        threads: { parameter: 'n', times: 2 },
        regions: [{ name: 'r', mib: { machine: 'cpus', at_most: 10 } }],
      },
      {
        parameters: { n: { meaning: 'n', default: { machine: 'nodes' } } },
      },
    );
    const set = compile(input);
    expect(kinds(set).filter((kind) => kind === 'clone')).toHaveLength(4);
    expect(set.images[0].regions[0].bytes).toBe(10 * MIB);
    expect(kinds(compile(input, { parameters: { n: 3 } })).filter((kind) => kind === 'clone')).toHaveLength(
      6,
    );
  });
});

describe('messages', () => {
  const bad: [string, unknown, string][] = [
    [
      'unknown field',
      { ...file({}), proceses: [] },
      'proceses: there is no such field (did you mean "processes"?)',
    ],
    ['missing field', { title: 'x', processes: [] }, 'name: this field is missing'],
    [
      'wrong kind',
      file({ threads: 'many' as never }),
      'processes[0].threads: expected a number, {"parameter": name} or {"machine": figure}, got "many"',
    ],
    ['no list', { ...file({}), processes: 3 }, 'processes: expected a list of processes, got 3'],
    [
      'nested unknown',
      file({ regions: [{ name: 'r', mb: 8 } as never] }),
      'processes[0].regions[0].mb: there is no such field (did you mean "mib"?)',
    ],
    [
      'choice',
      file({ phases: [{ accesses: [{ region: 'r', pattern: 'sequental' as never }] }] }),
      'processes[0].phases[0].accesses[0].pattern: expected "sequential" or "random" or "strided", got "sequental" (did you mean "sequential"?)',
    ],
    [
      'no size',
      file({ regions: [{ name: 'r' }] }),
      'processes[0].regions[0]: expected either "mib" or "bytes"',
    ],
    [
      'region',
      file({ phases: [{ accesses: [{ region: 'rr' }] }] }),
      'processes[0].phases[0].accesses[0].region: process "p" has no region "rr" (did you mean "r"?)',
    ],
    [
      'two kinds',
      file({ phases: [{ compute_ms: 1, sleep_ms: 1 }] }),
      'processes[0].phases[0]: expected exactly one of',
    ],
    [
      'two amounts',
      file({ phases: [{ accesses: [{ region: 'r' }], mib: 1, passes: 1 }] }),
      'processes[0].phases[0].mib: only "accesses" take one of',
    ],
    [
      'parameter',
      file({ threads: { parameter: 'n' } }),
      'processes[0].threads.parameter: there is no parameter "n"',
    ],
    [
      'too large',
      file({ regions: [{ name: 'r', mib: 20_000 }] }),
      'processes[0].regions[0].mib: needs 20000 MiB on machine "two nodes", which has',
    ],
    [
      'too large for its node',
      file({ regions: [{ name: 'r', mib: 8100, first_touch: { by: 'main', on: 0 } }] }),
      'processes[0].regions[0].mib: needs 8100 MiB on node 0',
    ],
    [
      'no such node',
      file({ bind: { cpus_of_nodes: [7] } }),
      'processes[0].bind.cpus_of_nodes[0]: machine "two nodes" has no node 7 (it has 0, 1)',
    ],
    [
      'spawn',
      file({ phases: [{ spawn: { process: 'q' } }] }),
      'processes[0].phases[0].spawn.process: there is no process "q"',
    ],
    [
      'threads',
      file({ phases: [{ compute_ms: 1, threads: [0, 1] }] }),
      'processes[0].phases[0].threads[1]: expected 0 to 0, got 1',
    ],
    ['not an object', 3, 'expected an object, got 3'],
    ['a list', [], 'a workload file is an object, not a list'],
    [
      'misspelt',
      { ...file({}), title: undefined, titel: 'x' },
      'titel: there is no such field (did you mean "title"?)',
    ],
  ];
  it.each(bad)('%s', (_, input, message) => {
    expect(() => compile(input)).toThrow(message);
  });

  it('names a process that spawns itself', () => {
    const self = { name: 'q', start: 'spawned', phases: [{ spawn: { process: 'q' } }] };
    const input = file({});
    expect(() => compile({ ...input, processes: [...input.processes, self] })).toThrow(
      'processes[1]: spawns itself',
    );
  });

  it('refuses a variant a file does not have', () => {
    expect(() => compile(file({}), { variant: 'hard_bind' })).toThrow(
      'variant: test has no variant "hard_bind" (it has "default")',
    );
  });
});

describe('the library', () => {
  const machines = [
    TWO_NODES,
    likeNodes(1, 4, 4096),
    likeNodes(4, 12, 16384),
    likeNodes(8, 16, 131072),
    WITH_MEMORY_NODE,
  ];

  it.each(WORKLOADS.map((workload) => [workload.name, workload] as const))(
    '%s makes sense on every machine, or says why not',
    (_, workload) => {
      expect(workload.question).toMatch(/\?$/);
      for (const machine of machines) {
        for (const variant of workload.variants) {
          let set: ProgramSet;
          try {
            set = workload.build(machine, { ...OPTIONS, variant });
          } catch (error) {
            // A program about a third node needs one.
            if (workload.name !== 'far-memory') expect(machine).not.toBe(TWO_NODES);
            expect((error as Error).message).toMatch(
              /^(parameters|processes|variants?)\S*: (needs|bind|cannot bind|none of|machine .* has (no node|one node))/,
            );
            continue;
          }
          checkProgram(set);
          expect(totalBytes(set)).toBeGreaterThan(0);
        }
      }
    },
  );

  it('everyday programs run on every machine with two nodes that have CPUs', () => {
    for (const file of LIBRARY_FILES) {
      if (file.name === 'far-memory') continue;
      for (const machine of [TWO_NODES, machines[2], machines[3]])
        checkProgram(workloadFromFile(file).build(machine, OPTIONS));
    }
  });

  it('library files are plain JSON', () => {
    for (const input of LIBRARY_FILES) {
      expect(parseWorkloadFile(JSON.parse(JSON.stringify(input)))).toEqual(parseWorkloadFile(input));
    }
  });

  it('crossed: two processes of 12 threads, everything born on node 0', () => {
    const set = workloadFromFile(LIBRARY_FILES[0]).build(TWO_NODES, OPTIONS);
    expect(set.images.map((image) => image.name)).toEqual(['left', 'right']);
    for (const image of set.images) {
      expect(image.threads[0].ops.filter((op) => op.op === 'clone')).toHaveLength(12);
      const binds = image.threads[0].ops.flatMap((op) =>
        op.op === 'set_mempolicy' ? [op.policy?.nodes] : [],
      );
      expect(binds).toEqual([[0], undefined, [0], undefined]);
    }
  });
});
