/** At which ticks the events happened that one can step to: a bit for every tick ever simulated on a branch, so that stepping back knows where. */
import type { StepGrain } from '../protocol/engine-api.ts';
import type { BranchRecord } from './observer.ts';

export type EventGrain = Exclude<StepGrain, 'tick'>;

const FIRST_WORDS = 1024;

/** One bit a tick. */
class TickSet {
  constructor(private words = new Uint32Array(FIRST_WORDS)) {}

  add(tick: number): void {
    const word = tick >>> 5;
    if (word >= this.words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.words.length * 2));
      grown.set(this.words);
      this.words = grown;
    }
    this.words[word] |= 1 << (tick & 31);
  }

  /** The last member below `tick`, -1 if there is none. */
  before(tick: number): number {
    const last = Math.min(tick - 1, this.words.length * 32 - 1);
    for (let word = last >>> 5, bits = last; bits >= 0; word--) {
      const mask = 0xffffffff >>> (31 - (bits & 31));
      const found = this.words[word] & mask;
      if (found !== 0) return word * 32 + 31 - Math.clz32(found);
      bits = word * 32 - 1;
    }
    return -1;
  }

  upTo(tick: number): TickSet {
    const words = this.words.slice(0, (tick >>> 5) + 1);
    words[tick >>> 5] &= 0xffffffff >>> (31 - (tick & 31));
    return new TickSet(words);
  }
}

export class StepTicks implements BranchRecord<StepTicks> {
  private readonly sets: Record<EventGrain, TickSet>;

  constructor(sets?: Record<EventGrain, TickSet>) {
    this.sets = sets ?? {
      scan_pass: new TickSet(),
      hinting_fault: new TickSet(),
      page_migration: new TickSet(),
      task_move: new TickSet(),
    };
  }

  /** An event has happened in the tick that made the clock say `tick`. */
  add(grain: EventGrain, tick: number): void {
    this.sets[grain].add(tick);
  }

  /** Where a step back from `tick` ends: the last event before it, -1 if there is none. */
  before(grain: EventGrain, tick: number): number {
    return this.sets[grain].before(tick);
  }

  fork(tick: number): StepTicks {
    const { scan_pass, hinting_fault, page_migration, task_move } = this.sets;
    return new StepTicks({
      scan_pass: scan_pass.upTo(tick),
      hinting_fault: hinting_fault.upTo(tick),
      page_migration: page_migration.upTo(tick),
      task_move: task_move.upTo(tick),
    });
  }
}
