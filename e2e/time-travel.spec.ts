import { expect, test, type LabPage } from './lab.ts';

/** Wait until time stands still at a tick, and give the hash there. */
async function hashAt(lab: LabPage, tick: number): Promise<string> {
  await expect(lab.time).toHaveText(`t = ${(tick / 1000).toFixed(3)} s`, { timeout: 30_000 });
  await expect.poll(async () => (await lab.summary()).seek).toBeNull();
  return String(await lab.page.evaluate(() => window.__lab.stateHash()));
}

const GRAINS = ['tick', 'scan_pass', 'hinting_fault', 'page_migration', 'task_move'];

test('scrubs back, sees the time, and finds the same state as on the way forward', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&speed=10');
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(3000);
  await lab.pause();
  const latest = await lab.tick();
  const there = await hashAt(lab, latest);
  const scrubber = page.getByRole('slider', { name: 'Time', exact: true });
  await expect(scrubber).toHaveAttribute('aria-valuemax', String(latest));
  // By the pointer, to somewhere in the middle; the picture follows.
  const box = (await scrubber.boundingBox())!;
  let scale = 20_000;
  while (scale < latest * 1.05) scale *= 2;
  const xOf = (tick: number) => box.x + (box.width * tick) / scale;
  await page.mouse.move(xOf(latest), box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(xOf(latest / 2), box.y + box.height / 2, { steps: 12 });
  await page.mouse.move(xOf(latest / 3), box.y + box.height / 2, { steps: 12 });
  await page.mouse.up();
  await expect.poll(() => lab.tick()).toBeLessThan(latest / 3 + 200);
  await expect.poll(() => lab.tick()).toBeGreaterThan(latest / 3 - 200);
  // The last place the pointer was at, not one on the way.
  let seen = -1;
  await expect
    .poll(
      async () => {
        const { seek, tick } = await lab.summary();
        const stands = seek === null && tick === seen;
        seen = tick;
        return stands;
      },
      { intervals: [400] },
    )
    .toBe(true);
  const back = await lab.tick();
  const first = await hashAt(lab, back);
  await expect.poll(async () => Number(await lab.picture.getAttribute('data-tick'))).toBe(back);
  // By keys, away and back again.
  await scrubber.press('Home');
  await hashAt(lab, 0);
  await scrubber.press('End');
  expect(await hashAt(lab, latest)).toBe(there);
  await page.evaluate((tick) => window.__lab.seek(tick), back);
  expect(await hashAt(lab, back)).toBe(first);
  await scrubber.press('ArrowLeft');
  await hashAt(lab, back - 100);
  await scrubber.press('Shift+ArrowRight');
  await hashAt(lab, back + 900);
  // The charts keep the future, and the link stands here.
  expect((await lab.summary()).branch.end).toBe(latest);
  await expect(page).toHaveURL(new RegExp(`at=${back + 900}(&|$)`));
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(latest);
  await expect(page).not.toHaveURL(/at=/);
});

for (const grain of GRAINS) {
  test(`steps back by ${grain.replace('_', ' ')} to where it had stepped to`, async ({ lab, page }) => {
    test.slow();
    await lab.open('v=1&paused=1');
    await page.getByLabel('Step grain').selectOption(grain);
    const step = page.getByRole('button', { name: /^Step to the next/ });
    const ticks: number[] = [];
    const hashes: string[] = [];
    for (let i = 0; i < 3; i++) {
      const before = await lab.tick();
      await step.click();
      await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(before);
      await expect(step).toBeEnabled({ timeout: 60_000 });
      ticks.push(await lab.tick());
      hashes.push(await hashAt(lab, ticks[i]));
    }
    await page.getByRole('button', { name: /^Step back to the previous/ }).click();
    expect(await hashAt(lab, ticks[1])).toBe(hashes[1]);
    await page.keyboard.press(',');
    expect(await hashAt(lab, ticks[0])).toBe(hashes[0]);
    if (grain !== 'tick') await expect(page.getByTestId('caption')).toContainText('Back at');
  });
}

test('jumps from mark to mark', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&speed=max');
  await expect
    .poll(async () => (await lab.summary()).marks.filter(({ kind }) => kind === 'scan_pass').length, {
      timeout: 60_000,
    })
    .toBeGreaterThan(0);
  await lab.pause();
  const { marks } = await lab.summary();
  const latest = await lab.tick();
  const ticks = [...new Set(marks.map(({ tick }) => tick))].filter((tick) => tick < latest);
  for (let i = ticks.length - 1; i >= Math.max(0, ticks.length - 3); i--) {
    await page.keyboard.press('Shift+M');
    await hashAt(lab, ticks[i]);
  }
  await page.getByRole('button', { name: 'Next mark' }).click();
  await hashAt(lab, ticks[Math.max(0, ticks.length - 3) + 1]);
  await expect(page.getByTestId('caption')).toContainText(/^At \d+\.\d{3} s: /);
  const pass = marks.find(({ kind }) => kind === 'scan_pass')!;
  const mark = page.getByRole('button', { name: /scan pass completed: scan pass 1$/ });
  await expect(mark).toHaveAttribute('title', new RegExp(`^${(pass.tick / 1000).toFixed(3)} s`));
  await mark.click();
  await hashAt(lab, pass.tick);
});

