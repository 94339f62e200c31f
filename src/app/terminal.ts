/** What the Shell panel shows and remembers while other panels are in front of it: output, history, what is being watched. */
import { create } from 'zustand';
import { NEW_SESSION, type ShellChunk, type ShellReply, type ShellSession } from '../protocol/shell.ts';
import type { Lab } from './lab.ts';

/** Output that is kept: characters, and pieces. */
const MOST_CHARACTERS = 200_000;
const MOST_ENTRIES = 1000;
/** Lines that are remembered. */
const MOST_HISTORY = 500;

/** A piece of what stands in the terminal. */
export interface Entry {
  id: number;
  kind: ShellChunk['kind'] | 'prompt';
  text: string;
}

/** A command that is run again and again. */
export interface Watch {
  line: string;
  seconds: number;
  output: ShellChunk[];
}

export interface TerminalState {
  entries: Entry[];
  session: ShellSession;
  /** Oldest first. */
  history: string[];
  watch: Watch | null;
  /** The generation of the kernel the last line ran on, 0 none yet. */
  generation: number;
}

export const useTerminal = create<TerminalState>(() => ({
  entries: [],
  session: { ...NEW_SESSION },
  history: [],
  watch: null,
  generation: 0,
}));

let nextId = 1;

/** The prompt of a shell in this directory. */
export function promptOf({ cwd }: ShellSession): string {
  return `root@lab:${cwd === '/root' ? '~' : cwd}#`;
}

/** Add to the terminal; the oldest output makes room. */
export function print(chunks: readonly { kind: Entry['kind']; text: string }[]): void {
  useTerminal.setState(({ entries }) => ({
    entries: bounded([...entries, ...chunks.map((chunk) => ({ ...chunk, id: nextId++ }))]),
  }));
}

/** The last entries that fit. */
export function bounded(entries: Entry[]): Entry[] {
  let characters = 0;
  let from = entries.length;
  while (from > 0 && entries.length - from < MOST_ENTRIES) {
    characters += entries[from - 1].text.length;
    if (characters > MOST_CHARACTERS && from < entries.length) break;
    from--;
  }
  return from === 0 ? entries : entries.slice(from);
}

export function clearTerminal(): void {
  useTerminal.setState({ entries: [] });
}

/** Remember a line; one that repeats the last is remembered once. */
export function remember(history: readonly string[], line: string): string[] {
  if (line.trim() === '' || history.at(-1) === line) return [...history];
  return [...history, line].slice(-MOST_HISTORY);
}

/** The newest line at or before `from` that contains a text; -1 when there is none. */
export function searchBack(history: readonly string[], text: string, from = history.length - 1): number {
  for (let i = Math.min(from, history.length - 1); i >= 0; i--) if (history[i].includes(text)) return i;
  return -1;
}

/** Type a line and press Enter. */
export async function enter(lab: Lab, line: string, columns: number, generation: number): Promise<void> {
  const before = useTerminal.getState();
  if (before.generation !== 0 && before.generation !== generation) {
    print([{ kind: 'note', text: '# The kernel has been booted anew since: these are other processes.\n' }]);
  }
  useTerminal.setState(({ history }) => ({ history: remember(history, line), generation }));
  print([{ kind: 'prompt', text: `${promptOf(before.session)} ${line}\n` }]);
  if (line.trim() === '') return;
  const reply = await lab.shell(line, { ...before.session, columns });
  if (!reply) {
    print([{ kind: 'error', text: 'The kernel has stopped.\n' }]);
    return;
  }
  useTerminal.setState({ session: reply.session });
  print(reply.output);
  if (reply.action) act(reply.action);
}

function act(action: NonNullable<ShellReply['action']>): void {
  switch (action.do) {
    case 'clear':
      clearTerminal();
      return;
    case 'history': {
      const { history } = useTerminal.getState();
      print([
        { kind: 'out', text: history.map((line, i) => `${String(i + 1).padStart(5)}  ${line}\n`).join('') },
      ]);
      return;
    }
    case 'exit':
      print([
        { kind: 'note', text: '# This shell stays as long as its kernel; another tab leads away from it.\n' },
      ]);
      return;
    case 'watch':
      useTerminal.setState({ watch: { line: action.line, seconds: action.seconds, output: [] } });
      return;
  }
}

/** Run the command that is watched once more; whether it is still watched afterwards. */
export async function refreshWatch(lab: Lab, columns: number): Promise<boolean> {
  const { watch, session } = useTerminal.getState();
  if (!watch) return false;
  const reply = await lab.shell(watch.line, { ...session, columns });
  if (useTerminal.getState().watch?.line !== watch.line) return false;
  if (!reply) {
    endWatch();
    return false;
  }
  useTerminal.setState({ watch: { ...watch, output: reply.output } });
  return true;
}

/** Ctrl-C: what was last seen stays. */
export function endWatch(): void {
  const { watch } = useTerminal.getState();
  if (!watch) return;
  useTerminal.setState({ watch: null });
  print([...watch.output, { kind: 'note', text: '^C\n' }]);
}
