/** A jump in time under way: to a checkpoint before the goal and on from there, in slices, so that everybody else is still heard. */
import type { Summary } from '../protocol/summary.ts';
import type { Host } from './host.ts';
import type { Session } from './session.ts';

/** What moved in the last ticks before the goal is shown as if one had watched it. */
const WATCHED_TICKS = 20;
/** So long the picture waits for the end of a jump before it shows what is on the way. */
const PICTURE_MS = 250;

export class Jump {
  /** Number of the first trace event of the goal's own tick. */
  since = 0;
  private readonly session: Session;
  private readonly target: number;
  private readonly host: Host;
  private readonly startMs: number;
  private readonly waiting: (() => void)[] = [];
  private from: number;

  constructor(session: Session, target: number, host: Host) {
    this.session = session;
    this.target = target;
    this.host = host;
    this.startMs = host.now();
    this.from = session.k.ticks;
  }

  /**
   * Go there.
   * @param slice run up to so many ticks, for some milliseconds
   * @param goesOn false when something else has begun meanwhile
   * @throws whatever a tick throws
   */
  async run(
    slice: (ticks: number) => void,
    goesOn: () => boolean,
  ): Promise<'there' | 'finished' | 'stopped'> {
    const { session, target } = this;
    const { k } = session;
    const watchedFrom = Math.max(0, target - WATCHED_TICKS);
    // A few ticks onwards need no jump.
    if (session.broken || k.ticks > target || k.ticks < watchedFrom)
      session.approach(Math.max(0, Math.min(watchedFrom, target - 1)));
    this.from = k.ticks;
    this.since = k.output.traceCount;
    for (const goal of [watchedFrom, target - 1, target]) {
      this.since = k.output.traceCount;
      while (k.ticks < goal) {
        if (session.finished) return 'finished';
        slice(goal - k.ticks);
        if (k.ticks >= goal) break;
        await new Promise<void>((resolve) => this.host.soon(resolve));
        if (!goesOn()) return 'stopped';
      }
      // Those before the last ticks are not watched: the picture is that of somebody who has just arrived.
      if (goal === watchedFrom) session.skipEvents();
    }
    return 'there';
  }

  /** Where to, and how much of the way is done. */
  state(): NonNullable<Summary['seek']> {
    const { target, from } = this;
    return { target, progress: target > from ? (this.session.k.ticks - from) / (target - from) : 1 };
  }

  /** Resolves at the end, or when it has taken long enough for a picture of the way. */
  pictureTurn(): Promise<void> {
    const leftMs = this.startMs + PICTURE_MS - this.host.now();
    if (leftMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.host.later(resolve, leftMs);
    });
  }

  /** It is over, one way or another. */
  end(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}
