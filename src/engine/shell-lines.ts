/** Lines for the shell beside the kernel; its code is loaded when somebody first types. */
import type { ShellCompletion, ShellReply, ShellSession } from '../protocol/shell.ts';
import type { ShellHost } from '../shell/host.ts';
import { messageOf } from './session.ts';

/**
 * Run a line.
 * @param host the kernel there is by the time the code has come; null when nothing has been booted
 */
export async function runLine(
  host: () => ShellHost | null,
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
    const found = host();
    return found ? runShell(found, line, state) : failed('nothing has been booted');
  } catch (error) {
    return failed(`The shell failed: ${messageOf(error)}`);
  }
}

/** Complete the word before the cursor; nothing fits when anything goes wrong. */
export async function completeLine(
  host: () => ShellHost | null,
  line: string,
  cursor: number,
  state: ShellSession,
): Promise<ShellCompletion> {
  try {
    const { completeShell } = await import('../shell/complete.ts');
    const found = host();
    if (found) return completeShell(found, line, cursor, state);
  } catch {
    // A line that cannot be completed is typed to its end.
  }
  return { from: cursor, to: cursor, text: '', candidates: [] };
}
