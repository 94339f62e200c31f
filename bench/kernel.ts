/** The kernel without a browser: each run in a fresh process, boot and compilation of the code included in what it costs. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { KernelCase } from './cases.ts';
import type { KernelRun, KernelRunRequest } from './kernel-run.ts';
import { circumstances, median, ROOT, round } from './measure.ts';
import type { KernelRow } from './results.ts';

const RUNS = 5;
/** A case that has taken this long gets no further run. */
const BUDGET_MS = 240_000;
const QUICK_LIMIT_S = 2;

/** One run in a process of its own. @throws Error when it fails */
export function once(request: KernelRunRequest): KernelRun {
  const script = path.join(import.meta.dirname, 'kernel-run.ts');
  const done = spawnSync(process.execPath, ['--import', 'tsx', script, JSON.stringify(request)], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (done.status !== 0) {
    const cause = done.stderr.split('\n').find((line) => /Error/.test(line)) ?? done.stderr.slice(0, 500);
    throw new Error(cause.trim() || `ended with ${done.status ?? done.signal}`);
  }
  return JSON.parse(done.stdout) as KernelRun;
}

export interface MeasuredKernel {
  row: KernelRow;
  megastepsPerS: number;
}

/** @throws Error when a run fails */
export async function measureKernel(each: KernelCase, quick: boolean): Promise<MeasuredKernel> {
  const where = await circumstances(quick);
  const runs: KernelRun[] = [];
  const begin = performance.now();
  do {
    runs.push(
      once({
        experiment: each.experiment,
        limitS: quick ? Math.min(QUICK_LIMIT_S, each.limitS) : each.limitS,
      }),
    );
  } while (!quick && runs.length < RUNS && performance.now() - begin < BUDGET_MS);

  const of = (pick: (run: KernelRun) => number): number[] => runs.map(pick);
  const speeds = of((run) => (run.simulatedS * 1000) / run.wallMs);
  const first = runs[0];
  const addedMb = median(of((run) => run.peakMb - run.baseMb));
  return {
    megastepsPerS: median(of((run) => run.megastepsPerS)),
    row: {
      name: each.name,
      note: each.note,
      runs: runs.length,
      simulatedS: first.simulatedS,
      finished: first.finished,
      speed: round(median(speeds)),
      speedLow: round(Math.min(...speeds)),
      speedHigh: round(Math.max(...speeds)),
      slowestSpeed: round(median(of((run) => run.slowestSpeed))),
      fastestSpeed: round(median(of((run) => run.fastestSpeed))),
      cpuMsPerSimulatedS: round(median(of((run) => run.cpuMs / run.simulatedS))),
      megastepsPerSimulatedS: round(
        median(of((run) => (run.cpuMs / 1000 / run.simulatedS) * run.megastepsPerS)),
      ),
      bootMs: round(median(of((run) => run.bootMs))),
      rssMb: round(median(of((run) => run.rssMb))),
      peakMb: round(median(of((run) => run.peakMb))),
      addedMb: round(addedMb),
      mappedPages: first.mappedPages,
      bytesPerMappedPage: first.mappedPages > 0 ? round((addedMb * 1024 * 1024) / first.mappedPages) : 0,
      stateHash: first.stateHash,
      deterministic: runs.every((run) => run.stateHash === first.stateHash),
      ...where,
    },
  };
}
