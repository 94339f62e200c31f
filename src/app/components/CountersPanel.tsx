/** Counters under their kernel names, the daemons, the memory of each node, and the bill. */
import type { ReactNode } from 'react';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import type { Summary } from '../../protocol/summary.ts';
import { versionName } from '../experiment.ts';
import { formatCount, formatMb, formatSeconds, formatShare, trim } from '../format.ts';
import { useExperiment, useObservation } from '../store.ts';
import { useLab, usePolled } from './use-lab.ts';

export function CountersPanel() {
  const lab = useLab();
  const summary = usePolled(() => useObservation.getState().summary, PANEL_INTERVAL_MS);
  if (!summary) return <p className="hint">The machine is booting.</p>;
  const { bill, scanner } = summary;
  const counters = Object.entries(summary.counters);
  const counted = counters.filter(([, value]) => value !== 0);
  const untouched = counters.filter(([, value]) => value === 0);
  return (
    <div className="counters">
      <Table title="Kernel counters" rows={counted.map(counterRow)} />
      {untouched.length > 0 && (
        <details>
          <summary>{untouched.length} more at zero</summary>
          <Table title="Kernel counters at zero" rows={untouched.map(counterRow)} />
        </details>
      )}
      <Overhead overhead={summary.overhead} />
      <Table
        title="Huge pages (2 MiB)"
        rows={HUGE_COUNTERS.map(({ name, words }) => [
          <span key={name}>
            {words} <code>{name}</code>
          </span>,
          formatCount(summary.counters[name] ?? 0),
        ])}
      />
      <Table
        title="Scanner"
        rows={
          scanner.present
            ? [
                [<code key="name">knuma_scand</code>, scanner.state],
                ['passes completed', formatCount(scanner.fullScans)],
                ['through this pass', formatShare(scanner.progress)],
                ['wakes in', `${formatCount(scanner.wakesInMs)} ms`],
              ]
            : [[<code key="name">knuma_scand</code>, 'absent']]
        }
      />
      {summary.nodes.map((node, index) => (
        <Table
          key={index}
          title={`Node ${index}`}
          rows={[
            ['memory', formatMb(node.totalMb)],
            ['free', formatMb(node.freeMb)],
            ['anonymous', formatMb(node.anonymousMb)],
            ['page cache', formatMb(node.pageCacheMb)],
            ['kernel', formatMb(node.kernelMb)],
            ['high watermark', `${formatCount(node.highWatermarkPages)} pages`],
            [
              <button
                key="daemon"
                type="button"
                className="plain"
                onClick={() => lab.select({ kind: 'daemon', node: index })}
              >
                <code>{node.daemon.name}</code>
              </button>,
              node.daemon.state,
            ],
            ['queued', `${formatCount(node.daemon.queued)} pages`],
            ['arriving', `${formatCount(node.daemon.pagesPerSecond)} pages/s`],
          ]}
        />
      ))}
      <Table
        title="The bill, CPU time"
        rows={[
          ['scanning', formatSeconds(bill.scanS)],
          ['hinting faults', formatSeconds(bill.faultS)],
          ['migration', formatSeconds(bill.migrateS)],
          ['splitting huge pages', formatSeconds(bill.splitS)],
          ['TLB shootdowns', formatSeconds(bill.shootdownS)],
          ['sched_autonuma_balance', formatSeconds(bill.balanceS)],
          [
            <strong key="spent">spent</strong>,
            formatSeconds(
              bill.scanS + bill.faultS + bill.migrateS + bill.splitS + bill.shootdownS + bill.balanceS,
            ),
          ],
          [<strong key="saved">access time saved</strong>, formatSeconds(bill.savedS)],
        ]}
      />
    </div>
  );
}

/** The gauge: what the version keeps for every page frame, and what share of all memory that is. */
function Overhead({ overhead }: { overhead: Summary['overhead'] }) {
  const { bytesPerPage, mb, share, source } = overhead;
  const version = useExperiment((state) => state.experiment.autonumaVersion);
  const catalog = useObservation((state) => state.catalog);
  const percent = `${trim(share * 100)} %`;
  return (
    <section className="overhead" aria-label="Memory overhead">
      <h2>Memory overhead of {versionName(catalog, version)}</h2>
      <p className="figures">
        <strong>{bytesPerPage} bytes a page</strong>
        <span>{mb >= 10 ? formatMb(mb) : `${trim(mb)} MB`}</span>
        <span>{percent} of RAM</span>
      </p>
      <span
        className="gauge"
        role="meter"
        aria-label={`Memory overhead, ${percent} of RAM; the scale ends at 1 %`}
        aria-valuemin={0}
        aria-valuemax={1}
        aria-valuenow={Number(trim(share * 100))}
      >
        <span style={{ width: `${Math.min(100, share * 100 * 100)}%` }} />
      </span>
      <p className="hint">{source}</p>
    </section>
  );
}

const HUGE_COUNTERS = [
  { name: 'thp_fault_alloc', words: 'allocated at a fault' },
  { name: 'thp_split', words: 'split' },
  { name: 'thp_collapse_alloc', words: 'collapsed' },
] as const;

function counterRow([name, value]: [string, number]): [ReactNode, ReactNode] {
  return [<code key={name}>{name}</code>, formatCount(value)];
}

function Table({ title, rows }: { title: string; rows: [ReactNode, ReactNode][] }) {
  return (
    <table className="pairs">
      <caption>{title}</caption>
      <tbody>
        {rows.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
