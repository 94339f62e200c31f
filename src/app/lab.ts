/**
 * The laboratory: what happens when a person does something. It owns the worker, the picture and the loop of
 * summaries, and it is the only writer of the experiment and of the observation.
 */
import * as Comlink from 'comlink';
import type { BootResult, Reply, StepGrain } from '../protocol/engine-api.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { PublishedRowInfo } from '../protocol/published.ts';
import type { ShellCompletion, ShellReply, ShellSession } from '../protocol/shell.ts';
import type { Inspection, InspectTarget, Summary } from '../protocol/summary.ts';
import type { Answer, Question } from '../protocol/questions.ts';
import type { BillReport, Lamp, Why } from '../protocol/why.ts';
import type { Picture } from '../view/picture.ts';
import { readComparison } from './compare/request.ts';
import { SUMMARY_INTERVAL_MS, UNRESPONSIVE_S } from './constants.ts';
import { startEngine, WorkerGone, type EngineClient } from './engine-client.ts';
import {
  droppedSentence,
  fitToCatalog,
  foldEdits,
  knobsOf,
  moveToVersion,
  versionName,
} from './experiment.ts';
import { FramePump } from './frame-pump.ts';
import { Hover } from './hover.ts';
import type { RunBranch } from './branches.ts';
import { LinkKeeper } from './link/link-keeper.ts';
import { LogStore, SeriesStore } from './series.ts';
import { notify, useExperiment, useObservation, useView } from './store.ts';
import { TimeTravel } from './time-travel.ts';
import type { DecodedLink, LinkState } from './url.ts';

/** How long the first picture is waited for before the simulation plays without it, and how often it is looked for. */
const FIRST_PICTURE_MS = 2000;
const FRAME_MS = 16;

/** What has the page in place of the laboratory: its answers to commands, and what the link says of it. */
export interface Guest {
  readonly answers: Readonly<Record<string, (value?: string) => unknown>>;
  link(): Partial<LinkState>;
}

export class Lab {
  readonly series = new SeriesStore();
  readonly log = new LogStore();
  readonly hover = new Hover();
  readonly time: TimeTravel;
  picture: Picture | null = null;
  pump: FramePump | null = null;
  guest: Guest | null = null;
  private engine: EngineClient;
  /** Whether the kernel is to run after the next boot. */
  private wanted = true;
  /** Paused by the page, not by the person. */
  private held = false;
  private summaryTimer = 0;
  private summaryPending = 0;
  /** Booted and about to play, as soon as there is a picture. */
  private starting = false;
  /** The address bar. */
  readonly address: LinkKeeper;
  /** True while a link sets the view: what it sets is not the person's preference. */
  adopting = false;
  /** What a link wants shown once its experiment has booted, and its picture is there. */
  private wantedLook: Pick<LinkState, 'selection' | 'cameras'> | null = null;
  private readonly readyWaiters: (() => void)[] = [];

  constructor() {
    this.engine = startEngine(this.onDeath);
    this.time = new TimeTravel({
      ask: (call) => this.ask(call),
      boot: (experiment, branch) => this.boot(experiment, branch),
      stand: () => {
        this.wanted = false;
        this.pump?.wake();
      },
      refresh: async () => {
        this.pump?.wake();
        await this.look();
        this.address.flush();
      },
    });
    this.address = new LinkKeeper(
      (exact) => this.linkState(exact),
      (link) => this.openLink(link),
    );
  }

  /** Read the link, boot, and begin to listen. @param still wait for the person to press play */
  async start(still = false): Promise<void> {
    const { state, problems } = this.address.open();
    for (const problem of problems) notify(problem);
    const arriving = this.arrive(still ? { ...state, paused: true } : state);
    useView.subscribe(() => this.address.changed());
    useExperiment.subscribe(() => this.address.changed());
    window.setInterval(this.watch, 1000);
    void this.fetchCatalog();
    await arriving;
  }

