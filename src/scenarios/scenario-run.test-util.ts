/** Runs a scenario of the gallery without anybody watching, and reads off what its answer speaks of. */
import { advance, isFinished } from '../kernel/kernel.ts';
import type { Kernel } from '../kernel/kernel-state.ts';
import { type Process, TASK_DEAD } from '../kernel/sched/task.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';
import { bootWithKnobs } from './boot.ts';
import { resolveExperiment } from './experiment.ts';
import { scenarioByName } from './gallery.ts';
import { elapsedSeconds, runToEnd } from './headless.ts';
import { scenarioExperiment } from './scenario.ts';

/** Runs with many CPUs beside other work on few cores. */
export const PATIENCE_MS = 240_000;

export class ScenarioRun {
  readonly kernel: Kernel;

  /** @param name as on the command line: `tie`, or `tie:room` for the other side */
  constructor(name: string, seed?: number) {
    const { scenario, against } = scenarioByName(name);
    const experiment = scenarioExperiment(scenario, against);
    const { boot } = resolveExperiment({ ...experiment, seed: seed ?? experiment.seed });
    this.kernel = bootWithKnobs(boot, experiment.knobs);
  }

  /** Run on until so many simulated seconds. @returns local share of the bytes moved on the way, 0..1 */
  to(seconds: number): number {
    const before = this.bytes();
    while (this.kernel.ticks < seconds * 1000 && !isFinished(this.kernel)) {
      advance(this.kernel, Math.min(1000, seconds * 1000 - this.kernel.ticks));
    }
    const after = this.bytes();
    return (after.local - before.local) / Math.max(1, after.all - before.all);
  }

  /** Run to the end. @returns seconds of the whole program */
  toEnd(): number {
    runToEnd(this.kernel);
    return elapsedSeconds(this.kernel);
  }

  process(name: string): Process {
    const found = this.kernel.processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`no process ${name} yet`);
    return found;
  }

  /** Share of a process's pages on each node, 0..1. */
  memory(name: string): number[] {
    const mm = this.kernel.mms[this.process(name).mm];
    return [...mm.nodePages].map((pages) => pages / Math.max(1, mm.presentPages));
  }

  /** Weights of a process on each node, 0..1000, rounded down as the kernel does. */
  mmWeights(name: string): number[] {
    return weights(this.kernel.mms[this.process(name).mm].autonuma);
  }

  /** Weights of each working thread of a process. */
  taskWeights(name: string): number[][] {
    return this.threads(name).map((task) => weights(task.autonuma));
  }

  /** Living threads of a process but for the main one, which only waits. */
  threads(name: string) {
    return this.process(name)
      .threads.slice(1)
      .map((id) => this.kernel.tasks[id])
      .filter((task) => task.state !== TASK_DEAD);
  }

  /** Threads of a process on each node. */
  placement(name: string): number[] {
    const count = this.kernel.machine.nodes.map(() => 0);
    for (const task of this.threads(name)) count[this.kernel.machine.cpus[task.cpu].node]++;
    return count;
  }

  /** CPU seconds of the programs in user mode. */
  get userS(): number {
    return this.kernel.bill.userNs / NS_PER_SECOND;
  }

  private bytes(): { local: number; all: number } {
    let local = 0;
    let remote = 0;
    for (const process of this.kernel.processes) {
      local += process.localBytes;
      remote += process.remoteBytes;
    }
    return { local, all: local + remote };
  }
}

function weights(statistics: { fault: Float64Array; faultTot: number }): number[] {
  const { fault, faultTot } = statistics;
  return [...fault].map((pages) => (faultTot === 0 ? 0 : Math.floor((pages * 1000) / faultTot)));
}
