/** Small tools of measuring: medians, the calibration loop, how busy the machine is. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Circumstances } from './results.ts';

export const ROOT = path.resolve(import.meta.dirname, '..');

/** @throws RangeError for an empty list */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** Keep four digits: more are noise. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}

const TABLE_SIZE = 1 << 20;
const CALIBRATION_STEPS = 4_000_000;

/**
 * Steps a second of CPU time, in millions, of a loop like the kernel's: integer arithmetic and random places in a table of
 * 2 MiB. What takes x steps here takes about x steps on another machine, too.
 */
export function calibrate(): number {
  const table = new Uint16Array(TABLE_SIZE);
  let best = 0;
  for (let turn = 0; turn < 4; turn++) {
    const begin = process.cpuUsage();
    let state = 12345;
    for (let i = 0; i < CALIBRATION_STEPS; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const at = (state >>> 8) & (TABLE_SIZE - 1);
      table[at] = (table[at] + (state & 7)) & 0xffff;
    }
    const { user, system } = process.cpuUsage(begin);
    // The first turn is compiled on the way.
    if (turn > 0) best = Math.max(best, CALIBRATION_STEPS / Math.max(1, user + system));
  }
  return best;
}

function cpuTimes(): { idle: number; all: number } | null {
  try {
    const fields = readFileSync('/proc/stat', 'utf8')
      .split('\n', 1)[0]
      .trim()
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return { idle: fields[3] + fields[4], all: fields.slice(0, 8).reduce((sum, each) => sum + each, 0) };
  } catch {
    return null;
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Share of the machine that is idle, over a while; null where it cannot be known. */
export async function idleShare(ms = 1000): Promise<number | null> {
  const before = cpuTimes();
  await sleep(ms);
  const after = cpuTimes();
  if (!before || !after || after.all === before.all) return null;
  return Math.round(((after.idle - before.idle) / (after.all - before.all)) * 100) / 100;
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', 'src') !== '';
    return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '');
  } catch {
    return 'unknown';
  }
}

export async function circumstances(quick: boolean): Promise<Circumstances> {
  return { at: new Date().toISOString(), commit: commit(), idleBefore: await idleShare(quick ? 100 : 1000) };
}
