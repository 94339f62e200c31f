import { expect, it } from 'vitest';
import { advance } from '../kernel/kernel.ts';
import { TRACE_TASK_MOVED, trace } from '../kernel/output.ts';
import { bootWithKnobs } from './boot.ts';
import { resolveExperiment } from './experiment.ts';
import { MAX_INSTANTS, MAX_SAMPLES, RunRecorder } from './run-recorder.ts';

function kernel() {
  return bootWithKnobs(
    resolveExperiment({
      machine: 'westmere-2n',
      workload: 'numa02',
      variant: 'default',
      parameters: { threads: 2, mib: 64, passes: 2 },
      policy: 'off',
      autonumaVersion: 'alpha6',
      noautonuma: false,
      thp: 'off',
      seed: 1,
    }).boot,
    {},
  );
}

it('keeps a bounded number of events and counts the rest', () => {
  const k = kernel();
  const recorder = new RunRecorder(k);
  const times = Math.ceil((MAX_INSTANTS + 500) / 1000);
  for (let i = 0; i < times; i++) {
    advance(k, 1);
    for (let move = 0; move < 1000; move++) trace(k, TRACE_TASK_MOVED, 0, 0, 1, 1);
    recorder.afterTick();
  }
  const { instants, dropped } = recorder.finish();
  expect(instants).toHaveLength(MAX_INSTANTS);
  expect(dropped.instants).toBeGreaterThanOrEqual(times * 1000 - MAX_INSTANTS);
  expect(dropped.events).toBe(0);
});

it('counts what the kernel overwrote before it was read', () => {
  const k = kernel();
  const recorder = new RunRecorder(k);
  for (let i = 0; i < k.output.traceCapacity + 40; i++) trace(k, TRACE_TASK_MOVED, 0, 0, 1, 1);
  recorder.afterTick();
  expect(recorder.finish().dropped.events).toBe(40);
});

it('samples less often the longer it records, and always at both ends', () => {
  const k = kernel();
  const recorder = new RunRecorder(k);
  const ticks = 10 * MAX_SAMPLES + 77;
  for (let i = 0; i < ticks; i++) {
    advance(k, 1);
    recorder.afterTick();
  }
  const { samples } = recorder.finish();
  expect(samples.length).toBeLessThanOrEqual(MAX_SAMPLES + 1);
  expect(samples.length).toBeGreaterThan(MAX_SAMPLES / 3);
  expect(samples[0].tick).toBe(0);
  expect(samples.at(-1)!.tick).toBe(ticks);
});
