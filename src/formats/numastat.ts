/** What numastat prints: tables with a column a node, folded at the width of the screen (numastat.c of numactl). */

/** A value a node for one row of a table. */
export interface NumastatRow {
  label: string;
  values: number[];
}

const LABEL_WIDTH = 16;
const COLUMN_WIDTH = 16;
/** numastat takes no screen for narrower than this. */
const NARROWEST = 32;

/**
 * `numastat` without arguments: counters in pages, as the old perl script printed them.
 * @param nodes numbers of the nodes
 * @param width columns of the screen
 */
export function writeNumastat(nodes: readonly number[], rows: readonly NumastatRow[], width: number): string {
  const lines = rows.map(({ label, values }) => [label, ...values.map(String)]);
  return fold([['', ...nodes.map((n) => `node${n}`)], ...lines], LABEL_WIDTH, width);
}

/** `numastat -n` and `-m`: a table in MiB with a total. */
export function writeNumastatMegabytes(
  title: string,
  nodes: readonly number[],
  rows: readonly NumastatRow[],
  width: number,
): string {
  const body = rows.map(({ label, values }) => [label, ...megabytes(values)]);
  return `\n${title}\n${fold([...header('', '', nodes), ...body], LABEL_WIDTH, width)}`;
}

/** Memory of one process by kind, MiB on each node. */
export interface NumastatProcess {
  pid: number;
  name: string;
  huge: number[];
  heap: number[];
  stack: number[];
  private: number[];
}

/** `numastat -p`: the kinds of memory of one process, or a line for each of several. */
export function writeNumastatProcesses(
  nodes: readonly number[],
  processes: readonly NumastatProcess[],
  width: number,
): string {
  const sums = (lists: readonly number[][]): number[] =>
    nodes.map((_, n) => lists.reduce((sum, list) => sum + list[n], 0));
  const kinds = (p: NumastatProcess): number[][] => [p.huge, p.heap, p.stack, p.private];
  const total = sums(processes.flatMap(kinds));
  let rows: string[][];
  let title: string;
  if (processes.length === 1) {
    const [p] = processes;
    title = `Per-node process memory usage (in MBs) for PID ${p.pid} (${p.name})`;
    rows = ['Huge', 'Heap', 'Stack', 'Private'].map((label, i) => [label, ...megabytes(kinds(p)[i])]);
  } else {
    title = 'Per-node process memory usage (in MBs)';
    rows = processes.map((p) => [`${p.pid} (${p.name})`, ...megabytes(sums(kinds(p)))]);
  }
  // The column of labels grows with them, but not without end.
  const longest = Math.max(LABEL_WIDTH, ...rows.map(([label]) => label.length));
  const labelWidth = Math.min(24, longest + 1);
  const rule = dashes(labelWidth - 1);
  const top = processes.length === 1 ? header('', '', nodes) : header('PID', rule, nodes);
  const lines = [...top, ...rows, [rule, ...[...nodes, 0].map(() => dashes(COLUMN_WIDTH - 1))]];
  lines.push(['Total', ...megabytes(total)]);
  return `\n${title}\n${fold(lines, labelWidth, width)}`;
}

function header(first: string, rule: string, nodes: readonly number[]): string[][] {
  const names = [...nodes.map((n) => `Node ${n}`), 'Total'];
  return [
    [first, ...names],
    [rule, ...names.map(() => dashes(COLUMN_WIDTH - 1))],
  ];
}

function dashes(length: number): string {
  return '-'.repeat(length);
}

/** The values and their sum with two decimals. */
function megabytes(values: readonly number[]): string[] {
  return [...values, values.reduce((sum, value) => sum + value, 0)].map((value) => value.toFixed(2));
}

/** As many columns side by side as the screen holds, then the next ones below. */
function fold(lines: readonly string[][], labelWidth: number, width: number): string {
  const columns = lines[0].length - 1;
  const most = Math.max(1, Math.floor((Math.max(NARROWEST, width) - labelWidth) / COLUMN_WIDTH));
  const sections: string[] = [];
  for (let from = 0; from < columns; from += most) {
    sections.push(
      lines
        .map(([label, ...cells]) => {
          const shown = cells.slice(from, from + most).map((cell) => cell.padStart(COLUMN_WIDTH));
          return `${label.slice(0, labelWidth).padEnd(labelWidth)}${shown.join('')}\n`;
        })
        .join(''),
    );
  }
  return sections.join('\n');
}
