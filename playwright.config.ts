import { defineConfig } from '@playwright/test';
import { browserArgs, findBrowser } from './scripts/browser.mjs';

// `npm run test:e2e` builds first, gets a browser, and picks a free port; see scripts/test.mjs.
const port = Number(process.env['E2E_PORT'] ?? 4179);

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  // Software rendering on two shared cores: what passes the second time is listed as flaky, what fails twice has failed.
  retries: 1,
  workers: 1,
  forbidOnly: Boolean(process.env['CI']),
  reporter: 'list',
  use: {
    baseURL: `http://localhost:${port}/`,
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    trace: 'off',
  },
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: { executablePath: await findBrowser(), args: browserArgs() },
      },
    },
  ],
  webServer: {
    command: `node scripts/serve.mjs --strict --port ${port}`,
    port,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
