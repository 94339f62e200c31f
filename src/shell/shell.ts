/** A line of shell on a simulated kernel: parsed, expanded, run; its output in the order in which it came. */
import type { ShellChunk, ShellReply, ShellSession } from '../protocol/shell.ts';
import { nearest } from './complete.ts';
import { type Command, Invocation } from './command.ts';
import { COMMANDS } from './commands/table.ts';
import { expandWord, type Expansion } from './expand.ts';
import type { ShellHost } from './host.ts';
import { ShellSyntaxError } from './lexer.ts';
import { parse, type Pipeline, type Redirect, type SimpleCommand } from './parser.ts';
import { openForWriting, writeTo } from './redirect.ts';
import type { Directory } from './tree/node.ts';
import { find } from './tree/paths.ts';
import { rootDirectory } from './tree/root.ts';

/** Characters of output that one line may give. */
const MOST_OUTPUT = 200_000;
/** $(...) within $(...) within ... */
const MOST_DEPTH = 16;

/**
 * Run a line. The session that comes back goes along with the next one; the one given stays as it is.
 * Whatever is wrong with the line is part of the output.
 */
export function runShell(host: ShellHost, line: string, session: ShellSession): ShellReply {
  let edited = false;
  const watched: ShellHost = {
    ...host,
    k: host.k,
    edit: (path, value) => {
      const reply = host.edit(path, value);
      edited ||= reply.ok;
      return reply;
    },
  };
  const shell = new Shell(watched, { ...session });
  shell.run(line);
  return { output: shell.output, session: shell.session, action: shell.action, edited };
}

class Shell {
  readonly output: ShellChunk[] = [];
  readonly host: ShellHost;
  readonly session: ShellSession;
  action: ShellReply['action'];
  private readonly root: Directory;
  private readonly depth: number;
  private printed = 0;

  constructor(host: ShellHost, session: ShellSession, depth = 0) {
    this.host = host;
    this.session = session;
    this.depth = depth;
    this.root = rootDirectory(host);
  }

  /** @param stdin what the first command of each pipeline reads */
  run(line: string, stdin: string | null = null): void {
    let pipelines: Pipeline[];
    try {
      pipelines = parse(line);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      this.print(`${error.message}\n`, 'error');
      this.session.status = 2;
      return;
    }
    for (const { when, commands } of pipelines) {
      if (when === 'success' && this.session.status !== 0) continue;
      if (when === 'failure' && this.session.status === 0) continue;
      this.session.status = this.pipeline(commands, stdin);
    }
  }

