import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Download, Page } from '@playwright/test';
import { traceProblems } from '../src/formats/chrome-trace-check.ts';
import { checkExperimentFile } from '../src/protocol/experiment-file-schema.ts';
import { expect, test, type LabPage } from './lab.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const LINK = 'v=2&workload=numa02&p.mib=256&p.passes=20000&seed=5';

/** Step so many ticks, by the keyboard. */
async function steps(lab: LabPage, page: Page, count: number): Promise<void> {
  for (let i = 1; i <= count; i++) {
    await page.keyboard.press('.');
    await expect(lab.time).toHaveText(`t = ${(i / 1000).toFixed(3)} s`);
  }
}

/** Run past some simulated time, then pause. */
async function runPast(lab: LabPage, tick: number): Promise<void> {
  await expect.poll(() => lab.tick(), { timeout: 30_000 }).toBeGreaterThan(tick);
  await lab.pause();
}

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Share and keep' });

async function saved(page: Page, name: string): Promise<{ file: Buffer; name: string; path: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: 50_000 }),
    dialogOf(page).getByRole('button', { name }).click(),
  ]);
  return contentOf(download);
}

async function contentOf(download: Download): Promise<{ file: Buffer; name: string; path: string }> {
  const where = await download.path();
  return { file: readFileSync(where), name: download.suggestedFilename(), path: where };
}

test('the copied command line gives the same final hash in Node', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open(`${LINK}&speed=2`);
  await expect.poll(() => lab.tick()).toBeGreaterThan(300);
  const field = lab.knob('autonuma/knuma_scand/pages_to_scan').getByRole('textbox');
  await field.fill('16384');
  await field.press('Enter');
  await expect(page).toHaveURL(/edit=\d+,autonuma\/knuma_scand\/pages_to_scan,16384/);
  await runPast(lab, 900);
  const hash = await page.evaluate(() => window.__lab.stateHash());

  await page.keyboard.press('e');
  await dialogOf(page).getByRole('button', { name: 'Copy command line' }).click();
  await expect(page.getByText('The command line is on the clipboard.')).toBeVisible();
  const line = await page.evaluate(() => navigator.clipboard.readText());
  expect(line).toMatch(/^npm run -s lab -- run --machine westmere-2n --workload numa02 /);
  const out = execFileSync('sh', ['-c', line], { cwd: ROOT, encoding: 'utf8', timeout: 50_000 });
  expect(out).toContain(`state ${hash}`);
});

test('link, embed code and sentence are copied', async ({ lab, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.open(`${LINK}&paused=1`);
  await steps(lab, page, 2);
  await page.getByRole('button', { name: 'Share' }).click();
  const copied = async (name: string, said: string) => {
    await dialogOf(page).getByRole('button', { name, exact: true }).click();
    await expect(page.getByText(`${said} is on the clipboard.`)).toBeVisible();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  expect(await copied('Copy link', 'The link to this experiment')).toBe(page.url());
  const embed = await copied('Copy embed code', 'The embed code');
  expect(embed).toMatch(/^<iframe src="[^"]*[?&;]embed=1#v=2&amp;[^"]*" title="AutoNUMA Lab: [^"]+"/);
  expect(await copied('Copy sentence', 'The sentence')).toBe(await page.getByTestId('caption').innerText());
});

test('an experiment is saved, and opened again by choosing, dropping and pasting', async ({ lab, page }) => {
  await lab.open(`${LINK}&colour=age&paused=1&knobs.autonuma/knuma_scand/pmd=0`);
  await page.keyboard.press('e');
  const { file, name } = await saved(page, 'Experiment file');
  expect(name).toMatch(/^autonuma-lab-numa02-seed5-.*s\.json$/);
  const experiment = checkExperimentFile(JSON.parse(file.toString()));
  expect(experiment).toMatchObject({
    workload: 'numa02',
    seed: 5,
    parameters: { mib: 256, passes: 20000 },
    knobs: { 'autonuma/knuma_scand/pmd': '0' },
    view: { colour: 'age', paused: '1' },
  });

  // Choosing.
  await page.goto('about:blank');
  await lab.open('v=2&paused=1');
  await page.keyboard.press('e');
  await dialogOf(page).getByRole('button', { name: 'Open a file' }).click();
  const open = page.getByRole('dialog', { name: /Open a machine/ });
  await open.getByLabel('Choose a file').setInputFiles({ name, mimeType: 'application/json', buffer: file });
  await open.getByRole('button', { name: 'Run on it' }).click();
  await expect(page).toHaveURL(/workload=numa02.*seed=5.*colour=age/);
  await expect(page.getByRole('combobox', { name: 'colour by' })).toHaveValue('age');
  await expect(page).toHaveURL(/pmd=0/);

  // Dropping.
  const other = JSON.stringify({ ...experiment, seed: 77 });
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'e.json', { type: 'application/json' }));
    document.body.dispatchEvent(
      new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }),
    );
  }, other);
  await expect(page).toHaveURL(/seed=77/);

  // Pasting; a bad file names the field, and what runs stays.
  const paste = (text: string) =>
    page.evaluate((pasted) => {
      const data = new DataTransfer();
      data.setData('text/plain', pasted);
      document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData: data }));
    }, text);
  await paste(JSON.stringify({ ...experiment, seed: 78 }));
  await expect(page).toHaveURL(/seed=78/);
  await paste(JSON.stringify({ ...experiment, seed: 'many' }));
  await expect(page.getByRole('alert').filter({ hasText: 'seed' })).toHaveText(
    'seed: expected a whole number from 0 to 4294967295, got "many"',
  );
  await paste(JSON.stringify({ ...experiment, machine: 'no-such-machine' }));
  await expect(page.getByRole('alert').filter({ hasText: 'no-such-machine' })).toBeVisible();
  await expect(page).toHaveURL(/seed=78/);
});

