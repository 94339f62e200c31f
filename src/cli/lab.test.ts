import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GALLERY } from '../scenarios/gallery.ts';
import { traceProblems } from '../formats/chrome-trace-check.ts';
import { DEFAULT_EXPERIMENT } from '../protocol/experiment.ts';
import { toExperimentFile } from '../protocol/experiment-file.ts';
import { workloadEntries } from '../scenarios/registry.ts';
import type { LabIo } from './io.ts';
import { runLab } from './lab.ts';
import type { RunResult } from './run.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const SMALL = ['--workload', 'numa02', '--param', 'threads=6', '--param', 'mib=64', '--param', 'passes=40'];

/** Run the command line with these files at hand. */
function lab(
  argv: string[],
  files: Record<string, string> = {},
): { status: number; out: string; err: string; written: Record<string, Uint8Array> } {
  const written: Record<string, Uint8Array> = {};
  let out = '';
  let err = '';
  const io: LabIo = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    errIsTerminal: false,
    readFile: (path) => {
      if (Object.hasOwn(files, path)) return files[path];
      throw new Error('no such file');
    },
    lines: () => expect.unreachable(),
    writeFile: (path, bytes) => {
      if (path.startsWith('/nowhere/')) throw new Error('no such folder');
      written[path] = bytes;
    },
    now: () => 0,
  };
  return { status: runLab(argv, io) as number, out, err, written };
}
const run = (...args: string[]): RunResult => JSON.parse(lab(['run', ...SMALL, ...args, '--json']).out);

describe('lab run --json', () => {
  it('prints one object with exactly the promised fields', () => {
    const { status, out, err } = lab(['run', ...SMALL, '--json']);
    expect(status).toBe(0);
    expect(err).toBe('');
    const result = JSON.parse(out) as RunResult;
    expect(Object.keys(result)).toEqual([
      'schema',
      'machine',
      'workload',
      'variant',
      'policy',
      'version',
      'seed',
      'finished',
      'elapsed_s',
      'processes',
      'local_access_share',
      'pages_migrated',
      'hinting_faults',
      'task_moves',
      'cpu_s',
      'ticks',
      'state_hash',
      'wall_s',
    ]);
    expect(Object.keys(result.cpu_s)).toEqual([
      'user',
      'system',
      'knuma_scand',
      'knuma_migrated',
      'khugepaged',
    ]);
    expect(result).toMatchObject({
      schema: 'autonuma-lab/run/1',
      machine: 'westmere-2n',
      workload: 'numa02',
      variant: 'default',
      policy: 'autonuma',
      version: 'alpha6',
      seed: 1,
      finished: true,
    });
    expect(result.state_hash).toMatch(/^[0-9a-f]{8,}$/);
    expect(result.processes).toHaveLength(1);
    const [process] = result.processes;
    expect(Object.keys(process)).toEqual(['pid', 'name', 'elapsed_s', 'pages_per_node']);
    // 64 MiB, one page more because malloc does not align, and some of the stack.
    expect(process.pages_per_node[0] + process.pages_per_node[1]).toBeGreaterThan(64 * 256);
    expect(process.elapsed_s).toBe(result.elapsed_s);
    expect(result.elapsed_s).toBeGreaterThan(0.1);
  });

  it('is the same each time, and not for another seed', () => {
    const first = run();
    expect(run()).toEqual(first);
    expect(run('--seed', '2').state_hash).not.toBe(first.state_hash);
  });

  it('adds a row a simulated second with --series', () => {
    const result = run('--series', '--param', 'passes=900');
    expect(result.series!.length).toBe(Math.ceil(result.ticks / 1000));
    expect(result.series![0].t_s).toBe(1);
    for (const row of result.series!) {
      expect(Object.keys(row)).toEqual(['t_s', 'pages_per_node', 'local_access_share']);
      expect(row.pages_per_node).toHaveLength(1);
      expect(row.pages_per_node[0]).toHaveLength(2);
    }
    const lasted = run('--param', 'passes=900');
    expect(lasted.state_hash).toBe(result.state_hash);
    expect(lasted.series).toBeUndefined();
  });

  it('stops at the limit', () => {
    const result = run('--limit-s', '0.05');
    expect(result).toMatchObject({ finished: false, ticks: 50 });
    expect(result.elapsed_s).toBeLessThanOrEqual(0.05);
  });

  it('takes variants, policies, knobs and noautonuma', () => {
    expect(run('--variant', 'hard_bind').local_access_share).toBeGreaterThan(0.99);
    expect(run('--variant', 'inverse_bind').local_access_share).toBeLessThan(0.4);
    const off = run('--policy', 'off');
    expect(off).toMatchObject({ policy: 'off', hinting_faults: 0, pages_migrated: 0, task_moves: 0 });
    expect(off.cpu_s.knuma_scand).toBe(0);
    expect(run('--boot', 'noautonuma').hinting_faults).toBe(0);
    expect(run('--set', 'knuma_scand/pmd=0').state_hash).not.toBe(run().state_hash);
    expect(run('--set', 'autonuma/knuma_scand/pmd=0').state_hash).toBe(
      run('--set', '/sys/kernel/mm/autonuma/knuma_scand/pmd=0').state_hash,
    );
    expect(run('--thp', 'on').state_hash).not.toBe(run().state_hash);
  });
});

