/** Ratios of two results, new to old. */
import type { Table } from './table.ts';
import type { Results } from './results.ts';

/** A figure, whether more of it is better, and below which both are nothing. */
type Figure = [name: string, value: number, better: 'more' | 'less'];

interface Measured {
  name: string;
  at: string;
  figures: Figure[];
  stateHash?: string;
}

function measured({ kernel, seeks = [], pages, zooms = [], memory = [], start, size }: Results): Measured[] {
  const list: Measured[] = kernel.map((row) => ({
    name: row.name,
    at: row.at,
    stateHash: row.stateHash,
    figures: [
      ['speed', row.speed, 'more'],
      ['slowest 5 s', row.slowestSpeed, 'more'],
      ['fastest 5 s', row.fastestSpeed, 'more'],
      ['CPU ms/s', row.cpuMsPerSimulatedS, 'less'],
      ['Msteps/s', row.megastepsPerSimulatedS, 'less'],
      ['boot ms', row.bootMs, 'less'],
      ['peak MB', row.peakMb, 'less'],
    ],
  }));
  for (const row of seeks) {
    list.push({
      name: row.name,
      at: row.at,
      figures: [
        ['median ms', row.medianMs, 'less'],
        ['p95 ms', row.p95Ms, 'less'],
        ['silence ms', row.silentMs, 'less'],
        ['checkpoint MB', row.checkpointMb, 'less'],
      ],
    });
  }
  for (const row of pages) {
    list.push({
      name: row.name,
      at: row.at,
      figures: [
        ['fresh/s', row.fresh, 'more'],
        ['animation/s', row.animation, 'more'],
        ['script p95 ms', row.scriptP95Ms ?? 0, 'less'],
        ['long tasks', row.longTasks50, 'less'],
        ['frame KiB', row.frameKib, 'less'],
        ['worker frame ms', row.workerFrameP95Ms, 'less'],
      ],
    });
  }
  for (const row of zooms) {
    list.push({
      name: row.name,
      at: row.at,
      figures: [
        ['frames a level, most', row.framesMost, 'less'],
        ['ms p50', row.msP50, 'less'],
      ],
    });
  }
  for (const row of memory) {
    const grown = (values: number[]): number => values[values.length - 1] - values[values.length >> 1];
    list.push({
      name: row.name,
      at: row.at,
      figures: [
        ['heap MB grown in the second half', grown(row.heapMb), 'less'],
        ['buffers MB grown in the second half', grown(row.buffersMb), 'less'],
      ],
    });
  }
  if (start)
    list.push({ name: 'start', at: start.at, figures: [['first picture ms', start.firstPictureMs, 'less']] });
  if (size) {
    list.push({
      name: 'size',
      at: size.at,
      figures: [
        ['first load KB', size.initialScriptKb, 'less'],
        ['dist KB', size.distKb, 'less'],
      ],
    });
  }
  return list;
}

/** Differences below this are noise. */
const NOISE = 0.05;

function verdict(ratio: number, better: 'more' | 'less'): string {
  if (!Number.isFinite(ratio) || Math.abs(ratio - 1) < NOISE) return '';
  return ratio > 1 === (better === 'more') ? 'better' : 'worse';
}

/** Every figure that both have; a row that was kept from the old results (--only) is left out. */
export function compare(old: Results, now: Results): Table {
  const before = new Map(measured(old).map((each) => [each.name, each]));
  const rows: string[][] = [];
  for (const each of measured(now)) {
    const other = before.get(each.name);
    if (!other || other.at === each.at) continue;
    for (const [name, value, better] of each.figures) {
      const was = other.figures.find(([known]) => known === name)?.[1] ?? 0;
      const ratio = was === value ? 1 : value / was;
      rows.push([
        each.name,
        name,
        String(was),
        String(value),
        Number.isFinite(ratio) ? `${ratio.toFixed(2)}x` : '-',
        verdict(ratio, better),
      ]);
    }
    if (each.stateHash !== undefined && each.stateHash !== other.stateHash)
      rows.push([each.name, 'end state', other.stateHash ?? '', each.stateHash, '', 'other run']);
  }
  return { title: 'New to old', head: ['what', 'figure', 'old', 'new', 'ratio', ''], rows };
}
