/** Programs whose workload file is written for a machine and its parameters: counts that a file's own quantities cannot express. */
import type { Machine } from '../kernel/machine/machine.ts';
import { compileWorkload } from './compile.ts';
import { checkFits, nodesWithCpus, nodesWithMemory, usableMib } from './machine-facts.ts';
import { parseWorkloadFile } from './schema.ts';
import type { WorkloadFileInput } from './schema.ts';
import { checkVariant, resolveParameters } from './workload.ts';
import type { Variant, Workload, WorkloadInfo } from './workload.ts';

export interface Generated extends WorkloadInfo {
  /** Values of the parameters that were not given; `given` are those that were, unchecked. */
  defaults: (machine: Machine, given: Record<string, number>) => Record<string, number>;
  /** The file; it has no parameters of its own. */
  file: (machine: Machine, values: Record<string, number>, variant: Variant) => WorkloadFileInput;
}

/** A workload that writes its file when it is built. */
export function generatedWorkload({ defaults, file, ...info }: Generated): Workload {
  return {
    ...info,
    build: (machine, options) => {
      checkVariant(info, options.variant);
      const given = options.parameters;
      const values = resolveParameters(info.parameters, given, defaults(machine, given));
      const written = parseWorkloadFile(file(machine, values, options.variant));
      return compileWorkload(written, machine, { ...options, parameters: {} });
    },
  };
}

/** MiB that each of so many processes can have when they fill this share of the machine, and no more than `most`. */
export function memoryEach(machine: Machine, processes: number, share: number, most: number): number {
  const all = nodesWithMemory(machine).reduce((sum, node) => sum + usableMib(machine, node), 0);
  return Math.max(1, Math.min(most, Math.floor((all * share) / Math.max(1, processes))));
}

/**
 * Refuse processes that do not fit the machine, or, when each is bound to a node in turn, that node.
 * @throws WorkloadError naming `parameters.mib`
 */
export function checkProcessesFit(machine: Machine, processes: number, mib: number, variant: Variant): void {
  const everywhere = machine.nodes.map((_, id) => id);
  checkFits(machine, everywhere, processes * mib, 'parameters.mib');
  if (variant !== 'hard_bind' && variant !== 'inverse_bind') return;
  const nodes = nodesWithMemory(machine).filter((node) => nodesWithCpus(machine).includes(node));
  const most = Math.ceil(processes / nodes.length);
  for (const node of nodes) checkFits(machine, [node], most * mib, 'parameters.mib');
}

/** Each instance on a node of its own, with its memory there or on the opposite one. */
export const BOUND_BY_INSTANCE = (process: string): WorkloadFileInput['variants'] & {} => ({
  hard_bind: {
    [process]: { cpus_of_nodes: 'by_instance', memory: { mode: 'bind', nodes: 'by_instance' } },
  },
  inverse_bind: {
    [process]: { cpus_of_nodes: 'by_instance', memory: { mode: 'bind', nodes: 'by_instance_reversed' } },
  },
});
