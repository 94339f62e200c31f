/** What a first visit downloads, and how large the site is. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { DIST, firstLoad, gzippedKb } from '../scripts/size.mjs';
import { circumstances, round } from './measure.ts';
import type { SizeRow } from './results.ts';

export async function measureSize(quick: boolean): Promise<SizeRow> {
  const where = await circumstances(quick);
  const files = readdirSync(DIST, { recursive: true })
    .map((name) => path.join(DIST, String(name)))
    .filter((file) => statSync(file).isFile());
  const worker = files.find((file) => /worker-[^/\\]*\.js$/.test(file));
  return {
    initialScriptKb: round(firstLoad().reduce((sum, { kb }) => sum + kb, 0)),
    distKb: round(files.reduce((sum, file) => sum + statSync(file).size, 0) / 1024),
    workerKbGzipped: worker ? round(gzippedKb(path.relative(DIST, worker))) : 0,
    ...where,
  };
}
