/** The scoreboard: every published row, what the model makes of it, and the run under way as a picture. */
import { lazy, Suspense, useEffect, useState } from 'react';
import type { PublishedRowInfo } from '../../protocol/published.ts';
import { PUBLISHED_SEEDS } from '../constants.ts';
import { formatSeconds, trim } from '../format.ts';
import type { Lab } from '../lab.ts';
import {
  cancelPublished,
  closePublished,
  openPublished,
  runAll,
  runRow,
  runsOf,
  showRow,
  usePublished,
} from '../published.ts';
import { useView } from '../store.ts';
import { scoreOf, VERDICTS } from '../verdict.ts';
import { Dialog } from './Dialog.tsx';
import { useLab } from './use-lab.ts';

const PublishedPicture = lazy(() => import('./PublishedPicture.tsx'));

export default function PublishedDialog() {
  const lab = useLab();
  const rows = usePublished((state) => state.rows);
  const error = usePublished((state) => state.error);
  const [seeds, setSeeds] = useState(1);

  useEffect(() => {
    const release = lab.hold();
    void openPublished();
    return () => {
      closePublished();
      release();
    };
  }, [lab]);

  const sources = [...new Set(rows.map((row) => row.source))];
  return (
    <Dialog id="published" title="Published results">
      <p className="hint">
        Tables that were measured on real machines, and what this model makes of them. Rows run in a worker of
        their own; the laboratory waits meanwhile.
      </p>
      <Tools seeds={seeds} setSeeds={setSeeds} />
      {error && (
        <p className="published-error" role="alert">
          {error}
        </p>
      )}
      <Suspense fallback={<div className="published-picture" />}>
        <PublishedPicture />
      </Suspense>
      {rows.length === 0 && !error && <p className="hint">Looking the rows up …</p>}
      {sources.map((source) => (
        <SourceTable key={source} rows={rows.filter((row) => row.source === source)} seeds={seeds} />
      ))}
      <NotModelled />
    </Dialog>
  );
}

/** Run all, cancel, how many seeds, how far it is, and how it stands. */
function Tools({ seeds, setSeeds }: { seeds: number; setSeeds(seeds: number): void }) {
  const rows = usePublished((state) => state.rows);
  const runs = usePublished((state) => state.runs);
  const current = usePublished((state) => state.current);
  const done = usePublished((state) => state.done);
  const asked = usePublished((state) => state.asked);
  const row = rows.find(({ id }) => id === current?.id);
  const share = row && current?.soFar ? Math.min(0.99, current.soFar.seconds / row.published) : 0;
  const scores = rows.map((each) => scoreOf(each, secondsOf(runsOf(runs, each.id))));
  const hits = scores.filter((score) => score && score.verdict !== 'miss').length;
  const run = scores.filter(Boolean).length;
  return (
    <div className="published-tools">
      <button type="button" className="primary" data-first-focus="" onClick={() => void runAll(seeds)}>
        Run all
      </button>
      <button type="button" disabled={!current} onClick={cancelPublished}>
        Cancel
      </button>
      <label className="field">
        <span>seeds a row</span>
        <select value={seeds} onChange={(event) => setSeeds(Number(event.target.value))}>
          {PUBLISHED_SEEDS.map((count) => (
            <option key={count} value={count}>
              {count}
            </option>
          ))}
        </select>
      </label>
      <p className="published-status" role="status">
        {current && row
          ? `Running ${row.workload}, ${row.columnTitle}, seed ${current.seed}: ${done + 1} of ${asked}`
          : run === 0
            ? `${rows.length} rows, none run yet`
            : `${hits} of ${run} rows run are within their target, ${rows.length - run} not run`}
      </p>
      {current && row && <progress aria-label="Progress of the runs" max={asked} value={done + share} />}
    </div>
  );
}

