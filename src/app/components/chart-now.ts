/** The present in a chart: a line, and what has been simulated beyond it dimmed. */
import type uPlot from 'uplot';

/** Draw over the lines of a plot. @param now simulated seconds; null when the chart ends there anyway */
export function drawNow(plot: uPlot, now: number | null, background: string, line: string): void {
  if (now === null) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(now, 'x', true));
  const right = bbox.left + bbox.width;
  if (x >= right) return;
  ctx.save();
  ctx.globalAlpha = 0.6;
  ctx.fillStyle = background;
  ctx.fillRect(x, bbox.top, right - x, bbox.height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = line;
  ctx.fillRect(x, bbox.top, Math.max(1, Math.round(devicePixelRatio)), bbox.height);
  ctx.restore();
}

/** The last row that is not later than a time, -1 if there is none. */
export function rowAt(t: readonly number[], seconds: number): number {
  let low = 0;
  let high = t.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (t[middle] <= seconds + 1e-9) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
