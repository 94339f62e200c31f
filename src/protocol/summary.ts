/** The figures for panels, captions, charts and the log: plain data, at most ten times a second. */
import type { StepGrain } from './engine-api.ts';
import type { Experiment } from './experiment.ts';
import type { ScenarioInfo } from './scenario.ts';
import type { Lamp } from './why.ts';

export interface MachineInfo {
  name: string;
  nodes: {
    osId: number;
    memoryMb: number;
    /** Page frames of the node (a multiple of 512). */
    frames: number;
    cpus: number[];
  }[];
  cpus: { osId: number; node: number; core: number; socket: number; siblings: number[] }[];
  distances: number[][];
  controllerGbps: number[];
  /** Where figures come from, one sentence ("measured", "assumed" and so on). */
  provenance: string;
}

export interface KnobInfo {
  /** Path below /sys/kernel/mm, e.g. autonuma/knuma_scand/pages_to_scan. */
  path: string;
  kind: 'flag' | 'number' | 'statistic' | 'choice';
  default: string;
  unit: string;
  minimum: number;
  maximum: number;
  /** One line of meaning. */
  meaning: string;
  /** For a choice: the values. */
  choices?: string[];
  /** A sensible range for a slider (the legal range is minimum..maximum). */
  sliderMinimum?: number;
  sliderMaximum?: number;
}

export interface Catalog {
  machines: { name: string; title: string }[];
  workloads: {
    name: string;
    title: string;
    question: string;
    /** What AutoNUMA does with it, in one sentence. */
    expected?: string;
    variants: string[];
    parameters: WorkloadParameter[];
  }[];
  scenarios: ScenarioInfo[];
  policies: { name: 'autonuma' | 'off'; title: string }[];
  versions: string[];
  /** Titles and prices of the versions, oldest first. */
  versionInfo: VersionInfo[];
  /** Knobs of alpha6, and of every version by its name. */
  knobs: KnobInfo[];
  knobsByVersion: Record<string, KnobInfo[]>;
}

/** A version of AutoNUMA as a person chooses it. */
export interface VersionInfo {
  name: string;
  /** With its date. */
  title: string;
  /** Extra memory for every 4 KiB page, bytes. */
  bytesPerPage: number;
}

export interface WorkloadParameter {
  name: string;
  meaning: string;
  unit: string;
  minimum: number;
  maximum: number;
  /** The default in words, because most of them follow the machine. */
  default?: string;
}

export interface SummaryRequest {
  /** First log line wanted (sequence number), and first series row wanted. */
  logFrom: number;
  seriesFrom: number;
  /** Bumped by the engine when rows were thinned; a different one means "send everything again". */
  seriesEpoch: number;
  /** `logEpoch` of the summary that the last log lines came with; a different one means the same for the log. */
  logEpoch: number;
}

export interface ThreadSummary {
  pid: number;
  index: number;
  name: string;
  state: 'running' | 'runnable' | 'sleeping' | 'dead';
  cpu: number;
  node: number;
  /** CPU follows memory: the node CFS should prefer, -1 none. */
  preferred: number;
  /** Task weight per node, 0..1000 (autonuma.md 6.2). */
  weights: number[];
  localShare: number;
}

export interface ProcessSummary {
  pid: number;
  /** Its hue; also the index used in frames and strip requests. */
  index: number;
  name: string;
  alive: boolean;
  startedS: number;
  /** Elapsed so far, or the whole run once it has exited. */
  elapsedS: number;
  residentMb: number;
  mbPerNode: number[];
  /** mm weight per node, 0..1000. */
  weights: number[];
  /** Share of the bytes of the last 100 simulated ms that were local, 0..1. */
  localShare: number;
  /** Estimated share of its work that is done, 0..1, -1 if unknown. */
  progress: number;
  /** Slots of 2 MiB of its address space: the whole width of its strip. Without it strips cannot be hovered. */
  slots?: number;
  threads: ThreadSummary[];
  /** Threads of the process per node (where they run or last ran). */
  threadsPerNode: number[];
}

export interface NodeSummary {
  totalMb: number;
  freeMb: number;
  kernelMb: number;
  pageCacheMb: number;
  anonymousMb: number;
  highWatermarkPages: number;
  daemon: {
    name: string;
    state: 'absent' | 'asleep' | 'napping' | 'migrating' | 'no room';
    queued: number;
    /** Queued from each source node. */
    queuedFrom: number[];
    pagesPerSecond: number;
  };
}