/** The rows of one table, under its source. */
function SourceTable({ rows, seeds }: { rows: readonly PublishedRowInfo[]; seeds: number }) {
  const { sourceTitle, citation, machine } = rows[0];
  return (
    <section className="published-source" aria-label={sourceTitle}>
      <h3>
        {sourceTitle} <code>{machine}</code>
      </h3>
      <p className="hint">
        <a href={searchFor(citation)} target="_blank" rel="noreferrer">
          {citation}
        </a>{' '}
        Tolerance of the source {percent(rows[0].tolerance)}.
      </p>
      <table className="published">
        <thead>
          <tr>
            <th scope="col">program, how it ran</th>
            <th scope="col">published</th>
            <th scope="col">model</th>
            <th scope="col">ratio</th>
            <th scope="col">verdict</th>
            <th scope="col">
              <span className="sr-only">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.id} row={row} seeds={seeds} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row, seeds }: { row: PublishedRowInfo; seeds: number }) {
  const lab = useLab();
  const runs = usePublished((state) => runsOf(state.runs, row.id));
  const running = usePublished((state) => (state.current?.id === row.id ? state.current : null));
  const waiting = usePublished((state) => state.waiting.some(({ id }) => id === row.id));
  const shown = usePublished((state) => state.shown === row.id);
  const score = scoreOf(row, secondsOf(runs));
  const verdict = score?.verdict ?? 'none';
  const name = `${row.workload}, ${row.columnTitle}`;
  return (
    <tr className={shown ? 'shown' : undefined} data-row={row.id}>
      <th scope="row">
        <button
          type="button"
          className="plain"
          title="Show its picture"
          aria-pressed={shown}
          onClick={() => showRow(row.id)}
        >
          {row.workload} <span className="how">{row.columnTitle}</span>
        </button>
        {row.fitted && (
          <small title="The machine's bandwidth was fitted to this row: agreement is no evidence.">
            {' '}
            fitted
          </small>
        )}
      </th>
      <td data-label="published">{row.published} s</td>
      <td data-label="model">
        {score ? (
          <>
            {score.mean.toFixed(1)} s{' '}
            <small>
              {score.runs > 1
                ? `${trim(score.min)} to ${trim(score.max)}, ${score.runs} seeds`
                : row.steady
                  ? 'steady'
                  : '1 seed'}
            </small>
          </>
        ) : (
          '–'
        )}
      </td>
      <td data-label="ratio">{score ? score.ratio.toFixed(3) : '–'}</td>
      <td className={`verdict ${verdict}`} title={`target ${percent(row.target)}`}>
        {running ? (
          <>
            <span aria-hidden="true">▸</span> running
            {running.soFar && ` ${formatSeconds(running.soFar.seconds)}`}
          </>
        ) : (
          <>
            <span aria-hidden="true">{VERDICTS[verdict].sign}</span> {VERDICTS[verdict].words}
            {waiting && ', waiting'}
          </>
        )}
      </td>
      <td className="acts">
        <button
          type="button"
          aria-label={`Run ${name}`}
          disabled={running !== null || waiting}
          onClick={() => runRow(row, seeds)}
        >
          Run
        </button>
        <button
          type="button"
          aria-label={`Open ${name} in the lab`}
          title="Open this row in the lab"
          onClick={() => void openInLab(lab, row)}
        >
          Open
        </button>
      </td>
    </tr>
  );
}

/** What stands in the same tables and cannot be run here. */
function NotModelled() {
  const figures = usePublished((state) => state.notModelled);
  if (figures.length === 0) return null;
  return (
    <details>
      <summary>{figures.length} published figures that the lab has no policy for</summary>
      <ul className="not-modelled">
        {figures.map(({ source, workload, column, published, why }) => (
          <li key={`${source} ${workload} ${column}`}>
            {source}, {workload}, {column}: {formatSeconds(published)}. <span className="hint">{why}.</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The row's experiment runs in the laboratory, to be watched page by page. */
async function openInLab(lab: Lab, row: PublishedRowInfo): Promise<void> {
  const reply = await lab.open(row);
  if (reply.ok) useView.setState({ dialog: null });
}

function secondsOf(runs: readonly { seconds: number }[]): number[] {
  return runs.map(({ seconds }) => seconds);
}

function percent(share: number): string {
  return `${trim(share * 100)} %`;
}

/** The mail by its subject, in the archive of the lists. */
function searchFor(citation: string): string {
  const subject = /"([^"]+)"/.exec(citation)?.[1] ?? citation;
  return `https://lore.kernel.org/all/?q=${encodeURIComponent(`s:"${subject.replace(/^Re: /, '')}"`)}`;
}
