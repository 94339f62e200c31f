/** The page that compares: runs side by side, or a sweep. Takes the place of the laboratory while it is open. */
import { X } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Comparison } from '../../compare/comparison.ts';
import { useComparison } from '../../compare/compared-run.ts';
import type { ComparisonRequest } from '../../compare/request.ts';
import { letterOf } from '../../compare/runs.ts';
import { varyTexts } from '../../compare/sweep.ts';
import { commandHint } from '../../commands.ts';
import { useObservation, useView } from '../../store.ts';
import '../../styles/compare.css';
import { useLab, useRun } from '../use-lab.ts';
import { CompareTransport } from './CompareTransport.tsx';
import { RunsPage } from './RunsPage.tsx';

const SweepPage = lazy(() => import('./SweepPage.tsx'));

export default function CompareView({ request }: { request: ComparisonRequest }) {
  const lab = useLab();
  const { page } = request;
  // A new request is a new page (App gives it a key); what changes in one is which page is shown.
  const [comparison] = useState(() => new Comparison(lab, request, varyTexts));

  useEffect(() => {
    comparison.show();
    const leave = lab.receive(comparison);
    return () => {
      comparison.dispose();
      leave();
    };
  }, [comparison, lab]);

  useEffect(() => {
    if (page === 'runs') void comparison.start();
    lab.address.flush();
  }, [comparison, page, lab]);

  return (
    <div className="compare" data-page={page}>
      <CompareHeader page={page} />
      {page === 'runs' ? (
        <RunsPage comparison={comparison} />
      ) : (
        <Suspense fallback={<main className="sweep" />}>
          <SweepPage first={request.runs[0].experiment} vary={request.vary} />
        </Suspense>
      )}
    </div>
  );
}

function CompareHeader({ page }: { page: ComparisonRequest['page'] }) {
  const run = useRun();
  const show = (next: ComparisonRequest['page']) =>
    useView.setState(({ comparing }) => (comparing ? { comparing: { ...comparing, page: next } } : {}));
  return (
    <header className="header compare-header">
      <h1>{page === 'runs' ? 'Compare' : 'Sweep'}</h1>
      <Subject />
      {page === 'runs' && <CompareTransport />}
      <nav className="header-end" aria-label="Comparison">
        <span className="segmented" role="group" aria-label="Page">
          <button type="button" aria-pressed={page === 'runs'} onClick={() => show('runs')}>
            Runs
          </button>
          <button type="button" aria-pressed={page === 'sweep'} onClick={() => show('sweep')}>
            Sweep
          </button>
        </span>
        <button type="button" title={commandHint('share.copy-link')} onClick={() => run('share.copy-link')}>
          Copy link
        </button>
        <button type="button" title={commandHint('compare.close')} onClick={() => run('compare.close')}>
          <X size={14} /> Close
        </button>
      </nav>
    </header>
  );
}

/** What all runs have in common. */
function Subject() {
  const labBoot = useObservation((state) => state.boot);
  const boot = useComparison((state) => state.runs[0]?.boot) ?? labBoot;
  const seed = useComparison((state) => state.runs[0]?.spec.experiment.seed ?? 1);
  if (!boot) return <p className="subject" />;
  return (
    <p className="subject" title={boot.workloadQuestion}>
      <strong>{boot.workloadTitle}</strong> on {boot.machine.name}, seed {seed}
    </p>
  );
}

/** The letter of a run on its plate. */
export function RunLetter({ index }: { index: number }) {
  return (
    <span className="run-letter" aria-hidden="true">
      {letterOf(index)}
    </span>
  );
}
