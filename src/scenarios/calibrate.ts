/**
 * Calibration: the bandwidth parameters of a machine from three measured totals (docs/calibration.md). Socket limits
 * follow from the bound totals directly; the controller limit is the one with which a simulated stock run of
 * numa01_THREAD_ALLOC, all memory on one node, takes as long as the real one. Nothing here knows a balancing policy.
 */
import { buildMachine, type MachineDescription } from '../kernel/machine/build.ts';
import type { Bandwidth, Machine } from '../kernel/machine/machine.ts';
import { bootKernel } from '../kernel/kernel.ts';
import { totalBytes } from '../workloads/code.ts';
import { WorkloadError } from '../workloads/error.ts';
import { usableMib } from '../workloads/machine-facts.ts';
import type { Variant } from '../workloads/workload.ts';
import { elapsedSeconds, runToEnd } from './published.ts';
import { workloadByName } from './registry.ts';

export type FigureName = 'hard' | 'inverse' | 'one_node';
export const FIGURE_NAMES: readonly FigureName[] = ['hard', 'inverse', 'one_node'];

/** A measured total beside what the fitted machine gives. */
export interface FigureFit {
  name: FigureName;
  /** GB/s; null when the machine file does not say. */
  measured: number | null;
  /** GB/s of the simulated run; null when this machine cannot run the program. */
  simulated: number | null;
  /** simulated / measured - 1. */
  residual: number | null;
}

export interface Calibration {
  /** The machine with `bandwidth_gbps` filled in. */
  machine: MachineDescription;
  /** False without measured_gbps: then the parameters are those given or assumed. */
  fitted: boolean;
  figures: FigureFit[];
  /** Simulated runs it took. */
  runs: number;
  /** What a person should know about the fit. */
  notes: string[];
}

/** Relative error at which the bisection ends: five times below the third digit of a published figure. */
const ENOUGH = 0.0002;
const MOST_STEPS = 30;
/** Parameters are written with so many digits. */
const DIGITS = 4;
/** The machine's random choices do not act on bound and stock runs. */
const SEED = 1;

type Progress = (what: string) => void;

/**
 * Fit a machine to its measured totals.
 * @param progress told what is being run
 * @throws MachineError for a description that cannot be built
 */
export function calibrate(description: MachineDescription, progress: Progress = () => {}): Calibration {
  const fitted = description.measured_gbps !== undefined;
  const start = fitted ? withoutBandwidth(description) : description;
  const bench = new Bench(buildMachine(start), progress);
  if (description.bandwidth_gbps !== undefined && fitted) {
    bench.machine.bandwidth.link = buildMachine(description).bandwidth.link;
  }
  const notes: string[] = [];
  if (description.measured_gbps !== undefined) {
    fitController(bench, description.measured_gbps.one_node, notes);
  } else {
    notes.push('measured_gbps is not there: nothing was fitted, the parameters are those given or assumed.');
  }
  const rounded = describeBandwidth(bench.machine.bandwidth);
  const machine: MachineDescription = { ...description, bandwidth_gbps: rounded };
  const final = new Bench(buildMachine(machine), progress);
  const figures = FIGURE_NAMES.map((name) => fitOf(final, name, description.measured_gbps?.[name] ?? null));
  for (const { name, residual } of figures) {
    if (residual === null || Math.abs(residual) <= 0.02) continue;
    notes.push(
      `${name} is missed by ${(100 * residual).toFixed(1)} %: the figures contradict one another in this model.`,
    );
  }
  return { machine, fitted, figures, runs: bench.runs + final.runs, notes };
}

function withoutBandwidth({ bandwidth_gbps, ...rest }: MachineDescription): MachineDescription {
  void bandwidth_gbps;
  return rest;
}

/** A machine whose totals can be measured by running programs on it. */
class Bench {
  runs = 0;

  constructor(
    readonly machine: Machine,
    private readonly progress: Progress,
  ) {}

  /**
   * Measure one of the three totals in GB/s.
   * @throws WorkloadError when the machine cannot run the program that measures it
   */
  measure(name: FigureName): number {
    const { machine } = this;
    this.progress(name);
    const { workload, variant, parameters } = programOf(machine, name);
    const programs = workloadByName(workload).build(machine, { variant, parameters, seed: SEED });
    const k = bootKernel({
      machine,
      programs,
      policy: 'off',
      thp: 'off',
      autonumaVersion: 'alpha6',
      noautonuma: false,
      seed: SEED,
    });
    runToEnd(k);
    this.runs++;
    return totalBytes(programs) / elapsedSeconds(k) / 1e9;
  }

