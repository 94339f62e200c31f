/** /proc/PID/numa_maps: one line a mapping (show_numa_map, fs/proc/task_mmu.c). Read and written. */
import { FormatError, quoteText } from './error.ts';

/** One mapping. Counts are in pages of `kernelPageKb`; what is 0 or absent is not printed. */
export interface NumaMapsLine {
  start: number;
  /** `default`, `prefer:0`, `bind:0-1`, `interleave:0-3`. */
  policy: string;
  /** Path of a mapped file. */
  file?: string;
  heap?: boolean;
  stack?: boolean;
  /** hugetlbfs, not transparent huge pages. */
  huge?: boolean;
  anon?: number;
  dirty?: number;
  /** Printed when it equals neither anon nor dirty. */
  mapped?: number;
  /** Most mappers of any of its pages; printed above 1. */
  mapmax?: number;
  swapcache?: number;
  /** Printed when not all pages are active, 0 included. */
  active?: number;
  writeback?: number;
  /** Pages on each node that has any, by ascending number. */
  nodes: { node: number; pages: number }[];
  kernelPageKb?: number;
}

const COUNTS = ['anon', 'dirty', 'mapped', 'mapmax', 'swapcache', 'active', 'writeback'] as const;
const FLAGS = ['heap', 'stack', 'huge'] as const;

/** Write the lines of a process. */
export function writeNumaMaps(lines: readonly NumaMapsLine[]): string {
  return lines.map((line) => `${writeLine(line)}\n`).join('');
}

function writeLine(line: NumaMapsLine): string {
  const items = [line.start.toString(16).padStart(8, '0'), line.policy];
  if (line.file !== undefined) items.push(`file=${escapePath(line.file)}`);
  for (const flag of FLAGS) if (line[flag]) items.push(flag);
  for (const name of COUNTS) if (line[name] !== undefined) items.push(`${name}=${line[name]}`);
  for (const { node, pages } of line.nodes) items.push(`N${node}=${pages}`);
  if (line.kernelPageKb !== undefined) items.push(`kernelpagesize_kB=${line.kernelPageKb}`);
  return items.join(' ');
}

/** seq_path escapes blanks, and the backslash with them, in octal. */
function escapePath(path: string): string {
  return path.replace(/[ \t\n\\]/g, (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

/**
 * Read the file. Items that are not known are passed over, as new kernels add some.
 * @throws FormatError naming the line and what was expected there
 */
export function parseNumaMaps(text: string): NumaMapsLine[] {
  const lines: NumaMapsLine[] = [];
  text.split('\n').forEach((row, i) => {
    if (row.trim() !== '') lines.push(parseLine(row.trim(), i + 1));
  });
  return lines;
}

function parseLine(row: string, at: number): NumaMapsLine {
  const [start, policy, ...items] = row.split(/\s+/);
  if (!/^[0-9a-f]+$/.test(start) || policy === undefined) {
    throw new FormatError(`expected "<address> <policy> ...", got ${quoteText(row)}`, at);
  }
  const line: NumaMapsLine = { start: parseInt(start, 16), policy, nodes: [] };
  for (const item of items) parseItem(line, item, at);
  return line;
}

function parseItem(line: NumaMapsLine, item: string, at: number): void {
  const flag = FLAGS.find((name) => name === item);
  if (flag) {
    line[flag] = true;
    return;
  }
  const cut = item.indexOf('=');
  const [name, value] = [item.slice(0, cut), item.slice(cut + 1)];
  if (name === 'file') {
    line.file = value.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    return;
  }
  const count = COUNTS.find((known) => known === name);
  const node = /^N(\d+)$/.exec(name);
  if (!count && !node && name !== 'kernelpagesize_kB') return;
  if (!/^\d+$/.test(value))
    throw new FormatError(`expected a number after ${name}=, got ${quoteText(item)}`, at);
  if (count) line[count] = Number(value);
  else if (node) line.nodes.push({ node: Number(node[1]), pages: Number(value) });
  else line.kernelPageKb = Number(value);
}
