/** Totals of a run since its boot, for tables that set runs side by side. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { NS_PER_SECOND } from '../kernel/units.ts';
import { elapsedSeconds } from './headless.ts';

/** Bytes all processes have moved from and to their own node, and from and to any. */
export function bytesSoFar(k: Kernel): { local: number; all: number } {
  let local = 0;
  let remote = 0;
  for (const process of k.processes) {
    local += process.localBytes;
    remote += process.remoteBytes;
  }
  return { local, all: local + remote };
}

/** The fields of RunFigures in protocol/runs.ts. */
export function figuresOf(k: Kernel) {
  const { local, all } = bytesSoFar(k);
  return {
    elapsedS: elapsedSeconds(k),
    localShare: all === 0 ? 1 : local / all,
    pagesMoved: k.counters.pgmigrate_success,
    hintingFaults: k.counters.numa_hint_faults,
    taskMoves: k.counters.task_moves_autonuma,
    scanS: k.bill.scanNs / NS_PER_SECOND,
    faultS: k.bill.hintingFaultNs / NS_PER_SECOND,
    migrateS: k.bill.migrateNs / NS_PER_SECOND,
  };
}

/** Samples the local share of every simulated second, as `local` in HeadlessRun of protocol/runs.ts. */
export class LocalShareRecorder {
  readonly t_s: number[] = [];
  readonly share: number[] = [];
  private localBefore = 0;
  private allBefore = 0;

  /** Add the time since the last call; a time in which no byte moved has the share of the one before. */
  sample(k: Kernel): void {
    const { local, all } = bytesSoFar(k);
    const last = this.share.at(-1) ?? 1;
    this.t_s.push(k.ticks / 1000);
    this.share.push(all > this.allBefore ? (local - this.localBefore) / (all - this.allBefore) : last);
    this.localBefore = local;
    this.allBefore = all;
  }
}
