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
  await expect(page.getByTestId('tooltip')).toContainText(/page frame number\s*12,?345,?678/);
  // The label in the cell under the pointer says the same number.
  const label = page.getByText('12,345,678', { exact: true }).first();
  await expect(label).toBeVisible();
  const box = await label.boundingBox();
  expect(Math.abs((box?.x ?? 0) + (box?.width ?? 0) / 2 - x)).toBeLessThan(8);
});