/** Time series, columns of equal length; row i of `t` is simulated seconds. */
export interface SeriesChunk {
  epoch: number;
  /** Sequence number of the first row. */
  from: number;
  t: number[];
  /** [process][node][row] MB. */
  mbPerNode: number[][][];
  localShare: number[];
  faultsPerS: number[];
  migratedPerS: number[];
  queued: number[];
  taskMovesPerS: number[];
  /** CPU seconds so far. */
  billScan: number[];
  billFault: number[];
  billMigrate: number[];
  /** All work of balancing so far, the three above included. */
  billSpent: number[];
  /** Seconds of access time saved so far, against the placement at the start. */
  billSaved: number[];
}

/** Memory that AutoNUMA takes for itself. */
export interface Overhead {
  /** 0 where nothing is allocated (another policy, or a version that allocates only if AutoNUMA is possible). */
  bytesPerPage: number;
  mb: number;
  /** Of all memory, 0..1. */
  share: number;
  /** One sentence: what the bytes are, and who says so. */
  source: string;
}

export interface TimelineMark {
  tick: number;
  kind: 'scan_pass' | 'knob' | 'migration_burst' | 'task_move' | 'birth' | 'death';
  label: string;
}

export interface LogLine {
  sequence: number;
  ns: number;
  text: string;
}

/** The branch that time is on (engine/branch.ts). */
export interface BranchState {
  /** Its number in this worker. */
  id: number;
  /** The branch it was forked from, and at which tick; null for a boot. */
  parent: number | null;
  forkTick: number;
  /** How far it has been simulated, in ticks, and whether every program has exited there. */
  end: number;
  finished: boolean;
}

export interface Summary {
  generation: number;
  tick: number;
  playing: boolean;
  finished: boolean;
  speed: number;
  /** Simulated seconds per wall second, measured. */
  achievedSpeed: number;
  /** True when the worker cannot keep up with the wanted speed. */
  behind: boolean;
  /** One sentence that says what is happening now, with the real names and numbers. */
  caption: string;
  /** A longer description of the whole picture for screen readers. */
  description: string;
  processes: ProcessSummary[];
  nodes: NodeSummary[];
  scanner: {
    present: boolean;
    state: string;
    /** Completed passes. */
    fullScans: number;
    /** 0..1 through the current pass, by pages. */
    progress: number;
    wakesInMs: number;
  };
  /** Value of each knob as text, and whether it differs from the default. */
  knobs: Record<string, string>;
  /** Cumulative counters under their kernel names. */
  counters: Record<string, number>;
  bill: {
    scanS: number;
    faultS: number;
    migrateS: number;
    splitS: number;
    shootdownS: number;
    balanceS: number;
    savedS: number;
  };
  localShare: number;
  /** What the version keeps for every page frame of the machine. */
  overhead: Overhead;
  series: SeriesChunk;
  /** All marks of the branch as far as it has been simulated, which may be later than now; short. */
  marks: TimelineMark[];
  log: LogLine[];
  /** Counts jumps in time: lines of another epoch are not the ones before these. */
  logEpoch: number;
  /**
   * Everything done to the branch after boot, with the ticks at which it took effect, also what is later than now: what a link needs to
   * give this run again.
   */
  edits?: Experiment['edits'];
  branch: BranchState;
  /** The jump in time under way: where to, and how much of what must be simulated for it is done (0..1). */
  seek: { target: number; progress: number } | null;
  /** The invariants that are watched. */
  lamps: Lamp[];
  /** Only for perf bench numa mem: its result lines, as if it ended now. */
  perfBench?: string[];
  /** What went wrong in the engine or the kernel model, '' when all is well. */
  error?: string;
}

export type InspectTarget =
  | { kind: 'frame'; node: number; frame: number }
  | { kind: 'cpu'; cpu: number }
  | { kind: 'thread'; pid: number }
  | { kind: 'process'; pid: number }
  | { kind: 'daemon'; node: number }
  | { kind: 'virtual'; process: number; slot: number; page: number }
  /** All 2 MiB around a page. */
  | { kind: 'block'; process: number; slot: number }
  /** Pages on their way from node to node: an arrow. */
  | { kind: 'flow'; from: number; to: number };

/** A thing in words: a title and rows of name and value, ready to show. */
export interface Inspection {
  title: string;
  rows: { name: string; value: string }[];
}

/** Titles of the step grains. */
export const STEP_TITLES: Record<StepGrain, string> = {
  tick: 'tick (1 ms)',
  scan_pass: 'scan pass',
  hinting_fault: 'hinting fault',
  page_migration: 'page migration',
  task_move: 'task move',
};
