/** The bill: what balancing has cost and saved, of all processes and of each. */
import { useCallback } from 'react';
import type { BillOf, BillReport } from '../../protocol/why.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { BillChart } from './BillChart.tsx';
import { useAnswer } from './use-answer.ts';
import { useLab, usePolled } from './use-lab.ts';

const ALL = {};

/** CPU time with its unit, three figures or so: "1.23 s", "45.6 ms", "789 us". */
export function cpuTime(ns: number): string {
  const size = Math.abs(ns);
  const [value, unit] =
    size >= 1e9
      ? [ns / 1e9, 's']
      : size >= 1e6
        ? [ns / 1e6, 'ms']
        : size >= 1e3
          ? [ns / 1e3, 'µs']
          : [ns, 'ns'];
  const digits = Math.abs(value) >= 100 || unit === 'ns' ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`.replace('-', '−');
}

const ROWS: readonly [keyof BillOf, string][] = [
  ['scanNs', 'scanning'],
  ['faultNs', 'hinting faults'],
  ['migrateNs', 'copying pages'],
  ['splitNs', 'splitting huge pages'],
  ['shootdownNs', 'TLB shootdowns'],
  ['balanceNs', 'balancing tasks'],
];

export function WhyBill() {
  const lab = useLab();
  const ask = useCallback(() => lab.bill(), [lab]);
  const report = useAnswer<object, BillReport>(ALL, ask);
  const version = usePolled(() => lab.series.version, PANEL_INTERVAL_MS);
  if (!report) return <p className="hint">Adding up …</p>;
  const { all, processes, more, nobodyNs, rateS } = report;
  return (
    <div className="selected bill">
      <h2>The bill</h2>
      <p data-testid="bill-verdict">{verdict(all)}</p>
      <BillChart series={lab.series} version={version} />
      <BillTable bill={all} caption="All processes" />
      {processes.map((bill) => (
        <details key={bill.pid}>
          <summary>
            {bill.name}: spent {cpuTime(bill.spentNs)}, saved {cpuTime(bill.savedNs)}
          </summary>
          <p>{verdict(bill)}</p>
          <BillTable bill={bill} caption={bill.name} />
        </details>
      ))}
      {more > 0 && <p className="why-kept">{more} cheaper processes are not listed.</p>}
      <p className="why-kept">
        CPU time since boot. The daemons&apos; time is on the bill of the process whose pages they handled
        {nobodyNs > 0 ? `; ${cpuTime(nobodyNs)} belong to none that is left` : ''}. Saved is access time
        against the placement found before anything moved, process by process; a projection goes by the last{' '}
        {rateS} s.
      </p>
    </div>
  );
}

/** Has it paid, and when, or when would it? */
function verdict(bill: BillOf): string {
  if (bill.spentNs === 0) return 'Nothing has been spent yet.';
  const now = `Spent ${cpuTime(bill.spentNs)}, saved ${cpuTime(bill.savedNs)}`;
  const at = (tick: number) => `${(tick / 1000).toFixed(1)} s`;
  if (bill.brokeEvenTick !== null) {
    const still = bill.savedNs > bill.spentNs ? '' : ', but costs are ahead again';
    return `${now}: it broke even at ${at(bill.brokeEvenTick)}${still}.`;
  }
  if (bill.projectedTick !== null)
    return `${now}: not yet even. Projection at the current rate: ${at(bill.projectedTick)}.`;
  return `${now}: not even, and at the current rate it never will be.`;
}

function BillTable({ bill, caption }: { bill: BillOf; caption: string }) {
  return (
    <table className="pairs">
      <caption>{caption}</caption>
      <tbody>
        {ROWS.map(([key, title]) => (
          <tr key={key}>
            <th scope="row">{title}</th>
            <td>{cpuTime(bill[key] as number)}</td>
          </tr>
        ))}
        <tr className="total">
          <th scope="row">spent</th>
          <td>{cpuTime(bill.spentNs)}</td>
        </tr>
        <tr className="total">
          <th scope="row">access time saved</th>
          <td>{cpuTime(bill.savedNs)}</td>
        </tr>
        <tr className="total">
          <th scope="row">net</th>
          <td>{cpuTime(bill.savedNs - bill.spentNs)}</td>
        </tr>
      </tbody>
    </table>
  );
}