describe('files', () => {
  const WORKLOAD = JSON.stringify({
    name: 'mine',
    title: 'Mine',
    processes: [
      {
        name: 'p',
        count: 2,
        regions: [{ name: 'r', mib: 4 }],
        phases: [{ accesses: [{ region: 'r', write: true }] }],
      },
    ],
  });
  const MACHINE = JSON.stringify({
    name: 'four',
    nodes: [
      { cpus: [0, 1], memory_mb: 512 },
      { cpus: [2, 3], memory_mb: 512 },
    ],
    distances: [
      [10, 20],
      [20, 10],
    ],
  });
  const NUMACTL = [
    'available: 2 nodes (0-1)',
    'node 0 cpus: 0 1',
    'node 0 size: 2048 MB',
    'node 0 free: 1000 MB',
    'node 1 cpus: 2 3',
    'node 1 size: 2048 MB',
    'node 1 free: 1000 MB',
    'node distances:',
    'node   0   1 ',
    '  0:  10  20 ',
    '  1:  20  10 ',
    '',
  ].join('\n');

  it('runs a workload file on a machine file, and on numactl output', () => {
    const onFile = lab(['run', '--machine', 'm.json', '--workload', 'w.json', '--json'], {
      'm.json': MACHINE,
      'w.json': WORKLOAD,
    });
    expect(JSON.parse(onFile.out)).toMatchObject({ machine: 'four', workload: 'mine', finished: true });
    expect(JSON.parse(onFile.out).processes.map((p: { name: string }) => p.name)).toEqual(['p', 'p']);
    const pasted = lab(['run', '--machine', 'h.txt', '--workload', 'w.json', '--json'], {
      'h.txt': NUMACTL,
      'w.json': WORKLOAD,
    });
    expect(pasted.err).toMatch(/^(lab: h\.txt: .*\n)*$/);
    expect(JSON.parse(pasted.out).processes[0].pages_per_node).toHaveLength(2);
  });

  it('names what is wrong in them', () => {
    const files = {
      'bad.json': '{',
      'w.json': '{"name": "x", "title": "x", "processes": 3}',
      'm.json': '{"name": "x"}',
      'x.txt': 'hello',
    };
    expect(lab(['run', '--workload', 'bad.json'], files).err).toMatch(/--workload bad\.json: not JSON/);
    expect(lab(['run', '--workload', 'w.json'], files).err).toMatch(
      /--workload: processes: expected a list of processes, got 3/,
    );
    expect(lab(['run', '--machine', 'm.json'], files).err).toMatch(/--machine.*nodes/);
    expect(lab(['run', '--machine', 'x.txt'], files).err).toMatch(/--machine x\.txt: neither a machine file/);
    expect(lab(['run', '--machine', 'gone.json'], files).err).toMatch(/--machine: cannot read gone\.json/);
  });
});

