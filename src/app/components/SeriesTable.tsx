/** The charts' figures as a table, for those who read rather than look. */
import { useMemo } from 'react';
import { chartSpecs, type ChartSpec, type NamedProcess } from '../chart-specs.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { trim } from '../format.ts';
import { useObservation } from '../store.ts';
import { useLab, usePalette, usePolled } from './use-lab.ts';

/** Rows shown, spread evenly from the boot to now. */
const ROWS = 24;

const NOBODY: NamedProcess[] = [];

export default function SeriesTable() {
  const lab = useLab();
  const palette = usePalette();
  // A new object each second keeps the table readable while it grows.
  const version = usePolled(() => lab.series.version, PANEL_INTERVAL_MS * 4);
  const processes = useObservation.getState().summary?.processes ?? NOBODY;
  const { head, rows } = useMemo(
    () => tabulate(lab, processes, palette),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [lab, version],
  );
  return (
    <div className="series-table" tabIndex={0} role="region" aria-label="Charts as a table">
      <table>
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, index) =>
                index === 0 ? (
                  <th key={index} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={index}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tabulate(
  lab: ReturnType<typeof useLab>,
  processes: readonly NamedProcess[],
  palette: ReturnType<typeof usePalette>,
): { head: string[]; rows: string[][] } {
  const { series } = lab;
  const specs = chartSpecs(series, processes, palette);
  const head = ['time', ...specs.flatMap((spec) => spec.lines.map((line) => lineTitle(spec, line.label)))];
  const count = Math.min(ROWS, series.length);
  const rows: string[][] = [];
  const now = (lab.pump?.stats.tick ?? Infinity) / 1000;
  for (let i = count - 1; i >= 0; i--) {
    const at = count === 1 ? 0 : Math.round((i * (series.length - 1)) / (count - 1));
    rows.push([
      `${trim(series.columns.t[at])} s${series.columns.t[at] > now + 1e-9 ? ' (later)' : ''}`,
      ...specs.flatMap((spec) =>
        spec.lines.map(({ column, format = spec.format }) => {
          const value = column[at];
          return value === null || value === undefined ? '–' : format(value);
        }),
      ),
    ]);
  }
  return { head, rows };
}

/** "numa01 1012, node 0"; a label that repeats the title is left out. */
function lineTitle(spec: ChartSpec, label: string): string {
  const { title } = spec;
  return title.toLowerCase().includes(label) ? title : `${title}, ${label}`;
}
