/** What the charts show: pure data from the series, so that charts and table agree. */
import { css } from '../view/colour.ts';
import { nodeColour, processLetter, type Palette } from '../view/palettes.ts';
import { CHARTED_PROCESSES } from './constants.ts';
import { formatMb, formatSeconds, formatShort, trim } from './format.ts';
import type { SeriesStore } from './series.ts';

export type Column = readonly (number | null)[];

export interface ChartLine {
  label: string;
  colour: string;
  column: Column;
  /** When its unit differs from the chart's. */
  format?(value: number): string;
}

export interface ChartSpec {
  key: string;
  title: string;
  /** The title at length. */
  about?: string;
  lines: ChartLine[];
  /** A value with its unit, for axis and read-out. */
  format(value: number): string;
  /** Fixed upper end of the axis, if it has one. */
  maximum?: number;
}

/** Names of the processes in the order of their index. */
export interface NamedProcess {
  index: number;
  name: string;
  pid: number;
}

const perSecond = (value: number) => `${formatShort(value)}/s`;
const NEUTRAL = { dark: '#e6edf3', light: '#1b2129' };
const COST = { dark: '#d55e00', light: '#b34700' };
const GAIN = { dark: '#56b4e9', light: '#0b6bab' };
const THIRD = { dark: '#e69f00', light: '#8a5f00' };

/** The charts in order of interest. */
export function chartSpecs(
  series: SeriesStore,
  processes: readonly NamedProcess[],
  palette: Palette,
): ChartSpec[] {
  const { columns } = series;
  const { theme } = palette;
  const nodes = Math.max(0, ...series.mbPerNode.map((perNode) => perNode.length));
  const nodeLines = (of: (node: number) => Column): ChartLine[] =>
    Array.from({ length: nodes }, (_, node) => ({
      label: `node ${node}`,
      colour: css(nodeColour(palette, node)),
      column: of(node),
    }));
  const specs: ChartSpec[] = processes
    .filter(({ index }) => series.mbPerNode[index])
    .slice(0, CHARTED_PROCESSES)
    .map(({ index, name, pid }) => ({
      key: `process-${index}`,
      title: `${processLetter(index)} ${name}`,
      about: `${name} ${pid}, MB on each node`,
      lines: nodeLines((node) => series.mbPerNode[index][node] ?? []),
      format: formatMb,
    }));
  specs.push(
    {
      key: 'local',
      title: 'Local accesses',
      lines: [
        { label: 'local', colour: NEUTRAL[theme], column: columns.localShare.map((share) => share * 100) },
      ],
      format: (value) => `${trim(Math.round(value))} %`,
      maximum: 100,
    },
    {
      key: 'pages',
      title: 'Pages',
      about: 'Pages migrated per second, and pages queued',
      lines: [
        { label: 'migrated', colour: GAIN[theme], column: columns.migratedPerS, format: perSecond },
        { label: 'queued', colour: THIRD[theme], column: columns.queued },
      ],
      format: (value) => `${formatShort(value)} p`,
    },
    {
      key: 'bill',
      title: 'Bill',
      about:
        'CPU time spent by scan, faults and daemons, and access time saved against the placement at the start',
      lines: [
        { label: 'scan', colour: THIRD[theme], column: columns.billScan },
        { label: 'faults', colour: NEUTRAL[theme], column: columns.billFault },
        { label: 'daemons', colour: COST[theme], column: columns.billMigrate },
        { label: 'saved', colour: GAIN[theme], column: columns.billSaved },
      ],
      format: formatSeconds,
    },
    {
      key: 'faults',
      title: 'Hinting faults',
      lines: [{ label: 'faults', colour: GAIN[theme], column: columns.faultsPerS }],
      format: perSecond,
    },
    {
      key: 'moves',
      title: 'Task moves',
      lines: [{ label: 'moves', colour: GAIN[theme], column: columns.taskMovesPerS }],
      format: perSecond,
    },
  );
  if (processes.length > 1) {
    specs.push({
      key: 'total',
      title: 'All processes',
      lines: nodeLines((node) => total(series, node)),
      format: formatMb,
    });
  }
  return specs;
}

/** MB of all processes on a node. */
function total(series: SeriesStore, node: number): number[] {
  const sum = new Array<number>(series.length).fill(0);
  for (const perNode of series.mbPerNode) {
    perNode[node]?.forEach((mb, row) => {
      sum[row] += mb ?? 0;
    });
  }
  return sum;
}