describe('wrong arguments: a message that names them, exit status 2', () => {
  const wrong: [string[], string][] = [
    [[], 'a command is missing'],
    [['rum'], 'there is no command "rum" (did you mean "run"?)'],
    [['run', '--sed', '3'], 'run: unknown option --sed (did you mean --set?)'],
    [['run', 'numa01'], 'run: unexpected argument "numa01"'],
    [['run', '--seed'], 'run: --seed needs a value'],
    [['run', '--json=1'], 'run: --json takes no value'],
    [['run', '--seed', 'x'], '--seed: expected a whole number from 0 to 4294967295, got "x"'],
    [['run', '--limit-s', '0'], '--limit-s: expected a number from'],
    [
      ['run', '--machine', 'westmere'],
      '--machine: "westmere" is neither a file nor a known name (did you mean "westmere-2n"?)',
    ],
    [
      ['run', '--workload', 'numa03'],
      '--workload: "numa03" is neither a file nor a known name (did you mean "numa0',
    ],
    [['run', '--variant', 'hard'], '--variant: expected "default" or "hard_bind"'],
    [
      ['run', '--workload', 'hot-page', '--variant', 'hard_bind'],
      '--variant: hot-page has no variant "hard_bind" (it has "default")',
    ],
    [['run', '--policy', 'on'], '--policy: expected "autonuma" or "off", got "on"'],
    [['run', '--version', 'alpha66'], '--version: expected '],
    [['run', '--thp', 'yes'], '--thp: expected "off" or "on", got "yes"'],
    [['run', '--boot', 'quiet'], '--boot: expected "noautonuma", got "quiet"'],
    [['run', '--param', 'threads'], '--param: expected name=value, got "threads"'],
    [['run', '--param', 'threads=many'], '--param threads: expected a whole number'],
    [['run', '--param', 'treads=3'], '--param treads: there is no such parameter (did you mean "threads"?)'],
    [['run', '--set', 'knuma_scand/pmd=7'], '--set knuma_scand/pmd=7: '],
    [['run', '--set', 'knuma_scand/pdm=1'], 'did you mean "knuma_scand/pmd"?'],
    [['run', '--set', 'pmd'], '--set: expected name=value, got "pmd"'],
    [['run', '--policy', 'off', '--set', 'debug=1'], '--set debug=1: '],
    [['knobs', '--csv'], 'knobs: unknown option --csv'],
  ];
  it.each(wrong)('%j', (argv, message) => {
    const { status, out, err } = lab(argv);
    expect(err).toContain(message);
    expect(err).toMatch(/^lab: /);
    expect(out).toBe('');
    expect(status).toBe(2);
  });
});

describe('perf bench numa mem', () => {
  const TEST = 'perf-bench -p 2 -t 2 -P 16 -s 1 -zZm --thp 1';

  it('adds its results to the object', () => {
    const result = JSON.parse(lab(['run', '--workload', TEST, '--json']).out) as RunResult;
    expect(result.workload).toBe(TEST);
    expect(Object.keys(result).at(-1)).toBe('perf_bench');
    expect(result.perf_bench).toHaveLength(10);
    expect(result.perf_bench![0]).toEqual({
      name: 'main',
      value: result.perf_bench![1].value,
      unit: 'secs',
      key: 'NUMA-convergence-latency',
    });
  });

  it('prints its lines for people, those of a test of the suite too, with parameters', () => {
    const lines = lab(['run', '--workload', TEST]).out.trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/^ main, {26}[ \d.]{15}, GB\/sec, {9}total-speed$/);
    expect(lines.filter((line) => line.startsWith(' # ['))).not.toHaveLength(0);
    const suite = lab([
      'run',
      '--workload',
      'perf-bench:2x3-convergence',
      '--param',
      'nr_secs=1',
      '--param',
      'mb_proc=8',
    ]).out;
    expect(suite).toMatch(/^ {2}2x3-convergence, {14}[ \d.]{15}, secs, {11}NUMA-convergence-latency$/m);
    expect(
      lab(['run', '--workload', 'perf-bench', '--param', 'thp=-1', '--limit-s', '0.01', '--json']).status,
    ).toBe(0);
  });

  it.each([
    ['perf-bench:4x8', '--workload: perf-bench: there is no test "4x8" in the suite'],
    [
      'perf-bench -p 0',
      '--workload: perf-bench: -p (--nr_proc): expected a whole number from 1 to 1024, got "0"',
    ],
    ['perf-bench -p 1 -C 99', '--workload: perf-bench: Test not applicable, system has only 24 CPUs'],
    ['perf bench sched', '--workload: '],
  ])('%s: says what is wrong', (workload, message) => {
    const { status, err } = lab(['run', '--workload', workload]);
    expect(status).toBe(2);
    expect(err).toContain(message);
  });
});

