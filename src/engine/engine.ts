/**
 * The engine: runs a session at the wanted speed in short slices, answers commands, makes frames. It lives in a worker
 * (worker.ts) but knows nothing of that; tests run it in Node.
 *
 * Whatever runs - playing or a step - is an activity with a number. Every command that changes what runs takes
 * the next number, so a slice that wakes up with an old one knows that it is over.
 */
import { stateHash } from '../kernel/kernel.ts';
import { machineSliced } from '../scenarios/calibrate.ts';
import type {
  BootResult,
  EngineApi,
  Reply,
  StepGrain,
  StepResult,
  TraceRequest,
} from '../protocol/engine-api.ts';
import type { Experiment, MachineFile } from '../protocol/experiment.ts';
import type { ExperimentFile } from '../protocol/experiment-file.ts';
import type { ViewRequest } from '../protocol/frame.ts';
import type { NotModelledInfo, PublishedRowInfo, PublishedRun } from '../protocol/published.ts';
import type { ShellCompletion, ShellReply, ShellSession } from '../protocol/shell.ts';
import type { Answer, Question } from '../protocol/questions.ts';
import type { BillReport, Lamp, Why } from '../protocol/why.ts';
import type { Arrival, Placement, Standing } from '../protocol/runs.ts';
import type { Catalog, Inspection, InspectTarget, Summary, SummaryRequest } from '../protocol/summary.ts';
import { Branch } from './branch.ts';
import { CaptionKeeper } from './caption.ts';
import { buildCatalog } from './catalog.ts';
import { Checkpoints } from './checkpoints.ts';
import {
  achievedSpeed,
  createPace,
  createSpeedometer,
  dueTicks,
  isBehind,
  measure,
  msUntilDue,
  payTicks,
  resetSpeedometer,
  resume,
  setSpeed,
  SLICE_MS,
} from './clock.ts';
import { checkView, writeEmptyFrame } from './frame-writer.ts';
import type { ShellHost } from '../shell/host.ts';
import type { Host } from './host.ts';
import { inspect } from './inspect.ts';
import { Jump } from './jump.ts';
import { parseExperiment, parseMachine, parseWorkload } from './parse.ts';
import { placementsOf } from './placement.ts';
import { notModelledInfos, publishedRowInfos, PublishedRunner } from './published.ts';
import {
  atTime,
  describeJumpMiss,
  describeMiss,
  describeNothingBefore,
  describeStep,
  seconds,
} from './sentences.ts';
import { messageOf, Session } from './session.ts';
import { completeLine, runLine } from './shell-lines.ts';
import { NOT_BOOTED, standingOf } from './standing.ts';
import { machineInfo } from './summary.ts';
import { TraceJob } from './trace-job.ts';
import { emptySummary, summarise } from './summarise.ts';
import { searchFirstViolation } from './first-violation.ts';
import { answer } from './questions.ts';
import { why } from './why.ts';

/** A step gives up after so many ticks. */
const STEP_LIMIT_TICKS = 60_000;
/** Longest sleep between two looks at the clock. */
const MAX_SLEEP_MS = 100;

/** The counter of the kernel's output that a step waits for; null for a plain tick. */
const STEP_COUNTERS = {
  tick: null,
  scan_pass: 'stepScanPasses',
  hinting_fault: 'stepFaults',
  page_migration: 'stepMigrations',
  task_move: 'stepTaskMoves',
} as const;

/** Share of the wanted speed that counts as keeping up. */
const KEEPING_UP = 0.95;

