/** A file dropped, or text pasted, anywhere on the page: a machine or a workload. Nothing leaves the page. */
import { useEffect, useState } from 'react';
import { importText } from '../import-text.ts';
import type { Lab } from '../lab.ts';
import { notify, useView } from '../store.ts';
import { useLab } from './use-lab.ts';

/** More is no machine description. */
const MAX_BYTES = 4 << 20;

export function DropZone() {
  const lab = useLab();
  const [over, setOver] = useState(false);

  useEffect(() => {
    const hasFiles = (event: DragEvent) =>
      event.dataTransfer?.types.includes('Files') || event.dataTransfer?.types.includes('text/plain');
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (!event.relatedTarget) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      const text = file ? readFile(file) : Promise.resolve(event.dataTransfer?.getData('text/plain') ?? '');
      text
        .then((content) => takeText(lab, content))
        .catch((error: unknown) => notify(error instanceof Error ? error.message : String(error)));
    };
    const onPaste = (event: ClipboardEvent) => {
      const target = event.target;
      if (target instanceof HTMLElement && target.closest('input, textarea, [contenteditable]')) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (/^\s*(available:|\{)/.test(text)) void takeText(lab, text);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    window.addEventListener('paste', onPaste);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
      window.removeEventListener('paste', onPaste);
    };
  }, [lab]);

  return over ? (
    <div className="drop-zone">
      Drop a machine (numactl --hardware, JSON), a workload or an experiment (JSON)
    </div>
  ) : null;
}

async function readFile(file: File): Promise<string> {
  if (file.size > MAX_BYTES)
    throw new Error(`${file.name} is too large for a machine, a workload or an experiment`);
  return file.text();
}

/** Run what the text says; when it cannot be understood, show it in the dialog with the reason. */
async function takeText(lab: Lab, text: string): Promise<void> {
  const reply = await importText(lab, text);
  if (reply.ok) notify(reply.value, 'note');
  else useView.setState({ dialog: 'import', importText: text, importError: reply.error });
}
