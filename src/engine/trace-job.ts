/** An experiment is run again from its boot, in slices, and a stretch of it is recorded as a Chrome trace. */
import { chromeTrace } from '../formats/chrome-trace.ts';
import type { Reply, TraceRequest } from '../protocol/engine-api.ts';
import { DatedRun } from '../scenarios/dated-run.ts';
import { RunRecorder } from '../scenarios/run-recorder.ts';
import type { Host } from './host.ts';
import { messageOf } from './session.ts';

/** Nobody watches this worker: it looks up rarely. */
const SLICE_MS = 30;
/** Ticks at once before the recording begins. */
const BATCH_TICKS = 50;

/** Records one trace at a time; a new one ends the one before it. */
export class TraceJob {
  /** 0..1 through the run. */
  progress = 0;
  private current = 0;

  constructor(private readonly host: Host) {}

  async run(request: TraceRequest): Promise<Reply<Uint8Array<ArrayBuffer>>> {
    const job = ++this.current;
    this.progress = 0;
    const { fromTick, toTick } = request;
    try {
      const run = new DatedRun(request.experiment);
      let recorder: RunRecorder | null = null;
      while (run.k.ticks < toTick && !run.finished) {
        const untilMs = this.host.now() + SLICE_MS;
        while (run.k.ticks < toTick && !run.finished && this.host.now() < untilMs) {
          if (run.k.ticks >= fromTick) {
            recorder ??= new RunRecorder(run.k);
            run.advance(1);
            recorder.afterTick();
          } else run.advance(Math.min(BATCH_TICKS, fromTick - run.k.ticks));
        }
        this.progress = run.k.ticks / toTick;
        await new Promise<void>((resolve) => this.host.soon(resolve));
        if (job !== this.current) return { ok: false, error: 'cancelled' };
      }
      if (!recorder)
        return { ok: false, error: `nothing to record: the run ends at ${run.k.ticks / 1000} s` };
      return { ok: true, value: chromeTrace(run.k, recorder.finish(), request.about, request.gzip) };
    } catch (error) {
      return { ok: false, error: messageOf(error) };
    }
  }
}
