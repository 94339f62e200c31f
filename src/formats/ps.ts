/** What ps prints: the columns asked for, one line a process or thread (procps). */

/** A column: its keyword, its head, and how its values stand. */
export interface PsColumn {
  head: string;
  width: number;
  left?: boolean;
}

/** Columns by keyword, with the widths of procps. */
export const PS_COLUMNS = {
  user: { head: 'USER', width: 8, left: true },
  uid: { head: 'UID', width: 8, left: true },
  pid: { head: 'PID', width: 5 },
  ppid: { head: 'PPID', width: 5 },
  tid: { head: 'TID', width: 5 },
  lwp: { head: 'LWP', width: 5 },
  spid: { head: 'SPID', width: 5 },
  nlwp: { head: 'NLWP', width: 4 },
  psr: { head: 'PSR', width: 3 },
  numa: { head: 'NUMA', width: 4 },
  s: { head: 'S', width: 1, left: true },
  stat: { head: 'STAT', width: 4, left: true },
  c: { head: 'C', width: 2 },
  pcpu: { head: '%CPU', width: 4 },
  pmem: { head: '%MEM', width: 4 },
  pri: { head: 'PRI', width: 3 },
  ni: { head: 'NI', width: 3 },
  cls: { head: 'CLS', width: 3 },
  vsz: { head: 'VSZ', width: 6 },
  rss: { head: 'RSS', width: 5 },
  tty: { head: 'TTY', width: 8, left: true },
  stime: { head: 'STIME', width: 5, left: true },
  start: { head: 'START', width: 5, left: true },
  time: { head: 'TIME', width: 8 },
  etime: { head: 'ELAPSED', width: 11 },
  comm: { head: 'COMMAND', width: 15, left: true },
  args: { head: 'COMMAND', width: 27, left: true },
  cmd: { head: 'CMD', width: 27, left: true },
  ucmd: { head: 'CMD', width: 15, left: true },
} as const satisfies Record<string, PsColumn>;

export type PsKeyword = keyof typeof PS_COLUMNS;

/** Other spellings of keywords. */
const ALIASES: Record<string, PsKeyword> = {
  state: 's',
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  command: 'args',
  ucomm: 'comm',
  cputime: 'time',
  tt: 'tty',
  tname: 'tty',
  nice: 'ni',
  thcount: 'nlwp',
  euser: 'user',
  class: 'cls',
  vsize: 'vsz',
  rssize: 'rss',
};

/** The keyword a person means, or undefined. */
export function psKeyword(text: string): PsKeyword | undefined {
  if (Object.hasOwn(PS_COLUMNS, text)) return text as PsKeyword;
  return Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined;
}

/** A column of a listing, under a head of its own if it has one (`-o pid=PROCESS`). */
export interface PsField {
  keyword: PsKeyword;
  head?: string;
}

/**
 * Write a listing.
 * @param rows a value for each field
 * @param headed false leaves out the line of heads
 */
export function writePs(fields: readonly PsField[], rows: readonly string[][], headed = true): string {
  const columns = fields.map(({ keyword, head }) => ({
    ...(PS_COLUMNS[keyword] as PsColumn),
    ...(head === undefined ? {} : { head }),
  }));
  const all = headed ? [columns.map((column) => column.head), ...rows] : rows;
  const widths = columns.map((column, i) => Math.max(column.width, ...all.map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => {
        if (!columns[i].left) return text.padStart(widths[i]);
        return i === columns.length - 1 ? text : text.padEnd(widths[i]);
      })
      .join(' ');
  return all.map((row) => `${line(row)}\n`).join('');
}

/** CPU time as ps writes it: `[days-]hours:minutes:seconds`. */
export function psTime(seconds: number): string {
  const [days, hours, minutes, rest] = split(seconds);
  const clock = [hours, minutes, rest].map((n) => String(n).padStart(2, '0')).join(':');
  return days > 0 ? `${days}-${clock}` : clock;
}

/** Elapsed time as ps writes it: `[[days-]hours:]minutes:seconds`. */
export function psElapsed(seconds: number): string {
  const [days, hours] = split(seconds);
  const clock = psTime(seconds);
  return days > 0 || hours > 0 ? clock : clock.slice(3);
}

function split(seconds: number): [number, number, number, number] {
  const s = Math.floor(seconds);
  return [Math.floor(s / 86400), Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60];
}
