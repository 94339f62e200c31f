import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './lab.ts';

const DEBUG = 'autonuma/debug';

/** Open the panel by its key and wait for the line to type in. */
async function openShell(page: Page): Promise<{ input: Locator; log: Locator }> {
  await page.keyboard.press('6');
  const input = page.getByRole('textbox', { name: 'Shell command' });
  await expect(input).toBeFocused();
  return { input, log: page.getByRole('log', { name: 'Shell output' }) };
}

async function type(page: Page, line: string): Promise<void> {
  await page.keyboard.type(line);
  await page.keyboard.press('Enter');
}

test('commands print what Linux prints, and go through pipes', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  const { log } = await openShell(page);
  await type(page, 'numactl --hardware');
  await expect(log).toContainText('node 0 cpus: 0 1 2 3 4 5 12 13 14 15 16 17');
  await expect(log).toContainText('  1:  21  10');
  await type(page, 'cat /proc/vmstat | grep numa | head -n 2');
  await expect(log).toContainText('numa_hit 0');
  await expect(log).not.toContainText('numa_foreign');
  await type(page, 'cat /x; cat /proc');
  await expect(log).toContainText('cat: /x: No such file or directory');
  await expect(log).toContainText('cat: /proc: Is a directory');
  await type(page, 'kil 7');
  await expect(log).toContainText('bash: kil: command not found');
  await expect(log).toContainText('Did you mean kill?');
  await type(page, 'cd /sys/kernel/mm/autonuma');
  await expect(page.getByText('root@lab:/sys/kernel/mm/autonuma#', { exact: true })).toBeVisible();
  await type(page, 'ls');
  await expect(log).toContainText('knuma_migrated');
  await page.keyboard.press('Control+l');
  await expect(log).not.toContainText('knuma_migrated');
});

test('a knob written by echo is an edit like any other: in the Knobs panel, in the link', async ({
  lab,
  page,
}) => {
  await lab.open();
  const { log } = await openShell(page);
  await type(page, `echo 1 > /sys/kernel/mm/${DEBUG}`);
  await expect.poll(async () => (await lab.summary()).knobs[DEBUG]).toBe('1');
  await expect(page).toHaveURL(/edit=\d+,autonuma\/debug,1/);
  await type(page, `echo 2 > /sys/kernel/mm/${DEBUG}`);
  await expect(log).toContainText('bash: echo: write error: Invalid argument');
  await expect(log).toContainText('expected 0 or 1, got "2"');
  await page.getByRole('tab', { name: 'Knobs' }).click();
  await expect(lab.knob(DEBUG).getByRole('switch')).toBeChecked();
  await expect(lab.knob(DEBUG).getByRole('img', { name: 'changed' })).toBeVisible();
  // What was printed is still there, and the kernel log is in dmesg.
  await page.getByRole('tab', { name: 'Shell' }).click();
  await expect(log).toContainText('write error');
  await type(page, 'dmesg | tail -n 3');
  await expect(log).toContainText(/\[ +\d+\.\d{6}\]/);
});

test('kill ends a process, taskset sends a thread away, and the link repeats both exactly', async ({
  lab,
  page,
}) => {
  await lab.open('v=1&speed=1');
  await expect.poll(async () => (await lab.summary()).processes[1]?.threads.length ?? 0).toBeGreaterThan(4);
  await lab.pause();
  const { processes } = await lab.summary();
  const thread = processes[1].threads[2];
  const elsewhere = thread.node === 0 ? '6-11' : '0-5';
  const { log } = await openShell(page);
  await type(page, `taskset -cp ${elsewhere} ${thread.pid}`);
  await expect(log).toContainText(`pid ${thread.pid}'s new affinity list: ${elsewhere}`);
  await expect.poll(async () => (await lab.summary()).processes[1].threads[2].node).toBe(1 - thread.node);
  await type(page, `kill ${processes[0].pid}`);
  await expect(log).toContainText('Time stands still: the process exits as soon as it goes on.');
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect.poll(async () => (await lab.summary()).processes[0].alive).toBe(false);
  await lab.pause();
  // The timeline and the Processes panel tell of it.
  await expect(
    page.getByRole('button', { name: new RegExp(`kill -TERM ${processes[0].pid}$`) }),
  ).toBeVisible();
  await page.keyboard.press('2');
  const ended = page.getByRole('region', { name: `${processes[0].name} ${processes[0].pid}` });
  await expect(ended).toContainText('took');
  await openShell(page);
  await type(page, 'ps');
  await expect(log).toContainText(String(processes[1].pid));
  await type(page, `cat /proc/${processes[0].pid}/status`);
  await expect(log).toContainText(`cat: /proc/${processes[0].pid}/status: No such file or directory`);
  await expect(page).toHaveURL(new RegExp(`edit=\\d+,proc/${thread.pid}/affinity,${elsewhere}`));
  await expect(page).toHaveURL(new RegExp(`edit=\\d+,proc/${processes[0].pid}/signal,TERM`));

  const tick = await lab.tick();
  const hash = await page.evaluate(() => window.__lab.stateHash());
  const link = page.url().slice(page.url().indexOf('#') + 1);
  await page.goto('about:blank');
  // The link stands at its tick.
  await lab.open(link);
  await expect.poll(() => lab.tick(), { timeout: 60_000 }).toBe(tick);
  expect(await page.evaluate(() => window.__lab.stateHash())).toBe(hash);
});

