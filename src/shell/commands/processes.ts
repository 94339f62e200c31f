/** Commands that act on processes: taskset, kill, pgrep, pkill. */
import { utilLinuxList } from '../../formats/lscpu.ts';
import { formatList, parseList, parseMask } from '../../kernel/machine/cpulist.ts';
import type { Task } from '../../kernel/sched/task.ts';
import { TASK_DEAD } from '../../kernel/sched/task.ts';
import { allowedCpus, FATAL_SIGNALS, liveTask } from '../../scenarios/process-edits.ts';
import type { Command, Invocation } from '../command.ts';
import { commOf, cpuNumbers, groupOf, threadGroups } from '../facts.ts';
import { parseOptions } from '../options.ts';
import { refusalOf } from '../tree/sys-kernel-mm.ts';
import { badOption } from './text.ts';

/** taskset prints masks without groups and leading zeros. */
function hexMask(cpus: readonly number[]): string {
  let mask = 0n;
  for (const cpu of cpus) mask |= 1n << BigInt(cpu);
  return mask.toString(16);
}

export const taskset: Command = {
  usage: 'taskset -p [-a] [-c] [MASK|LIST] PID',
  summary: 'show or set the CPUs a thread may use (sched_setaffinity)',
  details:
    'taskset -cp 1007\n    The CPUs that thread 1007 may use.\n' +
    'taskset -cp 0-5 1007\n    Let it run on CPUs 0 to 5 only. It moves at once if it has to. -a does so for all threads of its process.\n' +
    'taskset -p 3f 1007\n    The same as a mask.\n' +
    'The change is dated: it is in the link and is replayed with the experiment.',
  completes: 'pids',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, 'pca', ['pid:p', 'cpu-list:c', 'all-tasks:a']);
    if (problem) return badOption(run, problem);
    if (!flags.has('p')) {
      if (rest.length > 1)
        return run.fail(`taskset: failed to execute ${rest[1]}: this shell starts no programs`, 127);
      return run.fail(`Usage: ${taskset.usage}`);
    }
    if (rest.length < 1 || rest.length > 2) return run.fail(`Usage: ${taskset.usage}`);
    const pid = rest[rest.length - 1];
    if (!/^\d+$/.test(pid)) return run.fail(`taskset: invalid PID argument: '${pid}'`);
    const byList = flags.has('c');
    const wanted = rest.length === 2 ? (byList ? parseList(rest[0]) : parseMask(rest[0])) : undefined;
    if (wanted === null) {
      return run.fail(`taskset: failed to parse CPU ${byList ? 'list' : 'mask'}: ${rest[0]}`);
    }
    const tasks = tasksFor(run, Number(pid), flags.has('a'));
    if (tasks.length === 0) return run.fail(`taskset: failed to get pid ${pid}'s affinity: No such process`);
    for (const task of tasks) {
      const status = one(run, task, wanted, byList);
      if (status !== 0) return status;
    }
    return 0;
  },
};

function tasksFor(run: Invocation, pid: number, all: boolean): Task[] {
  if (all) return groupOf(run.k, pid)?.threads.filter((task) => task.state !== TASK_DEAD) ?? [];
  const task = liveTask(run.k, pid);
  return task ? [task] : [];
}

function one(run: Invocation, task: Task, wanted: number[] | undefined, byList: boolean): number {
  const say = (which: string): void => {
    const cpus = allowedCpus(run.k, task);
    const text = byList ? utilLinuxList(cpus) : hexMask(cpus);
    run.line(`pid ${task.pid}'s ${which} affinity ${byList ? 'list' : 'mask'}: ${text}`);
  };
  say('current');
  if (wanted === undefined) return 0;
  const there = new Set(cpuNumbers(run.k));
  // The kernel leaves out CPUs that do not exist; so need the experiment.
  const list = wanted.filter((cpu) => there.has(cpu));
  const reply = run.host.edit(`proc/${task.pid}/affinity`, formatList(list.length > 0 ? list : wanted));
  if (!reply.ok) {
    const { error, note } = refusalOf(reply.error);
    const status = run.fail(`taskset: failed to set pid ${task.pid}'s affinity: ${error}`);
    run.note(note);
    return status;
  }
  say('new');
  return 0;
}

/** Signals Linux has that do something other than end a program, or nothing. */
const OTHER_SIGNALS: Record<string, number> = { CHLD: 17, CONT: 18, STOP: 19, TSTP: 20, TTIN: 21, TTOU: 22 };
const SIGNALS: Record<string, number> = { ...FATAL_SIGNALS, ...OTHER_SIGNALS };

/** The name of a signal from its name or number; '0' for none, null when there is no such signal. */
function signalName(text: string): string | null {
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === '0') return '0';
  if (Object.hasOwn(SIGNALS, name)) return name;
  return Object.keys(SIGNALS).find((known) => String(SIGNALS[known]) === text) ?? null;
}

