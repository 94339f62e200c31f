/**
 * Runs side by side: each in a worker of its own, one clock, one camera. Owns the workers and the pictures; what React
 * shows is in `useComparison`.
 */
import type { Reply, StepGrain } from '../../protocol/engine-api.ts';
import type { Standing } from '../../protocol/runs.ts';
import { SharedCamera, SmallPicture } from '../../view/small-picture.ts';
import { SUMMARY_INTERVAL_MS } from '../constants.ts';
import type { Guest, Lab } from '../lab.ts';
import type { SeriesStore } from '../series.ts';
import { notify, useObservation, useView } from '../store.ts';
import { ComparedRun, EMPTY, useComparison, type RunView } from './compared-run.ts';
import { Lockstep } from './lockstep.ts';
import { closeComparison } from './opening.ts';
import { packComparison, type ComparisonRequest } from './request.ts';
import { letterOf, MOST_RUNS, offered, whyNot, type Offer, type RunSpec } from './runs.ts';

const { getState: get, setState: set } = useComparison;

const PLACEMENT_INTERVAL_MS = 500;
/** Commands that would change what is not on show. */
const LAB_ONLY = ['machine', 'workload', 'policy', 'version', 'thp', 'import', 'reset-knobs'].map(
  (name) => `experiment.${name}`,
);
const NOT_HERE =
  'This changes the experiment of the laboratory: go back there first. A run is changed by its Edit button.';

/** Without AutoNUMA nothing is scanned, nothing faults and no page moves: there is no use in looking for it. */
function canHappen(grain: StepGrain, experiment: RunSpec['experiment']): boolean {
  return grain === 'task_move' || (experiment.policy === 'autonuma' && !experiment.noautonuma);
}

export class Comparison implements Guest {
  readonly camera = new SharedCamera();
  private readonly lab: Lab;
  private readonly clock: Lockstep;
  private readonly vary: () => string[];
  private runs: ComparedRun[] = [];
  private lookedAt = -Infinity;
  private placedAt = -Infinity;
  private drawn: Promise<void> = Promise.resolve();
  private redrawn = false;
  private gone = false;
  /** Where the person wants to go, and the way there. */
  private wanted: number | null = null;
  private going: Promise<void> | null = null;
  private started = false;
  private stopFollowing = (): void => undefined;
  private readonly request: ComparisonRequest;
  /** Where the address bar says the clock stands. */
  private linkedTick: number;

  /** @param vary the sweep as the other page has it, for the link */
  constructor(lab: Lab, request: ComparisonRequest, vary: () => string[]) {
    this.lab = lab;
    this.vary = vary;
    this.linkedTick = request.tick;
    this.clock = new Lockstep(
      {
        now: () => performance.now(),
        sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      },
      {
        arrived: (run, reply) => this.onArrived(run as ComparedRun, reply),
        slice: (tick) => this.onSlice(tick),
        waiting: (late) => set({ waiting: this.waitingWords(late as ComparedRun[]) }),
        playing: (playing) => set({ playing }),
      },
      useView.getState().speed,
    );
    this.request = request;
    this.runs = request.runs.map((spec) => new ComparedRun(spec));
  }

  /** The page is there. */
  show(): void {
    this.stopFollowing = useView.subscribe((view, before) => {
      this.clock.speed = view.speed;
      const coloured = (['theme', 'palette', 'colourBy'] as const).some((key) => view[key] !== before[key]);
      if (coloured) this.recolour();
    });
    set({ ...EMPTY, runs: this.runs.map((run) => run.view()) });
  }

