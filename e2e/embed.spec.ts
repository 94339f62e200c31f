import type { Frame, Page } from '@playwright/test';
import { expect, test } from './lab.ts';

const LINK = 'v=2&workload=numa02&p.mib=256&p.passes=20000&seed=5';

/** A web page with the lab in it, below a stretch of text. */
async function host(page: Page, width: number, height: number, link: string, above = 0): Promise<Frame> {
  await page.goto('./');
  const source = new URL(`./?embed=1&testing=1#${link}`, page.url()).href;
  await page.setContent(
    `<h1>Course notes</h1><div style="height:${above}px"></div>
     <iframe src="${source.replaceAll('&', '&amp;')}" width="${width}" height="${height}" title="lab" style="border:0"></iframe>
     <div style="height:2000px"></div>`,
  );
  const frame = page.frame({ url: /embed=1/ })!;
  await frame.waitForFunction(() => document.querySelector('[data-ready="true"]') !== null, null, {
    timeout: 30_000,
  });
  return frame;
}

const tickIn = (frame: Frame) => frame.evaluate(() => window.__lab.summary()?.tick ?? -1);

for (const [width, height] of [
  [480, 320],
  [960, 600],
]) {
  test(`embedded in ${width} x ${height}: picture, sentence, play, time, the way to all of it, and nothing else`, async ({
    page,
  }) => {
    const frame = await host(page, width, height, LINK);
    await expect(frame.getByTestId('picture')).toBeVisible();
    await expect(frame.getByTestId('caption')).not.toBeEmpty();
    await expect(frame.getByRole('link', { name: 'Open full' })).toBeVisible();
    await expect(frame.getByTestId('time')).toHaveText(/^t = \d+\.\d{3} s$/);
    for (const what of ['banner', 'tablist', 'slider', 'combobox', 'navigation'] as const)
      await expect(frame.getByRole(what)).toHaveCount(0);
    await expect(frame.getByRole('button')).toHaveCount(1);
    // Everything is inside, nothing scrolls.
    const size = await frame.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      height: document.documentElement.scrollHeight,
      picture: document.querySelector('.picture canvas')!.getBoundingClientRect().height,
    }));
    expect(size.width).toBeLessThanOrEqual(width);
    expect(size.height).toBeLessThanOrEqual(height);
    expect(size.picture).toBeGreaterThan(height / 2);
    await expect.poll(() => tickIn(frame), { timeout: 30_000 }).toBeGreaterThan(100);
    await frame.getByRole('button', { name: 'Pause' }).click();
    await expect(frame.getByRole('button', { name: 'Play' })).toBeVisible();
  });
}

test('the keyboard works in it, and "Open full" opens the same moment in a tab of its own', async ({
  page,
  context,
}) => {
  const frame = await host(page, 800, 500, `${LINK}&colour=age&paused=1`);
  await frame.getByTestId('picture').focus();
  for (const time of ['0.001', '0.002', '0.003']) {
    await page.keyboard.press('.');
    await expect(frame.getByTestId('time')).toHaveText(`t = ${time} s`);
  }
  // Panels and dialogs are not here, nor are their keys.
  await page.keyboard.press('e');
  await expect(frame.getByRole('dialog')).toHaveCount(0);
  const [full] = await Promise.all([
    context.waitForEvent('page'),
    frame.getByRole('link', { name: 'Open full' }).click(),
  ]);
  await full.waitForLoadState();
  expect(full.url()).not.toContain('embed=1');
  await expect(full.getByRole('combobox', { name: 'colour by' })).toHaveValue('age', { timeout: 20_000 });
  await expect(full.getByTestId('time')).toHaveText('t = 0.003 s', { timeout: 20_000 });
  await full.close();
});

test('it waits while it is out of sight', async ({ page }) => {
  const frame = await host(page, 640, 400, LINK);
  await expect.poll(() => tickIn(frame), { timeout: 30_000 }).toBeGreaterThan(100);
  await page.evaluate(() => window.scrollTo(0, 1800));
  await expect
    .poll(() => frame.evaluate(() => window.__lab.summary()?.playing), { timeout: 20_000 })
    .toBe(false);
  const stood = await tickIn(frame);
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect.poll(() => tickIn(frame), { timeout: 20_000 }).toBeGreaterThan(stood);
});

test('it does not start by itself for those who want no motion', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const frame = await host(page, 640, 400, LINK);
  await expect(frame.getByRole('button', { name: 'Play' })).toBeVisible();
  expect(await tickIn(frame)).toBe(0);
  await frame.getByRole('button', { name: 'Play' }).click();
  await expect.poll(() => tickIn(frame), { timeout: 20_000 }).toBeGreaterThan(0);
});
