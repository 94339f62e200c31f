/**
 * The branches there are, and the memory that the checkpoints of all of them may take together. When there are too many, the one goes that is missed least: its
 * neighbours are near, and it is far from the present or on a branch that is not on show. So they stand densest around the present.
 */
import { bytesBeyond } from '../kernel/freeze.ts';
import { snapshotBytes } from '../kernel/kernel.ts';
import type { Branch, Checkpoint } from './branch.ts';

/** What checkpoints may take, by default. */
export const CHECKPOINT_BYTES = 512 << 20;

/** Nearer to the present than this all are equally near, in ticks. */
const NEAR_TICKS = 5000;
/** A branch that is not on show counts as this much farther away. */
const AWAY_TICKS = 300_000;

/** Memory a checkpoint takes beyond the one before it. */
export function checkpointBytes(checkpoint: Checkpoint, before: Checkpoint | undefined): number {
  return (
    snapshotBytes(checkpoint.kernel, before?.kernel) + bytesBeyond(checkpoint.observed, before?.observed)
  );
}

export class Checkpoints {
  limit: number;
  /** What they take now, about. */
  bytes = 0;
  private readonly branches = new Map<number, Branch>();
  private lastId = 0;

  constructor(limit = CHECKPOINT_BYTES) {
    this.limit = limit;
  }

  /** How many there are. */
  get count(): number {
    return this.all().size;
  }

  /** A number that no branch has had. */
  get nextId(): number {
    return this.lastId + 1;
  }

  /** The branch of a number, if it has not been dropped. */
  find(id: number): Branch | undefined {
    return this.branches.get(id);
  }

  /** Look after the checkpoints of a branch as well. */
  adopt(branch: Branch): void {
    this.branches.set(branch.id, branch);
    this.lastId = Math.max(this.lastId, branch.id);
  }

  /** A branch is gone; checkpoints that it shares with others stay. */
  drop(branch: Branch): void {
    this.branches.delete(branch.id);
    this.bytes = 0;
    for (const { bytes } of this.all()) this.bytes += bytes;
  }

  /** Keep a new checkpoint of a branch, and let others go if they take too much. @param present the tick on show */
  keep(branch: Branch, checkpoint: Checkpoint, present: number): void {
    const place = branch.insert(checkpoint);
    this.bytes += checkpoint.bytes;
    this.settle(branch.checkpoints[place + 1], checkpoint);
    while (this.bytes > this.limit) {
      const victim = this.leastMissed(branch, present);
      if (victim === null) return;
      this.remove(victim);
    }
  }

  private remove(victim: Checkpoint): void {
    this.bytes -= victim.bytes;
    const settled = new Set<Checkpoint>();
    for (const { checkpoints } of this.branches.values()) {
      const place = checkpoints.indexOf(victim);
      if (place < 0) continue;
      checkpoints.splice(place, 1);
      const after = checkpoints[place];
      if (after === undefined || settled.has(after)) continue;
      settled.add(after);
      this.settle(after, checkpoints[place - 1]);
    }
  }

  /** What a checkpoint takes has changed, because the one before it has. */
  private settle(checkpoint: Checkpoint | undefined, before: Checkpoint | undefined): void {
    if (checkpoint === undefined) return;
    this.bytes -= checkpoint.bytes;
    checkpoint.bytes = checkpointBytes(checkpoint, before);
    this.bytes += checkpoint.bytes;
  }

  private all(): Set<Checkpoint> {
    return new Set([...this.branches.values()].flatMap((branch) => branch.checkpoints));
  }

  /** The one whose loss costs least; the first of a branch is never let go. */
  private leastMissed(current: Branch, present: number): Checkpoint | null {
    const worth = new Map<Checkpoint, number>();
    for (const branch of this.branches.values()) {
      const { checkpoints } = branch;
      for (let i = 1; i < checkpoints.length; i++) {
        const { tick } = checkpoints[i];
        const gap = (checkpoints[i + 1]?.tick ?? Math.max(branch.end, tick + 1)) - checkpoints[i - 1].tick;
        const away =
          branch === current ? Math.abs(present - tick) : Math.max(0, branch.end - tick) + AWAY_TICKS;
        const value = gap / (away + NEAR_TICKS);
        worth.set(checkpoints[i], Math.max(value, worth.get(checkpoints[i]) ?? 0));
      }
    }
    let least: Checkpoint | null = null;
    for (const [checkpoint, value] of worth)
      if (least === null || value < worth.get(least)!) least = checkpoint;
    return least;
  }
}
