/**
 * How simulated time follows wall time. Pure arithmetic: the caller says what time it is, so a test can too.
 *
 * Wall time is turned into owed ticks at the wanted speed; a slice pays as many of them as it can. What it cannot pay
 * stays owed, up to DEBT_MS of wall time: beyond that the simulation runs slower than asked and says so (`behind`). No
 * simulated time is ever skipped, because owing less never moves the kernel's clock.
 */

/** Longest stretch of work between two looks at the message queue, in wall milliseconds. */
export const SLICE_MS = 4;
/** Wall time of debt that is remembered: enough to even out a late timer, too little to make a burst anybody sees. */
const DEBT_MS = 50;
/** A gap this long is a computer that slept or a tab that was frozen, not a slow kernel. */
const GAP_MS = 1000;
/** How long `behind` is said after debt was last forgotten. */
const BEHIND_MS = 500;
/** Lowest speed: one tick in 100 ms of wall time. */
export const MINIMUM_SPEED = 0.01;

export interface Pace {
  /** Simulated seconds per wall second; Infinity is as fast as possible. */
  speed: number;
  /** Ticks (simulated milliseconds) owed, with the fraction of the next one. */
  owed: number;
  /** Wall time up to which ticks have been accrued. */
  accruedMs: number;
  /** Wall time at which debt was last forgotten, -Infinity never. */
  forgotMs: number;
}

export function createPace(speed: number, nowMs: number): Pace {
  return { speed: clampSpeed(speed), owed: 0, accruedMs: nowMs, forgotMs: -Infinity };
}

/** Any number a person can type becomes a legal speed. */
export function clampSpeed(speed: number): number {
  return Number.isNaN(speed) ? 1 : Math.max(MINIMUM_SPEED, speed);
}

/** Change the speed from now on; the fraction of a tick already earned is kept, debt of the old speed is not. */
export function setSpeed(pace: Pace, speed: number, nowMs: number): void {
  dueTicks(pace, nowMs);
  pace.speed = clampSpeed(speed);
  pace.owed = Number.isFinite(pace.owed) ? pace.owed % 1 : 0;
  pace.forgotMs = -Infinity;
}

/** Start counting now: what passed while paused is not owed. */
export function resume(pace: Pace, nowMs: number): void {
  pace.accruedMs = nowMs;
  if (!Number.isFinite(pace.owed)) pace.owed = 0;
  pace.owed %= 1;
  pace.forgotMs = -Infinity;
}

/**
 * Accrue up to `nowMs`.
 * @returns whole ticks that are due (Infinity at full speed)
 */
export function dueTicks(pace: Pace, nowMs: number): number {
  const wallMs = Math.max(0, nowMs - pace.accruedMs);
  pace.accruedMs = Math.max(pace.accruedMs, nowMs);
  if (pace.speed === Infinity) {
    pace.owed = 0;
    return Infinity;
  }
  pace.owed += wallMs * pace.speed;
  // At least one tick and its fraction must fit, or a low speed would never get anywhere.
  const limit = Math.max(2, pace.speed * DEBT_MS);
  if (pace.owed > limit) {
    pace.owed = limit;
    if (wallMs < GAP_MS) pace.forgotMs = nowMs;
  }
  return Math.floor(pace.owed);
}

/** `ticks` have been simulated. */
export function payTicks(pace: Pace, ticks: number): void {
  if (pace.speed !== Infinity) pace.owed = Math.max(0, pace.owed - ticks);
}

/** Wall milliseconds until the next tick is due; 0 when one already is. */
export function msUntilDue(pace: Pace): number {
  if (pace.speed === Infinity || pace.owed >= 1) return 0;
  return (1 - pace.owed) / pace.speed;
}

/** True while the wanted speed is not reached. */
export function isBehind(pace: Pace, nowMs: number): boolean {
  return nowMs - pace.forgotMs < BEHIND_MS;
}

/** Samples the speedometer keeps, one every SAMPLE_MS. */
const SAMPLES = 16;
const SAMPLE_MS = 40;
const WINDOW_MS = 500;

/** Simulated time per wall time over the last half second. */
export interface Speedometer {
  wallMs: Float64Array;
  ticks: Float64Array;
  /** Samples taken so far. */
  count: number;
}

export function createSpeedometer(): Speedometer {
  return { wallMs: new Float64Array(SAMPLES), ticks: new Float64Array(SAMPLES), count: 0 };
}

/** Forget the past: after a pause or a boot. */
export function resetSpeedometer(meter: Speedometer, nowMs: number, tick: number): void {
  meter.count = 0;
  measure(meter, nowMs, tick);
}

/** Note that the simulation is at `tick`; cheap enough for every slice. */
export function measure(meter: Speedometer, nowMs: number, tick: number): void {
  const last = (meter.count + SAMPLES - 1) % SAMPLES;
  if (meter.count > 0 && nowMs - meter.wallMs[last] < SAMPLE_MS) return;
  const at = meter.count % SAMPLES;
  meter.wallMs[at] = nowMs;
  meter.ticks[at] = tick;
  meter.count++;
}

/** Simulated seconds per wall second; 0 before anything is known. */
export function achievedSpeed(meter: Speedometer, nowMs: number, tick: number): number {
  const kept = Math.min(meter.count, SAMPLES);
  for (let back = kept; back >= 1; back--) {
    const at = (meter.count - back) % SAMPLES;
    const wallMs = nowMs - meter.wallMs[at];
    // The oldest sample inside the window; the newest one whatever its age.
    if (wallMs > WINDOW_MS && back > 1) continue;
    return wallMs > 0 ? (tick - meter.ticks[at]) / wallMs : 0;
  }
  return 0;
}
