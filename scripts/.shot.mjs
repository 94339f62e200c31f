import { chromium } from '@playwright/test';
import { browserArgs, ensureBrowser } from './browser.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
const steps = (await import(process.argv[2])).default;
const server = spawn(process.execPath, ['scripts/serve.mjs', '--port', '4377'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [said] = await once(server.stdout, 'data');
const url = /http:\S+/.exec(String(said))[0];
const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArgs() });
try {
  for (const [w, h] of [
    [1280, 800],
    [1920, 1080],
  ]) {
    if (process.argv[3] && !process.argv[3].includes(String(w))) continue;
    const page = await browser.newPage({
      viewport: { width: w, height: h },
      colorScheme: process.argv[4] ?? 'dark',
    });
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(m.text()));
    page.on('pageerror', (e) => console.log('PAGE', e.message));
    await steps(page, url, async (name) => {
      await page.waitForTimeout(400);
      await page.screenshot({ path: `/tmp/learn/${name}-${w}.png` });
    });
    await page.close();
  }
} finally {
  await browser.close();
  server.kill();
}
