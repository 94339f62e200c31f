/** A table of all runs of a sweep, its cells coloured by elapsed time or by cost. A cell opens its run. */
import { css } from '../../../view/colour.ts';
import { cellName, shortField } from '../../../protocol/sweep.ts';
import { extent, heatColour, heatInk, shareOf } from '../../compare/heat.ts';
import { MEASURES, useSweep, type CellView, type Measure } from '../../compare/sweep.ts';
import { useView } from '../../store.ts';

interface HeatMapProps {
  measure: Measure;
  setMeasure(measure: Measure): void;
  open(cell: CellView): void;
}

export function HeatMap({ measure, setMeasure, open }: HeatMapProps) {
  const axes = useSweep((state) => state.axes);
  const cells = useSweep((state) => state.cells);
  const [down, across] = axes;
  const { title, about, of } = MEASURES[measure];
  const done = cells.filter(({ status, standing }) => status === 'done' && standing?.finished);
  const range = extent(done.map(({ standing }) => of(standing!)));
  const columns = across?.values ?? [''];
  const best = range && done.length > 1 ? range.least : null;
  return (
    <section className="heat" aria-label="Heat map">
      <header>
        <h2>
          {title} <small>{about}</small>
        </h2>
        <span className="segmented" role="group" aria-label="Colour by">
          {(Object.keys(MEASURES) as Measure[]).map((each) => (
            <button key={each} type="button" aria-pressed={each === measure} onClick={() => setMeasure(each)}>
              {MEASURES[each].title}
            </button>
          ))}
        </span>
        <Scale range={range} measure={measure} />
      </header>
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={`${title} of all runs`}>
        <table className="heat-table">
          <caption className="sr-only">{title} in seconds; a cell opens that run in the laboratory</caption>
          <thead>
            <tr>
              <th scope="col">
                {shortField(down.field)}
                {across && ` \\ ${shortField(across.field)}`}
              </th>
              {columns.map((value) => (
                <th key={value} scope="col">
                  {across ? value : 'run'}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {down.values.map((value, row) => (
              <tr key={value}>
                <th scope="row">{value}</th>
                {columns.map((_, column) => {
                  const cell = cells[row * columns.length + column];
                  return (
                    <Cell
                      key={column}
                      cell={cell}
                      name={cellName(axes, cell.at)}
                      measure={measure}
                      range={range}
                      best={best}
                      open={open}
                    />
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface CellProps {
  cell: CellView;
  name: string;
  measure: Measure;
  range: ReturnType<typeof extent>;
  best: number | null;
  open(cell: CellView): void;
}

function Cell({ cell, name, measure, range, best, open }: CellProps) {
  const theme = useView((view) => view.theme);
  const { of } = MEASURES[measure];
  const value = cell.standing ? of(cell.standing) : null;
  const finished = cell.status === 'done' && cell.standing?.finished === true;
  const colour = finished && range && value !== null ? heatColour(theme, shareOf(value, range)) : null;
  const words = wordsOf(cell, value);
  return (
    <td data-status={cell.status}>
      <button
        type="button"
        title={cell.error || `${name}: ${words}. Open this run in the laboratory`}
        aria-label={`${name}: ${words}${cell.error && ` (${cell.error})`}, open this run`}
        style={colour === null ? undefined : { background: css(colour), color: css(heatInk(colour)) }}
        onClick={() => open(cell)}
      >
        {words}
        {finished && value === best && <span aria-hidden="true"> ▾</span>}
      </button>
    </td>
  );
}

/** Seconds with enough digits to tell neighbours apart. */
export function secondsWords(seconds: number): string {
  return `${seconds.toFixed(seconds < 10 ? 3 : 2)} s`;
}

function wordsOf({ status, standing }: CellView, value: number | null): string {
  switch (status) {
    case 'waiting':
    case 'cancelled':
    case 'failed':
      return status;
    case 'running':
      return standing ? `at ${standing.figures.elapsedS.toFixed(0)} s …` : 'booting';
    case 'done':
      return `${standing?.finished ? '' : '> '}${secondsWords(value ?? 0)}`;
  }
}

const STEPS = 9;

/** What the colours mean. */
function Scale({ range, measure }: { range: ReturnType<typeof extent>; measure: Measure }) {
  const theme = useView((view) => view.theme);
  if (!range) return <p className="heat-scale">no run has finished yet</p>;
  return (
    <p className="heat-scale" aria-label={`Scale of ${MEASURES[measure].title}`}>
      <span>▾ least {secondsWords(range.least)}</span>
      <span className="ramp" aria-hidden="true">
        {Array.from({ length: STEPS }, (_, i) => (
          <i key={i} style={{ background: css(heatColour(theme, i / (STEPS - 1))) }} />
        ))}
      </span>
      <span>{secondsWords(range.most)}</span>
    </p>
  );
}
