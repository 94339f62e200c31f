/** One file of the sysfs tree: switch, choice, number or statistic. What the kernel refuses is not taken over. */
import { memo, useId, useRef, useState } from 'react';
import type { KnobInfo } from '../../protocol/summary.ts';
import { describeKnob, formatCount, knobScale, parseKnobText, SLIDER_STEPS } from '../format.ts';
import { useLab } from './use-lab.ts';

interface KnobProps {
  knob: KnobInfo;
  /** The value the kernel has now. */
  value: string;
}

/** How long a written value is shown before the kernel's own is believed again. */
const SETTLE_MS = 600;

export const Knob = memo(function Knob({ knob, value }: KnobProps) {
  const id = useId();
  const name = knob.path.slice(knob.path.lastIndexOf('/') + 1);
  const writer = useWriter(knob.path);
  const shown = writer.written ?? value;
  const changed = knob.kind !== 'statistic' && shown !== knob.default;
  const describedBy = `${id}-meaning${writer.error ? ` ${id}-error` : ''}`;
  const reset = changed && (
    <button
      type="button"
      className="reset"
      title={`Reset to ${knob.default}`}
      aria-label={`Reset ${name} to ${knob.default}`}
      onClick={() => writer.write(knob.default)}
    >
      ↺
    </button>
  );
  const field = { id, describedBy, invalid: writer.error !== '', knob, shown, write: writer.write };
  return (
    <div className={`knob ${knob.kind}${changed ? ' changed' : ''}`} data-knob={knob.path}>
      <div className="knob-line">
        <label htmlFor={id} title={`/sys/kernel/mm/${knob.path}`}>
          {changed && <span className="dot" role="img" aria-label="changed" />}
          {name}
        </label>
        {knob.kind !== 'number' && reset}
        {knob.kind === 'flag' && <Flag {...field} />}
        {knob.kind === 'choice' && <ChoiceField {...field} />}
        {knob.kind === 'number' && <NumberField {...field} />}
        {knob.kind === 'statistic' && (
          <output id={id} className="reading">
            {/^\d+$/.test(value) ? formatCount(Number(value)) : value} <small>{knob.unit}</small>
          </output>
        )}
      </div>
      {knob.kind === 'number' && (
        <div className="slider-line">
          <Slider {...field} name={name} />
          {reset}
        </div>
      )}
      <p id={`${id}-meaning`} className="meaning">
        {knob.meaning}
        {knob.kind !== 'statistic' && <span className="range"> {describeKnob(knob)}</span>}
      </p>
      {writer.error && (
        <p id={`${id}-error`} className="knob-error" role="alert">
          {writer.error}
        </p>
      )}
    </div>
  );
});

interface Writer {
  /** What was just written and the kernel has not yet reported back; null otherwise. */
  written: string | null;
  error: string;
  write(value: string): void;
}

/** Writes one at a time; while one is under way only the latest value waits. */
function useWriter(path: string): Writer {
  const lab = useLab();
  const [written, setWritten] = useState<string | null>(null);
  const [error, setError] = useState('');
  const busy = useRef(false);
  const waiting = useRef<string | null>(null);
  const settle = useRef(0);

  const send = async (first: string) => {
    busy.current = true;
    for (let value: string | null = first; value !== null; value = waiting.current) {
      waiting.current = null;
      const reply = await lab.writeKnob(path, value);
      if (!reply.ok) setWritten(null);
      setError(reply.ok ? '' : reply.error);
    }
    busy.current = false;
    window.clearTimeout(settle.current);
    settle.current = window.setTimeout(() => setWritten(null), SETTLE_MS);
  };
  const write = (value: string) => {
    setWritten(value);
    if (busy.current) waiting.current = value;
    else void send(value);
  };
  return { written, error, write };
}

interface FieldProps {
  id: string;
  describedBy: string;
  invalid: boolean;
  knob: KnobInfo;
  shown: string;
  write(value: string): void;
}

function Flag({ id, describedBy, invalid, shown, write }: FieldProps) {
  return (
    <input
      id={id}
      type="checkbox"
      role="switch"
      checked={shown === '1'}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={(event) => write(event.target.checked ? '1' : '0')}
    />
  );
}

function ChoiceField({ id, describedBy, invalid, knob, shown, write }: FieldProps) {
  return (
    <select
      id={id}
      value={shown}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onChange={(event) => write(event.target.value)}
    >
      {(knob.choices ?? [shown]).map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

/** Whatever is typed goes to the kernel as it is: refusing is its business. */
function NumberField({ id, describedBy, invalid, knob, shown, write }: FieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const finish = () => {
    setDraft(null);
    if (draft === null || draft.trim() === shown) return;
    const number = parseKnobText(draft);
    write(number === null ? draft.trim() : String(number));
  };
  return (
    <span className="number-field">
      <input
        id={id}
        type="text"
        inputMode="numeric"
        autoComplete="off"
        spellCheck={false}
        value={draft ?? shown}
        aria-describedby={describedBy}
        aria-invalid={invalid}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
          if (event.key === 'Escape') setDraft(null);
        }}
      />
      <small>{knob.unit}</small>
    </span>
  );
}

function Slider({ knob, shown, write, name }: FieldProps & { name: string }) {
  const scale = knobScale(knob);
  const number = Number(shown);
  return (
    <input
      type="range"
      min={0}
      max={SLIDER_STEPS}
      step={scale.logarithmic ? 5 : 1}
      value={scale.toPosition(Number.isFinite(number) ? number : 0)}
      aria-label={`${name}, slider`}
      aria-valuetext={`${shown} ${knob.unit}`}
      onChange={(event) => {
        const next = String(scale.fromPosition(Number(event.target.value)));
        if (next !== shown) write(next);
      }}
    />
  );
}
