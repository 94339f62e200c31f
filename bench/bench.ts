/**
 * npm run bench: measure, print a table, write bench/results.json.
 *   -- --only NAME       only the parts whose name contains NAME (kernel, seek, page, zoom, memory, start, size, or a row such as numa02);
 *                        may be given again. The other rows of results.json stay
 *   -- --quick           a short smoke: nothing it says is a measurement
 *   -- --compare FILE    afterwards, ratios to other results
 *   -- --write-docs      measure nothing; write results.json into docs/performance.md
 *   -- --out FILE        results elsewhere than bench/results.json
 *   -- --no-build        take dist/ as it is
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BrowserBench } from './browser.ts';
import { BROWSER_CASES, BROWSER_SIZES, KERNEL_CASES, MEMORY_CASE, SEEK_CASES, ZOOM_CASES } from './cases.ts';
import { compare } from './compare.ts';
import { writeDocs } from './docs.ts';
import { measureKernel } from './kernel.ts';
import { calibrate, median, ROOT, round } from './measure.ts';
import { SCHEMA, type Results } from './results.ts';
import { measureSeek } from './seek.ts';
import { measureMemory, measureZoom } from './page-parts.ts';
import { measureSize } from './size.ts';
import { asText, circumstancesOf, tables } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    compare: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
    out: { type: 'string', default: path.join('bench', 'results.json') },
    'no-build': { type: 'boolean', default: false },
  },
});
const { only, quick } = values;
const out = path.resolve(ROOT, values.out);

const say = (text: string): unknown => process.stderr.write(`${text}\n`);

/** A part is wanted when one of --only is its kind, or is in its name. */
const KINDS = ['kernel', 'seek', 'page', 'zoom', 'memory', 'start', 'size'];
const wanted = (kind: string, name = kind): boolean =>
  only.length === 0 || only.some((each) => each === kind || (!KINDS.includes(each) && name.includes(each)));

function read(file: string): Results {
  if (!existsSync(file)) throw new Error(`There is no ${path.relative(process.cwd(), file)}.`);
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results;
  if (results.schema !== SCHEMA) throw new Error(`${file} is not of ${SCHEMA}.`);
  return results;
}

/** Results to put rows into: those that are there with --only, none otherwise. */
function begin(): Results {
  const old = only.length > 0 && existsSync(out) ? read(out) : null;
  const keep = old && old.quick === quick ? old : null;
  return {
    schema: SCHEMA,
    quick,
    node: process.versions.node,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.cpus().length,
    memoryGib: Math.round(os.totalmem() / 1024 ** 3),
    browser: keep?.browser ?? '',
    megastepsPerS: round(calibrate()),
    kernel: keep?.kernel ?? [],
    seeks: keep?.seeks ?? [],
    pages: keep?.pages ?? [],
    zooms: keep?.zooms ?? [],
    memory: keep?.memory ?? [],
    start: keep?.start ?? null,
    size: keep?.size ?? null,
  };
}

/** Put a row where the one of that name was, or at the end. */
function put<T extends { name: string }>(rows: T[], row: T): void {
  const at = rows.findIndex(({ name }) => name === row.name);
  if (at < 0) rows.push(row);
  else rows[at] = row;
}

/** Parts that failed: the others are measured all the same. */
const failures: string[] = [];

async function part(name: string, measure: () => Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    await measure();
    say(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  } catch (error) {
    failures.push(name);
    say(`${name} FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function kernelParts(results: Results): Promise<void> {
  const speeds: number[] = [];
  for (const each of KERNEL_CASES) {
    if (!wanted('kernel', each.name)) continue;
    await part(`kernel ${each.name}`, async () => {
      const { row, megastepsPerS } = await measureKernel(each, quick);
      speeds.push(megastepsPerS);
      put(results.kernel, row);
    });
  }
  if (speeds.length > 0) results.megastepsPerS = round(median(speeds));
}

async function seekParts(results: Results): Promise<void> {
  const rows = (results.seeks ??= []);
  for (const each of SEEK_CASES) {
    if (wanted('seek', each.name))
      await part(each.name, async () => put(rows, await measureSeek(each, quick)));
  }
}

async function browserParts(results: Results): Promise<void> {
  const pages = BROWSER_CASES.flatMap((each) =>
    BROWSER_SIZES.filter((size) => wanted('page', `page ${each.name} ${size.name}`)).map(
      (size) => [each, size] as const,
    ),
  );
  const zooms = ZOOM_CASES.filter(({ name }) => wanted('zoom', name));
  const memory = wanted('memory', MEMORY_CASE.name);
  if (pages.length + zooms.length === 0 && !memory && !wanted('start')) return;
  const bench = await BrowserBench.open();
  try {
    results.browser = bench.version;
    if (wanted('start'))
      await part('start', async () => void (results.start = await bench.measureStart(quick)));
    for (const [each, size] of pages) {
      await part(`page ${each.name} ${size.name}`, async () =>
        put(results.pages, await bench.measurePage(each, size, quick)),
      );
    }
    for (const each of zooms) {
      const rows = (results.zooms ??= []);
      await part(each.name, async () => put(rows, await measureZoom(bench, each, quick)));
    }
    if (memory) {
      const rows = (results.memory ??= []);
      await part(MEMORY_CASE.name, async () => put(rows, await measureMemory(bench, MEMORY_CASE, quick)));
    }
  } finally {
    await bench.close();
  }
}

function build(): void {
  const vite = path.join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const done = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) throw new Error('The build failed.');
}

const needsDist = (): boolean =>
  wanted('start') ||
  wanted('size') ||
  wanted('memory', MEMORY_CASE.name) ||
  ZOOM_CASES.some(({ name }) => wanted('zoom', name)) ||
  BROWSER_CASES.some((each) =>
    BROWSER_SIZES.some((size) => wanted('page', `page ${each.name} ${size.name}`)),
  );

async function main(): Promise<void> {
  if (values['write-docs']) {
    const results = read(out);
    if (results.quick) throw new Error('Those results are of --quick: no measurement.');
    say(`No measuring: wrote ${path.relative(ROOT, out)} into ${path.relative(ROOT, writeDocs(results))}.`);
    return;
  }
  const old = values.compare === undefined ? null : read(path.resolve(values.compare));
  const results = begin();
  const save = () => writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
  if (needsDist() && !values['no-build']) build();
  if (wanted('size')) await part('size', async () => void (results.size = await measureSize(quick)));
  await kernelParts(results);
  save();
  await seekParts(results);
  save();
  await browserParts(results);
  save();
  console.log(`\n${circumstancesOf(results)}\n`);
  for (const table of tables(results)) console.log(asText(table));
  if (old) console.log(asText(compare(old, results)));
  if (failures.length > 0) throw new Error(`Not measured: ${failures.join(', ')}.`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
