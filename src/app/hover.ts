/** What the pointer is over in the picture; outside React because it changes with every pointer move. */
import type { InspectTarget } from '../protocol/summary.ts';

export class Hover {
  target: InspectTarget | null = null;
  x = 0;
  y = 0;
  private listener: (() => void) | null = null;

  /** Hear of every change; null to stop. The tooltip is the only listener. */
  listen(listener: (() => void) | null): void {
    this.listener = listener;
  }

  set(target: InspectTarget | null, x: number, y: number): void {
    this.target = target;
    this.x = x;
    this.y = y;
    this.listener?.();
  }
}
