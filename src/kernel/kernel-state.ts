/**
 * The whole state of the simulated kernel: plain objects, arrays, typed arrays, numbers and strings, nothing else.
 * That is what makes snapshot a deep copy and the hash a walk (state.ts). `output` and `policy` hang beside it.
 */
import type { BalancingPolicy } from './balancing/policy.ts';
import type { AutonumaState } from './balancing/autonuma/state.ts';
import type { Costs } from './costs.ts';
import type { Bill, Counters } from './counters.ts';
import type { Machine } from './machine/machine.ts';
import type { HardwareState } from './machine/bandwidth.ts';
import type { KhugepagedState } from './mm/huge.ts';
import type { AddressSpace, Memory } from './mm/state.ts';
import type { Output } from './output.ts';
import type { ProgramSet } from './program/program.ts';
import type { RandomStream } from './random.ts';
import type { SchedState } from './sched/state.ts';
import type { SteadyState } from './sched/steady.ts';
import type { Process, Task } from './sched/task.ts';
import type { Nanoseconds } from './units.ts';

/** What is chosen at boot and cannot change while running. */
export interface BootOptions {
  machine: Machine;
  programs: ProgramSet;
  policy: 'autonuma' | 'off';
  autonumaVersion: string;
  noautonuma: boolean;
  thp: 'off' | 'on';
  seed: number;
}

/** Random streams, one per source of events. */
export interface RandomStreams {
  /** Phase of knuma_scand when the program starts. */
  scanner: RandomStream;
  /** Per CPU: when its current task passes through schedule(). */
  schedule: RandomStream[];
  /** Per task (grows): random accesses. */
  task: RandomStream[];
}

export interface Kernel {
  machine: Machine;
  seed: number;
  policyName: 'autonuma' | 'off';
  autonumaVersion: string;
  noautonuma: boolean;
  /** Ticks completed since boot. */
  ticks: number;
  /** Time of the event being simulated; at the start of tick i it is i * TICK_NS. */
  nowNs: Nanoseconds;
  tasks: Task[];
  processes: Process[];
  /** Processes that have not exited. */
  liveProcesses: number;
  mms: AddressSpace[];
  /** Next pid to hand out. */
  nextPid: number;
  memory: Memory;
  sched: SchedState;
  steady: SteadyState;
  hardware: HardwareState;
  autonuma: AutonumaState;
  khugepaged: KhugepagedState;
  programs: ProgramSet;
  /** Index of the next entry of programs.start. */
  nextStart: number;
  costs: Costs;
  counters: Counters;
  /** CPUs of each node that streamed in the last tick. */
  streams: Int32Array;
  bill: Bill;
  random: RandomStreams;
  /** Per CPU: when its lone running task next passes through schedule(). */
  nextSchedule: Float64Array;
  /** No timer of a sleeping task fires before this time. */
  nextTimerNs: Nanoseconds;
  /** Not state: hooks of the chosen policy, and output for watchers. Neither hashed nor copied. */
  policy: BalancingPolicy;
  output: Output;
}
