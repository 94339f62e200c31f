/** What is selected: its state in words, what was decided about it, and its figures. */
import { useCallback } from 'react';
import type { InspectTarget } from '../../protocol/summary.ts';
import type { Why } from '../../protocol/why.ts';
import { useView } from '../store.ts';
import { LedgerList } from './LedgerList.tsx';
import { useAnswer } from './use-answer.ts';
import { useLab } from './use-lab.ts';

export function WhyLedger() {
  const lab = useLab();
  const selection = useView((view) => view.selection);
  const ask = useCallback((target: InspectTarget) => lab.why(target), [lab]);
  const why = useAnswer<InspectTarget, Why>(selection, ask);
  if (!selection) {
    return (
      <p className="hint">
        Click a page, an arrow, a CPU, a thread, a process or a daemon in the picture: what it is, and every
        decision about it with the numbers that were compared, stands here.
      </p>
    );
  }
  if (!why) return <p className="hint">Looking …</p>;
  return (
    <div className="selected">
      <h2>{why.title}</h2>
      {why.state && <p data-testid="why-state">{why.state}</p>}
      <Related why={why} />
      <h3>What was decided, the newest first</h3>
      <LedgerList
        lines={why.ledger}
        empty="Nothing that is kept was decided about it."
        more={why.more}
        label="Decisions"
      />
      <details>
        <summary>Figures</summary>
        <dl>
          {why.rows.map(({ name, value }, index) => (
            <div key={index}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      <p className="why-kept">{why.kept}</p>
      <button type="button" onClick={() => lab.select(null)}>
        Clear the selection
      </button>
    </div>
  );
}

/** Other things that belong to it. */
function Related({ why }: { why: Why }) {
  const lab = useLab();
  if (why.related.length === 0) return null;
  return (
    <p className="why-related">
      Ask about{' '}
      {why.related.map(({ label, target }) => (
        <button key={label} type="button" onClick={() => lab.select(target)}>
          {label}
        </button>
      ))}
    </p>
  );
}
