/**
 * One run of one experiment in this process, which does nothing else: `node --import tsx bench/kernel-run.ts <json>`. Prints
 * one JSON object. The parent takes medians of several such processes.
 */
import * as kernelModule from '../src/kernel/kernel.ts';
import type { Kernel } from '../src/kernel/kernel-state.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../src/protocol/experiment.ts';
import { bootWithKnobs } from '../src/scenarios/boot.ts';
import { resolveExperiment } from '../src/scenarios/experiment.ts';
import { calibrate } from './measure.ts';

export interface KernelRunRequest {
  experiment: Partial<Experiment>;
  limitS: number;
}

export interface KernelRun {
  simulatedS: number;
  finished: boolean;
  wallMs: number;
  cpuMs: number;
  bootMs: number;
  slowestSpeed: number;
  fastestSpeed: number;
  baseMb: number;
  rssMb: number;
  peakMb: number;
  mappedPages: number;
  stateHash: string;
  megastepsPerS: number;
}

/** The whole simulated second is the unit in which the kernel is driven; windows for the extremes are five of them. */
const CHUNK_TICKS = 1000;
const WINDOW_CHUNKS = 5;
const MB = 1024 * 1024;

const { isFinished, stateHash, tick } = kernelModule;

/** Several ticks at once where the kernel can, one after another where not. */
const advance: (k: Kernel, ticks: number) => unknown =
  'advance' in kernelModule
    ? (kernelModule as { advance: (k: Kernel, ticks: number) => unknown }).advance
    : (k, ticks) => {
        for (let i = 0; i < ticks; i++) tick(k);
      };

/** What a watcher would do now and then: otherwise dirty marks are set once and cost nothing any more. */
function drain(k: Kernel): void {
  const out = k.output;
  for (let i = 0; i < out.dirtyBlockCount; i++) out.dirtyBlockFlag[out.dirtyBlocks[i]] = 0;
  out.dirtyBlockCount = 0;
  for (const slot of out.dirtySlots) out.dirtySlotFlag[slot] = 0;
  out.dirtySlots.length = 0;
}

function run({ experiment, limitS }: KernelRunRequest): KernelRun {
  const before = calibrate();
  const baseMb = process.memoryUsage.rss() / MB;
  const bootBegin = performance.now();
  const { boot } = resolveExperiment({ ...DEFAULT_EXPERIMENT, ...experiment });
  const k = bootWithKnobs(boot, experiment.knobs ?? {});
  const bootMs = performance.now() - bootBegin;

  const limit = Math.round(limitS * 1000);
  const chunkMs: number[] = [];
  let mappedPages = 0;
  const cpuBegin = process.cpuUsage();
  const begin = performance.now();
  let chunkBegin = begin;
  while (!isFinished(k) && k.ticks < limit) {
    advance(k, Math.min(CHUNK_TICKS, limit - k.ticks));
    drain(k);
    const now = performance.now();
    chunkMs.push(now - chunkBegin);
    chunkBegin = now;
    if (k.ticks % (10 * CHUNK_TICKS) === 0) mappedPages = Math.max(mappedPages, pagesInUse(k));
  }
  const wallMs = performance.now() - begin;
  const cpu = process.cpuUsage(cpuBegin);
  mappedPages = Math.max(mappedPages, pagesInUse(k));

  const windows: number[] = [];
  for (let i = 0; i + WINDOW_CHUNKS <= chunkMs.length; i += WINDOW_CHUNKS) {
    windows.push(chunkMs.slice(i, i + WINDOW_CHUNKS).reduce((sum, each) => sum + each, 0));
  }
  if (windows.length === 0) windows.push((wallMs / Math.max(1, k.ticks)) * CHUNK_TICKS * WINDOW_CHUNKS);
  const speedOf = (ms: number) => (WINDOW_CHUNKS * 1000) / Math.max(0.001, ms);
  return {
    simulatedS: k.ticks / 1000,
    finished: isFinished(k),
    wallMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    bootMs,
    slowestSpeed: speedOf(Math.max(...windows)),
    fastestSpeed: speedOf(Math.min(...windows)),
    baseMb,
    rssMb: process.memoryUsage.rss() / MB,
    peakMb: process.resourceUsage().maxRSS / 1024,
    mappedPages,
    stateHash: stateHash(k),
    megastepsPerS: (before + calibrate()) / 2,
  };
}

function pagesInUse(k: Kernel): number {
  return k.mms.reduce((sum, mm) => sum + (mm.exited ? 0 : mm.presentPages), 0);
}

process.stdout.write(`${JSON.stringify(run(JSON.parse(process.argv[2]) as KernelRunRequest))}\n`);
