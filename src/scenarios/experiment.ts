/**
 * From an experiment (what a link, a form or a command line says) to what the kernel boots with. The command line and the
 * engine both come through here, so a wrong field has the same message everywhere.
 */
import { MachineError } from '../kernel/machine/build.ts';
import type { MachineDescription } from '../kernel/machine/build.ts';
import type { Machine } from '../kernel/machine/machine.ts';
import { machineByName } from '../kernel/machine/presets.ts';
import type { BootOptions } from '../kernel/kernel-state.ts';
import { workloadFromFile } from '../workloads/compile.ts';
import { suggestion, WorkloadError } from '../workloads/error.ts';
import { VARIANTS } from '../workloads/workload.ts';
import type { Variant, Workload } from '../workloads/workload.ts';
import { machineOf } from './calibrate.ts';
import { AUTONUMA_VERSIONS, POLICIES, workloadByName } from './registry.ts';

/** The fields of protocol/experiment.ts that decide how the kernel boots; values are not checked yet. */
export interface ExperimentLike {
  machine: string | object;
  workload: string | object;
  variant: string;
  parameters: Record<string, number>;
  policy: string;
  autonumaVersion: string;
  noautonuma: boolean;
  thp: string;
  seed: number;
}

/** An experiment that cannot be booted; the message begins with the field that is to blame. */
export class ExperimentError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.name = 'ExperimentError';
    this.field = field;
  }
}

/** How names and files become machines and workloads; the defaults know the presets and the built-in programs. */
export interface Resolvers {
  machine: (machine: string | object) => Machine;
  workload: (workload: string | object) => Workload;
}

export const DEFAULT_RESOLVERS: Resolvers = {
  machine: (machine) =>
    typeof machine === 'string' ? machineByName(machine) : machineOf(machine as MachineDescription),
  workload: (workload) =>
    typeof workload === 'string' ? workloadByName(workload) : workloadFromFile(workload),
};

/** An experiment resolved: ready to boot, and what to call it. */
export interface Resolved {
  boot: BootOptions;
  workload: Workload;
}

/**
 * Check an experiment and compile its workload for its machine.
 * @throws ExperimentError naming the field and what was expected
 */
export function resolveExperiment(
  experiment: ExperimentLike,
  resolvers: Resolvers = DEFAULT_RESOLVERS,
): Resolved {
  const policy = choice(
    'policy',
    experiment.policy,
    POLICIES.map((p) => p.name),
  );
  const variant = choice('variant', experiment.variant, VARIANTS);
  const thp = choice('thp', experiment.thp, ['off', 'on'] as const);
  choice('version', experiment.autonumaVersion, AUTONUMA_VERSIONS);
  if (!Number.isInteger(experiment.seed) || experiment.seed < 0 || experiment.seed > 0xffffffff) {
    throw new ExperimentError(
      'seed',
      `seed: expected a whole number from 0 to 4294967295, got ${experiment.seed}`,
    );
  }
  const machine = attempt('machine', () => resolvers.machine(experiment.machine));
  const workload = attempt('workload', () => resolvers.workload(experiment.workload));
  const programs = attempt('workload', () =>
    workload.build(machine, {
      variant: variant as Variant,
      parameters: experiment.parameters,
      seed: experiment.seed,
    }),
  );
  return {
    workload,
    boot: {
      machine,
      programs,
      policy,
      thp,
      autonumaVersion: experiment.autonumaVersion,
      noautonuma: experiment.noautonuma,
      seed: experiment.seed,
    },
  };
}

/** The boot options alone. See resolveExperiment. */
export function bootFromExperiment(
  experiment: ExperimentLike,
  resolvers: Resolvers = DEFAULT_RESOLVERS,
): BootOptions {
  return resolveExperiment(experiment, resolvers).boot;
}

function choice<const T extends string>(field: string, value: string, choices: readonly T[]): T {
  const found = choices.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const expected = choices.map((c) => `"${c}"`).join(' or ');
  throw new ExperimentError(field, `${field}: expected ${expected}, got "${value}"${near(value, choices)}`);
}

/** Only the "did you mean": the choices are in the message already. */
function near(value: string, choices: readonly string[]): string {
  const hint = suggestion(value, choices);
  return hint.startsWith(' (did') ? hint : '';
}

/** Errors of machines and workloads name their own fields; say which of the two they are about. */
function attempt<T>(part: 'machine' | 'workload', make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof MachineError || error instanceof WorkloadError) {
      const own = /^(machine|workload|variant|parameters)\b/.test(error.message);
      const field = own ? error.field : part;
      throw new ExperimentError(field, own ? error.message : `${part}: ${error.message}`);
    }
    throw error;
  }
}
