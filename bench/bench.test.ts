import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KERNEL_CASES } from './cases.ts';
import { compare } from './compare.ts';
import { withTables } from './docs.ts';
import { linePlot } from './plot.ts';
import type { Results } from './results.ts';
import { asText } from './table.ts';
import { scriptTimes } from './trace.ts';
import { resolveExperiment } from '../src/scenarios/experiment.ts';
import { DEFAULT_EXPERIMENT } from '../src/protocol/experiment.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'lab-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the bench', () => {
  const out = path.join(folder, 'results.json');
  let printed = '';
  let results: Results;

  beforeAll(() => {
    const bench = path.join(import.meta.dirname, 'bench.ts');
    const done = spawnSync(
      process.execPath,
      ['--import', 'tsx', bench, '--quick', '--only', 'numa02 pte', '--out', out],
      { cwd: path.resolve(import.meta.dirname, '..'), encoding: 'utf8' },
    );
    expect(done.stderr).not.toMatch(/FAILED/);
    expect(done.status).toBe(0);
    printed = done.stdout;
    results = JSON.parse(readFileSync(out, 'utf8')) as Results;
  }, 120_000);

  it('runs a short part and writes its fields', () => {
    expect(results.schema).toBe('autonuma-lab/bench/1');
    expect(results.quick).toBe(true);
    expect(results.kernel.map(({ name }) => name)).toEqual(['numa02 pte']);
    const [row] = results.kernel;
    expect(row.stateHash).toMatch(/^[0-9a-f]{16}$/);
    expect(row.deterministic).toBe(true);
    expect(row.simulatedS).toBe(2);
    expect(row.mappedPages).toBeGreaterThan(0);
    for (const figure of [row.speed, row.cpuMsPerSimulatedS, row.megastepsPerSimulatedS, row.peakMb]) {
      expect(figure).toBeGreaterThan(0);
    }
  });

  it('prints a table', () => {
    expect(printed).toContain('numa02 pte');
    expect(printed).toContain('slowest 5 s');
  });

  it('seeks, and finds every state as it was', () => {
    const bench = path.join(import.meta.dirname, 'bench.ts');
    const to = path.join(folder, 'seeks.json');
    const done = spawnSync(
      process.execPath,
      ['--import', 'tsx', bench, '--quick', '--only', 'seek numa01 pte', '--out', to],
      { cwd: path.resolve(import.meta.dirname, '..'), encoding: 'utf8' },
    );
    expect(done.stderr).not.toMatch(/FAILED/);
    expect(done.stdout).toContain('median ms');
    const [row] = (JSON.parse(readFileSync(to, 'utf8')) as Results).seeks!;
    expect(row).toMatchObject({ name: 'seek numa01 pte', behindS: 5, exact: true, limitMb: 512 });
    expect(row.checkpointMb).toBeGreaterThan(0);
    expect(row.medianMs).toBeGreaterThan(0);
  }, 120_000);

  it('compares with other results', () => {
    const slower = structuredClone(results);
    slower.kernel[0].at = 'another time';
    slower.kernel[0].speed = results.kernel[0].speed / 2;
    const text = asText(compare(slower, results));
    expect(text).toMatch(/numa02 pte +speed .* 2\.00x +better/);
  });

  it('writes its tables between the marks of a document', () => {
    const document = withTables('a\n<!-- bench:begin -->\nold\n<!-- bench:end -->\nb\n', results);
    expect(document).toMatch(/^a\n<!-- bench:begin -->\n\nMeasured/);
    expect(document).toMatch(/<!-- bench:end -->\nb\n$/);
    expect(document).not.toContain('old');
    expect(() => withTables('no marks', results)).toThrow(/no <!-- bench:begin -->/);
  });
});

describe('the cases', () => {
  it.each(KERNEL_CASES.map((each) => [each.name, each] as const))('%s resolves', (_name, each) => {
    const { boot } = resolveExperiment({ ...DEFAULT_EXPERIMENT, ...each.experiment });
    expect(boot.programs.start.length).toBeGreaterThan(0);
  });
});

describe('script times', () => {
  const main = { pid: 1, tid: 2 };
  const event = (name: string, ts: number, dur: number) => ({ name, ph: 'X', ts, dur, ...main });

  it('count nested script once and split it at animation frames', () => {
    const traceEvents = [
      { name: 'thread_name', ph: 'M', ts: 0, args: { name: 'CrRendererMain' }, ...main },
      event('FireAnimationFrame', 0, 2000),
      event('FunctionCall', 100, 1000),
      event('TimerFire', 5000, 1000),
      event('FireAnimationFrame', 16_000, 1000),
      event('FireAnimationFrame', 32_000, 1000),
    ];
    const times = scriptTimes(JSON.stringify({ traceEvents }));
    expect(times?.p50Ms).toBe(1);
    expect(times?.p95Ms).toBe(3);
    expect(times?.share).toBeCloseTo(5 / 33);
  });
});

describe('the plots of growth', () => {
  const series = [
    {
      name: 'one',
      points: [
        [1, 2],
        [10, 20],
        [100, 200],
      ] as const,
    },
    {
      name: 'two',
      points: [
        [1, 20],
        [100, 20],
      ] as const,
    },
  ].map(({ name, points }) => ({ name, points: [...points] }));

  it('draw every point of every series, with its own shape, and name the axes', () => {
    const svg = linePlot({ title: 'A & B', x: 'pages', y: 'steps', series });
    expect(svg.match(/<circle/g)).toHaveLength(3);
    // The white ground is a rectangle, too.
    expect(svg.match(/<rect/g)).toHaveLength(1 + 2);
    expect(svg).toContain('A &amp; B: steps against pages');
    // What costs ten times as much for ten times as many is a straight line.
    const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    expect(heights[0] - heights[1]).toBeCloseTo(heights[1] - heights[2], 0);
  });

  it('refuse what has no logarithm', () => {
    expect(() => linePlot({ title: '', x: '', y: '', series: [{ name: 'z', points: [[0, 1]] }] })).toThrow(
      RangeError,
    );
  });
});
