/**
 * npm run bench:growth: how the kernel's cost grows with pages mapped, pages mixed, CPUs and nodes. Draws a plot each into docs/images and
 * writes the numbers into docs/performance.md. Cost is steps of the calibration loop a simulated second, which is the same on
 * a fast machine and a slow one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Experiment, MachineFile } from '../src/protocol/experiment.ts';
import { TERABYTE_WORKLOAD } from './cases.ts';
import { between } from './docs.ts';
import { once } from './kernel.ts';
import { median, ROOT, round } from './measure.ts';
import { linePlot, type Series } from './plot.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const RUNS = values.quick ? 1 : 3;
/** Simulated seconds of a run: a scan pass and more. */
const LENGTH_S = values.quick ? 1 : 20;

interface Point {
  x: number;
  experiment: Partial<Experiment>;
}

interface Growth {
  /** File and heading. */
  name: string;
  title: string;
  x: string;
  what: string;
  series: { name: string; points: Point[] }[];
}

const GIB = 1024;

/** Nodes of so many cores, 16 GiB each, every node as far from every other. */
function machine(nodes: number, cores: number): MachineFile {
  const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
  return {
    name: `${nodes}x${cores}`,
    nodes: range(nodes).map((n) => ({ cpus: range(cores).map((c) => n * cores + c), memory_mb: 16 * GIB })),
    distances: range(nodes).map((a) => range(nodes).map((b) => (a === b ? 10 : 20))),
  };
}

/** The bench's eight processes that work on each other's halves, with so much memory each. */
function terabyte(mib: number): object {
  const [process] = TERABYTE_WORKLOAD.processes;
  return {
    ...TERABYTE_WORKLOAD,
    processes: [{ ...process, regions: [{ ...process.regions[0], mib }] }],
  };
}

/** Threads that stream through memory whose pages lie on both nodes in turn: every block is mixed, page by page. */
function interleaved(mib: number): object {
  return {
    name: 'interleaved',
    title: 'Every block mixed',
    processes: [
      {
        name: 'mixed',
        threads: 24,
        regions: [
          {
            name: 'data',
            mib,
            policy: { mode: 'interleave', nodes: 'all' },
            first_touch: { by: 'own' },
          },
        ],
        phases: [
          { name: 'stream', accesses: [{ region: 'data', slice: 'own', write: true }], seconds: 1000 },
        ],
      },
    ],
  };
}

const doublings = (from: number, to: number): number[] => {
  const list: number[] = [];
  for (let x = from; x <= to; x *= 2) list.push(x);
  return list;
};

const GROWTHS: readonly Growth[] = [
  {
    name: 'mapped',
    title: 'Pages mapped',
    x: 'GiB mapped in 4 KiB pages',
    what: '8 nodes, 128 CPUs, 1 TiB; eight processes, each thread works on the slice of another; and the same memory all local',
    series: [
      {
        name: 'converging',
        points: doublings(12, 768).map((gib) => ({
          x: gib,
          experiment: { machine: 'terabyte-8n', workload: terabyte((gib * GIB) / 8) },
        })),
      },
      {
        name: 'all local',
        points: doublings(12, 768).map((gib) => ({
          x: gib,
          experiment: {
            machine: 'terabyte-8n',
            workload: 'stream',
            parameters: { processes: 8, threads: 16, mib: (gib * GIB) / 8, passes: 100_000 },
          },
        })),
      },
    ],
  },
  {
    name: 'mixed',
    title: 'Pages mixed',
    x: 'GiB whose pages lie on both nodes in turn',
    what: '2 nodes, 24 CPUs, 24 threads stream through memory that is interleaved page by page',
    series: (['autonuma', 'off'] as const).map((policy) => ({
      name: policy === 'off' ? 'policy off' : 'AutoNUMA',
      points: doublings(0.25, 8).map((gib) => ({
        x: gib,
        experiment: { policy, workload: interleaved(gib * GIB) },
      })),
    })),
  },
  {
    name: 'cpus',
    title: 'CPUs',
    x: 'CPUs, on two nodes',
    what: 'numa02, a thread for each CPU',
    series: [
      {
        name: 'AutoNUMA',
        points: doublings(4, 256).map((cpus) => ({
          x: cpus,
          experiment: { machine: machine(2, cpus / 2), workload: 'numa02' },
        })),
      },
    ],
  },
  {
    name: 'nodes',
    title: 'Nodes',
    x: 'nodes of 16 CPUs',
    what: 'numa02, a thread for each CPU',
    series: [
      {
        name: 'AutoNUMA',
        points: doublings(2, 16).map((nodes) => ({
          x: nodes,
          experiment: { machine: machine(nodes, 16), workload: 'numa02' },
        })),
      },
    ],
  },
];

/** Millions of calibration steps a simulated second, median of the runs. */
function cost(experiment: Partial<Experiment>): number {
  const costs: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const run = once({ experiment, limitS: LENGTH_S });
    costs.push((run.cpuMs / 1000 / run.simulatedS) * run.megastepsPerS);
  }
  return round(median(costs));
}

function measure(growth: Growth): Series[] {
  return growth.series.map(({ name, points }) => ({
    name,
    points: points.map(({ x, experiment }) => {
      const y = cost(experiment);
      process.stderr.write(`${growth.title}, ${name}: ${x} -> ${y}\n`);
      return [x, y] as const;
    }),
  }));
}

function asMarkdown(growth: Growth, series: Series[]): string {
  const xs = series[0].points.map(([x]) => x);
  return [
    `**${growth.title}.** ${growth.what}.`,
    '',
    `![Cost against ${growth.x}](images/growth-${growth.name}.svg)`,
    '',
    `| ${growth.x} | ${xs.join(' | ')} |`,
    `|---|${xs.map(() => '---:').join('|')}|`,
    ...series.map(({ name, points }) => `| ${name} | ${points.map(([, y]) => y).join(' | ')} |`),
  ].join('\n');
}

const texts: string[] = [];
for (const growth of GROWTHS) {
  const series = measure(growth);
  const svg = linePlot({ title: growth.title, x: growth.x, y: 'million steps a simulated second', series });
  if (!values.quick) writeFileSync(path.join(ROOT, 'docs', 'images', `growth-${growth.name}.svg`), svg);
  texts.push(asMarkdown(growth, series));
}
if (!values.quick) {
  const file = path.join(ROOT, 'docs', 'performance.md');
  writeFileSync(file, between(readFileSync(file, 'utf8'), 'growth', texts.join('\n\n')));
}
process.stdout.write(`${texts.join('\n\n')}\n`);
