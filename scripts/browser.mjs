// Finds a Chromium for the end-to-end tests, or gets one.
//   node scripts/browser.mjs           print its path
//   import { findBrowser, ensureBrowser } from './browser.mjs'
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(import.meta.dirname, '..');
const NAMES = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
const MAC = ['Google Chrome.app/Contents/MacOS/Google Chrome', 'Chromium.app/Contents/MacOS/Chromium'];

const isRoot = () => process.getuid?.() === 0;

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Does it start? A distribution's chromium-browser may be a stub that only tells to install a snap,
 * and a downloaded browser may lack libraries.
 * @param {string} file
 */
function starts(file) {
  if (!isExecutable(file)) return false;
  const run = spawnSync(file, ['--version'], {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return run.status === 0 && /chrom/i.test(run.stdout);
}

/** @param {string[]} more  folders to look in besides PATH */
function installed(...more) {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean), ...more];
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  if (process.platform === 'darwin') {
    for (const folder of ['/Applications', path.join(os.homedir(), 'Applications')]) {
      files.push(...MAC.map((app) => path.join(folder, app)));
    }
  }
  return files.find((file) => existsSync(file) && starts(file));
}

async function playwrights() {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return file && existsSync(file) && (process.platform === 'win32' || starts(file)) ? file : undefined;
}

/**
 * A browser that is already here. Changes nothing.
 * @returns {Promise<string | undefined>}
 */
export async function findBrowser() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (!existsSync(named)) throw new Error(`CHROMIUM_PATH is ${named}, and there is no such file.`);
    return named;
  }
  return installed() ?? (await playwrights());
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {number} minutes
 */
function run(command, args, minutes) {
  console.error(`browser: ${[path.basename(command), ...args].join(' ')}`);
  const done = spawnSync(command, args, {
    cwd: ROOT,
    // Progress belongs on stderr: stdout holds the path.
    stdio: ['ignore', 2, 2],
    timeout: minutes * 60_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return done.status === 0;
}

/**
 * A browser, installed if there was none.
 * @returns {Promise<string>}
 */
export async function ensureBrowser() {
  const found = await findBrowser();
  if (found) return found;

  const cli = path.join(ROOT, 'node_modules', '@playwright', 'test', 'cli.js');
  if (existsSync(cli) && run(process.execPath, [cli, 'install', 'chromium'], 5)) {
    const file = await playwrights();
    if (file) return file;
  }
  const apt = ['/usr/bin/apt-get', '/bin/apt-get'].find(isExecutable);
  if (apt && isRoot()) {
    // update may fail for one source and still leave a usable list.
    run(apt, ['update'], 5);
    if (run(apt, ['install', '-y', 'chromium'], 15)) {
      const file = installed('/usr/bin');
      if (file) return file;
    }
  }
  const advice = apt
    ? 'sudo apt-get install -y chromium'
    : process.platform === 'darwin'
      ? 'brew install --cask chromium'
      : 'npx playwright install chromium';
  throw new Error(
    [
      'No Chromium was found, and none could be installed.',
      `Install one (for example: ${advice}),`,
      'or say where yours is: CHROMIUM_PATH=/path/to/chrome npm test',
    ].join('\n'),
  );
}

/** The flags every automated run uses: software WebGL, and no calls home. */
export function browserArgs() {
  return [
    ...(isRoot() ? ['--no-sandbox'] : []),
    '--use-angle=swiftshader',
    '--enable-unsafe-swiftshader',
    '--disable-background-networking',
    '--disable-component-update',
    '--no-first-run',
    '--disable-sync',
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await ensureBrowser());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