test('the picture is a PNG of twice the size, and not blank', async ({ lab, page }) => {
  await lab.open(LINK);
  await runPast(lab, 500);
  const { width, height } = (await lab.picture.boundingBox())!;
  await page.keyboard.press('e');
  const { file, name } = await saved(page, 'Picture (PNG)');
  expect(name).toMatch(/^autonuma-lab-numa02-seed5-[\d.]+s\.png$/);
  expect(file.subarray(1, 4).toString()).toBe('PNG');
  expect(file.readUInt32BE(16)).toBe(2 * Math.floor(width));
  expect(file.readUInt32BE(20)).toBe(2 * Math.floor(height));
  const colours = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const context = canvas.getContext('2d')!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const seen = new Map<number, number>();
    for (let i = 0; i < data.length; i += 4) {
      const colour = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
      seen.set(colour, (seen.get(colour) ?? 0) + 1);
    }
    return { kinds: seen.size, most: Math.max(...seen.values()) / (data.length / 4) };
  }, file.toString('base64'));
  expect(colours.kinds).toBeGreaterThan(20);
  expect(colours.most).toBeLessThan(0.9);
});

test('the series is a CSV with a unit in every column', async ({ lab, page }) => {
  await lab.open(`${LINK}&speed=5`);
  await runPast(lab, 1500);
  await page.keyboard.press('e');
  const { file } = await saved(page, 'Series (CSV)');
  const rows = file
    .toString()
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  for (const title of rows[0].filter((each) => each !== 'pages queued')) expect(title).toMatch(/\(.+\)$/);
  expect(rows[0]).toEqual(
    expect.arrayContaining([
      'time (simulated s)',
      'local accesses (% of bytes)',
      expect.stringMatching(/^numa02 \d+ on node 1 \(MiB\)$/),
    ]),
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) expect(row).toHaveLength(rows[0].length);
  const times = rows.slice(1).map(([time]) => Number(time));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeCloseTo(0.1, 6);
});

