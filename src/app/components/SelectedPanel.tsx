/** What is selected, in words and numbers, as the kernel has it now. */
import { useEffect, useState } from 'react';
import type { Inspection } from '../../protocol/summary.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { useView } from '../store.ts';
import { useLab } from './use-lab.ts';

export function SelectedPanel() {
  const lab = useLab();
  const selection = useView((view) => view.selection);
  const [answer, setAnswer] = useState<{ of: object; inspection: Inspection } | null>(null);

  useEffect(() => {
    if (!selection) return undefined;
    let timer = 0;
    let gone = false;
    const refresh = async () => {
      const inspection = await lab.inspect(selection);
      if (gone) return;
      if (inspection) setAnswer({ of: selection, inspection });
      timer = window.setTimeout(() => void refresh(), PANEL_INTERVAL_MS);
    };
    void refresh();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [lab, selection]);

  if (!selection) {
    return (
      <p className="hint">
        Click a page, a CPU, a process or a daemon in the picture: what it is, and why it is there, stands
        here.
      </p>
    );
  }
  if (answer?.of !== selection) return <p className="hint">Looking …</p>;
  return (
    <div className="selected">
      <h2>{answer.inspection.title}</h2>
      <dl>
        {answer.inspection.rows.map(({ name, value }, index) => (
          <div key={index}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => lab.select(null)}>
        Clear the selection
      </button>
    </div>
  );
}
