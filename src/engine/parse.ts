/** Pasted text becomes a machine or a workload, or a message that names the line or field. */
import { detectFormat } from '../formats/detect.ts';
import { parseJson } from '../formats/json.ts';
import { parseMachineFile } from '../formats/machine-file.ts';
import { parseNumactl } from '../formats/numactl.ts';
import type { Reply } from '../protocol/engine-api.ts';
import type { MachineFile } from '../protocol/experiment.ts';
import type { ExperimentFile } from '../protocol/experiment-file.ts';
import { checkExperimentFile } from '../protocol/experiment-file-schema.ts';
import { workloadFromFile } from '../workloads/compile.ts';
import { messageOf } from './session.ts';

/** A machine from whatever the text is. @throws FormatError */
export function parseMachine(text: string): Reply<MachineFile> & { notes?: string[] } {
  switch (detectFormat(text)) {
    case 'numactl': {
      const { machine, notes } = parseNumactl(text);
      return { ok: true, value: machine, notes };
    }
    case 'machine-file':
      return { ok: true, value: parseMachineFile(text), notes: [] };
    case null:
      return { ok: false, error: 'this is neither `numactl --hardware` output nor a machine file (JSON)' };
  }
}

/** A workload file, checked as a boot would check it; what depends on the machine is checked at boot. @throws WorkloadError */
export function parseWorkload(text: string): Reply<object> {
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { ok: false, error: `not JSON: ${messageOf(error)}` };
  }
  workloadFromFile(file);
  return { ok: true, value: file as object };
}

/** An experiment file. @throws FormatError for broken JSON, ExperimentFileError naming the field for anything else */
export function parseExperiment(text: string): Reply<ExperimentFile> {
  return { ok: true, value: checkExperimentFile(parseJson(text)) };
}
