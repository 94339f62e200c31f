/**
 * The experiment: everything that decides what the kernel will do, and nothing of how it is looked at.
 * Two equal experiments give the same state hash at the same tick, on any engine.
 */

/** A machine as a person writes it (docs/machine-file.md); the field names are those of the file. */
export interface MachineFile {
  name: string;
  nodes: { cpus: number[]; memory_mb: number; reserved_mb?: number; id?: number }[];
  smt_siblings?: number[][];
  distances: number[][];
  measured_gbps?: { hard: number; inverse: number; one_node: number };
  lone_gbps?: { local: number; remote: number };
  bandwidth_gbps?: {
    controller: number[];
    link: number[][];
    socket_local: number;
    socket_remote: number;
    lone_local: number;
    lone_remote: number;
  };
  latency_ns?: number[][];
}

/** What runs under which rules. */
export interface Experiment {
  version: 1;
  /** Name of a preset, or a whole machine file. */
  machine: string | MachineFile;
  /** Name of a built-in workload, or a whole workload file (docs/workload-file.md, checked by the engine). */
  workload: string | object;
  variant: 'default' | 'hard_bind' | 'inverse_bind' | 'force_same_node';
  /** The workload's own parameters, for example { threads: 24 }. */
  parameters: Record<string, number>;
  policy: 'autonuma' | 'off';
  /** AutoNUMA version. */
  autonumaVersion: string;
  /** Boot with `noautonuma`: no daemons, no sysfs directory. */
  noautonuma: boolean;
  thp: 'off' | 'on';
  seed: number;
  /** Knobs written before the first tick: path below /sys/kernel/mm, value as text. */
  knobs: Record<string, string>;
  /**
   * What is done later, in time order: knobs written (path below /sys/kernel/mm), and `proc/PID/affinity` (a list of CPUs) or
   * `proc/PID/signal` (a name such as TERM) for what taskset and kill do.
   */
  edits: { tick: number; path: string; value: string }[];
}

/** Is an edit something done to a process? Such a one belongs to its run: a fresh boot has other processes. */
export function isProcessPath(path: string): boolean {
  return path.startsWith('proc/');
}

/** What a fresh page runs: numa02 born on one node, the program that heals within seconds. */
export const DEFAULT_EXPERIMENT: Experiment = {
  version: 1,
  machine: 'westmere-2n',
  workload: 'crossed',
  variant: 'default',
  parameters: {},
  policy: 'autonuma',
  autonumaVersion: 'alpha6',
  noautonuma: false,
  thp: 'off',
  seed: 1,
  knobs: {},
  edits: [],
};