export class Engine implements EngineApi {
  private readonly host: Host;
  private readonly pace;
  private readonly meter = createSpeedometer();
  private session: Session | null = null;
  private generation = 0;
  /** Boots asked for so far: a later one overtakes one that is still fitting its machine. */
  private boots = 0;
  private readonly checkpointStore: Checkpoints;
  /** The jump in time under way. */
  private jump: Jump | null = null;
  private mode: 'idle' | 'playing' | 'stepping' | 'seeking' = 'idle';
  private activity = 0;
  private frameId = 0;
  private sliceMs = 0;
  /** Error that belongs to no session. */
  private problem = '';
  private captions = new CaptionKeeper();
  /** The person has acted since the last summary. */
  private acted = true;
  private readonly published: PublishedRunner;
  private readonly traces: TraceJob;

  /** @param checkpointBytes what checkpoints may take together */
  constructor(host: Host, checkpointBytes?: number) {
    this.host = host;
    this.checkpointStore = new Checkpoints(checkpointBytes);
    this.published = new PublishedRunner(host);
    this.traces = new TraceJob(host);
    this.pace = createPace(1, host.now());
  }

  async boot(experiment: Experiment, play: boolean, branchId?: number): Promise<Reply<BootResult>> {
    let session: Session;
    const turn = ++this.boots;
    try {
      await this.fitMachine(experiment);
      if (turn !== this.boots) return { ok: false, error: 'Another experiment was started meanwhile.' };
      const { checkpointStore: store } = this;
      const branch = store.find(branchId ?? -1) ?? new Branch(store.nextId, experiment.edits);
      session = new Session(experiment, this.generation + 1, branch, store);
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
    this.stop();
    this.session = session;
    session.lamps.onBroken = (lamp) =>
      searchFirstViolation(
        session.replayFrom(lamp.heldTick),
        lamp,
        this.host,
        () => session !== this.session,
      );
    this.generation = session.generation;
    this.problem = '';
    this.captions = new CaptionKeeper();
    resetSpeedometer(this.meter, this.host.now(), 0);
    if (play) this.start();
    const { title, question } = session.workload;
    const value = {
      generation: this.generation,
      branch: session.branch.id,
      machine: machineInfo(session.k),
      workloadTitle: title,
      workloadQuestion: question,
    };
    return { ok: true, value };
  }

  /** A machine with measured totals is fitted to them, which takes a second: in slices, while what was on show goes on. */
  private async fitMachine({ machine }: Experiment): Promise<void> {
    if (typeof machine === 'string') return;
    try {
      const fitting = machineSliced(machine);
      let sliceMs = this.host.now();
      while (!fitting.next().done) {
        if (this.host.now() - sliceMs < SLICE_MS) continue;
        await new Promise<void>((resolve) => this.host.soon(resolve));
        sliceMs = this.host.now();
      }
    } catch {
      // Resolving the experiment will say what is wrong with the machine, and name the field.
    }
  }

  async play(): Promise<void> {
    if (this.mode !== 'playing') this.start();
  }

  async pause(): Promise<void> {
    this.stop();
  }

  async setSpeed(speed: number): Promise<void> {
    this.acted = true;
    setSpeed(this.pace, speed, this.host.now());
    // A sleep measured for the old speed may be long: start afresh.
    if (this.mode === 'playing') this.start();
  }

  async step(grain: StepGrain): Promise<Reply<StepResult>> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    this.stop();
    if (session.broken) return { ok: false, error: session.problem };
    const activity = this.activity;
    this.mode = 'stepping';
    const { output } = session.k;
    const since = output.traceCount;
    const counter = STEP_COUNTERS[grain];
    const before = counter ? output[counter] : -1;
    const happened = () => !counter || output[counter] !== before;
    const end = (reached: boolean, sentence: string): Reply<StepResult> => {
      if (activity === this.activity) this.stop();
      return { ok: true, value: { tick: session.k.ticks, reached, sentence } };
    };
    for (let left = counter ? STEP_LIMIT_TICKS : 1; left > 0;) {
      if (session.finished) return end(false, describeMiss(session.k, grain, 'finished'));
      try {
        left -= this.slice(session, left, happened);
      } catch (error) {
        this.stop();
        return { ok: false, error: session.problem || messageOf(error) };
      }
      if (counter ? happened() : left === 0) {
        return end(true, describeStep(session.k, grain, since) ?? tickSentence(session));
      }
      await new Promise<void>((resolve) => this.host.soon(resolve));
      if (activity !== this.activity) return end(false, describeMiss(session.k, grain, 'stopped'));
    }
    return end(false, describeMiss(session.k, grain, 'limit'));
  }

