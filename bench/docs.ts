/** Writes the measured tables into docs/performance.md, between two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './measure.ts';
import type { Results } from './results.ts';
import { asMarkdown, circumstancesOf, tables } from './table.ts';

const DOCUMENT = path.join(ROOT, 'docs', 'performance.md');
const BEGIN = '<!-- bench:begin -->';
const END = '<!-- bench:end -->';

/** @throws Error when the marks are not there */
export function withTables(document: string, results: Results): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md has no ${BEGIN} ... ${END}`);
  const text = [circumstancesOf(results), '', ...tables(results).map(asMarkdown)].join('\n');
  return `${document.slice(0, begin + BEGIN.length)}\n\n${text}\n${document.slice(end)}`;
}

export function writeDocs(results: Results): string {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), results));
  return DOCUMENT;
}
