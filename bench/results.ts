/** What bench/results.json holds. */

/** Where and when a row was measured. */
export interface Circumstances {
  at: string;
  commit: string;
  /** Share of the machine's CPU time that was idle in the second before, 0..1; null where there is no /proc/stat. */
  idleBefore: number | null;
}

export interface KernelRow extends Circumstances {
  name: string;
  note: string;
  runs: number;
  /** Simulated seconds of a run, and whether the programs were over by then. */
  simulatedS: number;
  finished: boolean;
  /** Simulated seconds a wall second: median, and the slowest and fastest of the runs. */
  speed: number;
  speedLow: number;
  speedHigh: number;
  /** The same over the slowest and the fastest 5 simulated seconds (medians of the runs). */
  slowestSpeed: number;
  fastestSpeed: number;
  /** CPU milliseconds of the process a simulated second (median): less noisy than wall time. */
  cpuMsPerSimulatedS: number;
  /** Millions of steps of the calibration loop that take as much CPU time as a simulated second: machine-independent. */
  megastepsPerSimulatedS: number;
  bootMs: number;
  /** Resident at the end of a run and at its highest, and what the run added to an empty process. */
  rssMb: number;
  peakMb: number;
  addedMb: number;
  /** 4 KiB pages in use by programs at the end of a run, and bytes added for each. */
  mappedPages: number;
  bytesPerMappedPage: number;
  stateHash: string;
  /** Every run ended in the same state. */
  deterministic: boolean;
}

export interface BrowserWindow {
  fresh: number;
  animation: number;
}

export interface BrowserRow extends Circumstances {
  name: string;
  experiment: string;
  size: string;
  canvas: string;
  sharpness: number;
  /** Frames a second that drew new worker data, and animation callbacks a second: the best window, and all of them. */
  fresh: number;
  animation: number;
  windows: BrowserWindow[];
  /** Frames with the same id, or of an older experiment, that were drawn or thrown away in the best window. */
  stale: number;
  /**
   * CPU milliseconds of script on the main thread between two animation frames, and its share of all time; null when the
   * browser was too busy to give a trace.
   */
  scriptP50Ms: number | null;
  scriptP95Ms: number | null;
  scriptShare: number | null;
  /** Long tasks after loading, in all windows together, and the longest. */
  longTasks50: number;
  longTasks100: number;
  longestTaskMs: number;
  frameKib: number;
  bytesPerCanvasPixel: number;
  workerFrameP95Ms: number;
  workerSliceP95Ms: number;
  droppedMoves: number;
  /** Simulated seconds a wall second that the worker reached (1 was asked for), and whether the programs ran to the end. */
  achievedSpeed: number;
  finished: boolean;
  mappedGib: number;
  /** Variance of the picture's luminance, 0..16256: a blank picture has 0. */
  variance: number;
  complaints: string[];
}

export interface StartRow extends Circumstances {
  runs: number;
  /** Milliseconds from navigation: until the first frame was drawn, and until the second, whose simulated time is later. */
  firstFrameMs: number;
  firstPictureMs: number;
  all: number[];
  firstContentfulPaintMs: number;
  /** All scripts that were fetched until then, the worker's and what is imported dynamically included, KB gzipped. */
  fetchedScriptKb: number;
}

/** One gesture of the wheel from the whole machine to single pages while it runs at 1x. */
export interface ZoomRow extends Circumstances {
  name: string;
  /** Steps of the wheel; animation frames from the event until the new level was drawn: most, and of how many steps over two. */
  levels: number;
  framesMost: number;
  levelsOverTwo: number;
  msP50: number;
  msMost: number;
  /** Width of a page at the end, CSS pixels. */
  cellPixels: number;
}

/** What the page and the GPU process hold while the simulation runs at 1x, garbage collected before each look. */
export interface MemoryRow extends Circumstances {
  name: string;
  minutes: number;
  /** MB at each look, evenly spaced: script heap of the page, buffers behind it, private memory of the GPU process. */
  heapMb: number[];
  buffersMb: number[];
  gpuMb: number[];
}

export interface SizeRow extends Circumstances {
  initialScriptKb: number;
  distKb: number;
  workerKbGzipped: number;
}

/** Seeks to ticks drawn evenly from all that was simulated, each with a frame of the picture after it. */
export interface SeekRow extends Circumstances {
  name: string;
  note: string;
  seeks: number;
  behindS: number;
  medianMs: number;
  p95Ms: number;
  worstMs: number;
  /** The same in CPU time of the process: what it would be on a machine that does nothing else. */
  cpuMedianMs: number;
  cpuP95Ms: number;
  /** Longest time in which the worker would have heard nobody while seeking. */
  silentMs: number;
  /** Checkpoints at the end, what they take and may take, and the whole process. */
  checkpoints: number;
  checkpointMb: number;
  limitMb: number;
  rssMb: number;
  /** Every state came out as it was on the way forward. */
  exact: boolean;
}

export interface Results {
  schema: 'autonuma-lab/bench/1';
  quick: boolean;
  node: string;
  cpu: string;
  cores: number;
  memoryGib: number;
  browser: string;
  /** Steps of the calibration loop a second of CPU time, in millions. */
  megastepsPerS: number;
  kernel: KernelRow[];
  /** Not in results of before there were seeks. */
  seeks?: SeekRow[];
  pages: BrowserRow[];
  /** Not in results of before these were measured. */
  zooms?: ZoomRow[];
  memory?: MemoryRow[];
  start: StartRow | null;
  size: SizeRow | null;
}

export const SCHEMA = 'autonuma-lab/bench/1';