  /** The worker, for those who talk to it about pictures. */
  get client(): EngineClient {
    return this.engine;
  }

  // The worker ---------------------------------------------------------------------------------------------------

  private readonly onDeath = (reason: string): void => {
    window.clearTimeout(this.summaryTimer);
    this.summaryTimer = 0;
    useObservation.setState({ status: 'crashed', crash: reason, step: { running: false, sentence: '' } });
  };

  /** A fresh worker boots the experiment of the old one, edits included, and goes to where that was; the way is shown. */
  async revive(): Promise<void> {
    const { summary } = useObservation.getState();
    const tick = this.pump?.stats.tick ?? summary?.tick ?? 0;
    const played = this.wanted;
    const branch = this.time.workerGone();
    this.engine.dispose();
    this.engine = startEngine(this.onDeath);
    useObservation.setState({ status: 'starting', crash: '' });
    this.summaryPending = 0;
    this.wanted = false;
    await this.bootOrFallBack(useExperiment.getState().experiment, branch);
    await this.time.seek(tick);
    if (played && !this.wanted) await this.play();
  }

  /** Once a second: a worker that leaves a summary unanswered for long is dead too. */
  private readonly watch = (): void => {
    if (this.summaryPending === 0 || document.hidden) return;
    if (++this.summaryPending > UNRESPONSIVE_S)
      this.engine.fail(`it has not answered for ${UNRESPONSIVE_S} s`);
  };

