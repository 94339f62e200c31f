/** The page in Chromium with software WebGL: fresh frames, script, long tasks, and how soon there is a picture. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { strToU8, deflateSync } from 'fflate';
import { gzippedKb } from '../scripts/size.mjs';
import { browserArgs, ensureBrowser } from '../scripts/browser.mjs';
import type { Experiment } from '../src/protocol/experiment.ts';
import type { BrowserCase, BrowserSize } from './cases.ts';
import { circumstances, median, ROOT, round, sleep } from './measure.ts';
import type { BrowserRow, StartRow } from './results.ts';
import { scriptTimes, TRACE_CATEGORIES } from './trace.ts';

const WINDOWS = 3;
const WINDOW_MS = 3000;
const START_RUNS = 5;
/** How long memory may take to get mapped before measuring begins anyway. */
const MAPPING_MS = 120_000;

interface PageWindow {
  animationPerS: number;
  freshPerS: number;
  stale: number;
  bytes: number;
  droppedMoves: number;
  workerFrameMs: number;
  workerSliceMs: number;
  longTasks: number[];
  achievedSpeed: number;
  finished: boolean;
  canvasWidth: number;
  canvasHeight: number;
  hostWidth: number;
  hostHeight: number;
  sharpness: number;
}

/** A zoom by wheel: each level it passed, and how large a page is at the end. */
export interface Gesture {
  levels: { zoom: number; frames: number; ms: number }[];
  cellPixels: number;
}

declare global {
  interface Window {
    /** in-page.js */
    __bench: {
      firstFrameMs: number;
      firstPictureMs: number;
      window(milliseconds: number): Promise<PageWindow>;
      paintMs(): number;
      mappedGib(): number;
      drawn(): boolean;
      variance(base64: string): Promise<number>;
      gesture(frame: number): Promise<Gesture>;
    };
  }
}

/** What of src/app/testing.ts is called from here. */
interface Flooding {
  __lab: { flood(sparks: number, arcs: number): void };
}

/** Serves dist/ and holds the browser. */
export class BrowserBench {
  private constructor(
    readonly address: string,
    private readonly browser: Browser,
    private readonly stop: () => void,
  ) {}

