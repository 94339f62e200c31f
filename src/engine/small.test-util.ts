/** A small machine with busy daemons, on which everything happens within a second of simulated time. */
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { MapRequest, ViewRequest } from '../protocol/frame.ts';
import type { Host } from './host.ts';

export const SMALL: Experiment = {
  ...DEFAULT_EXPERIMENT,
  machine: {
    name: 'small',
    nodes: [
      { cpus: [0, 1, 2, 3], memory_mb: 512, reserved_mb: 20 },
      { cpus: [4, 5, 6, 7], memory_mb: 384, reserved_mb: 20 },
    ],
    distances: [
      [10, 20],
      [20, 10],
    ],
  },
  workload: 'crossed',
  parameters: { mib: 60, threads: 4, seconds: 20 },
  knobs: {
    'autonuma/knuma_scand/scan_sleep_millisecs': '10',
    'autonuma/knuma_scand/scan_sleep_pass_millisecs': '60',
    'autonuma/knuma_scand/pages_to_scan': '4096',
    'autonuma/knuma_migrated/pages_to_migrate': '1000',
    'autonuma/knuma_migrated/migrate_sleep_millisecs': '5',
  },
};

/** Page by page instead of 2 MiB at a time: mixes blocks thoroughly. */
export const SMALL_PTE: Experiment = { ...SMALL, knobs: { ...SMALL.knobs, 'autonuma/knuma_scand/pmd': '0' } };

export const SOON = () => performance.now();

/** A map that shows a whole node of `frames` frames. */
export function wholeNode(node: number, frames: number, width: number, height: number): MapRequest {
  const tileColumns = 8;
  const rows = Math.ceil(frames / 512 / tileColumns);
  return {
    node,
    width,
    height,
    tileColumns,
    x: 0,
    y: 0,
    cellsPerPixel: (tileColumns * 32) / width,
    cellsPerPixelY: (rows * 16) / height,
  };
}

export function smallView(colourBy: ViewRequest['colourBy'] = 'owner'): ViewRequest {
  return {
    generation: 1,
    colourBy,
    maps: [wholeNode(0, 512 * 256, 128, 96), wholeNode(1, 384 * 256, 128, 96)],
    strips: [
      { process: 0, width: 100, height: 20 },
      { process: 1, width: 100, height: 20 },
    ],
  };
}

/** A host whose time and tasks a test drives by hand. */
export class ManualHost implements Host {
  ms = 0;
  /** Wall time that a look at the clock takes: the higher, the fewer ticks fit into a slice. */
  lookMs = 0.01;
  private tasks: { at: number; task: () => void }[] = [];
  readonly now = () => (this.ms += this.lookMs);
  soon(task: () => void): void {
    this.tasks.push({ at: this.ms, task });
  }
  later(task: () => void, milliseconds: number): void {
    this.tasks.push({ at: this.ms + milliseconds, task });
  }
  close(): void {
    this.tasks = [];
  }

  /** Let so much wall time pass; promises get their turn after every task. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.ms + milliseconds;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.tasks.reduce((a, b, i) => (a < 0 || b.at < this.tasks[a].at ? i : a), -1);
      if (next < 0 || this.tasks[next].at > end) break;
      const [{ at, task }] = this.tasks.splice(next, 1);
      this.ms = Math.max(this.ms, at);
      task();
    }
    this.ms = Math.max(this.ms, end);
  }
}
