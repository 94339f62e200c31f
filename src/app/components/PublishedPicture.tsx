/** The picture of autonuma-benchmark for one row: MB on each node over time, between its two rulers. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { PublishedRowInfo, PublishedRun } from '../../protocol/published.ts';
import { css } from '../../view/colour.ts';
import { nodeColour, nodeCss, type Palette } from '../../view/palettes.ts';
import { formatMb, formatSeconds, trim } from '../format.ts';
import { runsOf, usePublished } from '../published.ts';
import { scoreOf } from '../verdict.ts';
import { usePalette } from './use-lab.ts';

/** A vertical line: what the program takes when its memory is all local, or all remote. */
interface Ruler {
  label: string;
  seconds: number;
  /** Run here, or only published. */
  run: boolean;
}

const FONT = '11px system-ui, sans-serif';

export default function PublishedPicture() {
  const palette = usePalette();
  const rows = usePublished((state) => state.rows);
  const runs = usePublished((state) => state.runs);
  const current = usePublished((state) => state.current);
  const shown = usePublished((state) => state.shown);
  const row = rows.find(({ id }) => id === shown);
  const under = current?.id === shown ? current : null;
  const last = row ? runsOf(runs, row.id).at(-1) : undefined;
  const run = under ? under.soFar : (last ?? null);
  const rulers = row ? rulersOf(row, rows, (id) => runsOf(runs, id).map(({ seconds }) => seconds)) : [];
  const nodes = run?.mbPerNode.nodes ?? [];
  return (
    <figure className="published-picture">
      <figcaption>
        <strong>
          {row ? `${row.workload}, ${row.columnTitle}` : 'MB on each node over time, the row being run'}
        </strong>
        {run && (
          <span>
            {under
              ? `seed ${under.seed}, ${formatSeconds(run.seconds)} so far`
              : `took ${formatSeconds(run.seconds)}`}
            {`, ${Math.round(run.localShare * 100)} % of the bytes local`}
          </span>
        )}
        {row && !run && <span>{under ? 'booting' : 'not run yet'}</span>}
        {nodes.map((column, node) => (
          <span key={node} className="reading">
            <i style={{ background: nodeCss(palette, node) }} />
            node {node} {formatMb(column.at(-1) ?? 0)}
          </span>
        ))}
        {rulers.map(({ label, seconds, run: measured }) => (
          <span key={label} className="ruler">
            ┆ {label} {formatSeconds(seconds)} {measured ? '(run)' : '(published)'}
          </span>
        ))}
      </figcaption>
      <Plot run={run} rulers={rulers} palette={palette} nodes={Math.max(2, nodes.length)} />
    </figure>
  );
}

/** Hard bind and inverse bind of the same program on the same machine: as run, else as published. */
function rulersOf(
  row: PublishedRowInfo,
  rows: readonly PublishedRowInfo[],
  seconds: (id: string) => readonly number[],
): Ruler[] {
  return (['hard', 'inverse'] as const).flatMap((column) => {
    const ruler = rows.find(
      (each) => each.source === row.source && each.workload === row.workload && each.column === column,
    );
    if (!ruler) return [];
    const score = scoreOf(ruler, seconds(ruler.id));
    return [
      {
        label: column === 'hard' ? 'hard bind' : 'inverse bind',
        seconds: score?.mean ?? ruler.published,
        run: score !== null,
      },
    ];
  });
}

interface PlotProps {
  run: PublishedRun | null;
  rulers: readonly Ruler[];
  palette: Palette;
  nodes: number;
}

function Plot({ run, rulers, palette, nodes }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  // What the plot's hooks look at when it draws.
  const now = useRef({ run, rulers, palette });
  const { theme, name } = palette;

  useEffect(() => {
    now.current = { run, rulers, palette };
  });
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const made = new uPlot(
      options(element, nodes, () => now.current),
      dataOf(now.current.run, nodes),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: element.clientHeight });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [nodes, theme, name]);
  useEffect(() => {
    plot.current?.setData(dataOf(run, nodes));
  }, [run, rulers, nodes]);

  const words = run
    ? `MB on each node over ${trim(run.seconds)} seconds`
    : 'Nothing has been run for this picture yet';
  return <div ref={host} className="published-plot" role="img" aria-label={words} />;
}

function dataOf(run: PublishedRun | null, nodes: number): uPlot.AlignedData {
  const columns = Array.from({ length: nodes }, (_, node) => run?.mbPerNode.nodes[node] ?? []);
  return [run?.mbPerNode.t_s ?? [], ...columns];
}

type Now = () => { run: PublishedRun | null; rulers: readonly Ruler[]; palette: Palette };

function options(element: HTMLElement, nodes: number, now: Now): uPlot.Options {
  const { palette } = now();
  const grid = { stroke: css(palette.colours.line), width: 1 };
  const axis = { stroke: css(palette.colours.secondary), font: FONT, grid, ticks: { show: false } };
  return {
    width: Math.max(60, element.clientWidth),
    height: Math.max(60, element.clientHeight),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 5 } },
    padding: [14, 12, 0, 0],
    scales: {
      x: {
        time: false,
        range: () => {
          const { run, rulers } = now();
          return [0, Math.max(10, run?.seconds ?? 0, ...rulers.map(({ seconds }) => seconds)) * 1.05];
        },
      },
      y: { range: (_plot, _min, max) => [0, Math.max(100, max ?? 0) * 1.05] },
    },
    axes: [
      { ...axis, size: 20, gap: 3, space: 60, values: (_plot, splits) => splits.map((s) => `${trim(s)} s`) },
      { ...axis, size: 60, gap: 4, space: 26, values: (_plot, splits) => splits.map(formatMb) },
    ],
    series: [
      {},
      ...Array.from({ length: nodes }, (_, node) => ({
        label: `node ${node}`,
        stroke: css(nodeColour(palette, node)),
        width: 1.5,
        points: { show: false },
      })),
    ],
    hooks: { draw: [(plot) => drawRulers(plot, now())] },
  };
}

/** Dashed lines with their names at the top. */
function drawRulers(plot: uPlot, { rulers, palette }: ReturnType<Now>): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = css(palette.colours.text);
  ctx.fillStyle = css(palette.colours.secondary);
  ctx.lineWidth = ratio;
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  for (const { label, seconds } of rulers) {
    const x = Math.round(plot.valToPos(seconds, 'x', true)) + 0.5;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.textAlign = x > bbox.left + bbox.width * 0.85 ? 'right' : 'center';
    ctx.fillText(label, x, bbox.top - 4 * ratio);
  }
  ctx.restore();
}
