/**
 * Seeks on one experiment with much time behind it, in this process, which does nothing else: `node --import tsx bench/seek-run.ts <json>`.
 * A seek is what the page waits for while a person scrubs: the jump, and one frame of the picture after it. Prints one JSON object.
 */
import { Engine } from '../src/engine/engine.ts';
import { createHost } from '../src/engine/host.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../src/protocol/experiment.ts';
import type { ViewRequest } from '../src/protocol/frame.ts';
import { calibrate, quantile } from './measure.ts';

export interface SeekRunRequest {
  experiment: Partial<Experiment>;
  /** Simulated seconds to have behind. */
  behindS: number;
  seeks: number;
}

export interface SeekRun {
  behindS: number;
  medianMs: number;
  p95Ms: number;
  worstMs: number;
  /** The same in CPU time of the process, all its threads: what it would be on a machine that does nothing else. */
  cpuMedianMs: number;
  cpuP95Ms: number;
  /** Longest time in which the event loop got no turn while seeking: so long another call would have waited. */
  silentMs: number;
  checkpoints: number;
  checkpointMb: number;
  limitMb: number;
  rssMb: number;
  /** Every seek came to the state that was there on the way forward. */
  exact: boolean;
  megastepsPerS: number;
}

const MB = 1024 * 1024;
const ALL = { logFrom: 0, logEpoch: -1, seriesFrom: 0, seriesEpoch: -1 };
/** The size of the memory maps on a page of 1280 x 800. */
const MAP = { width: 412, height: 200 };

/** The whole memory of every node, as the page asks for it first. */
function viewOf(generation: number, nodes: readonly { frames: number }[]): ViewRequest {
  const tileColumns = 8;
  return {
    generation,
    colourBy: 'owner',
    maps: nodes.map(({ frames }, node) => ({
      node,
      ...MAP,
      tileColumns,
      x: 0,
      y: 0,
      cellsPerPixel: (tileColumns * 32) / MAP.width,
      cellsPerPixelY: (Math.ceil(frames / 512 / tileColumns) * 16) / MAP.height,
    })),
    strips: [0, 1].map((process) => ({ process, width: 440, height: 48 })),
  };
}

/** The longest gap between turns of the event loop, until stopped. */
function watchSilence(): () => number {
  let longest = 0;
  let last = performance.now();
  let on = true;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (on) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    on = false;
    return longest;
  };
}

async function run({ experiment, behindS, seeks }: SeekRunRequest): Promise<SeekRun> {
  const megastepsPerS = calibrate();
  const engine = new Engine(createHost());
  const boot = await engine.boot({ ...DEFAULT_EXPERIMENT, ...experiment }, false);
  if (!boot.ok) throw new Error(boot.error);
  await engine.setSpeed(Infinity);
  const hashes = new Map<number, string>();
  // As a person would see it go by: played as fast as possible, looked at now and then.
  const limit = Math.round(behindS * 1000);
  for (let goal = 5000; goal <= limit; goal += 5000) {
    await engine.seek(goal);
    hashes.set(engine.tick, await engine.stateHash());
    if ((await engine.summary(ALL)).finished) break;
  }
  const end = engine.tick;
  const view = viewOf(boot.value.generation, boot.value.machine.nodes);
  let buffer = await engine.frame(view, new ArrayBuffer(0));

  const wallMs: number[] = [];
  const cpuMs: number[] = [];
  const silence = watchSilence();
  let dice = 12345;
  for (let i = 0; i < seeks; i++) {
    dice = (Math.imul(dice, 1664525) + 1013904223) | 0;
    const tick = Math.floor(((dice >>> 0) / 4294967296) * end);
    const cpuBegin = process.cpuUsage();
    const begin = performance.now();
    await engine.seek(tick);
    buffer = await engine.frame(view, buffer);
    wallMs.push(performance.now() - begin);
    const { user, system } = process.cpuUsage(cpuBegin);
    cpuMs.push((user + system) / 1000);
  }
  const silentMs = silence();
  let exact = true;
  for (const [tick, hash] of [...hashes].reverse()) {
    await engine.seek(tick);
    if ((await engine.stateHash()) !== hash) exact = false;
  }
  const { count, bytes, limit: most } = await engine.checkpoints();
  return {
    behindS: end / 1000,
    medianMs: quantile(wallMs, 0.5),
    p95Ms: quantile(wallMs, 0.95),
    worstMs: Math.max(...wallMs),
    cpuMedianMs: quantile(cpuMs, 0.5),
    cpuP95Ms: quantile(cpuMs, 0.95),
    silentMs,
    checkpoints: count,
    checkpointMb: bytes / MB,
    limitMb: most / MB,
    rssMb: process.memoryUsage.rss() / MB,
    exact,
    megastepsPerS,
  };
}

const done = await run(JSON.parse(process.argv[2]) as SeekRunRequest);
process.stdout.write(`${JSON.stringify(done)}\n`);
process.exit(0);
