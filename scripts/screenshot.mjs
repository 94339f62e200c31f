// Takes the pictures of README.md and docs/: the built page in Chromium, stepped to a fixed simulated moment.
//   node scripts/screenshot.mjs [--out docs/images] [--only NAME] [--no-build] [--url http://...]
import { chromium } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { browserArgs, ensureBrowser } from './browser.mjs';
import { build, serve } from './built-page.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {object} Scene
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {string} [link]       part of the link after v=1
 * @property {number} tick         simulated milliseconds
 * @property {boolean} [fullPage]
 * @property {(page: Page) => Promise<void>} [prepare]  what a person does before the picture is taken
 */

/** Mid-healing on the first screen. */
const HEALING = 2400;

/** @type {Scene[]} */
const SCENES = [
  { name: 'main-1280', width: 1280, height: 800, tick: HEALING },
  { name: 'main-1920', width: 1920, height: 1080, tick: HEALING },
  {
    name: 'pages',
    width: 1280,
    height: 800,
    tick: HEALING,
    prepare: async (page) => {
      // Into the memory of node 0, below what the kernel keeps.
      await wheel(page, 0.25, 0.165, 13);
      await page.mouse.move(await pictureX(page, 0.35), await pictureY(page, 0.3));
      await page.waitForTimeout(600);
    },
  },
  {
    name: 'knobs',
    width: 1280,
    height: 800,
    tick: 2000,
    prepare: async (page) => {
      for (const [knob, value] of [
        ['knuma_scand/scan_sleep_pass_millisecs', '1000'],
        ['knuma_scand/pages_to_scan', '8192'],
        ['knuma_scand/pmd', '0'],
      ])
        await setKnob(page, `autonuma/${knob}`, value);
      await arrive(page, 4000);
    },
  },
  {
    name: 'why',
    width: 1280,
    height: 800,
    tick: 3200,
    prepare: async (page) => {
      // Some page of the program that has moved: the keyboard would find it, the test bridge is quicker.
      const at = await page.evaluate(`(async () => {
        for (let frame = 150000; frame < 900000; frame += 4099)
          for (const node of [0, 1]) {
            const target = { kind: 'frame', node, frame };
            const why = await window.__lab.why(target);
            if (why?.ledger.some(({ text }) => text.includes('moved from node'))) return window.__lab.pointOf(target);
          }
      })()`);
      const box = await page.locator('[data-picture]').boundingBox();
      await page.mouse.click((box?.x ?? 0) + at.x, (box?.y ?? 0) + at.y);
      await page.locator('.ledger').waitFor();
    },
  },
  {
    name: 'terabyte',
    width: 1920,
    height: 1080,
    link: 'machine=terabyte-8n&workload=stream&p.mib=98304',
    tick: 4000,
  },
  {
    name: 'time-travel',
    width: 1280,
    height: 800,
    tick: 100,
    prepare: async (page) => {
      const seek = (/** @type {number} */ tick) => page.evaluate(`window.__lab.seek(${tick})`);
      await seek(16_000);
      await seek(5000);
      await setKnob(page, 'autonuma/knuma_scand/scan_sleep_pass_millisecs', '1000');
      await seek(13_000);
      await seek(7400);
      await page.evaluate('document.activeElement?.blur()');
    },
  },
  {
    name: 'gallery',
    width: 1280,
    height: 800,
    tick: HEALING,
    prepare: async (page) => {
      await page.keyboard.press('s');
      await page.getByRole('dialog').getByRole('img').first().waitFor();
      await page.waitForTimeout(1000);
    },
  },
  {
    name: 'shell',
    width: 1280,
    height: 800,
    tick: HEALING,
    prepare: async (page) => {
      await page.keyboard.press('6');
      await page.getByRole('textbox', { name: 'Shell command' }).waitFor();
      for (const line of [
        'ps -Lo pid,tid,psr,numa,comm | head -n 4',
        'numastat -p left',
        'echo 2 > /sys/kernel/mm/autonuma/debug',
        'cat /proc/$(pidof left)/numa_maps',
      ]) {
        await page.keyboard.type(line);
        await page.keyboard.press('Enter');
        await page.waitForTimeout(300);
      }
    },
  },
  {
    name: 'compare',
    width: 1280,
    height: 800,
    tick: 1,
    prepare: async (page) => {
      await page.keyboard.press('v');
      await page.locator('[data-testid=run-picture][data-tick]').nth(1).waitFor({ timeout: 60_000 });
      await setScrubber(page, 9000);
    },
  },
  {
    name: 'sweep',
    width: 1280,
    height: 800,
    link: 'workload=numa02&p.mib=512&p.passes=300',
    tick: 1,
    prepare: async (page) => {
      await page.keyboard.press('x');
      await page.getByLabel('Second field to vary').selectOption('seed');
      await page.getByLabel('Values of the second field').fill('1..4');
      await page.getByRole('button', { name: 'Run 16 runs' }).click();
      await page.getByText('16 of 16 runs', { exact: true }).waitFor({ timeout: 300_000 });
      await page.evaluate('document.activeElement?.blur()');
    },
  },
  {
    name: 'tour',
    width: 1280,
    height: 800,
    tick: 100,
    prepare: async (page) => {
      await page.keyboard.press('u');
      for (let stop = 1; stop < 6; stop++) {
        await page.getByText(`${stop} of 8`).waitFor({ timeout: 60_000 });
        await page.waitForTimeout(500);
        await page.keyboard.press('ArrowRight');
      }
      await page.getByText('6 of 8').waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'share',
    width: 1280,
    height: 800,
    link: 'theme=dark&seed=5',
    tick: HEALING,
    prepare: async (page) => {
      await page.keyboard.press('e');
      await page.getByRole('dialog').waitFor();
      await page.waitForTimeout(500);
    },
  },
  { name: 'narrow', width: 390, height: 844, tick: HEALING, fullPage: true },
];

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: path.join('docs', 'images') },
    only: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    url: { type: 'string' },
  },
});

