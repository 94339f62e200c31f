/** help, man and whatever the terminal itself does: clear, history, watch, exit. */
import { sysfsKnobs } from '../../kernel/sysfs/sysfs.ts';
import type { Kernel } from '../../kernel/kernel-state.ts';
import type { Command, Invocation } from '../command.ts';
import { parseOptions } from '../options.ts';

/** The table of commands; given by the shell, which knows them all. */
export type CommandTable = Readonly<Record<string, Command>>;

/** Pages that are not about a command. */
const PAGES: Record<string, (k: Kernel) => string> = {
  autonuma: autonumaPage,
  numa_maps: () =>
    'numa_maps(5): /proc/PID/numa_maps has a line for each mapping: address, memory policy, and pages by kind.\n' +
    '    anon=, dirty=, mapped= count pages; mapmax= is the most processes that share one of them;\n' +
    '    N0=, N1=, ... are the pages on each node. A page is 4 kB.\n' +
    '/proc/PID/maps names the mappings.\n',
  proc: () =>
    'proc(5): /proc/PID has cmdline, comm, maps, numa_maps, sched, stat, status and task/TID for each thread.\n' +
    '    sched ends in the statistics of AutoNUMA: hinting-faulted pages of the thread on each node as task_private,\n' +
    '    pages of its address space as group_private; mm->numa_scan_seq counts the scans of its memory.\n' +
    '    Lines that the model has no figure for are left out; numbers of stat that it has none for are 0.\n' +
    '/proc/vmstat has the counters of the model under their kernel names, those of the Counters panel.\n' +
    '/proc/buddyinfo: the allocator of the model knows single pages (order 0) and 2 MiB (order 9).\n',
};

function autonumaPage(k: Kernel): string {
  const lines = [`AutoNUMA ${k.autonuma.version.name}: files below /sys/kernel/mm`, ''];
  if (!k.autonuma.possible)
    lines.push('AutoNUMA is not there in this boot, and so is not its directory.', '');
  for (const knob of sysfsKnobs(k.autonuma.version.name)) {
    const range =
      knob.kind === 'flag' ? '0 or 1' : (knob.choices?.join(', ') ?? `${knob.minimum} to ${knob.maximum}`);
    const values =
      knob.kind === 'statistic'
        ? 'read-only'
        : `${range}${knob.unit && ` ${knob.unit}`}, default ${knob.default}`;
    lines.push(knob.path, `    ${knob.meaning}`, `    ${values}`);
  }
  lines.push('', 'Write one with: echo VALUE > /sys/kernel/mm/PATH');
  return `${lines.join('\n')}\n`;
}

/** Names that `man` knows besides the commands. */
export const PAGE_NAMES: readonly string[] = Object.keys(PAGES);

export function helpCommand(table: () => CommandTable): Command {
  return {
    usage: 'help [COMMAND]',
    summary: 'this list, or how a command is used',
    completes: 'pages',
    run(run) {
      const commands = table();
      if (run.args.length > 0) return manPage(run, commands, run.args[0]);
      const names = Object.keys(commands).filter(
        (name) => commands[name].summary !== '' && (name !== 'run' || run.host.run !== undefined),
      );
      const width = Math.max(...names.map((name) => name.length)) + 2;
      for (const name of names.sort()) run.line(`${name.padEnd(width)}${commands[name].summary}`);
      run.line('');
      run.line(
        'man COMMAND says more; man autonuma lists the knobs. Pipes (|), ; && || > < * ? $(...) work as usual.',
      );
      return 0;
    },
  };
}

export function manCommand(table: () => CommandTable): Command {
  return {
    usage: 'man PAGE',
    summary: 'how a command or a file is used',
    completes: 'pages',
    run(run) {
      const page = run.args.filter((arg) => !/^\d$/.test(arg))[0];
      if (page === undefined) return run.fail('What manual page do you want?');
      return manPage(run, table(), page);
    },
  };
}

function manPage(run: Invocation, commands: CommandTable, name: string): number {
  if (Object.hasOwn(PAGES, name)) {
    run.out(PAGES[name](run.k));
    return 0;
  }
  if (!Object.hasOwn(commands, name)) return run.fail(`No manual entry for ${name}`, 16);
  const { usage, summary, details } = commands[name];
  run.line(`${name}: ${summary}`);
  run.line(`    ${usage}`);
  if (details) run.out(`\n${details}\n`);
  return 0;
}

/** What the terminal does; the reply tells it to. */
function terminal(what: 'clear' | 'history' | 'exit', summary: string): Command {
  return {
    usage: what,
    summary,
    completes: 'nothing',
    run(run) {
      run.action = { do: what };
      return 0;
    },
  };
}

export const clear = terminal('clear', 'an empty terminal (Ctrl-L)');
export const history = terminal('history', 'the lines typed so far (arrows, Ctrl-R)');
export const exit = terminal('exit', 'leave the shell');

export const watch: Command = {
  usage: 'watch [-n SECONDS] COMMAND',
  summary: 'run a command once a second until Ctrl-C',
  details:
    'watch -n 2 numastat\n    Seconds are those of the clock on the wall. Quote a pipe: watch "ps -e | head".',
  completes: 'commands',
  run(run) {
    let at = 0;
    let seconds = 1;
    // The options end where the command begins.
    for (; run.args[at]?.startsWith('-'); at++) {
      const arg = run.args[at];
      if (arg === '-n' || /^-n[\d.]+$/.test(arg)) {
        const value = arg === '-n' ? (run.args[++at] ?? '') : arg.slice(2);
        seconds = Number(value);
        if (value === '' || !(seconds >= 0)) return run.fail(`watch: failed to parse argument: '${value}'`);
      } else if (!/^-[dtbex]+$/.test(arg)) return run.fail(`watch: invalid option -- '${arg.slice(1)}'`);
    }
    const words = run.args.slice(at);
    if (words.length === 0) return run.fail(`Usage: ${watch.usage}`);
    const line = words.join(' ');
    if (run.host.run !== undefined || !run.toTerminal) return run.runLine(line);
    run.action = { do: 'watch', line, seconds: Math.max(0.1, seconds) };
    return 0;
  },
};

export const sudo: Command = {
  usage: 'sudo COMMAND',
  summary: '',
  completes: 'commands',
  run(run) {
    const { rest } = parseOptions(run.args[0]?.startsWith('-') ? run.args : [], 'nES');
    const words = rest.length > 0 ? rest : run.args;
    return words.length === 0 ? run.fail('usage: sudo command') : run.runLine(words.map(quoted).join(' '));
  },
};

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** true and false. */
export function constant(status: 0 | 1): Command {
  return { usage: '', summary: '', run: () => status };
}
