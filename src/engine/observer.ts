/**
 * What watches a kernel must be right after a jump in time, too. There are two kinds.
 *
 * An **observer** knows things of the present that the kernel's state does not say: smoothed rates, the latest events. A checkpoint holds
 * what it knew, and gives it back; from there it watches the replay like any other stretch of time.
 *
 * A **record** is a history: it grows when time passes for the first time and stays when time goes back, because what has been simulated
 * on a branch will be the same again. It belongs to a branch, and a fork begins with its part up to the fork.
 */

export interface Observer {
  /**
   * All it knows beyond the kernel's state, as plain data (objects, arrays, typed arrays, numbers, strings, null). It is copied at once
   * (kernel/freeze.ts: parts that have not changed since the last checkpoint cost nothing), so it may be the live data.
   */
  save(): object;
  /** Know this instead. `saved` equals what `save` gave and is the observer's to keep. */
  restore(saved: object): void;
}

export interface BranchRecord<Self> {
  /** What there is of it up to and with a tick, as the beginning of another branch. */
  fork(tick: number): Self;
}
