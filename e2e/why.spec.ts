import type { Page } from '@playwright/test';
import type { InspectTarget } from '../src/protocol/summary.ts';
import type { Why } from '../src/protocol/why.ts';
import { expect, test, type LabPage } from './lab.ts';

test.use({ colorScheme: 'dark' });

/** Paused where pages have moved between both nodes; AutoNUMA heals the default program within seconds. */
async function openBusy(lab: LabPage, page: Page): Promise<void> {
  await lab.open('v=1&speed=5');
  const migrated = async () => (await lab.summary()).counters.pgmigrate_success;
  await expect.poll(migrated, { timeout: 60_000 }).toBeGreaterThan(5000);
  await lab.pause();
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
}

/** Click what stands for a target in the picture. */
async function click(lab: LabPage, page: Page, target: InspectTarget): Promise<void> {
  const point = await page.evaluate((t) => window.__lab.pointOf(t), target);
  const host = await lab.picture.boundingBox();
  if (!point || !host) throw new Error('not in the picture');
  await page.mouse.click(host.x + point.x, host.y + point.y);
}

const asked = (page: Page, target: InspectTarget): Promise<Why | null> =>
  page.evaluate((t) => window.__lab.why(t), target);

const lines = (page: Page) => page.getByRole('list', { name: 'Decisions' }).getByRole('listitem');

test('a page says who moved it and by which numbers', async ({ lab, page }) => {
  await openBusy(lab, page);
  // Some page of the first block of a process that has moved.
  const target = await page.evaluate(async () => {
    for (const node of [0, 1])
      for (let frame = 40_000; frame < 900_000; frame += 4099) {
        const t = { kind: 'frame', node, frame } as const;
        const why = await window.__lab.why(t);
        if (why?.ledger.some(({ text }) => text.includes('moved from node'))) return t;
      }
    return null;
  });
  expect(target).not.toBeNull();
  await click(lab, page, target!);
  await expect(page.getByRole('tab', { name: 'Why' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByTestId('why-state')).toHaveText(/^It lies on node \d and belongs to (left|right)/);
  // A cell is many frames until one zooms in: the page that was hit is the one the panel names.
  const title = await page.locator('.selected h2').textContent();
  const hit = Number(/\d+/.exec(title ?? '')?.[0]);
  expect(hit).toBeGreaterThan(0);
  const { nodes } = await page.evaluate(() => ({ nodes: window.__lab.summary()!.nodes.length }));
  expect(nodes).toBe(2);
  await expect(lines(page).first()).toBeVisible();
  const first = await lines(page).last().locator('p').textContent();
  expect(first).toMatch(/^(First touched|Written) by .* on node \d/);
  const all = await lines(page).allTextContents();
  expect(all.some((text) => /Hinting fault by thread \d+ of (left|right) on node \d/.test(text))).toBe(true);
  expect(all.some((text) => /last_nid (none|\d)/.test(text))).toBe(true);
});

test('a thread, a CPU, a daemon and the process behind them', async ({ lab, page }) => {
  await openBusy(lab, page);
  const { processes } = await lab.summary();
  const { pid } = processes[0].threads.find(({ state }) => state !== 'dead')!;
  await click(lab, page, { kind: 'thread', pid });
  await expect(page.locator('.selected h2')).toHaveText(new RegExp(`thread .* of ${processes[0].name}`, 'i'));
  const thread = await asked(page, { kind: 'thread', pid });
  await expect(lines(page)).toHaveCount(thread!.ledger.length);
  await expect(lines(page).first().locator('p')).toHaveText(thread!.ledger[0].text);
  expect(thread!.ledger.some(({ text }) => text.includes('sched_autonuma_balance'))).toBe(true);

  await click(lab, page, { kind: 'cpu', cpu: 3 });
  await expect(page.locator('.selected h2')).toHaveText('CPU 3');
  await expect(page.getByTestId('why-state')).toContainText('CPU 3 of node');

  await click(lab, page, { kind: 'daemon', node: 1 });
  await expect(page.locator('.selected h2')).toHaveText('knuma_migrated1');
  await expect(lines(page).filter({ hasText: 'knuma_migrated1 isolated' }).first()).toBeVisible();

  await click(lab, page, { kind: 'thread', pid });
  await page.getByRole('button', { name: `process ${processes[0].name}` }).click();
  await expect(page.locator('.selected h2')).toHaveText(processes[0].name);
  await page.getByRole('button', { name: 'Clear the selection' }).click();
  await expect(page.getByText('Click a page, an arrow')).toBeVisible();
});

test('an arrow says how many pages moved, and its daemon is one click away', async ({ lab, page }) => {
  await lab.open('v=1&speed=1');
  // Pages flow: the arrow is there.
  const flow = async () =>
    (await lab.summary()).nodes.findIndex(({ daemon }) => daemon.pagesPerSecond > 1000);
  await expect.poll(flow, { timeout: 60_000, intervals: [50] }).toBeGreaterThanOrEqual(0);
  await page.keyboard.press('Space');
  await expect.poll(async () => (await lab.summary()).playing).toBe(false);
  const to = await flow();
  expect(to).toBeGreaterThanOrEqual(0);
  await click(lab, page, { kind: 'flow', from: 1 - to, to });
  await expect(page.locator('.selected h2')).toHaveText(`Pages from node ${1 - to} to node ${to}`);
  await expect(
    lines(page)
      .filter({ hasText: `moved from node ${1 - to} to node ${to} by knuma_migrated${to}` })
      .first(),
  ).toBeVisible();
  await page.getByRole('button', { name: `knuma_migrated${to}`, exact: true }).click();
  await expect(page.locator('.selected h2')).toHaveText(`knuma_migrated${to}`);
});

test('a question is answered from the trace, and its answer can be selected', async ({ lab, page }) => {
  await openBusy(lab, page);
  await page.keyboard.press('a');
  await expect(page.getByRole('tab', { name: 'Why' })).toHaveAttribute('aria-selected', 'true');
  const { processes } = await lab.summary();
  const { pid } = processes[0].threads[1];
  await page.getByLabel('Question', { exact: true }).selectOption({ label: 'When did a thread first move?' });
  await page.getByLabel('Thread', { exact: true }).selectOption(String(pid));
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.getByTestId('answer')).toHaveText(
    /^Thread \d+ of \w+ (first changed its CPU at \d+\.\d{3} s|has never)/,
  );

  await page.getByLabel('Question', { exact: true }).selectOption({ label: 'What was the longest queue?' });
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.getByTestId('answer')).toContainText(/The longest queue .* was [\d,]+ pages/);
  const answers = page.getByRole('list', { name: 'Answers' }).getByRole('listitem');
  await answers.first().getByRole('button', { name: 'Select' }).click();
  await expect(page.locator('.selected h2')).toHaveText(/^knuma_migrated\d$/);

  await page.keyboard.press('a');
  await page.getByLabel('Question', { exact: true }).selectOption({ label: 'Any events …' });
  await page.getByLabel('Events', { exact: true }).selectOption({ label: 'pages migrated' });
  await page.getByLabel('Node', { exact: true }).selectOption({ label: 'node 1' });
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(page.getByTestId('answer')).toContainText(/^[\d,]+ events match/);
  await expect(answers.first()).toContainText(/moved from node \d to node \d by knuma_migrated\d/);
  // The time of an answer is a way there.
  const time = answers.last().getByRole('button').first();
  const tick = Math.round(Number.parseFloat((await time.textContent()) ?? '') * 1000);
  expect(tick).toBeLessThan(await lab.tick());
  await time.click();
  await expect.poll(() => lab.tick(), { timeout: 30_000 }).toBe(tick + 1);
});

