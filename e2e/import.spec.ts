import { expect, test } from './lab.ts';

/** `numactl --hardware` of an emulated four-node guest, Debian's Linux 6.1. */
const FOUR_NODES = `available: 4 nodes (0-3)
node 0 cpus: 0 1
node 0 size: 710 MB
node 0 free: 686 MB
node 1 cpus: 2 3
node 1 size: 755 MB
node 1 free: 740 MB
node 2 cpus: 4 5
node 2 size: 755 MB
node 2 free: 733 MB
node 3 cpus: 6 7
node 3 size: 755 MB
node 3 free: 732 MB
node distances:
node   0   1   2   3
  0:  10  16  22  16
  1:  16  10  16  22
  2:  22  16  10  16
  3:  16  22  16  10
`;

test('pasted numactl output becomes the machine', async ({ lab, page }) => {
  await lab.open('v=1&workload=stream');
  await page.getByRole('button', { name: 'Bring a machine or workload' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill(FOUR_NODES);
  await dialog.getByRole('button', { name: 'Run on it' }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(async () => (await lab.summary()).nodes.length).toBe(4);
  await expect(page).toHaveURL(/machine-file=/);
  // The link alone brings it back.
  await page.reload();
  await lab.ready();
  expect((await lab.summary()).nodes.length).toBe(4);
});

test('a bad paste names the line and loses nothing', async ({ lab, page }) => {
  await lab.open();
  const nodes = (await lab.summary()).nodes.length;
  await page.getByRole('button', { name: 'Bring a machine or workload' }).click();
  const dialog = page.getByRole('dialog');
  const bad = FOUR_NODES.replace('node 1 size: 755 MB', 'node 1 size: plenty');
  await dialog.getByRole('textbox').fill(bad);
  await dialog.getByRole('button', { name: 'Run on it' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/line 6/i);
  await expect(dialog.getByRole('textbox')).toHaveValue(bad);
  const before = await lab.tick();
  await expect.poll(() => lab.tick()).toBeGreaterThan(before);
  expect((await lab.summary()).nodes.length).toBe(nodes);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});

test('a file dropped anywhere is taken', async ({ lab, page }) => {
  await lab.open('v=1&workload=stream');
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'numactl.txt', { type: 'text/plain' }));
    return transfer;
  }, FOUR_NODES);
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await expect.poll(async () => (await lab.summary()).nodes.length).toBe(4);
});

test('a bad workload file names its field', async ({ lab, page }) => {
  await lab.open();
  await page.keyboard.press('i');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('{"name": "mine", "title": "Mine", "processes": "many"}');
  await dialog.getByRole('button', { name: 'Run on it' }).click();
  await expect(dialog.getByRole('alert')).toContainText(/\w+: /);
});
