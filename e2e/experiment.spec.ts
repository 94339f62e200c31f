import { expect, test } from './lab.ts';

test('another machine, workload and policy boot at once', async ({ lab, page }) => {
  await lab.open();
  const machine = page.getByRole('combobox', { name: 'machine', exact: true });
  const machines = await machine
    .locator('option')
    .evaluateAll((options) => options.map((o) => o.getAttribute('value')));
  expect(machines.length).toBeGreaterThan(2);
  const four = machines.find((name) => name?.includes('4n')) ?? machines[1];
  await machine.selectOption(four);
  await expect.poll(async () => (await lab.summary()).nodes.length).toBe(4);
  await page.getByRole('combobox', { name: 'workload', exact: true }).selectOption('numa02');
  await expect(page).toHaveURL(/workload=numa02/);
  await page.getByRole('combobox', { name: 'policy', exact: true }).selectOption('off');
  await expect(page).toHaveURL(/policy=off/);
  await expect.poll(() => lab.tick()).toBeGreaterThan(0);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('variant, huge pages, seed and noautonuma are boot options', async ({ lab, page }) => {
  await lab.open('v=1&workload=numa01');
  await page.getByRole('button', { name: 'Boot options' }).click();
  const options = page.locator('.options');
  await options.getByLabel('variant').selectOption('hard_bind');
  await expect(page).toHaveURL(/variant=hard_bind/);
  await options.getByLabel('transparent huge pages').click();
  await expect(page).toHaveURL(/thp=on/);
  await options.getByLabel(/^seed/).fill('42');
  await options.getByLabel(/^seed/).press('Enter');
  await expect(page).toHaveURL(/seed=42/);
  await options.getByLabel(/noautonuma/).click();
  await expect(page).toHaveURL(/noautonuma=1/);
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Knobs' }).click();
  await expect(page.getByText('Booted with noautonuma')).toBeVisible();
});

test('the same link gives the same state', async ({ lab, page }) => {
  const hashAt = async (link: string) => {
    // A new page each time: a changed hash alone would reboot in place.
    await page.goto('about:blank');
    await lab.open(link);
    for (const time of ['0.001', '0.002', '0.003']) {
      await page.keyboard.press('.');
      await expect(lab.time).toHaveText(`t = ${time} s`);
    }
    return page.evaluate(() => window.__lab.stateHash());
  };
  const link = 'v=1&paused=1&seed=7';
  expect(await hashAt(link)).toBe(await hashAt(link));
});

test('a bad link says so and never blanks the page', async ({ lab, page }) => {
  await lab.open('v=1&machine=no-such-machine&seed=minus&speed=0.5');
  await expect(page.getByRole('alert').filter({ hasText: 'minus' })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'no-such-machine' })).toBeVisible();
  await expect(page.locator('.speed output')).toHaveText('0.5×');
  await expect.poll(() => lab.tick()).toBeGreaterThan(0);
});
