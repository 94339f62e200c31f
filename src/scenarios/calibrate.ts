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
import { atOnce, elapsedSeconds, runSliced, type Sliced } from './headless.ts';
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

/** Relative error at which the bisection ends: a fifth of the last digit of a published figure. */
const ENOUGH = 0.0005;
const MOST_STEPS = 30;
/** Parameters are written with so many digits. */
const DIGITS = 4;
/** The machine's random choices do not act on bound and stock runs. */
const SEED = 1;

type Progress = (what: string) => void;

/** Machines fitted so far, by their description: booting one again must not take the time again. */
const fittedMachines = new Map<string, Machine>();
const MOST_REMEMBERED = 50;

/**
 * The machine of a description; one that has measured totals but no parameters is fitted to them first, which takes a
 * second or so.
 * @throws MachineError for a description that cannot be built
 */
export function machineOf(description: MachineDescription): Machine {
  return atOnce(machineSliced(description));
}

/** machineOf in pieces of some milliseconds, for whoever must go on listening. */
export function* machineSliced(description: MachineDescription): Sliced<Machine> {
  if (description.measured_gbps === undefined || description.bandwidth_gbps !== undefined)
    return buildMachine(description);
  const key = JSON.stringify(description);
  let machine = fittedMachines.get(key);
  if (machine === undefined) {
    machine = buildMachine((yield* fit(description, () => {})).machine);
    if (fittedMachines.size >= MOST_REMEMBERED) fittedMachines.clear();
    fittedMachines.set(key, machine);
  }
  // A copy: whoever boots on it may do with it what they like.
  return { ...machine, bandwidth: { ...machine.bandwidth } };
}

/**
 * Fit a machine to its measured totals, and measure the totals of the fitted machine.
 * @param progress told what is being run
 * @throws MachineError for a description that cannot be built
 */
export function calibrate(description: MachineDescription, progress: Progress = () => {}): Calibration {
  const { machine, notes, runs } = atOnce(fit(description, progress));
  const bench = new Bench(buildMachine(machine), progress);
  const figures = FIGURE_NAMES.map((name) => fitOf(bench, name, description.measured_gbps?.[name] ?? null));
  for (const { name, residual } of figures) {
    if (residual === null || Math.abs(residual) <= 0.02) continue;
    notes.push(
      `${name} is missed by ${(100 * residual).toFixed(1)} %: the figures contradict one another in this model.`,
    );
  }
  const fitted = description.measured_gbps !== undefined;
  return { machine, fitted, figures, runs: runs + bench.runs, notes };
}

