/**
 * Everything that crosses between page and worker: one typed surface, served by Comlink. Commands go in,
 * observations come out. Errors come back as values the page can show; nothing here throws for bad input.
 */
import type { Experiment, MachineFile } from './experiment.ts';
import type { ExperimentFile } from './experiment-file.ts';
import type { ViewRequest } from './frame.ts';
import type { NotModelledInfo, PublishedRowInfo, PublishedRun } from './published.ts';
import type { ShellCompletion, ShellReply, ShellSession } from './shell.ts';
import type { Answer, Question } from './questions.ts';
import type { BillReport, Lamp, Why } from './why.ts';
import type { Arrival, Placement, Standing } from './runs.ts';
import type { Catalog, Inspection, InspectTarget, MachineInfo, Summary, SummaryRequest } from './summary.ts';

/** A reply that can fail: the message names the field or line and what was expected. */
export type Reply<T> = { ok: true; value: T } | { ok: false; error: string };

/** How far one step goes. */
export type StepGrain = 'tick' | 'scan_pass' | 'hinting_fault' | 'page_migration' | 'task_move';
export const STEP_GRAINS: readonly StepGrain[] = [
  'tick',
  'scan_pass',
  'hinting_fault',
  'page_migration',
  'task_move',
];

/** Result of a step: where it stopped, and whether what was asked for came before the end or the limit. */
export interface StepResult {
  tick: number;
  reached: boolean;
  /** One sentence: what happened there, or why it stopped. */
  sentence: string;
}

/** Result of a boot. */
export interface BootResult {
  generation: number;
  /** Number of the branch that begins, or goes on, with it. */
  branch: number;
  machine: MachineInfo;
  /** Names of the workload's processes may change while it runs; this is its title. */
  workloadTitle: string;
  workloadQuestion: string;
}

/** A stretch of an experiment to be recorded. */
export interface TraceRequest {
  experiment: Experiment;
  /** Ticks; the programs may end before `toTick`. */
  fromTick: number;
  toTick: number;
  gzip: boolean;
  /** Goes into the file: what ran, the link, versions. */
  about: Record<string, string>;
}

export interface EngineApi {
  /**
   * Boot a fresh kernel and start the workload; the old one is dropped only when the new one has booted. What was simulated of it is
   * kept as a branch.
   * @param branch number of a branch to go on with: what is known of its time need not be simulated again. Without it, or when
   * the worker knows no such branch, one without a past
   */
  boot(experiment: Experiment, play: boolean, branch?: number): Promise<Reply<BootResult>>;
  play(): Promise<void>;
  pause(): Promise<void>;
  /** Simulated seconds per wall second, 0.01 and up; Infinity is as fast as possible. */
  setSpeed(speed: number): Promise<void>;
  /** Pause, then run until the grain's next event; at most 60 simulated seconds (sliced: other calls stay served). */
  step(grain: StepGrain): Promise<Reply<StepResult>>;
  /** Pause and go to where a step of the grain would have ended before the present: the latest such tick. */
  stepBack(grain: StepGrain): Promise<Reply<StepResult>>;
  /**
   * Pause and go to a tick of the branch: backwards by a checkpoint and replay, and also farther than it has been simulated. Sliced:
   * other calls stay served, and each that changes what runs, a newer seek too, ends it where it stands.
   */
  seek(tick: number): Promise<Reply<StepResult>>;
  /** Forget a branch that is not on show, and its checkpoints. */
  forgetBranch(branch: number): Promise<void>;
  /** How many checkpoints there are, the bytes they take (about), and those they may take. */
  checkpoints(): Promise<{ count: number; bytes: number; limit: number }>;
  /** Checkpoints of this worker may take so many bytes together; takes effect with the next one made. */
  limitCheckpoints(bytes: number): Promise<void>;
  /**
   * Pause, then run until this tick or the end of the programs, as fast as possible and sliced; no sooner, however
   * long it takes, unless something else is asked for meanwhile. A tick in the past changes nothing.
   */
  runTo(tick: number): Promise<Reply<Arrival>>;
  /** Where the run stands now, with its totals. */
  standing(): Promise<Standing>;
  /** Where the address spaces of the living processes lie. */
  placements(): Promise<Placement[]>;
  /**
   * Write a knob as text, as `echo value > path` would; the error is the kernel's (EINVAL and why). In the past this forks: the old branch
   * stays as it is, and time goes on on a new one.
   */
  writeKnob(path: string, value: string): Promise<Reply<string>>;
  /** Run a line in the shell beside the kernel; the session that comes back goes along with the next line. */
  shell(line: string, session: ShellSession): Promise<ShellReply>;
  /** How a line of shell can go on at the cursor. */
  completeShell(line: string, cursor: number, session: ShellSession): Promise<ShellCompletion>;
  /** Produce one frame into `buffer` (transferred; a larger one is made when it is too small) and transfer it back. */
  frame(view: ViewRequest, buffer: ArrayBuffer): Promise<ArrayBuffer>;
  /** The figures for panels, captions and charts; asked for at most 10 times a second. */
  summary(request: SummaryRequest): Promise<Summary>;
  /** What something is, in words and numbers. */
  inspect(target: InspectTarget): Promise<Inspection>;
  /** Why something is as it is: its state in words and the ledger of what was decided about it. */
  why(target: InspectTarget): Promise<Why>;
  /** Answer a question from the history that is kept. */
  ask(question: Question): Promise<Reply<Answer>>;
  /** What balancing has cost and saved; null before anything was booted. */
  bill(): Promise<BillReport | null>;
  /** Test hook: spoils the kernel's state so that a lamp goes red. */
  corrupt(id: Lamp['id']): Promise<void>;
  /** The presets and programs there are, and every knob with its range and meaning. */
  catalog(): Promise<Catalog>;
  /**
   * Understand pasted text: `numactl --hardware` output or a machine file. The notes say what was not in the text and
   * has been assumed, a sentence each.
   */
  parseMachine(text: string): Promise<Reply<MachineFile> & { notes?: string[] }>;
  /** Understand a pasted workload file. */
  parseWorkload(text: string): Promise<Reply<object>>;
  /** Understand an experiment file; machine and workload inside are looked at when it boots. */
  parseExperiment(text: string): Promise<Reply<ExperimentFile>>;
  /**
   * Run an experiment again, headless, and record a stretch of it as a Chrome trace. Needs no boot, and is best called on a
   * worker of its own; `traceProgress` says how far it is, 0..1.
   */
  recordTrace(request: TraceRequest): Promise<Reply<Uint8Array<ArrayBuffer>>>;
  traceProgress(): Promise<number>;
  /** The published rows there is a machine for. Needs no boot, as all calls of the scoreboard. */
  publishedRows(): Promise<PublishedRowInfo[]>;
  /** Published figures beside them that the lab has no policy for. */
  publishedNotModelled(): Promise<NotModelledInfo[]>;
  /**
   * Run a published row to its end, headless, in slices. One at a time: a new one cancels the one before it. Best
   * called on a worker of its own, or it takes the time of what is on show.
   */
  runPublished(id: string, seed: number): Promise<Reply<PublishedRun>>;
  /** The run under way as far as it has come; null when there is none. */
  publishedSoFar(): Promise<PublishedRun | null>;
  /** End the run under way: it replies with an error. */
  cancelPublished(): Promise<void>;
  /** Hash of the whole kernel state, hexadecimal. */
  stateHash(): Promise<string>;
  /** Test hook: makes the worker fail, so that surviving it can be tested. */
  crash(): Promise<void>;
}
