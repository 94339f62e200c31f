import { expect, it } from 'vitest';
import { PATIENCE_MS, ScenarioRun } from '../scenario-run.test-util.ts';

it(
  'scan-too-fast: a fifth of the time for what was known already',
  () => {
    const share = (run: ScenarioRun) =>
      (run.kernel.bill.hintingFaultNs + run.kernel.bill.scanNs) / run.kernel.bill.userNs;
    const fast = new ScenarioRun('scan-too-fast');
    fast.to(5);
    expect(share(fast)).toBeGreaterThan(0.2);
    // Passes: several a second.
    expect(fast.kernel.autonuma.scanner.fullScans).toBeGreaterThan(25);
    const calm = new ScenarioRun('scan-too-fast:default-rate');
    calm.to(30);
    expect(share(calm)).toBeLessThan(0.01);
    expect(calm.to(35)).toBeGreaterThan(0.95);
  },
  PATIENCE_MS,
);

it(
  'scan-too-slow: two minutes late',
  () => {
    const slow = new ScenarioRun('scan-too-slow');
    slow.to(30);
    expect(slow.to(50)).toBeLessThan(0.05);
    expect(slow.kernel.counters.pgmigrate_success).toBe(0);
    expect(slow.kernel.autonuma.scanner.fullScans).toBe(1);
    const calm = new ScenarioRun('scan-too-slow:default-rate');
    calm.to(30);
    expect(calm.to(40)).toBeGreaterThan(0.95);
    // Elapsed time of what both have done by the same moment.
    const done = (run: ScenarioRun) =>
      run.process('exchange').localBytes + run.process('exchange').remoteBytes;
    slow.to(60);
    calm.to(60);
    expect(done(calm)).toBeGreaterThan(1.1 * done(slow));
  },
  PATIENCE_MS,
);

it(
  'inherited-statistics: the children crowd where the parent belonged',
  () => {
    const workers = (run: ScenarioRun) => {
      const on = [0, 0];
      const heap = [0, 0];
      for (const process of run.kernel.processes.slice(1)) {
        const task = run.kernel.tasks[process.threads[0]];
        on[run.kernel.machine.cpus[task.cpu].node]++;
        const own = run.kernel.mms[process.mm].vmas.find((vma) => vma.name === 'heap')!;
        own.nodePages.forEach((pages, node) => (heap[node] += pages));
      }
      return { on, heap };
    };
    const inherited = new ScenarioRun('inherited-statistics');
    inherited.to(20);
    expect(inherited.kernel.processes).toHaveLength(1);
    expect(inherited.mmWeights('prefork')[0]).toBeGreaterThanOrEqual(999);
    inherited.to(35);
    const crowd = workers(inherited);
    expect(crowd.on).toEqual([12, 0]);
    expect(crowd.heap[1]).toBe(0);
    const reset = new ScenarioRun('inherited-statistics:reset');
    reset.to(35);
    const spread = workers(reset);
    expect(spread.on).toEqual([6, 6]);
    expect(spread.heap[0]).toBe(spread.heap[1]);
    expect(reset.kernel.counters.task_moves_autonuma).toBe(0);
    // Both have worked for as long before the fork; after it one takes about twice the time.
    const late = inherited.toEnd() - 20.3;
    const early = reset.toEnd() - 20.3;
    expect(late / early).toBeGreaterThan(1.8);
  },
  PATIENCE_MS,
);
