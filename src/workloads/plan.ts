/** First half of compiling a workload file: counts, sizes and bindings of every process, and whether they fit the machine. */
import type { Region } from '../kernel/program/program.ts';
import type { NodeId } from '../kernel/units.ts';
import { MALLOC_MISALIGNMENT } from './code.ts';
import { amount, mempolicyOf, nodeChoices, wholeAmount } from './context.ts';
import type { Context } from './context.ts';
import { suggestion, WorkloadError } from './error.ts';
import { checkFits } from './machine-facts.ts';
import type { Bind, ProcessFile, RegionFile, WorkloadFile } from './schema.ts';

const MIB = 1024 * 1024;
/** Smallest block that malloc takes straight from mmap (M_MMAP_THRESHOLD). */
const MMAP_THRESHOLD = 128 * 1024;

/** A region of the file: `threads` kernel regions from `first` on when it is per thread, else one. */
export interface PlannedRegion {
  file: RegionFile;
  field: string;
  bytes: number;
  first: number;
}

export interface PlannedProcess {
  file: ProcessFile;
  field: string;
  count: number;
  /** How many of them can live at one time, all instances together. */
  alive: number;
  threads: number;
  regions: PlannedRegion[];
  /** What the kernel gets, in the order of the numbers above. */
  kernelRegions: Region[];
  bind: Bind | undefined;
  bindField: string;
}

/** Work out every process of a file. */
export function planProcesses(context: Context, file: WorkloadFile): PlannedProcess[] {
  const names = file.processes.map((process) => process.name);
  checkDistinct(names, 'processes', 'name');
  const binds = context.options.variant === 'default' ? undefined : file.variants[context.options.variant];
  for (const name of Object.keys(binds ?? {})) {
    if (!names.includes(name)) {
      throw new WorkloadError(
        `variants.${context.options.variant}.${name}`,
        `there is no such process${suggestion(name, names)}`,
      );
    }
  }
  const plans = file.processes.map((process, index): PlannedProcess => {
    const field = `processes[${index}]`;
    const varied = binds?.[process.name];
    const threads = wholeAmount(context, process.threads, `${field}.threads`, 1, 4096);
    const count = wholeAmount(context, process.count, `${field}.count`, 1, 1024);
    if (process.start === 'spawned' && count !== 1) {
      throw new WorkloadError(`${field}.count`, 'a spawned process is counted by the "spawn" that starts it');
    }
    const plan: PlannedProcess = {
      file: process,
      field,
      count,
      alive: 0,
      threads,
      regions: [],
      kernelRegions: [],
      bind: varied ?? process.bind,
      bindField:
        varied === undefined ? `${field}.bind` : `variants.${context.options.variant}.${process.name}`,
    };
    planRegions(context, plan);
    return plan;
  });
  if (!plans.some((plan) => plan.file.start === 'boot')) {
    throw new WorkloadError('processes', 'all of them are spawned: none starts the others');
  }
  for (const plan of plans) plan.alive = liveAtOnce(context, plans, plan);
  checkMemory(context, plans);
  return plans;
}

function checkDistinct(names: string[], field: string, key: string): void {
  const twice = names.findIndex((name, at) => names.indexOf(name) < at);
  if (twice >= 0) throw new WorkloadError(`${field}[${twice}].${key}`, `"${names[twice]}" is there twice`);
}

