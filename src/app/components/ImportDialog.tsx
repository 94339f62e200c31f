/** A machine or workload from the real world: paste it, choose a file, or drop it anywhere on the page. */
import { useEffect, useId, useState } from 'react';
import { importText } from '../import-text.ts';
import { notify, useView } from '../store.ts';
import { Dialog } from './Dialog.tsx';
import { useLab } from './use-lab.ts';

const EXAMPLE = `available: 2 nodes (0-1)
node 0 cpus: 0 1 2 3
node 0 size: 8192 MB
node 1 cpus: 4 5 6 7
node 1 size: 8192 MB
node distances:
node   0   1
  0:  10  21
  1:  21  10`;

export default function ImportDialog() {
  const lab = useLab();
  const id = useId();
  const text = useView((view) => view.importText);
  const error = useView((view) => view.importError);
  const [busy, setBusy] = useState(false);
  const setText = (importText: string) => useView.setState({ importText, importError: '' });

  const use = async () => {
    setBusy(true);
    const reply = await importText(lab, text);
    setBusy(false);
    if (!reply.ok) {
      useView.setState({ importError: reply.error });
      return;
    }
    useView.setState({ dialog: null, importText: '', importError: '' });
    notify(reply.value, 'note');
  };

  // The field shows which line an error names.
  const line = Number(/\bline (\d+)/i.exec(error)?.[1] ?? 0);
  useEffect(() => {
    const field = document.getElementById(id);
    if (!line || !(field instanceof HTMLTextAreaElement)) return;
    const before = field.value.split('\n').slice(0, line - 1);
    const start = before.join('\n').length + (before.length ? 1 : 0);
    const end = field.value.indexOf('\n', start);
    field.focus();
    field.setSelectionRange(start, end < 0 ? field.value.length : end);
  }, [id, line, error]);

  return (
    <Dialog id="import" title="Open a machine, a workload or an experiment">
      <p>
        Paste the output of <code>numactl --hardware</code>, a machine file, a workload file or an experiment
        file (JSON). It stays on this page. What runs now keeps running until the new one has booted.
      </p>
      <label htmlFor={id}>numactl output or JSON</label>
      <textarea
        id={id}
        data-first-focus=""
        rows={14}
        spellCheck={false}
        placeholder={EXAMPLE}
        value={text}
        aria-invalid={error !== ''}
        aria-describedby={error ? `${id}-error` : undefined}
        onChange={(event) => setText(event.target.value)}
      />
      {error && (
        <p id={`${id}-error`} className="knob-error" role="alert">
          {error}
        </p>
      )}
      <footer>
        <input
          type="file"
          accept=".json,.txt,text/plain,application/json"
          aria-label="Choose a file"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void file.text().then(setText);
          }}
        />
        <button type="button" onClick={() => setText(EXAMPLE)}>
          Example
        </button>
        <button
          type="button"
          className="primary"
          disabled={busy || text.trim() === ''}
          onClick={() => void use()}
        >
          Run on it
        </button>
      </footer>
    </Dialog>
  );
}
