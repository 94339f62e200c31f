/** The sysfs tree: every knob and statistic below /sys/kernel/mm, grouped by directory. */
import { useMemo, type PointerEvent } from 'react';
import type { KnobInfo } from '../../protocol/summary.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { knobsOf } from '../experiment.ts';
import { useExperiment, useObservation } from '../store.ts';
import { Knob } from './Knob.tsx';
import { usePolled, useRun } from './use-lab.ts';

/** A pointer that went farther between press and release was not a click. */
const MOVED_PIXELS = 4;
const NOTHING: Record<string, string> = {};

export function KnobsPanel() {
  const run = useRun();
  const catalog = useObservation((state) => state.catalog);
  const noautonuma = useExperiment((state) => state.experiment.noautonuma);
  const values = usePolled(() => useObservation.getState().summary?.knobs ?? NOTHING, PANEL_INTERVAL_MS);
  const version = useExperiment((state) => state.experiment.autonumaVersion);
  const knobs = useMemo(() => knobsOf(catalog, version), [catalog, version]);
  const groups = useMemo(() => byDirectory(knobs), [knobs]);
  const changed = knobs.filter(
    (knob) =>
      knob.kind !== 'statistic' && values[knob.path] !== undefined && values[knob.path] !== knob.default,
  ).length;

  return (
    <div className="knobs" onPointerDownCapture={keepPressed}>
      {noautonuma && (
        <p className="hint">
          Booted with <code>noautonuma</code>: no daemons, and no <code>/sys/kernel/mm/autonuma</code>.
        </p>
      )}
      {groups.map(({ directory, title, knobs: members }) => {
        const present = members.filter((knob) => values[knob.path] !== undefined);
        if (present.length === 0) return null;
        return (
          <section key={directory} aria-label={directory}>
            <h2 className="path">{title}</h2>
            {present.map((knob) => (
              <Knob key={knob.path} knob={knob} value={values[knob.path]} />
            ))}
          </section>
        );
      })}
      <div className="knobs-foot">
        <button type="button" disabled={changed === 0} onClick={() => run('experiment.reset-knobs')}>
          {changed === 0
            ? 'All at their defaults'
            : `Reset ${changed} changed ${changed === 1 ? 'knob' : 'knobs'}`}
        </button>
      </div>
    </div>
  );
}

/**
 * What was pressed is what is clicked. A press takes the focus from the field that has it, whose row then shrinks, or grows by what the
 * kernel says to what was typed; without this the pointer would be released over something else.
 */
function keepPressed({ target, clientX, clientY }: PointerEvent): void {
  const control = target instanceof Element && target.closest<HTMLElement>('button, input[type=checkbox]');
  if (!control) return;
  const released = (event: globalThis.PointerEvent) => {
    const moved = Math.hypot(event.clientX - clientX, event.clientY - clientY) > MOVED_PIXELS;
    const over = document.elementFromPoint(event.clientX, event.clientY);
    if (!moved && !control.contains(over)) control.click();
  };
  window.addEventListener('pointerup', released, { once: true });
}

interface Group {
  directory: string;
  title: string;
  knobs: KnobInfo[];
}

/** Directories in the order of the catalog; the top one with its whole path, those below it short. */
function byDirectory(knobs: readonly KnobInfo[]): Group[] {
  const groups = new Map<string, Group>();
  for (const knob of knobs) {
    const directory = knob.path.slice(0, knob.path.lastIndexOf('/'));
    let group = groups.get(directory);
    if (!group) {
      const cut = directory.indexOf('/');
      const title = cut < 0 ? `/sys/kernel/mm/${directory}` : `${directory.slice(cut + 1)}/`;
      group = { directory, title, knobs: [] };
      groups.set(directory, group);
    }
    group.knobs.push(knob);
  }
  return [...groups.values()];
}
