import { expect, test } from './lab.ts';

test('opens and is running: no form, no modal, a caption, a picture', async ({ lab, page }) => {
  await lab.open();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.getByTestId('caption')).toContainText(/\w+ \w+/);
  const first = await lab.tick();
  await expect.poll(() => lab.tick()).toBeGreaterThan(first);
  await expect(lab.picture.locator('canvas')).toBeVisible();
});

test('one sees pages move until the accesses are local', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&speed=5');
  const start = await lab.summary();
  expect(start.processes.length).toBeGreaterThan(0);
  // Some moment shows most accesses local, and it is pages and tasks that moved.
  let best = 0;
  await expect
    .poll(
      async () => {
        best = Math.max(best, (await lab.summary()).localShare);
        return best;
      },
      { timeout: 90_000, intervals: [100] },
    )
    .toBeGreaterThan(0.85);
  await page.getByRole('tab', { name: 'Counters' }).click();
  await expect(page.getByRole('row', { name: /^pgmigrate_success/ })).toContainText(/[1-9]/);
});

test('fresh frames keep coming', async ({ lab, page }) => {
  await lab.open();
  const before = Number(await lab.picture.getAttribute('data-fresh'));
  await expect
    .poll(async () => Number(await lab.picture.getAttribute('data-fresh')), { timeout: 20_000 })
    .toBeGreaterThan(before + 20);
  await page.keyboard.press('h');
  await expect(page.getByLabel('Performance figures')).toContainText('fresh frames');
});

test('the charts are there, and as a table too', async ({ lab, page }) => {
  await lab.open();
  await expect(page.locator('.chart canvas').first()).toBeVisible();
  await page.getByRole('button', { name: 'table' }).click();
  const table = page.getByRole('region', { name: 'Charts as a table' });
  await expect(table.getByRole('columnheader', { name: 'Local accesses' })).toBeVisible();
  await expect(table.getByRole('row').nth(2)).toContainText('MB');
});
