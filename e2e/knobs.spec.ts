import { expect, test } from './lab.ts';

const SCAN = 'autonuma/knuma_scand/pages_to_scan';
const PMD = 'autonuma/knuma_scand/pmd';

test('a knob is written while the kernel runs, marked as changed, and reset', async ({ lab, page }) => {
  await lab.open();
  const knob = lab.knob(SCAN);
  const field = knob.getByRole('textbox');
  await expect(field).toHaveValue('32768');
  await field.fill('4096');
  await field.press('Enter');
  await expect.poll(async () => (await lab.summary()).knobs[SCAN]).toBe('4096');
  await expect(knob.getByRole('img', { name: 'changed' })).toBeVisible();
  await expect(page).toHaveURL(/edit=\d+,autonuma\/knuma_scand\/pages_to_scan,4096/);
  expect((await lab.summary()).playing).toBe(true);
  await knob.getByRole('button', { name: 'Reset pages_to_scan to 32768' }).click();
  await expect.poll(async () => (await lab.summary()).knobs[SCAN]).toBe('32768');
  await expect(knob.getByRole('img', { name: 'changed' })).toHaveCount(0);
});

test('what the kernel refuses is said beside the field, and the old value stays', async ({ lab }) => {
  await lab.open();
  const knob = lab.knob(SCAN);
  const field = knob.getByRole('textbox');
  await field.fill('0');
  await field.press('Enter');
  await expect(knob.getByRole('alert')).toContainText('EINVAL');
  await expect(field).toHaveValue('32768');
  expect((await lab.summary()).knobs[SCAN]).toBe('32768');
  await field.fill('plenty');
  await field.press('Enter');
  await expect(knob.getByRole('alert')).toContainText('plenty');
  await field.fill('1024');
  await field.press('Enter');
  await expect(knob.getByRole('alert')).toHaveCount(0);
  await expect(field).toHaveValue('1024');
});

test('switches, sliders and resetting all', async ({ lab, page }) => {
  await lab.open();
  await lab.knob(PMD).getByRole('switch').click();
  await expect.poll(async () => (await lab.summary()).knobs[PMD]).toBe('0');
  await lab.knob(SCAN).getByRole('slider').press('ArrowRight');
  await expect.poll(async () => (await lab.summary()).knobs[SCAN]).not.toBe('32768');
  await page.getByRole('button', { name: 'Reset 2 changed knobs' }).click();
  await expect.poll(async () => (await lab.summary()).knobs[PMD]).toBe('1');
  await expect.poll(async () => (await lab.summary()).knobs[SCAN]).toBe('32768');
  await expect(page.getByRole('button', { name: 'All at their defaults' })).toBeDisabled();
});

test('a restart keeps the knobs as they are, and the link holds them', async ({ lab, page }) => {
  await lab.open();
  await lab.knob(PMD).getByRole('switch').click();
  await expect.poll(async () => (await lab.summary()).knobs[PMD]).toBe('0');
  await page.getByRole('button', { name: 'Restart' }).click();
  await expect(page).toHaveURL(/knobs\.autonuma\/knuma_scand\/pmd=0/);
  await expect.poll(async () => (await lab.summary()).knobs[PMD]).toBe('0');
  await page.reload();
  await lab.ready();
  await expect(lab.knob(PMD).getByRole('switch')).not.toBeChecked();
});
