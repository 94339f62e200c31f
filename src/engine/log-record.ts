/** Every line the kernel has logged on a branch, so that after a jump in time the log is that of the time. */
import { type KernelLogLine, LOG_CAPACITY, type Output } from '../kernel/output.ts';

/** Lines kept; a kernel with `debug` on says thousands a minute. */
const MAX_LINES = 100_000;

export class LogRecord {
  constructor(private lines: KernelLogLine[] = []) {}

  /** Take what is new. */
  record({ log, logCount }: Output): void {
    const next = this.lines.length === 0 ? 0 : this.lines[this.lines.length - 1].sequence + 1;
    if (logCount <= next) return;
    for (let i = Math.max(0, log.length - (logCount - next)); i < log.length; i++) this.lines.push(log[i]);
    if (this.lines.length > MAX_LINES) this.lines.splice(0, MAX_LINES / 4);
  }

  /** Make the kernel's log what it was when it had said `count` lines. */
  rewind(out: Output, count: number): void {
    const first = this.lines.length === 0 ? 0 : this.lines[0].sequence;
    const end = Math.max(0, Math.min(this.lines.length, count - first));
    out.log = this.lines.slice(Math.max(0, end - LOG_CAPACITY), end);
    out.logCount = count;
  }

  /** The first `count` lines ever said: time alone does not tell what was said before an edit and what after it. */
  fork(count: number): LogRecord {
    return new LogRecord(this.lines.filter((line) => line.sequence < count));
  }
}