function* fit(
  description: MachineDescription,
  progress: Progress,
): Sliced<{ machine: MachineDescription; notes: string[]; runs: number }> {
  const { measured_gbps: measured } = description;
  const notes: string[] = [];
  const bench = new Bench(
    buildMachine(measured === undefined ? description : withoutBandwidth(description)),
    progress,
  );
  if (measured === undefined) {
    notes.push('measured_gbps is not there: nothing was fitted, the parameters are those given or assumed.');
  } else {
    // Links are not among the totals: they stay as they are given.
    if (description.bandwidth_gbps !== undefined)
      bench.machine.bandwidth.link = buildMachine(description).bandwidth.link;
    yield* fitController(bench, measured.one_node, notes);
  }
  const machine = { ...description, bandwidth_gbps: describeBandwidth(bench.machine.bandwidth) };
  return { machine, notes, runs: bench.runs };
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
   * @param quick with less memory and fewer bytes
   * @throws WorkloadError when the machine cannot run the program that measures it
   */
  *measure(name: FigureName, quick = false): Sliced<number> {
    const { machine } = this;
    this.progress(name);
    const { workload, variant, parameters } = programOf(machine, name, quick);
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
    yield* runSliced(k);
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

/** numa01_THREAD_ALLOC as it is, and an eighth of its bytes, which gives the same GB/s within 0.1 %. */
const FULL = { mib: 3072, passes: 1000 };
const QUICK = { mib: 384, passes: 1000 };

/** How a total is measured: the programs the published ones come from. */
function programOf(
  machine: Machine,
  name: FigureName,
  quick: boolean,
): { workload: string; variant: Variant; parameters: Record<string, number> } {
  const variant = name === 'hard' ? 'hard_bind' : name === 'inverse' ? 'inverse_bind' : 'default';
  if (name !== 'one_node' && machine.nodes.length > 2) {
    // Bound to half of the nodes, numa01 is local to one in N/2 of its pages only; numa02 binds thread by thread.
    // Five times the passes, so that its first touch by a single thread does not count.
    return { workload: 'numa02', variant, parameters: { passes: 4000 } };
  }
  const { mib, passes } = quick ? QUICK : FULL;
  // On small nodes less memory and more passes: the same bytes.
  const room = Math.min(usableMib(machine, 0), usableMib(machine, Math.min(1, machine.nodes.length - 1)));
  const fits = Math.max(1, Math.min(mib, Math.floor(room / 2)));
  return {
    workload: 'numa01_THREAD_ALLOC',
    variant,
    parameters: { mib: fits, passes: Math.round((passes * mib) / fits) },
  };
}

function fitOf(bench: Bench, name: FigureName, measured: number | null): FigureFit {
  let simulated: number | null;
  try {
    // Bound runs have no tail: a short one gives the same.
    simulated = atOnce(bench.measure(name, name !== 'one_node'));
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    simulated = null;
  }
  const residual = measured === null || simulated === null ? null : simulated / measured - 1;
  return { name, measured, simulated, residual };
}

/** Set the controller limit so that the simulated run with all memory on one node gives the measured total. */
function* fitController(bench: Bench, oneNode: number, notes: string[]): Sliced<void> {
  const b = bench.machine.bandwidth;
  const sockets = bench.machine.nodes.filter((node) => node.cpus.length > 0).length;
  // With more than all sockets together can ask for, the controller is no limit at all.
  const most = b.socketLocal + (sockets - 1) * b.socketRemote;
  const first = bench.machine.nodes.findIndex((node) => node.memoryMb > 0 && node.cpus.length > 0);
  if (first < 0) return;
  const miss = function* (controller: number): Sliced<number> {
    bench.setController(controller);
    return (yield* bench.measure('one_node', true)) / oneNode - 1;
  };
  try {
    const missed = yield* bisect(miss, oneNode / 2, Math.max(most, oneNode), b.controller[first]);
    if (missed < -ENOUGH) {
      notes.push(
        `one_node is more than the sockets can ask for: ${(-100 * missed).toFixed(1)} % are missing even without a controller limit.`,
      );
    }
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error;
    notes.push(`The controller limit is an approximation, it could not be simulated: ${error.message}`);
  }
}

/**
 * Where a rising function is zero, by bisection that takes the secant's guess as long as it lies inside the bracket.
 * Leaves off at the last value tried; when even `high` gives less than zero, that is `high`.
 * @returns what the function gives there
 */
export function* bisect(
  f: (x: number) => Sliced<number>,
  low: number,
  high: number,
  guess: number,
): Sliced<number> {
  let x = Math.min(high, Math.max(low, guess));
  let beforeX = 0;
  // At 0 the total is 0, all of it missing.
  let before = -1;
  let triedHigh = false;
  for (let step = 0; ; step++) {
    const y = yield* f(x);
    if (Math.abs(y) <= ENOUGH || step === MOST_STEPS || high - low < 1e-6 * high) return y;
    if (y < 0) {
      low = x;
      if (x === high) return y;
    } else high = x;
    triedHigh ||= y > 0;
    const secant = x - (y * (x - beforeX)) / (y - before);
    beforeX = x;
    before = y;
    if (secant > low && secant < high && step % 5 !== 4) x = secant;
    else if (!triedHigh) x = high;
    else x = (low + high) / 2;
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