  async seek(tick: number): Promise<Reply<StepResult>> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    if (!Number.isSafeInteger(tick) || tick < 0)
      return { ok: false, error: `a tick is a whole number from 0 on, not ${tick}` };
    return this.jumpTo(session, tick, () => atTime(session.k.ticks));
  }

  async stepBack(grain: StepGrain): Promise<Reply<StepResult>> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    const { ticks } = session.k;
    const target = grain === 'tick' ? ticks - 1 : session.branch.steps.before(grain, ticks);
    if (target < 0) {
      this.stop();
      return { ok: true, value: { tick: ticks, reached: false, sentence: describeNothingBefore(grain) } };
    }
    return this.jumpTo(session, target, (since) => {
      const event = describeStep(session.k, grain, since);
      return event ? `Back at ${seconds(target)}: ${event}` : atTime(target);
    });
  }

  async forgetBranch(id: number): Promise<void> {
    const branch = this.checkpointStore.find(id);
    if (branch && branch !== this.session?.branch) this.checkpointStore.drop(branch);
  }

  async checkpoints(): Promise<{ count: number; bytes: number; limit: number }> {
    const { count, bytes, limit } = this.checkpointStore;
    return { count, bytes, limit };
  }

  async limitCheckpoints(bytes: number): Promise<void> {
    this.checkpointStore.limit = bytes;
  }

  async runTo(tick: number): Promise<Reply<Arrival>> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    this.stop();
    const activity = this.activity;
    this.mode = 'stepping';
    let workMs = 0;
    while (!session.finished && !session.broken && session.k.ticks < tick) {
      try {
        this.slice(session, tick - session.k.ticks, null);
      } catch {
        // The session knows what happened and says so below.
      }
      workMs += this.sliceMs;
      if (session.finished || session.k.ticks >= tick) break;
      await new Promise<void>((resolve) => this.host.soon(resolve));
      if (activity !== this.activity) break;
    }
    if (activity === this.activity) this.stop();
    return session.broken
      ? { ok: false, error: session.problem }
      : { ok: true, value: { ...standingOf(session), workMs } };
  }

  async standing(): Promise<Standing> {
    return this.session ? standingOf(this.session) : NOT_BOOTED;
  }

  async placements(): Promise<Placement[]> {
    return this.session ? placementsOf(this.session.k) : [];
  }

  async writeKnob(path: string, value: string): Promise<Reply<string>> {
    return this.edit(path, value);
  }

  async shell(line: string, state: ShellSession): Promise<ShellReply> {
    return runLine(this.shellHost, line, state);
  }

  async completeShell(line: string, cursor: number, state: ShellSession): Promise<ShellCompletion> {
    return completeLine(this.shellHost, line, cursor, state);
  }

  async frame(view: ViewRequest, buffer: ArrayBuffer): Promise<ArrayBuffer> {
    // A picture of the way would flicker; if the way is long it is better than none.
    await this.jump?.pictureTurn();
    const { session } = this;
    const frameId = ++this.frameId;
    try {
      checkView(view);
      // What happens on the way to another time is no news.
      if (this.jump) session?.skipEvents();
      if (session) {
        const status = {
          frameId,
          generation: this.generation,
          playing: this.mode !== 'idle',
          sliceMicroseconds: Math.round(this.sliceMs * 1000),
          achievedSpeed: this.achievedSpeed() * 1000,
        };
        return session.frames.write(view, buffer, status, this.host.now);
      }
    } catch (error) {
      this.report(error, 'The picture could not be made');
    }
    return writeEmptyFrame({ ...view, maps: [], strips: [] }, buffer, frameId);
  }

  async summary(request: SummaryRequest): Promise<Summary> {
    const { session } = this;
    if (!session) return emptySummary(this.problem);
    const nowMs = this.host.now();
    try {
      if (this.mode === 'idle' && !session.broken) session.lamps.look(session.k, this.host.now, true);
      const status = {
        playing: this.mode === 'playing',
        speed: this.pace.speed,
        achievedSpeed: this.achievedSpeed(),
        // A hiccup is not worth a word: what counts is the speed reached.
        behind:
          this.mode === 'playing' &&
          isBehind(this.pace, nowMs) &&
          this.achievedSpeed() < KEEPING_UP * this.pace.speed,
        problem: session.problem || this.problem,
        seek: this.jump?.state() ?? null,
      };
      const urgent = this.acted;
      this.acted = false;
      return summarise(session, status, request, (next) => this.captions.show(next, nowMs, urgent));
    } catch (error) {
      // A kernel that broke in the middle of a tick may not add up any more; what broke it is the better message.
      this.report(error, 'The figures could not be made');
      const problem = session.problem || this.problem;
      return { ...emptySummary(problem), generation: this.generation, tick: session.k.ticks };
    }
  }

  async inspect(target: InspectTarget): Promise<Inspection> {
    if (!this.session) return { title: 'Nothing has been booted', rows: [] };
    try {
      return inspect(this.session.k, target);
    } catch (error) {
      return { title: 'This cannot be inspected', rows: [{ name: 'error', value: messageOf(error) }] };
    }
  }

  async why(target: InspectTarget): Promise<Why> {
    const nothing = { state: '', rows: [], ledger: [], more: false, kept: '', related: [] };
    if (!this.session) return { ...nothing, title: 'Nothing has been booted' };
    try {
      return why(this.session.k, this.session.ledger, target);
    } catch (error) {
      return { ...nothing, title: 'This cannot be explained', state: messageOf(error) };
    }
  }

  async ask(question: Question): Promise<Reply<Answer>> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    return guarded(() => ({ ok: true, value: answer(session.k, session.ledger, question) }));
  }

  async bill(): Promise<BillReport | null> {
    return this.session ? this.session.bills.report(this.session.k) : null;
  }

  async corrupt(id: Lamp['id']): Promise<void> {
    this.session?.corrupt(id);
  }

  async catalog(): Promise<Catalog> {
    return buildCatalog();
  }

  async parseMachine(text: string): Promise<Reply<MachineFile> & { notes?: string[] }> {
    return guarded(() => parseMachine(text));
  }

  async parseWorkload(text: string): Promise<Reply<object>> {
    return guarded(() => parseWorkload(text));
  }

  async parseExperiment(text: string): Promise<Reply<ExperimentFile>> {
    return guarded(() => parseExperiment(text));
  }

  async recordTrace(request: TraceRequest): Promise<Reply<Uint8Array<ArrayBuffer>>> {
    return this.traces.run(request);
  }

  async traceProgress(): Promise<number> {
    return this.traces.progress;
  }

  async publishedRows(): Promise<PublishedRowInfo[]> {
    return publishedRowInfos();
  }

  async publishedNotModelled(): Promise<NotModelledInfo[]> {
    return notModelledInfos();
  }

  async runPublished(id: string, seed: number): Promise<Reply<PublishedRun>> {
    return this.published.run(id, seed);
  }

  async publishedSoFar(): Promise<PublishedRun | null> {
    return this.published.soFar();
  }

  async cancelPublished(): Promise<void> {
    this.published.cancel();
  }

  async stateHash(): Promise<string> {
    return this.session ? stateHash(this.session.k) : '';
  }

  async crash(): Promise<void> {
    // From outside any promise, or the worker would swallow it.
    this.host.later(() => {
      throw new Error('the engine was told to crash');
    }, 0);
  }

  /** Ticks simulated so far, for tests and the HUD. */
  get tick(): number {
    return this.session?.k.ticks ?? 0;
  }

  /** Write a knob, or do something to a process. */
  private edit(path: string, value: string): Reply<string> {
    const { session } = this;
    if (!session) return { ok: false, error: 'nothing has been booted' };
    // On the way to a tick is no place to change anything.
    if (this.mode === 'seeking') this.stop();
    this.acted = true;
    return guarded(() => session.writeKnob(path, value));
  }

  /** The kernel a line of shell finds, once the shell is there. */
  private readonly shellHost = (): ShellHost | null =>
    this.session && {
      k: this.session.k,
      standsStill: this.mode !== 'playing',
      edit: (path, value) => this.edit(path, value),
    };

  private stop(): void {
    this.activity++;
    this.mode = 'idle';
    this.acted = true;
    this.jump?.end();
    this.jump = null;
    this.resetMeter();
  }

  /** Go to a tick. @param told what to say there, from the number of the first trace event of its tick on */
  private async jumpTo(
    session: Session,
    target: number,
    told: (since: number) => string,
  ): Promise<Reply<StepResult>> {
    this.stop();
    const { activity } = this;
    this.mode = 'seeking';
    this.problem = '';
    const jump = new Jump(session, target, this.host);
    this.jump = jump;
    try {
      const end = await jump.run(
        (ticks) => this.slice(session, ticks, null),
        () => activity === this.activity,
      );
      if (activity === this.activity) this.stop();
      const sentence = end === 'there' ? told(jump.since) : describeJumpMiss(session.k.ticks, end);
      return { ok: true, value: { tick: session.k.ticks, reached: end === 'there', sentence } };
    } catch (error) {
      if (activity === this.activity) this.stop();
      return { ok: false, error: session.problem || messageOf(error) };
    }
  }

  private start(): void {
    const { session } = this;
    this.stop();
    if (!session || session.finished || session.broken) return;
    this.mode = 'playing';
    const nowMs = this.host.now();
    resume(this.pace, nowMs);
    this.loop(this.activity, session);
  }

  /** One slice and the appointment for the next. */
  private loop(activity: number, session: Session): void {
    if (activity !== this.activity) return;
    const due = dueTicks(this.pace, this.host.now());
    try {
      if (due > 0) payTicks(this.pace, this.slice(session, due, null));
    } catch {
      // The session knows what happened; the summary says it.
      this.stop();
      return;
    }
    if (session.finished) {
      this.stop();
      return;
    }
    const waitMs = msUntilDue(this.pace);
    const again = () => this.loop(activity, session);
    if (waitMs > 0) this.host.later(again, Math.min(MAX_SLEEP_MS, waitMs));
    else this.host.soon(again);
  }

  private slice(session: Session, ticks: number, stop: (() => boolean) | null): number {
    const startMs = this.host.now();
    const done = session.run(ticks, this.host.now, startMs + SLICE_MS, stop);
    const nowMs = this.host.now();
    this.sliceMs = nowMs - startMs;
    measure(this.meter, nowMs, session.k.ticks);
    session.lamps.look(session.k, this.host.now, false);
    return done;
  }

  private achievedSpeed(): number {
    return this.mode === 'idle' ? 0 : achievedSpeed(this.meter, this.host.now(), this.tick);
  }

  private resetMeter(): void {
    resetSpeedometer(this.meter, this.host.now(), this.tick);
  }

  private report(error: unknown, what: string): void {
    this.problem = `${what}: ${messageOf(error)}`;
  }
}

function tickSentence(session: Session): string {
  return `One tick: it is ${seconds(session.k.ticks)}.`;
}

function guarded<R>(work: () => R): R | { ok: false; error: string } {
  try {
    return work();
  } catch (error) {
    return { ok: false, error: messageOf(error) };
  }
}
