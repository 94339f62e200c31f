/** Numbers as the picture writes them. */

/** 3 870: groups of three with a thin gap. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** 208k, 1.2M: at most three digits and a letter. */
export function short(value: number): string {
  if (value < 1000) return String(Math.round(value));
  if (value < 10_000) return (value / 1000).toFixed(1) + 'k';
  if (value < 999_500) return Math.round(value / 1000) + 'k';
  return (value / 1_000_000).toFixed(1) + 'M';
}

/** Megabytes as MB below ten thousand and GB above: "8192 MB", "1.2 GB" when `coarse`. */
export function megabytes(mb: number, coarse = false): string {
  if (mb >= 1_048_576) return (mb / 1_048_576).toFixed(1) + ' TB';
  if (coarse ? mb >= 1000 : mb >= 65_536) return (mb / 1024).toFixed(mb >= 102_400 ? 0 : 1) + ' GB';
  return Math.round(mb) + ' MB';
}

/** Pages a second as MB/s (4 KiB pages). */
export function pagesPerSecondAsMb(pages: number): string {
  const mb = pages / 256;
  return mb >= 10_000
    ? (mb / 1024).toFixed(1) + ' GB/s'
    : (mb < 10 ? mb.toFixed(1) : String(Math.round(mb))) + ' MB/s';
}

/** A share 0..1 as "86 %". */
export function percent(share: number): string {
  return Math.round(share * 100) + ' %';
}
