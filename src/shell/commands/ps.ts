/** ps and top: what runs, and where. */
import { psElapsed, type PsField, type PsKeyword, psKeyword, psTime, writePs } from '../../formats/ps.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { TASK_DEAD } from '../../kernel/sched/task.ts';
import type { Command, Invocation } from '../command.ts';
import {
  commOf,
  cpuSeconds,
  mmOf,
  PAGE_KB,
  stateLetter,
  type ThreadGroup,
  threadGroups,
  totalPages,
  virtualBytes,
} from '../facts.ts';
import { idleSeconds, machinePages, uptimeSeconds } from '../tree/proc.ts';

/** A line of a listing: a process, or one of its threads. */
interface Row {
  group: ThreadGroup;
  task: Task;
  /** Whose time counts. */
  tasks: readonly Task[];
}

/** Share of a CPU since it started. */
function cpuShare(k: Kernel, row: Row): number {
  const elapsed = (k.nowNs - row.task.startedNs) / 1e9;
  return elapsed > 0 ? (100 * cpuSeconds(row.tasks)) / elapsed : 0;
}

function residentKb(k: Kernel, { group }: Row): number {
  return (mmOf(k, group)?.presentPages ?? 0) * PAGE_KB;
}

function clock(seconds: number): string {
  return psTime(seconds).slice(0, 5);
}

type Value = (k: Kernel, row: Row) => string | number;

const bracketed = ({ group }: Row): string => (group.process === null ? `[${group.name}]` : group.name);
const tid: Value = (_, { task }) => task.pid;
const one =
  (value: string | number): Value =>
  () =>
    value;

/** The value of each column; numbers sort as numbers. */
const VALUES: Record<PsKeyword, Value> = {
  user: one('root'),
  uid: one('root'),
  pid: (_, { group }) => group.pid,
  ppid: (_, { group }) => group.parentPid,
  tid,
  lwp: tid,
  spid: tid,
  nlwp: (_, { group }) => group.threads.filter((task) => task.state !== TASK_DEAD).length,
  psr: (k, { task }) => k.machine.cpus[task.cpu].osId,
  numa: (k, { task }) => k.machine.nodes[k.machine.cpus[task.cpu].node].osId,
  // Of a process, as /proc/PID/stat has it: that of its main thread.
  s: (_, { task }) => stateLetter(task),
  stat: (_, { task, group }) => stateLetter(task) + (group.threads.length > 1 ? 'l' : ''),
  c: (k, row) => Math.min(99, Math.floor(cpuShare(k, row))),
  pcpu: (k, row) => Number(cpuShare(k, row).toFixed(1)),
  pmem: (k, row) => Number(((100 * residentKb(k, row)) / (totalPages(k) * PAGE_KB)).toFixed(1)),
  pri: one(19),
  ni: one(0),
  cls: one('TS'),
  vsz: (k, { group }) => Math.ceil(virtualBytes(mmOf(k, group)) / 1024),
  rss: residentKb,
  tty: (_, { group }) => (group.process === null ? '?' : 'pts/0'),
  stime: (_, { task }) => clock(task.startedNs / 1e9),
  start: (_, { task }) => clock(task.startedNs / 1e9),
  time: (_, { tasks }) => psTime(cpuSeconds(tasks)),
  etime: (k, { task }) => psElapsed((k.nowNs - task.startedNs) / 1e9),
  comm: (_, { group }) => commOf(group),
  args: (_, row) => bracketed(row),
  cmd: (_, row) => bracketed(row),
  ucmd: (_, { group }) => commOf(group),
};

/** Columns that print one decimal, whatever the value. */
const DECIMAL = new Set<PsKeyword>(['pcpu', 'pmem']);

function cell(k: Kernel, keyword: PsKeyword, row: Row): string {
  const value = VALUES[keyword](k, row);
  return typeof value === 'number' && DECIMAL.has(keyword) ? value.toFixed(1) : String(value);
}

/** What ps is asked for. */
interface Selection {
  everything: boolean;
  threads: boolean;
  fields: PsField[];
  pids: Set<number>;
  names: Set<string>;
  headed: boolean;
  sort: { keyword: PsKeyword; descending: boolean }[];
}

