/** One run of a comparison: its worker, its picture, its series, and what React shows of it. */
import * as Comlink from 'comlink';
import { create } from 'zustand';
import type { BootResult, Reply, StepGrain, StepResult } from '../../protocol/engine-api.ts';
import type { Arrival, Placement, Standing } from '../../protocol/runs.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { SmallPicture } from '../../view/small-picture.ts';
import { startEngine, type EngineClient } from '../engine-client.ts';
import { SeriesStore } from '../series.ts';
import type { Driven } from './lockstep.ts';
import type { RunSpec } from './runs.ts';

/** A run as the page shows it. */
export interface RunView {
  id: number;
  spec: RunSpec;
  status: 'booting' | 'ready' | 'failed';
  error: string;
  boot: BootResult | null;
  standing: Standing | null;
  summary: Summary | null;
  placements: readonly Placement[];
}

export interface ComparisonState {
  runs: readonly RunView[];
  playing: boolean;
  /** Where the runs stand that have not finished, ticks; and the furthest they have been. */
  tick: number;
  furthest: number;
  finished: boolean;
  /** "waiting for run B" while the others do. */
  waiting: string;
  /** Simulated seconds per wall second, and who sets the pace when that is less than wanted. */
  achieved: number;
  slowest: string;
  /** What the last step came to. */
  sentence: string;
}

/** Before anything is compared. */
export const EMPTY: ComparisonState = {
  runs: [],
  playing: false,
  tick: 0,
  furthest: 0,
  finished: false,
  waiting: '',
  achieved: 0,
  slowest: '',
  sentence: '',
};

export const useComparison = create<ComparisonState>(() => EMPTY);
const { setState: set } = useComparison;

/** What the checkpoints of one run may take: four runs together as much as the laboratory alone. */
const CHECKPOINT_BYTES = 128 << 20;

let nextId = 1;

/** One run: its worker, its picture when it has one, its series. */
export class ComparedRun implements Driven {
  readonly id = nextId++;
  readonly series = new SeriesStore();
  picture: SmallPicture | null = null;
  private client: EngineClient | null = null;
  private buffer = new ArrayBuffer(0);
  private logEpoch = -1;
  /** Neither booted nor gone: the clock does not wait for it. */
  private up = false;

  constructor(public spec: RunSpec) {}

  get ready(): boolean {
    return this.up;
  }

  show(patch: Partial<RunView>): void {
    set(({ runs }) => ({ runs: runs.map((run) => (run.id === this.id ? { ...run, ...patch } : run)) }));
  }

  view(): RunView {
    const { spec, id } = this;
    return {
      id,
      spec,
      status: 'booting',
      error: '',
      boot: null,
      standing: null,
      summary: null,
      placements: [],
    };
  }

  private readonly onDeath = (reason: string) => {
    this.up = false;
    this.show({ status: 'failed', error: `Its worker has stopped: ${reason}.` });
  };

  /** Boot, or boot anew with what the spec says now. */
  async boot(): Promise<void> {
    this.up = false;
    this.client ??= startEngine(this.onDeath);
    void this.ask(async (api) => ({ ok: true, value: await api.limitCheckpoints(CHECKPOINT_BYTES) }));
    this.show({ status: 'booting', error: '', spec: this.spec });
    const reply = await this.ask((api) => api.boot(this.spec.experiment, false));
    if (!reply.ok) {
      this.show({ status: 'failed', error: reply.error, boot: null, standing: null, summary: null });
      return;
    }
    this.up = true;
    this.series.clear();
    this.picture?.setMachine(reply.value.machine, reply.value.generation);
    this.show({ status: 'ready', boot: reply.value, standing: null, summary: null, placements: [] });
  }

  /** A worker that died is replaced by a fresh one. */
  async revive(): Promise<void> {
    this.client?.dispose();
    this.client = null;
    await this.boot();
  }

  async runTo(tick: number): Promise<Reply<Arrival>> {
    return this.ask((api) => api.runTo(tick));
  }

  step(grain: StepGrain, back: boolean): Promise<Reply<StepResult>> {
    return this.ask((api) => (back ? api.stepBack(grain) : api.step(grain)));
  }

  /** Go to a tick, back or ahead; where it stands then, null when it cannot. */
  async seek(tick: number): Promise<Standing | null> {
    const reply = await this.ask((api) => api.seek(tick));
    if (!reply.ok) {
      this.show({ status: 'failed', error: reply.error });
      return null;
    }
    const { client } = this;
    return client ? client.guard(client.api.standing()).catch(() => null) : null;
  }

  /** The frame its picture wants now; null when there is no picture or no answer. */
  async frame(): Promise<ArrayBuffer | null> {
    const { client, buffer } = this;
    const view = this.up ? this.picture?.viewRequest() : null;
    if (!view || !client) return null;
    this.buffer = new ArrayBuffer(0);
    try {
      this.buffer = await client.guard(client.api.frame(view, Comlink.transfer(buffer, [buffer])));
      return this.buffer;
    } catch {
      // Its death has been told by other means.
      return null;
    }
  }

  async look(placements: boolean): Promise<Partial<RunView>> {
    const { client, series } = this;
    if (!this.up || !client) return {};
    const { api } = client;
    try {
      const [summary, standing, where] = await client.guard(
        Promise.all([
          api.summary({
            logFrom: Number.MAX_SAFE_INTEGER,
            logEpoch: this.logEpoch,
            seriesFrom: series.next,
            seriesEpoch: series.epoch,
          }),
          api.standing(),
          placements ? api.placements() : null,
        ]),
      );
      this.logEpoch = summary.logEpoch;
      series.apply(summary.series);
      this.picture?.setSummary(summary);
      return { summary, standing, ...(where ? { placements: where } : {}) };
    } catch {
      return {};
    }
  }

  dispose(): void {
    this.client?.dispose();
    this.picture?.destroy();
    this.picture = null;
  }

  private async ask<T>(call: (api: EngineClient['api']) => Promise<Reply<T>>): Promise<Reply<T>> {
    const { client } = this;
    if (!client) return { ok: false, error: 'it has not been booted' };
    try {
      return await client.guard(call(client.api));
    } catch (error) {
      return { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
}
