import { expect, test } from './lab.ts';

test('usable at 390 px: nothing sticks out, everything can be reached', async ({ lab, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await lab.open();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  await lab.pause();
  await page.getByRole('combobox', { name: 'workload', exact: true }).selectOption('numa02');
  await expect(page).toHaveURL(/workload=numa02/);
  const slider = lab.knob('autonuma/knuma_scand/pages_to_scan').getByRole('slider');
  await slider.scrollIntoViewIfNeeded();
  await expect(slider).toBeInViewport();
  await page.getByRole('tab', { name: 'Processes' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('resident');
});

for (const [width, height] of [
  [1280, 800],
  [1920, 1080],
] as const) {
  test(`at ${width}x${height} the memory has most of the room`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height });
    await lab.open();
    const box = await lab.picture.boundingBox();
    expect((box?.width ?? 0) * (box?.height ?? 0)).toBeGreaterThan(0.5 * width * height);
    const scroll = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
    expect(scroll).toBeLessThanOrEqual(0);
  });
}
