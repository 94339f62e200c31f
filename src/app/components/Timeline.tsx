/** Simulated time from the boot on: what has been simulated, where the present is, marks for what happened; and how charts are shown. */
import { ChevronFirst, ChevronLast, GitBranch } from 'lucide-react';
import type { TimelineMark } from '../../protocol/summary.ts';
import { useBranches } from '../branches.ts';
import { commandHint } from '../commands.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { formatTick } from '../format.ts';
import { useObservation, useView, type ChartsMode } from '../store.ts';
import { Scrubber } from './Scrubber.tsx';
import { timelineEnd } from './timeline-scale.ts';
import { useLab, usePolled, useRun } from './use-lab.ts';

const NOTHING: TimelineMark[] = [];
/** Marks with words where there is room; the others are too many. */
const LABELLED: ReadonlySet<TimelineMark['kind']> = new Set(['scan_pass', 'knob', 'birth', 'death']);
const KIND_WORDS: Record<TimelineMark['kind'], string> = {
  scan_pass: 'scan pass completed',
  knob: 'changed by hand',
  migration_burst: 'burst of migration',
  task_move: 'task moved by AutoNUMA',
  birth: 'process starts',
  death: 'process exits',
};
/** About the share of the bar a letter of a label takes. */
const LETTER_SHARE = 1 / 180;

export function Timeline() {
  const lab = useLab();
  const run = useRun();
  const marks = usePolled(() => useObservation.getState().summary?.marks ?? NOTHING, PANEL_INTERVAL_MS);
  const end = usePolled(readScale, PANEL_INTERVAL_MS);
  const charts = useView((view) => view.charts);
  return (
    <div className="timeline">
      <span className="joined" role="group" aria-label="Marks">
        <button
          type="button"
          className="icon"
          title={commandHint('run.previous-mark')}
          aria-label="Previous mark"
          onClick={() => run('run.previous-mark')}
        >
          <ChevronFirst size={15} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('run.next-mark')}
          aria-label="Next mark"
          onClick={() => run('run.next-mark')}
        >
          <ChevronLast size={15} />
        </button>
      </span>
      <div className="bar">
        <Scrubber />
        <ol className="marks" aria-label="Marks on the timeline">
          {withLabels(marks, end).map(({ mark, label }, index) => (
            <li key={index} style={{ left: `calc(100% * ${mark.tick} / var(--scale))` }}>
              <button
                type="button"
                tabIndex={-1}
                className={`mark kind-${mark.kind}`}
                title={`${formatTick(mark.tick)} s, ${KIND_WORDS[mark.kind]}: ${mark.label}`}
                aria-label={`${formatTick(mark.tick)} s, ${KIND_WORDS[mark.kind]}: ${mark.label}`}
                onClick={() => void lab.time.seek(mark.tick)}
              />
              {label && (
                <span className="mark-label" aria-hidden="true">
                  {mark.label}
                </span>
              )}
            </li>
          ))}
        </ol>
        <span className="end">{end} s</span>
      </div>
      <SeekProgress />
      <BranchesButton />
      <div className="segmented" role="group" aria-label="Charts">
        {(['charts', 'table', 'hidden'] satisfies ChartsMode[]).map((mode) => (
          <button
            key={mode}
            type="button"
            aria-pressed={charts === mode}
            onClick={() => run('view.charts', mode)}
          >
            {mode === 'hidden' ? 'hide' : mode}
          </button>
        ))}
      </div>
    </div>
  );
}

function readScale(): number {
  const { summary } = useObservation.getState();
  return timelineEnd(Math.max(summary?.tick ?? 0, summary?.branch.end ?? 0) / 1000);
}

/** A way to another time that takes long: how much of it is done, and a way to stop it. */
function SeekProgress() {
  const run = useRun();
  const target = useObservation(({ summary }) => summary?.seek?.target ?? null);
  const percent = useObservation(({ summary }) => Math.floor((summary?.seek?.progress ?? 0) * 100));
  if (target === null) return null;
  return (
    <div className="seek-progress">
      <span role="status">
        Simulating up to {formatTick(target)} s: {percent} %
      </span>
      <progress max={100} value={percent} aria-label="Simulated" />
      <button type="button" onClick={() => run('run.cancel-seek')}>
        Cancel
      </button>
    </div>
  );
}

/** Opens the list of branches; there is none to show before there are two. */
function BranchesButton() {
  const run = useRun();
  const count = useBranches(({ branches }) => branches.length);
  const open = useView((view) => view.branches);
  if (count < 2) return null;
  return (
    <button
      type="button"
      className="branches-button"
      aria-expanded={open}
      title={commandHint('view.branches')}
      onClick={() => run('view.branches')}
    >
      <GitBranch size={14} /> {count} branches
    </button>
  );
}

/** The marks to draw, with words where there is room for them; a knob change is worth more than a scan pass. */
function withLabels(marks: readonly TimelineMark[], end: number): { mark: TimelineMark; label: boolean }[] {
  const shown = marks.map((mark) => ({ mark, label: false }));
  const taken: [number, number][] = [];
  const important = (mark: TimelineMark) => (mark.kind === 'knob' ? 0 : 1);
  const candidates = shown.filter(({ mark }) => LABELLED.has(mark.kind));
  for (const entry of candidates.toSorted((a, b) => important(a.mark) - important(b.mark))) {
    const from = entry.mark.tick / 1000 / end;
    const to = from + (entry.mark.label.length + 3) * LETTER_SHARE;
    entry.label = to < 1.02 && taken.every(([a, b]) => to <= a || from >= b);
    if (entry.label) taken.push([from, to]);
  }
  return shown;
}
