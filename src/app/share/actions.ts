/** What the Share menu does, one function each. Loaded when first used. */
import type { Reply } from '../../protocol/engine-api.ts';
import { toExperimentFile } from '../../protocol/experiment-file.ts';
import { captionNow } from '../caption-text.ts';
import type { Lab } from '../lab.ts';
import { notify, useExperiment, useObservation } from '../store.ts';
import { encodeView } from '../url.ts';
import { cliLine } from './cli-line.ts';
import { download, fileName } from './download.ts';
import { seriesCsv } from './series-csv.ts';

export type CopyKind = 'link' | 'embed' | 'cli' | 'sentence';

/** What is copied, called in a notice. */
const COPIED: Record<CopyKind, string> = {
  link: 'The link to this experiment',
  embed: 'The embed code',
  cli: 'The command line',
  sentence: 'The sentence',
};

const tickNow = (): number => useObservation.getState().summary?.tick ?? 0;

/** Name of the experiment file of what runs. */
export function experimentFileName(): string {
  const { experiment } = useExperiment.getState();
  return fileName(experiment, tickNow(), 'json');
}

/** The text of each kind, as of now. */
export function shareText(lab: Lab, kind: CopyKind): string {
  const { experiment } = useExperiment.getState();
  switch (kind) {
    case 'link':
      return lab.address.address();
    case 'embed': {
      const title = useObservation.getState().boot?.workloadTitle ?? 'AutoNUMA Lab';
      const source = lab.address.address({ embed: true });
      return `<iframe src="${escapeHtml(source)}" title="AutoNUMA Lab: ${escapeHtml(title)}" width="960" height="600" style="border:0" loading="lazy"></iframe>`;
    }
    case 'cli':
      return cliLine(experiment, tickNow(), experimentFileName());
    case 'sentence':
      return captionNow();
  }
}

/** For attributes and text of HTML. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Put a text on the clipboard. */
export async function copyText(lab: Lab, kind: CopyKind): Promise<void> {
  try {
    await navigator.clipboard.writeText(shareText(lab, kind));
    notify(`${COPIED[kind]} is on the clipboard.`, 'note');
  } catch {
    notify(
      kind === 'link'
        ? 'The browser did not allow the clipboard; the link is in the address bar.'
        : 'The browser did not allow the clipboard; Share shows the text, to be selected by hand.',
    );
  }
}

/** Save what runs, and how it is looked at. */
export function saveExperiment(lab: Lab): void {
  const { experiment } = useExperiment.getState();
  const state = lab.linkState();
  const title = useObservation.getState().boot?.workloadTitle;
  const file = toExperimentFile(experiment, { title, view: state ? encodeView(state) : undefined });
  const text = `${JSON.stringify(file, null, 2)}\n`;
  download(experimentFileName(), new Blob([text], { type: 'application/json' }));
}

/** The series so far as a table. */
export function saveCsv(lab: Lab): void {
  const { experiment } = useExperiment.getState();
  const { boot, summary } = useObservation.getState();
  if (!boot || !summary) return;
  const text = seriesCsv(
    lab.series,
    summary.processes,
    boot.machine.nodes.map(({ osId }) => osId),
  );
  download(fileName(experiment, summary.tick, 'csv'), new Blob([text], { type: 'text/csv' }));
}

/** The picture, canvas and labels, twice as sharp as a plain screen shows it. */
export async function picturePng(lab: Lab): Promise<Reply<{ png: Blob; tick: number }>> {
  const { boot, summary } = useObservation.getState();
  const { picture } = lab;
  if (!boot || !summary || !picture) return { ok: false, error: 'There is no picture to save.' };
  const { OffscreenPicture } = await import('./offscreen-picture.ts');
  const { width, height } = picture.stats();
  const still = await OffscreenPicture.create(
    boot.machine,
    boot.generation,
    summary,
    { width, height },
    PNG_SCALE,
    picture,
  );
  try {
    const canvas = document.createElement('canvas');
    canvas.width = width * PNG_SCALE;
    canvas.height = height * PNG_SCALE;
    await still.paint(lab.client, canvas.getContext('2d')!);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    return png
      ? { ok: true, value: { png, tick: summary.tick } }
      : { ok: false, error: 'The browser could not make a PNG of this size.' };
  } finally {
    still.destroy();
  }
}

const PNG_SCALE = 2;

export async function savePng(lab: Lab): Promise<void> {
  const { experiment } = useExperiment.getState();
  const reply = await attempt(() => picturePng(lab));
  if (reply) download(fileName(experiment, reply.tick, 'png'), reply.png);
}

/** Settings, picture, charts and tables as one HTML file. */
export async function saveReport(lab: Lab): Promise<void> {
  const { experiment } = useExperiment.getState();
  const { boot, summary } = useObservation.getState();
  if (!boot || !summary) return;
  const { reportHtml } = await import('./report.ts');
  const picture = await attempt(() => picturePng(lab));
  const html = reportHtml(lab, picture ? await dataUrl(picture.png) : '');
  download(fileName(experiment, summary.tick, 'html'), new Blob([html], { type: 'text/html' }));
}

async function attempt<T>(work: () => Promise<Reply<T>>): Promise<T | null> {
  try {
    const reply = await work();
    if (reply.ok) return reply.value;
    notify(reply.error);
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error));
  }
  return null;
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(new Error('the picture could not be read')));
    reader.readAsDataURL(blob);
  });
}
