/** Work spread over child processes. Each run is deterministic, so it does not matter who does which. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a child answers: a result, or what went wrong. */
export type Answer<Result> = { result: Result } | { error: string };

/**
 * Do all tasks in so many processes.
 * @param child file beside this one that answers tasks (answerTasks)
 * @param told called after each task, with how many are done
 * @returns results, in the order of the tasks
 */
export function runInProcesses<Task extends object, Result>(
  child: string,
  tasks: readonly Task[],
  jobs: number,
  told: (task: Task, result: Result, done: number) => void,
): Promise<Result[]> {
  const file = fileURLToPath(new URL(child, import.meta.url));
  return new Promise((resolve, reject) => {
    const results = new Array<Result>(tasks.length);
    const children: ChildProcess[] = [];
    let next = 0;
    let done = 0;
    const fail = (error: Error): void => {
      for (const each of children) each.kill();
      reject(error);
    };
    const give = (process: ChildProcess): void => {
      const index = next++;
      if (index >= tasks.length) {
        process.disconnect();
        return;
      }
      process.once('message', (message) => {
        const answer = message as Answer<Result>;
        if ('error' in answer) return fail(new Error(answer.error));
        results[index] = answer.result;
        told(tasks[index], answer.result, ++done);
        give(process);
        if (done === tasks.length) resolve(results);
      });
      process.send(tasks[index]);
    };
    for (let i = 0; i < Math.min(jobs, tasks.length); i++) {
      // It inherits execArgv, and with it what lets Node read TypeScript.
      const process = fork(file);
      children.push(process);
      process.on('error', fail);
      process.on('exit', (code) => {
        if (code !== 0) fail(new Error(`a process that ran them ended with status ${code}`));
      });
      give(process);
    }
  });
}

/** The child's side: do tasks as they are told, until nobody talks any more. */
export function answerTasks<Task, Result>(work: (task: Task) => Result): void {
  process.on('message', (task: Task) => {
    let answer: Answer<Result>;
    try {
      answer = { result: work(task) };
    } catch (error) {
      answer = { error: (error as Error).message };
    }
    process.send!(answer);
  });
}