describe('tables', () => {
  it('shows a run to people, with progress on standard error', () => {
    const { status, out, err } = lab(['run', ...SMALL]);
    expect(status).toBe(0);
    expect(out).toMatch(
      /^numa02 \(default\) on westmere-2n: balancing autonuma alpha6, thp off, seed 1\nfinished after \d+\.\d\d s\n/,
    );
    expect(out).toMatch(/process +pid +elapsed s +node0 MiB +node1 MiB\nnuma02 +\d+ /);
    expect(out).toMatch(/local accesses +\d+\.\d % of all bytes/);
    expect(err).toMatch(/^\d+ % {2}\d+\.\d s simulated\n/);
  });

  it('lists machines, workloads and knobs', () => {
    expect(lab(['machines']).out).toMatch(/westmere-2n +2 +24 +16384/);
    const workloads = lab(['workloads']).out;
    for (const { name } of workloadEntries())
      expect(workloads).toContain(`\n${name}\n`.slice(name === 'crossed' ? 1 : 0));
    expect(workloads).toContain('--param threads=');
    expect(lab(['knobs']).out).toMatch(/autonuma\/knuma_scand\/pmd +1 /);
    for (const list of ['machines', 'workloads', 'knobs']) {
      const { status, out } = lab([list, '--json']);
      expect(status).toBe(0);
      expect((JSON.parse(out) as unknown[]).length).toBeGreaterThan(4);
    }
  });

  it('explains itself', () => {
    expect(lab(['--help'])).toMatchObject({ status: 0, err: '' });
    expect(lab(['run', '--help']).out).toContain('--limit-s');
  });
});

describe('lab scenarios', () => {
  it('lists every scenario with both sides, and runs one by its name until its answer is there', () => {
    const { out } = lab(['scenarios']);
    for (const { name, question } of GALLERY) {
      expect(out).toContain(`--scenario ${name}`);
      expect(out).toContain(question);
    }
    expect(out).toContain('--scenario tie:room');
    const listed = JSON.parse(lab(['scenarios', '--json']).out) as { name: string; experiment: object }[];
    expect(listed.map(({ name }) => name)).toEqual(GALLERY.map(({ name }) => name));

    const full = JSON.parse(lab(['run', '--scenario', 'full-node', '--json']).out) as RunResult;
    expect(full).toMatchObject({ workload: 'full-node', pages_migrated: 0, finished: false, ticks: 30_000 });
  });

  it('lets the other options change it, and names a scenario that was meant', () => {
    const args = ['run', '--scenario', 'tie', '--limit-s', '6', '--json'];
    expect(JSON.parse(lab(args).out)).toMatchObject({ version: '27', ticks: 6000 });
    expect(JSON.parse(lab([...args, '--version', '28']).out)).toMatchObject({ version: '28' });
    // Another program does not get the scenario's parameters.
    const other = [...args.slice(0, 2), 'scan-too-slow', ...SMALL, '--limit-s', '1', '--json'];
    expect(lab(other).status).toBe(0);
    const wrong = lab(['run', '--scenario', 'tei']);
    expect(wrong.status).toBe(2);
    expect(wrong.err).toContain('--scenario: there is no scenario "tei" (did you mean "tie"?)');
  });
});

