/** Local share over time, a small chart for each run of a sweep, all on the same scales. */
import { cellName, shortField } from '../../../protocol/sweep.ts';
import { useSweep, type CellView } from '../../compare/sweep.ts';

const WIDTH = 160;
const HEIGHT = 56;
/** Points a line is drawn with. */
const POINTS = 120;

export function SweepMultiples({ open }: { open(cell: CellView): void }) {
  const axes = useSweep((state) => state.axes);
  const cells = useSweep((state) => state.cells);
  const drawn = cells.filter(({ local }) => local.t.length > 0);
  const end = Math.max(1, ...drawn.map(({ local }) => local.t.at(-1)!));
  if (drawn.length === 0) return null;
  return (
    <section className="multiples" aria-label="Local share over time">
      <h2>
        Local accesses over time by {axes.map(({ field }) => shortField(field)).join(' and ')}{' '}
        <small>0 to 100 % of the bytes, 0 to {Math.round(end)} s; a chart opens its run</small>
      </h2>
      <ul>
        {drawn.map((cell) => {
          const name = cellName(axes, cell.at);
          const overall = cell.standing?.figures.localShare ?? 0;
          return (
            <li key={cell.at.join()}>
              <button
                type="button"
                title={`Open ${name} in the laboratory`}
                aria-label={`${name}, open this run`}
                onClick={() => open(cell)}
              >
                <span className="multiple-name">
                  {axes.map(({ values }, axis) => values[cell.at[axis]]).join(', ')}
                </span>
                <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" preserveAspectRatio="none">
                  <path
                    className="grid"
                    d={`M0 ${HEIGHT / 2}H${WIDTH}M0 .5H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}`}
                  />
                  <path className="line" d={pathOf(cell.local, end)} />
                </svg>
                <small>{(overall * 100).toFixed(1)} % of all bytes local</small>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** A line through so many points, each the mean of the rows it stands for. */
function pathOf({ t, share }: CellView['local'], end: number): string {
  const rows = Math.max(1, Math.ceil(t.length / POINTS));
  let path = '';
  for (let from = 0; from < t.length; from += rows) {
    const to = Math.min(t.length, from + rows);
    let sum = 0;
    for (let i = from; i < to; i++) sum += share[i];
    const x = (t[to - 1] / end) * WIDTH;
    const y = HEIGHT - (sum / (to - from)) * HEIGHT;
    path += `${path ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return path;
}