  /** Ask the worker; null when it is gone (the page has been told). */
  async ask<T>(call: (api: EngineClient['api']) => Promise<T>): Promise<T | null> {
    try {
      return await this.engine.guard(call(this.engine.api));
    } catch (error) {
      if (!(error instanceof WorkerGone)) notify(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  private async fetchCatalog(): Promise<void> {
    const catalog = await this.ask((api) => api.catalog());
    if (catalog) useObservation.setState({ catalog });
  }

  // The experiment -----------------------------------------------------------------------------------------------

  /**
   * Boot an experiment; the running one stays when the engine refuses the new one.
   * @param branch the branch that goes on with it; without it a new one begins
   */
  async boot(experiment: Experiment, branch?: RunBranch): Promise<Reply<BootResult>> {
    const speed = useView.getState().speed;
    await this.ask((api) => api.setSpeed(speed));
    const reply = await this.ask((api) => api.boot(experiment, false, branch?.engineId ?? undefined));
    if (!reply) return { ok: false, error: 'The worker that runs the kernel has stopped.' };
    if (!reply.ok) return reply;
    this.series.clear();
    this.log.clear();
    useExperiment.setState({ experiment });
    this.time.booted(experiment, reply.value.branch, branch);
    useView.setState({ selection: null });
    // The last summary stays until the first of the new kernel is here, so that nothing flashes.
    useObservation.setState({ status: 'ready', boot: reply.value, step: { running: false, sentence: '' } });
    this.picture?.setSelection(null);
    this.picture?.setMachine(reply.value.machine, reply.value.generation);
    this.applyLook();
    this.pump?.restart();
    this.address.changed();
    if (!useObservation.getState().catalog) void this.fetchCatalog();
    this.scheduleSummary(0);
    this.starting = this.wanted;
    void this.playWhenPictured(reply.value.generation);
    return reply;
  }

  /** Time begins when the first picture of it is drawn, so that nobody misses the opening. */
  private async playWhenPictured(generation: number): Promise<void> {
    const drawn = this.pump?.stats.fresh ?? 0;
    const deadline = performance.now() + FIRST_PICTURE_MS;
    while ((this.pump?.stats.fresh ?? 0) <= drawn && performance.now() < deadline) {
      await new Promise((resolve) => window.setTimeout(resolve, FRAME_MS));
    }
    const { boot } = useObservation.getState();
    if (boot?.generation !== generation) return;
    this.starting = false;
    if (this.wanted) await this.play();
  }

  /** Boot what a link asks for, or as much of it as this engine knows. */
  private async bootOrFallBack(experiment: Experiment, branch?: RunBranch): Promise<void> {
    let reply = await this.boot(experiment, branch);
    if (reply.ok || useObservation.getState().status === 'crashed') return;
    notify(reply.error);
    const catalog = await this.ask((api) => api.catalog());
    if (catalog) reply = await this.boot(fitToCatalog(experiment, catalog));
    if (!reply.ok) reply = await this.boot(DEFAULT_EXPERIMENT);
    if (!reply.ok) notify(reply.error);
  }

  /** Change part of the experiment: boots anew with the knobs as they are now. */
  async change(patch: Partial<Experiment>): Promise<Reply<BootResult>> {
    const { experiment } = useExperiment.getState();
    const { catalog } = useObservation.getState();
    let next = { ...foldEdits(experiment, catalog), ...patch };
    let dropped: string[] = [];
    const version = next.autonumaVersion;
    if (version !== experiment.autonumaVersion)
      ({ experiment: next, dropped } = moveToVersion(next, version, catalog));
    const workload = catalog?.workloads.find(({ name }) => name === next.workload);
    // Who chooses another program or machine wants to see it run.
    if (patch.workload !== undefined || patch.machine !== undefined) this.wanted = true;
    if (patch.workload !== undefined) {
      next.parameters = patch.parameters ?? {};
      if (!workload?.variants.includes(next.variant)) next.variant = 'default';
    }
    const reply = await this.boot(next);
    if (!reply.ok) notify(reply.error);
    else if (dropped.length > 0) notify(droppedSentence(dropped, versionName(catalog, version)), 'note');
    return reply;
  }

  /** A published row as an experiment of its own, nothing of the present one kept. */
  open(row: PublishedRowInfo): Promise<Reply<BootResult>> {
    return this.change({
      machine: row.machine,
      workload: row.workload,
      variant: row.variant as Experiment['variant'],
      policy: row.policy,
      autonumaVersion: row.version || DEFAULT_EXPERIMENT.autonumaVersion,
      parameters: {},
      noautonuma: false,
      thp: 'off',
      seed: DEFAULT_EXPERIMENT.seed,
      knobs: {},
    });
  }

  /** Something else has the page: the laboratory stands still until it leaves, by calling the answer. */
  receive(guest: Guest): () => void {
    const release = this.hold();
    this.pump?.stop();
    this.guest = guest;
    this.address.flush();
    return () => {
      this.guest = null;
      this.pump?.start();
      this.address.flush();
      release();
    };
  }

  /** An experiment of somebody else's, from its beginning and running. */
  async load(experiment: Experiment): Promise<void> {
    this.wanted = true;
    const reply = await this.boot(experiment);
    if (!reply.ok) notify(reply.error);
  }

  /** Stand still while something else has the page; the answer goes on from there, if it was running. */
  hold(): () => void {
    const resume = this.wanted;
    this.held = resume;
    void this.pause();
    return () => {
      this.held = false;
      if (resume) void this.play();
    };
  }

  /** The same experiment from its beginning, with the knobs as they are now. */
  async restart(): Promise<void> {
    if (useObservation.getState().status === 'crashed') {
      await this.revive();
    } else if (useExperiment.getState().experiment.edits.length > 0) {
      await this.change({});
    } else {
      // Nothing was changed on the way: it would be the same run again.
      const play = this.wanted;
      await this.time.seek(0);
      if (play) await this.play();
    }
  }

  /** Write a knob of the running kernel; it answers as the kernel does. */
  async writeKnob(path: string, value: string): Promise<Reply<string>> {
    const reply = await this.ask((api) => api.writeKnob(path, value));
    if (!reply) return { ok: false, error: 'the kernel has stopped' };
    // What was written, when, and on which branch, the kernel knows.
    if (reply.ok) {
      this.pump?.wake();
      await this.look();
    }
    return reply;
  }

  /** A line for the shell beside the kernel. What it does to the kernel comes back with the next summary. */
  async shell(line: string, session: ShellSession): Promise<ShellReply | null> {
    const reply = await this.ask((api) => api.shell(line, session));
    if (reply?.edited) this.touched();
    return reply;
  }

  completeShell(line: string, cursor: number, session: ShellSession): Promise<ShellCompletion | null> {
    return this.ask((api) => api.completeShell(line, cursor, session));
  }

  /** Put every changed knob back to its default. */
  async resetKnobs(): Promise<void> {
    const { catalog, summary } = useObservation.getState();
    if (!catalog || !summary) return;
    for (const knob of knobsOf(catalog, useExperiment.getState().experiment.autonumaVersion)) {
      const value = summary.knobs[knob.path];
      if (knob.kind === 'statistic' || value === undefined || value === knob.default) continue;
      const reply = await this.writeKnob(knob.path, knob.default);
      if (!reply.ok) notify(`${knob.path}: ${reply.error}`);
    }
  }

  // Transport ----------------------------------------------------------------------------------------------------

  async play(): Promise<void> {
    this.wanted = true;
    this.address.changed();
    useObservation.setState({ step: { running: false, sentence: '' } });
    await this.ask((api) => api.play());
    this.touched();
  }

  async pause(): Promise<void> {
    this.wanted = false;
    await this.ask((api) => api.pause());
    await this.look();
    this.address.flush();
    this.touched();
  }

  async toggle(): Promise<void> {
    const { summary } = useObservation.getState();
    if (summary?.finished) {
      this.wanted = true;
      await this.restart();
    } else if (summary?.playing || this.starting) await this.pause();
    else await this.play();
  }

  async setSpeed(speed: number): Promise<void> {
    useView.setState({ speed });
    await this.ask((api) => api.setSpeed(speed));
    this.touched();
  }

  /** Run to the next event of a grain and stop there. */
  async step(grain: StepGrain): Promise<void> {
    if (useObservation.getState().step.running) return;
    this.wanted = false;
    this.address.changed();
    useObservation.setState({ step: { running: true, sentence: '' } });
    const reply = await this.ask((api) => api.step(grain));
    const sentence = !reply ? '' : reply.ok ? reply.value.sentence : reply.error;
    useObservation.setState({ step: { running: false, sentence } });
    await this.look();
    this.address.flush();
    this.touched();
  }

  /** Stand still at a tick, before or after now. */
  async goTo(tick: number): Promise<void> {
    await this.pause();
    useObservation.setState({ step: { running: false, sentence: '' } });
    await this.ask((api) => api.seek(tick));
    this.touched();
  }

  /** The tick of the latest summary. */
  get tick(): number {
    return useObservation.getState().summary?.tick ?? 0;
  }

  /** Resolves when a summary that was asked for after this call is here, or the worker is gone. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      let before = this.summaryPending > 0 ? 1 : 0;
      const stop = useObservation.subscribe((now, then) => {
        if (now.status !== 'crashed' && (now.summary === then.summary || before-- > 0)) return;
        stop();
        resolve();
      });
      this.touched();
    });
  }

  // Looking ------------------------------------------------------------------------------------------------------

  select(target: InspectTarget | null): void {
    useView.setState(target ? { selection: target, panel: 'why', whyPart: 'ledger' } : { selection: null });
    this.picture?.setSelection(target);
    this.pump?.wake();
  }

  inspect(target: InspectTarget): Promise<Inspection | null> {
    return this.ask((api) => api.inspect(target));
  }

  /** Answer a question from the history. */
  question(question: Question): Promise<Reply<Answer> | null> {
    return this.ask((api) => api.ask(question));
  }

  bill(): Promise<BillReport | null> {
    return this.ask((api) => api.bill());
  }

  why(target: InspectTarget): Promise<Why | null> {
    return this.ask((api) => api.why(target));
  }

  /** Give the lab a picture to fill, or take it away. */
  attach(picture: Picture | null, host: HTMLElement | null): void {
    this.pump?.stop();
    this.picture = picture;
    this.pump = null;
    if (!picture || !host) return;
    const { boot, summary } = useObservation.getState();
    if (boot) picture.setMachine(boot.machine, boot.generation);
    if (summary) picture.setSummary(summary);
    if (boot) this.applyLook();
    this.pump = new FramePump(
      picture,
      (view, buffer) => this.engine.guard(this.engine.api.frame(view, Comlink.transfer(buffer, [buffer]))),
      host,
      () => useObservation.getState().boot?.machine ?? null,
    );
    this.pump.start();
  }

  /** Resolves when the kernel has booted, plays if it is meant to, and a summary of that is here. */
  whenReady(): Promise<void> {
    if (this.isReady(useObservation.getState().summary)) return Promise.resolve();
    return new Promise((resolve) => this.readyWaiters.push(resolve));
  }

  /** Booted, and playing if it is meant to. */
  private isReady(summary: Summary | null): boolean {
    if (!summary || this.starting) return false;
    return !this.wanted || summary.finished || (summary.playing && summary.tick > 0);
  }

  stateHash(): Promise<string | null> {
    return this.ask((api) => api.stateHash());
  }

  /** Spoil the kernel's state, to test that a lamp goes red. */
  corrupt(id: Lamp['id']): void {
    void this.ask((api) => api.corrupt(id));
  }

  /** Make the worker fail, to test that the page survives it. */
  crash(): void {
    void this.ask((api) => api.crash());
  }

  // The loop of summaries ----------------------------------------------------------------------------------------

  /** Something was done: look at once. */
  private touched(): void {
    this.pump?.wake();
    if (this.summaryPending === 0) this.scheduleSummary(0);
  }

  private scheduleSummary(delay: number): void {
    window.clearTimeout(this.summaryTimer);
    this.summaryTimer = window.setTimeout(() => void this.fetchSummary(), delay);
  }

  private async fetchSummary(): Promise<void> {
    if (this.summaryPending > 0 || useObservation.getState().status === 'crashed') return;
    this.summaryPending = 1;
    const engine = this.engine;
    const answered = await this.look();
    if (engine !== this.engine) return;
    this.summaryPending = 0;
    if (answered) this.scheduleSummary(document.hidden ? 1000 : SUMMARY_INTERVAL_MS);
  }

  /** See what the kernel looks like now. @returns false when it does not answer */
  private async look(): Promise<boolean> {
    const engine = this.engine;
    const { boot } = useObservation.getState();
    const summary = await this.ask((api) =>
      api.summary({
        logFrom: this.log.next,
        logEpoch: this.log.epoch,
        seriesFrom: this.series.next,
        seriesEpoch: this.series.epoch,
      }),
    );
    if (!summary || engine !== this.engine) return false;
    // Rows asked for before a boot do not fit to what came after it.
    if (boot === useObservation.getState().boot) this.observe(summary);
    return true;
  }

  private observe(summary: Summary): void {
    const { boot } = useObservation.getState();
    if (!boot || summary.generation !== boot.generation) return;
    this.series.apply(summary.series);
    this.log.apply(summary.log, summary.logEpoch);
    useObservation.setState({ summary });
    this.adoptEdits(summary);
    this.time.observed(summary);
    this.picture?.setSummary(summary);
    if (this.isReady(summary)) for (const resolve of this.readyWaiters.splice(0)) resolve();
  }

  /** The kernel knows at which tick each write took effect; the link needs it exactly. */
  private adoptEdits({ edits = [] }: Summary): void {
    const { experiment } = useExperiment.getState();
    if (JSON.stringify(edits) === JSON.stringify(experiment.edits)) return;
    useExperiment.setState({ experiment: { ...experiment, edits } });
  }

  // The link -----------------------------------------------------------------------------------------------------

  /** What a link holds now; null before anything has booted. @param exact with the tick, even while time goes by */
  linkState(exact = false): LinkState | null {
    if (!useObservation.getState().boot) return null;
    const { speed, grain, dialog, theme, palette, colourBy, panel, charts, selection } = useView.getState();
    // Who holds the lab while a dialog has the page does not mean the link to stand still.
    const paused = !this.wanted && !this.held;
    const tick = useObservation.getState().summary?.tick ?? 0;
    const state: LinkState = {
      experiment: useExperiment.getState().experiment,
      // What plays has left its tick before a link is read.
      at: (paused || exact) && tick > 0 ? tick : null,
      speed,
      paused,
      grain,
      open: dialog === 'published' ? 'published' : 'lab',
      theme,
      palette,
      colourBy,
      panel,
      charts,
      selection: this.wantedLook?.selection ?? selection,
      cameras: this.wantedLook?.cameras ?? this.picture?.cameras() ?? [],
      compare: null,
    };
    if (!this.guest) return state;
    // A guest stands where it stands itself.
    return { ...state, at: null, paused: false, ...this.guest.link() };
  }

  /** How a link wants the laboratory looked at. */
  private adoptView(state: LinkState): void {
    const { at, speed, paused, open, grain, theme, palette, colourBy, panel, charts } = state;
    const compares = open === 'compare' || open === 'sweep';
    const { request, problems } = readComparison(state.compare, state.experiment, !paused);
    if (compares) for (const problem of problems) notify(problem);
    useView.setState({
      comparing: compares ? { ...request, page: open === 'sweep' ? 'sweep' : 'runs' } : null,
    });
    const view = useView.getState();
    this.adopting = true;
    useView.setState({
      speed,
      grain,
      colourBy,
      panel,
      charts,
      theme: theme ?? view.theme,
      palette: palette ?? view.palette,
      dialog: open === 'published' ? open : view.dialog === 'published' ? null : view.dialog,
    });
    this.adopting = false;
    // Who is going somewhere does not set out from the beginning.
    this.wanted = !paused && at === null;
    this.wantedLook = { selection: state.selection, cameras: state.cameras };
  }

  /** The kernel of a link has booted: show what the link wants shown, as soon as there is a picture. */
  private applyLook(): void {
    const look = this.wantedLook;
    if (!look) return;
    useView.setState({ selection: look.selection });
    if (!this.picture) return;
    this.wantedLook = null;
    this.picture.setSelection(look.selection);
    this.picture.setCameras(look.cameras);
  }

  /** A link was pasted into the address, or went back to. */
  private openLink({ state, problems }: DecodedLink): void {
    for (const problem of problems) notify(problem);
    void this.arrive(state);
  }

  /** Boot what a link holds, go to its tick, and look at it as it wants. */
  private async arrive(state: LinkState): Promise<void> {
    this.adoptView(state);
    await this.bootOrFallBack(state.experiment);
    await this.goToTickOf(state);
  }

  /** The tick of a link; it stands there or plays on. */
  private async goToTickOf({ at, paused }: LinkState): Promise<void> {
    if (at === null || useObservation.getState().status !== 'ready') return;
    await this.time.seek(at);
    if (!paused) await this.play();
    this.address.flush();
  }

  /** Boot an experiment as it was kept, and look at it as it was looked at; what runs stays when it cannot boot. */
  async reopen({ state, problems }: DecodedLink): Promise<Reply<BootResult>> {
    const before = this.linkState();
    this.adoptView(state);
    const reply = await this.boot(state.experiment);
    if (reply.ok) {
      for (const problem of problems) notify(problem);
      await this.goToTickOf(state);
    } else {
      if (before) this.adoptView(before);
      this.wantedLook = null;
    }
    return reply;
  }
}
