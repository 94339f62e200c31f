import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  bootKernel,
  isFinished,
  type Kernel,
  restore,
  snapshot,
  stateHash,
} from '../kernel/kernel.ts';
import { type ExperimentLike, resolveExperiment } from './experiment.ts';

const small: ExperimentLike = {
  machine: 'westmere-2n',
  workload: 'numa02',
  variant: 'default',
  parameters: { mib: 96, passes: 400 },
  policy: 'autonuma',
  autonumaVersion: 'alpha6',
  noautonuma: false,
  thp: 'off',
  seed: 3,
};

function boot(experiment: ExperimentLike): Kernel {
  return bootKernel(resolveExperiment(experiment).boot);
}

describe('advance', () => {
  it('gives the same state however a stretch of time is cut', () => {
    const whole = boot(small);
    advance(whole, 4000);
    const expected = stateHash(whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 }), (cuts) => {
        const k = boot(small);
        for (const cut of cuts) if (!isFinished(k)) advance(k, Math.min(cut, 4000 - k.ticks));
        if (!isFinished(k)) advance(k, 4000 - k.ticks);
        expect(stateHash(k)).toBe(expected);
      }),
      { numRuns: 8 },
    );
  });

  it('gives the same state tick by tick as in one go', () => {
    const whole = boot(small);
    advance(whole, 1500);
    const single = boot(small);
    for (let i = 0; i < 1500; i++) advance(single, 1);
    expect(stateHash(single)).toBe(stateHash(whole));
  });

  it('differs between seeds', () => {
    const a = boot({ ...small, seed: 1 });
    const b = boot({ ...small, seed: 2 });
    advance(a, 500);
    advance(b, 500);
    expect(stateHash(a)).not.toBe(stateHash(b));
  });
});

describe('snapshot', () => {
  it('restores a state that replays to the same hash, in this kernel and in a fresh one', () => {
    const k = boot(small);
    advance(k, 1700);
    const saved = snapshot(k);
    const before = stateHash(k);
    advance(k, 1300);
    const after = stateHash(k);
    restore(k, saved);
    expect(stateHash(k)).toBe(before);
    advance(k, 1300);
    expect(stateHash(k)).toBe(after);
    const other = boot(small);
    restore(other, saved);
    advance(other, 1300);
    expect(stateHash(other)).toBe(after);
  });
});
