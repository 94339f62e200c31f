import { expect, it } from 'vitest';
import { PATIENCE_MS, ScenarioRun } from '../scenario-run.test-util.ts';

it(
  'one-shared-page: one page among half a million is noise',
  () => {
    const run = new ScenarioRun('one-shared-page');
    run.to(30);
    const share = run.to(40);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.96);
    const own = run.taskWeights('hot').map((weights) => Math.max(...weights));
    expect(own.length).toBe(24);
    expect(Math.min(...own)).toBeGreaterThanOrEqual(980);
    // What is remote is the common page: a tenth of the accesses, remote for half of the threads.
    for (const half of run.memory('hot')) expect(half).toBeCloseTo(0.5, 1);
  },
  PATIENCE_MS,
);

it(
  'shared-huge-pages: one node for all users, and pages that move again and again',
  () => {
    const packed = new ScenarioRun('shared-huge-pages');
    packed.to(20);
    const moved = packed.kernel.counters.pgmigrate_success;
    packed.to(30);
    const share = packed.to(40);
    expect(share).toBeLessThan(0.7);
    expect(packed.kernel.counters.pgmigrate_success).toBeGreaterThan(1.3 * moved);
    const aligned = new ScenarioRun('shared-huge-pages:aligned');
    aligned.to(20);
    const once = aligned.kernel.counters.pgmigrate_success;
    expect(aligned.to(40)).toBeGreaterThan(0.99);
    expect(aligned.kernel.counters.pgmigrate_success).toBe(once);
  },
  PATIENCE_MS,
);

it(
  'pte-or-pmd: the collector answers for 512 pages or for one',
  () => {
    const pmd = new ScenarioRun('pte-or-pmd');
    const pte = new ScenarioRun('pte-or-pmd:pte');
    pmd.to(20);
    pte.to(20);
    const pmdShare = pmd.to(40);
    const pteShare = pte.to(40);
    expect(pteShare).toBeGreaterThan(0.98);
    expect(pmdShare).toBeLessThan(0.78);
    const faults = pte.kernel.counters.numa_hint_faults / pmd.kernel.counters.numa_hint_faults;
    expect(faults).toBeGreaterThan(450);
    expect(faults).toBeLessThan(512);
    // The memory is dragged after the collector.
    expect(pmd.kernel.counters.pgmigrate_success).toBeGreaterThan(2 * pte.kernel.counters.pgmigrate_success);
  },
  PATIENCE_MS,
);
