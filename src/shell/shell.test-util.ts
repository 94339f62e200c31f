/** A shell on a small machine, with what is done to its kernel. */
import { advance, isFinished, type Kernel } from '../kernel/kernel.ts';
import { NEW_SESSION, type ShellReply, type ShellSession } from '../protocol/shell.ts';
import { bootWithKnobs } from '../scenarios/boot.ts';
import { bootFromExperiment, type ExperimentLike } from '../scenarios/experiment.ts';
import type { ShellHost } from './host.ts';
import { kernelHost } from './kernel-host.ts';
import { runShell } from './shell.ts';

/** Two nodes whose numbers have a hole, CPUs whose numbers have one too. */
export const GAPPED = {
  name: 'gapped',
  nodes: [
    { cpus: [0, 1, 4], memory_mb: 256, reserved_mb: 20, id: 0 },
    { cpus: [8, 9], memory_mb: 200, reserved_mb: 20, id: 3 },
  ],
  distances: [
    [10, 16],
    [16, 10],
  ],
};

export function bootSmall(change: Partial<ExperimentLike> = {}): Kernel {
  const experiment = {
    machine: GAPPED,
    workload: 'crossed',
    variant: 'default',
    parameters: { mib: 20, threads: 3, seconds: 2 },
    policy: 'autonuma',
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 1,
    ...change,
  };
  return bootWithKnobs(bootFromExperiment(experiment), {});
}

/** A shell one types into. */
export class TestShell {
  readonly k: Kernel;
  readonly edits: { path: string; value: string }[] = [];
  session: ShellSession = { ...NEW_SESSION };
  last: ShellReply | null = null;

  constructor(k: Kernel = bootSmall(), ms = 200) {
    this.k = k;
    if (ms > 0) advance(k, ms);
  }

  get host(): ShellHost {
    const host = kernelHost(this.k);
    return {
      ...host,
      standsStill: false,
      edit: (path, value) => {
        const done = host.edit(path, value);
        if (done.ok) this.edits.push({ path, value });
        return done;
      },
    };
  }

  /** Type a line; what it prints, of all kinds. */
  type(line: string): string {
    this.last = runShell(this.host, line, this.session);
    this.session = this.last.session;
    return this.last.output.map((chunk) => chunk.text).join('');
  }

  /** The same in lines. */
  lines(line: string): string[] {
    return this.type(line).trimEnd().split('\n');
  }

  pass(ms: number): void {
    for (let left = ms; left > 0 && !isFinished(this.k); left -= 10) advance(this.k, Math.min(10, left));
  }
}