const FORMATS: Record<string, PsKeyword[]> = {
  default: ['pid', 'tty', 'time', 'ucmd'],
  threads: ['pid', 'lwp', 'tty', 'time', 'ucmd'],
  full: ['uid', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'cmd'],
  fullThreads: ['uid', 'pid', 'ppid', 'lwp', 'c', 'nlwp', 'stime', 'tty', 'time', 'cmd'],
  user: ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'start', 'time', 'args'],
  bsd: ['pid', 'tty', 'stat', 'time', 'args'],
};

/** Understand the arguments, System V and BSD ones alike; a string is what is wrong with them. */
function selectionOf(args: readonly string[]): Selection | string {
  const s: Selection = {
    everything: false,
    threads: false,
    fields: [],
    pids: new Set(),
    names: new Set(),
    headed: true,
    sort: [],
  };
  let format = 'default';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const long = /^--([a-z-]+)(?:=(.*))?$/.exec(arg);
    if (long) {
      if (long[1] === 'no-headers' || long[1] === 'no-heading') s.headed = false;
      else if (long[1] === 'sort' || long[1] === 'format' || long[1] === 'pid') {
        const problem = take({ sort: 'sort', format: 'o', pid: 'p' }[long[1]], long[2] ?? args[++i] ?? '', s);
        if (problem) return problem;
      } else return `error: unknown gnu long option`;
      continue;
    }
    if (/^\d+$/.test(arg)) {
      take('p', arg, s);
      continue;
    }
    const dashed = arg.startsWith('-');
    for (let at = dashed ? 1 : 0; at < arg.length; at++) {
      const letter = arg[at];
      if ('opCOk'.includes(letter)) {
        const problem = take(letter, arg.slice(at + 1) || (args[++i] ?? ''), s);
        if (problem) return problem;
        break;
      }
      if (letter === 'e' || letter === 'A' || letter === 'x' || (letter === 'a' && !dashed))
        s.everything = true;
      else if (letter === 'f') format = 'full';
      else if (letter === 'u' && !dashed) format = 'user';
      else if (letter === 'L' || letter === 'T' || letter === 'H' || letter === 'm') s.threads = true;
      else if (letter === 'h') s.headed = false;
      else if (!'awlcyM'.includes(letter)) return `error: unsupported option (BSD syntax)`;
      if (!dashed && format === 'default' && 'ax'.includes(letter)) format = 'bsd';
    }
  }
  if (s.fields.length === 0) {
    const name =
      s.threads && format === 'full' ? 'fullThreads' : s.threads && format === 'default' ? 'threads' : format;
    s.fields = FORMATS[name].map((keyword) => ({ keyword }));
  }
  return s;
}

/** Take the value of an option; what is wrong with it, '' when nothing is. */
function take(option: string, value: string, s: Selection): string {
  if (value === '') return 'error: list of process IDs or format must follow the option';
  if (option === 'p') {
    for (const text of value.split(/[ ,]+/)) {
      if (!/^\d+$/.test(text)) return 'error: process ID list syntax error';
      s.pids.add(Number(text));
    }
  } else if (option === 'C') for (const name of value.split(',')) s.names.add(name);
  else if (option === 'sort' || option === 'k') {
    for (const text of value.split(',')) {
      const keyword = psKeyword(text.replace(/^[-+]/, ''));
      if (keyword === undefined) return 'error: unknown sort specifier';
      s.sort.push({ keyword, descending: text.startsWith('-') });
    }
  } else {
    for (const text of value.split(',')) {
      const [name, ...head] = text.split('=');
      const keyword = psKeyword(name.toLowerCase());
      if (keyword === undefined) return `error: unknown user-defined format specifier "${name}"`;
      s.fields.push(head.length > 0 ? { keyword, head: head.join('=') } : { keyword });
    }
  }
  return '';
}

function rowsOf(k: Kernel, s: Selection): Row[] {
  const limited = s.pids.size > 0 || s.names.size > 0;
  const groups = threadGroups(k).filter((group) => {
    if (limited)
      return (
        s.pids.has(group.pid) || s.names.has(commOf(group)) || group.threads.some((t) => s.pids.has(t.pid))
      );
    // Without -e: what was started from this terminal.
    return s.everything || group.process !== null;
  });
  return groups.flatMap((group): Row[] =>
    s.threads
      ? group.threads.map((task) => ({ group, task, tasks: [task] }))
      : [{ group, task: group.threads[0], tasks: group.threads }],
  );
}

