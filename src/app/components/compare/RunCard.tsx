/** One run: its name, what it has otherwise than the first, its picture, and what can be done with it. */
import { ExternalLink, SlidersHorizontal, X } from 'lucide-react';
import { useEffect, useId, useRef } from 'react';
import type { Comparison } from '../../compare/comparison.ts';
import type { RunView } from '../../compare/compared-run.ts';
import { useComparison } from '../../compare/compared-run.ts';
import {
  differences,
  letterOf,
  MOST_RUNS,
  nameOf,
  OFFER_TITLES,
  OFFERS,
  titleOf,
  whyNot,
} from '../../compare/runs.ts';
import { useObservation } from '../../store.ts';
import { RunEditor } from './RunEditor.tsx';
import { RunLetter } from './CompareView.tsx';

interface RunCardProps {
  comparison: Comparison;
  run: RunView;
  index: number;
}

export function RunCard({ comparison, run, index }: RunCardProps) {
  const catalog = useObservation((state) => state.catalog);
  const count = useComparison((state) => state.runs.length);
  const editor = useId();
  const letter = letterOf(index);
  const name = nameOf(run.spec, catalog);
  return (
    <section className="run-card" aria-label={`Run ${letter}: ${name}`} data-run={letter}>
      <header>
        <RunLetter index={index} />
        <h2 title={name}>{name}</h2>
        <RunState run={run} />
        <span className="run-buttons">
          <button
            type="button"
            className="icon"
            popoverTarget={editor}
            title={`Edit run ${letter}: name, policy, version, variant, huge pages, knobs`}
            aria-label={`Edit run ${letter}`}
          >
            <SlidersHorizontal size={14} />
          </button>
          <button
            type="button"
            className="icon"
            title={`Open run ${letter} in the laboratory`}
            aria-label={`Open run ${letter} in the laboratory`}
            onClick={() => comparison.openInLab(run.id)}
          >
            <ExternalLink size={14} />
          </button>
          <button
            type="button"
            className="icon"
            disabled={count === 1}
            title={`Remove run ${letter}`}
            aria-label={`Remove run ${letter}`}
            onClick={() => void comparison.remove(run.id)}
          >
            <X size={14} />
          </button>
        </span>
      </header>
      <div className="run-line">
        <Difference run={run} index={index} />
        <Offers comparison={comparison} run={run} letter={letter} full={count >= MOST_RUNS} />
      </div>
      <RunEditor id={editor} comparison={comparison} run={run} letter={letter} />
      {run.status === 'failed' ? (
        <div className="run-failed" role="alert">
          <p>{run.error}</p>
          <button type="button" onClick={() => void comparison.revive(run.id)}>
            Boot it again
          </button>
        </div>
      ) : (
        <Picture comparison={comparison} id={run.id} label={`Picture of run ${letter}: ${name}`} />
      )}
    </section>
  );
}

/** What it has otherwise than the first run. */
function Difference({ run, index }: { run: RunView; index: number }) {
  const catalog = useObservation((state) => state.catalog);
  const first = useComparison((state) => state.runs[0]);
  const { experiment } = run.spec;
  if (index === 0)
    return <p className="run-differs">the first run{run.spec.name && `: ${titleOf(experiment, catalog)}`}</p>;
  const words = differences(first.spec.experiment, experiment, catalog);
  const text = words.length > 0 ? words.join('; ') : 'nothing: the same as A, so it does the same';
  return (
    <p className="run-differs" title={text}>
      differs from A: <strong>{text}</strong>
    </p>
  );
}

/** One click for each thing worth setting beside it. */
function Offers({
  comparison,
  run,
  letter,
  full,
}: {
  comparison: Comparison;
  run: RunView;
  letter: string;
  full: boolean;
}) {
  const catalog = useObservation((state) => state.catalog);
  return (
    <span className="run-offers" role="group" aria-label={`Compare run ${letter} with`}>
      {OFFERS.map((offer) => {
        const reason = full
          ? `${MOST_RUNS} runs are the most that can be compared`
          : whyNot(offer, run.spec.experiment, catalog);
        return (
          <button
            key={offer}
            type="button"
            // Not `disabled`: then nobody could read why.
            aria-disabled={reason !== ''}
            title={reason ? `Not possible: ${reason}` : `Set ${OFFER_TITLES[offer]} beside run ${letter}`}
            onClick={() => void (full ? comparison.tellFull() : comparison.offer(offer, run.id))}
          >
            + {OFFER_TITLES[offer]}
          </button>
        );
      })}
    </span>
  );
}

function RunState({ run }: { run: RunView }) {
  const words =
    run.status === 'failed'
      ? 'failed'
      : run.status === 'booting'
        ? 'booting'
        : run.standing?.finished
          ? `finished after ${run.standing.figures.elapsedS.toFixed(2)} s`
          : '';
  return <span className="run-state">{words}</span>;
}

function Picture({ comparison, id, label }: { comparison: Comparison; id: number; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? comparison.attach(id, host.current) : undefined), [comparison, id]);
  return (
    <div
      ref={host}
      className="run-picture"
      role="group"
      tabIndex={0}
      aria-label={`${label}. Plus and minus zoom, arrows move, 0 shows whole nodes, in all runs`}
      data-testid="run-picture"
    />
  );
}
