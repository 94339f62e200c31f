/** Rates in simulated time, smoothed over a quarter of a simulated second: what arrows, gauges and captions say. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import { FRAME_ANONYMOUS, FRAME_FILE } from '../kernel/mm/state.ts';
import type { Watcher } from './watcher.ts';

const SMOOTHING_TICKS = 250;
/** Below this many pages a second an arrow has ended. */
const SILENT = 0.5;
/** First touch slower than this is everyday life. */
const TELLING_PAGES_PER_TICK = 16;

export class Rates {
  /** [source * nodes + destination]: pages a second by knuma_migratedN. */
  readonly pair: Float64Array;
  /** Per destination node. */
  readonly node: Float64Array;
  /** Per node: pages a second that come into use there by other ways than knuma_migratedN: first touch, mostly. */
  readonly born: Float64Array;
  /** When pages last came into use at a rate worth telling, -Infinity never. */
  bornTick = -Infinity;
  /** Traps a second on NUMA-marked mappings, and pages they sampled. */
  faults = 0;
  faultPages = 0;
  migrated = 0;
  private tick = 0;
  private readonly inUse: Float64Array;
  private lastFaults = 0;
  private lastFaultPages = 0;
  private lastMigrated = 0;
  private readonly nodes: number;

  constructor(nodes: number) {
    this.nodes = nodes;
    this.pair = new Float64Array(nodes * nodes);
    this.node = new Float64Array(nodes);
    this.born = new Float64Array(nodes);
    this.inUse = new Float64Array(nodes);
  }

  /** Bring the rates up to the kernel's time; free when no time has passed. */
  update(k: Kernel, watcher: Watcher): void {
    const ticks = k.ticks - this.tick;
    if (ticks <= 0) return;
    this.tick = k.ticks;
    const keep = Math.exp(-ticks / SMOOTHING_TICKS);
    const perSecond = (1 - keep) * (1000 / ticks);
    this.updateBorn(k, watcher, ticks, keep, perSecond);
    this.node.fill(0);
    for (let pair = 0; pair < this.pair.length; pair++) {
      let rate = this.pair[pair] * keep + watcher.pairPages[pair] * perSecond;
      if (rate < SILENT) {
        rate = 0;
        watcher.pairProcess[pair] = -1;
      }
      this.pair[pair] = rate;
      this.node[pair % this.nodes] += rate;
      watcher.pairPages[pair] = 0;
      // Old votes fade with the rate they belong to.
      watcher.pairLead[pair] *= keep;
    }
    const {
      numa_hint_faults: faults,
      numa_hint_fault_pages: pages,
      pgmigrate_success: migrated,
    } = k.counters;
    this.faults = this.faults * keep + (faults - this.lastFaults) * perSecond;
    this.faultPages = this.faultPages * keep + (pages - this.lastFaultPages) * perSecond;
    this.migrated = this.migrated * keep + (migrated - this.lastMigrated) * perSecond;
    this.lastFaults = faults;
    this.lastFaultPages = pages;
    this.lastMigrated = migrated;
  }
  private updateBorn(k: Kernel, watcher: Watcher, ticks: number, keep: number, perSecond: number): void {
    const { nodeKind } = k.memory.frames;
    for (let n = 0; n < this.nodes; n++) {
      const inUse = nodeKind[n * FRAME_KINDS + FRAME_ANONYMOUS] + nodeKind[n * FRAME_KINDS + FRAME_FILE];
      let born = inUse - this.inUse[n];
      this.inUse[n] = inUse;
      for (let other = 0; other < this.nodes; other++) {
        born += watcher.pairPages[n * this.nodes + other] - watcher.pairPages[other * this.nodes + n];
      }
      this.born[n] = this.born[n] * keep + Math.max(0, born) * perSecond;
      if (born > TELLING_PAGES_PER_TICK * ticks) this.bornTick = k.ticks;
    }
  }
}
