/** What a sweep varies: one or two fields and their values. */
import { useId, useState, type FormEvent } from 'react';
import type { Experiment } from '../../../protocol/experiment.ts';
import { parseAxis, shortField, sweepFields, SweepError, type SweepFacts } from '../../../protocol/sweep.ts';
import { DEFAULT_LIMIT_S, factsOf, readAxes, startSweep, useSweep } from '../../compare/sweep.ts';
import { titleOf } from '../../compare/runs.ts';
import { useObservation } from '../../store.ts';
import { useLab } from '../use-lab.ts';

interface Draft {
  field: string;
  values: string;
}

const FIRST: Draft = { field: 'autonuma/knuma_scand/scan_sleep_pass_millisecs', values: '1250..10000*2' };
const NONE: Draft = { field: '', values: '' };
const LONGEST_S = 100_000;

export function SweepForm({ experiment, vary }: { experiment: Experiment; vary: readonly string[] }) {
  const catalog = useObservation((state) => state.catalog);
  if (!catalog) return <p className="hint">Looking up what can be varied …</p>;
  const facts = factsOf(experiment, catalog);
  return <Form experiment={experiment} facts={facts} vary={vary} title={titleOf(experiment, catalog)} />;
}

interface FormProps {
  experiment: Experiment;
  facts: SweepFacts;
  vary: readonly string[];
  title: string;
}

/** As it stands in the store, in the link, or an example. */
function firstDrafts(vary: readonly string[], facts: SweepFacts): [Draft, Draft] {
  const { axes } = useSweep.getState();
  const known = axes.length > 0 ? axes : readAxes(vary, facts);
  const drafts = known.map(({ field, values }) => ({ field, values: values.join(',') }));
  if (drafts.length === 0) return [facts.knobs.some(({ path }) => path === FIRST.field) ? FIRST : NONE, NONE];
  return [drafts[0], drafts[1] ?? NONE];
}

function Form({ experiment, facts, vary, title }: FormProps) {
  const lab = useLab();
  const id = useId();
  const running = useSweep((state) => state.running);
  const [drafts, setDrafts] = useState(() => firstDrafts(vary, facts));
  const [limit, setLimit] = useState(String(DEFAULT_LIMIT_S));
  const [error, setError] = useState<{ at: number; text: string } | null>(null);

  const put = (at: number, patch: Partial<Draft>) => {
    setError(null);
    setDrafts(([a, b]) => (at === 0 ? [{ ...a, ...patch }, b] : [a, { ...b, ...patch }]));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    let at = 0;
    try {
      const axes = [];
      for (const [i, { field, values }] of drafts.entries()) {
        at = i;
        if (i === 0 || field !== '') axes.push(parseAxis(field, values, facts));
      }
      at = 2;
      const limitS = Number(limit);
      if (!(limitS > 0 && limitS <= LONGEST_S))
        throw new SweepError(`stop after: expected 1 to ${LONGEST_S} simulated seconds, got "${limit}"`);
      at = axes.length - 1;
      startSweep(experiment, axes, limitS);
      setError(null);
      lab.address.flush();
    } catch (problem) {
      if (!(problem instanceof SweepError)) throw problem;
      setError({ at, text: problem.message });
    }
  };
  const runs = countRuns(drafts, facts);
  return (
    <form className="sweep-form" aria-label="What to vary" onSubmit={submit} noValidate>
      <p className="hint">
        Every combination is run from its beginning to its end, unseen, with everything else as in {title}.
        Values are a list <code>1,2,4</code>, a range <code>1..8</code>, with a step <code>0..100+20</code> or
        with a factor <code>100..3200*2</code>.
      </p>
      <div className="sweep-axes">
        {drafts.map((draft, i) => (
          <fieldset key={i}>
            <legend>{i === 0 ? 'down' : 'across'}</legend>
            <select
              aria-label={i === 0 ? 'First field to vary' : 'Second field to vary'}
              value={draft.field}
              onChange={(event) => put(i, { field: event.target.value })}
            >
              {(i > 0 || draft.field === '') && (
                <option value="">{i === 0 ? 'choose' : 'nothing else'}</option>
              )}
              {sweepFields(facts).map((field) => (
                <option key={field} value={field}>
                  {field.replace(/^autonuma\//, '')}
                </option>
              ))}
            </select>
            <input
              type="text"
              aria-label={i === 0 ? 'Values of the first field' : 'Values of the second field'}
              aria-invalid={error?.at === i}
              aria-describedby={error?.at === i ? `${id}-error` : undefined}
              disabled={draft.field === ''}
              value={draft.values}
              placeholder={draft.field === '' ? '' : placeholderOf(draft.field, facts)}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => put(i, { values: event.target.value })}
            />
            <small>{draft.field === '' ? 'one field is enough' : rangeOf(draft.field, facts)}</small>
          </fieldset>
        ))}
        <fieldset>
          <legend>stop after</legend>
          <input
            type="text"
            inputMode="numeric"
            className="number"
            aria-label="Stop a run after so many simulated seconds"
            aria-invalid={error?.at === 2}
            aria-describedby={error?.at === 2 ? `${id}-error` : undefined}
            value={limit}
            onChange={(event) => {
              setError(null);
              setLimit(event.target.value);
            }}
          />
          <small>simulated seconds</small>
        </fieldset>
        <button type="submit" className="primary">
          {running
            ? 'Run this instead'
            : runs === null
              ? 'Run'
              : `Run ${runs} ${runs === 1 ? 'run' : 'runs'}`}
        </button>
      </div>
      {error && (
        <p id={`${id}-error`} className="sweep-error" role="alert">
          {error.text}
        </p>
      )}
    </form>
  );
}

function countRuns(drafts: readonly Draft[], facts: SweepFacts): number | null {
  try {
    return drafts
      .filter(({ field }, i) => i === 0 || field !== '')
      .reduce((product, { field, values }) => product * parseAxis(field, values, facts).values.length, 1);
  } catch {
    return null;
  }
}

function placeholderOf(field: string, facts: SweepFacts): string {
  if (field === 'seed') return '1..4';
  if (field === 'version') return facts.versions.slice(0, 2).join(',');
  if (field === 'policy') return 'autonuma,off';
  if (field === 'variant') return facts.variants.slice(0, 2).join(',');
  return field === 'thp' ? 'off,on' : '';
}

/** What a field may be set to, in short. */
function rangeOf(field: string, facts: SweepFacts): string {
  const knob = facts.knobs.find(({ path }) => path === field) as
    (SweepFacts['knobs'][number] & { default?: string; unit?: string }) | undefined;
  if (knob) {
    const range = knob.choices?.join(', ') ?? `${knob.minimum} to ${knob.maximum} ${knob.unit ?? ''}`.trim();
    return `${range}; default ${knob.default ?? ''}`;
  }
  const parameter = facts.parameters.find(({ name }) => name === shortField(field)) as
    (SweepFacts['parameters'][number] & { default?: string; unit?: string }) | undefined;
  if (field.startsWith('parameters.') && parameter)
    return `${parameter.minimum} to ${parameter.maximum} ${parameter.unit ?? ''}; default ${parameter.default ?? ''}`;
  if (field === 'seed') return '0 to 4294967295';
  if (field === 'version') return facts.versions.join(', ');
  if (field === 'variant') return facts.variants.join(', ');
  return field === 'policy' ? 'autonuma, off' : 'off, on';
}
