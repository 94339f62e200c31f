/** The shell beside the kernel of a session; its code is loaded when somebody first types. */
import type { ShellCompletion, ShellReply, ShellSession } from '../protocol/shell.ts';
import type { ShellHost } from '../shell/host.ts';
import { messageOf, type Session } from './session.ts';

function hostOf(session: Session, standsStill: boolean): ShellHost {
  return { k: session.k, standsStill, edit: (path, value) => session.writeKnob(path, value) };
}

/**
 * Run a line.
 * @param current the session there is by the time the code has come
 */
export async function runLine(
  current: () => Session | null,
  standsStill: boolean,
  line: string,
  state: ShellSession,
): Promise<ShellReply> {
  const failed = (text: string): ShellReply => ({
    output: [{ kind: 'error', text: `${text}\n` }],
    session: { ...state, status: 1 },
    edited: false,
  });
  try {
    const { runShell } = await import('../shell/shell.ts');
    const session = current();
    return session ? runShell(hostOf(session, standsStill), line, state) : failed('nothing has been booted');
  } catch (error) {
    return failed(`The shell failed: ${messageOf(error)}`);
  }
}

/** Complete the word before the cursor; nothing fits when anything goes wrong. */
export async function completeLine(
  current: () => Session | null,
  line: string,
  cursor: number,
  state: ShellSession,
): Promise<ShellCompletion> {
  try {
    const { completeShell } = await import('../shell/complete.ts');
    const session = current();
    if (session) return completeShell(hostOf(session, true), line, cursor, state);
  } catch {
    // A line that cannot be completed is typed to its end.
  }
  return { from: cursor, to: cursor, text: '', candidates: [] };
}
