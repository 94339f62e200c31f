/** The rest of what a boot takes: variant, version, huge pages, seed, noautonuma, the workload's own parameters. */
import { Settings2 } from 'lucide-react';
import { useId, useRef, useState, type ToggleEvent } from 'react';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../protocol/experiment.ts';
import { formatCount } from '../format.ts';
import { useExperiment, useObservation } from '../store.ts';
import { useLab, useRun } from './use-lab.ts';

/** The bindings a workload can be run with. */
export function VariantSelect({ className }: { className: string }) {
  const lab = useLab();
  const experiment = useExperiment((state) => state.experiment);
  const catalog = useObservation((state) => state.catalog);
  const variants = catalog?.workloads.find(({ name }) => name === experiment.workload)?.variants ?? [
    'default',
  ];
  return (
    <label className={className}>
      <span>variant</span>
      <select
        value={experiment.variant}
        disabled={variants.length < 2}
        onChange={(event) => void lab.change({ variant: event.target.value as Experiment['variant'] })}
      >
        {variants.map((variant) => (
          <option key={variant} value={variant}>
            {variant === 'default' ? 'as written' : variant.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The seven versions; the knobs, the log and the price of a page follow. */
export function VersionSelect({ className, label }: { className: string; label: string }) {
  const run = useRun();
  const version = useExperiment((state) => state.experiment.autonumaVersion);
  const versions = useObservation((state) => state.catalog?.versionInfo) ?? [
    { name: version, title: version },
  ];
  return (
    <label className={className}>
      <span>{label}</span>
      <select
        value={version}
        title={versions.find(({ name }) => name === version)?.title}
        onChange={(event) => run('experiment.version', event.target.value)}
      >
        {versions.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

export function BootOptions() {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const changed = useExperiment(({ experiment: e }) => {
    const words = [];
    if (e.variant !== 'default') words.push(e.variant.replaceAll('_', ' '));
    if (e.autonumaVersion !== DEFAULT_EXPERIMENT.autonumaVersion) words.push(e.autonumaVersion);
    if (e.thp === 'on') words.push('THP');
    if (e.noautonuma) words.push('noautonuma');
    if (e.seed !== DEFAULT_EXPERIMENT.seed) words.push(`seed ${e.seed}`);
    if (Object.keys(e.parameters).length) words.push('parameters');
    return words.join(', ');
  });

  // Popovers open in the middle of the page; this one belongs under its button.
  const place = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.newState !== 'open' || !button.current || !popover.current) return;
    const { left, bottom } = button.current.getBoundingClientRect();
    popover.current.style.left = `${Math.max(8, Math.min(left, window.innerWidth - 312))}px`;
    popover.current.style.top = `${bottom + 4}px`;
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        className="boot-button"
        popoverTarget={id}
        title={`Boot options: variant, version, huge pages, seed, noautonuma${changed ? ` (${changed})` : ''}`}
        aria-label="Boot options"
      >
        <Settings2 size={16} />
        {changed && <span className="dot" aria-hidden="true" />}
      </button>
      <div ref={popover} id={id} popover="auto" className="popover" onBeforeToggle={place} onToggle={place}>
        <Options />
      </div>
    </>
  );
}

function Options() {
  const lab = useLab();
  const run = useRun();
  const experiment = useExperiment((state) => state.experiment);
  const catalog = useObservation((state) => state.catalog);
  const boot = useObservation((state) => state.boot);
  const parameters = catalog?.workloads.find(({ name }) => name === experiment.workload)?.parameters ?? [];
  return (
    <div className="options">
      <h2>Boot options</h2>
      <p className="hint">Every change boots the machine anew; the knobs stay as they are.</p>
      {boot?.workloadQuestion && <p>{boot.workloadQuestion}</p>}
      <VariantSelect className="option" />
      <VersionSelect className="option" label="AutoNUMA version" />
      <label className="option">
        <span>transparent huge pages</span>
        <input
          type="checkbox"
          role="switch"
          checked={experiment.thp === 'on'}
          onChange={(event) => run('experiment.thp', event.target.checked ? 'on' : 'off')}
        />
      </label>
      <label className="option">
        <span>
          <code>noautonuma</code> on the command line
        </span>
        <input
          type="checkbox"
          role="switch"
          checked={experiment.noautonuma}
          onChange={(event) => void lab.change({ noautonuma: event.target.checked })}
        />
      </label>
      <NumberOption
        label="seed"
        hint="0 to 4294967295"
        value={experiment.seed}
        minimum={0}
        maximum={0xffffffff}
        commit={(seed) => void lab.change({ seed: seed ?? DEFAULT_EXPERIMENT.seed })}
      />
      {parameters.map((parameter) => (
        <NumberOption
          key={parameter.name}
          label={parameter.name}
          hint={`${parameter.meaning}; ${formatCount(parameter.minimum)} to ${formatCount(parameter.maximum)} ${parameter.unit}`}
          value={experiment.parameters[parameter.name]}
          minimum={parameter.minimum}
          maximum={parameter.maximum}
          commit={(value) => {
            const next = { ...experiment.parameters };
            if (value === null) delete next[parameter.name];
            else next[parameter.name] = value;
            void lab.change({ parameters: next });
          }}
        />
      ))}
      <button type="button" onClick={() => run('share.copy-link')}>
        Copy link
      </button>
    </div>
  );
}

interface NumberOptionProps {
  label: string;
  hint: string;
  value: number | undefined;
  minimum: number;
  maximum: number;
  /** Null: back to the default. */
  commit(value: number | null): void;
}

/** A number that is taken over on Enter or when the field is left. */
function NumberOption({ label, hint, value, minimum, maximum, commit }: NumberOptionProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = draft ?? (value === undefined ? '' : String(value));
  const number = Number(draft);
  const wrong =
    draft !== null &&
    draft.trim() !== '' &&
    !(Number.isFinite(number) && number >= minimum && number <= maximum);
  const finish = () => {
    setDraft(null);
    if (draft === null || wrong) return;
    const next = draft.trim() === '' ? null : number;
    if (next !== (value ?? null)) commit(next);
  };
  return (
    <label className="option">
      <span>
        {label}
        <small>{hint}</small>
      </span>
      <input
        type="text"
        inputMode="numeric"
        className="number"
        value={shown}
        placeholder="default"
        aria-invalid={wrong}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={finish}
        onKeyDown={(event) => {
          if (event.key === 'Enter') finish();
        }}
      />
    </label>
  );
}
