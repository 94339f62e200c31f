import { expect, test } from './lab.ts';

const SCAN_SLEEP = 'autonuma/knuma_scand/scan_sleep_millisecs';
const PMD = 'autonuma/knuma_scand/pmd';

// High enough that the panel need not scroll: a scrolled one is held where it is by the browser.
test.use({ viewport: { width: 1280, height: 1200 } });

test('a switch that is pressed while a number field has the focus is switched, though the row above shrinks', async ({
  lab,
  page,
}) => {
  await lab.open();
  const field = lab.knob(SCAN_SLEEP).getByRole('textbox');
  const toggle = lab.knob(PMD).getByRole('switch');
  await field.focus();
  await expect(toggle).toBeChecked();
  const before = (await toggle.boundingBox())!;
  // An edge that a shift by a line takes away from under the pointer.
  await page.mouse.move(before.x + before.width / 2, before.y + before.height - 2);
  const pressed = (await toggle.boundingBox())!;
  await page.mouse.move(pressed.x + pressed.width / 2, pressed.y + pressed.height - 2);
  await page.mouse.down();
  await expect(field).not.toBeFocused();
  // It is no longer under the pointer.
  await expect.poll(async () => (await toggle.boundingBox())!.y).toBeLessThan(pressed.y - 8);
  await page.mouse.up();
  await expect(toggle).not.toBeChecked();
  await expect.poll(async () => (await lab.summary()).knobs[PMD]).toBe('0');
});

test('the same when the kernel refuses what was typed, and says so in the row above', async ({
  lab,
  page,
}) => {
  await lab.open();
  const field = lab.knob(SCAN_SLEEP).getByRole('textbox');
  const toggle = lab.knob(PMD).getByRole('switch');
  await field.fill('plenty');
  const box = (await toggle.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 2);
  const pressed = (await toggle.boundingBox())!;
  await page.mouse.move(pressed.x + pressed.width / 2, pressed.y + 2);
  await page.mouse.down();
  await expect(lab.knob(SCAN_SLEEP).getByRole('alert')).toContainText('plenty');
  await page.mouse.up();
  await expect(toggle).not.toBeChecked();
});
