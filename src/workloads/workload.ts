/** What every program of the lab offers, whether written in TypeScript (numa01) or as a workload file. */
import type { Machine } from '../kernel/machine/machine.ts';
import type { ProgramSet } from '../kernel/program/program.ts';
import { suggestion, WorkloadError } from './error.ts';
import type { PerfBenchTest } from './perf-bench-options.ts';

/** Builds of a program: where its threads and its memory are bound, and where it is born. */
export const VARIANTS = ['default', 'hard_bind', 'inverse_bind', 'force_same_node'] as const;
export type Variant = (typeof VARIANTS)[number];

/** A number that the person who runs the program may choose; always whole. */
export interface ParameterInfo {
  name: string;
  meaning: string;
  unit: string;
  minimum: number;
  maximum: number;
  /** The default in words, because most of them follow the machine. */
  default: string;
}

export interface WorkloadInfo {
  name: string;
  title: string;
  /** What to look for while it runs. */
  question: string;
  /** What AutoNUMA does with it, in one sentence. */
  expected: string;
  variants: readonly Variant[];
  parameters: readonly ParameterInfo[];
  /** Tests that can be run by name, as `name:test`. */
  suite?: readonly string[];
}

/** What is chosen when a program is started. */
export interface WorkloadOptions {
  variant: Variant;
  /** The ones given; the others take their defaults. */
  parameters: Record<string, number>;
  /** The experiment's seed: decides what the program itself leaves to chance (numa01's time() & 1). */
  seed: number;
}

export interface Workload extends WorkloadInfo {
  /**
   * The program for a machine.
   * @throws WorkloadError when a parameter is wrong or the machine is too small for it
   */
  build(machine: Machine, options: WorkloadOptions): ProgramSet;
  /** perf bench numa mem only: what it is asked to do, from which its result lines are made. */
  perfBench?: (machine: Machine, parameters: Record<string, number>) => PerfBenchTest;
}

/**
 * The value of every parameter: the given ones checked, the rest from `defaults`.
 * @throws WorkloadError naming the parameter
 */
export function resolveParameters(
  infos: readonly ParameterInfo[],
  given: Record<string, number>,
  defaults: Record<string, number>,
): Record<string, number> {
  const names = infos.map((info) => info.name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) {
      const hint = names.length === 0 ? ': this workload has none' : suggestion(name, names);
      throw new WorkloadError(`parameters.${name}`, `there is no such parameter${hint}`);
    }
  }
  const values: Record<string, number> = {};
  for (const info of infos) {
    const value = Object.hasOwn(given, info.name) ? given[info.name] : defaults[info.name];
    if (!Number.isInteger(value) || value < info.minimum || value > info.maximum) {
      throw new WorkloadError(
        `parameters.${info.name}`,
        `expected a whole number from ${info.minimum} to ${info.maximum}, got ${value}`,
      );
    }
    values[info.name] = value;
  }
  return values;
}

/**
 * Refuse a variant that a program does not have.
 * @throws WorkloadError naming those it has
 */
export function checkVariant(info: WorkloadInfo, variant: Variant): void {
  if (info.variants.includes(variant)) return;
  throw new WorkloadError(
    'variant',
    `${info.name} has no variant "${variant}" (it has ${info.variants.map((v) => `"${v}"`).join(', ')})`,
  );
}
