import { expect, test } from './lab.ts';

// A scenario runs for some simulated seconds, beside whatever else the machine does.
test.describe.configure({ timeout: 240_000 });

test('the gallery opens from the header and by key, and choosing a scenario runs it at once', async ({
  lab,
  page,
}) => {
  await lab.open('v=1&paused=1');
  await page.getByRole('button', { name: 'Scenarios' }).click();
  const gallery = page.getByRole('dialog', { name: 'Scenarios' });
  await expect(gallery.getByRole('listitem')).not.toHaveCount(0);
  expect(await gallery.getByRole('listitem').count()).toBeGreaterThanOrEqual(12);
  // Each with a question, an answer and a picture that is really there.
  const first = gallery.getByRole('listitem').first();
  await expect(first).toContainText('?');
  await first.getByText('What happens').click();
  await expect(first).toContainText('every access is local');
  const image = first.getByRole('img');
  await expect(image).toHaveAttribute('alt', /Two processes cross/);
  await expect
    .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(300);
  await page.keyboard.press('Escape');
  await expect(gallery).toHaveCount(0);

  await page.keyboard.press('s');
  await gallery.getByRole('button', { name: 'Run “The destination is full”' }).click();
  await expect(gallery).toHaveCount(0);
  const bar = page.getByRole('region', { name: 'Scenario' });
  await expect(bar).toContainText('What becomes of the pages they ask for?');
  await expect(page).toHaveURL(/workload=full-node/);
  await expect.poll(async () => (await lab.summary()).playing).toBe(true);
  await bar.getByRole('button', { name: 'What happens' }).click();
  await expect(bar.getByRole('status')).toContainText('no room');
  // And so it is.
  await expect
    .poll(async () => (await lab.summary()).nodes[1]?.daemon.state, { timeout: 150_000 })
    .toBe('no room');
  expect((await lab.summary()).counters.pgmigrate_success).toBe(0);
  await bar.getByRole('button', { name: 'Close' }).click();
  await expect(bar).toHaveCount(0);
});

test('a scenario and its other side: one click apart, and in the link', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search the commands' }).fill('tie at 1000');
  await page.keyboard.press('Enter');
  const bar = page.getByRole('region', { name: 'Scenario' });
  await expect(bar).toContainText('A tie at 1000');
  await bar.getByRole('button', { name: 'With room on node 1' }).click();
  await expect(page).toHaveURL(/p\.hoard=1/);
  await expect(bar).toContainText('with room on node 1');
  // Whoever gets the link gets the question too.
  await page.reload();
  await lab.ready();
  await expect(bar).toContainText('A tie at 1000, with room on node 1');
  await bar.getByRole('button', { name: 'As it was' }).click();
  await expect(page).not.toHaveURL(/p\.hoard/);
  // Another program is another matter.
  await page.getByRole('combobox', { name: 'workload' }).selectOption('numa02');
  await expect(bar).toHaveCount(0);
});

test('the first screen asks nothing', async ({ lab, page }) => {
  await lab.open();
  await page.keyboard.press('s');
  await expect(page.getByRole('dialog', { name: 'Scenarios' }).getByRole('listitem').first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Scenario' })).toHaveCount(0);
});