test('a knob changed in the past begins a branch; the first one stays and can be returned to', async ({
  lab,
  page,
}) => {
  test.slow();
  await lab.open('v=1&speed=10');
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(4000);
  await lab.pause();
  const latest = await lab.tick();
  const there = await hashAt(lab, latest);
  await expect(page.getByRole('region', { name: 'Branches' })).toHaveCount(0);
  await page.evaluate(() => window.__lab.seek(1500));
  await hashAt(lab, 1500);
  await lab.knob('autonuma/enabled').getByRole('switch').click();
  const branches = page.getByRole('region', { name: 'Branches' });
  await expect(branches.getByRole('listitem')).toHaveCount(2);
  await expect(branches).toContainText('enabled = 0 at 1.500 s');
  await expect(page).toHaveURL(/edit=1500,autonuma\/enabled,0/);
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(latest);
  await lab.pause();
  await page.evaluate((tick) => window.__lab.seek(tick), latest);
  expect(await hashAt(lab, latest)).not.toBe(there);
  // Back to the first: its later state is what it was, and its knob too.
  await branches.getByRole('button', { name: 'crossed' }).first().click();
  // Both branches stand at this tick: what tells that the other is there is its state.
  await expect.poll(() => hashAt(lab, latest), { timeout: 60_000 }).toBe(there);
  expect((await lab.summary()).knobs['autonuma/enabled']).toBe('1');
  await expect(page).not.toHaveURL(/edit=/);
  // A name of one's own, and one branch less.
  await branches.getByRole('button', { name: 'Rename crossed' }).click();
  await page.getByRole('textbox', { name: 'Name of crossed' }).fill('as it was');
  await page.keyboard.press('Enter');
  await expect(branches).toContainText('as it was');
  await branches.getByRole('button', { name: /^Delete enabled = 0/ }).click();
  await expect(branches).toHaveCount(0);
});

test('another policy is another branch, and the run before it is kept', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&speed=10');
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(2000);
  await lab.pause();
  const latest = await lab.tick();
  const there = await hashAt(lab, latest);
  await page.getByLabel('policy').selectOption('off');
  const branches = page.getByRole('region', { name: 'Branches' });
  await expect(branches.getByRole('listitem')).toHaveCount(2);
  await expect(branches).toContainText('AutoNUMA off');
  await branches.getByRole('button', { name: 'crossed' }).first().click();
  // Both branches stand at this tick: what tells that the other is there is its state.
  await expect.poll(() => hashAt(lab, latest), { timeout: 60_000 }).toBe(there);
  await expect(page.getByLabel('policy')).toHaveValue('autonuma');
});

test('a link opens at its tick, paused there', async ({ lab, page }) => {
  await lab.open('v=1&at=2345');
  const there = await hashAt(lab, 2345);
  expect((await lab.summary()).playing).toBe(false);
  await expect(page).toHaveURL(/at=2345/);
  await page.reload();
  await lab.ready();
  expect(await hashAt(lab, 2345)).toBe(there);
});

test('after the worker has died a fresh one goes to the tick the old one had', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&speed=10');
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBeGreaterThan(2500);
  await lab.pause();
  const latest = await lab.tick();
  const there = await hashAt(lab, latest);
  await page.evaluate(() => window.__lab.crash());
  const banner = page.getByRole('alert').filter({ hasText: 'has stopped' });
  await banner.getByRole('button', { name: 'Restart the kernel' }).click();
  await expect(banner).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => window.__lab.stateHash()), { timeout: 60_000 }).toBe(there);
  expect(await hashAt(lab, latest)).toBe(there);
  await expect(page.getByRole('region', { name: 'Branches' })).toHaveCount(0);
});

test('a long way to another time shows how far it is, and can be stopped', async ({ lab, page }) => {
  test.slow();
  await lab.open('v=1&workload=fork-build&paused=1');
  await page.evaluate(() => void window.__lab.seek(40_000));
  const status = page.getByRole('status').filter({ hasText: 'Simulating up to 40.000 s' });
  await expect(status).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(status).toHaveCount(0);
  const stopped = await lab.tick();
  expect(stopped).toBeLessThan(40_000);
  await expect(page.getByTestId('caption')).toContainText('Stopped on the way');
});
