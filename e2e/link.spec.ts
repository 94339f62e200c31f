import { expect, test } from './lab.ts';

test('what a person sets is in the address, and a reload finds the same page', async ({ lab, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await lab.open('v=2&workload=numa02&p.mib=256&p.passes=20000');
  await page.keyboard.press('t');
  await page.keyboard.press('o');
  await page.getByRole('combobox', { name: 'colour by' }).selectOption('age');
  await page.getByRole('tab', { name: 'Counters' }).click();
  await page.getByRole('button', { name: 'table' }).click();
  await page.getByRole('combobox', { name: 'Step grain' }).selectOption('task_move');
  await page.getByRole('slider', { name: 'Speed' }).fill('4');
  await lab.pause();
  // Into the memory of node 0, then a CPU selected.
  const box = (await lab.picture.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height * 0.3);
  await page.mouse.wheel(0, -600);
  await expect(page).toHaveURL(/camera=all,0\.\d+,0\.\d+,[1-9]/);
  for (const part of [
    'theme=light',
    'palette=tol',
    'colour=age',
    'panel=counters',
    'charts=table',
    'step=task_move',
    'speed=0.2',
    'paused=1',
  ])
    await expect(page).toHaveURL(new RegExp(`[#&]${part}(&|$)`));
  const zoom = () =>
    page.evaluate(() => (window.__lab.stats() as unknown as { picture: { zoom: number } }).picture.zoom);
  const zoomed = await zoom();
  const address = page.url();

  await page.reload();
  await lab.ready();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect(page.getByRole('combobox', { name: 'colour by' })).toHaveValue('age');
  await expect(page.getByRole('tab', { name: 'Counters' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('button', { name: 'table' })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('combobox', { name: 'Step grain' })).toHaveValue('task_move');
  await expect(page.locator('.speed output')).toHaveText('0.2×');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  expect(await zoom()).toBeCloseTo(zoomed, 4);
  expect(page.url()).toBe(address);
});

test('what is selected is in the address too', async ({ lab, page }) => {
  await lab.open('v=2&panel=why&select=cpu:3&paused=1');
  await expect(page.getByRole('heading', { name: /CPU 3\b/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/select=/);
});

test('a theme that came with a link is not taken for the choice of its reader', async ({ lab, page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await lab.open('v=2&theme=light&palette=tol');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await page.goto('about:blank');
  await lab.open();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page).toHaveURL(/palette=okabe-ito/);
});

test('a link pasted into the same page opens, and back goes to the one before', async ({ lab, page }) => {
  await lab.open('v=2&workload=numa02&p.mib=256&seed=5&paused=1');
  await page.keyboard.press('c');
  await expect(page).toHaveURL(/colour=last_nid/);
  await page.evaluate(() => {
    location.hash = '#v=2&workload=numa01&seed=9&panel=log&paused=1';
  });
  await expect(page.getByRole('combobox', { name: 'workload', exact: true })).toHaveValue('numa01');
  await expect(page.getByRole('tab', { name: 'Log' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('combobox', { name: 'colour by' })).toHaveValue('owner');
  await page.goBack();
  await expect(page.getByRole('combobox', { name: 'workload', exact: true })).toHaveValue('numa02');
  await expect(page.getByRole('combobox', { name: 'colour by' })).toHaveValue('last_nid');
  await expect(page).toHaveURL(/seed=5/);
  await page.goForward();
  await expect(page.getByRole('combobox', { name: 'workload', exact: true })).toHaveValue('numa01');
});

test('one bad field is named, the rest of the link opens', async ({ lab, page }) => {
  await lab.open('v=2&workload=numa02&colour=red&panel=log&camera=here&theme=light');
  await expect(page.getByRole('alert').filter({ hasText: '"colour"' })).toContainText('not one of owner');
  await expect(page.getByRole('alert').filter({ hasText: '"camera"' })).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Log' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light');
  await expect.poll(() => lab.tick()).toBeGreaterThan(0);
});

test('the address is written about once a second at most', async ({ lab, page }) => {
  await lab.open('v=2&paused=1');
  await page.evaluate(() => {
    const replace = history.replaceState.bind(history);
    Object.assign(window, { __writes: 0 });
    history.replaceState = (...args) => {
      (window as unknown as { __writes: number }).__writes++;
      replace(...args);
    };
  });
  const begin = Date.now();
  for (let i = 0; i < 25; i++) await page.keyboard.press('c');
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { __writes: number }).__writes))
    .toBeGreaterThan(0);
  const writes = await page.evaluate(() => (window as unknown as { __writes: number }).__writes);
  expect(writes).toBeLessThanOrEqual(2 + (Date.now() - begin) / 1000);
});
