// npm test: unit tests, a build, end-to-end tests in a browser. The last line is always
// "N passed, N failed", both kinds together.
//   node scripts/test.mjs [--unit | --e2e] [file or name filters]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { ensureBrowser } from './browser.mjs';

const ROOT = path.resolve(import.meta.dirname, '..');
const REPORTS = path.join(ROOT, '.tsbuild', `reports-${process.pid}`);

const args = process.argv.slice(2);
const only = args.find((arg) => arg === '--unit' || arg === '--e2e');
const filters = args.filter((arg) => arg !== only);

let passed = 0;
let failed = 0;

/** @param {string} message */
function failure(message) {
  failed++;
  console.error(`\n${message}`);
}

/**
 * Runs a package's command with this Node, no shell, no stdin. Returns its exit code.
 * @param {string} script    path under node_modules
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
function node(script, args, env = {}) {
  const done = spawnSync(process.execPath, [path.join(ROOT, 'node_modules', script), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return done.status ?? 1;
}

/** @param {string} file */
const report = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);

function unitTests() {
  const file = path.join(REPORTS, 'unit.json');
  const code = node('vitest/vitest.mjs', [
    ...['run', '--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    ...filters,
  ]);
  const result = report(file);
  if (!result) return failure('Vitest left no report.');
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  // A file that could not be loaded holds no tests, yet it failed.
  for (const suite of result.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0)
      failure(`${suite.name} did not load.`);
  }
  if (code !== 0 && failed === 0) failure(`Vitest ended with code ${code}.`);
}

function hasEndToEndTests() {
  const folder = path.join(ROOT, 'e2e');
  if (!existsSync(folder)) return false;
  return readdirSync(folder, { recursive: true }).some((name) => String(name).endsWith('.spec.ts'));
}

/** @returns {Promise<number>} */
const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, 'localhost', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

async function endToEndTests() {
  let browser;
  try {
    browser = await ensureBrowser();
  } catch (error) {
    return failure(error instanceof Error ? error.message : String(error));
  }
  console.log(`\nBrowser: ${browser}`);
  const file = path.join(REPORTS, 'e2e.json');
  const code = node(
    '@playwright/test/cli.js',
    ['test', '--pass-with-no-tests', '--reporter=list,json', ...filters],
    {
      CHROMIUM_PATH: browser,
      E2E_PORT: String(await freePort()),
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    },
  );
  const result = report(file);
  if (!result) return failure('Playwright left no report.');
  passed += result.stats.expected + result.stats.flaky;
  failed += result.stats.unexpected;
  if (code !== 0 && result.stats.unexpected === 0) {
    failure(`Playwright ended with code ${code}: ${result.errors?.[0]?.message ?? 'no message'}`);
  }
}

mkdirSync(REPORTS, { recursive: true });
if (only !== '--e2e') unitTests();
if (only !== '--unit') {
  if (node('vite/bin/vite.js', ['build']) !== 0) failure('The build failed.');
  else if (hasEndToEndTests()) await endToEndTests();
  else console.log('\nNo end-to-end tests in e2e/ yet.');
}
rmSync(REPORTS, { recursive: true, force: true });

if (passed + failed === 0) console.error('\nNo tests ran.');
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`\n${passed} passed, ${failed} failed`);
