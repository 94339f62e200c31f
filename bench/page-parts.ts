/** Zooming, and memory over time: parts of the bench that need a page of their own. */
import { readFileSync } from 'node:fs';
import type { CDPSession, Page } from '@playwright/test';
import type { Experiment } from '../src/protocol/experiment.ts';
import { link, type BrowserBench } from './browser.ts';
import { circumstances, median, round, sleep } from './measure.ts';
import type { MemoryRow, ZoomRow } from './results.ts';

/** Long enough for the machine's memory to be in use. */
const BEFORE_ZOOM_MS = 5000;
const LOOKS = 10;

/** A page with an experiment that runs at 1x. */
async function running(bench: BrowserBench, experiment: Partial<Experiment>): Promise<Page> {
  const { page } = await bench.page(1280, 800);
  await page.goto(`${bench.address}?testing=1#${link(experiment, 1)}`);
  await page.waitForFunction(() => window.__bench.drawn(), undefined, { timeout: 60_000 });
  return page;
}

/** One gesture from whole nodes to a page frame of node 0. */
export async function measureZoom(
  bench: BrowserBench,
  each: { name: string; experiment: Partial<Experiment>; frame: number },
  quick: boolean,
): Promise<ZoomRow> {
  const where = await circumstances(quick);
  const page = await running(bench, each.experiment);
  try {
    await sleep(quick ? 200 : BEFORE_ZOOM_MS);
    const { levels, cellPixels } = await page.evaluate((frame) => window.__bench.gesture(frame), each.frame);
    return {
      name: each.name,
      levels: levels.length,
      framesMost: Math.max(...levels.map(({ frames }) => frames)),
      levelsOverTwo: levels.filter(({ frames }) => frames > 2).length,
      msP50: round(median(levels.map(({ ms }) => ms))),
      msMost: round(Math.max(...levels.map(({ ms }) => ms))),
      cellPixels: round(cellPixels),
      ...where,
    };
  } finally {
    await page.context().close();
  }
}

/** Private memory of a process in MB; NaN where there is no /proc. */
function privateMb(pid: number): number {
  try {
    const kib = /^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib) / 1024;
  } catch {
    return NaN;
  }
}

async function heap(session: CDPSession): Promise<{ heapMb: number; buffersMb: number }> {
  // Twice: what finalisers let go of in the first collection goes in the second.
  for (let i = 0; i < 2; i++) await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return { heapMb: usage.usedSize / 2 ** 20, buffersMb: (usage.backingStorageSize ?? NaN) / 2 ** 20 };
}

/** Look at memory at even distances of time while the simulation runs. */
export async function measureMemory(
  bench: BrowserBench,
  each: { name: string; experiment: Partial<Experiment>; minutes: number },
  quick: boolean,
): Promise<MemoryRow> {
  const where = await circumstances(quick);
  const minutes = quick ? 0.05 : each.minutes;
  const page = await running(bench, each.experiment);
  try {
    const session = await page.context().newCDPSession(page);
    const gpu = await bench.gpuProcess();
    const row: MemoryRow = { name: each.name, minutes, heapMb: [], buffersMb: [], gpuMb: [], ...where };
    for (let look = 0; look <= LOOKS; look++) {
      if (look > 0) await sleep((minutes * 60_000) / LOOKS);
      const { heapMb, buffersMb } = await heap(session);
      row.heapMb.push(round(heapMb));
      row.buffersMb.push(round(buffersMb));
      row.gpuMb.push(round(gpu === null ? NaN : privateMb(gpu)));
    }
    return row;
  } finally {
    await page.context().close();
  }
}
