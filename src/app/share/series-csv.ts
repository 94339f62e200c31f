/** The series as CSV: a row for each sample, every column with its unit. */
import type { SeriesStore } from '../series.ts';

interface NamedProcess {
  index: number;
  name: string;
  pid: number;
}

/** @param nodeNames how the operating system numbers the nodes */
export function seriesCsv(
  series: SeriesStore,
  processes: readonly NamedProcess[],
  nodeNames: readonly number[],
): string {
  const { columns } = series;
  const titled: [string, readonly (number | null)[]][] = [
    ['time (simulated s)', columns.t],
    ['local accesses (% of bytes)', columns.localShare.map((share) => share * 100)],
    ['hinting faults (1/s)', columns.faultsPerS],
    ['pages migrated (1/s)', columns.migratedPerS],
    ['pages queued', columns.queued],
    ['task moves (1/s)', columns.taskMovesPerS],
    ['knuma_scand so far (CPU s)', columns.billScan],
    ['hinting faults so far (CPU s)', columns.billFault],
    ['knuma_migrated so far (CPU s)', columns.billMigrate],
    ['remote access time saved so far (s)', columns.billSaved],
  ];
  series.mbPerNode.forEach((nodes, index) => {
    const process = processes.find((each) => each.index === index);
    const name = process ? `${process.name} ${process.pid}` : `process ${index}`;
    nodes.forEach((column, node) =>
      titled.push([`${name} on node ${nodeNames[node] ?? node} (MiB)`, column]),
    );
  });
  const rows = [titled.map(([title]) => quoted(title))];
  for (let row = 0; row < series.length; row++) rows.push(titled.map(([, column]) => number(column[row])));
  return rows.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Empty where there was nothing to count yet. */
function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(9)));
}
