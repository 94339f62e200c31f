import { expect, test } from './lab.ts';

test.use({ colorScheme: 'dark' });

test('zooms to single pages and says what one is', async ({ lab, page }) => {
  await lab.open();
  await expect.poll(() => lab.tick()).toBeGreaterThan(1000);
  await lab.pause();
  const whole = await page.evaluate(() => window.__lab.cellRect(0, 0));
  expect(whole?.width ?? 0).toBeLessThan(3);
  for (let i = 0; i < 14; i++) await page.keyboard.press('+');
  const cellWidth = () => page.evaluate(() => window.__lab.cellRect(0, 0)?.width ?? 0);
  await expect.poll(cellWidth).toBeGreaterThan(6);
  // The middle of node 0's map is some page frame.
  const host = await lab.picture.boundingBox();
  if (!host) throw new Error('the picture has no box');
  await page.mouse.move(host.x + 200, host.y + host.height * 0.35);
  await expect(page.getByTestId('tooltip')).toBeVisible();
  await page.mouse.click(host.x + 200, host.y + host.height * 0.35);
  await expect(page.getByRole('tab', { name: 'Why' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.selected h2')).toContainText(/\w/);
  await page.keyboard.press('0');
  await expect.poll(cellWidth).toBeLessThan(3);
});

test('colours by something else, in another palette and theme', async ({ lab, page }) => {
  await lab.open();
  await page.getByLabel('colour by').selectOption('last_nid');
  await page.keyboard.press('t');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('o');
  const fresh = Number(await lab.picture.getAttribute('data-fresh'));
  await expect.poll(async () => Number(await lab.picture.getAttribute('data-fresh'))).toBeGreaterThan(fresh);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
});

test('the picture is described in words', async ({ lab, page }) => {
  await lab.open();
  await expect(page.locator('#picture-description')).toContainText(/node/i, { timeout: 10_000 });
});
