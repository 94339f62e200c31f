/** Plain text tables. */

/**
 * Columns padded to their widest cell, two blanks apart; numbers go to the right.
 * @param rows the first one is the heading
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const numeric = rows[0].map((_, column) =>
    rows.slice(1).every((row) => /^[-\d.,]*( ?[%A-Za-z]{0,3})$/.test(row[column])),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `12,345` for people. */
export function thousands(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Pages of 4 KiB as MiB. */
export function mib(pages: number): string {
  return (pages / 256).toFixed(pages < 2560 ? 1 : 0);
}
