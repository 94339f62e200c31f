/** Spent and saved over time, two lines: small, so an SVG will do. */
import { useMemo } from 'react';
import type { SeriesStore } from '../series.ts';

const WIDTH = 280;
const HEIGHT = 84;
const LEFT = 44;
const BOTTOM = 16;
/** Points drawn at most. */
const POINTS = 140;

interface Props {
  series: SeriesStore;
  /** Counts changes of the series. */
  version: number;
}

/** The line of a column through the plot. */
function line(t: readonly number[], values: readonly number[], low: number, high: number): string {
  const step = Math.max(1, Math.floor(t.length / POINTS));
  const last = t[t.length - 1] || 1;
  const points: string[] = [];
  for (let i = 0; i < t.length; i += step) {
    const x = LEFT + (t[i] / last) * (WIDTH - LEFT - 4);
    const y = 4 + (1 - (values[i] - low) / (high - low)) * (HEIGHT - BOTTOM - 8);
    points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
  }
  return points.join(' ');
}

const seconds = (value: number): string =>
  `${Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2)} s`.replace(
    '-',
    '−',
  );

export function BillChart({ series, version }: Props) {
  const plot = useMemo(() => {
    const { t, billSpent, billSaved } = series.columns;
    if (t.length < 2) return null;
    const low = Math.min(0, ...billSaved);
    const high = Math.max(1e-6, ...billSaved, ...billSpent);
    return {
      spent: line(t, billSpent, low, high),
      saved: line(t, billSaved, low, high),
      low,
      high,
      zero: 4 + (1 - (0 - low) / (high - low)) * (HEIGHT - BOTTOM - 8),
      end: t[t.length - 1],
    };
    // The columns grow in place; their version says when.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [series, version]);
  if (!plot) return null;
  return (
    <figure className="bill-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="CPU seconds spent and saved over time">
        <line className="axis" x1={LEFT} x2={WIDTH - 4} y1={plot.zero} y2={plot.zero} />
        <text x={LEFT - 4} y={12} textAnchor="end">
          {seconds(plot.high)}
        </text>
        {plot.low < 0 && (
          <text x={LEFT - 4} y={HEIGHT - BOTTOM} textAnchor="end">
            {seconds(plot.low)}
          </text>
        )}
        <text x={LEFT} y={HEIGHT - 3}>
          0
        </text>
        <text x={WIDTH - 4} y={HEIGHT - 3} textAnchor="end">
          {plot.end.toFixed(1)} s
        </text>
        <polyline className="spent" points={plot.spent} />
        <polyline className="saved" points={plot.saved} />
      </svg>
      <figcaption>
        <span className="key spent" aria-hidden="true" /> spent{' '}
        <span className="key saved" aria-hidden="true" /> saved (dashed), CPU seconds over simulated time
      </figcaption>
    </figure>
  );
}
