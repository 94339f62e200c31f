/** What the engine needs of the thread it lives in: the time, and two ways to be called again. */

export interface Host {
  /** Wall time in milliseconds. The only clock of the engine; the kernel never sees it. */
  now(): number;
  /** Call back as soon as everything that already waits in the message queue has been served. */
  soon(task: () => void): void;
  /** Call back after about so many milliseconds. */
  later(task: () => void, milliseconds: number): void;
  /** Call back no more. */
  close(): void;
}

/** Node's own way, where there is one: there a port is handed a thousand messages before anybody else gets a turn. */
const immediately = (globalThis as { setImmediate?: (task: () => void) => unknown }).setImmediate;

/**
 * The host of a worker (or of a test in Node). `soon` goes through a MessageChannel: a promise would starve the
 * message queue and a timer is clamped to 4 ms by browsers.
 */
export function createHost(): Host {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return {
    now: () => performance.now(),
    soon(task) {
      if (immediately) {
        immediately(task);
        return;
      }
      waiting.push(task);
      port2.postMessage(null);
    },
    later: (task, milliseconds) => void setTimeout(task, milliseconds),
    close() {
      waiting.length = 0;
      port1.close();
    },
  };
}