  private print(said: string, kind: ShellChunk['kind']): void {
    // Marked as what no Linux says; what an inner shell has said is marked already.
    const text = kind === 'note' ? said.replace(/^(?!# |$)/gm, '# ') : said;
    if (text === '' || this.printed > MOST_OUTPUT) return;
    const room = MOST_OUTPUT - this.printed;
    this.printed += text.length;
    const last = this.output.at(-1);
    const shown = text.slice(0, room);
    if (last?.kind === kind) last.text += shown;
    else this.output.push({ kind, text: shown });
    if (text.length > room) {
      this.output.push({
        kind: 'note',
        text: `\n# The rest of the output is left out: it is longer than ${MOST_OUTPUT} characters.\n`,
      });
    }
  }

  /** @returns the exit status of the last command */
  private pipeline(commands: readonly SimpleCommand[], stdin: string | null): number {
    let status = 0;
    commands.forEach((command, i) => {
      const last = i === commands.length - 1;
      const done = this.command(command, stdin, last);
      status = done.status;
      if (last) this.print(done.stdout, 'out');
      else stdin = done.stdout;
    });
    return status;
  }

  private command(
    { words, redirects }: SimpleCommand,
    piped: string | null,
    last: boolean,
  ): { stdout: string; status: number } {
    if (/^\w+=/.test(words[0]?.raw ?? '')) {
      this.print(`bash: ${words[0].raw}: this shell has no variables of its own\n`, 'error');
      return { stdout: '', status: 1 };
    }
    const how: Expansion = {
      session: this.session,
      root: this.root,
      outputOf: (line) => this.outputOf(line),
    };
    const args = words.flatMap((word) => expandWord(word, how));
    const streams = this.open(redirects, piped, how);
    if (streams === null) return { stdout: '', status: 1 };
    const [name, ...rest] = args;
    if (name === undefined) return { stdout: '', status: this.session.status };
    return this.invoke(name, rest, streams, last);
  }

  private invoke(
    name: string,
    args: string[],
    streams: Streams,
    last: boolean,
  ): { stdout: string; status: number } {
    const command = this.lookUp(name);
    if (command === null) return { stdout: '', status: 127 };
    let errors = '';
    const run: Invocation = new Invocation(
      name,
      args,
      {
        stdin: streams.stdin,
        host: this.host,
        session: this.session,
        root: this.root,
        toTerminal: last && streams.out === null && this.depth === 0,
        runLine: (line) => this.nested(line, run),
      },
      (text, kind) => {
        if (kind === 'note') this.print(text, kind);
        else if (streams.errorToOut) run.stdout += text;
        else if (streams.error === null) this.print(text, kind);
        else errors += text;
      },
    );
    const status = command.run(run);
    this.action = run.action ?? this.action;
    const failed = [this.flush(name, streams.error, errors), this.flush(name, streams.out, run.stdout)];
    if (streams.outToError) {
      this.print(run.stdout, 'error');
      run.stdout = '';
    }
    return { stdout: streams.out === null ? run.stdout : '', status: failed.includes(true) ? 1 : status };
  }

  /** Write to the file of a redirection, if there is one. @returns true when the kernel refuses */
  private flush(name: string, file: string | null, text: string): boolean {
    if (file === null || text === '') return false;
    const written = writeTo(this.root, this.session.cwd, file, text);
    if (written.ok) return false;
    const who = name === 'echo' ? 'bash: echo' : name;
    this.print(`${who}: write error: ${written.error}\n`, 'error');
    if (written.note) this.print(`${written.note}\n`, 'note');
    return true;
  }

  private lookUp(name: string): Command | null {
    if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name];
    if (name.includes('/')) {
      const found = find(this.root, this.session.cwd, name);
      const error = !found.ok
        ? found.error
        : found.node.is === 'directory'
          ? 'Is a directory'
          : 'Permission denied';
      this.print(`bash: ${name}: ${error}\n`, 'error');
      return null;
    }
    this.print(`bash: ${name}: command not found\n`, 'error');
    const near = nearest(name);
    this.print(
      near === ''
        ? 'help lists the commands there are.\n'
        : `Did you mean ${near}? help lists all commands.\n`,
      'note',
    );
    return null;
  }

  /** Files of the redirections, opened from left to right as bash does; null when one cannot be. */
  private open(redirects: readonly Redirect[], piped: string | null, how: Expansion): Streams | null {
    const streams: Streams = { stdin: piped, out: null, error: null, errorToOut: false, outToError: false };
    for (const redirect of redirects) {
      if (redirect.stream === 'error-to-out') streams.errorToOut = true;
      else if (redirect.stream === 'out-to-error') streams.outToError = true;
      else {
        const paths = expandWord(redirect.file, how);
        const problem =
          paths.length !== 1
            ? `${redirect.file.raw}: ambiguous redirect`
            : redirect.stream === 'in'
              ? this.openInput(paths[0], streams)
              : this.openOutput(paths[0]);
        if (problem !== '') {
          this.print(`bash: ${problem}\n`, 'error');
          return null;
        }
        if (redirect.stream === 'out' || redirect.stream === 'both') streams.out = paths[0];
        if (redirect.stream === 'error') streams.error = paths[0];
        if (redirect.stream === 'both') streams.errorToOut = true;
      }
    }
    return streams;
  }

  private openInput(path: string, streams: Streams): string {
    const found = find(this.root, this.session.cwd, path);
    if (!found.ok) return `${path}: ${found.error}`;
    if (found.node.is !== 'file') return `${path}: Is a directory`;
    streams.stdin = found.node.read();
    return '';
  }

  private openOutput(path: string): string {
    const error = openForWriting(this.root, this.session.cwd, path);
    return error === null ? '' : `${path}: ${error}`;
  }

  /** Standard output of a line; what it complains about goes to the terminal. */
  private outputOf(line: string): string {
    const inner = this.inner(line);
    let text = '';
    for (const chunk of inner.output) {
      if (chunk.kind === 'out') text += chunk.text;
      else this.print(chunk.text, chunk.kind);
    }
    return text;
  }

  /** Run a line on behalf of a command (sudo, watch). */
  private nested(line: string, run: Invocation): number {
    const inner = this.inner(line, run.stdin);
    for (const { kind, text } of inner.output) {
      if (kind === 'out') run.out(text);
      else this.print(text, kind);
    }
    return inner.session.status;
  }

  private inner(line: string, stdin: string | null = null): Shell {
    const inner = new Shell(this.host, { ...this.session }, this.depth + 1);
    if (this.depth < MOST_DEPTH) inner.run(line, stdin);
    else inner.print('bash: commands are substituted too deep\n', 'error');
    return inner;
  }
}

interface Streams {
  stdin: string | null;
  /** Files that output goes to; null for where it goes anyway. */
  out: string | null;
  error: string | null;
  errorToOut: boolean;
  outToError: boolean;
}
