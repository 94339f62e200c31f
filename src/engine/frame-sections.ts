/** The small sections of a frame: figures of nodes and of pairs of nodes, and what every CPU runs. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_FREE } from '../kernel/mm/state.ts';
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import type { Task } from '../kernel/sched/task.ts';
import {
  CPU_LOCAL,
  CPU_PID,
  CPU_PREFERRED,
  CPU_PROCESS,
  CPU_RUNNABLE,
  CPU_THREAD,
  CPU_WORDS,
  DAEMON_ABSENT,
  DAEMON_ASLEEP,
  DAEMON_MIGRATING,
  DAEMON_NAPPING,
  DAEMON_NO_ROOM,
  KTHREAD_KHUGEPAGED,
  KTHREAD_KSWAPD,
  KTHREAD_MIGRATED,
  KTHREAD_OTHER,
  KTHREAD_SCAND,
  NODE_CONTROLLER_UTILISATION,
  NODE_DAEMON,
  NODE_FREE_PAGES,
  NODE_MIGRATE_RATE,
  NODE_QUEUED,
  NODE_TOTAL_PAGES,
  NODE_WORDS,
  PAIR_GBPS,
  PAIR_PAGE_RATE,
  PAIR_PROCESS,
  PAIR_UTILISATION,
  PAIR_WORDS,
} from '../protocol/frame.ts';
import type { Rates } from './rates.ts';
import type { Shares } from './shares.ts';
import type { Watcher } from './watcher.ts';

const DAEMON_STATES = {
  asleep: DAEMON_ASLEEP,
  napping: DAEMON_NAPPING,
  migrating: DAEMON_MIGRATING,
  'no room': DAEMON_NO_ROOM,
} as const;

const KTHREADS = {
  '': KTHREAD_OTHER,
  knuma_scand: KTHREAD_SCAND,
  knuma_migrated: KTHREAD_MIGRATED,
  khugepaged: KTHREAD_KHUGEPAGED,
  kswapd: KTHREAD_KSWAPD,
} as const;

/** Task that runs on a CPU now, null when it idles. */
export function runningTask(k: Kernel, cpu: number): Task | null {
  const current = k.sched.queues[cpu].current;
  return current < 0 ? null : k.tasks[current];
}

export function writeNodes(k: Kernel, rates: Rates, out: Float32Array): void {
  const { frames } = k.memory;
  for (let n = 0; n < k.machine.nodes.length; n++) {
    const at = n * NODE_WORDS;
    const daemon = k.autonuma.daemons[n];
    out[at + NODE_FREE_PAGES] = frames.nodeKind[n * FRAME_KINDS + FRAME_FREE];
    out[at + NODE_TOTAL_PAGES] = frames.nodeFrames[n];
    out[at + NODE_QUEUED] = daemon ? daemon.nrQueued : 0;
    out[at + NODE_DAEMON] = daemon ? DAEMON_STATES[daemon.state] : DAEMON_ABSENT;
    out[at + NODE_MIGRATE_RATE] = rates.node[n];
    out[at + NODE_CONTROLLER_UTILISATION] = share(
      k.hardware.controllerUse[n],
      k.machine.bandwidth.controller[n],
    );
  }
}

export function writePairs(k: Kernel, rates: Rates, watcher: Watcher, out: Float32Array): void {
  const nodes = k.machine.nodes.length;
  const { link, socketLocal, socketRemote } = k.machine.bandwidth;
  for (let a = 0; a < nodes; a++) {
    for (let b = 0; b < nodes; b++) {
      const pair = a * nodes + b;
      const at = pair * PAIR_WORDS;
      const gbps = k.hardware.pairUse[pair];
      // Where the wire is no limit of its own the issue capacity of the socket is.
      const limit = a === b ? socketLocal : Math.min(link[a][b], socketRemote);
      out[at + PAIR_PAGE_RATE] = rates.pair[pair];
      out[at + PAIR_GBPS] = gbps;
      out[at + PAIR_UTILISATION] = share(gbps, limit);
      out[at + PAIR_PROCESS] = watcher.pairProcess[pair];
    }
  }
}

export function writeCpus(k: Kernel, shares: Shares, out: Int32Array): void {
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
    const at = cpu * CPU_WORDS;
    const task = runningTask(k, cpu);
    out[at + CPU_RUNNABLE] = k.sched.queues[cpu].nrRunning;
    if (task === null) {
      out[at + CPU_PID] = -1;
      out[at + CPU_PROCESS] = -1;
      out[at + CPU_THREAD] = -1;
      out[at + CPU_PREFERRED] = -1;
      out[at + CPU_LOCAL] = 1000;
      continue;
    }
    const isUser = task.process >= 0;
    out[at + CPU_PID] = task.pid;
    out[at + CPU_PROCESS] = task.process;
    out[at + CPU_THREAD] = isUser ? task.threadIndex : KTHREADS[task.daemon];
    out[at + CPU_PREFERRED] = isUser ? task.autonuma.preferred : -1;
    out[at + CPU_LOCAL] = isUser ? Math.round(shares.task(task.id) * 1000) : 1000;
  }
}

function share(use: number, limit: number): number {
  return limit > 0 && limit < Infinity ? Math.min(1, use / limit) : 0;
}
