/** Finds the first tick at which an invariant no longer holds, by an exact replay in slices. */
import { advance, type Kernel } from '../kernel/kernel.ts';
import { checkTotals, type InvariantId } from '../kernel/watched-invariants.ts';
import type { Experiment } from '../protocol/experiment.ts';
import type { Lamp } from '../protocol/why.ts';
import { corrupt } from './corrupt.ts';
import type { Host } from './host.ts';
import { firstViolation } from './lamps.ts';

/** Wall time of a slice of the replay. */
const SLICE_MS = 3;
const STRIDE_TICKS = 50;

/** What is to be replayed. */
export interface Replay {
  /** A kernel of its own, not later than the moment that is looked at first. */
  k: Kernel;
  /** What is done to it from there on, in order of time. */
  edits: Experiment['edits'];
  /** Do an edit to the kernel. */
  write(path: string, value: string): void;
  /** What a test has spoilt on purpose. */
  corruptions: readonly { tick: number; id: InvariantId }[];
}

/**
 * Replay up to where a lamp is known to be red, looking at every tick from the last one at which it held.
 * The lamp is brought up to date on the way; when the replay shows nothing, it says so.
 */
export function searchFirstViolation(replay: Replay, lamp: Lamp, host: Host, gone: () => boolean): void {
  const { k } = replay;
  const from = Math.max(0, lamp.heldTick);
  const to = lamp.brokenTick;
  let edit = 0;
  let spoilt = 0;
  const happen = () => {
    for (; edit < replay.edits.length && replay.edits[edit].tick <= k.ticks; edit++)
      replay.write(replay.edits[edit].path, replay.edits[edit].value);
    for (; spoilt < replay.corruptions.length && replay.corruptions[spoilt].tick <= k.ticks; spoilt++)
      corrupt(k, replay.corruptions[spoilt].id);
  };
  const isBroken = () => firstViolation((report) => checkTotals(k, lamp.id, report));
  const step = () => {
    if (gone()) return;
    const untilMs = host.now() + SLICE_MS;
    while (host.now() < untilMs) {
      happen();
      if (k.ticks >= from) {
        const violation = isBroken();
        if (violation !== '') {
          Object.assign(lamp, {
            violation,
            heldTick: k.ticks - 1,
            brokenTick: k.ticks,
            exact: true,
            search: '',
          });
          return;
        }
        lamp.heldTick = k.ticks;
        if (k.ticks >= to) {
          lamp.search = 'an exact replay does not show it: the state was changed from outside the model';
          lamp.heldTick = from;
          return;
        }
      }
      advance(k, ticksAhead(k.ticks));
    }
    lamp.search = `looking for the first tick: ${k.ticks} of ${to} replayed`;
    host.soon(step);
  };
  /** To the next thing that happens, one tick at a time where it is looked for. */
  const ticksAhead = (now: number): number => {
    if (now >= from) return 1;
    const next = [from, replay.edits[edit]?.tick ?? Infinity, replay.corruptions[spoilt]?.tick ?? Infinity];
    return Math.max(1, Math.min(STRIDE_TICKS, ...next.map((tick) => tick - now)));
  };
  step();
}
