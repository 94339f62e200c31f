/** Tasks: user threads and kernel threads alike. */
import type { Access, Mempolicy } from '../program/program.ts';
import type { CpuId, MmId, Nanoseconds, NodeId, Pid, TaskId } from '../units.ts';
import type { SchedEntity } from './state.ts';

export const TASK_RUNNABLE = 0;
export const TASK_SLEEPING = 1;
export const TASK_DEAD = 2;

/** Where a task is in its program. */
export interface ProgramCounter {
  /** Index into kernel.programs.images, and thread code in it. */
  image: number;
  thread: number;
  /** Next op. */
  op: number;
  /** Loop counters: completed rounds. */
  loops: number[];
  /** Bytes left of the access op under way, -1 when it has not begun. */
  bytesLeft: number;
  /** Cursor of each access of the op under way: bytes from its `from`. */
  cursors: number[];
  /** Bytes owed to each access by weight (fixed-point remainders). */
  credits: number[];
  /** Nanoseconds left of a compute op, -1 when it has not begun. */
  computeLeft: Nanoseconds;
  /** Notes of the thread: when each was last taken, and on which CPU (-1 not yet). */
  notedNs: Nanoseconds[];
  notedCpu: CpuId[];
  /** What the task waits for while it sleeps. */
  waiting: 'none' | 'timer' | 'threads' | 'children' | 'barrier' | 'shared-barrier' | 'mutex' | 'daemon';
  /** The accesses of the op under way (null between access ops): a reference into the program. */
  accesses: Access[] | null;
}

/** Per-task statistics of AutoNUMA (autonuma.md 2.3, struct sched_autonuma of alpha6). */
export interface TaskAutonuma {
  /** `autonuma_node`: the node CFS should prefer, -1 none. */
  preferred: NodeId;
  /** mm.faultPass at this task's last hinting fault. */
  faultPass: number;
  /** Decayed count of hinting-faulted pages per node. */
  fault: Float64Array;
  faultTot: number;
  /** autonuma28: set by a last_nid mismatch, cleared at the next pass; while set this task migrates nothing. */
  falseSharing: number;
  /** alpha14: NEED_BALANCE. */
  needBalance: number;
  /** autonuma28: when sched_autonuma_balance last ran for this task. */
  lastBalanceNs: Nanoseconds;
}

export interface Task {
  id: TaskId;
  pid: Pid;
  /** Index in kernel.processes, -1 for a kernel thread. */
  process: number;
  /** Address space, -1 for a kernel thread. */
  mm: MmId;
  name: string;
  /** Index of the thread within its process, from 0. */
  threadIndex: number;
  /** Kernel threads: which daemon ('' for user tasks), and the node it serves (-1 none). */
  daemon: '' | 'knuma_scand' | 'knuma_migrated' | 'khugepaged' | 'kswapd';
  daemonNode: NodeId;
  state: number;
  /** Absolute time at which a timer wakes it, Infinity = no timer. */
  wakeAtNs: Nanoseconds;
  /** CPU it runs on, is queued on, or last ran on. */
  cpu: CpuId;
  /** cpus_allowed: one byte a CPU, 1 = allowed; null = all. */
  affinity: Uint8Array | null;
  /** Task memory policy, null = MPOL_DEFAULT. */
  mempolicy: Mempolicy | null;
  /** Next node of a task-wide interleave. */
  interleaveNext: number;
  program: ProgramCounter;
  sched: SchedEntity;
  autonuma: TaskAutonuma;
  /** CPU time. */
  userNs: Nanoseconds;
  systemNs: Nanoseconds;
  startedNs: Nanoseconds;
  exitedNs: Nanoseconds;
  /** Bytes moved from and to local and remote memory so far. */
  localBytes: number;
  remoteBytes: number;
  /** Kernel work this task must still pay for with CPU time before its program goes on. */
  debtNs: Nanoseconds;
}

/** A pthread mutex. */
export interface Mutex {
  /** Thread that holds it, -1 free. */
  owner: TaskId;
  /** Threads that sleep on it, first come first. */
  waiters: TaskId[];
}

/** A process: the thread group that shares an address space. */
export interface Process {
  index: number;
  pid: Pid;
  name: string;
  parent: number;
  mm: MmId;
  /** TaskIds of its threads, main first, dead ones included. */
  threads: TaskId[];
  liveThreads: number;
  liveChildren: number;
  /** How many threads have arrived at each barrier. */
  barriers: number[];
  /** The process started at boot that this one descends from, itself perhaps: it keeps what all of them share. */
  root: number;
  /** Of a root: threads arrived at each shared barrier, and flags raised (0 or 1). */
  sharedBarriers: number[];
  flags: number[];
  mutexes: Mutex[];
  startedNs: Nanoseconds;
  /** -1 while it lives. */
  exitedNs: Nanoseconds;
  /** Bytes moved so far, per kind, dead threads included. */
  localBytes: number;
  remoteBytes: number;
}
