/** Commands on the tree: ls, cd, pwd, find. */
import { type Command, type Invocation } from '../command.ts';
import { parseOptions } from '../options.ts';
import type { Directory, FileNode } from '../tree/node.ts';
import { byName, globExpression, literal } from '../tree/paths.ts';
import { badOption } from './text.ts';

/**
 * Names in as many columns as fit, sorted downwards (the way busybox does it).
 * @param width characters of a line
 */
export function inColumns(names: readonly string[], width: number): string[] {
  if (names.length === 0) return [];
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const rows = Math.ceil(names.length / Math.max(1, Math.floor(width / column)));
  return Array.from({ length: rows }, (_, row) => {
    let line = '';
    for (let i = row; i < names.length; i += rows) line += names[i].padEnd(column);
    return line.trimEnd();
  });
}

const TYPE = { file: '-', directory: 'd', link: 'l' };

function longLine(name: string, node: FileNode): string {
  const mode = node.is === 'file' ? node.mode : node.is === 'link' ? 'rwxrwxrwx' : 'r-xr-xr-x';
  const size = node.is === 'file' ? node.size : 0;
  const arrow = node.is === 'link' ? ` -> ${node.target}` : '';
  return `${TYPE[node.is]}${mode} 1 root root ${String(size).padStart(4)} ${name}${arrow}`;
}

/** Entries of a directory, numbers among them by value. */
function sortedNames(directory: Directory): string[] {
  return [...directory.names()].sort(byName);
}

export const ls: Command = {
  usage: 'ls [-1adlR] [FILE]...',
  summary: 'list directories',
  run(run) {
    const { flags, rest, problem } = parseOptions(run.args, '1adlRFhtrS');
    if (problem) return badOption(run, problem);
    let status = 0;
    const files: { name: string; node: FileNode }[] = [];
    const directories: { name: string; node: Directory }[] = [];
    for (const path of rest.length === 0 ? ['.'] : rest) {
      const found = run.find(path, !flags.has('l') || path.endsWith('/'));
      if (!found.ok) status = run.fail(`ls: cannot access '${path}': ${found.error}`, 2);
      else if (found.node.is === 'directory' && !flags.has('d'))
        directories.push({ name: path, node: found.node });
      else files.push({ name: path, node: found.node });
    }
    list(run, files, flags);
    let first = files.length === 0;
    const headed = files.length + directories.length > 1 || flags.has('R');
    const show = (name: string, node: Directory): void => {
      if (!first) run.line('');
      first = false;
      if (headed) run.line(`${name}:`);
      const entries = sortedNames(node).map((entry) => ({ name: entry, node: node.entry(entry)! }));
      list(run, entries, flags);
      if (!flags.has('R')) return;
      for (const entry of entries)
        if (entry.node.is === 'directory') show(`${name}/${entry.name}`, entry.node);
    };
    for (const { name, node } of directories) show(name, node);
    return status;
  },
};

function list(
  run: Invocation,
  entries: readonly { name: string; node: FileNode }[],
  flags: Set<string>,
): void {
  if (flags.has('l')) for (const { name, node } of entries) run.line(longLine(name, node));
  else if (flags.has('1') || !run.toTerminal) for (const { name } of entries) run.line(name);
  else
    for (const line of inColumns(
      entries.map(({ name }) => name),
      run.session.columns,
    ))
      run.line(line);
}

export const cd: Command = {
  usage: 'cd [DIRECTORY]',
  summary: 'change the working directory',
  completes: 'directories',
  run(run) {
    const { session } = run;
    if (run.args.length > 1) return run.fail('bash: cd: too many arguments');
    const [to = '/root'] = run.args;
    const path = to === '-' ? session.previous : to;
    const found = run.find(path);
    if (!found.ok) return run.fail(`bash: cd: ${to}: ${found.error}`);
    if (found.node.is !== 'directory') return run.fail(`bash: cd: ${to}: Not a directory`);
    if (to === '-') run.line(found.path);
    session.previous = session.cwd;
    session.cwd = found.path;
    return 0;
  },
};

export const pwd: Command = {
  usage: 'pwd',
  summary: 'print the working directory',
  completes: 'nothing',
  run(run) {
    run.line(run.session.cwd);
    return 0;
  },
};

export const find: Command = {
  usage: 'find [PATH]... [-name PATTERN] [-type f|d|l] [-maxdepth N]',
  summary: 'list everything below a directory',
  details:
    'find /sys/kernel/mm/autonuma -type f\n    All knobs. `grep . $(find /sys/kernel/mm/autonuma -type f)` prints their values.',
  run(run) {
    const paths: string[] = [];
    let name: RegExp | null = null;
    let type = '';
    let depth = Infinity;
    for (let i = 0; i < run.args.length; i++) {
      const arg = run.args[i];
      if (!arg.startsWith('-')) {
        paths.push(arg);
        continue;
      }
      if (arg === '-print') continue;
      const value = run.args[++i];
      if (!['-name', '-type', '-maxdepth'].includes(arg)) return run.fail(`find: unknown predicate '${arg}'`);
      if (value === undefined) return run.fail(`find: missing argument to '${arg}'`);
      if (arg === '-name') name = globExpression(value) ?? new RegExp(`^${literal(value)}$`);
      if (arg === '-type') type = value;
      if (arg === '-maxdepth') depth = Number(value);
    }
    if (!['', 'f', 'd', 'l'].includes(type)) return run.fail(`find: Unknown argument to -type: ${type}`);
    if (!(depth >= 0)) return run.fail('find: Expected a positive decimal integer argument to -maxdepth');
    const kind = { f: 'file', d: 'directory', l: 'link' }[type];
    const walk = (path: string, node: FileNode, level: number): void => {
      const base = path.slice(path.lastIndexOf('/') + 1) || path;
      if ((kind === undefined || node.is === kind) && (name === null || name.test(base))) run.line(path);
      if (node.is !== 'directory' || level >= depth) return;
      for (const entry of sortedNames(node)) {
        walk(path.endsWith('/') ? path + entry : `${path}/${entry}`, node.entry(entry)!, level + 1);
      }
    };
    let status = 0;
    for (const path of paths.length === 0 ? ['.'] : paths) {
      const found = run.find(path, false);
      if (found.ok) walk(path, found.node, 0);
      else status = run.fail(`find: '${path}': ${found.error}`);
    }
    return status;
  },
};
