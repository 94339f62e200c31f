/**
 * What tasks execute: system calls and memory accesses as data. A workload (src/workloads) is compiled to this; the
 * interpreter is run.ts. Access is by range, not by word.
 */
import type { CpuId, Nanoseconds, NodeId } from '../units.ts';

/** A NUMA memory policy (mempolicy.c): of a task or of a mapping. `null` stands for MPOL_DEFAULT. */
export interface Mempolicy {
  mode: 'bind' | 'preferred' | 'interleave';
  nodes: NodeId[];
}

/** A memory mapping a program asks for. Regions are numbered per process image. */
export interface Region {
  name: string;
  bytes: number;
  /** anonymous = malloc; private-file = MAP_PRIVATE of a file (text, libraries); shared = MAP_SHARED, found by `key`. */
  backing: 'anonymous' | 'private-file' | 'shared';
  /** Processes that map the same key share the pages (shared and private-file). */
  key: string;
  /** Bytes between the 2 MiB boundary at or below and the start of the region (malloc gives 16). */
  misalignment: number;
  /** madvise(MADV_HUGEPAGE) or (MADV_NOHUGEPAGE) on it right after mmap; anonymous only. */
  thp?: 'always' | 'never';
}

/** One stream of accesses of a phase; byte offsets are relative to the region. */
export interface Access {
  region: number;
  from: number;
  to: number;
  pattern: 'sequential' | 'random' | 'strided';
  write: boolean;
  /** Relative share of the phase's bytes that goes to this access. */
  weight: number;
  /** Strided: bytes from one touch to the next. */
  strideBytes: number;
  /** Random and strided: bytes touched each time (64 = one cache line). */
  touchBytes: number;
  /** Pause after every touch of a random or strided access, or after every page of a sequential one, in ns. */
  thinkNs: number;
}

export type Op =
  | { op: 'mmap'; region: number; policy: Mempolicy | null }
  | { op: 'munmap'; region: number }
  | { op: 'mbind'; region: number; policy: Mempolicy | null }
  | { op: 'set_mempolicy'; policy: Mempolicy | null }
  | { op: 'sched_setaffinity'; cpus: CpuId[] | null }
  /** Move `bytes` bytes in total through the accesses, interleaved by weight. */
  | { op: 'access'; accesses: Access[]; bytes: number }
  /** Run on the CPU without touching memory. */
  | { op: 'compute'; ns: Nanoseconds }
  | { op: 'sleep'; ns: Nanoseconds }
  /** Start a thread running `threads[thread]` of the same image. */
  | { op: 'clone'; thread: number }
  /** Wait until every other thread of the process has exited. */
  | { op: 'join' }
  /** fork(): the child runs `threads[thread]` of the same image as its main thread, sharing memory copy on write. */
  | { op: 'fork'; thread: number }
  /** Replace the process image: new address space, statistics reset, main thread of the image. */
  | { op: 'exec'; image: number }
  /** Wait until every child process has exited. */
  | { op: 'wait' }
  /**
   * Wait until so many threads have reached this barrier: of the process, or, when it is `shared`, of all processes that descend from
   * the one started at boot.
   */
  | { op: 'barrier'; id: number; parties: number; shared?: boolean }
  /** pthread_mutex_lock of a mutex of the process; it is handed over in the order of arrival. */
  | { op: 'lock'; mutex: number }
  | { op: 'unlock'; mutex: number }
  /** clock_gettime and sched_getcpu into one of the thread's notes, where `unless` and watchers read them. */
  | { op: 'note'; note: number }
  /** Raise a flag in memory that all processes share which descend from the one started at boot. */
  | { op: 'raise'; flag: number }
  /** Jump to op `to` unless the condition holds. */
  | { op: 'unless'; condition: Condition; to: number }
  /** Jump back to op `to` until this loop has run `times` times. `counter` is unique within the thread code. */
  | { op: 'loop'; counter: number; to: number; times: number }
  | { op: 'exit' };

/** What a program can ask about itself without help of the kernel model: its clock, its memory, the CPUs it has noted. */
export type Condition =
  /** So much time has passed since the thread took this note. */
  | { is: 'elapsed'; note: number; ns: Nanoseconds }
  | { is: 'raised'; flag: number }
  /** The thread runs on one of these CPUs (sched_getcpu); with an empty list `unless` is a plain jump. */
  | { is: 'on'; cpus: CpuId[] }
  /**
   * Over all processes with the same parent: every thread whose code has this note has taken it, and within each process on one node.
   */
  | { is: 'gathered'; note: number };

/** What one kind of thread does, from its first instruction; falling off the end is exit. */
export interface ThreadCode {
  name: string;
  ops: Op[];
  /** Number of loop counters. */
  counters: number;
  /** Number of notes; none when left out. */
  notes?: number;
}

/** An executable: regions and thread codes; threads[0] is main. */
export interface ProgramImage {
  name: string;
  regions: Region[];
  threads: ThreadCode[];
  /** What the trap of a page fault costs it, as a multiple of what it costs others (a guest leaves its VM first). 1 when left out. */
  faultCostFactor?: number;
}

/** All that a boot starts. */
export interface ProgramSet {
  title: string;
  images: ProgramImage[];
  /** Processes started at boot in this order: which image, when, and on which CPU the shell runs (-1 = CPU 0's choice). */
  start: { image: number; atNs: Nanoseconds }[];
}
