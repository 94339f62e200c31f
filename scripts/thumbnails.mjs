// Takes the thumbnails of the gallery: each scenario really runs, half way to its answer, and its picture becomes public/gallery/NAME.webp.
//   node scripts/thumbnails.mjs [--only NAME] [--no-build]
import { chromium } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { browserArgs, ensureBrowser } from './browser.mjs';
import { build, serve } from './built-page.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const OUT = path.join(ROOT, 'public', 'gallery');
/** Twice what it is shown at. */
const WIDTH = 640;
const HEIGHT = 360;
/** The last stretch is stepped, so that the moment is the same every time. */
const STEPPED_TICKS = 60;

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'no-build': { type: 'boolean', default: false } },
});

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {{ name: string, seconds: number }} Scenario
 */

/** Play to a little before a tick, then step. @param {Page} page  @param {number} tick */
async function playTo(page, tick) {
  await page.evaluate(`(async () => {
    const now = () => window.__lab.summary()?.tick ?? 0;
    const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
    for (const [speed, before] of [[10, 6000], [1, 700], [0.1, ${STEPPED_TICKS}]]) {
      if (${tick} - now() <= before) continue;
      await window.__lab.setSpeed(speed);
      await window.__lab.play();
      while (now() < ${tick} - before) await wait();
      await window.__lab.pause();
    }
    while (now() < ${tick}) { await window.__lab.step('tick'); await wait(); }
  })()`);
}

/** The part of a screenshot that fills the thumbnail, as WebP. @param {Page} page  @param {Buffer} png */
async function toWebp(page, png) {
  const data = /** @type {string} */ (
    await page.evaluate(`(async () => {
      const image = new Image();
      image.src = 'data:image/png;base64,${png.toString('base64')}';
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = ${WIDTH};
      canvas.height = ${HEIGHT};
      const scale = ${WIDTH} / image.width;
      canvas.getContext('2d').drawImage(image, 0, 0, ${WIDTH}, image.height * scale);
      return canvas.toDataURL('image/webp', 0.8);
    })()`)
  );
  return Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
}

if (!values['no-build']) build();
mkdirSync(OUT, { recursive: true });
const server = await serve();
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArgs() });
try {
  const page = await browser.newPage({ viewport: { width: 960, height: 720 }, colorScheme: 'dark' });
  page.on('pageerror', (error) => console.error(error.message));
  await page.goto(`${server.url}?testing=1#v=1&paused=1`);
  await page.evaluate('window.__lab.whenReady()');
  const scenarios = /** @type {Scenario[]} */ (await page.evaluate('window.__lab.scenarios()'));
  for (const { name, seconds } of scenarios) {
    if (values.only && !name.includes(values.only)) continue;
    await page.evaluate(`window.__lab.runScenario(${JSON.stringify(name)})`);
    await page.evaluate('window.__lab.pause()');
    const tick = Math.round((seconds * 1000) / 2);
    await playTo(page, tick);
    await page.waitForTimeout(500);
    const png = await page.getByTestId('picture').screenshot({ animations: 'disabled' });
    writeFileSync(path.join(OUT, `${name}.webp`), await toWebp(page, png));
    console.log(
      `public/gallery/${name}.webp  t = ${await page.evaluate('window.__lab.summary().tick / 1000')} s`,
    );
  }
} finally {
  await browser.close();
  server.stop();
}
