// Serves dist/ on this machine.
//   node scripts/serve.mjs [--port 4173] [--strict] [--host localhost] [--dir dist]
// Without --strict a taken port means the next free one.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    host: { type: 'string', default: 'localhost' },
    dir: { type: 'string', default: 'dist' },
    strict: { type: 'boolean', default: false },
  },
});

const root = path.resolve(import.meta.dirname, '..', values.dir);
const firstPort = Number(values.port);
if (!Number.isInteger(firstPort) || firstPort < 0 || firstPort > 65535)
  fail(`--port ${values.port} is not a port.`);

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @param {string} url */
async function fileOf(url) {
  let name;
  try {
    name = decodeURIComponent(new URL(url, 'http://localhost').pathname);
  } catch {
    return undefined;
  }
  let file = path.join(root, name);
  if (name.includes('\0') || (file !== root && !file.startsWith(root + path.sep))) return undefined;
  let found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) {
    file = path.join(file, 'index.html');
    found = await stat(file).catch(() => undefined);
  }
  return found?.isFile() ? { file, size: found.size } : undefined;
}

const server = createServer(async (request, response) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const found = await fileOf(request.url ?? '/');
  if (!found) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  const hashed = found.file.startsWith(path.join(root, 'assets') + path.sep);
  response.writeHead(200, {
    'Content-Type': TYPES[path.extname(found.file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
    'Cache-Control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(found.file)
      .on('error', () => response.destroy())
      .pipe(response);
});

if (!(await stat(path.join(root, 'index.html')).catch(() => undefined))) {
  fail(`There is no ${path.join(values.dir, 'index.html')}: run npm run build first.`);
}

let port = firstPort;
server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code === 'EADDRINUSE' && !values.strict && port < firstPort + 50 && port < 65535) {
    server.listen(++port, values.host);
    return;
  }
  fail(error.code === 'EADDRINUSE' ? `Port ${port} is taken.` : error.message);
});
server.on('listening', () => {
  const address = server.address();
  const actual = typeof address === 'object' && address ? address.port : port;
  console.log(`\n  AutoNUMA Lab is at  http://${values.host}:${actual}/\n\n  Ctrl+C stops it.\n`);
});
server.listen(port, values.host);

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
