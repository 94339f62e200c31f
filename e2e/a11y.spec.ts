import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './lab.ts';

/** What axe finds serious or worse. */
async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

for (const theme of ['dark', 'light'] as const) {
  test(`axe finds nothing serious on the page, ${theme}`, async ({ lab, page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await lab.open();
    await lab.pause();
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    expect(await serious(page)).toEqual([]);
    for (const key of ['2', '3', '4', '5']) {
      await page.keyboard.press(key);
      expect(await serious(page), `panel ${key}`).toEqual([]);
    }
  });
}

test('axe finds nothing serious in the dialogs and the table', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  for (const key of ['?', 'Control+k', 'i']) {
    await page.keyboard.press(key);
    await expect(page.getByRole('dialog')).toBeVisible({ timeout: 20_000 });
    expect(await serious(page), key).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
  await page.keyboard.press('g');
  expect(await serious(page), 'table').toEqual([]);
});
