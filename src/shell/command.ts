/** What a command is, and what it gets to work with. */
import type { ShellReply, ShellSession } from '../protocol/shell.ts';
import type { ShellHost } from './host.ts';
import type { Directory, Errno, FileNode, TextFile } from './tree/node.ts';
import { find } from './tree/paths.ts';

/** One run of a command: its arguments, its streams, its shell. */
export class Invocation {
  readonly name: string;
  readonly args: string[];
  /** What a pipe or a redirection brings; null when nothing does, as from a terminal. */
  readonly stdin: string | null;
  readonly host: ShellHost;
  readonly session: ShellSession;
  readonly root: Directory;
  /** Output goes to the terminal, not to a pipe or a file. */
  readonly toTerminal: boolean;
  /** Run another line, its output to this command's. */
  readonly runLine: (line: string) => number;
  action: ShellReply['action'];
  stdout = '';
  private readonly complain: (text: string, kind: 'error' | 'note') => void;

  constructor(
    name: string,
    args: string[],
    surroundings: Pick<Invocation, 'stdin' | 'host' | 'session' | 'root' | 'toTerminal' | 'runLine'>,
    complain: (text: string, kind: 'error' | 'note') => void,
  ) {
    this.name = name;
    this.args = args;
    this.stdin = surroundings.stdin;
    this.host = surroundings.host;
    this.session = surroundings.session;
    this.root = surroundings.root;
    this.toTerminal = surroundings.toTerminal;
    this.runLine = surroundings.runLine;
    this.complain = complain;
  }

  get k(): ShellHost['k'] {
    return this.host.k;
  }

  out(text: string): void {
    this.stdout += text;
  }

  line(text: string): void {
    this.stdout += `${text}\n`;
  }

  /** Say what went wrong. @returns the exit status, 1 unless said otherwise */
  fail(text: string, status = 1): number {
    this.complain(`${text}\n`, 'error');
    return status;
  }

  /** `cat: x: No such file or directory`. */
  failName(subject: string, error: string, status = 1): number {
    return this.fail(`${this.name}: ${subject}: ${error}`, status);
  }

  /** A remark no Linux would make. */
  note(text: string): void {
    if (text !== '') this.complain(`${text}\n`, 'note');
  }

  find(path: string, follow = true): ReturnType<typeof find> {
    return find(this.root, this.session.cwd, path, follow);
  }

  /** The text of a file. */
  read(path: string): { ok: true; text: string } | { ok: false; error: Errno } {
    const found = this.find(path);
    if (!found.ok) return found;
    const file = asFile(found.node);
    return file === null ? { ok: false, error: 'Is a directory' } : { ok: true, text: file.read() };
  }

  /** Texts of the files named, standard input for none or `-`; what cannot be read is said and left out. */
  inputs(paths: readonly string[]): { inputs: { name: string; text: string }[]; status: number } {
    const inputs: { name: string; text: string }[] = [];
    let status = 0;
    for (const path of paths.length === 0 ? ['-'] : paths) {
      if (path === '-') {
        if (this.stdin === null)
          status = this.fail(`${this.name}: there is nothing to read: name a file, or pipe into it`);
        else inputs.push({ name: '(standard input)', text: this.stdin });
        continue;
      }
      const read = this.read(path);
      if (read.ok) inputs.push({ name: path, text: read.text });
      else status = this.failName(path, read.error);
    }
    return { inputs, status };
  }
}

export function asFile(node: FileNode): TextFile | null {
  return node.is === 'file' ? node : null;
}

/** Lines of a text; a missing end of the last line makes no difference. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A program of the shell. */
export interface Command {
  /** How it is called: `head [-n LINES] [FILE]...`. */
  usage: string;
  /** What it does, in one line for `help`. */
  summary: string;
  /** More for `man`. */
  details?: string;
  /** What its arguments are, for completion; files unless said otherwise. */
  completes?: 'files' | 'directories' | 'pids' | 'commands' | 'pages' | 'nothing';
  /** @returns the exit status */
  run(run: Invocation): number;
}
