import AxeBuilder from '@axe-core/playwright';
import { expect, test, type LabPage } from './lab.ts';

// It runs ahead to convergence, beside whatever else the machine does.
test.describe.configure({ timeout: 240_000 });
const LONG = { timeout: 90_000 };

const popover = (lab: LabPage) => lab.page.getByRole('dialog');

test('the tour does things: every stop by keyboard, with the numbers of the run', async ({ lab, page }) => {
  await lab.open();
  await page.keyboard.press('u');
  await expect(popover(lab)).toContainText('First touch', LONG);
  await expect(popover(lab)).toContainText('t = 1.000 s');
  await expect(popover(lab)).toContainText('1 of 8');
  await expect(page.getByRole('button', { name: 'Next', exact: true })).toBeFocused();
  expect((await lab.summary()).processes[0].mbPerNode[1]).toBeLessThan(1);
  // Panels and charts come after the first picture; the headings are in order once all are there.
  await expect
    .poll(async () => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      return violations.map(
        ({ id, nodes }) => `${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
      );
    }, LONG)
    .toEqual([]);

  await page.keyboard.press('ArrowRight');
  await expect(popover(lab)).toContainText('Scan', LONG);
  await expect(page.getByRole('combobox', { name: 'colour by' })).toHaveValue('marked');
  const marks = (await lab.summary()).counters.numa_pmd_updates;
  expect(marks).toBeGreaterThan(0);
  await expect(popover(lab)).toContainText(`set ${marks} marks`);

  for (const [title, says] of [
    ['Hinting fault', /touched .* marked pages/],
    ['last_nid', /faults have sampled/],
    ['Queue', /pages wait to go to node 1/],
    ['Migration', /knuma_migrated1 copied/],
    ['CPU follows memory', /sched_autonuma_balance/],
  ] as const) {
    await page.keyboard.press('ArrowRight');
    await expect(popover(lab)).toContainText(title, LONG);
    await expect(popover(lab)).toContainText(says);
  }
  const moved = (await lab.summary()).tick;
  await page.keyboard.press('ArrowRight');
  await expect(popover(lab)).toContainText('Convergence', LONG);
  await expect(popover(lab)).toContainText('100 % of the accesses are local');
  // And back: the moment of the stop before.
  await page.keyboard.press('ArrowLeft');
  await expect(popover(lab)).toContainText('CPU follows memory', LONG);
  await expect.poll(async () => lab.tick(), LONG).toBe(moved);
  await page.keyboard.press('Escape');
  await expect(popover(lab)).toHaveCount(0);
});

test('the tour blocks nothing, and goes on where it was skipped', async ({ lab, page }) => {
  await lab.open();
  await page.getByRole('button', { name: 'Scenarios' }).click();
  await page.getByRole('button', { name: 'Take the tour first' }).click();
  await expect(popover(lab)).toContainText('First touch', LONG);
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await expect(popover(lab)).toContainText('Scan', LONG);
  // Everything beside it can be used, by mouse and by keyboard.
  await page.getByRole('tab', { name: 'Knobs' }).click();
  await expect(lab.knob('autonuma/debug')).toBeVisible();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await lab.summary()).playing).toBe(true);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Restart', exact: true })).toBeFocused();
  await page.getByRole('button', { name: 'Skip the tour' }).click();
  await expect(popover(lab)).toHaveCount(0);

  await page.reload();
  await lab.ready();
  await page.keyboard.press('u');
  await expect(popover(lab)).toContainText('2 of 8', LONG);
  await expect(popover(lab)).toContainText('Scan');
});
