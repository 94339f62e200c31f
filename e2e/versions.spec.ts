import { expect, test } from './lab.ts';

const VERSIONS = ['alpha6', 'alpha10', 'alpha14', '19', '24', '27', '28'];

test('each version boots with its own knobs, and the policy carries its name', async ({ lab, page }) => {
  await lab.open();
  const policy = page.getByRole('combobox', { name: 'policy', exact: true });
  await expect(policy.locator('option:checked')).toHaveText('AutoNUMA alpha6');
  await page.getByRole('button', { name: 'Boot options' }).click();
  const versions = page.locator('.options').getByLabel('AutoNUMA version');
  const titles = await versions.locator('option').allTextContents();
  expect(titles).toHaveLength(VERSIONS.length);
  expect(titles[0]).toBe('AutoNUMA alpha6 (16 March 2012)');
  for (const version of ['alpha14', '27']) {
    await versions.selectOption(version);
    await expect(page).toHaveURL(new RegExp(`version=${version}`));
    await expect(policy.locator('option:checked')).toHaveText(
      version === '27' ? 'AutoNUMA27' : 'AutoNUMA alpha14',
    );
  }
  await page.keyboard.press('Escape');
  await page.getByRole('tab', { name: 'Knobs' }).click();
  // AutoNUMA27 has other names, all in one directory.
  await expect(lab.knob('autonuma/scan_pmd')).toBeVisible();
  await expect(page.locator('[data-knob*="knuma_"]')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'All at their defaults' })).toBeDisabled();
});

test('knobs that a version does not have are left out and named', async ({ lab, page }) => {
  await lab.open();
  const gone = page
    .locator('[data-knob^="autonuma/knuma_migrated/"]')
    .filter({ has: page.getByRole('slider') });
  const path = (await gone.first().getAttribute('data-knob')) ?? '';
  const field = lab.knob(path).getByRole('textbox');
  await field.fill('77');
  await field.press('Enter');
  await expect(page).toHaveURL(new RegExp(`edit=\\d+,${path},77`));
  await page.getByRole('button', { name: 'Boot options' }).click();
  await page.locator('.options').getByLabel('AutoNUMA version').selectOption('27');
  await expect(page.getByRole('status').filter({ hasText: path })).toContainText('AutoNUMA27 has no');
  await expect(page).not.toHaveURL(new RegExp(path));
  expect((await lab.summary()).error ?? '').toBe('');
});

test('the memory overhead follows the version', async ({ lab, page }) => {
  await lab.open('v=1&version=alpha14');
  await page.getByRole('tab', { name: 'Counters' }).click();
  const gauge = page.getByRole('region', { name: 'Memory overhead' });
  await expect(gauge).toContainText('32 bytes a page');
  await expect(gauge).toContainText('0.781 % of RAM');
  await expect(gauge.getByRole('meter')).toHaveAttribute('aria-valuenow', '0.781');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search the commands' }).fill('version autonuma27');
  await page.keyboard.press('Enter');
  await expect(gauge).toContainText('2 bytes a page');
});

test('huge pages are counted, and outlined on the map', async ({ lab, page }) => {
  await lab.open('v=1&thp=on&speed=5');
  await page.getByRole('tab', { name: 'Counters' }).click();
  const huge = page.getByRole('table', { name: /^Huge pages/ });
  await expect(huge.getByRole('row', { name: /thp_fault_alloc/ })).not.toContainText(/alloc\s*0$/);
  await expect(huge).toContainText('thp_split');
  await expect(huge).toContainText('thp_collapse_alloc');
  await expect(lab.picture).not.toContainText('edge of a 2 MiB page');
  const tile = () =>
    page.evaluate(() => {
      const [first, next] = [window.__lab.cellRect(0, 0), window.__lab.cellRect(0, 31)];
      return first && next ? next.x + next.width - first.x : 0;
    });
  for (let i = 0; i < 8 && (await tile()) < 40; i++) await page.keyboard.press('+');
  await expect(lab.picture).toContainText('edge of a 2 MiB page');
  await page.getByLabel('colour by').selectOption('type');
  await expect(lab.picture).toContainText('huge');
});

test('the log says why it is empty, and how to fill it', async ({ lab, page }) => {
  await lab.open();
  await page.getByRole('tab', { name: 'Log' }).click();
  await page.getByRole('button', { name: 'Write 1 to autonuma/debug' }).click();
  await expect(page.locator('.log li').first()).toBeVisible({ timeout: 20_000 });
});

test('a strip of an address space tells of the page under the pointer', async ({ lab, page }) => {
  await lab.open();
  await expect.poll(async () => (await lab.summary()).processes[0]?.slots ?? 0).toBeGreaterThan(0);
  const box = await lab.picture.boundingBox();
  if (!box) throw new Error('the picture has no box');
  await page.mouse.move(box.x + box.width * 0.45, box.y + box.height - 40);
  await expect(page.getByTestId('tooltip')).toContainText('Page at');
});

test('charts that do not fit are announced and can be reached', async ({ lab, page }) => {
  await lab.open();
  const more = page.getByRole('button', { name: /more/ });
  await expect(more).toContainText('›');
  await more.click();
  await expect(more).toContainText('‹');
});
