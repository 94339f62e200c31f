/** How long going back in time takes: each case in a process of its own. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { SeekCase } from './cases.ts';
import { circumstances, ROOT, round } from './measure.ts';
import type { SeekRow } from './results.ts';
import type { SeekRun, SeekRunRequest } from './seek-run.ts';

const SEEKS = 300;
const QUICK_SEEKS = 10;
const QUICK_BEHIND_S = 5;

/** @throws Error when the run fails */
export async function measureSeek(each: SeekCase, quick: boolean): Promise<SeekRow> {
  const where = await circumstances(quick);
  const request: SeekRunRequest = {
    experiment: each.experiment,
    behindS: quick ? QUICK_BEHIND_S : each.behindS,
    seeks: quick ? QUICK_SEEKS : SEEKS,
  };
  const script = path.join(import.meta.dirname, 'seek-run.ts');
  const done = spawnSync(process.execPath, ['--import', 'tsx', script, JSON.stringify(request)], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0)
    throw new Error(done.stderr.slice(0, 500) || `ended with ${done.status ?? done.signal}`);
  const run = JSON.parse(done.stdout) as SeekRun;
  return {
    name: each.name,
    note: each.note,
    seeks: request.seeks,
    behindS: round(run.behindS),
    medianMs: round(run.medianMs),
    p95Ms: round(run.p95Ms),
    worstMs: round(run.worstMs),
    cpuMedianMs: round(run.cpuMedianMs),
    cpuP95Ms: round(run.cpuP95Ms),
    silentMs: round(run.silentMs),
    checkpoints: run.checkpoints,
    checkpointMb: round(run.checkpointMb),
    limitMb: round(run.limitMb),
    rssMb: round(run.rssMb),
    exact: run.exact,
    ...where,
  };
}
