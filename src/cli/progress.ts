/** How far a run is, on standard error. */
import type { LabIo } from './io.ts';

const WIDTH = 30;
const REDRAW_MS = 100;

/** A bar that redraws itself on a terminal; elsewhere a line every tenth of the way. */
export class ProgressBar {
  private drawnAt = -Infinity;
  private tenths = 0;

  constructor(
    private readonly io: LabIo,
    private readonly totalBytes: number,
    private readonly limitS: number,
  ) {}

  /** The share of the way: bytes moved, or time when a limit comes first. */
  update(simulatedS: number, bytes: number): void {
    const share = Math.min(
      1,
      Math.max(this.totalBytes > 0 ? bytes / this.totalBytes : 0, simulatedS / this.limitS),
    );
    const words = `${Math.floor(share * 100)} %  ${simulatedS.toFixed(1)} s simulated`;
    if (!this.io.errIsTerminal) {
      if (Math.floor(share * 10) <= this.tenths) return;
      this.tenths = Math.floor(share * 10);
      this.io.err(`${words}\n`);
      return;
    }
    const now = this.io.now();
    if (now - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = now;
    const full = Math.round(share * WIDTH);
    this.io.err(`\r[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${words} `);
  }

  /** Wipe the bar: the result follows. */
  end(): void {
    if (this.io.errIsTerminal && this.drawnAt > -Infinity) this.io.err(`\r${' '.repeat(WIDTH + 40)}\r`);
  }
}
