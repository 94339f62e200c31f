/** The side panel: tabs after the ARIA pattern; only the open one is mounted. */
import { lazy, Suspense, type KeyboardEvent } from 'react';
import { PANELS, useView, type PanelId } from '../store.ts';
import { CountersPanel } from './CountersPanel.tsx';
import { KnobsPanel } from './KnobsPanel.tsx';
import { LogPanel } from './LogPanel.tsx';
import { ProcessesPanel } from './ProcessesPanel.tsx';
import { useRun } from './use-lab.ts';

const WhyPanel = lazy(() => import('./WhyPanel.tsx'));
const ShellPanel = lazy(() => import('./ShellPanel.tsx'));

const BODIES: Record<PanelId, React.ComponentType> = {
  knobs: KnobsPanel,
  processes: ProcessesPanel,
  counters: CountersPanel,
  log: LogPanel,
  why: WhyPanel,
  shell: ShellPanel,
};

export function SidePanel() {
  const run = useRun();
  const panel = useView((view) => view.panel);
  const Body = BODIES[panel];

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const at = PANELS.findIndex(({ id }) => id === panel);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: PANELS.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const { id } = PANELS[(next + PANELS.length) % PANELS.length];
    run(`view.panel.${id}`);
    document.getElementById(`tab-${id}`)?.focus();
  };

  return (
    <aside className="side" aria-label="Side panel">
      <div className="tabs" role="tablist" aria-label="Panels" onKeyDown={onKeyDown}>
        {PANELS.map(({ id, tab, title }, index) => (
          <button
            key={id}
            id={`tab-${id}`}
            type="button"
            role="tab"
            aria-selected={panel === id}
            aria-controls="panel"
            tabIndex={panel === id ? 0 : -1}
            title={`${title} (${index + 1})`}
            onClick={() => run(`view.panel.${id}`)}
          >
            {tab}
          </button>
        ))}
      </div>
      <div className="panel" role="tabpanel" id="panel" aria-labelledby={`tab-${panel}`} tabIndex={0}>
        <Suspense fallback={<p className="hint">Loading …</p>}>
          <Body />
        </Suspense>
      </div>
    </aside>
  );
}
