/** Arcs and sparks in flight: lists whose entries are functions of time, so that nothing is computed per frame. */
import { EFFECT_WORDS, type EffectList } from './stage.ts';

/** A list of effects that die after a fixed life. */
export class Effects implements EffectList {
  readonly data: Float32Array;
  count = 0;
  version = 0;
  /** Whose place the next one takes when the list is full: round and round, so it is one of the oldest. */
  private next = 0;

  constructor(
    readonly capacity: number,
    private readonly life: number,
  ) {
    this.data = new Float32Array(capacity * EFFECT_WORDS);
  }

  /** Start an effect; when the list is full an old one gives its place. */
  add(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    start: number,
    lift: number,
    kind: number,
    colour: number,
  ): void {
    let at = this.count;
    if (at === this.capacity) {
      at = this.next;
      this.next = (this.next + 1) % this.capacity;
    } else {
      this.count++;
    }
    this.data.set([x0, y0, x1, y1, start, lift, kind, colour], at * EFFECT_WORDS);
    this.version++;
  }

  private startOf(i: number): number {
    return this.data[i * EFFECT_WORDS + 4];
  }

  /** Drop what has ended. */
  prune(now: number): void {
    let i = 0;
    while (i < this.count) {
      if (this.startOf(i) + this.life > now) {
        i++;
        continue;
      }
      this.count--;
      this.data.copyWithin(i * EFFECT_WORDS, this.count * EFFECT_WORDS, (this.count + 1) * EFFECT_WORDS);
      this.version++;
    }
  }

  clear(): void {
    this.count = 0;
    this.version++;
  }
}
