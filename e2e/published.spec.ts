import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './lab.ts';

const ROW = 'srikar/numa02/hard';
const row = (id: string) => `[data-row="${id}"]`;

test('a published row is run, judged, and drawn between its rulers', async ({ lab, page }) => {
  await lab.open();
  await expect.poll(() => lab.tick()).toBeGreaterThan(0);
  await page.keyboard.press('p');
  const board = page.getByRole('dialog', { name: 'Published results' });
  await expect(board.getByRole('link', { name: /Andrea Arcangeli, 2012-03-21/ })).toBeVisible();
  await expect(page).toHaveURL(/open=published/);
  await expect(board.locator(row(ROW))).toContainText('not run');
  // The laboratory stands still meanwhile.
  await expect.poll(async () => (await lab.summary()).playing).toBe(false);
  const tick = await lab.tick();
  await board
    .locator(row(ROW))
    .getByRole('button', { name: /^Run numa02/ })
    .click();
  await expect(board.getByRole('progressbar')).toBeVisible();
  await expect(board.locator(row(ROW)).locator('.verdict')).toContainText(/within|miss/, { timeout: 60_000 });
  await expect(board.locator(row(ROW)).locator('[data-label="ratio"]')).toHaveText(/^(0\.9|1\.0)\d+$/);
  await expect(board.locator('figcaption')).toContainText('hard bind');
  await expect(board.locator('figcaption')).toContainText('(run)');
  await expect(board.locator('figcaption')).toContainText('inverse bind 63.5');
  await expect(board.locator('figcaption')).toContainText('node 1');
  expect(await lab.tick()).toBe(tick);
  await page.keyboard.press('Escape');
  await expect(board).toHaveCount(0);
  await expect(page).not.toHaveURL(/open=published/);
  await expect.poll(() => lab.tick()).toBeGreaterThan(tick);
});

test('running all can be cancelled, and a row opens in the lab', async ({ lab, page }) => {
  await lab.open('v=1&open=published');
  const board = page.getByRole('dialog', { name: 'Published results' });
  await board.getByRole('button', { name: 'Run all' }).click();
  await expect(board.getByRole('status')).toContainText(/Running .*: \d+ of 3\d/);
  await board.getByRole('button', { name: 'Cancel' }).click();
  await expect(board.getByRole('progressbar')).toHaveCount(0);
  await expect(board.getByRole('status')).toContainText(/none run yet|3\d not run/);
  // Cancelled is not failed, and the same row can be run again.
  await expect(board.getByRole('alert')).toHaveCount(0);
  await board.locator(row('srikar-ht/numa02_SMT/inverse')).getByRole('button', { name: /^Open/ }).click();
  await expect(board).toHaveCount(0);
  await expect(page).toHaveURL(/machine=srikar-2n-ht.*workload=numa02_SMT.*policy=off.*variant=inverse_bind/);
  await expect.poll(async () => (await lab.summary()).processes[0]?.name).toMatch(/numa02/i);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

for (const [width, theme] of [
  [1280, 'dark'],
  [390, 'light'],
] as const) {
  test(`axe finds nothing serious on the scoreboard, ${width} px, ${theme}`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: theme });
    await lab.open('v=1&open=published&paused=1');
    const board = page.getByRole('dialog', { name: 'Published results' });
    await expect(board.locator('tbody tr').first()).toBeVisible();
    await expect(board.locator('.published-plot canvas')).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(
      serious.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
    ).toEqual([]);
    const wide = await board.evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBeLessThanOrEqual(0);
  });
}
