// What a first visit downloads in scripts, gzipped: index.html's module and its preloads, with all
// they import statically. Not the worker, not what is imported dynamically.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 330;
const dist = path.resolve(import.meta.dirname, '..', 'dist');
const page = path.join(dist, 'index.html');
const manifestFile = path.join(dist, '.vite', 'manifest.json');
if (!existsSync(page) || !existsSync(manifestFile)) {
  console.error('size: dist/ is missing: run npm run build first.');
  process.exit(1);
}

/** @type {Record<string, { file: string, imports?: string[] }>} */
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
const byFile = new Map(Object.values(manifest).map((chunk) => [chunk.file, chunk]));

/** @type {Set<string>} */
const files = new Set();
/** @param {string} file */
function add(file) {
  if (files.has(file)) return;
  files.add(file);
  for (const key of byFile.get(file)?.imports ?? []) add(manifest[key].file);
}

for (const [tag] of readFileSync(page, 'utf8').matchAll(/<(?:script|link)\b[^>]*>/g)) {
  if (!tag.startsWith('<script') && !/rel="?modulepreload/.test(tag)) continue;
  const address = /\s(?:src|href)="([^"]+)"/.exec(tag)?.[1];
  if (address) add(address.replace(/^\.?\//, ''));
}
if (files.size === 0) {
  console.error('size: index.html loads no script.');
  process.exit(1);
}

const rows = [...files]
  .map((file) => ({ file, kb: gzipSync(readFileSync(path.join(dist, file)), { level: 9 }).length / 1024 }))
  .sort((a, b) => b.kb - a.kb);
for (const { file, kb } of rows) console.log(`${kb.toFixed(1).padStart(8)} KB gz  ${file}`);
const total = rows.reduce((sum, row) => sum + row.kb, 0);
const over = total > LIMIT_KB;
console.log(
  `${total.toFixed(1).padStart(8)} KB gz  first load, limit ${LIMIT_KB} KB${over ? ': TOO BIG' : ''}`,
);
process.exitCode = over ? 1 : 0;
