/**
 * Going back and forth in time, and from branch to branch. While a person scrubs, the latest wish counts: one seek is under way, and the
 * next begins when it is over, or at once when it takes long, which ends it.
 */
import type { BootResult, EngineApi, Reply, StepGrain } from '../protocol/engine-api.ts';
import type { Experiment } from '../protocol/experiment.ts';
import type { Summary, TimelineMark } from '../protocol/summary.ts';
import {
  currentBranch,
  useBranches,
  withBoot,
  withName,
  withObserved,
  without,
  withoutWorker,
  withReturn,
  type RunBranch,
} from './branches.ts';
import { useObservation } from './store.ts';

/** So long a newer wish lets the seek under way go on, in ms of wall time: the picture must follow. */
const PATIENCE_MS = 150;

/** What this needs of the lab. */
export interface TravelHost {
  ask<T>(call: (api: EngineApi) => Promise<T>): Promise<T | null>;
  boot(experiment: Experiment, branch?: RunBranch): Promise<Reply<BootResult>>;
  /** Time is not to run on by itself. */
  stand(): void;
  /** Look at the kernel, and show it. */
  refresh(): Promise<void>;
}

/** The marks a person can jump to, in time order. */
export function markAfter(
  marks: readonly TimelineMark[],
  tick: number,
  direction: 1 | -1,
): TimelineMark | undefined {
  return direction > 0 ? marks.find((mark) => mark.tick > tick) : marks.findLast((mark) => mark.tick < tick);
}

export class TimeTravel {
  private readonly host: TravelHost;
  /** Where to go next, null when nothing is wished for beyond what is under way. */
  private goal: number | null = null;
  private underWay = 0;
  private sentMs = 0;
  private timer = 0;
  private settled: (() => void)[] = [];

  constructor(host: TravelHost) {
    this.host = host;
  }

  /** The tick on show, or the one that is being gone to. */
  get tick(): number {
    const { summary } = useObservation.getState();
    return this.goal ?? summary?.seek?.target ?? summary?.tick ?? 0;
  }

  /** How far the branch on show has been simulated. */
  get end(): number {
    return useObservation.getState().summary?.branch.end ?? 0;
  }

  /** Stand still at a tick. Resolves when there is no newer wish and the page shows it. */
  seek(tick: number): Promise<void> {
    this.host.stand();
    this.goal = Math.max(0, Math.round(tick));
    if (this.underWay === 0) void this.send();
    else {
      window.clearTimeout(this.timer);
      const leftMs = this.sentMs + PATIENCE_MS - performance.now();
      this.timer = window.setTimeout(() => this.goal !== null && void this.send(), Math.max(0, leftMs));
    }
    return new Promise((resolve) => this.settled.push(resolve));
  }

  private async send(): Promise<void> {
    const goal = this.goal;
    if (goal === null) return;
    this.goal = null;
    this.underWay++;
    this.sentMs = performance.now();
    useObservation.setState({ step: { running: false, sentence: '' } });
    const reply = await this.host.ask((api) => api.seek(goal));
    this.underWay--;
    if (this.goal !== null) {
      if (this.underWay === 0) void this.send();
      return;
    }
    if (this.underWay > 0) return;
    // Where one wished to be is its own caption; only what went wrong needs words.
    const sentence = !reply ? '' : !reply.ok ? reply.error : reply.value.reached ? '' : reply.value.sentence;
    useObservation.setState({ step: { running: false, sentence } });
    await this.host.refresh();
    for (const resolve of this.settled.splice(0)) resolve();
  }

  /** Stop on the way. */
  async cancel(): Promise<void> {
    this.goal = null;
    await this.host.ask((api) => api.pause());
  }

  /** Where the last step of a grain would have ended. */
  async stepBack(grain: StepGrain): Promise<void> {
    if (useObservation.getState().step.running) return;
    this.host.stand();
    useObservation.setState({ step: { running: true, sentence: '' } });
    const reply = await this.host.ask((api) => api.stepBack(grain));
    const sentence = !reply ? '' : reply.ok ? reply.value.sentence : reply.error;
    useObservation.setState({ step: { running: false, sentence } });
    await this.host.refresh();
  }

  /** To the next mark of the timeline, or to the one before. */
  async toMark(direction: 1 | -1): Promise<void> {
    const marks = useObservation.getState().summary?.marks ?? [];
    const mark = markAfter(marks, this.tick, direction);
    if (!mark) {
      const sentence =
        direction > 0 ? 'No later mark: nothing has been simulated beyond this yet.' : 'No earlier mark.';
      useObservation.setState({ step: { running: false, sentence } });
      return;
    }
    await this.seek(mark.tick);
    useObservation.setState({
      step: { running: false, sentence: `At ${(mark.tick / 1000).toFixed(3)} s: ${mark.label}.` },
    });
  }

  // Branches -------------------------------------------------------------------------------------------------------

  /** Something was booted: a new branch, or one that was there. */
  booted(experiment: Experiment, engineId: number, branch?: RunBranch): void {
    useBranches.setState((state) =>
      branch ? withReturn(state, branch.id, engineId) : withBoot(state, experiment, engineId),
    );
  }

  observed(summary: Summary): void {
    if (summary.seek) return;
    useBranches.setState((state) => withObserved(state, summary.branch, summary.edits ?? [], summary.tick));
  }

  /** The worker is gone: the branches stay, what it knew of them must be simulated again. */
  workerGone(): RunBranch | undefined {
    useBranches.setState(withoutWorker);
    return currentBranch(useBranches.getState());
  }

  /** Go to another branch, where it was left. */
  async returnTo(id: number): Promise<void> {
    const state = useBranches.getState();
    const branch = state.branches.find((each) => each.id === id);
    if (!branch || id === state.current) return;
    this.host.stand();
    const reply = await this.host.boot(branch.experiment, branch);
    if (reply.ok) await this.seek(branch.at);
  }

  rename(id: number, name: string): void {
    useBranches.setState((state) => withName(state, id, name));
  }

  /** Forget a branch that is not on show. */
  async remove(id: number): Promise<void> {
    const state = useBranches.getState();
    const gone = state.branches.find((each) => each.id === id);
    const next = without(state, id);
    if (!gone || next === state) return;
    useBranches.setState(next);
    const { engineId } = gone;
    if (engineId !== null) await this.host.ask((api) => api.forgetBranch(engineId));
  }
}
