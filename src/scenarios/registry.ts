/** What an experiment can choose from, for menus, lists and messages. */
import { AUTONUMA_VERSIONS as PROFILES } from '../kernel/balancing/autonuma/versions.ts';
import { suggestion, WorkloadError } from '../workloads/error.ts';
import { WORKLOADS } from '../workloads/catalog.ts';
import { perfBenchByName } from '../workloads/perf-bench.ts';
import type { ParameterInfo, Variant, Workload } from '../workloads/workload.ts';

export interface WorkloadEntry {
  name: string;
  title: string;
  question: string;
  expected: string;
  variants: readonly Variant[];
  parameters: readonly ParameterInfo[];
  /** Tests that can be run by name, as `name:test`. */
  suite?: readonly string[];
}

/** Every built-in workload, without its code. */
export function workloadEntries(): WorkloadEntry[] {
  return WORKLOADS.map(({ name, title, question, expected, variants, parameters, suite }) => ({
    name,
    title,
    question,
    expected,
    variants,
    parameters,
    ...(suite === undefined ? {} : { suite }),
  }));
}

/**
 * A built-in workload.
 * @throws WorkloadError naming those there are
 */
export function workloadByName(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  const family = perfBenchByName(name);
  if (family !== null) return family;
  throw new WorkloadError(
    'workload',
    `there is no workload "${name}"${suggestion(
      name,
      WORKLOADS.map((w) => w.name),
    )}`,
  );
}

/** Is this the name of a built-in workload, or of a family of them, whatever is wrong with the rest? */
export function isWorkloadName(name: string): boolean {
  return (
    WORKLOADS.some((workload) => workload.name === name) ||
    /^(perf-bench[:\s]|perf\s+bench\b)/.test(name.trim())
  );
}

/** Policies an experiment can name. */
export const POLICIES = [
  { name: 'autonuma', title: 'AutoNUMA' },
  { name: 'off', title: 'Stock Linux 3.3: no NUMA balancing' },
] as const;

/** Versions of AutoNUMA that the kernel model knows. */
export const AUTONUMA_VERSIONS: readonly string[] = PROFILES.map((version) => version.name);