describe('lab run --experiment', () => {
  const EXPERIMENT = {
    ...DEFAULT_EXPERIMENT,
    workload: 'numa02',
    parameters: { threads: 6, mib: 64, passes: 4000 },
    seed: 3,
    knobs: { 'autonuma/knuma_scand/scan_sleep_pass_millisecs': '100' },
    edits: [
      { tick: 500, path: 'autonuma/knuma_scand/pmd', value: '0' },
      { tick: 700, path: 'proc/1006/affinity', value: '0-2' },
    ],
  };
  const FILES = { 'e.json': JSON.stringify(toExperimentFile(EXPERIMENT)) };
  const runFile = (...args: string[]) =>
    lab(['run', '--experiment', 'e.json', '--limit-s', '1.5', '--json', ...args], FILES);

  it('runs what the file says, as the options would', () => {
    const { status, out, err } = runFile();
    expect(err).toBe('');
    expect(status).toBe(0);
    const options = [
      ...[
        'run',
        '--workload',
        'numa02',
        '--param',
        'threads=6',
        '--param',
        'mib=64',
        '--param',
        'passes=4000',
      ],
      ...['--seed', '3', '--set', 'autonuma/knuma_scand/scan_sleep_pass_millisecs=100'],
      ...['--edit', '700,proc/1006/affinity,0-2', '--edit', '500,autonuma/knuma_scand/pmd,0'],
      ...['--limit-s', '1.5', '--json'],
    ];
    expect(JSON.parse(lab(options).out)).toEqual(JSON.parse(out));
  });

  it('other options say otherwise', () => {
    const hash = (...args: string[]) => (JSON.parse(runFile(...args).out) as RunResult).state_hash;
    expect(hash('--seed', '3')).toBe(hash());
    expect(hash('--seed', '4')).not.toBe(hash());
    expect(hash('--edit', '900,autonuma/debug,1')).not.toBe(hash());
  });

  it('takes whole machines and workloads', () => {
    const machine = {
      name: 'tiny',
      nodes: [
        { cpus: [0, 1, 2], memory_mb: 512 },
        { cpus: [3, 4, 5], memory_mb: 512 },
      ],
      distances: [
        [10, 20],
        [20, 10],
      ],
    };
    const file = toExperimentFile({ ...EXPERIMENT, machine });
    const { out, status } = lab(['run', '--experiment', 'e.json', '--limit-s', '1', '--json'], {
      'e.json': JSON.stringify(file),
    });
    expect(status).toBe(0);
    expect((JSON.parse(out) as RunResult).machine).toBe('tiny');
  });

  it('names the file and the field that is wrong', () => {
    const wrong = (text: string) => lab(['run', '--experiment', 'e.json'], { 'e.json': text });
    expect(wrong('{"format":"autonuma-lab/experiment","version":1,"seed":-1}')).toMatchObject({
      status: 2,
      err: 'lab: --experiment e.json: seed: expected a whole number from 0 to 4294967295, got -1\n',
    });
    expect(wrong('{"format":').err).toMatch(/^lab: --experiment e\.json: line 1, column 11: not JSON/);
    expect(lab(['run', '--experiment', 'none.json']).err).toMatch(/cannot read none\.json/);
    expect(lab(['run', '--edit', 'soon']).err).toBe('lab: --edit: expected tick,path,value, got "soon"\n');
  });

  it('an edit the kernel refuses is told, and the run goes on', () => {
    const { status, err, out } = runFile('--edit', '600,autonuma/knuma_scand/pmd,7');
    expect(status).toBe(0);
    expect(err).toMatch(/^lab: an edit was refused at 0\.6 s: .*pmd.*/);
    expect((JSON.parse(out) as RunResult).ticks).toBe(1500);
  });
});

describe('lab run --trace', () => {
  const traced = (name: string) => lab(['run', ...SMALL, '--json', '--trace', name]);

  it('writes a Chrome trace, gzipped by its name, and the run is the same', () => {
    const { status, out, written } = traced('out.json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual(run());
    const file = JSON.parse(text(written['out.json'])) as Parameters<typeof traceProblems>[0] & {
      otherData: Record<string, string>;
    };
    expect(traceProblems(file)).toEqual([]);
    expect(file.traceEvents.some(({ cat }) => cat === 'sched')).toBe(true);
    expect(file.otherData['state_hash']).toBe((JSON.parse(out) as RunResult).state_hash);
    expect(JSON.parse(text(gunzipSync(traced('out.json.gz').written['out.json.gz'])))).toEqual(file);
  });

  it('says when it cannot be written', () => {
    expect(traced('/nowhere/out.json')).toMatchObject({
      status: 2,
      err: 'lab: --trace: cannot write /nowhere/out.json: no such folder\n',
    });
  });
});
