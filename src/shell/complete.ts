/** How a line can go on: commands, paths, pids, options. */
import type { ShellCompletion, ShellSession } from '../protocol/shell.ts';
import { suggestion } from '../workloads/error.ts';
import { PAGE_NAMES } from './commands/help.ts';
import { COMMANDS } from './commands/table.ts';
import { threadGroups } from './facts.ts';
import type { ShellHost } from './host.ts';
import type { Directory } from './tree/node.ts';
import { byName, find } from './tree/paths.ts';
import { rootDirectory } from './tree/root.ts';

/** Commands that help lists. */
function commandNames(): string[] {
  return Object.keys(COMMANDS).filter((name) => COMMANDS[name].summary !== '');
}

/** The command somebody may have meant, '' when none is near. */
export function nearest(name: string): string {
  return /did you mean "(.*)"/.exec(suggestion(name, commandNames()))?.[1] ?? '';
}

/** What may stand at the cursor: whole words, and what is written behind the one that is taken. */
interface Choice {
  word: string;
  /** Short form for the list. */
  shown: string;
  end: ' ' | '/';
}

/**
 * Complete the word before the cursor.
 * @param cursor characters before it
 */
export function completeShell(
  host: ShellHost,
  line: string,
  cursor: number,
  session: ShellSession,
): ShellCompletion {
  const before = line.slice(0, cursor);
  // The command under way begins after the last operator or substitution.
  const start = Math.max(...['|', ';', '&', '(', '`', '"', "'"].map((c) => before.lastIndexOf(c))) + 1;
  const part = before.slice(start);
  const word = /[^\s<>=]*$/.exec(part)![0];
  const from = cursor - word.length;
  const words = part
    .slice(0, part.length - word.length)
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  const redirected = /[<>]\s*$/.test(before.slice(0, from));
  const choices = choicesFor(host, words, word, redirected, session).filter((choice) =>
    choice.word.startsWith(word),
  );
  if (choices.length === 0) return { from, to: cursor, text: word, candidates: [] };
  const text =
    commonStart(choices.map((choice) => choice.word)) + (choices.length === 1 ? choices[0].end : '');
  return { from, to: cursor, text, candidates: choices.map((choice) => choice.shown) };
}

function choicesFor(
  host: ShellHost,
  words: readonly string[],
  word: string,
  redirected: boolean,
  session: ShellSession,
): Choice[] {
  const root = rootDirectory(host);
  if (redirected) return paths(root, session.cwd, word, false);
  // sudo and watch are followed by another command.
  let at = 0;
  while (COMMANDS[words[at]]?.completes === 'commands') at++;
  if (at >= words.length) {
    if (word.includes('/')) return paths(root, session.cwd, word, false);
    const names = commandNames().filter((name) => name !== 'run' || host.run !== undefined);
    return plain(names);
  }
  const command = Object.hasOwn(COMMANDS, words[at]) ? COMMANDS[words[at]] : undefined;
  if (word.startsWith('-')) return plain(optionsOf(command?.usage ?? ''));
  switch (command?.completes ?? 'files') {
    case 'files':
      return paths(root, session.cwd, word, false);
    case 'directories':
      return paths(root, session.cwd, word, true);
    case 'pids':
      return plain(pids(host, word));
    case 'pages':
      return plain([...commandNames(), ...PAGE_NAMES]);
    case 'commands':
    case 'nothing':
      return [];
  }
}

/** Processes; once a digit is there, their threads too. */
function pids({ k }: ShellHost, word: string): string[] {
  return threadGroups(k).flatMap(({ pid, threads }) =>
    word === '' ? [String(pid)] : threads.map((task) => String(task.pid)),
  );
}

function plain(names: readonly string[]): Choice[] {
  return [...new Set(names)].sort(byName).map((name) => ({ word: name, shown: name, end: ' ' }));
}

/** Long options, and letters, that a usage line names. */
function optionsOf(usage: string): string[] {
  const long = usage.match(/--[a-z-]+/g) ?? [];
  const short = [...usage.matchAll(/(?:^|[[| ])-([A-Za-z]+)/g)].flatMap(([, letters]) => [...letters]);
  return [...long, ...short.map((letter) => `-${letter}`)];
}

function paths(root: Directory, cwd: string, word: string, directoriesOnly: boolean): Choice[] {
  const cut = word.lastIndexOf('/') + 1;
  const found = find(root, cwd, word.slice(0, cut) || '.');
  if (!found.ok || found.node.is !== 'directory') return [];
  const { node } = found;
  const choices: Choice[] = [];
  for (const name of [...node.names()].sort(byName)) {
    const path = word.slice(0, cut) + name;
    const at = find(root, cwd, path);
    const isDirectory = at.ok && at.node.is === 'directory';
    if (isDirectory) choices.push({ word: path, shown: `${name}/`, end: '/' });
    else if (!directoriesOnly) choices.push({ word: path, shown: name, end: ' ' });
  }
  return choices;
}

function commonStart(words: readonly string[]): string {
  let length = words[0].length;
  for (const word of words) {
    let same = 0;
    while (same < length && word[same] === words[0][same]) same++;
    length = same;
  }
  return words[0].slice(0, length);
}