  setController(gbps: number): void {
    const { nodes, bandwidth } = this.machine;
    // A node without CPUs was not measured: its limit stays the assumed one.
    bandwidth.controller = nodes.map((node, n) =>
      node.memoryMb > 0 && node.cpus.length > 0 ? gbps : bandwidth.controller[n],
    );
  }
}

const PASSES = 1000;
const MIB = 3072;

/** How a total is measured: the programs the published ones come from. */
function programOf(
  machine: Machine,
  name: FigureName,
): { workload: string; variant: Variant; parameters: Record<string, number> } {
  const variant = name === 'hard' ? 'hard_bind' : name === 'inverse' ? 'inverse_bind' : 'default';
  if (name !== 'one_node' && machine.nodes.length > 2) {
    // Bound to half of the nodes, numa01 is local to one in N/2 of its pages only; numa02 binds thread by thread.
    // Ten times the passes, so that its first touch by a single thread does not count.
    return { workload: 'numa02', variant, parameters: { passes: 8000 } };
  }
  // On small nodes less memory and more passes: the same bytes.
  const room = Math.min(usableMib(machine, 0), usableMib(machine, Math.min(1, machine.nodes.length - 1)));
  const mib = Math.min(MIB, Math.floor(room / 2));
  return {
    workload: 'numa01_THREAD_ALLOC',
    variant,
    parameters: mib >= MIB || mib < 1 ? {} : { mib, passes: Math.round((PASSES * MIB) / mib) },
  };
}

function fitOf(bench: Bench, name: FigureName, measured: number | null): FigureFit {
  let simulated: number | null;
  try {
    simulated = bench.measure(name);
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    simulated = null;
  }
  const residual = measured === null || simulated === null ? null : simulated / measured - 1;
  return { name, measured, simulated, residual };
}

/** Set the controller limit so that the simulated run with all memory on one node gives the measured total. */
function fitController(bench: Bench, oneNode: number, notes: string[]): void {
  const b = bench.machine.bandwidth;
  const sockets = bench.machine.nodes.filter((node) => node.cpus.length > 0).length;
  // With more than all sockets together can ask for, the controller is no limit at all.
  const most = b.socketLocal + (sockets - 1) * b.socketRemote;
  const miss = (controller: number): number => {
    bench.setController(controller);
    return bench.measure('one_node') / oneNode - 1;
  };
  let low = oneNode;
  let high = most;
  try {
    let highMiss = most > oneNode ? miss(high) : -1;
    if (highMiss < 0) {
      bench.setController(Math.max(most, oneNode));
      notes.push(
        `one_node is higher than the sockets can ask for (${(100 * highMiss).toFixed(1)} % even without a controller limit).`,
      );
      return;
    }
    // No run is faster than the controller it waits for, so the limit is at least the total; a little less for rounding.
    low *= 0.99;
    let lowMiss = miss(low);
    for (let step = 0; step < MOST_STEPS && high - low > 1e-6 * high; step++) {
      // Regula falsi that falls back to halving: the total is nearly a straight line of the limit where it counts.
      const cut = low - (lowMiss * (high - low)) / (highMiss - lowMiss);
      const middle = step % 3 === 2 || !(cut > low && cut < high) ? (low + high) / 2 : cut;
      const missed = miss(middle);
      if (Math.abs(missed) <= ENOUGH) return;
      if (missed < 0) {
        low = middle;
        lowMiss = missed;
      } else {
        high = middle;
        highMiss = missed;
      }
    }
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    notes.push(`The controller limit is an approximation, it could not be simulated: ${error.message}`);
  }
}

/** Bandwidth as a machine file writes it, rounded. */
export function describeBandwidth(b: Bandwidth): NonNullable<MachineDescription['bandwidth_gbps']> {
  return {
    controller: b.controller.map(round),
    link: b.link.map((row) => row.map((value) => (value === Infinity ? value : round(value)))),
    socket_local: round(b.socketLocal),
    socket_remote: round(b.socketRemote),
    lone_local: round(b.loneLocal),
    lone_remote: round(b.loneRemote),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