/** The signal an option names, and the arguments that are left; an error in words. */
function signalOption(args: readonly string[]): { signal: string; rest: string[] } | string {
  const [first, ...others] = args;
  if (first === undefined || !first.startsWith('-') || first === '--') {
    return { signal: 'TERM', rest: args.filter((arg) => arg !== '--') };
  }
  const spelled = first === '-s' || first === '-n' ? others.shift() : first.slice(1);
  if (spelled === undefined) return `${first}: option requires an argument`;
  const signal = signalName(spelled);
  return signal === null ? `${spelled}: invalid signal specification` : { signal, rest: others };
}

/** Send a signal to a process that exists. @returns what is wrong with it, '' when nothing is */
function send(run: Invocation, pid: number, signal: string): string {
  if (signal === '0') return '';
  if (!Object.hasOwn(FATAL_SIGNALS, signal)) {
    run.note(`SIG${signal} is not modelled: only signals that end a process are.`);
    return 'Invalid argument';
  }
  const group = groupOf(run.k, pid)!;
  // Kernel threads ignore signals: there is nothing to remember.
  if (group.process === null) return '';
  const reply = run.host.edit(`proc/${group.pid}/signal`, signal);
  if (run.host.standsStill) run.note('Time stands still: the process exits as soon as it goes on.');
  return reply.ok ? '' : refusalOf(reply.error).error;
}

export const kill: Command = {
  usage: 'kill [-SIGNAL] PID...',
  summary: 'end a process',
  details:
    'kill 1007, kill -9 1007, kill -TERM 1007\n    The process exits, gives back its memory and pays for that with its own CPU time.\n' +
    'kill -0 PID asks whether there is such a process; kill -l lists the signals. Kernel threads ignore them.\n' +
    'The signal is dated: it is in the link and is replayed with the experiment.',
  completes: 'pids',
  run(run) {
    if (run.args[0] === '-l' || run.args[0] === '-L') {
      const all = Object.entries(SIGNALS).sort(([, a], [, b]) => a - b);
      for (const [name, number] of all) run.line(`${String(number).padStart(2)}) SIG${name}`);
      return 0;
    }
    const option = signalOption(run.args);
    if (typeof option === 'string') return run.fail(`bash: kill: ${option}`);
    if (option.rest.length === 0)
      return run.fail('kill: usage: kill [-s sigspec | -n signum | -sigspec] pid ...', 2);
    let status = 0;
    for (const text of option.rest) {
      if (!/^\d+$/.test(text)) {
        status = run.fail(`bash: kill: ${text}: arguments must be process or job IDs`);
      } else if (!groupOf(run.k, Number(text))) {
        status = run.fail(`bash: kill: (${text}) - No such process`);
      } else {
        const error = send(run, Number(text), option.signal);
        if (error !== '') status = run.fail(`bash: kill: (${text}) - ${error}`);
      }
    }
    return status;
  },
};

/** Processes whose name matches; an error in words when the pattern cannot be understood. */
function matching(run: Invocation, pattern: string, exact: boolean): number[] | null {
  try {
    const expression = new RegExp(exact ? `^(?:${pattern})$` : pattern);
    return threadGroups(run.k)
      .filter((group) => expression.test(commOf(group)))
      .map(({ pid }) => pid);
  } catch {
    run.fail(`${run.name}: Invalid regular expression: ${pattern}`, 2);
    return null;
  }
}

export const pgrep: Command = {
  usage: 'pgrep [-l] [-x] PATTERN',
  summary: 'find processes by name',
  completes: 'nothing',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, 'lxaf');
    if (problem) return badOption(run, problem);
    if (rest.length !== 1) return run.fail(`Usage: ${pgrep.usage}`, 2);
    const found = matching(run, rest[0], flags.has('x'));
    if (found === null) return 2;
    for (const pid of found)
      run.line(flags.has('l') ? `${pid} ${commOf(groupOf(run.k, pid)!)}` : String(pid));
    return found.length > 0 ? 0 : 1;
  },
};

export const pidof: Command = {
  usage: 'pidof NAME',
  summary: 'the pids of a program, on one line',
  completes: 'nothing',
  run(run) {
    const found = threadGroups(run.k).filter(
      (group) => run.args.includes(group.name) && group.process !== null,
    );
    if (found.length > 0)
      run.line(
        found
          .map(({ pid }) => pid)
          .reverse()
          .join(' '),
      );
    return found.length > 0 ? 0 : 1;
  },
};

export const pkill: Command = {
  usage: 'pkill [-SIGNAL] [-x] PATTERN',
  summary: 'end processes by name',
  completes: 'nothing',
  run(run) {
    const exact = run.args.includes('-x');
    const option = signalOption(run.args.filter((arg) => arg !== '-x'));
    if (typeof option === 'string') return run.fail(`pkill: ${option}`, 2);
    if (option.rest.length !== 1) return run.fail(`Usage: ${pkill.usage}`, 2);
    const found = matching(run, option.rest[0], exact);
    if (found === null) return 2;
    let status = found.length > 0 ? 0 : 1;
    for (const pid of found) {
      const error = send(run, pid, option.signal);
      if (error !== '') status = run.fail(`pkill: killing pid ${pid} failed: ${error}`);
    }
    return status;
  },
};
