/** The figures of all runs, each with its difference from the first. */
import { useComparison, type RunView } from '../../compare/compared-run.ts';
import { cellOf, METRICS, type Measured } from '../../compare/metrics.ts';
import { letterOf, nameOf } from '../../compare/runs.ts';
import { useObservation } from '../../store.ts';

function measuredOf({ standing, summary }: RunView): Measured {
  return { standing, processes: summary?.processes ?? [] };
}

export function CompareTable() {
  const runs = useComparison((state) => state.runs);
  const catalog = useObservation((state) => state.catalog);
  const measured = runs.map(measuredOf);
  return (
    <div className="compare-table" tabIndex={0} role="region" aria-label="Figures of all runs">
      <table>
        <caption className="sr-only">Figures of all runs, with differences from run A</caption>
        <thead>
          <tr>
            <th scope="col">since boot</th>
            {runs.map(({ id, spec }, index) => (
              <th key={id} scope="col" title={nameOf(spec, catalog)}>
                <span className="run-letter">{letterOf(index)}</span>{' '}
                <span className="run-name">{nameOf(spec, catalog)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {METRICS.map((metric) => (
            <tr key={metric.key} data-metric={metric.key}>
              <th scope="row" title={metric.about}>
                {metric.title}
              </th>
              {measured.map((run, index) => {
                const { text, delta } = cellOf(metric, run, measured[0]);
                return (
                  <td key={runs[index].id} data-run={letterOf(index)}>
                    {text}
                    {delta && <small className="delta">{delta}</small>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
