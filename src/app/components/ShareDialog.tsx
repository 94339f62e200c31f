/** What runs, to send, to keep, and to take elsewhere. */
import { Copy, Download } from 'lucide-react';
import { useId, useState } from 'react';
import { commandById } from '../commands.ts';
import { formatTick } from '../format.ts';
import { shareText, type CopyKind } from '../share/actions.ts';
import { FILM_FPS, filmFrames, MAX_FILM_FRAMES } from '../share/film-limits.ts';
import { cancelJob, exportFilm, exportTrace, useJob } from '../share/job.ts';
import { useObservation, useView } from '../store.ts';
import '../styles/share.css';
import { Dialog } from './Dialog.tsx';
import { useLab, usePolled, useRun } from './use-lab.ts';

const REFRESH_MS = 1000;

export default function ShareDialog() {
  const run = useRun();
  return (
    <Dialog id="share" title="Share and keep">
      <section className="share-copies" aria-label="Send">
        <h3>Send</h3>
        <CopyRow kind="link" label="Link" rows={1} />
        <CopyRow kind="embed" label="Embed code" rows={2} />
        <CopyRow kind="cli" label="Command line" rows={2} />
        <CopyRow kind="sentence" label="Sentence" rows={2} />
        <OwnFiles />
      </section>
      <section className="share-files" aria-label="Keep">
        <h3>Keep</h3>
        <SaveButton id="share.save-experiment" label="Experiment file" />
        <button type="button" onClick={() => run('experiment.import')}>
          Open a file …
        </button>
      </section>
      <section className="share-files" aria-label="Export">
        <h3>Export what is on show</h3>
        <SaveButton id="share.export-png" label="Picture (PNG)" />
        <SaveButton id="share.export-csv" label="Series (CSV)" />
        <SaveButton id="share.export-report" label="Report (HTML)" />
      </section>
      <Stretch />
    </Dialog>
  );
}

/** A text as it is now, to be copied by a button or by hand. */
function CopyRow({ kind, label, rows }: { kind: CopyKind; label: string; rows: number }) {
  const lab = useLab();
  const run = useRun();
  const id = useId();
  const text = usePolled(() => shareText(lab, kind), REFRESH_MS);
  const command = `share.copy-${kind}`;
  return (
    <div className="share-copy">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} readOnly rows={rows} spellCheck={false} value={text} />
      <button
        type="button"
        title={commandById(command).title}
        aria-label={`Copy ${label.toLowerCase()}`}
        onClick={() => run(command)}
      >
        <Copy size={14} aria-hidden="true" /> Copy
      </button>
    </div>
  );
}

/** The command line of an own machine or workload needs the file. */
function OwnFiles() {
  const lab = useLab();
  const needs = usePolled(() => shareText(lab, 'cli').includes(' --experiment '), REFRESH_MS);
  return needs ? (
    <p className="hint">
      The machine or the program is your own: save the experiment file beside it for the command line.
    </p>
  ) : null;
}

function SaveButton({ id, label }: { id: string; label: string }) {
  const run = useRun();
  return (
    <button type="button" title={commandById(id).title} onClick={() => run(id)}>
      <Download size={14} aria-hidden="true" /> {label}
    </button>
  );
}

/** Film and trace of a stretch of simulated time: the run is made once more, beside what is on show. */
function Stretch() {
  const lab = useLab();
  const job = useJob();
  const now = useObservation.getState().summary?.tick ?? 0;
  const [from, setFrom] = useState('0');
  const [to, setTo] = useState(formatTick(Math.max(1, now)));
  const [speed, setSpeed] = useState(() => {
    const { speed: current } = useView.getState();
    return Number.isFinite(current) ? String(current) : '10';
  });
  const [gzip, setGzip] = useState(false);
  const fromTick = ticks(from);
  const toTick = ticks(to);
  const rate = Number(speed);
  const wrong =
    Number.isNaN(fromTick) || Number.isNaN(toTick)
      ? 'From and to are simulated seconds, 0 and up, such as 12.5.'
      : toTick <= fromTick
        ? 'The end must come after the beginning.'
        : '';
  const frames = filmFrames({ fromTick, toTick, speed: rate });
  const filmWrong =
    wrong ||
    (!(rate >= 0.01)
      ? 'The speed of the film is simulated seconds per second, 0.01 and up.'
      : frames > MAX_FILM_FRAMES
        ? `That film would last ${Math.round(frames / FILM_FPS)} s; the most is ${MAX_FILM_FRAMES / FILM_FPS} s. Make it faster or shorter.`
        : '');
  const busy = job.what !== '';
  return (
    <section className="share-stretch" aria-label="Export a stretch of time">
      <h3>Export a stretch of simulated time</h3>
      <div className="share-range">
        <NumberField label="from" unit="s" value={from} set={setFrom} bad={Number.isNaN(fromTick)} />
        <NumberField label="to" unit="s" value={to} set={setTo} bad={Number.isNaN(toTick)} />
        <NumberField label="speed of the film" unit="×" value={speed} set={setSpeed} bad={!(rate >= 0.01)} />
        <label className="field">
          <input type="checkbox" checked={gzip} onChange={(event) => setGzip(event.target.checked)} />
          <span>trace gzipped</span>
        </label>
      </div>
      <div className="share-range">
        <button
          type="button"
          disabled={busy || filmWrong !== ''}
          onClick={() => void exportFilm(lab, { fromTick, toTick }, rate)}
        >
          <Download size={14} aria-hidden="true" /> Film (WebM)
        </button>
        <button
          type="button"
          disabled={busy || wrong !== ''}
          onClick={() => void exportTrace(lab, { fromTick, toTick }, gzip)}
        >
          <Download size={14} aria-hidden="true" /> Trace (Perfetto)
        </button>
        <span className="hint">
          {filmWrong === '' ? `The film will last ${(frames / FILM_FPS).toFixed(1)} s.` : ''}
        </span>
      </div>
      {filmWrong && !busy && <p className="hint">{filmWrong}</p>}
      {busy && (
        <p className="share-range" role="status">
          <progress value={job.progress} aria-label={`Making the ${job.what}`} />
          {Math.round(job.progress * 100)} % of the {job.what}
          <button type="button" onClick={cancelJob}>
            Cancel
          </button>
        </p>
      )}
      {job.error && (
        <p className="knob-error" role="alert">
          {job.error}
        </p>
      )}
    </section>
  );
}

interface NumberFieldProps {
  label: string;
  unit: string;
  value: string;
  bad: boolean;
  set(value: string): void;
}

function NumberField({ label, unit, value, bad, set }: NumberFieldProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="text"
        inputMode="decimal"
        size={7}
        value={value}
        aria-label={`${label}, ${unit === 's' ? 'simulated seconds' : 'simulated seconds per second'}`}
        aria-invalid={bad}
        onChange={(event) => set(event.target.value)}
      />
      <span>{unit}</span>
    </label>
  );
}

/** Seconds as typed -> ticks, NaN when they are none. */
function ticks(text: string): number {
  return /^\d{1,6}(\.\d{1,9})?$/.test(text.trim()) ? Math.round(Number(text) * 1000) : NaN;
}
