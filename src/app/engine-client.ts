/**
 * The worker and the way to talk to it. A dead worker answers nothing, so every call is guarded: when the worker
 * fails, all calls under way are rejected with `WorkerGone` and the page hears of it once.
 */
import * as Comlink from 'comlink';
import type { EngineApi } from '../protocol/engine-api.ts';

/** The worker has died or was replaced; not a reply. */
export class WorkerGone extends Error {
  override name = 'WorkerGone';
}

export interface EngineClient {
  readonly api: EngineApi;
  /** Wait for a call, or for the worker's end. */
  guard<T>(call: Promise<T>): Promise<T>;
  /** Declare the worker dead from outside (it does not answer). */
  fail(reason: string): void;
  dispose(): void;
}

/** Start a worker; `onDeath` is called at most once, never after dispose. */
export function startEngine(onDeath: (reason: string) => void): EngineClient {
  const worker = new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' });
  // Every method is asynchronous already, so the remote has the same type.
  const api = Comlink.wrap<EngineApi>(worker) as unknown as EngineApi;
  const pending = new Set<(error: Error) => void>();
  let gone: string | null = null;

  const end = (reason: string) => {
    gone = reason;
    worker.terminate();
    for (const reject of pending) reject(new WorkerGone(reason));
    pending.clear();
  };
  const die = (reason: string) => {
    if (gone !== null) return;
    end(reason);
    onDeath(reason);
  };
  worker.addEventListener('error', (event) => {
    // Handled here: the page shows it, the console need not.
    event.preventDefault();
    die(event.message || 'the worker could not be loaded');
  });
  worker.addEventListener('messageerror', () => die('a message could not be read'));

  return {
    api,
    guard: <T>(call: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        if (gone !== null) {
          reject(new WorkerGone(gone));
          return;
        }
        pending.add(reject);
        call.then(
          (value) => {
            pending.delete(reject);
            resolve(value);
          },
          (error: unknown) => {
            pending.delete(reject);
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        );
      }),
    fail: die,
    dispose: () => {
      if (gone === null) end('replaced');
    },
  };
}
