/** What perf bench numa mem would print if it ended now; undefined when something else runs. */
import { perfBenchLine, PerfBenchObserver } from '../scenarios/perf-bench-report.ts';
import type { Session } from './session.ts';

export function perfBenchLines({ k, workload, experiment }: Session): string[] | undefined {
  const test = workload.perfBench?.(k.machine, experiment.parameters);
  return test && new PerfBenchObserver(k, test).results().map(perfBenchLine);
}