test('in the past it begins a branch', async ({ lab, page }) => {
  await lab.open('v=1&speed=2');
  await expect.poll(() => lab.tick(), { timeout: 30_000 }).toBeGreaterThan(600);
  await lab.pause();
  await page.evaluate(() => window.__lab.seek(300));
  await expect.poll(() => lab.tick()).toBe(300);
  const { log } = await openShell(page);
  await type(page, 'cat /proc/uptime');
  await expect(log).toContainText('0.30 ');
  const [{ pid }] = (await lab.summary()).processes;
  await type(page, `kill ${pid}`);
  const branches = page.getByRole('region', { name: 'Branches' });
  await expect(branches.getByRole('listitem')).toHaveCount(2);
  await expect(branches).toContainText(`kill -TERM ${pid} at 0.300 s`);
  await expect(page).toHaveURL(new RegExp(`edit=300,proc/${pid}/signal,TERM`));
});

test('Tab completes, arrows and Ctrl-R recall', async ({ lab, page }) => {
  await lab.open('v=1&paused=1');
  const { input, log } = await openShell(page);
  await page.keyboard.type('cat /sys/k');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('cat /sys/kernel/');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('cat /sys/kernel/mm/');
  await page.keyboard.type('a');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('cat /sys/kernel/mm/autonuma');
  await page.keyboard.press('Tab');
  await expect(log).toContainText('autonuma/  autonuma_lab/');
  await page.keyboard.type('/en');
  await page.keyboard.press('Tab');
  await expect(input).toHaveValue('cat /sys/kernel/mm/autonuma/enabled ');
  await page.keyboard.press('Enter');
  await expect(log).toContainText(/enabled\s+1$/);

  await type(page, 'uname -r');
  await expect(log).toContainText('3.3.0-autonuma-alpha6');
  await page.keyboard.press('ArrowUp');
  await expect(input).toHaveValue('uname -r');
  await page.keyboard.press('ArrowUp');
  await expect(input).toHaveValue(/^cat .*enabled/);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(input).toHaveValue('');

  await page.keyboard.press('Control+r');
  const search = page.getByRole('textbox', { name: 'Search the lines typed before' });
  await expect(search).toBeFocused();
  await page.keyboard.type('enab');
  await expect(page.getByText(/\(reverse-i-search\) cat .*enabled/)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(input).toHaveValue(/^cat .*enabled/);
  await page.keyboard.press('Control+c');
  await expect(input).toHaveValue('');
  await expect(log).toContainText('^C');

  // No trap: after Escape, Tab goes on.
  await page.keyboard.type('ls');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(input).not.toBeFocused();
});

test('watch looks again until Ctrl-C', async ({ lab, page }) => {
  await lab.open('v=1&speed=1');
  const { log } = await openShell(page);
  await type(page, 'watch -n 0.2 uptime');
  await expect(log).toContainText('Every 0.2 s: uptime');
  await expect(log).toContainText('00:00:02 up', { timeout: 30_000 });
  await expect(log).toContainText('00:00:03 up', { timeout: 30_000 });
  await expect(log).not.toContainText('00:00:02 up');
  await page.keyboard.press('Control+c');
  await expect(log).not.toContainText('Every');
  await expect(log).toContainText('^C');
  await type(page, 'pwd');
  await expect(log).toContainText('^C');
});

for (const colorScheme of ['dark', 'light'] as const) {
  test(`axe finds nothing in the shell, ${colorScheme}`, async ({ lab, page }) => {
    await page.emulateMedia({ colorScheme });
    await lab.open('v=1&paused=1');
    const { log } = await openShell(page);
    expect((await new AxeBuilder({ page }).include('aside').analyze()).violations).toEqual([]);
    await type(page, 'ls; cat /x; kil');
    await expect(log).toContainText('command not found');
    expect((await new AxeBuilder({ page }).include('aside').analyze()).violations).toEqual([]);
  });
}
