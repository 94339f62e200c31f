/** Words into arguments: variables, substituted commands, wildcards. */
import type { ShellSession } from '../protocol/shell.ts';
import { HOST_NAME } from './commands/system.ts';
import type { Word } from './parser.ts';
import type { Directory } from './tree/node.ts';
import { expandGlob } from './tree/paths.ts';

/** What an expansion needs. */
export interface Expansion {
  session: ShellSession;
  root: Directory;
  /** Output of a line, for $(...). */
  outputOf: (line: string) => string;
}

/** A word under construction: its text, and the same with everything quoted made harmless to globbing. */
interface Part {
  text: string;
  pattern: string;
  wild: boolean;
}

function variable({ session }: Expansion, name: string): string {
  const values: Record<string, string> = {
    '?': String(session.status),
    PWD: session.cwd,
    OLDPWD: session.previous,
    COLUMNS: String(session.columns),
    HOME: '/root',
    USER: 'root',
    HOSTNAME: HOST_NAME,
    SHELL: '/bin/bash',
  };
  return Object.hasOwn(values, name) ? values[name] : '';
}

/** The arguments a word stands for: several when it is split or has wildcards, none when it comes to nothing. */
export function expandWord(word: Word, how: Expansion): string[] {
  const parts: Part[] = [];
  let current: Part | null = null;
  const append = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '', wild: false };
    current.text += text;
    current.pattern += quoted ? text.replace(/[*?[]/g, '[$&]') : text;
    current.wild ||= !quoted && /[*?[]/.test(text);
  };
  const close = (): void => {
    if (current !== null) parts.push(current);
    current = null;
  };
  for (const segment of word.segments) {
    if (segment.is === 'text') {
      append(segment.text, segment.quoted);
      continue;
    }
    const value =
      segment.is === 'variable'
        ? variable(how, segment.name)
        : how.outputOf(segment.line).replace(/\n+$/, '');
    if (segment.quoted) {
      append(value, true);
      continue;
    }
    // Unquoted, a value falls apart at blanks.
    const pieces = value.split(/\s+/);
    pieces.forEach((piece, i) => {
      if (i > 0) close();
      if (piece !== '') append(piece, false);
    });
  }
  close();
  return parts.flatMap(({ text, pattern, wild }) => {
    if (!wild) return [text];
    const found = expandGlob(how.root, how.session.cwd, pattern);
    return found.length > 0 ? found : [text];
  });
}
