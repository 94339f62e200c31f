// The built page, served for scripts that look at it in a browser.
//   import { build, serve } from './built-page.mjs'
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/** Build into dist/; ends the script when that fails. */
export function build() {
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (done.status !== 0) process.exit(1);
}

/** Serve dist/: its address, and the way to stop. */
export async function serve() {
  const server = spawn(process.execPath, [path.join(ROOT, 'scripts', 'serve.mjs'), '--port', '4320'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(server.stdout, 'data');
  const url = /http:\S+/.exec(String(said))?.[0];
  if (!url) throw new Error(`the server did not say where it is: ${said}`);
  return { url, stop: () => server.kill() };
}
