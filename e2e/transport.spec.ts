import { expect, test } from './lab.ts';

test('pause stops time, play goes on', async ({ lab, page }) => {
  await lab.open();
  await lab.pause();
  await expect.poll(async () => (await lab.summary()).playing).toBe(false);
  const stopped = await lab.tick();
  // Several summaries later, each a new object, it is still the same tick.
  await page.evaluate(async () => {
    for (let seen = 0, last: object | null = null; seen < 5;) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const summary = window.__lab.summary();
      if (summary !== last) seen++;
      last = summary;
    }
  });
  expect(await lab.tick()).toBe(stopped);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => lab.tick()).toBeGreaterThan(stopped);
});

test('a step of one tick is one millisecond', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  await page.getByLabel('Step grain').selectOption('tick');
  await expect(lab.time).toHaveText('t = 0.000 s');
  await page.getByRole('button', { name: /^Step to the next tick/ }).click();
  await expect(lab.time).toHaveText('t = 0.001 s');
  await page.getByRole('button', { name: /^Step to the next tick/ }).click();
  await expect(lab.time).toHaveText('t = 0.002 s');
});

for (const grain of ['scan_pass', 'hinting_fault', 'page_migration', 'task_move']) {
  test(`steps to the next ${grain.replace('_', ' ')} and says what happened`, async ({ lab, page }) => {
    test.slow();
    await lab.open('v=1&paused=1');
    await page.getByLabel('Step grain').selectOption(grain);
    const step = page.getByRole('button', { name: /^Step to the next/ });
    await step.click();
    await expect(step).toBeEnabled({ timeout: 60_000 });
    await expect.poll(() => lab.tick()).toBeGreaterThan(0);
    expect((await lab.summary()).playing).toBe(false);
    await expect(page.getByTestId('caption')).not.toHaveText('Stepping …');
    await expect(page.getByTestId('caption')).toContainText(/\w/);
  });
}

test('restart begins at zero; speed goes up, down and to max', async ({ lab, page }) => {
  await lab.open();
  await expect.poll(() => lab.tick()).toBeGreaterThan(300);
  await lab.pause();
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(lab.time).toHaveText('t = 0.000 s');
  const speed = page.getByLabel('Speed, simulated seconds per second');
  await speed.press('End');
  await expect(page.locator('.speed output')).toHaveText('max');
  await page.keyboard.press('[');
  await expect(page.locator('.speed output')).toHaveText('100×');
  await expect(page).toHaveURL(/speed=100/);
});
