/** Second half of compiling a workload file: the thread codes, images and starts that the kernel executes. */
import type { Machine } from '../kernel/machine/machine.ts';
import type { ProgramImage, ProgramSet } from '../kernel/program/program.ts';
import { STACK_REGION } from './code.ts';
import { amount } from './context.ts';
import type { Context } from './context.ts';
import { compileProcess } from './compile-process.ts';
import type { CompiledSet } from './compile-process.ts';
import { WorkloadError } from './error.ts';
import { localRatePerThread } from './machine-facts.ts';
import { planProcesses } from './plan.ts';
import type { PlannedProcess } from './plan.ts';
import { parseWorkloadFile, variantsOf } from './schema.ts';
import type { WorkloadFile, WorkloadFileInput } from './schema.ts';
import { checkVariant, resolveParameters } from './workload.ts';
import type { ParameterInfo, Workload, WorkloadInfo, WorkloadOptions } from './workload.ts';

/**
 * Turn a checked workload file into a program for a machine.
 * @throws WorkloadError naming the field that does not fit, is out of range or names something that is not there
 */
export function compileWorkload(file: WorkloadFile, machine: Machine, options: WorkloadOptions): ProgramSet {
  const info = infoOf(file);
  checkVariant(info, options.variant);
  // Defaults may refer to the machine, not to other parameters: those are not known yet.
  const bare: Context = { machine, options, parameters: {} };
  const defaults: Record<string, number> = {};
  for (const [name, parameter] of Object.entries(file.parameters)) {
    defaults[name] = Math.floor(amount(bare, parameter.default, `parameters.${name}.default`));
  }
  const context: Context = {
    machine,
    options,
    parameters: resolveParameters(info.parameters, options.parameters, defaults),
  };

  const plans = planProcesses(context, file);
  const boot = plans.filter((plan) => plan.file.start === 'boot');
  const threads = plans.reduce((sum, plan) => sum + plan.alive * plan.threads, 0);
  const set: CompiledSet = {
    context,
    plans,
    imageOf: new Map(),
    bytesPerSecond: 1e9 * localRatePerThread(machine, threads),
  };

  // A process bound differently from instance to instance has an image for each; number them all before compiling any,
  // because spawning refers to images further on.
  const slots: { plan: (typeof plans)[number]; instance: number }[] = [];
  for (const plan of plans) {
    const images = differsByInstance(plan) ? plan.count : 1;
    set.imageOf.set(plan.file.name, slots.length);
    for (let instance = 0; instance < images; instance++) slots.push({ plan, instance });
  }
  const images = slots.map(({ plan, instance }): ProgramImage => ({
    name: plan.file.name,
    regions: [...plan.kernelRegions, STACK_REGION],
    threads: compileProcess(set, plan, instance),
    ...faultCost(context, plan),
  }));

  const start = boot.flatMap((plan) => {
    const first = set.imageOf.get(plan.file.name)!;
    const atNs = Math.round(amount(context, plan.file.start_s, `${plan.field}.start_s`) * 1e9);
    return Array.from({ length: plan.count }, (_, i) => ({
      image: differsByInstance(plan) ? first + i : first,
      atNs,
    }));
  });
  start.sort((a, b) => a.atNs - b.atNs);
  return { title: file.title, images, start };
}

/** A factor of 1 is not written down. */
function faultCost(context: Context, plan: PlannedProcess): { faultCostFactor?: number } {
  const field = `${plan.field}.fault_cost_factor`;
  const factor = amount(context, plan.file.fault_cost_factor, field);
  if (factor > 1000) throw new WorkloadError(field, `expected 0 to 1000, got ${factor}`);
  return factor === 1 ? {} : { faultCostFactor: factor };
}

function differsByInstance(plan: { file: { regions: { policy?: unknown }[] }; bind: unknown }): boolean {
  return JSON.stringify([plan.bind, plan.file.regions.map((region) => region.policy)]).includes(
    'by_instance',
  );
}

function infoOf(file: WorkloadFile): WorkloadInfo {
  return {
    name: file.name,
    title: file.title,
    question: file.question,
    expected: file.expected,
    variants: variantsOf(file),
    parameters: Object.entries(file.parameters).map(([name, p]): ParameterInfo => ({
      name,
      meaning: p.meaning,
      unit: p.unit,
      minimum: p.minimum,
      maximum: p.maximum,
      default: inWords(p.default),
    })),
  };
}

/** A quantity for a table of parameters: `0.5 x cpus, at most 64`. */
function inWords(quantity: WorkloadFile['parameters'][string]['default']): string {
  if (typeof quantity === 'number') return String(quantity);
  const of = 'machine' in quantity ? quantity.machine.replaceAll('_', ' ') : quantity.parameter;
  let words = quantity.times === 1 ? of : `${quantity.times} x ${of}`;
  if (quantity.at_least !== undefined) words += `, at least ${quantity.at_least}`;
  if (quantity.at_most !== undefined) words += `, at most ${quantity.at_most}`;
  return words;
}

/**
 * A workload file as a workload like the built-in ones.
 * @param value what the JSON held
 * @throws WorkloadError naming the first wrong field
 */
export function workloadFromFile(value: unknown): Workload {
  const file = parseWorkloadFile(value);
  return { ...infoOf(file), build: (machine, options) => compileWorkload(file, machine, options) };
}

/** The same for the files of our own library, whose shape the compiler already checks. */
export function libraryWorkload(file: WorkloadFileInput): Workload {
  return workloadFromFile(file);
}
