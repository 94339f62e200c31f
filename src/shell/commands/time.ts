/** run and sleep: let simulated time pass, where a shell may. */
import { type Command, type Invocation } from '../command.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1000, '': 1000, m: 60_000, min: 60_000, h: 3_600_000 };
/** A day. */
const MOST_TICKS = 86_400_000;

/** `10s`, `250ms`, `2m`, seconds without a unit; null when it is none of it. */
export function ticksOf(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h|)$/.exec(text);
  if (match === null) return null;
  const ticks = Math.round(Number(match[1]) * UNITS[match[2]]);
  return ticks <= MOST_TICKS ? ticks : null;
}

function pass(run: Invocation): number {
  const [text = ''] = run.args;
  const ticks = ticksOf(text);
  if (run.args.length !== 1 || ticks === null) {
    return run.fail(`${run.name}: expected a duration such as 10s, 250ms or 2m, got "${run.args.join(' ')}"`);
  }
  if (run.host.run === undefined) {
    return run.fail(`${run.name}: here time passes by itself; Space pauses it, . steps`);
  }
  const done = run.host.run(ticks);
  if (done < ticks) run.note(`Every program has exited at ${(run.k.ticks / 1000).toFixed(3)} s.`);
  return 0;
}

export const runTime: Command = {
  usage: 'run DURATION',
  summary: 'let simulated time pass: 10s, 250ms, 2m',
  completes: 'nothing',
  run: pass,
};

export const sleep: Command = { ...runTime, usage: 'sleep SECONDS', summary: '' };
