import { expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT } from '../protocol/experiment.ts';
import { perfBenchLines } from './perf-bench.ts';
import { Session } from './session.ts';
import { SMALL, SOON } from './small.test-util.ts';

it('says what perf would print: nothing before the start, lines that grow while it runs, none for other programs', () => {
  const session = new Session(
    {
      ...DEFAULT_EXPERIMENT,
      machine: SMALL.machine,
      workload: 'perf-bench -p 2 -t 2 -P 32 -s 5 -zZ0cq --thp 1',
    },
    1,
  );
  expect(perfBenchLines(session)).toEqual([]);
  const total = () => {
    const line = perfBenchLines(session)!.find((each) => each.includes('data-total'))!;
    return Number(/([\d.]+), GB,/.exec(line)![1]);
  };
  session.run(2000, SOON, Infinity);
  const early = total();
  session.run(2000, SOON, Infinity);
  expect(early).toBeGreaterThan(0);
  expect(total()).toBeGreaterThan(early);
  expect(perfBenchLines(session)!.every((line) => line.startsWith(' main,'))).toBe(true);
  expect(perfBenchLines(new Session(SMALL, 2))).toBeUndefined();
});
