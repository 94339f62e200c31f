/** `lab shell`: the shell of the page without the page. Time passes only by `run`. */
import { NEW_SESSION, type ShellSession } from '../protocol/shell.ts';
import type { DatedRun } from '../scenarios/dated-run.ts';
import { completeShell } from '../shell/complete.ts';
import type { ShellHost } from '../shell/host.ts';
import { kernelHost } from '../shell/kernel-host.ts';
import { runShell } from '../shell/shell.ts';
import { parseShellArguments } from './arguments.ts';
import type { LabIo } from './io.ts';
import { boot } from './run.ts';

/** Ticks simulated between two looks at whether the programs are over. */
const STRIDE_TICKS = 1000;

/** The kernel as a shell uses it that may let time pass. */
function hostOf(dated: DatedRun): ShellHost {
  const { k } = dated;
  return {
    ...kernelHost(k),
    run: (ticks) => {
      const from = k.ticks;
      while (k.ticks - from < ticks && !dated.finished)
        dated.advance(Math.min(STRIDE_TICKS, ticks - (k.ticks - from)));
      return k.ticks - from;
    },
  };
}

/**
 * Run with the arguments after `shell`; resolves to the exit status of the last line.
 * @throws UsageError naming the argument
 */
export function shellCommand(args: string[], io: LabIo): Promise<number> {
  const request = parseShellArguments(args, io);
  return serve(hostOf(boot(request, io)), request.command, io);
}

async function serve(host: ShellHost, command: string | undefined, io: LabIo): Promise<number> {
  let session: ShellSession = { ...NEW_SESSION };
  /** @returns true when the shell is left */
  const type = (line: string): boolean => {
    const reply = runShell(host, line, session);
    session = reply.session;
    for (const { kind, text } of reply.output) {
      if (kind === 'out') io.out(text);
      else io.err(text);
    }
    return reply.action?.do === 'exit';
  };
  if (command !== undefined) {
    type(command);
    return session.status;
  }
  const editor = {
    prompt: () => `root@lab:${session.cwd}# `,
    complete: (line: string): [string[], string] => {
      const { from, text, candidates } = completeShell(host, line, line.length, session);
      const word = line.slice(from);
      // One way to go on, or a part all ways share, is typed; else they are listed.
      return [candidates.length === 1 || text !== word ? [text] : candidates, word];
    },
  };
  for await (const line of io.lines(editor)) if (type(line)) break;
  return session.status;
}
