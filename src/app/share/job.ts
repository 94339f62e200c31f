/** Exports that take a while: one at a time, with progress, and a way to end it. */
import { create } from 'zustand';
import { WorkerGone } from '../engine-client.ts';
import type { Lab } from '../lab.ts';
import { notify, useExperiment } from '../store.ts';
import { LAB_VERSION } from '../version.ts';
import { download, fileName } from './download.ts';

export interface ExportRange {
  fromTick: number;
  toTick: number;
}

interface JobState {
  /** What is being made, '' nothing. */
  what: '' | 'film' | 'trace';
  /** 0..1 */
  progress: number;
  /** Why the last one came to nothing. */
  error: string;
}

export const useJob = create<JobState>(() => ({ what: '', progress: 0, error: '' }));

let controller: AbortController | null = null;

/** End the export under way. */
export function cancelJob(): void {
  controller?.abort();
}

async function runJob(
  what: 'film' | 'trace',
  work: (progress: (share: number) => void, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (useJob.getState().what !== '') return;
  const own = new AbortController();
  controller = own;
  useJob.setState({ what, progress: 0, error: '' });
  try {
    await work((progress) => useJob.setState({ progress }), own.signal);
    useJob.setState({ what: '', progress: 0 });
  } catch (error) {
    const words = own.signal.aborted ? '' : error instanceof Error ? error.message : String(error);
    useJob.setState({ what: '', progress: 0, error: words });
    // The dialog shows it; without the dialog a notice does.
    if (words && !document.querySelector('dialog.share[open]')) notify(words);
  }
}

/** A WebM film of a stretch of this run. */
export function exportFilm(lab: Lab, { fromTick, toTick }: ExportRange, speed: number): Promise<void> {
  const { experiment } = useExperiment.getState();
  return runJob('film', async (progress, signal) => {
    const { makeFilm } = await import('./film.ts');
    const film = await makeFilm({ experiment, fromTick, toTick, speed, like: lab.picture }, progress, signal);
    download(fileName(experiment, toTick, 'webm'), film);
  });
}

/** A Chrome trace of a stretch of this run. */
export function exportTrace(lab: Lab, { fromTick, toTick }: ExportRange, gzip: boolean): Promise<void> {
  const { experiment } = useExperiment.getState();
  return runJob('trace', async (progress, signal) => {
    const { startEngine } = await import('../engine-client.ts');
    let death = '';
    const engine = startEngine((reason) => (death = reason));
    signal.addEventListener('abort', () => engine.dispose());
    const timer = window.setInterval(() => {
      engine.guard(engine.api.traceProgress()).then(progress, () => undefined);
    }, 200);
    try {
      const about = { program: `AutoNUMA Lab ${LAB_VERSION}`, link: lab.address.address() };
      const reply = await engine.guard(engine.api.recordTrace({ experiment, fromTick, toTick, gzip, about }));
      if (!reply.ok) throw new Error(reply.error);
      const type = gzip ? 'application/gzip' : 'application/json';
      download(
        fileName(experiment, toTick, gzip ? 'trace.json.gz' : 'trace.json'),
        new Blob([reply.value], { type }),
      );
    } catch (error) {
      throw error instanceof WorkerGone ? new Error(death || 'cancelled', { cause: error }) : error;
    } finally {
      window.clearInterval(timer);
      engine.dispose();
    }
  });
}
