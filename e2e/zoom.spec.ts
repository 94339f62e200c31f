import { expect, test } from './lab.ts';

/** A page frame in the middle of node 0's 128 GiB. */
const FRAME = 12_345_678;

test('one gesture goes from a terabyte to a page, and says exactly which', async ({ lab, page }) => {
  await lab.open('v=1&machine=terabyte-8n');
  await lab.pause();
  const cell = async () => {
    const rect = await page.evaluate((frame) => window.__lab.cellRect(0, frame), FRAME);
    const host = await lab.picture.boundingBox();
    if (!rect || !host) throw new Error('the picture has no place');
    return { width: rect.width, x: host.x + rect.x + rect.width / 2, y: host.y + rect.y + rect.height / 2 };
  };
  expect((await cell()).width).toBeLessThan(0.5);
  for (let turn = 0; turn < 20; turn++) {
    const { width, x, y } = await cell();
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -200);
    // The wheel's event reaches the page a moment after the call.
    if (width < 127) await expect.poll(async () => (await cell()).width).toBeGreaterThan(width);
    else break;
  }
  expect((await cell()).width).toBeCloseTo(128, 0);
  const { x, y } = await cell();
  await page.mouse.move(x, y);
  await expect(page.getByTestId('tooltip')).toContainText(/page frame number\s*12\D?345\D?678/);
  // The label says the same number, inside of the map of node 0, where the pointer is.
  const label = page.getByText(/^12\s345\s678$/).first();
  await expect(label).toBeVisible();
  const box = await label.boundingBox();
  if (!box) throw new Error('the label has no place');
  expect(Math.abs(box.x + box.width / 2 - x)).toBeLessThan(70);
  expect(Math.abs(box.y + box.height / 2 - y)).toBeLessThan(70);
});