/** @param {Page} page  @param {number} share */
const pictureX = async (page, share) => {
  const box = await page.locator('[data-picture]').boundingBox();
  return (box?.x ?? 0) + (box?.width ?? 0) * share;
};

/** @param {Page} page  @param {number} share */
const pictureY = async (page, share) => {
  const box = await page.locator('[data-picture]').boundingBox();
  return (box?.y ?? 0) + (box?.height ?? 0) * share;
};

/**
 * Turn the wheel over the picture.
 * @param {Page} page  @param {number} x  @param {number} y  @param {number} turns
 */
async function wheel(page, x, y, turns) {
  await page.mouse.move(await pictureX(page, x), await pictureY(page, y));
  for (let i = 0; i < turns; i++) {
    await page.mouse.wheel(0, -100);
    await page.waitForTimeout(30);
  }
}

/** @param {Page} page  @param {string} knob  @param {string} value */
async function setKnob(page, knob, value) {
  const row = page.locator(`[data-knob="${knob}"]`);
  const toggle = row.getByRole('switch');
  if (await toggle.count()) await toggle.click();
  else {
    const field = row.locator('input:not([type=range])');
    await field.fill(value);
    await field.press('Enter');
    await field.blur();
  }
  await page.waitForTimeout(300);
}

/**
 * All runs of the comparison to a tick, as by the slider under them.
 * @param {Page} page  @param {number} tick
 */
async function setScrubber(page, tick) {
  const slider = page.locator('.compare-scrubber input');
  await slider.fill(String(tick));
  await page.locator(`[data-testid=run-picture][data-tick="${tick}"]`).nth(1).waitFor({ timeout: 60_000 });
  await page.locator('[data-testid=compare-time]', { hasText: (tick / 1000).toFixed(3) }).waitFor();
}

// What runs in the page is written as text: these scripts know no DOM. window.__lab is src/app/testing.ts.

/** @param {Page} page  @returns {Promise<number>} */
const tickOf = (page) => page.evaluate('window.__lab.summary()?.tick ?? 0');

/**
 * Tick by tick, so that the moment is exactly the same every time however busy the machine is.
 * @param {Page} page  @param {number} tick
 */
async function stepTo(page, tick) {
  const ticks = tick - (await tickOf(page));
  await page.evaluate(`(async () => {
    for (let left = ${ticks}; left > 0; left--) await window.__lab.step('tick');
  })()`);
}

/** @param {Page} page  @param {string} wanted  what the slider says  @param {string} key */
async function setSpeed(page, wanted, key) {
  const slider = page.getByRole('slider', { name: /^Speed/ });
  while ((await slider.getAttribute('aria-valuetext')) !== wanted) {
    await page.keyboard.press(key);
    await page.waitForTimeout(20);
  }
}

/**
 * As if watched: the last tick is played, so that the caption tells the story and not the step. At 0.01x a tick takes 100 ms.
 * @param {Page} page  @param {number} tick
 */
async function arrive(page, tick) {
  await stepTo(page, tick - 1);
  await page.evaluate('document.activeElement?.blur()');
  await setSpeed(page, '0.01 times real time', 'BracketLeft');
  await page.keyboard.press('Space');
  await page.evaluate(`(async () => {
    while ((window.__lab.summary()?.tick ?? 0) < ${tick}) await new Promise((resolve) => setTimeout(resolve, 10));
    await window.__lab.pause();
  })()`);
  await setSpeed(page, '2 times real time', 'BracketRight');
}

/** @param {import('@playwright/test').Browser} browser  @param {string} url  @param {Scene} scene */
async function shoot(browser, url, scene) {
  const context = await browser.newContext({
    viewport: { width: scene.width, height: scene.height },
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`${scene.name}: console: ${message.text()}`);
  });
  page.on('pageerror', (error) => console.error(`${scene.name}: page: ${error.message}`));
  try {
    await page.goto(`${url}?testing=1#v=1&paused=1&speed=0.01&${scene.link ?? ''}`);
    await page.evaluate('window.__lab.whenReady()');
    await page.locator('[data-picture][data-ready=true]').waitFor({ timeout: 60_000 });
    await arrive(page, scene.tick);
    await scene.prepare?.(page);
    await page.waitForTimeout(700);
    const file = path.resolve(ROOT, values.out, `${scene.name}.png`);
    await page.screenshot({ path: file, fullPage: scene.fullPage ?? false, animations: 'disabled' });
    console.log(`${path.relative(ROOT, file)}  t = ${(await tickOf(page)) / 1000} s`);
  } finally {
    await context.close();
  }
}

if (!values['no-build'] && !values.url) build();
mkdirSync(path.resolve(ROOT, values.out), { recursive: true });
const server = values.url ? null : await serve();
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArgs() });
try {
  for (const scene of SCENES) {
    if (values.only && !scene.name.includes(values.only)) continue;
    await shoot(browser, values.url ?? server?.url ?? '', scene);
  }
} finally {
  await browser.close();
  server?.stop();
}
