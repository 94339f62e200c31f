import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detectFormat } from './detect.ts';

const folder = new URL('./fixtures/', import.meta.url);

it.each(readdirSync(folder).filter((name) => name.endsWith('.txt')))('sees numactl in %s', (name) => {
  expect(detectFormat(readFileSync(new URL(name, folder), 'utf8'))).toBe('numactl');
});

it.each([
  ['{"name": "x"}', 'machine-file'],
  ['\uFEFF\n  {', 'machine-file'],
  ['No NUMA support available on this system.', 'numactl'],
  ['', null],
  ['hello', null],
  ['[1]', null],
  [`${' '.repeat(50_000)}\n`.repeat(3), null],
])('%j is %s', (text, format) => {
  expect(detectFormat(text)).toBe(format);
});