  /** Boot the runs, the first time this is called. */
  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    const { tick, play } = this.request;
    await Promise.all(this.runs.map((run) => run.boot()));
    this.drive();
    await this.clock.gather();
    if (tick > 0) await this.goTo(tick);
    if (play && !this.gone) this.clock.play();
    this.lab.address.flush();
  }

  /** Close the workers and give the pictures back. */
  dispose(): void {
    this.gone = true;
    this.stopFollowing();
    void this.clock.pause();
    for (const run of this.runs) run.dispose();
    set(EMPTY);
  }

  // The runs -----------------------------------------------------------------------------------------------------

  /** Set what is offered beside a run, the first if none is said. */
  async offer(offer: Offer, id = this.runs[0]?.id): Promise<void> {
    const run = this.byId(id);
    if (!run) return;
    const reason = whyNot(offer, run.spec.experiment, useObservation.getState().catalog);
    if (reason) {
      notify(`This cannot be set beside it: ${reason}.`, 'note');
      return;
    }
    await this.add({ name: '', experiment: offered(offer, run.spec.experiment) });
  }

  tellFull(): void {
    notify(`${MOST_RUNS} runs are the most that can be compared: remove one first.`, 'note');
  }

  async add(spec: RunSpec): Promise<void> {
    if (this.runs.length >= MOST_RUNS) {
      this.tellFull();
      return;
    }
    const run = new ComparedRun(spec);
    this.runs = [...this.runs, run];
    set(({ runs }) => ({ runs: [...runs, run.view()] }));
    await this.bring(run, () => run.boot());
  }

  async remove(id: number): Promise<void> {
    const run = this.byId(id);
    if (!run || this.runs.length <= 1) return;
    this.runs = this.runs.filter((each) => each !== run);
    set(({ runs }) => ({ runs: runs.filter((each) => each.id !== id) }));
    this.drive();
    run.dispose();
    set({ finished: this.clock.finished });
    this.lab.address.flush();
  }

  /** A run is something else from its beginning on: it boots anew and is brought to where the others stand. */
  async change(id: number, spec: RunSpec): Promise<void> {
    const run = this.byId(id);
    if (!run) return;
    const same = JSON.stringify(spec.experiment) === JSON.stringify(run.spec.experiment);
    run.spec = spec;
    run.show({ spec });
    if (same) this.lab.address.flush();
    else await this.bring(run, () => run.boot());
  }

  /** A run whose worker has died, once more. */
  async revive(id: number): Promise<void> {
    const run = this.byId(id);
    if (run) await this.bring(run, () => run.revive());
  }

  /** The laboratory runs this one from its beginning, and the comparison is closed. */
  openInLab(id: number): void {
    const run = this.byId(id);
    if (run) closeComparison(this.lab, run.spec.experiment);
  }

  private async bring(run: ComparedRun, boot: () => Promise<void>): Promise<void> {
    const { playing } = this.clock;
    await this.clock.pause();
    await boot();
    if (this.gone) return;
    this.drive();
    this.clock.markFinished(run, false);
    await this.clock.gather();
    await this.look(true);
    this.lab.address.flush();
    if (playing && !this.gone) this.clock.play();
  }

  private drive(): void {
    this.clock.setRuns(this.runs.filter((run) => run.ready));
  }

  private byId(id: number | undefined): ComparedRun | undefined {
    return this.runs.find((run) => run.id === id);
  }

  private letter(run: ComparedRun): string {
    return letterOf(this.runs.indexOf(run));
  }

  // Transport ----------------------------------------------------------------------------------------------------

  play(): void {
    set({ sentence: '' });
    this.clock.play();
  }

  async pause(): Promise<void> {
    await this.clock.pause();
    await this.settle();
  }

  async toggle(): Promise<void> {
    if (this.clock.playing) await this.pause();
    else if (this.going) return;
    else if (this.clock.finished) await this.restart();
    else this.play();
  }

  /** All from the beginning, and on. */
  async restart(): Promise<void> {
    await this.goTo(0);
    this.play();
  }

  /** All to a tick, ahead by running and back by time travel. While a way is under way only the latest wish counts. */
  async goTo(tick: number): Promise<void> {
    this.wanted = Math.max(0, tick);
    if (this.going) void this.clock.pause();
    this.going ??= this.follow(() => this.wanted).finally(() => (this.going = null));
    await this.going;
  }

  private async follow(wish: () => number | null): Promise<void> {
    await this.clock.pause();
    for (let tick = wish(); tick !== null && !this.gone; tick = wish()) {
      this.wanted = null;
      if (tick > this.clock.tick) await this.clock.goTo(tick);
      else await this.back(tick);
      await this.look(true);
    }
    await this.settle();
  }

  /** All to a tick they have been at. */
  private async back(tick: number): Promise<void> {
    const runs = this.runs.filter((run) => run.ready);
    const standings = await Promise.all(runs.map((run) => run.seek(tick)));
    this.clock.adopt(Math.min(tick, Math.max(0, ...standings.map((standing) => standing?.tick ?? 0))));
    runs.forEach((run, i) => this.clock.markFinished(run, standings[i]?.finished ?? true));
    await this.draw();
  }

  /**
   * One tick, or to the next event of any run: the earliest of theirs. Backwards: to the latest before the present.
   * The others are brought there.
   */
  async step(grain: StepGrain, backwards = false): Promise<void> {
    await this.clock.pause();
    const { tick } = this.clock;
    set({ sentence: '' });
    if (grain === 'tick') {
      await this.goTo(backwards ? tick - 1 : tick + 1);
      return;
    }
    const runs = this.runs.filter((run) => run.ready && canHappen(grain, run.spec.experiment));
    const letters = runs.map((run) => this.letter(run)).join(' and ');
    set({ waiting: runs.length > 0 ? `looking in run ${letters}` : '' });
    const replies = await Promise.all(runs.map((run) => run.step(grain, backwards)));
    set({ waiting: '' });
    let found = -1;
    replies.forEach((reply, i) => {
      if (!reply.ok || !reply.value.reached) return;
      const best = replies[found];
      const nearer =
        !best?.ok || (backwards ? reply.value.tick > best.value.tick : reply.value.tick < best.value.tick);
      if (nearer) found = i;
    });
    const reply = replies[found];
    if (this.gone) return;
    // Some have gone beyond: all come back to where it happened, or to where they were.
    await this.bringTo(reply?.ok ? reply.value.tick : tick);
    const missed = replies.find((each) => each.ok);
    if (reply?.ok) set({ sentence: `Run ${this.letter(runs[found])}: ${reply.value.sentence}` });
    else set({ sentence: missed?.ok ? `In no run: ${missed.value.sentence}` : 'No run can do that.' });
  }

  /** All to a tick, wherever each of them stands. */
  private async bringTo(tick: number): Promise<void> {
    await this.back(tick);
    await this.settle();
  }

  private viewOf(run: ComparedRun): RunView | undefined {
    return get().runs.find(({ id }) => id === run.id);
  }

  private onArrived(run: ComparedRun, reply: Reply<Standing>): void {
    if (!reply.ok) run.show({ status: 'failed', error: reply.error });
  }

  private async onSlice(tick: number): Promise<void> {
    if (this.gone) return;
    await this.draw();
    if (performance.now() - this.lookedAt < SUMMARY_INTERVAL_MS && !this.clock.finished) return;
    await this.look(false);
    set({ tick });
  }

  private waitingWords(late: readonly ComparedRun[]): string {
    if (late.length === 0) return '';
    return `waiting for run ${late.map((run) => this.letter(run)).join(' and ')}`;
  }

  /** Everything on the page is of this moment, and the address bar says so. */
  private async settle(): Promise<void> {
    if (this.gone) return;
    await this.look(true);
    for (const run of this.runs) run.picture?.settle();
    if (this.linkedTick !== this.clock.tick) {
      this.linkedTick = this.clock.tick;
      this.lab.address.flush();
    }
  }

  // Looking ------------------------------------------------------------------------------------------------------

  /** Give a run a picture in a host; returns the way to take it down. */
  attach(id: number, host: HTMLElement): () => void {
    const run = this.byId(id);
    if (!run) return () => undefined;
    const picture = new SmallPicture(host, this.camera, () => this.redraw());
    run.picture = picture;
    this.colour(picture);
    const shown = this.viewOf(run);
    if (shown?.boot) picture.setMachine(shown.boot.machine, shown.boot.generation);
    if (shown?.summary) picture.setSummary(shown.summary);
    this.redraw();
    return () => {
      if (run.picture === picture) run.picture = null;
      picture.destroy();
    };
  }

  private recolour(): void {
    for (const { picture } of this.runs) if (picture) this.colour(picture);
  }

  private colour(picture: SmallPicture): void {
    const { theme, palette, colourBy } = useView.getState();
    picture.setColours(theme, palette, colourBy);
  }

  zoom(factor: number): void {
    this.runs.find((run) => run.picture)?.picture?.zoom(factor);
  }

  seriesOf(id: number): SeriesStore | null {
    return this.byId(id)?.series ?? null;
  }

  /** Frames of all runs, drawn together: no picture is ever ahead of another. One drawing at a time: each run has one buffer. */
  private draw(): Promise<void> {
    this.drawn = this.drawn.then(async () => {
      const runs = [...this.runs];
      const frames = await Promise.all(runs.map((run) => run.frame()));
      frames.forEach((frame, i) => frame && runs[i].picture?.drawFrame(frame));
    });
    return this.drawn;
  }

  /** Draw soon, unless the clock does so anyway. */
  private redraw(): void {
    if (this.redrawn || this.gone) return;
    this.redrawn = true;
    requestAnimationFrame(() => {
      this.redrawn = false;
      if (!this.clock.playing && !this.gone) void this.draw();
    });
  }

  /** Bring figures, series and placements up to date. @param all placements too, however recent they are */
  private async look(all: boolean): Promise<void> {
    const now = performance.now();
    this.lookedAt = now;
    const placements = all || now - this.placedAt >= PLACEMENT_INTERVAL_MS || this.clock.finished;
    if (placements) this.placedAt = now;
    const runs = [...this.runs];
    const seen = await Promise.all(runs.map((run) => run.look(placements)));
    if (this.gone) return;
    const { clock } = this;
    set((state) => ({
      runs: state.runs.map((view) => {
        const at = runs.findIndex((run) => run.id === view.id);
        return at < 0 ? view : { ...view, ...seen[at] };
      }),
      tick: clock.tick,
      furthest: Math.max(state.furthest, clock.tick),
      finished: clock.finished,
      achieved: clock.achieved,
      slowest: clock.slowest ? this.letter(clock.slowest as ComparedRun) : '',
    }));
  }

  // The page -----------------------------------------------------------------------------------------------------

  /** What the commands of the laboratory do here. */
  readonly answers: Guest['answers'] = {
    'run.toggle': () => this.started && this.toggle(),
    'run.step': (value) =>
      this.started && this.step((value as StepGrain | undefined) ?? useView.getState().grain),
    'run.step-back': (value) =>
      this.started && this.step((value as StepGrain | undefined) ?? useView.getState().grain, true),
    'run.beginning': () => this.started && this.goTo(0),
    'run.latest': () => this.started && this.goTo(get().furthest),
    'run.restart': () => this.started && this.restart(),
    'view.zoom-in': () => this.zoom(1.6),
    'view.zoom-out': () => this.zoom(1 / 1.6),
    'view.fit': () => this.camera.fit(),
    ...Object.fromEntries(LAB_ONLY.map((id) => [id, () => notify(NOT_HERE, 'note')])),
    'compare.off': () => this.offer('off'),
    'compare.bound': () => this.offer('bound'),
    'compare.copy': () => this.offer('copy'),
  };

  link(): ReturnType<Guest['link']> {
    const page = useView.getState().comparing?.page ?? 'runs';
    const request: ComparisonRequest = {
      page,
      runs: this.runs.map(({ spec }) => spec),
      tick: this.clock.tick,
      play: this.clock.playing,
      vary: this.vary(),
      serial: this.request.serial,
    };
    return {
      experiment: this.runs[0].spec.experiment,
      open: page === 'sweep' ? 'sweep' : 'compare',
      compare: packComparison(request),
    };
  }
}