test('the bill adds up, with units and a verdict', async ({ lab, page }) => {
  await openBusy(lab, page);
  await page.keyboard.press('y');
  await expect(page.getByTestId('bill-verdict')).toHaveText(
    /^Spent [\d.]+ (µs|ms|s), saved −?[\d.]+ (µs|ms|s|ns): /,
  );
  await expect(page.getByRole('img', { name: 'CPU seconds spent and saved over time' })).toBeVisible();
  const bill = (await page.evaluate(() => window.__lab.bill()))!;
  const parts = bill.processes.reduce((sum, { spentNs }) => sum + spentNs, 0) + bill.nobodyNs;
  expect(Math.abs(parts - bill.all.spentNs)).toBeLessThan(1000);
  const table = page.getByRole('table', { name: 'All processes' });
  for (const row of ['scanning', 'hinting faults', 'copying pages', 'splitting huge pages', 'TLB shootdowns'])
    await expect(table.getByRole('row', { name: row })).toContainText(/\d (ns|µs|ms|s)$/);
  await page.getByText(/^left: spent/).click();
  await expect(page.getByRole('table', { name: 'left' })).toBeVisible();
});

test('a lamp goes red with words, and names the first tick', async ({ lab, page }) => {
  await lab.open('v=1&speed=5');
  await expect.poll(() => lab.tick()).toBeGreaterThan(1000);
  await lab.pause();
  await page.keyboard.press('5');
  const lamps = page.getByRole('region', { name: 'Invariants' }).getByRole('listitem');
  await expect(lamps).toHaveCount(4);
  for (const name of ['Pages conserved', 'One CPU a task', 'Queues consistent', 'Counters add up'])
    await expect(lamps.filter({ hasText: name })).toContainText('holds');
  const tick = await lab.tick();
  await page.evaluate(() => window.__lab.corrupt('queues'));
  const broken = lamps.filter({ hasText: 'Queues consistent' });
  await expect(broken).toContainText('broken', { timeout: 20_000 });
  await expect(broken).toContainText(`(tick ${tick})`, { timeout: 60_000 });
  await expect(broken).toContainText('nr_queued of node 0');
  await expect(lamps.filter({ hasText: 'Pages conserved' })).toContainText('holds');
});
