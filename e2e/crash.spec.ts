import { expect, test } from './lab.ts';

test('a dead worker is told of, the picture stays, and a fresh one boots the same experiment', async ({
  lab,
  page,
}) => {
  await lab.open('v=1&seed=9&knobs.autonuma/knuma_scand/pmd=0');
  await expect.poll(() => lab.tick()).toBeGreaterThan(200);
  await page.evaluate(() => window.__lab.crash());
  const banner = page.getByRole('alert').filter({ hasText: 'has stopped' });
  await expect(banner).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(lab.picture.locator('canvas')).toBeVisible();
  await banner.getByRole('button', { name: 'Restart the kernel' }).click();
  await expect(banner).toHaveCount(0);
  await expect.poll(() => lab.tick()).toBeGreaterThan(0);
  expect((await lab.summary()).knobs['autonuma/knuma_scand/pmd']).toBe('0');
  await expect(page).toHaveURL(/seed=9/);
  const fresh = Number(await lab.picture.getAttribute('data-fresh'));
  await expect.poll(async () => Number(await lab.picture.getAttribute('data-fresh'))).toBeGreaterThan(fresh);
});
