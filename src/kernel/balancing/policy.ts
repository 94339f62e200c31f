/**
 * What a balancing policy may do: one interface of hooks (policies.md 0.3). A policy keeps its state in the kernel
 * state; the hooks themselves are stateless functions.
 */
import type { Kernel } from '../kernel-state.ts';
import type { AddressSpace } from '../mm/state.ts';
import type { Task } from '../sched/task.ts';
import type { CpuId, Nanoseconds, NodeId, SlotId } from '../units.ts';

/** Why CFS looks for a task to pull (enum cpu_idle_type). */
export type IdleType = 'idle' | 'newly_idle' | 'not_idle';

export interface BalancingPolicy {
  name: string;
  /** Create daemons and per-node state, after machine, memory and scheduler are up. */
  boot(k: Kernel): void;
  onMmCreated(k: Kernel, mm: AddressSpace, parent: AddressSpace | null): void;
  onMmExit(k: Kernel, mm: AddressSpace): void;
  /** fork and clone: `sharesMm` for a thread. Called before the child is placed on a CPU. */
  onFork(k: Kernel, parent: Task, child: Task, sharesMm: boolean): void;
  onExec(k: Kernel, task: Task): void;
  /** Node a new page of a task without mempolicy should come from. */
  allocationNode(k: Kernel, task: Task): NodeId;
  /**
   * A touch of marked memory: the marks of pages [from, to) of the slot are cleared by the caller before; updates statistics and may
   * queue or move pages. `huge`: one mapping of 512 pages.
   * @returns CPU time in ns that the faulting task pays beyond the trap itself
   */
  hintingFault(k: Kernel, task: Task, slot: SlotId, from: number, to: number, huge: boolean): Nanoseconds;
  /** Pages of this slot are being unmapped, shared or replaced: drop queue entries and batches that name it. */
  forgetSlot(k: Kernel, slot: SlotId): void;
  /** The same for one page that loses its mapping or gets a second one. */
  forgetPage(k: Kernel, slot: SlotId, page: number): void;
  /** autonuma.md 6.6: CFS prefers this CPU for the task (true for everything without a preference). */
  isAffine(k: Kernel, task: Task, cpu: CpuId): boolean;
  /** May CFS pull this task to `dst`? `affineOnly` in the first of its two passes. */
  canPull(k: Kernel, task: Task, dst: CpuId, affineOnly: boolean, idle: IdleType): boolean;
  /** True when CFS makes two passes over a busiest queue, affine tasks first. */
  twoPassPull: boolean;
  /** End of schedule() on a CPU whose current task is a user task. May move the task to another CPU. */
  onSchedule(k: Kernel, cpu: CpuId, task: Task): void;
  /** CFS has balanced the domains of a CPU that is running this user task (the softirq). May move the task. */
  onRebalance(k: Kernel, cpu: CpuId, task: Task): void;
  /** Run a daemon for at most `budgetNs`. @returns CPU time used; it sleeps by setting wakeAtNs or waiting 'daemon'. */
  runDaemon(k: Kernel, task: Task, budgetNs: Nanoseconds): Nanoseconds;
}
