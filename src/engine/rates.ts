/** Rates in simulated time, smoothed over a quarter of a simulated second: what arrows, gauges and captions say. */
import type { Kernel } from '../kernel/kernel-state.ts';
import { FRAME_KINDS } from '../kernel/mm/frames.ts';
import { FRAME_ANONYMOUS, FRAME_FILE } from '../kernel/mm/state.ts';
import type { Observer } from './observer.ts';
import type { Watcher } from './watcher.ts';

const SMOOTHING_TICKS = 250;
/** Below this many pages a second an arrow has ended. */
const SILENT = 0.5;
/** First touch slower than this is everyday life. */
const TELLING_PAGES_PER_TICK = 16;

/** The rates at the last sample; what has happened since comes on top. */
interface Base {
  tick: number;
  pair: Float64Array;
  born: Float64Array;
  bornTick: number;
  inUse: Float64Array;
  faults: number;
  faultPages: number;
  migrated: number;
  faultCount: number;
  faultPageCount: number;
  migratedCount: number;
}

export class Rates implements Observer {
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
  private base: Base;
  private readonly nodes: number;

  constructor(nodes: number) {
    this.nodes = nodes;
    this.pair = new Float64Array(nodes * nodes);
    this.node = new Float64Array(nodes);
    this.born = new Float64Array(nodes);
    this.base = {
      tick: 0,
      pair: new Float64Array(nodes * nodes),
      born: new Float64Array(nodes),
      bornTick: -Infinity,
      inUse: new Float64Array(nodes),
      faults: 0,
      faultPages: 0,
      migrated: 0,
      faultCount: 0,
      faultPageCount: 0,
      migratedCount: 0,
    };
  }

  /** Bring the rates up to the kernel's time. They depend on that time alone, not on when else this was called. */
  update(k: Kernel, watcher: Watcher): void {
    const { base } = this;
    const ticks = k.ticks - base.tick;
    const keep = Math.exp(-ticks / SMOOTHING_TICKS);
    const perSecond = ticks > 0 ? (1 - keep) * (1000 / ticks) : 0;
    this.updateBorn(k, watcher, ticks, keep, perSecond);
    this.node.fill(0);
    for (let pair = 0; pair < this.pair.length; pair++) {
      const rate = base.pair[pair] * keep + watcher.pairPages[pair] * perSecond;
      this.pair[pair] = rate < SILENT ? 0 : rate;
      this.node[pair % this.nodes] += this.pair[pair];
    }
    const { counters } = k;
    const smooth = (rate: number, count: number) => rate * keep + count * perSecond;
    this.faults = smooth(base.faults, counters.numa_hint_faults - base.faultCount);
    this.faultPages = smooth(base.faultPages, counters.numa_hint_fault_pages - base.faultPageCount);
    this.migrated = smooth(base.migrated, counters.pgmigrate_success - base.migratedCount);
  }

  /** Called every 100 ticks: smoothing goes on from here. */
  sample(k: Kernel, watcher: Watcher): void {
    this.update(k, watcher);
    const { base } = this;
    const keep = Math.exp(-(k.ticks - base.tick) / SMOOTHING_TICKS);
    for (let pair = 0; pair < this.pair.length; pair++) {
      if (this.pair[pair] === 0) watcher.pairProcess[pair] = -1;
      watcher.pairPages[pair] = 0;
      // Old votes fade with the rate they belong to.
      watcher.pairLead[pair] *= keep;
    }
    base.tick = k.ticks;
    base.pair.set(this.pair);
    base.born.set(this.born);
    base.bornTick = this.bornTick;
    for (let n = 0; n < this.nodes; n++) base.inUse[n] = inUseOn(k, n);
    base.faults = this.faults;
    base.faultPages = this.faultPages;
    base.migrated = this.migrated;
    base.faultCount = k.counters.numa_hint_faults;
    base.faultPageCount = k.counters.numa_hint_fault_pages;
    base.migratedCount = k.counters.pgmigrate_success;
  }

  save(): object {
    return this.base;
  }

  restore(saved: object): void {
    this.base = saved as Base;
  }

  private updateBorn(k: Kernel, watcher: Watcher, ticks: number, keep: number, perSecond: number): void {
    const { base } = this;
    this.bornTick = base.bornTick;
    for (let n = 0; n < this.nodes; n++) {
      let born = inUseOn(k, n) - base.inUse[n];
      for (let other = 0; other < this.nodes; other++) {
        born += watcher.pairPages[n * this.nodes + other] - watcher.pairPages[other * this.nodes + n];
      }
      this.born[n] = base.born[n] * keep + Math.max(0, born) * perSecond;
      if (born > TELLING_PAGES_PER_TICK * ticks) this.bornTick = k.ticks;
    }
  }
}

/** Pages in use by programs on a node. */
function inUseOn(k: Kernel, node: number): number {
  const { nodeKind } = k.memory.frames;
  return nodeKind[node * FRAME_KINDS + FRAME_ANONYMOUS] + nodeKind[node * FRAME_KINDS + FRAME_FILE];
}
