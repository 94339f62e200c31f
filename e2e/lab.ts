/** Opens the lab for a test, and ends the test badly when the page complained. */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import type { InspectTarget, Summary } from '../src/protocol/summary.ts';
import type { BillReport, Lamp, Why } from '../src/protocol/why.ts';

/** What `?testing=1` puts on the window. */
interface Bridge {
  whenReady(): Promise<void>;
  stats(): { fresh: number; freshPerSecond: number; tick: number; playing: boolean };
  summary(): Summary | null;
  cellRect(node: number, frame: number): { x: number; y: number; width: number; height: number } | null;
  pointOf(target: InspectTarget): { x: number; y: number } | null;
  why(target: InspectTarget): Promise<Why | null>;
  step(grain: string): Promise<void>;
  seek(tick: number): Promise<void>;
  stateHash(): Promise<string | null>;
  corrupt(id: Lamp['id']): void;
  bill(): Promise<BillReport | null>;
  crash(): void;
}

declare global {
  interface Window {
    __lab: Bridge;
  }
}

export class LabPage {
  /** What the console and the page complained about. */
  readonly complaints: string[] = [];
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        // Software rendering is slow at reading back; that is no fault of the page.
        if (!/GPU stall due to ReadPixels|Automatic fallback to software WebGL/.test(message.text())) {
          this.complaints.push(message.text());
        }
      }
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** Open the page, with a link if one is given, and wait for the first summary and picture. */
  async open(hash = ''): Promise<void> {
    await this.page.goto(`./?testing=1${hash && `#${hash}`}`);
    await this.ready();
  }

  async ready(): Promise<void> {
    await this.page.evaluate(() => window.__lab.whenReady());
    await expect(this.picture).toHaveAttribute('data-ready', 'true', { timeout: 20_000 });
  }

  get picture(): Locator {
    return this.page.getByTestId('picture');
  }

  get time(): Locator {
    return this.page.getByTestId('time');
  }

  /** A knob's row in the panel, by its path below /sys/kernel/mm. */
  knob(path: string): Locator {
    return this.page.locator(`[data-knob="${path}"]`);
  }

  /** The latest summary. */
  async summary(): Promise<Summary> {
    const summary = await this.page.evaluate(() => window.__lab.summary());
    if (!summary) throw new Error('no summary yet');
    return summary;
  }

  async tick(): Promise<number> {
    return (await this.summary()).tick;
  }

  /** Pause by the button and wait until time stands still. */
  async pause(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Pause' });
    await button.click();
    await expect(this.page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  }
}

export const test = base.extend<{ lab: LabPage }>({
  lab: async ({ page }, use) => {
    const lab = new LabPage(page);
    await use(lab);
    expect(lab.complaints).toEqual([]);
  },
});

export { expect };
