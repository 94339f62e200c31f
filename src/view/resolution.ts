/** Adaptive resolution: when frames come too slowly the canvas gets coarser, not slower. Pure. */

export const STEPS = [1, 0.75, 0.5] as const;

/** 45 frames a second. */
const TOO_SLOW_MS = 1000 / 45;
const WINDOW = 60;
/** Longer gaps are pauses (hidden tab, simulation stopped), not slowness. */
const PAUSE_MS = 250;
/** Windows to wait after a lowering that did not help. */
const HOLD = 30;

/** Watches frame intervals and says which step of STEPS to use. */
export class AdaptiveResolution {
  step = 0;
  private readonly intervals: number[] = [];
  private slowWindows = 0;
  private hold = 0;
  private medianBefore = 0;
  private judging = false;

  /** Tell it an interval between two fresh frames; true when the step changed. */
  add(milliseconds: number): boolean {
    if (milliseconds > PAUSE_MS || milliseconds <= 0) return false;
    this.intervals.push(milliseconds);
    if (this.intervals.length < WINDOW) return false;
    const median = this.intervals.sort((a, b) => a - b)[WINDOW >> 1];
    this.intervals.length = 0;
    return this.judge(median);
  }

  private judge(median: number): boolean {
    if (this.judging) {
      this.judging = false;
      if (median > this.medianBefore * 0.92) {
        // Not the pixels are slow (the worker is, or the machine): give the sharpness back.
        this.step--;
        this.hold = HOLD;
        this.slowWindows = 0;
        return true;
      }
    }
    if (this.hold > 0) {
      this.hold--;
      return false;
    }
    this.slowWindows = median > TOO_SLOW_MS ? this.slowWindows + 1 : 0;
    if (this.slowWindows < 2 || this.step >= STEPS.length - 1) return false;
    this.slowWindows = 0;
    this.step++;
    this.medianBefore = median;
    this.judging = true;
    return true;
  }

  get factor(): number {
    return STEPS[this.step];
  }
}
