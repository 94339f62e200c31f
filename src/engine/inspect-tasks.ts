/** CPUs, threads, processes and daemons in words and numbers. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_FREE } from '../kernel/mm/state.ts';
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import type { Task } from '../kernel/sched/task.ts';
import { NS_PER_MS, NS_PER_SECOND } from '../kernel/units.ts';
import type { Inspection } from '../protocol/summary.ts';
import { runningTask } from './frame-sections.ts';
import { nothing, perNode, Rows } from './inspection.ts';
import {
  capital,
  count,
  counted,
  cpuName,
  daemonName,
  duration,
  list,
  megabytes,
  nodeName,
  percent,
  processName,
  taskName,
} from './names.ts';
import { processProgress } from './progress.ts';
import { threadState, weightsOf } from './summary.ts';

const WAITING_FOR: Record<string, string> = {
  threads: 'for its threads to exit',
  children: 'for its children to exit',
  barrier: 'at a barrier',
  'shared-barrier': 'at a barrier shared with other processes',
  mutex: 'for a mutex',
  daemon: 'for work',
};

/** Entries of a list that are spelled out. */
const MAX_LISTED = 6;

export function inspectCpu(k: Kernel, cpu: number): Inspection {
  const facts = k.machine.cpus[cpu];
  if (!facts) return nothing('No such CPU');
  const rows = new Rows();
  const queue = k.sched.queues[cpu];
  const task = runningTask(k, cpu);
  rows.add('on', nodeName(k, facts.node));
  const siblings = facts.siblings.filter((other) => other !== cpu);
  rows.add(
    'core',
    siblings.length ? `${facts.core}, shared with ${list(siblings.map((c) => cpuName(k, c)))}` : facts.core,
  );
  rows.add('running', task ? `${taskName(k, task)} (pid ${task.pid})` : 'idle');
  if (task && task.process >= 0) {
    rows.add('preferred node', task.autonuma.preferred < 0 ? 'none' : nodeName(k, task.autonuma.preferred));
  }
  if (!task && queue.idleSinceNs >= 0)
    rows.add('idle for', duration(Math.max(0, k.nowNs - queue.idleSinceNs)));
  const waiting = queue.queue.slice(0, MAX_LISTED).map((id) => taskName(k, k.tasks[id]));
  const more = queue.queue.length - waiting.length;
  rows.add('runnable', counted(queue.nrRunning, 'task'));
  if (waiting.length) rows.add('waiting', `${list(waiting)}${more > 0 ? ` and ${more} more` : ''}`);
  rows.add('load', `${count(queue.loadWeight)} (1024 is one task)`).add('cpu_power', Math.round(queue.power));
  const rate = k.hardware.rate[cpu];
  rows.add('memory traffic', rate > 0 ? `${rate.toFixed(2)} GB/s` : 'none');
  if (rate > 0) {
    const nodes = k.machine.nodes.length;
    rows.add(
      'of it',
      percentPerNode(k, (n) => k.hardware.usage[cpu * nodes + n]),
    );
  }
  return { title: cpuName(k, cpu), rows: rows.rows };
}

export function inspectThread(k: Kernel, pid: number): Inspection {
  const task = k.tasks.find((t) => t.pid === pid);
  if (!task) return nothing(`No task with pid ${pid}`);
  const rows = new Rows();
  rows.add('pid', pid).add('state', stateWords(k, task));
  rows.add('CPU', `${cpuName(k, task.cpu)} of ${nodeName(k, k.machine.cpus[task.cpu]?.node ?? -1)}`);
  rows.add('vruntime', duration(task.sched.vruntime));
  rows.add('CPU time', `${duration(task.userNs)} user, ${duration(task.systemNs)} system`);
  if (task.affinity)
    rows.add(
      'cpus_allowed',
      list(k.machine.cpus.flatMap((cpu, c) => (task.affinity![c] ? [String(cpu.osId)] : []))),
    );
  if (task.mempolicy)
    rows.add('mempolicy', `${task.mempolicy.mode} ${list(task.mempolicy.nodes.map((n) => nodeName(k, n)))}`);
  if (task.process >= 0) userRows(k, task, rows);
  return { title: capital(taskName(k, task)), rows: rows.rows };
}

function userRows(k: Kernel, task: Task, rows: Rows): void {
  const { autonuma } = task;
  rows.add('preferred node', autonuma.preferred < 0 ? 'none' : nodeName(k, autonuma.preferred));
  rows.add('task weight', weightWords(k, weightsOf(autonuma.fault, autonuma.faultTot)));
  rows.add(
    'hinting-faulted pages',
    perNode(k, (n) => Math.round(autonuma.fault[n]), 'page'),
  );
  const mm = k.mms[task.mm];
  if (mm) rows.add('mm weight', weightWords(k, weightsOf(mm.autonuma.fault, mm.autonuma.faultTot)));
  const bytes = task.localBytes + task.remoteBytes;
  rows.add('local accesses', bytes > 0 ? `${percent(task.localBytes / bytes)} so far` : 'none yet');
}

