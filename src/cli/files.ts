/** Machines and workloads by name, or from a file of one of the formats we read. */
import { detectFormat } from '../formats/detect.ts';
import { FormatError } from '../formats/error.ts';
import { parseMachineFile } from '../formats/machine-file.ts';
import { parseNumactl } from '../formats/numactl.ts';
import { parseJson } from '../formats/json.ts';
import type { MachineDescription } from '../kernel/machine/build.ts';
import { MACHINE_PRESETS, presetNames } from '../kernel/machine/presets.ts';
import type { Experiment } from '../protocol/experiment.ts';
import { fromExperimentFile } from '../protocol/experiment-file.ts';
import { checkExperimentFile, ExperimentFileError } from '../protocol/experiment-file-schema.ts';
import { DEFAULT_RESOLVERS } from '../scenarios/experiment.ts';
import type { Resolvers } from '../scenarios/experiment.ts';
import { isWorkloadName, workloadEntries } from '../scenarios/registry.ts';
import { suggestion } from '../workloads/error.ts';
import { UsageError } from './io.ts';
import type { LabIo } from './io.ts';

/** Resolvers that take a name first and a file second. */
export function fileResolvers(io: LabIo): Resolvers {
  return {
    machine: (given) =>
      typeof given !== 'string' || presetNames().includes(given)
        ? DEFAULT_RESOLVERS.machine(given)
        : DEFAULT_RESOLVERS.machine(describeMachine(io, given)),
    workload: (given) => {
      if (typeof given !== 'string' || isWorkloadName(given)) return DEFAULT_RESOLVERS.workload(given);
      return DEFAULT_RESOLVERS.workload(readWorkload(io, given));
    },
  };
}

/**
 * A workload file, not checked yet.
 * @throws UsageError naming the file and what is wrong with it
 */
export function readWorkload(io: LabIo, path: string): object {
  const names = workloadEntries().map((entry) => entry.name);
  const text = readOr(io, 'workload', path, names);
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    throw new UsageError(`--workload ${path}: not JSON: ${(error as Error).message}`);
  }
}

/**
 * A machine as it is written: a preset's description, or that of a file.
 * @throws UsageError naming the file and what is wrong with it
 */
export function describeMachine(io: LabIo, given: string): MachineDescription {
  return presetNames().includes(given)
    ? MACHINE_PRESETS[given].machine
    : machineFromText(io, given, readOr(io, 'machine', given, presetNames()));
}

function readOr(io: LabIo, option: 'machine' | 'workload', given: string, names: readonly string[]): string {
  try {
    return io.readFile(given);
  } catch (error) {
    // A path says that a file was meant; a bare word that a name was.
    if (/[/\\]|\.(json|txt)$/.test(given))
      throw new UsageError(`--${option}: cannot read ${given}: ${(error as Error).message}`);
    throw new UsageError(
      `--${option}: "${given}" is neither a file nor a known name${suggestion(given, names)}`,
    );
  }
}

function machineFromText(io: LabIo, path: string, text: string): MachineDescription {
  try {
    const format = detectFormat(text);
    if (format === null) throw new FormatError('neither a machine file nor output of numactl --hardware');
    if (format === 'machine-file') return parseMachineFile(text);
    const { machine, notes } = parseNumactl(text);
    for (const note of notes) io.err(`lab: ${path}: ${note}\n`);
    return machine;
  } catch (error) {
    if (error instanceof FormatError) throw new UsageError(`--machine ${path}: ${error.message}`);
    throw error;
  }
}

/**
 * An experiment as it is written (docs/experiment-file.md).
 * @throws UsageError naming the file, the field and what was expected
 */
export function readExperiment(io: LabIo, path: string): Experiment {
  let text: string;
  try {
    text = io.readFile(path);
  } catch (error) {
    throw new UsageError(`--experiment: cannot read ${path}: ${(error as Error).message}`);
  }
  try {
    return fromExperimentFile(checkExperimentFile(parseJson(text)));
  } catch (error) {
    if (error instanceof FormatError || error instanceof ExperimentFileError)
      throw new UsageError(`--experiment ${path}: ${error.message}`);
    throw error;
  }
}