test('the report opens without asking anybody for anything', async ({ lab, page, context }) => {
  await lab.open(LINK);
  await runPast(lab, 800);
  await page.keyboard.press('e');
  const { file, path: where } = await saved(page, 'Report (HTML)');
  const copy = `${where}.html`;
  writeFileSync(copy, file);
  const report = await context.newPage();
  const requests: string[] = [];
  report.on('request', (request) => requests.push(request.url()));
  await report.goto(pathToFileURL(copy).href);
  await expect(page.getByTestId('caption')).toHaveText(await report.locator('strong').first().innerText());
  await expect(report.getByRole('heading', { name: 'Settings' })).toBeVisible();
  expect(await report.locator('svg path').count()).toBeGreaterThan(4);
  const image = report.getByRole('img').first();
  expect(await image.evaluate((node: HTMLImageElement) => node.naturalWidth)).toBeGreaterThan(500);
  await expect(report.getByRole('link')).toHaveAttribute('href', /#v=2&.*seed=5/);
  await expect(report.getByText('npm run -s lab -- run')).toBeVisible();
  await expect(report.getByText(/AutoNUMA Lab \d+\.\d+\.\d+/)).toBeVisible();
  expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
  await report.close();
});

test('the trace has a track for every CPU, counters and migrations', async ({ lab, page }) => {
  await lab.open('v=2&speed=10');
  await runPast(lab, 2000);
  await page.keyboard.press('e');
  await dialogOf(page).getByLabel('from, simulated seconds').fill('0.5');
  await dialogOf(page).getByLabel('to, simulated seconds').fill('2');
  const { file, name } = await saved(page, 'Trace (Perfetto)');
  expect(name).toMatch(/\.trace\.json$/);
  const trace = JSON.parse(file.toString()) as Parameters<typeof traceProblems>[0] & {
    otherData: Record<string, string>;
  };
  expect(traceProblems(trace)).toEqual([]);
  const { traceEvents } = trace;
  const tracks = new Set(
    traceEvents.filter(({ cat, ph }) => cat === 'sched' && ph === 'X').map(({ tid }) => tid),
  );
  expect(tracks.size).toBe(24);
  const times = traceEvents.filter(({ ph }) => ph === 'X').map(({ ts, dur }) => [ts, ts + dur!]);
  expect(Math.min(...times.map(([from]) => from))).toBe(500_000);
  expect(Math.max(...times.map(([, to]) => to))).toBe(2_000_000);
  expect(traceEvents.some(({ ph, name: title }) => ph === 'C' && title === 'free (MB)')).toBe(true);
  expect(traceEvents.filter(({ ph }) => ph === 's').length).toBeGreaterThan(0);
  expect(trace.otherData['link']).toBe(page.url());
});

test('the film is a WebM that plays and lasts as long as it says', async ({ lab, page }) => {
  await lab.open('v=2&speed=10');
  await runPast(lab, 1000);
  await page.keyboard.press('e');
  await dialogOf(page).getByLabel('from, simulated seconds').fill('0.2');
  await dialogOf(page).getByLabel('to, simulated seconds').fill('1');
  await dialogOf(page).getByLabel('speed of the film').fill('2');
  await expect(dialogOf(page).getByText('The film will last 0.4 s.')).toBeVisible();
  const { file, name } = await saved(page, 'Film (WebM)');
  expect(name).toMatch(/\.webm$/);
  const film = await page.evaluate(async (base64) => {
    const video = document.createElement('video');
    video.muted = true;
    video.src = `data:video/webm;base64,${base64}`;
    const happens = (event: string) =>
      new Promise((resolve, reject) => {
        video.addEventListener(event, resolve, { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message)));
      });
    await happens('loadeddata');
    const { duration } = video;
    const ended = happens('ended');
    await video.play();
    await ended;
    const coloursAt = async (time: number) => {
      const seeked = happens('seeked');
      video.currentTime = time;
      await seeked;
      const canvas = document.createElement('canvas');
      canvas.width = video.videoWidth;
      canvas.height = video.videoHeight;
      const context = canvas.getContext('2d')!;
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<number>();
      for (let i = 0; i < data.length; i += 64) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      return seen.size;
    };
    return { duration, width: video.videoWidth, first: await coloursAt(0.01), last: await coloursAt(0.35) };
  }, file.toString('base64'));
  expect(film.duration).toBeCloseTo(0.4, 2);
  expect(film.width).toBe(1280);
  expect(film.first).toBeGreaterThan(20);
  expect(film.last).toBeGreaterThan(20);
});

test('a film under way can be ended, and a wrong stretch is named', async ({ lab, page }) => {
  await lab.open('v=2&speed=10');
  await runPast(lab, 1000);
  await page.keyboard.press('e');
  const dialog = dialogOf(page);
  await dialog.getByLabel('to, simulated seconds').fill('0');
  await expect(dialog.getByText('The end must come after the beginning.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Film (WebM)' })).toBeDisabled();
  await dialog.getByLabel('to, simulated seconds').fill('60');
  await dialog.getByLabel('speed of the film').fill('0.1');
  await expect(dialog.getByText(/would last 600 s; the most is 120 s/)).toBeVisible();
  await dialog.getByLabel('speed of the film').fill('1');
  await dialog.getByRole('button', { name: 'Film (WebM)' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog.getByRole('button', { name: 'Film (WebM)' })).toBeEnabled();
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  // What is on show has not been disturbed.
  await page.keyboard.press('Escape');
  await page.keyboard.press('.');
  await expect.poll(() => lab.tick()).toBeGreaterThan(1000);
});
