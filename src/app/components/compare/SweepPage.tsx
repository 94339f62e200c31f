/** The sweep: what to vary, how far it is, the heat map and the small multiples. */
import { useState } from 'react';
import type { Experiment } from '../../../protocol/experiment.ts';
import { closeComparison } from '../../compare/opening.ts';
import { cancelSweep, useSweep, type CellView, type Measure } from '../../compare/sweep.ts';
import { useComparison } from '../../compare/compared-run.ts';
import { useLab } from '../use-lab.ts';
import { HeatMap } from './HeatMap.tsx';
import { SweepForm } from './SweepForm.tsx';
import { SweepMultiples } from './SweepMultiples.tsx';

export default function SweepPage({ first, vary }: { first: Experiment; vary: readonly string[] }) {
  const lab = useLab();
  const experiment = useComparison((state) => state.runs[0]?.spec.experiment) ?? first;
  const cells = useSweep((state) => state.cells);
  const [measure, setMeasure] = useState<Measure>('elapsed');
  const open = (cell: CellView) => closeComparison(lab, cell.experiment);
  return (
    <main className="sweep">
      <SweepForm experiment={experiment} vary={vary} />
      {cells.length > 0 && (
        <>
          <Progress />
          <HeatMap measure={measure} setMeasure={setMeasure} open={open} />
          <SweepMultiples open={open} />
        </>
      )}
    </main>
  );
}

function Progress() {
  const cells = useSweep((state) => state.cells);
  const running = useSweep((state) => state.running);
  const workers = useSweep((state) => state.workers);
  const limitS = useSweep((state) => state.limitS);
  const count = (status: CellView['status']) => cells.filter((cell) => cell.status === status).length;
  const done = count('done') + count('failed');
  const cut = cells.filter(({ status, standing }) => status === 'done' && !standing?.finished).length;
  const parts = [`${done} of ${cells.length} runs`];
  if (running)
    parts.push(`${count('running')} under way in ${workers} ${workers === 1 ? 'worker' : 'workers'}`);
  if (count('cancelled') > 0) parts.push(`${count('cancelled')} cancelled`);
  if (count('failed') > 0) parts.push(`${count('failed')} failed`);
  if (cut > 0) parts.push(`${cut} not finished within ${limitS} s`);
  return (
    <div className="sweep-progress">
      <progress aria-label="Runs of the sweep" max={cells.length} value={done} />
      <p role="status">{parts.join(', ')}</p>
      {running && (
        <button type="button" onClick={cancelSweep}>
          Cancel
        </button>
      )}
    </div>
  );
}