  static async open(): Promise<BrowserBench> {
    const serve = spawn(process.execPath, [path.join(ROOT, 'scripts', 'serve.mjs'), '--port', '4300'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(serve.stdout, 'data')) as [Buffer];
    const address = /http:\S+/.exec(String(said))?.[0];
    if (!address) throw new Error(`the server did not say where it is: ${String(said)}`);
    const executablePath = await ensureBrowser();
    const browser = await chromium.launch({ executablePath, args: browserArgs() });
    return new BrowserBench(address, browser, () => serve.kill());
  }

  get version(): string {
    return this.browser.version();
  }

  /** Id of the process that draws; null when the browser does not say. */
  async gpuProcess(): Promise<number | null> {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = (await session.send('SystemInfo.getProcessInfo')) as {
      processInfo: { type: string; id: number }[];
    };
    await session.detach();
    return processInfo.find(({ type }) => /gpu/i.test(type))?.id ?? null;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.stop();
  }

  /** A page with a cache of its own, nothing in it. */
  async page(width: number, height: number): Promise<{ page: Page; complaints: string[] }> {
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: 'dark' });
    const page = await context.newPage();
    await page.addInitScript({ path: path.join(import.meta.dirname, 'in-page.js') });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    return { page, complaints };
  }

  /** Fresh frames and all that belongs to them, with the simulation running at 1x. */
  async measurePage(each: BrowserCase, size: BrowserSize, quick: boolean): Promise<BrowserRow> {
    const where = await circumstances(quick);
    const { page, complaints } = await this.page(size.width, size.height);
    try {
      await page.goto(`${this.address}?testing=1#${link(each.experiment, each.speedUntilMapped)}`);
      await page.waitForFunction(() => window.__bench.drawn(), undefined, { timeout: 60_000 });
      if (size.of === 'canvas') await this.fitCanvas(page, size);
      const deadline = performance.now() + (quick ? 1000 : MAPPING_MS);
      while (performance.now() < deadline) {
        if ((await page.evaluate(() => window.__bench.mappedGib())) >= each.mappedGib) break;
        await sleep(200);
      }
      const mappedGib = await page.evaluate(() => window.__bench.mappedGib());
      // Real time from here on, by the control that people use.
      const slider = page.getByRole('slider', { name: /^Speed/ });
      while ((await slider.getAttribute('aria-valuetext')) !== '1 times real time') {
        await page.keyboard.press('BracketLeft');
        await sleep(50);
      }
      if (each.flood) {
        await page.evaluate(
          ({ sparks, arcs }) => (window as unknown as Flooding).__lab.flood(sparks, arcs),
          each.flood,
        );
      }
      await sleep(quick ? 200 : 1500);

      const windows: PageWindow[] = [];
      for (let i = 0; i < (quick ? 1 : WINDOWS); i++) {
        windows.push(await page.evaluate((ms) => window.__bench.window(ms), quick ? 500 : WINDOW_MS));
      }
      await this.browser.startTracing(page, { categories: TRACE_CATEGORIES });
      await sleep(quick ? 500 : WINDOW_MS);
      const script = scriptTimes((await this.browser.stopTracing()).toString('utf8'));
      const shot = await page.locator('[data-picture]').screenshot();
      const variance = await page.evaluate((png) => window.__bench.variance(png), shot.toString('base64'));

      const best = windows.reduce((a, b) => (b.freshPerS > a.freshPerS ? b : a));
      const longTasks = windows.flatMap((window) => window.longTasks);
      return {
        name: `${each.name} ${size.name}`,
        experiment: each.name,
        size: size.name,
        canvas: `${best.canvasWidth}x${best.canvasHeight}`,
        sharpness: best.sharpness,
        fresh: round(best.freshPerS),
        animation: round(best.animationPerS),
        windows: windows.map((window) => ({
          fresh: round(window.freshPerS),
          animation: round(window.animationPerS),
        })),
        stale: best.stale,
        scriptP50Ms: script && round(script.p50Ms),
        scriptP95Ms: script && round(script.p95Ms),
        scriptShare: script && round(script.share),
        longTasks50: longTasks.filter((ms) => ms > 50).length,
        longTasks100: longTasks.filter((ms) => ms > 100).length,
        longestTaskMs: round(Math.max(0, ...longTasks)),
        frameKib: round(best.bytes / 1024),
        bytesPerCanvasPixel: round(best.bytes / (best.canvasWidth * best.canvasHeight)),
        workerFrameP95Ms: round(best.workerFrameMs),
        workerSliceP95Ms: round(best.workerSliceMs),
        droppedMoves: windows.reduce((sum, window) => sum + window.droppedMoves, 0),
        achievedSpeed: round(best.achievedSpeed),
        finished: windows.some((window) => window.finished),
        mappedGib: round(mappedGib),
        variance: round(variance),
        complaints,
        ...where,
      };
    } finally {
      await page.context().close();
    }
  }

  /** Make the page as large as it takes for the canvas (what one sees of it) to have the wanted size. */
  private async fitCanvas(page: Page, size: BrowserSize): Promise<void> {
    for (let attempt = 0; attempt < 3; attempt++) {
      const box = await page.locator('[data-picture]').locator('..').boundingBox();
      const viewport = page.viewportSize();
      if (!box || !viewport) return;
      const [dx, dy] = [size.width - Math.round(box.width), size.height - Math.round(box.height)];
      if (dx === 0 && dy === 0) return;
      await page.setViewportSize({ width: viewport.width + dx, height: viewport.height + dy });
      await sleep(500);
    }
  }

  /** From navigation to the first picture of a running simulation, nothing cached. */
  async measureStart(quick: boolean): Promise<StartRow> {
    const where = await circumstances(quick);
    const firstFrame: number[] = [];
    const firstPicture: number[] = [];
    const paint: number[] = [];
    const scripts = new Set<string>();
    for (let i = 0; i < (quick ? 1 : START_RUNS); i++) {
      const { page } = await this.page(1280, 800);
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.endsWith('.js')) scripts.add(pathname.slice(1));
      });
      await page.goto(`${this.address}?testing=1`);
      await page.waitForFunction(() => window.__bench.firstPictureMs > 0, undefined, { timeout: 60_000 });
      firstFrame.push(await page.evaluate(() => window.__bench.firstFrameMs));
      firstPicture.push(await page.evaluate(() => window.__bench.firstPictureMs));
      paint.push(await page.evaluate(() => window.__bench.paintMs()));
      await page.context().close();
    }
    return {
      runs: firstPicture.length,
      firstFrameMs: round(median(firstFrame)),
      firstPictureMs: round(median(firstPicture)),
      all: firstPicture.map(round),
      firstContentfulPaintMs: round(median(paint)),
      fetchedScriptKb: round([...scripts].reduce((sum, file) => sum + gzippedKb(file), 0)),
      ...where,
    };
  }
}

/** A link in the words of src/app/url.ts. */
export function link({ machine, workload, knobs }: Partial<Experiment>, speed: number | 'max'): string {
  const pairs = ['v=1', 'seed=1', `speed=${speed}`];
  if (typeof machine === 'string') pairs.push(`machine=${machine}`);
  if (typeof workload === 'string') pairs.push(`workload=${workload}`);
  else if (workload) {
    const packed = Buffer.from(deflateSync(strToU8(JSON.stringify(workload)))).toString('base64url');
    pairs.push(`workload-file=${packed}`);
  }
  for (const [name, value] of Object.entries(knobs ?? {})) pairs.push(`knobs.${name}=${value}`);
  return pairs.join('&');
}
