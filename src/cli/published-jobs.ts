/** Runs of rows spread over child processes. Each run is deterministic, so it does not matter who does which. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One row with one seed. */
export interface Run {
  id: string;
  seed: number;
}

/** What a child answers: seconds, or what went wrong. */
export type Answer = { seconds: number } | { error: string };

const CHILD = fileURLToPath(new URL('./published-child.ts', import.meta.url));

/**
 * Do all runs in so many processes.
 * @param told called after each run, with how many are done
 * @returns elapsed seconds, in the order of the runs
 */
export function runInProcesses(
  runs: readonly Run[],
  jobs: number,
  told: (run: Run, seconds: number, done: number) => void,
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const seconds = new Array<number>(runs.length).fill(0);
    const children: ChildProcess[] = [];
    let next = 0;
    let done = 0;
    const fail = (error: Error): void => {
      for (const child of children) child.kill();
      reject(error);
    };
    const give = (child: ChildProcess): void => {
      const index = next++;
      if (index >= runs.length) {
        child.disconnect();
        return;
      }
      child.once('message', (message) => {
        const answer = message as Answer;
        if ('error' in answer) return fail(new Error(`${runs[index].id}: ${answer.error}`));
        seconds[index] = answer.seconds;
        told(runs[index], answer.seconds, ++done);
        give(child);
        if (done === runs.length) resolve(seconds);
      });
      child.send(runs[index]);
    };
    for (let i = 0; i < Math.min(jobs, runs.length); i++) {
      // It inherits execArgv, and with it what lets Node read TypeScript.
      const child = fork(CHILD);
      children.push(child);
      child.on('error', fail);
      child.on('exit', (code) => {
        if (code !== 0) fail(new Error(`a process that ran rows ended with status ${code}`));
      });
      give(child);
    }
  });
}
