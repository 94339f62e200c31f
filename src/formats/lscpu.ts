/** What lscpu of util-linux prints: the summary by sections, and the table of `-e`. */
import { rangesOf } from '../kernel/machine/cpulist.ts';

/** A line of the summary: how far it is indented, its name and its value ('' for the head of a section). */
export interface LscpuLine {
  depth: 0 | 1 | 2;
  name: string;
  value: string;
}

/** Write the summary; the values stand in one column, one blank after the longest name. */
export function writeLscpu(lines: readonly LscpuLine[]): string {
  const names = lines.map(({ depth, name }) => `${'  '.repeat(depth)}${name}:`);
  const width = Math.max(...names.map((name) => name.length)) + 1;
  return lines.map(({ value }, i) => `${names[i].padEnd(width)}${value}\n`).join('');
}

/** Numbers as util-linux lists them (cpulist_create; taskset too): ranges, but two neighbours stay two numbers. */
export function utilLinuxList(numbers: readonly number[]): string {
  return rangesOf(numbers)
    .map(([first, last]) =>
      first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`,
    )
    .join(',');
}

/** A CPU in the table of `lscpu -e`. */
export interface LscpuCpu {
  cpu: number;
  node: number;
  socket: number;
  core: number;
  /** Numbers of its caches, L1d:L1i:L2:L3; left out where nobody knows them. */
  caches?: string;
}

/** Write the table; every CPU is online. */
export function writeLscpuTable(cpus: readonly LscpuCpu[]): string {
  const caches = cpus.some((cpu) => cpu.caches !== undefined);
  const rows = [
    ['CPU', 'NODE', 'SOCKET', 'CORE', ...(caches ? ['L1d:L1i:L2:L3'] : []), 'ONLINE'],
    ...cpus.map((c) => [
      ...[c.cpu, c.node, c.socket, c.core].map(String),
      ...(caches ? [c.caches ?? ''] : []),
      'yes',
    ]),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const cell = (text: string, i: number): string =>
    caches && i === 4 ? text.padEnd(widths[i]) : text.padStart(widths[i]);
  return rows.map((row) => `${row.map(cell).join(' ')}\n`).join('');
}
