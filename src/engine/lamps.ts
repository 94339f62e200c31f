/**
 * The invariant lamps: what must hold between any two ticks is looked at a few times a second, totals at once and all of memory in
 * slices; while time stands still the walk is a complete one. A lamp that has gone red stays red, and says since when: an exact replay
 * from the boot looks at every tick between the last time it held and the first time it did not.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import {
  beginWalk,
  checkTotals,
  checkWalked,
  INVARIANT_IDS,
  type InvariantId,
  type MemoryWalk,
  walkOn,
} from '../kernel/watched-invariants.ts';
import type { Lamp } from '../protocol/why.ts';

/** Wall time between two looks, and what a look may spend on the walk. */
const LOOK_EVERY_MS = 250;
const WALK_MS = 1;
const PAUSED_WALK_MS = 8;
/** Blocks or slots between two looks at the clock. */
const WALK_STEPS = 16;

const TITLES: Record<InvariantId, string> = {
  pages: 'Pages conserved',
  tasks: 'One CPU a task',
  queues: 'Queues consistent',
  counters: 'Counters add up',
};

export class Lamps {
  readonly lamps: Lamp[] = INVARIANT_IDS.map((id) => ({
    id,
    title: TITLES[id],
    ok: true,
    checkedTick: -1,
    violation: '',
    heldTick: -1,
    brokenTick: -1,
    exact: false,
    search: '',
  }));
  /** A lamp has gone red and nobody has looked for the first tick yet. */
  onBroken: ((lamp: Lamp) => void) | null = null;
  private walk: MemoryWalk | null = null;
  /** Tick at which the walk began. */
  private walkTick = -1;
  /** The last whole walk without time passing: nothing more to find there. */
  private walkedTick = -1;
  private lookedMs = -Infinity;

  /** Look, if it is time to; longer while time stands still. */
  look(k: Kernel, now: () => number, paused: boolean): void {
    const nowMs = now();
    if (nowMs - this.lookedMs < LOOK_EVERY_MS) return;
    this.lookedMs = nowMs;
    this.checkTotals(k);
    if (this.walkedTick !== k.ticks) this.walkSome(k, now, nowMs + (paused ? PAUSED_WALK_MS : WALK_MS));
  }

  /** Look at all totals now. */
  checkTotals(k: Kernel): void {
    for (const lamp of this.lamps) {
      if (!lamp.ok) continue;
      const found = firstViolation((report) => checkTotals(k, lamp.id, report));
      if (found === '') {
        lamp.checkedTick = k.ticks;
        lamp.heldTick = k.ticks;
      } else this.broken(k, lamp, found);
    }
  }

  private walkSome(k: Kernel, now: () => number, untilMs: number): void {
    if (this.walk === null) {
      this.walk = beginWalk(k);
      this.walkTick = k.ticks;
    }
    const { walk } = this;
    const report = (id: InvariantId, violation: string) => this.found(k, id, violation);
    let done = false;
    while (!done && now() < untilMs) done = walkOn(k, walk, WALK_STEPS, report);
    if (!done) return;
    if (this.walkTick === k.ticks) {
      checkWalked(k, walk, (violation) => this.found(k, 'pages', violation));
      this.walkedTick = k.ticks;
    }
    this.walk = null;
  }

  private found(k: Kernel, id: InvariantId, violation: string): void {
    const lamp = this.lamps.find((each) => each.id === id)!;
    if (lamp.ok) this.broken(k, lamp, violation);
  }

  private broken(k: Kernel, lamp: Lamp, violation: string): void {
    lamp.ok = false;
    lamp.violation = violation;
    lamp.checkedTick = k.ticks;
    lamp.brokenTick = k.ticks;
    // Time may have gone back since.
    if (lamp.heldTick > k.ticks) lamp.heldTick = -1;
    this.onBroken?.(lamp);
  }
}

/** The first thing that a check reports, '' for nothing. */
export function firstViolation(check: (report: (violation: string) => void) => void): string {
  let first = '';
  check((violation) => {
    if (first === '') first = violation;
  });
  return first;
}
