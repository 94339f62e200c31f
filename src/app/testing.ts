/** A window into the lab for end-to-end tests and the benchmark, only with `?testing=1`. */
import type { StepGrain } from '../protocol/engine-api.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import type { BillReport, Lamp, Why } from '../protocol/why.ts';
import type { Lab } from './lab.ts';
import { runScenario } from './scenario.ts';
import { useObservation } from './store.ts';

/** What `window.__lab` offers; the tests import this type. */
export interface LabBridge {
  whenReady(): Promise<void>;
  stats(): object;
  summary(): object | null;
  cellRect(node: number, frame: number): { x: number; y: number; width: number; height: number } | null;
  /** A point of the picture that stands for a target. */
  pointOf(target: InspectTarget): { x: number; y: number } | null;
  why(target: InspectTarget): Promise<Why | null>;
  play(): Promise<void>;
  pause(): Promise<void>;
  setSpeed(speed: number): Promise<void>;
  /** The gallery, and running one of it, for its thumbnails. */
  scenarios(): Promise<{ name: string; seconds: number }[]>;
  runScenario(name: string): Promise<void>;
  step(grain: StepGrain): Promise<void>;
  seek(tick: number): Promise<void>;
  /** For the bench: so many sparks and arcs in flight. */
  flood(sparks: number, arcs: number): void;
  stateHash(): Promise<string | null>;
  /** Spoils an invariant. */
  corrupt(id: Lamp['id']): void;
  bill(): Promise<BillReport | null>;
  /** Makes the worker fail. */
  crash(): void;
}

/** The catalog, when it is there. */
async function catalogOf() {
  for (;;) {
    const { catalog } = useObservation.getState();
    if (catalog) return catalog;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function exposeForTests(lab: Lab): void {
  if (new URLSearchParams(location.search).get('testing') !== '1') return;
  const bridge: LabBridge = {
    whenReady: () => lab.whenReady(),
    stats: () => ({ ...lab.pump?.stats, picture: lab.picture?.stats() ?? null }),
    summary: () => useObservation.getState().summary,
    cellRect: (node, frame) => lab.picture?.cellRect(node, frame) ?? null,
    pointOf: (target) => lab.picture?.pointOf(target) ?? null,
    why: (target) => lab.why(target),
    play: () => lab.play(),
    pause: () => lab.pause(),
    setSpeed: (speed) => lab.setSpeed(speed),
    scenarios: async () => (await catalogOf()).scenarios,
    runScenario: async (name) => runScenario(lab, await catalogOf(), name),
    step: (grain) => lab.step(grain),
    seek: (tick) => lab.time.seek(tick),
    flood: (sparks, arcs) => lab.picture?.flood(sparks, arcs),
    stateHash: () => lab.stateHash(),
    corrupt: (id) => lab.corrupt(id),
    bill: () => lab.bill(),
    crash: () => lab.crash(),
  };
  Object.assign(window, { __lab: bridge });
}
