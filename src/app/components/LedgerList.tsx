/** Decisions, one a line: when (a way there), what, and how often in a row. */
import type { LedgerLine } from '../../protocol/why.ts';
import { useLab, useRun } from './use-lab.ts';

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

/** Names of kernel functions may break after an underscore: the panel is narrow. */
function breakable(text: string): React.ReactNode[] {
  return text.split(/(?<=_)/).flatMap((part, index) => (index === 0 ? [part] : [<wbr key={index} />, part]));
}

export function LedgerList({ lines, empty, more, label }: Props) {
  const lab = useLab();
  const run = useRun();
  if (lines.length === 0) return <p className="hint">{empty}</p>;
  return (
    <>
      <ol className="ledger" aria-label={label}>
        {lines.map((line, index) => (
          <li key={index}>
            <button
              type="button"
              className="time"
              title="Go there, to the tick after it happened"
              onClick={() => run('run.seek', String(line.tick + 1))}
            >
              {moment(line.ns)}
            </button>
            {line.times && line.sinceNs !== undefined && (
              <span className="times">
                {line.times} times since {moment(line.sinceNs)}
              </span>
            )}
            <p>{breakable(line.text)}</p>
            {line.target && (
              <button type="button" className="select" onClick={() => lab.select(line.target!)}>
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
