/** Writes the measured tables into docs/performance.md, between two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './measure.ts';
import type { Results } from './results.ts';
import { asMarkdown, circumstancesOf, tables } from './table.ts';

const DOCUMENT = path.join(ROOT, 'docs', 'performance.md');
/** A document with the text between its marks `<!-- NAME:begin -->` and `<!-- NAME:end -->` replaced. @throws Error when they are not there */
export function between(document: string, name: string, text: string): string {
  const beginMark = `<!-- ${name}:begin -->`;
  const begin = document.indexOf(beginMark);
  const end = document.indexOf(`<!-- ${name}:end -->`);
  if (begin < 0 || end < begin) throw new Error(`docs/performance.md has no ${beginMark} ... ${name}:end`);
  return `${document.slice(0, begin + beginMark.length)}\n\n${text}\n\n${document.slice(end)}`;
}

/** @throws Error when the marks are not there */
export function withTables(document: string, results: Results): string {
  return between(
    document,
    'bench',
    [circumstancesOf(results), '', ...tables(results).map(asMarkdown)].join('\n').trimEnd(),
  );
}

export function writeDocs(results: Results): string {
  writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8'), results));
  return DOCUMENT;
}
