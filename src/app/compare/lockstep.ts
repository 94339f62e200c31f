/**
 * One clock for several runs, each in a worker of its own. Time advances in slices: every run is sent to the same tick,
 * and the next slice begins when all have arrived and have been shown. So the slowest sets the pace, nobody is ever
 * ahead, and no simulated time is left out. Knows nothing of workers or pictures: they are handed in.
 */
import type { Reply } from '../../protocol/engine-api.ts';
import type { Arrival } from '../../protocol/runs.ts';

/** A run that the clock drives. */
export interface Driven {
  /** Go to a tick; one that has finished, or is beyond, stays where it is. */
  runTo(tick: number): Promise<Reply<Arrival>>;
}

export interface LockstepEvents {
  /** A run has arrived at the end of a slice, or could not. */
  arrived(run: Driven, reply: Reply<Arrival>): void;
  /** All have arrived: draw them. The next slice begins when this is done. */
  slice(tick: number): Promise<void>;
  /** Runs that the others have been waiting for a while now; empty when nobody waits any more. */
  waiting(runs: readonly Driven[]): void;
  /** Playing has begun or ended, by a call or because all programs are over. */
  playing(on: boolean): void;
}

/** What the clock needs of its surroundings. */
export interface ClockHost {
  /** Wall time in milliseconds. */
  now(): number;
  /** Resolves after about so many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** Wall time a slice is meant to take its slowest worker: often enough for the eye, long enough to outweigh the messages. */
const SLICE_MS = 40;
/** Wall time of debt that is remembered; what is owed beyond that makes the clock slower, it is never skipped. */
const DEBT_MS = 250;
/** The others have waited for so long before it is said. */
const WAIT_MS = 400;
const MOST_TICKS = 60_000;

export class Lockstep {
  /** Where all runs stand that have not finished before. */
  tick = 0;
  /** Simulated seconds per wall second; Infinity is as fast as possible. */
  speed: number;
  private runs: readonly Driven[] = [];
  private readonly done = new Set<Driven>();
  /** Ticks in a slice at most, by experience. */
  private most = 16;
  /** Counts what was asked for: a loop that wakes up with an old number is over. */
  private asked = 0;
  /** The number of the latest wish to play; -1 when that has come to its end. */
  private playAsked = -1;
  private isPlaying = false;
  /** Slices follow one another; a new one waits for the one under way. */
  private last: Promise<unknown> = Promise.resolve();
  private meter: { at: number; tick: number } | null = null;
  /** Simulated seconds per wall second, measured; 0 when unknown. */
  achieved = 0;
  /** The run that took longest in the latest slice. */
  slowest: Driven | null = null;

  constructor(
    private readonly host: ClockHost,
    private readonly events: LockstepEvents,
    speed: number,
  ) {
    this.speed = speed;
  }

  /** It plays, and nobody has asked for anything else. */
  get playing(): boolean {
    return this.playAsked === this.asked;
  }

  /** All programs are over. */
  get finished(): boolean {
    return this.runs.length > 0 && this.runs.every((run) => this.done.has(run));
  }

  /** The runs from now on. New ones are brought to where the others stand by the next slice. */
  setRuns(runs: readonly Driven[]): void {
    this.runs = runs;
    for (const run of this.done) if (!runs.includes(run)) this.done.delete(run);
  }

  /** Bring every run to where the clock stands: after one has come or booted anew. */
  gather(): Promise<void> {
    return this.after(() => this.advance(this.tick));
  }

  play(): void {
    if (this.playing || this.finished) return;
    this.setPlaying(true);
    const asked = ++this.asked;
    this.playAsked = asked;
    void this.after(() => this.loop(asked));
  }

  /** Stop after the slice under way; resolves when all stand. */
  async pause(): Promise<void> {
    const asked = ++this.asked;
    await this.last.catch(() => undefined);
    if (asked === this.asked) this.setPlaying(false);
  }

  /** Pause, and go to a tick that lies ahead. */
  async goTo(tick: number): Promise<void> {
    const pausing = this.pause();
    const { asked } = this;
    await pausing;
    return this.after(async () => {
      while (this.tick < tick && !this.finished && asked === this.asked) {
        await this.advance(Math.min(tick, this.tick + this.most));
      }
    });
  }

  /** The runs have been put to this tick by other means. */
  adopt(tick: number): void {
    this.tick = tick;
    this.done.clear();
    this.meter = null;
  }

  /** A run stands at its end, or no longer does. */
  markFinished(run: Driven, finished: boolean): void {
    if (finished) this.done.add(run);
    else this.done.delete(run);
  }

  private after(work: () => Promise<void>): Promise<void> {
    const next = this.last.catch(() => undefined).then(work);
    this.last = next;
    return next;
  }

  private setPlaying(on: boolean): void {
    if (this.isPlaying === on) return;
    this.isPlaying = on;
    this.meter = null;
    this.achieved = 0;
    this.events.playing(on);
  }

  private async loop(asked: number): Promise<void> {
    let accrued = this.host.now();
    let owed = 0;
    while (asked === this.asked && !this.finished) {
      const now = this.host.now();
      if (this.speed !== Infinity) {
        owed = Math.min(owed + (now - accrued) * this.speed, Math.max(1, DEBT_MS * this.speed));
        accrued = now;
        if (owed < 1) {
          await this.host.sleep(Math.max(1, Math.min(50, (1 - owed) / this.speed)));
          continue;
        }
      } else {
        accrued = now;
        owed = this.most;
      }
      const ticks = Math.min(Math.floor(owed), this.most);
      owed -= ticks;
      await this.advance(this.tick + ticks);
      this.measure();
    }
    if (asked !== this.asked) return;
    this.playAsked = -1;
    this.setPlaying(false);
  }

  /** One slice: everybody to this tick, then on show. */
  private async advance(target: number): Promise<void> {
    const ticks = target - this.tick;
    const outstanding = new Set(this.runs);
    let told = false;
    let furthest = 0;
    let workMs = 0;
    const watch = async () => {
      await this.host.sleep(WAIT_MS);
      if (outstanding.size === 0) return;
      told = true;
      this.events.waiting([...outstanding]);
    };
    void watch();
    await Promise.all(
      [...outstanding].map(async (run) => {
        const reply = await run.runTo(target);
        outstanding.delete(run);
        // One that cannot go on is over; the others need not wait for it.
        this.markFinished(run, !reply.ok || reply.value.finished);
        if (reply.ok) {
          furthest = Math.max(furthest, reply.value.tick);
          if (reply.value.workMs > workMs) {
            workMs = reply.value.workMs;
            this.slowest = run;
          }
        }
        this.events.arrived(run, reply);
        if (told && outstanding.size > 0) this.events.waiting([...outstanding]);
      }),
    );
    if (told) this.events.waiting([]);
    if (ticks > 0) {
      // The last program may have ended before.
      this.tick = this.finished ? Math.max(this.tick, furthest) : target;
      // By what the workers do, not by how long it takes: when messages are slow, shorter slices would only be slower.
      if (workMs > SLICE_MS * 1.5) this.most = Math.max(1, Math.floor(this.most / 2));
      else if (workMs < SLICE_MS / 2 && ticks >= this.most) this.most = Math.min(MOST_TICKS, this.most * 2);
    }
    await this.events.slice(this.tick);
  }

  private measure(): void {
    const at = this.host.now();
    if (this.meter === null) this.meter = { at, tick: this.tick };
    else if (at - this.meter.at >= 500) {
      this.achieved = (this.tick - this.meter.tick) / (at - this.meter.at);
      this.meter = { at, tick: this.tick };
    }
  }
}
