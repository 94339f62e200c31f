import { expect, test } from './lab.ts';

test.use({ colorScheme: 'dark' });

test('everything by keyboard: pause, step, panels, palette, help', async ({ lab, page }) => {
  await lab.open();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  const before = await lab.tick();
  await page.keyboard.press('.');
  await expect.poll(() => lab.tick()).toBe(before + 1);
  for (const [key, tab] of [
    ['2', 'Processes'],
    ['3', 'Counters'],
    ['4', 'Log'],
    ['5', 'Why'],
    ['1', 'Knobs'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
  }
  await page.getByRole('tab', { name: 'Knobs' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tab', { name: 'Processes' })).toBeFocused();

  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: /keys/ });
  await expect(help).toContainText('Play or pause');
  await page.keyboard.press('Escape');
  await expect(help).toHaveCount(0);

  await page.keyboard.press('Control+k');
  const search = page.getByRole('combobox', { name: 'Search the commands' });
  await expect(search).toBeFocused();
  await search.fill('play pause');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('the palette finds by letters in order, and has what was used lately first', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  await page.keyboard.press('Control+k');
  const search = page.getByRole('combobox', { name: 'Search the commands' });
  const first = page.getByRole('listbox', { name: 'Commands' }).getByRole('option').first();
  await search.fill('drk lgt');
  await expect(first).toContainText('Dark or light');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.keyboard.press('Control+k');
  await expect(first).toContainText('Dark or light');
  await expect(first).toContainText('lately');
  // All there is to do is in it: what has a key, and every choice of what has choices.
  for (const title of [
    'Scenarios: A tie at 1000',
    'Tour',
    'Machine: 2 nodes',
    'Panel: Kernel log',
    'Step: to',
  ]) {
    await search.fill(title);
    await expect(first, title).toContainText(title);
  }
  await search.fill('qqqq');
  await expect(page.getByText('Nothing here is called that.')).toBeVisible();
});

test('space on a focused button does what the button does, once', async ({ lab, page }) => {
  await lab.open();
  await page.getByRole('button', { name: 'Pause' }).focus();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await expect.poll(async () => (await lab.summary()).playing).toBe(false);
});

test('typing in a field is not a command', async ({ lab, page }) => {
  await lab.open();
  const field = lab.knob('autonuma/knuma_scand/pages_to_scan').getByRole('textbox');
  await field.focus();
  await page.keyboard.type('t?2');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('32768');
});

test('the log filters and follows', async ({ lab, page }) => {
  await lab.open('v=1&knobs.autonuma/debug=1&speed=5');
  await page.keyboard.press('4');
  const lines = page.getByRole('list', { name: 'Kernel log' }).getByRole('listitem');
  await expect(lines.first()).toBeVisible({ timeout: 20_000 });
  await page.getByRole('searchbox', { name: 'Filter the kernel log' }).fill('nothing says this');
  await expect(lines).toHaveCount(0);
});
