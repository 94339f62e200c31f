/** Runs side by side: a card each, one scrubber, and below them the table, the charts and the difference map. */
import { lazy, Suspense, useState } from 'react';
import type { Comparison } from '../../compare/comparison.ts';
import { useComparison } from '../../compare/compared-run.ts';
import { formatTick } from '../../format.ts';
import { CompareTable } from './CompareTable.tsx';
import { DifferenceMap } from './DifferenceMap.tsx';
import { RunCard } from './RunCard.tsx';

const CompareCharts = lazy(() => import('./CompareCharts.tsx'));

export function RunsPage({ comparison }: { comparison: Comparison }) {
  const runs = useComparison((state) => state.runs);
  return (
    <main className="compare-runs">
      <div className="run-cards" data-count={runs.length}>
        {runs.map((run, index) => (
          <RunCard key={run.id} comparison={comparison} run={run} index={index} />
        ))}
      </div>
      <Scrubber comparison={comparison} />
      <div className="compare-lower">
        <CompareTable />
        <Suspense fallback={<div className="compare-charts" />}>
          <CompareCharts comparison={comparison} />
        </Suspense>
        <DifferenceMap />
      </div>
    </main>
  );
}

/** The end of the scrubber: round, and ahead of the furthest moment, so that it rarely jumps. */
function scrubberEnd(tick: number): number {
  let end = 20_000;
  while (end < tick * 1.05) end *= 2;
  return end;
}

/** All runs to one moment, back and forth; the pictures follow. */
function Scrubber({ comparison }: { comparison: Comparison }) {
  const tick = useComparison((state) => state.tick);
  const furthest = useComparison((state) => state.furthest);
  const sentence = useComparison((state) => state.sentence);
  const [wanted, setWanted] = useState<number | null>(null);
  const end = scrubberEnd(furthest);
  const goTo = (next: number) => {
    setWanted(next);
    void comparison.goTo(next).then(() => setWanted((now) => (now === next ? null : now)));
  };
  return (
    <div className="compare-scrubber">
      <label>
        <span>all runs at</span>
        <input
          type="range"
          min={0}
          max={end}
          step={end / 2000}
          value={wanted ?? tick}
          aria-valuetext={`${formatTick(wanted ?? tick)} of ${end / 1000} simulated seconds`}
          onChange={(event) => goTo(Math.round(Number(event.target.value)))}
        />
        <output>{formatTick(wanted ?? tick)} s</output>
      </label>
      {sentence && <p role="status">{sentence}</p>}
    </div>
  );
}
