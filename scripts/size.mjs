// What a first visit downloads in scripts, gzipped: index.html's module and its preloads, with all
// they import statically. Not the worker, not what is imported dynamically.
//   import { firstLoad } from './size.mjs'
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 330;
export const DIST = path.resolve(import.meta.dirname, '..', 'dist');

/**
 * A file of dist/, gzipped.
 * @param {string} file
 */
export const gzippedKb = (file) => gzipSync(readFileSync(path.join(DIST, file)), { level: 9 }).length / 1024;

/**
 * The scripts of the first load, largest first, in KB gzipped. Empty if index.html loads none.
 * @throws Error when there is no build
 * @returns {{ file: string, kb: number }[]}
 */
export function firstLoad() {
  const page = path.join(DIST, 'index.html');
  const manifestFile = path.join(DIST, '.vite', 'manifest.json');
  if (!existsSync(page) || !existsSync(manifestFile)) {
    throw new Error('dist/ is missing: run npm run build first.');
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
  return [...files].map((file) => ({ file, kb: gzippedKb(file) })).sort((a, b) => b.kb - a.kb);
}

function main() {
  const rows = firstLoad();
  if (rows.length === 0) throw new Error('index.html loads no script.');
  for (const { file, kb } of rows) console.log(`${kb.toFixed(1).padStart(8)} KB gz  ${file}`);
  const total = rows.reduce((sum, row) => sum + row.kb, 0);
  const over = total > LIMIT_KB;
  console.log(
    `${total.toFixed(1).padStart(8)} KB gz  first load, limit ${LIMIT_KB} KB${over ? ': TOO BIG' : ''}`,
  );
  process.exitCode = over ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    console.error(`size: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
