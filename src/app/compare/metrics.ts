/** The table of a comparison: what is read off a run, and how it differs from the first. */
import { costOf, type RunFigures, type Standing } from '../../protocol/runs.ts';
import type { ProcessSummary } from '../../protocol/summary.ts';
import { formatCount, formatSeconds } from '../format.ts';

const THIN = '\u202f';

/** What the table reads of a run. */
export interface Measured {
  standing: Standing | null;
  processes: readonly ProcessSummary[];
}

export interface Metric {
  key: string;
  title: string;
  /** The title at length. */
  about: string;
  /** The value; null when there is none to compare yet. */
  value(run: Measured): number | null;
  format(value: number): string;
  /** What is said instead of a value that is not there yet. */
  pending?(run: Measured): string;
  /** Differences: in the unit of the values, or as points of a percentage. */
  points?: boolean;
}

const figure = (pick: (figures: RunFigures) => number) => (run: Measured) =>
  run.standing ? pick(run.standing.figures) : null;

/** The work done of all processes together, 0..1; null when their code does not tell. */
function workDone({ standing, processes }: Measured): number | null {
  if (standing?.finished) return 1;
  const known = processes.map(({ progress }) => progress).filter((progress) => progress >= 0);
  if (known.length === 0) return null;
  return known.reduce((sum, progress) => sum + progress, 0) / known.length;
}

const percent = (share: number) => `${(share * 100).toFixed(1)}${THIN}%`;

/** The rows of the table. */
export const METRICS: readonly Metric[] = [
  {
    key: 'elapsed',
    title: 'elapsed time',
    about: 'Simulated seconds from the start of the first process to the exit of the last',
    value: ({ standing }) => (standing?.finished ? standing.figures.elapsedS : null),
    format: (value) => `${value.toFixed(2)}${THIN}s`,
    pending: ({ standing }) =>
      standing ? `running, ${standing.figures.elapsedS.toFixed(2)}${THIN}s so far` : '–',
  },
  {
    key: 'work',
    title: 'work done',
    about: 'Share of the accesses and computing of all processes that is behind them',
    value: workDone,
    format: percent,
    points: true,
  },
  {
    key: 'local',
    title: 'local share',
    about: 'Bytes moved from and to memory of the CPU’s own node, of all bytes since boot',
    value: figure(({ localShare }) => localShare),
    format: percent,
    points: true,
  },
  {
    key: 'moved',
    title: 'pages moved',
    about: 'Pages of 4 KiB that changed node since boot',
    value: figure(({ pagesMoved }) => pagesMoved),
    format: formatCount,
  },
  {
    key: 'scan',
    title: 'CPU for scanning',
    about: 'CPU time of knuma_scand since boot: marking pages',
    value: figure(({ scanS }) => scanS),
    format: formatSeconds,
  },
  {
    key: 'fault',
    title: 'CPU for faults',
    about: 'CPU time of NUMA hinting faults since boot, paid by the programs',
    value: figure(({ faultS }) => faultS),
    format: formatSeconds,
  },
  {
    key: 'migrate',
    title: 'CPU for migration',
    about: 'CPU time of copying pages since boot, paid by the knuma_migrated daemons',
    value: figure(({ migrateS }) => migrateS),
    format: formatSeconds,
  },
  {
    key: 'cost',
    title: 'CPU, all three',
    about: 'CPU time that balancing has cost since boot',
    value: figure(costOf),
    format: formatSeconds,
  },
];

/** A cell of the table: its value in words, and its difference from the first run's, '' when there is none. */
export function cellOf(metric: Metric, run: Measured, first: Measured): { text: string; delta: string } {
  const value = metric.value(run);
  if (value === null) return { text: metric.pending?.(run) ?? '–', delta: '' };
  const text = metric.format(value);
  const base = run === first ? null : metric.value(first);
  return { text, delta: base === null ? '' : deltaOf(metric, value, base) };
}

/** "+12.31 s (+9 %)", "−3.2 points", "same". */
export function deltaOf(metric: Pick<Metric, 'format' | 'points'>, value: number, base: number): string {
  const change = value - base;
  if (metric.points) {
    const points = Math.abs(change * 100).toFixed(1);
    return points === '0.0' ? 'same' : `${signOf(change)}${points} points`;
  }
  const size = metric.format(Math.abs(change));
  if (size === metric.format(0)) return 'same';
  const share = base > 0 ? Math.abs(change / base) : NaN;
  const percent = Number.isFinite(share) && share < 10 ? ` (${signOf(change)}${shareText(share)})` : '';
  return `${signOf(change)}${size}${percent}`;
}

function shareText(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}${THIN}%`;
}

function signOf(change: number): string {
  return change < 0 ? '−' : '+';
}
