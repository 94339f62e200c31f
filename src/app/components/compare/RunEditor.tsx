/** Everything a run may have otherwise than the others. Each change boots it anew and brings it to where they stand. */
import { useRef, useState, type ToggleEvent } from 'react';
import type { Experiment } from '../../../protocol/experiment.ts';
import type { KnobInfo } from '../../../protocol/summary.ts';
import { balancingOff } from '../../../protocol/variations.ts';
import type { Comparison } from '../../compare/comparison.ts';
import type { RunView } from '../../compare/compared-run.ts';
import { variantWords } from '../../compare/runs.ts';
import { droppedSentence, knobsOf, moveToVersion, versionName } from '../../experiment.ts';
import { describeKnob } from '../../format.ts';
import { notify, useObservation } from '../../store.ts';

interface RunEditorProps {
  id: string;
  comparison: Comparison;
  run: RunView;
  letter: string;
}

export function RunEditor({ id, comparison, run, letter }: RunEditorProps) {
  const popover = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const onToggle = (event: ToggleEvent<HTMLDivElement>) => {
    setOpen(event.newState === 'open');
    const button = document.querySelector(`[popovertarget="${id}"]`);
    if (event.newState !== 'open' || !popover.current || !button) return;
    const { right, bottom } = button.getBoundingClientRect();
    popover.current.style.left = `${Math.max(8, right - 360)}px`;
    popover.current.style.top = `${Math.min(bottom + 4, Math.max(8, window.innerHeight - 420))}px`;
  };
  return (
    <div
      ref={popover}
      id={id}
      popover="auto"
      className="popover run-editor"
      role="dialog"
      aria-label={`Edit run ${letter}`}
      onToggle={onToggle}
    >
      {open && <Form comparison={comparison} run={run} letter={letter} />}
    </div>
  );
}

function Form({ comparison, run, letter }: Omit<RunEditorProps, 'id'>) {
  const catalog = useObservation((state) => state.catalog);
  const { experiment, name } = run.spec;
  const change = (patch: Partial<Experiment>) =>
    void comparison.change(run.id, { name, experiment: { ...experiment, ...patch } });
  const variants = catalog?.workloads.find((each) => each.name === experiment.workload)?.variants ?? [];
  const toVersion = (version: string) => {
    const moved = moveToVersion(experiment, version, catalog);
    if (moved.dropped.length > 0)
      notify(droppedSentence(moved.dropped, versionName(catalog, version)), 'note');
    void comparison.change(run.id, { name, experiment: moved.experiment });
  };
  const balanced = experiment.policy === 'autonuma';
  return (
    <div className="options">
      <h2>Run {letter}</h2>
      <p className="hint">A change boots it anew and brings it to where the others stand.</p>
      <NameField name={name} commit={(next) => void comparison.change(run.id, { name: next, experiment })} />
      <label className="option">
        <span>policy</span>
        <select
          value={experiment.policy}
          onChange={(event) =>
            void comparison.change(run.id, {
              name,
              experiment:
                event.target.value === 'off'
                  ? balancingOff(experiment)
                  : { ...experiment, policy: 'autonuma' },
            })
          }
        >
          {catalog?.policies.map((policy) => (
            <option key={policy.name} value={policy.name}>
              {policy.title}
            </option>
          ))}
        </select>
      </label>
      {balanced && (
        <label className="option">
          <span>AutoNUMA version</span>
          <select value={experiment.autonumaVersion} onChange={(event) => toVersion(event.target.value)}>
            {catalog?.versionInfo.map((version) => (
              <option key={version.name} value={version.name}>
                {version.title}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="option">
        <span>variant</span>
        <select
          value={experiment.variant}
          disabled={variants.length < 2}
          onChange={(event) => change({ variant: event.target.value as Experiment['variant'] })}
        >
          {(variants.length > 0 ? variants : [experiment.variant]).map((variant) => (
            <option key={variant} value={variant}>
              {variantWords(variant as Experiment['variant'])}
            </option>
          ))}
        </select>
      </label>
      <label className="option">
        <span>transparent huge pages</span>
        <input
          type="checkbox"
          role="switch"
          checked={experiment.thp === 'on'}
          onChange={(event) => change({ thp: event.target.checked ? 'on' : 'off' })}
        />
      </label>
      <Knobs experiment={experiment} change={(knobs) => change({ knobs })} />
    </div>
  );
}

function NameField({ name, commit }: { name: string; commit(name: string): void }) {
  const [draft, setDraft] = useState(name);
  const finish = () => draft.trim() !== name && commit(draft.trim().slice(0, 60));
  return (
    <label className="option">
      <span>name</span>
      <input
        type="text"
        value={draft}
        placeholder="after what it is"
        maxLength={60}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
        }}
      />
    </label>
  );
}

interface KnobsProps {
  experiment: Experiment;
  change(knobs: Experiment['knobs']): void;
}

/** The knobs this run has otherwise than by default, and a way to add one. */
function Knobs({ experiment, change }: KnobsProps) {
  const catalog = useObservation((state) => state.catalog);
  const [added, setAdded] = useState('');
  const off = experiment.policy === 'off' || experiment.noautonuma;
  const knobs = knobsOf(catalog, experiment.autonumaVersion).filter(
    ({ kind, path }) => kind !== 'statistic' && !(off && path.startsWith('autonuma/')),
  );
  const shown = knobs.filter(({ path }) => path === added || experiment.knobs[path] !== undefined);
  const write = (knob: KnobInfo, value: string) => {
    const next = { ...experiment.knobs, [knob.path]: value };
    if (value.trim() === knob.default) delete next[knob.path];
    change(next);
  };
  return (
    <fieldset className="editor-knobs">
      <legend>knobs, from the first tick on</legend>
      {shown.map((knob) => (
        <KnobField
          key={knob.path}
          knob={knob}
          value={experiment.knobs[knob.path] ?? knob.default}
          write={(value) => write(knob, value)}
        />
      ))}
      <label className="option">
        <span>another knob</span>
        <select value="" onChange={(event) => setAdded(event.target.value)}>
          <option value="">choose</option>
          {knobs
            .filter((knob) => !shown.includes(knob))
            .map(({ path }) => (
              <option key={path} value={path}>
                {path.replace(/^autonuma\//, '')}
              </option>
            ))}
        </select>
      </label>
    </fieldset>
  );
}

function KnobField({ knob, value, write }: { knob: KnobInfo; value: string; write(value: string): void }) {
  const [draft, setDraft] = useState(value);
  const choices = knob.choices ?? (knob.kind === 'flag' ? ['0', '1'] : null);
  const number = Number(draft);
  const wrong = !choices && !(/^\d+$/.test(draft.trim()) && number >= knob.minimum && number <= knob.maximum);
  const finish = () => {
    if (!wrong && draft.trim() !== value) write(draft.trim());
  };
  const name = knob.path.slice(knob.path.lastIndexOf('/') + 1);
  return (
    <label className="option">
      <span>
        <code>{name}</code>
        <small>
          {wrong ? `expected ${knob.minimum} to ${knob.maximum}` : `default ${knob.default} ${knob.unit}`}
        </small>
      </span>
      {choices ? (
        <select value={value} onChange={(event) => write(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          type="text"
          inputMode="numeric"
          className="number"
          value={draft}
          title={describeKnob(knob)}
          aria-invalid={wrong}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={finish}
          onKeyDown={(event) => {
            if (event.key === 'Enter') finish();
          }}
        />
      )}
    </label>
  );
}
