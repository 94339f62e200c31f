/** The series of all runs over one another: a line each, told apart by colour and by dashes. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { css } from '../../../view/colour.ts';
import type { Palette } from '../../../view/palettes.ts';
import type { Comparison } from '../../compare/comparison.ts';
import { useComparison } from '../../compare/compared-run.ts';
import { letterOf } from '../../compare/runs.ts';
import { PANEL_INTERVAL_MS } from '../../constants.ts';
import { formatSeconds, formatShort, trim } from '../../format.ts';
import type { SeriesStore } from '../../series.ts';
import { usePalette } from '../use-lab.ts';
import { runStyle } from './run-style.ts';

interface Quantity {
  key: string;
  title: string;
  column(series: SeriesStore): number[];
  format(value: number): string;
  /** Fixed upper end of the axis, or the least it may be. */
  maximum?: number;
  least: number;
}

const QUANTITIES: readonly Quantity[] = [
  {
    key: 'local',
    title: 'Local accesses, % of bytes',
    column: ({ columns }) => columns.localShare.map((share) => share * 100),
    format: (value) => `${Math.round(value)} %`,
    maximum: 100,
    least: 100,
  },
  {
    key: 'moved',
    title: 'Pages moved per second',
    column: ({ columns }) => columns.migratedPerS,
    format: (value) => `${formatShort(value)}/s`,
    least: 10,
  },
  {
    key: 'cost',
    title: 'CPU time for scan, faults and migration so far',
    column: ({ columns }) =>
      columns.billScan.map((scan, i) => scan + columns.billFault[i] + columns.billMigrate[i]),
    format: formatSeconds,
    least: 0.01,
  },
];

export default function CompareCharts({ comparison }: { comparison: Comparison }) {
  const palette = usePalette();
  const host = useRef<HTMLDivElement>(null);
  const ids = useComparison((state) => state.runs.map(({ id }) => id).join());
  const { theme } = palette;

  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const runs = ids.split(',').map(Number);
    const charts = QUANTITIES.map((quantity) => new Overlay(element, quantity, runs.length, { ...palette }));
    let drawn = '';
    const draw = () => {
      const series = runs.map((id) => comparison.seriesOf(id));
      const versions = series.map((each) => `${each?.epoch}:${each?.version}`).join();
      if (versions === drawn || document.hidden) return;
      drawn = versions;
      for (const chart of charts) chart.draw(series);
    };
    draw();
    const timer = window.setInterval(draw, PANEL_INTERVAL_MS);
    const observer = new ResizeObserver(() => charts.forEach((chart) => chart.resize()));
    observer.observe(element);
    return () => {
      window.clearInterval(timer);
      observer.disconnect();
      for (const chart of charts) chart.destroy();
    };
    // A palette is made anew on every render; its theme decides.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [comparison, ids, theme]);

  return (
    <div
      ref={host}
      className="compare-charts"
      role="group"
      aria-label="Charts of all runs; the table beside them has their figures now"
    />
  );
}

const FONT = '11px system-ui, sans-serif';

class Overlay {
  private readonly figure: HTMLElement;
  private readonly body: HTMLElement;
  private readonly readings: HTMLElement[];
  private readonly plot: uPlot;

  constructor(
    host: HTMLElement,
    private readonly quantity: Quantity,
    runs: number,
    palette: Palette,
  ) {
    this.figure = document.createElement('figure');
    this.figure.className = 'chart';
    const heading = document.createElement('figcaption');
    const title = document.createElement('span');
    title.className = 'chart-title';
    title.textContent = title.title = quantity.title;
    heading.append(title);
    this.readings = Array.from({ length: runs }, (_, index) => {
      const reading = document.createElement('span');
      reading.className = 'reading';
      const value = document.createElement('b');
      const { colour, dash } = runStyle(palette.theme, index);
      reading.append(sample(colour, dash), `${letterOf(index)} `, value);
      heading.append(reading);
      return value;
    });
    this.body = document.createElement('div');
    this.body.className = 'chart-body';
    this.figure.append(heading, this.body);
    host.append(this.figure);
    this.plot = new uPlot(
      this.options(runs, palette),
      [[], ...Array.from({ length: runs }, () => [])] as unknown as uPlot.AlignedData,
      this.body,
    );
  }

  draw(series: readonly (SeriesStore | null)[]): void {
    const tables = series.map((each): uPlot.AlignedData =>
      each ? [each.columns.t, this.quantity.column(each)] : [[], []],
    );
    this.plot.setData(tables.length > 1 ? uPlot.join(tables) : tables[0]);
    this.read();
  }

  resize(): void {
    const { clientWidth: width, clientHeight: height } = this.body;
    if (width > 0 && (width !== this.plot.width || height !== this.plot.height))
      this.plot.setSize({ width, height });
  }

  destroy(): void {
    this.plot.destroy();
    this.figure.remove();
  }

  /** Values under the cursor, or the latest of each run. */
  private read(): void {
    const at = this.plot?.cursor.idx ?? null;
    this.readings.forEach((reading, index) => {
      const column = this.plot.data[index + 1] ?? [];
      const value = at === null ? lastOf(column) : column[at];
      const text = value === null || value === undefined ? '–' : this.quantity.format(value);
      if (reading.textContent !== text) reading.textContent = text;
    });
  }

  private options(runs: number, palette: Palette): uPlot.Options {
    const grid = { stroke: css(palette.colours.line), width: 1 };
    const axis = { stroke: css(palette.colours.secondary), font: FONT, grid, ticks: { show: false } };
    const { maximum, least, format } = this.quantity;
    return {
      width: Math.max(60, this.body.clientWidth),
      height: Math.max(40, this.body.clientHeight),
      legend: { show: false },
      cursor: { sync: { key: 'compare' }, points: { size: 5 }, drag: { x: false, y: false }, y: false },
      padding: [4, 8, 0, 0],
      scales: {
        x: { time: false, range: (_plot, _min, max) => [0, Math.max(5, max || 0)] },
        y: { range: (_plot, _min, max) => [0, maximum ?? Math.max(least, (max ?? 0) * 1.05)] },
      },
      axes: [
        {
          ...axis,
          size: 18,
          gap: 2,
          space: 56,
          values: (_plot, splits) => splits.map((s) => `${trim(s)} s`),
        },
        { ...axis, size: 52, gap: 4, space: 24, values: (_plot, splits) => splits.map(format) },
      ],
      series: [
        {},
        ...Array.from({ length: runs }, (_, index) => {
          const { colour, dash } = runStyle(palette.theme, index);
          return {
            label: letterOf(index),
            stroke: colour,
            dash: [...dash],
            width: 1.5,
            // Rows of runs whose series were thinned at other times fall between one another.
            spanGaps: true,
            points: { show: false },
          };
        }),
      ],
      hooks: { setCursor: [() => this.read()] },
    };
  }
}

function lastOf(column: ArrayLike<number | null | undefined>): number | null {
  for (let i = column.length - 1; i >= 0; i--) {
    const value = column[i];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** A short piece of a run's line. */
function sample(colour: string, dash: readonly number[]): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('width', '22');
  svg.setAttribute('height', '8');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  const given = { x1: '0', x2: '22', y1: '4', y2: '4', stroke: colour, 'stroke-width': '2' };
  for (const [name, value] of Object.entries({ ...given, 'stroke-dasharray': dash.join(' ') }))
    line.setAttribute(name, value);
  svg.append(line);
  return svg;
}
