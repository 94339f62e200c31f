/** The charts: small uPlots in a row, one cursor for all. Drawn a few times a second, outside React. */
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { css } from '../../view/colour.ts';
import type { Palette } from '../../view/palettes.ts';
import { chartSpecs, type ChartSpec, type NamedProcess } from '../chart-specs.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { trim } from '../format.ts';
import type { Lab } from '../lab.ts';
import { useObservation } from '../store.ts';
import { drawNow, rowAt } from './chart-now.ts';
import { useLab, usePalette, usePolled } from './use-lab.ts';

/** Text that changes when processes come or go; compared by value. */
function readProcesses(): string {
  const processes = useObservation.getState().summary?.processes ?? [];
  return JSON.stringify(processes.map(({ index, name, pid }): NamedProcess => ({ index, name, pid })));
}

export default function Charts() {
  const lab = useLab();
  const palette = usePalette();
  const { theme, name } = palette;
  const host = useRef<HTMLDivElement>(null);
  const processText = usePolled(readProcesses, PANEL_INTERVAL_MS);
  const nodes = useObservation((state) => state.boot?.machine.nodes.length ?? 0);
  const processes = useMemo(() => JSON.parse(processText) as NamedProcess[], [processText]);

  useEffect(() => {
    if (!host.current) return undefined;
    const row = new ChartRow(lab, host.current, processes, { ...palette });
    return () => row.destroy();
    // A palette is made anew on every render; its names decide.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [lab, processes, nodes, theme, name]);

  return (
    <div className="charts-frame">
      <div
        ref={host}
        className="charts"
        role="group"
        aria-label="Charts; the same figures as a table are one button away"
        tabIndex={0}
      />
      <MoreCharts host={host} />
    </div>
  );
}

/** Charts that are not wholly in view, to the left and to the right. */
function readHidden(row: HTMLElement | null): string {
  if (!row) return '0 0';
  const { left, right } = row.getBoundingClientRect();
  let [before, after] = [0, 0];
  for (const chart of row.children) {
    const box = chart.getBoundingClientRect();
    if (box.left < left - 4) before++;
    if (box.right > right + 4) after++;
  }
  return `${before} ${after}`;
}

/** Says that the row goes on, and goes there. */
function MoreCharts({ host }: { host: RefObject<HTMLDivElement | null> }) {
  const hidden = usePolled(() => readHidden(host.current), PANEL_INTERVAL_MS);
  const [before, after] = hidden.split(' ').map(Number);
  if (before + after === 0) return null;
  const onwards = after > 0;
  const count = onwards ? after : before;
  return (
    <button
      type="button"
      className="more-charts"
      onClick={() => {
        const row = host.current;
        row?.scrollTo({ left: onwards ? row.scrollLeft + row.clientWidth * 0.8 : 0 });
      }}
    >
      {onwards ? `${count} more ›` : `‹ ${count} more`}
      <span className="sr-only">{count === 1 ? 'chart' : 'charts'}</span>
    </button>
  );
}

/** How often the present is looked for while a person scrubs. */
const NOW_MS = 100;

/** The present in seconds when more than it has been simulated, else null. */
function presentOf(lab: Lab): number | null {
  const tick = lab.pump?.stats.tick ?? lab.time.end;
  return tick < lab.time.end ? tick / 1000 : null;
}

/** All charts of one set of processes in one palette. */
class ChartRow {
  private readonly lab: Lab;
  private readonly host: HTMLElement;
  private readonly processes: readonly NamedProcess[];
  private readonly palette: Palette;
  private charts: Chart[] = [];
  private drawnVersion = -1;
  private drawnNow: number | null = null;
  private readonly timer: number;
  private readonly nowTimer: number;
  private readonly observer: ResizeObserver;

  constructor(lab: Lab, host: HTMLElement, processes: readonly NamedProcess[], palette: Palette) {
    this.lab = lab;
    this.host = host;
    this.processes = processes;
    this.palette = palette;
    this.observer = new ResizeObserver(() => this.resize());
    this.refresh();
    this.timer = window.setInterval(() => this.refresh(), PANEL_INTERVAL_MS);
    this.nowTimer = window.setInterval(() => this.followNow(), NOW_MS);
    this.observer.observe(host);
  }

  private refresh(): void {
    const { series } = this.lab;
    if (series.version === this.drawnVersion || document.hidden) return;
    this.drawnVersion = series.version;
    const specs = chartSpecs(series, this.processes, this.palette);
    const shape = specs.map((spec) => `${spec.key}:${spec.lines.length}`).join();
    if (shape !== this.charts.map((chart) => chart.shape).join()) {
      for (const chart of this.charts) chart.destroy();
      this.charts = specs.map((spec) => new Chart(this.lab, this.host, spec, this.palette));
      // A chart is as wide as its neighbours leave it: known only when all are there.
      this.resize();
    }
    specs.forEach((spec, index) => this.charts[index].draw(series.columns.t, spec));
  }

  private followNow(): void {
    const now = presentOf(this.lab);
    if (now === this.drawnNow || document.hidden) return;
    this.drawnNow = now;
    for (const chart of this.charts) chart.redraw();
  }

  private resize(): void {
    for (const chart of this.charts) chart.resize();
  }

  destroy(): void {
    window.clearInterval(this.timer);
    window.clearInterval(this.nowTimer);
    this.observer.disconnect();
    for (const chart of this.charts) chart.destroy();
  }
}

/** With more lines the heading has no room for their values; the table has them. */
const MOST_READINGS = 4;
const FONT = '11px system-ui, sans-serif';

/** One chart: a heading with the read-out, and the plot. */
class Chart {
  readonly shape: string;
  private readonly figure: HTMLElement;
  private readonly body: HTMLElement;
  private readonly readings: HTMLElement[];
  private readonly plot: uPlot;
  private spec: ChartSpec;
  private readonly lab: Lab;

  constructor(lab: Lab, host: HTMLElement, spec: ChartSpec, palette: Palette) {
    this.lab = lab;
    this.spec = spec;
    this.shape = `${spec.key}:${spec.lines.length}`;
    this.figure = document.createElement('figure');
    this.figure.className = spec.lines.length === MOST_READINGS ? 'chart wide' : 'chart';
    const heading = document.createElement('figcaption');
    const title = document.createElement('span');
    title.className = 'chart-title';
    title.textContent = spec.title;
    title.title = spec.about ?? spec.title;
    heading.append(title);
    this.readings = spec.lines.slice(0, spec.lines.length > MOST_READINGS ? 0 : undefined).map((line) => {
      const reading = document.createElement('span');
      reading.className = 'reading';
      reading.title = line.label;
      const mark = document.createElement('i');
      mark.style.background = line.colour;
      const value = document.createElement('b');
      reading.append(mark, value);
      heading.append(reading);
      return value;
    });
    this.body = document.createElement('div');
    this.body.className = 'chart-body';
    this.figure.append(heading, this.body);
    host.append(this.figure);
    this.plot = new uPlot(
      this.options(palette),
      [[], ...spec.lines.map(() => [])] as uPlot.AlignedData,
      this.body,
    );
  }

  draw(t: readonly number[], spec: ChartSpec): void {
    this.spec = spec;
    this.plot.setData([t, ...spec.lines.map((line) => line.column)] as unknown as uPlot.AlignedData);
    this.read();
  }

  redraw(): void {
    this.plot.redraw(false);
    this.read();
  }

  resize(): void {
    const { clientWidth, clientHeight } = this.body;
    if (clientWidth > 0 && (clientWidth !== this.plot.width || clientHeight !== this.plot.height)) {
      this.plot.setSize({ width: clientWidth, height: clientHeight });
    }
  }

  destroy(): void {
    this.plot.destroy();
    this.figure.remove();
  }

  /** Values under the cursor, or those of the present. */
  private read(): void {
    const now = presentOf(this.lab);
    const present = now === null ? null : rowAt(this.lab.series.columns.t, now);
    const at = this.plot?.cursor.idx ?? present;
    this.readings.forEach((reading, index) => {
      const { column, format = this.spec.format } = this.spec.lines[index];
      const value = column[at ?? column.length - 1];
      const text = value === null || value === undefined ? '–' : format(value);
      if (reading.textContent !== text) reading.textContent = text;
    });
  }

  private options(palette: Palette): uPlot.Options {
    const grid = { stroke: css(palette.colours.line), width: 1 };
    const axis = { stroke: css(palette.colours.secondary), font: FONT, grid, ticks: { show: false } };
    const { maximum } = this.spec;
    return {
      width: Math.max(60, this.body.clientWidth),
      height: Math.max(40, this.body.clientHeight),
      legend: { show: false },
      cursor: { sync: { key: 'autonuma-lab' }, points: { size: 5 }, drag: { x: false, y: false }, y: false },
      padding: [6, 8, 0, 0],
      scales: {
        x: { time: false, range: (_plot, _min, max) => [0, Math.max(5, max || 0)] },
        y: {
          range: (_plot, min, max) => {
            if (maximum !== undefined) return [0, maximum];
            const low = Math.min(0, min ?? 0);
            return [low, Math.max(low + 1e-3, (max ?? 1) * 1.05)];
          },
        },
      },
      axes: [
        {
          ...axis,
          size: 18,
          gap: 2,
          space: 56,
          values: (_plot, splits) => splits.map((s) => `${trim(s)} s`),
        },
        {
          ...axis,
          size: 52,
          gap: 4,
          space: 26,
          values: (_plot, splits) => splits.map((value) => this.spec.format(value)),
        },
      ],
      series: [
        {},
        ...this.spec.lines.map((line) => ({
          label: line.label,
          stroke: line.colour,
          width: 1.5,
          points: { show: false },
        })),
      ],
      hooks: {
        setCursor: [() => this.read()],
        draw: [
          (plot) => drawNow(plot, presentOf(this.lab), css(palette.colours.panel), css(palette.colours.text)),
        ],
      },
    };
  }
}
