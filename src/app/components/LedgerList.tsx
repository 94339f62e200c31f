/** Decisions, one a line: when, what, and how often in a row. */
import type { LedgerLine } from '../../protocol/why.ts';
import { useLab } from './use-lab.ts';

interface Props {
  lines: readonly LedgerLine[];
  /** What stands there when there is none. */
  empty: string;
  more: boolean;
  label: string;
}

/** "12.431 s", of nanoseconds. */
function moment(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}

export function LedgerList({ lines, empty, more, label }: Props) {
  const lab = useLab();
  if (lines.length === 0) return <p className="hint">{empty}</p>;
  return (
    <>
      <ol className="ledger" aria-label={label}>
        {lines.map((line, index) => (
          <li key={index}>
            <time className="time">{moment(line.ns)}</time>
            {line.times && line.sinceNs !== undefined && (
              <span className="times">
                {line.times} times since {moment(line.sinceNs)}
              </span>
            )}
            <p>{line.text}</p>
            {line.target && (
              <button type="button" onClick={() => lab.select(line.target!)}>
                Select
              </button>
            )}
          </li>
        ))}
      </ol>
      {more && <p className="why-kept">Older ones are not listed.</p>}
    </>
  );
}
