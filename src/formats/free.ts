/** What free prints: the memory of the machine in one table (procps). */

/** Memory in kB. */
export interface FreeFacts {
  total: number;
  free: number;
  shared: number;
  /** Page cache. */
  cache: number;
}

/** Unit of the figures: kB, MiB, GiB, or each the one that suits it. */
export type FreeUnit = 'k' | 'm' | 'g' | 'h' | 'b';

const HEADS = ['total', 'used', 'free', 'shared', 'buff/cache', 'available'];

/** Write the table. There is no swap. */
export function writeFree({ total, free, shared, cache }: FreeFacts, unit: FreeUnit): string {
  const memory = [total, total - free - cache, free, shared, cache, free + cache];
  const row = (label: string, values: readonly number[]): string =>
    `${label.padEnd(7)}${values.map((kb) => scaled(kb, unit).padStart(12)).join('')}\n`;
  const heads = HEADS.map((head) => head.padStart(12)).join('');
  return `${' '.repeat(7)}${heads}\n${row('Mem:', memory)}${row('Swap:', [0, 0, 0])}`;
}

function scaled(kb: number, unit: FreeUnit): string {
  if (unit === 'k') return String(Math.floor(kb));
  if (unit === 'b') return String(Math.floor(kb) * 1024);
  if (unit === 'm') return String(Math.floor(kb / 1024));
  if (unit === 'g') return String(Math.floor(kb / 1024 ** 2));
  const suffixes = ['Ki', 'Mi', 'Gi', 'Ti'];
  let value = kb;
  let i = 0;
  while (value >= 1024 && i < suffixes.length - 1) {
    value /= 1024;
    i++;
  }
  if (value === 0) return '0B';
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)}${suffixes[i]}`;
}
