/**
 * The experiment as a file a person keeps (docs/experiment-file.md): JSON with the names of the other files, everything
 * written out. experiment-file-schema.ts reads it.
 */
import type { Experiment, MachineFile } from './experiment.ts';

export const EXPERIMENT_FORMAT = 'autonuma-lab/experiment';
export const EXPERIMENT_FILE_VERSION = 1;

/** What is in the file. */
export interface ExperimentFile {
  format: typeof EXPERIMENT_FORMAT;
  version: typeof EXPERIMENT_FILE_VERSION;
  /** Words of the person who keeps it. */
  title?: string;
  machine: string | MachineFile;
  workload: string | object;
  variant: Experiment['variant'];
  parameters: Record<string, number>;
  policy: Experiment['policy'];
  autonuma_version: string;
  noautonuma: boolean;
  thp: Experiment['thp'];
  seed: number;
  knobs: Record<string, string>;
  edits: Experiment['edits'];
  /** How it was looked at: the fields of a link, by their names. */
  view?: Record<string, string>;
}

/** An experiment as a file. */
export function toExperimentFile(
  experiment: Experiment,
  more: Pick<ExperimentFile, 'title' | 'view'> = {},
): ExperimentFile {
  const { version, autonumaVersion, ...same } = experiment;
  void version;
  return {
    format: EXPERIMENT_FORMAT,
    version: EXPERIMENT_FILE_VERSION,
    ...(more.title ? { title: more.title } : {}),
    machine: same.machine,
    workload: same.workload,
    variant: same.variant,
    parameters: same.parameters,
    policy: same.policy,
    autonuma_version: autonumaVersion,
    noautonuma: same.noautonuma,
    thp: same.thp,
    seed: same.seed,
    knobs: same.knobs,
    edits: same.edits,
    ...(more.view ? { view: more.view } : {}),
  };
}

/** What a file runs. */
export function fromExperimentFile(file: ExperimentFile): Experiment {
  const { machine, workload, variant, parameters, policy, noautonuma, thp, seed, knobs, edits } = file;
  return {
    version: 1,
    machine,
    workload,
    variant,
    parameters,
    policy,
    autonumaVersion: file.autonuma_version,
    noautonuma,
    thp,
    seed,
    knobs,
    edits: [...edits].sort((a, b) => a.tick - b.tick),
  };
}

/** Is this JSON value meant to be an experiment file, rather than a machine or a workload? */
export function looksLikeExperiment(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'format' in value;
}
