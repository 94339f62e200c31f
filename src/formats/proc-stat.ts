/** /proc/PID/stat: 52 numbers on a line (do_task_stat, fs/proc/array.c; proc(5) names them). */

/** The fields that are told; every other one is 0, or what it is for a program that nothing special has happened to. */
export interface ProcStat {
  pid: number;
  comm: string;
  state: string;
  ppid: number;
  /** CPU time, in ticks of USER_HZ (100 a second). */
  utime: number;
  stime: number;
  threads: number;
  /** When it started, in the same ticks after boot. */
  starttime: number;
  /** Bytes of address space. */
  vsize: number;
  /** Resident pages. */
  rss: number;
  /** CPU it last ran on. */
  processor: number;
  minflt?: number;
  flags?: number;
}

const NO_LIMIT = '18446744073709551615';
const DEFAULT_PRIORITY = 20;

/** Places of what differs from 0, as proc(5) counts them. */
const FIELDS = 52;

/** Write the line. */
export function writeProcStat(stat: ProcStat): string {
  const fields: (string | number)[] = new Array<number>(FIELDS).fill(0);
  const set = (place: number, value: string | number): void => {
    fields[place - 1] = value;
  };
  set(1, stat.pid);
  set(2, `(${stat.comm})`);
  set(3, stat.state);
  set(4, stat.ppid);
  set(8, -1); // no terminal
  set(9, stat.flags ?? 0);
  set(10, stat.minflt ?? 0);
  set(14, stat.utime);
  set(15, stat.stime);
  set(18, DEFAULT_PRIORITY);
  set(20, stat.threads);
  set(22, stat.starttime);
  set(23, stat.vsize);
  set(24, stat.rss);
  set(25, NO_LIMIT);
  set(38, -1); // exit_signal of a thread
  set(39, stat.processor);
  return `${fields.join(' ')}\n`;
}
