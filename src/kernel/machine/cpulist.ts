/** Sets of CPUs or nodes as Linux writes them: lists (bitmap_scnlistprintf: `0-5,12-17`) and masks (`00ff,ffffffff`). */

/** Runs of neighbours among numbers: [first, last], ascending. */
export function rangesOf(numbers: Iterable<number>): [number, number][] {
  const ranges: [number, number][] = [];
  for (const n of [...numbers].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && n === last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}

/** Numbers as a list: ranges for neighbours, commas in between; empty for no number. */
export function formatList(numbers: Iterable<number>): string {
  return rangesOf(numbers)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(',');
}

/** The largest number a list or mask may hold; NR_CPUS of distributions. */
const MOST = 8191;

/**
 * Read a list such as `0-5,12,20-30:2`.
 * @returns the numbers, ascending and each once; null when the text is no list
 */
export function parseList(text: string): number[] | null {
  const found = new Set<number>();
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part.trim());
    if (match === null) return null;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    const stride = match[3] === undefined ? 1 : Number(match[3]);
    if (last < first || last > MOST || stride < 1) return null;
    for (let n = first; n <= last; n += stride) found.add(n);
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * Numbers as a hexadecimal mask in groups of 32 bits, the highest first (bitmap_scnprintf).
 * @param bits width of the mask; every group is written in full but the first
 */
export function formatMask(numbers: Iterable<number>, bits: number): string {
  const words = new Uint32Array(Math.max(1, Math.ceil(bits / 32)));
  for (const n of numbers) words[n >>> 5] |= 1 << (n & 31);
  const groups = [...words].reverse();
  const digits = Math.ceil((bits - (groups.length - 1) * 32) / 4);
  return groups
    .map((word, i) => word.toString(16).padStart(i === 0 ? Math.max(1, digits) : 8, '0'))
    .join(',');
}

/**
 * Read a hexadecimal mask such as `0x3f` or `ff,00000000`.
 * @returns the numbers, ascending; null when the text is no mask
 */
export function parseMask(text: string): number[] | null {
  const digits = text.trim().replace(/^0x/i, '').replaceAll(',', '');
  if (!/^[0-9a-f]+$/i.test(digits) || digits.length * 4 > MOST + 1) return null;
  const found: number[] = [];
  for (let i = 0; i < digits.length; i++) {
    const nibble = parseInt(digits[digits.length - 1 - i], 16);
    for (let bit = 0; bit < 4; bit++) if ((nibble >> bit) & 1) found.push(i * 4 + bit);
  }
  return found;
}
