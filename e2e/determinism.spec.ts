import { advance, stateHash } from '../src/kernel/kernel.ts';
import { DEFAULT_EXPERIMENT } from '../src/protocol/experiment.ts';
import { bootWithKnobs } from '../src/scenarios/boot.ts';
import { resolveExperiment } from '../src/scenarios/experiment.ts';
import { expect, test } from './lab.ts';

test('the kernel in Chromium and the kernel in Node agree to the last bit', async ({ lab, page }) => {
  await lab.open('v=1&seed=5&workload=numa02&p.mib=256&p.passes=20000&speed=20');
  // Let it run freely past a scan pass, so that slices, skips and migrations have all happened.
  await expect
    .poll(() => page.evaluate(() => window.__lab.summary()?.scanner.fullScans ?? 0), { timeout: 40_000 })
    .toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByRole('button', { name: 'Play' })).toBeVisible();
  const inChromium = await page.evaluate(() => window.__lab.stateHash());
  const ticks = await page.evaluate(() => window.__lab.summary()?.tick ?? 0);
  expect(ticks).toBeGreaterThan(1000);

  const experiment = {
    ...DEFAULT_EXPERIMENT,
    seed: 5,
    workload: 'numa02',
    parameters: { mib: 256, passes: 20000 },
  };
  const kernel = bootWithKnobs(resolveExperiment(experiment).boot, experiment.knobs);
  advance(kernel, ticks);
  expect(kernel.counters.pgmigrate_success).toBeGreaterThan(0);
  expect(stateHash(kernel)).toBe(inChromium);
});