function planRegions(context: Context, plan: PlannedProcess): void {
  checkDistinct(
    plan.file.regions.map((region) => region.name),
    `${plan.field}.regions`,
    'name',
  );
  plan.file.regions.forEach((region, index) => {
    const field = `${plan.field}.regions[${index}]`;
    if ((region.mib === undefined) === (region.bytes === undefined)) {
      throw new WorkloadError(field, 'expected either "mib" or "bytes"');
    }
    const bytes =
      region.mib !== undefined
        ? Math.floor(amount(context, region.mib, `${field}.mib`) * MIB)
        : Math.floor(amount(context, region.bytes!, `${field}.bytes`));
    if (bytes < 1 || bytes > 2 ** 48) {
      throw new WorkloadError(
        `${field}.${region.mib === undefined ? 'bytes' : 'mib'}`,
        `expected 1 byte to 256 TiB, got ${bytes} bytes`,
      );
    }
    if (region.backing === 'anonymous' && region.key !== undefined) {
      throw new WorkloadError(
        `${field}.key`,
        'anonymous memory is private to its process: use "backing": "shared"',
      );
    }
    if (region.backing !== 'anonymous' && region.thp !== undefined) {
      throw new WorkloadError(`${field}.thp`, 'only anonymous memory has huge pages');
    }
    plan.regions.push({ file: region, field, bytes, first: plan.kernelRegions.length });
    const malloced = region.backing === 'anonymous' && bytes >= MMAP_THRESHOLD;
    for (let i = 0; i < (region.per_thread ? plan.threads : 1); i++) {
      const key = region.backing === 'anonymous' ? '' : (region.key ?? `${plan.file.name}/${region.name}`);
      plan.kernelRegions.push({
        name: region.name,
        bytes,
        backing: region.backing === 'file' ? 'private-file' : region.backing,
        key: key !== '' && region.per_thread ? `${key}#${i}` : key,
        misalignment: region.misalignment ?? (malloced ? MALLOC_MISALIGNMENT : 0),
        ...(region.thp === undefined ? {} : { thp: region.thp }),
      });
    }
  });
}

/** Memory that must be on one of these sets of nodes (on each of them, when a seed decides which). */
interface Demand {
  choices: NodeId[][];
  mib: number;
  field: string;
}

/** Refuse a machine on which the processes that live at one time do not fit, or do not fit where they are bound. */
function checkMemory(context: Context, plans: PlannedProcess[]): void {
  const { machine } = context;
  const everywhere = machine.nodes.map((_, id) => id);
  const demands = new Map<string, Demand>();
  const add = (choices: NodeId[][], mib: number, field: string): void => {
    const key = choices.map((nodes) => nodes.join()).join(';');
    const demand = demands.get(key);
    if (demand === undefined) demands.set(key, { choices, mib, field });
    else demand.mib += mib;
  };
  const seen = new Set<string>();
  for (const plan of plans) {
    const whole = { instance: 0, count: plan.count, thread: 0, threads: plan.threads };
    for (const region of plan.regions) {
      const shared = region.file.backing !== 'anonymous';
      const key = plan.kernelRegions[region.first].key;
      if (shared && seen.has(key)) continue;
      seen.add(key);
      const each = (region.bytes * (region.file.per_thread ? plan.threads : 1)) / MIB;
      const mib = shared ? each : each * plan.alive;
      const field = `${region.field}.${region.file.mib === undefined ? 'bytes' : 'mib'}`;
      add([everywhere], mib, field);
      const { on } = region.file.first_touch;
      const memory = region.file.policy ?? plan.bind?.memory;
      if (memory?.mode === 'bind' && (Array.isArray(memory.nodes) || memory.nodes.endsWith('_half'))) {
        add([mempolicyOf(context, memory, whole, `${plan.bindField}.memory`).nodes], mib, field);
      } else if (memory === undefined && on !== undefined) {
        add(
          nodeChoices(context, on, `${region.field}.first_touch.on`).map((node) => [node]),
          mib,
          field,
        );
      }
    }
  }
  for (const { choices, mib, field } of demands.values()) {
    for (const nodes of choices) checkFits(machine, nodes, mib, field);
  }
}

/** How many processes of this plan can live at one time. */
function liveAtOnce(context: Context, plans: PlannedProcess[], plan: PlannedProcess, depth = 0): number {
  if (depth > plans.length) throw new WorkloadError(plan.field, 'spawns itself, directly or through others');
  if (plan.file.start === 'boot') return plan.count;
  let most = 0;
  for (const parent of plans) {
    let jobs = 0;
    parent.file.phases.forEach((phase, i) => {
      if (phase.spawn?.process !== plan.file.name) return;
      jobs = Math.max(
        jobs,
        wholeAmount(context, phase.spawn.jobs, `${parent.field}.phases[${i}].spawn.jobs`, 1, 4096),
      );
    });
    if (jobs > 0) most += jobs * liveAtOnce(context, plans, parent, depth + 1);
  }
  return most;
}