function stateWords(k: Kernel, task: Task): string {
  const state = threadState(k, task);
  if (state !== 'sleeping') return state;
  const { waiting } = task.program;
  if (Number.isFinite(task.wakeAtNs))
    return `sleeping for another ${duration(Math.max(0, task.wakeAtNs - k.nowNs))}`;
  return waiting in WAITING_FOR ? `waiting ${WAITING_FOR[waiting]}` : 'sleeping';
}

export function inspectProcess(k: Kernel, pid: number): Inspection {
  const process = k.processes.find((p) => p.pid === pid);
  if (!process) return nothing(`No process with pid ${pid}`);
  const rows = new Rows();
  const mm = k.mms[process.mm];
  const alive = process.exitedNs < 0;
  rows.add('pid', pid).add('state', alive ? 'alive' : 'exited');
  rows.add('started', `${(process.startedNs / NS_PER_SECOND).toFixed(3)} s`);
  rows.add('elapsed', duration((alive ? k.nowNs : process.exitedNs) - process.startedNs));
  const progress = processProgress(k, process.index);
  if (progress >= 0) rows.add('work done', percent(progress));
  rows.add('threads', `${process.liveThreads} of ${process.threads.length} alive`);
  if (alive && mm) {
    rows.add('resident memory', megabytes(mm.presentPages));
    rows.add(
      'its pages',
      perNode(k, (n) => mm.nodePages[n], 'page'),
    );
    rows.add('mm weight', weightWords(k, weightsOf(mm.autonuma.fault, mm.autonuma.faultTot)));
    rows.add('scans of this mm', mm.autonuma.faultPass);
    for (const vma of mm.vmas.filter((v) => !v.dead).slice(0, MAX_LISTED)) {
      rows.add(
        vma.name,
        `${megabytes(vma.bytes / 4096)} ${vma.backing}${vma.policy ? `, mbind ${vma.policy.mode}` : ''}`,
      );
    }
  }
  const bytes = process.localBytes + process.remoteBytes;
  rows.add('local accesses', bytes > 0 ? `${percent(process.localBytes / bytes)} so far` : 'none yet');
  return { title: processName(k, process.index), rows: rows.rows };
}

export function inspectDaemon(k: Kernel, node: number): Inspection {
  if (!(node in k.machine.nodes)) return nothing('No such node');
  const daemon = k.autonuma.daemons[node];
  if (!daemon)
    return {
      title: daemonName(k, node),
      rows: new Rows().add('state', 'absent: AutoNUMA is not running').rows,
    };
  const rows = new Rows();
  const { knobs, queues } = k.autonuma;
  const nodes = k.machine.nodes.length;
  const { nodeKind, watermarkHigh } = k.memory.frames;
  const task = k.tasks[daemon.task];
  rows.add('state', daemon.state).add('queued', counted(daemon.nrQueued, 'page'));
  rows.add(
    'queued from',
    perNode(k, (src) => queues[node * nodes + src]?.pages ?? 0, 'page'),
  );
  rows.add(
    'wakes for',
    `${counted(knobs.pages_to_migrate, 'page')}${knobs.defer ? ', but defer is set' : ''}`,
  );
  if (daemon.state === 'napping' && task) {
    rows.add('goes on in', `${Math.max(0, Math.round((task.wakeAtNs - k.nowNs) / NS_PER_MS))} ms`);
  }
  rows.add(
    'room',
    `${megabytes(nodeKind[node * FRAME_KINDS + FRAME_FREE])} free, high watermark ${megabytes(watermarkHigh[node])}`,
  );
  rows
    .add('batch', counted(daemon.got, 'page'))
    .add('migrated here so far', counted(daemon.pagesMigratedHere, 'page'));
  if (task)
    rows
      .add('CPU time', duration(task.userNs + task.systemNs))
      .add('runs on', cpuName(k, task.cpu))
      .add('pid', task.pid);
  return { title: daemonName(k, node), rows: rows.rows };
}

function weightWords(k: Kernel, weights: readonly number[]): string {
  const parts = weights.flatMap((weight, n) => (weight > 0 ? [`${weight} on ${nodeName(k, n)}`] : []));
  return parts.join(', ') || 'nothing sampled yet';
}

function percentPerNode(k: Kernel, value: (node: number) => number): string {
  return list(
    k.machine.nodes.flatMap((_, n) => (value(n) > 0 ? [`${percent(value(n))} to ${nodeName(k, n)}`] : [])),
  );
}
