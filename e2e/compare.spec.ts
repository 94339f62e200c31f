import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './lab.ts';

const SHORT = 'v=1&workload=crossed&p.seconds=4&p.mib=200';
/** Everything takes longer on a busy machine. */
const LONG = { timeout: 60_000 };

test.describe.configure({ timeout: 180_000 });

const card = (page: Page, letter: string) => page.locator(`.run-card[data-run="${letter}"]`);
const cell = (page: Page, metric: string, run: string) =>
  page.locator(`[data-metric="${metric}"] td[data-run="${run}"]`);

/** The tick each picture shows. */
function ticks(page: Page): Promise<number[]> {
  return page
    .getByTestId('run-picture')
    .evaluateAll((pictures) =>
      pictures.map((picture) => Number((picture as HTMLElement).dataset.tick ?? -1)),
    );
}

/** Pixels of a run's canvas that are not the ground. */
async function painted(picture: Locator): Promise<number> {
  return picture.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return colours.size;
  });
}

async function pause(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible(LONG);
}

test('the experiment on show is compared with AutoNUMA off: one clock, two pictures, a table', async ({
  lab,
  page,
}) => {
  await lab.open();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(card(page, 'A')).toContainText('AutoNUMA alpha6', LONG);
  await expect(card(page, 'B')).toContainText('differs from A: AutoNUMA off');
  await expect(page.getByTestId('run-picture')).toHaveCount(2);
  // It plays, because the laboratory did.
  await expect.poll(async () => Math.min(...(await ticks(page))), LONG).toBeGreaterThan(500);
  await pause(page);
  const [a, b] = await ticks(page);
  expect(a).toBe(b);
  await expect(page.getByTestId('compare-time')).toHaveText(`t = ${(a / 1000).toFixed(3)} s`);
  for (const letter of ['A', 'B'])
    expect(await painted(card(page, letter).getByTestId('run-picture'))).toBeGreaterThan(8);

  // A step takes both along.
  await page.keyboard.press('.');
  await expect.poll(() => ticks(page), LONG).toEqual([a + 1, a + 1]);

  // On until AutoNUMA has moved something: the table says what that costs, against nothing in B.
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(cell(page, 'moved', 'B').locator('.delta')).toHaveText(/^−[\d\s\u202f]+ \(−100/, LONG);
  await pause(page);
  await expect(cell(page, 'moved', 'B')).toHaveText(/^0−/);
  await expect(cell(page, 'scan', 'A')).toHaveText(/[1-9].*s$/);
  await expect(cell(page, 'elapsed', 'A')).toContainText('running');
  const [later, alike] = await ticks(page);
  expect(later).toBe(alike);
  expect(later).toBeGreaterThan(a);
  await expect(page.locator('.compare-charts canvas')).toHaveCount(3);
  await expect(page.locator('.difference figcaption').first()).toContainText(
    /% of its blocks on the same node/,
  );

  // One scrubber: all go back together, and step back and to the next event of any run.
  const slider = page.getByRole('slider', { name: /all runs at/ });
  await slider.fill('1000');
  await expect.poll(() => ticks(page), LONG).toEqual([1000, 1000]);
  await expect(page.getByTestId('compare-time')).toHaveText('t = 1.000 s', LONG);
  await page.keyboard.press(',');
  await expect.poll(() => ticks(page), LONG).toEqual([999, 999]);
  await page.locator('.compare').getByLabel('Step grain').selectOption('scan_pass');
  await page.getByRole('button', { name: 'Step all runs to the next scan pass' }).click();
  await expect(page.locator('.compare-scrubber p')).toContainText(/^Run A: .*scan/i, LONG);
  const [there, here] = await ticks(page);
  expect(there).toBe(here);
  expect(there).toBeGreaterThan(999);

  // Back: the laboratory goes on where it was.
  await page.keyboard.press('q');
  await expect(page.locator('.compare')).toHaveCount(0);
  await expect(lab.picture).toBeVisible();
  await expect(page).not.toHaveURL(/compare/);
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('runs are added, edited, named and removed, and the link brings them back', async ({ lab, page }) => {
  await lab.open(`${SHORT}&paused=1`);
  await page.getByRole('button', { name: 'More to compare with' }).click();
  await page.getByRole('button', { name: 'Compare with hard binding' }).click();
  await expect(card(page, 'B')).toContainText('AutoNUMA off; hard bind', LONG);
  await card(page, 'A').getByRole('button', { name: '+ AutoNUMA off' }).click();
  await card(page, 'A').getByRole('button', { name: '+ a copy to change' }).click();
  await expect(card(page, 'D')).toContainText('nothing: the same as A', LONG);
  // Four are the most.
  await expect(card(page, 'A').getByRole('button', { name: '+ AutoNUMA off' })).toHaveAttribute(
    'title',
    /4 runs are the most/,
  );
  await card(page, 'D').getByRole('button', { name: 'Edit run D' }).click();
  const editor = page.getByRole('dialog', { name: 'Edit run D' });
  await editor.getByLabel('AutoNUMA version').selectOption('alpha14');
  await editor.getByLabel('another knob').selectOption('autonuma/knuma_scand/scan_sleep_pass_millisecs');
  await editor.getByLabel(/scan_sleep_pass_millisecs/).fill('700');
  await editor.getByLabel(/scan_sleep_pass_millisecs/).press('Enter');
  await editor.getByLabel('name').fill('often');
  await editor.getByLabel('name').press('Enter');
  await page.keyboard.press('Escape');
  await expect(card(page, 'D').getByRole('heading')).toHaveText('often');
  await expect(card(page, 'D')).toContainText(/AutoNUMA alpha14; scan_sleep_pass_millisecs 700 ms, not 5000/);
  await card(page, 'C').getByRole('button', { name: 'Remove run C' }).click();
  await expect(page.getByTestId('run-picture')).toHaveCount(3);
  const before = page.url();
  await page.keyboard.press('.');
  await expect.poll(() => ticks(page), LONG).toEqual([1, 1, 1]);
  // The address follows once everything on the page is of that tick.
  await expect(page).not.toHaveURL(before);
  await expect(page).toHaveURL(/open=compare/);

  await page.reload();
  await expect(card(page, 'C').getByRole('heading')).toHaveText('often', LONG);
  await expect(card(page, 'B')).toContainText('AutoNUMA off; hard bind');
  await expect.poll(() => ticks(page), LONG).toEqual([1, 1, 1]);

  // A run opens in the laboratory.
  await card(page, 'C').getByRole('button', { name: 'Open run C' }).click();
  await expect(page.locator('.compare')).toHaveCount(0);
  await expect(page).toHaveURL(/version=alpha14/);
  await expect
    .poll(async () => (await lab.summary()).knobs['autonuma/knuma_scand/scan_sleep_pass_millisecs'], LONG)
    .toBe('700');
});

test('runs play to their ends and the table says by how much they differ', async ({ page }) => {
  await page.goto(`./?testing=1#${SHORT}&speed=max&view=compare`);
  await expect(page.locator('.compare .pace')).toHaveText('all finished', { timeout: 120_000 });
  await expect(card(page, 'A')).toContainText(/finished after [\d.]+ s/);
  const seconds = async (run: string) => parseFloat((await cell(page, 'elapsed', run).textContent())!);
  const change = (await seconds('B')) - (await seconds('A'));
  expect(change).not.toBe(0);
  // Rounded each for itself.
  const delta = (await cell(page, 'elapsed', 'B').locator('.delta').textContent())!.replace('−', '-');
  expect(Math.abs(parseFloat(delta) - change)).toBeLessThan(0.011);
  await expect(cell(page, 'work', 'A')).toContainText('100.0');
});

test('what cannot be set beside a run says why', async ({ lab, page }) => {
  await lab.open('v=1&workload=fork-build&paused=1');
  await page.getByRole('button', { name: 'More to compare with' }).click();
  await expect(page.getByRole('button', { name: 'Compare with hard binding' })).toBeDisabled();
  await expect(page.getByText(/Not possible: fork-build has no variant/)).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+V');
  await expect(page.locator('.notices')).toContainText('fork-build has no variant');
  await expect(page.locator('.compare')).toHaveCount(0);
});

test('a sweep of two knobs: heat map, small multiples, and a cell opens its run', async ({ lab, page }) => {
  await lab.open(`${SHORT}&paused=1`);
  await page.keyboard.press('x');
  const first = page.getByLabel('Values of the first field');
  await page.getByLabel('First field to vary').selectOption('autonuma/knuma_scand/scan_sleep_pass_millisecs');
  await first.fill('500..100');
  await page.getByLabel('Second field to vary').selectOption('seed');
  await page.getByLabel('Values of the second field').fill('1,2');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.getByRole('alert')).toHaveText(
    /scan_sleep_pass_millisecs: the range 500\.\.100 ends before/,
  );
  await first.fill('500,5000');
  await page.getByRole('button', { name: 'Run 4 runs' }).click();
  const heat = page.getByRole('region', { name: 'Heat map' });
  await expect(page.getByRole('status')).toHaveText('4 of 4 runs', { timeout: 120_000 });
  await expect(heat.locator('td button')).toHaveText([/\d s/, /\d s/, /\d s/, /\d s/]);
  await expect(heat.getByText(/least [\d.]+ s/)).toBeVisible();
  await heat.getByRole('button', { name: 'cost', exact: true }).click();
  await expect(heat.locator('td button').first()).toHaveText(/^0\.\d+ s|^\d+\.\d+ s/);
  await expect(page.locator('.multiples li')).toHaveCount(4);
  await expect(page).toHaveURL(/open=sweep/);

  await heat.locator('td button').nth(3).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('.compare')).toHaveCount(0);
  await expect(page).toHaveURL(/seed=2/);
  const summary = await lab.summary();
  expect(summary.knobs['autonuma/knuma_scand/scan_sleep_pass_millisecs']).toBe('5000');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible(LONG);

  // What was run is still there.
  await page.keyboard.press('x');
  await expect(page.getByRole('status')).toHaveText('4 of 4 runs');
});

test('a sweep can be cancelled, keeps what is done, and its link asks for the same', async ({
  lab,
  page,
}) => {
  await lab.open('v=1&paused=1');
  await page.keyboard.press('x');
  await page.getByLabel('First field to vary').selectOption('seed');
  await page.getByLabel('Values of the first field').fill('1..6');
  await page.getByRole('button', { name: 'Run 6 runs' }).click();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByRole('status')).toContainText('cancelled');
  await expect(page.getByRole('button', { name: 'Cancel', exact: true })).toHaveCount(0);
  await page.reload();
  await expect(page.getByLabel('Values of the first field')).toHaveValue('1,2,3,4,5,6', LONG);
});

for (const [width, theme] of [
  [1280, 'dark'],
  [390, 'light'],
] as const) {
  test(`axe finds nothing serious on the pages that compare, ${width} px, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: theme });
    await page.goto(`./?testing=1#${SHORT}&view=compare`);
    await expect(page.locator('.difference figcaption').first()).toBeVisible(LONG);
    await pause(page);
    const serious = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
    };
    expect(await serious()).toEqual([]);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await page.getByRole('button', { name: 'Sweep', exact: true }).click();
    await page.getByLabel('Values of the first field').fill('2500,5000');
    await page.getByRole('button', { name: 'Run 2 runs' }).click();
    await expect(page.getByRole('status')).toHaveText('2 of 2 runs', { timeout: 120_000 });
    expect(await serious()).toEqual([]);
  });
}
