/** What an experiment can choose from, for menus, lists and messages. */
import { AUTONUMA_VERSIONS as PROFILES } from '../kernel/balancing/autonuma/versions.ts';
import { suggestion, WorkloadError } from '../workloads/error.ts';
import { WORKLOADS } from '../workloads/catalog.ts';
import type { ParameterInfo, Variant, Workload } from '../workloads/workload.ts';

export interface WorkloadEntry {
  name: string;
  title: string;
  question: string;
  expected: string;
  variants: readonly Variant[];
  parameters: readonly ParameterInfo[];
}

/** Every built-in workload, without its code. */
export function workloadEntries(): WorkloadEntry[] {
  return WORKLOADS.map(({ name, title, question, expected, variants, parameters }) => ({
    name,
    title,
    question,
    expected,
    variants,
    parameters,
  }));
}

/**
 * A built-in workload.
 * @throws WorkloadError naming those there are
 */
export function workloadByName(name: string): Workload {
  const found = WORKLOADS.find((workload) => workload.name === name);
  if (found !== undefined) return found;
  throw new WorkloadError(
    'workload',
    `there is no workload "${name}"${suggestion(
      name,
      WORKLOADS.map((w) => w.name),
    )}`,
  );
}

/** Policies an experiment can name. */
export const POLICIES = [
  { name: 'autonuma', title: 'AutoNUMA' },
  { name: 'off', title: 'Stock Linux 3.3: no NUMA balancing' },
] as const;

/** Versions of AutoNUMA that the kernel model knows. */
export const AUTONUMA_VERSIONS: readonly string[] = PROFILES.map((version) => version.name);
