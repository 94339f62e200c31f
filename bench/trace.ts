/** Main-thread script per animation frame, out of a Chromium trace. */
import { quantile } from './measure.ts';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/** Events in which script runs; one inside another counts once. */
const SCRIPT = new Set([
  'FunctionCall',
  'EvaluateScript',
  'RunMicrotasks',
  'FireAnimationFrame',
  'TimerFire',
  'EventDispatch',
  'v8.callFunction',
]);

export const TRACE_CATEGORIES = ['devtools.timeline', 'v8', '__metadata'];

export interface ScriptTimes {
  p50Ms: number;
  p95Ms: number;
  /** Share of the time that the main thread spent in script. */
  share: number;
}

/** Null when the trace has no animation frames. */
export function scriptTimes(trace: string): ScriptTimes | null {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const key = (event: TraceEvent) => `${event.pid}:${event.tid}`;
  const mains = new Set(
    traceEvents.filter((e) => e.name === 'thread_name' && e.args?.name === 'CrRendererMain').map(key),
  );
  // The page's main thread is the one with the animation frames.
  const counts = new Map<string, number>();
  for (const event of traceEvents) {
    if (event.name === 'FireAnimationFrame' && mains.has(key(event)))
      counts.set(key(event), (counts.get(key(event)) ?? 0) + 1);
  }
  const main = [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
  if (main === undefined) return null;

  const events = traceEvents
    .filter((e) => e.ph === 'X' && SCRIPT.has(e.name) && key(e) === main)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  // All callbacks of one animation frame begin within its task: a new frame is one that begins a while later.
  const perFrame: number[] = [];
  let end = -Infinity;
  let lastFrame = -Infinity;
  for (const event of events) {
    if (event.name === 'FireAnimationFrame') {
      if (event.ts - lastFrame > 4000) perFrame.push(0);
      lastFrame = event.ts;
    }
    if (event.ts < end) continue;
    end = event.ts + (event.dur ?? 0);
    // Thread time where the browser gives it: the wall time of a preempted thread says nothing about the script.
    if (perFrame.length > 0) perFrame[perFrame.length - 1] += (event.tdur ?? event.dur ?? 0) / 1000;
  }
  const span = (end - events[0].ts) / 1000;
  return {
    p50Ms: quantile(perFrame, 0.5),
    p95Ms: quantile(perFrame, 0.95),
    share: perFrame.reduce((sum, ms) => sum + ms, 0) / span,
  };
}