export const ps: Command = {
  usage: 'ps [-eLf] [-p PIDS] [-o COLUMNS] [--sort COLUMNS] [aux]',
  summary: 'what runs',
  details:
    'ps\n    The processes of the workload. ps -e shows the kernel threads too, -L every thread.\n' +
    'ps -eLo pid,tid,psr,numa,comm\n    psr is the CPU a thread runs on or ran on last, numa its node.\n' +
    `Columns: ${Object.keys(VALUES).join(', ')}.`,
  completes: 'pids',
  run(run) {
    const { k } = run;
    const selection = selectionOf(run.args);
    if (typeof selection === 'string') return run.fail(selection);
    const rows = rowsOf(k, selection);
    for (const { keyword, descending } of [...selection.sort].reverse())
      sortRows(k, rows, keyword, descending);
    const headed = selection.headed && !selection.fields.every(({ head }) => head === '');
    const fields = selection.fields;
    run.out(
      writePs(
        fields,
        rows.map((row) => fields.map(({ keyword }) => cell(k, keyword, row))),
        headed,
      ),
    );
    return rows.length > 0 ? 0 : 1;
  },
};

function sortRows(k: Kernel, rows: Row[], keyword: PsKeyword, descending: boolean): void {
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    const [x, y] = [VALUES[keyword](k, a), VALUES[keyword](k, b)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

export const top: Command = {
  usage: 'top [-b] [-n 1]',
  summary: 'processes by CPU time, refreshed once a second',
  details:
    'top\n    Until Ctrl-C. top -b -n 1 prints once. %CPU is the share of one CPU since the process started.',
  completes: 'nothing',
  run(run) {
    if (!run.args.some((arg) => arg.startsWith('-b')) && run.toTerminal && run.host.run === undefined) {
      run.action = { do: 'watch', line: 'top -b -n 1', seconds: 1 };
      return 0;
    }
    run.out(topText(run));
    return 0;
  },
};

function topText({ k, session, toTerminal }: Invocation): string {
  const rows = rowsOf(k, { ...(selectionOf(['-e']) as Selection) });
  const states = rows.map(({ task }) => stateLetter(task));
  const count = (letter: 'R' | 'S' | 'Z'): number => states.filter((state) => state === letter).length;
  const capacity = uptimeSeconds(k) * k.machine.cpus.length || 1;
  const share = (seconds: number): string => ((100 * seconds) / capacity).toFixed(1);
  const pages = machinePages(k);
  const mib = (count: number): string => (count / 256).toFixed(1);
  const used = pages.total - pages.free - pages.file;
  const head = [
    `top - ${psTime(uptimeSeconds(k))} up ${Math.floor(uptimeSeconds(k) / 60)} min`,
    `Tasks: ${rows.length} total, ${count('R')} running, ${count('S')} sleeping, 0 stopped, ${count('Z')} zombie`,
    `%Cpu(s): ${share(cpuSeconds(k.tasks, 'user'))} us, ${share(cpuSeconds(k.tasks, 'system'))} sy, 0.0 ni, ${share(idleSeconds(k))} id`,
    `MiB Mem : ${mib(pages.total)} total, ${mib(pages.free)} free, ${mib(used)} used, ${mib(pages.file)} buff/cache`,
    '',
    '  PID USER    VIRT     RES S   %CPU  %MEM    TIME+ COMMAND',
  ];
  sortRows(k, rows, 'pcpu', true);
  const body = rows.map((row) => {
    const text = (keyword: PsKeyword, width: number): string => cell(k, keyword, row).padStart(width);
    const time = cpuSeconds(row.tasks);
    const minutes = `${Math.floor(time / 60)}:${(time % 60).toFixed(2).padStart(5, '0')}`;
    return (
      `${text('pid', 5)} root ${text('vsz', 7)} ${text('rss', 7)} ${text('s', 1)} ` +
      `${text('pcpu', 6)} ${text('pmem', 5)} ${minutes.padStart(8)} ${commOf(row.group)}`
    );
  });
  // As on any terminal, what does not fit is cut.
  const width = toTerminal ? session.columns : Infinity;
  return [...head, ...body].map((line) => `${line.slice(0, width)}\n`).join('');
}
