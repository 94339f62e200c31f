/** Simulated time from the boot on, with ticks for scan passes and knob changes, and what the charts above show as. */
import type { TimelineMark } from '../../protocol/summary.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { formatTick } from '../format.ts';
import { useObservation, useView, type ChartsMode } from '../store.ts';
import { usePolled, useRun } from './use-lab.ts';

const NOTHING: TimelineMark[] = [];
/** Marks worth a tick on the bar; the rest would hide them. */
const SHOWN: ReadonlySet<TimelineMark['kind']> = new Set(['scan_pass', 'knob', 'birth', 'death']);
/** About the share of the bar a letter of a label takes. */
const LETTER_SHARE = 1 / 180;

/** The end of the bar: round, and ahead of now, so that it rarely jumps. */
export function timelineEnd(seconds: number): number {
  let end = 20;
  while (end < seconds * 1.05) end *= 2;
  return end;
}

export function Timeline() {
  const run = useRun();
  const tick = usePolled(() => useObservation.getState().summary?.tick ?? 0, PANEL_INTERVAL_MS);
  const marks = usePolled(() => useObservation.getState().summary?.marks ?? NOTHING, PANEL_INTERVAL_MS);
  const charts = useView((view) => view.charts);
  const end = timelineEnd(tick / 1000);
  const at = (when: number) => `${(100 * when) / 1000 / end}%`;
  return (
    <div className="timeline">
      <div
        className="bar"
        role="img"
        aria-label={`Timeline: ${formatTick(tick)} of ${end} simulated seconds, ${marks.length} marks`}
      >
        <span className="elapsed" style={{ width: at(tick) }} />
        {withLabels(marks, end).map(({ mark, label }, index) => (
          <span
            key={index}
            className={`mark kind-${mark.kind}`}
            style={{ left: at(mark.tick) }}
            title={`${formatTick(mark.tick)} s: ${mark.label}`}
          >
            {label && <span className="mark-label">{mark.label}</span>}
          </span>
        ))}
        <span className="end">{end} s</span>
      </div>
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

/** The marks to draw, with words where there is room for them; a knob change is worth more than a scan pass. */
function withLabels(marks: readonly TimelineMark[], end: number): { mark: TimelineMark; label: boolean }[] {
  const shown = marks.filter((mark) => SHOWN.has(mark.kind)).map((mark) => ({ mark, label: false }));
  const taken: [number, number][] = [];
  const important = (mark: TimelineMark) => (mark.kind === 'knob' ? 0 : 1);
  for (const entry of shown.toSorted((a, b) => important(a.mark) - important(b.mark))) {
    const from = entry.mark.tick / 1000 / end;
    const to = from + (entry.mark.label.length + 3) * LETTER_SHARE;
    entry.label = to < 1.02 && taken.every(([a, b]) => to <= a || from >= b);
    if (entry.label) taken.push([from, to]);
  }
  return shown;
}
