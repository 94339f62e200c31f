/** Invariants of the migration queues; see ../../invariants.ts. */
import type { Report } from '../../invariants.ts';
import type { Kernel } from '../../kernel-state.ts';
import { isMappedOnce, entryOf } from '../../mm/page-tables.ts';
import { pageOf } from '../../mm/frames.ts';
import { PAGE_ISOLATED, PTE_FRAME_MASK, PTE_NONE } from '../../mm/state.ts';
import { PAGES_PER_BLOCK } from '../../units.ts';
import { migrateNid } from './queues.ts';

/** Queue counters equal queue contents, every queued page has its place in the right queue, and the lists of runs are sound. */
export function checkQueues(k: Kernel, report: Report): void {
  const a = k.autonuma;
  const f = k.memory.frames;
  const t = k.memory.tables;
  const nodes = k.machine.nodes.length;
  const place = collectRuns(k, report);
  const perQueue = new Array<number>(nodes * nodes).fill(0);
  for (let slot = 0; slot < t.count; slot++) {
    if (t.mm[slot] < 0) {
      if (t.firstRun[slot] >= 0) report(`free slot ${slot} has queue runs`);
      continue;
    }
    let queued = 0;
    for (let i = 0; i < PAGES_PER_BLOCK; i++) {
      const entry = entryOf(t, slot, i);
      if (entry === PTE_NONE) continue;
      const frame = entry & PTE_FRAME_MASK;
      const word = pageOf(f, frame);
      const dst = migrateNid(word);
      const isolated = (word & PAGE_ISOLATED) !== 0;
      if (isolated && dst >= 0) report(`page ${i} of slot ${slot} is queued and isolated at once`);
      if (isolated && !inSomeBatch(k, slot, i))
        report(`page ${i} of slot ${slot} is isolated and in no batch`);
      if (dst < 0) continue;
      queued++;
      const src = f.node[frame >>> 9];
      if (dst >= nodes) report(`page ${i} of slot ${slot} is queued to node ${dst}`);
      else perQueue[dst * nodes + src]++;
      if (!isMappedOnce(word)) report(`page ${i} of slot ${slot} is queued and shared`);
      if (src === dst) report(`page ${i} of slot ${slot} is queued to the node it is on`);
      if (!place.has(`${dst * nodes + src}:${slot}:${i}`))
        report(`page ${i} of slot ${slot} is queued to ${dst} but in no run`);
    }
    if (queued !== t.queued[slot])
      report(`slot ${slot} counts ${t.queued[slot]} queued pages and has ${queued}`);
  }
  for (let dst = 0; dst < a.daemons.length; dst++) {
    let sum = 0;
    for (let src = 0; src < nodes; src++) {
      const q = dst * nodes + src;
      sum += perQueue[q];
      if (a.queues[q].pages !== perQueue[q]) {
        report(`queue ${src} to ${dst} counts ${a.queues[q].pages} pages and has ${perQueue[q]}`);
      }
    }
    if (sum !== a.daemons[dst].nrQueued)
      report(`nr_queued of node ${dst} is ${a.daemons[dst].nrQueued}, queued are ${sum}`);
  }
}

function inSomeBatch(k: Kernel, slot: number, page: number): boolean {
  return k.autonuma.daemons.some((daemon) =>
    daemon.batch.some((e, i) => i >= daemon.batchNext && e.slot === slot && e.from <= page && page < e.to),
  );
}

/** Walk all queues. @returns "queue:slot:page" of everything covered by a run */
function collectRuns(k: Kernel, report: Report): Set<string> {
  const { runs, queues } = k.autonuma;
  const firstRun = k.memory.tables.firstRun;
  const covered = new Set<string>();
  const seen = new Set<number>();
  queues.forEach((queue, q) => {
    let newer = -1;
    for (let run = queue.head; run >= 0; run = runs.older[run]) {
      if (seen.has(run)) {
        report(`run ${run} is linked twice`);
        return;
      }
      seen.add(run);
      if (runs.newer[run] !== newer) report(`run ${run} has the wrong newer neighbour`);
      if (runs.queue[run] !== q) report(`run ${run} is in queue ${q} and says ${runs.queue[run]}`);
      const slot = runs.slot[run];
      if (slot < 0 || k.memory.tables.mm[slot] < 0) report(`run ${run} names no slot in use`);
      else {
        let mine = firstRun[slot];
        while (mine >= 0 && mine !== run) mine = runs.slotNext[mine];
        if (mine !== run) report(`run ${run} is missing in the list of slot ${slot}`);
      }
      for (let i = runs.from[run]; i < runs.to[run]; i++) covered.add(`${q}:${slot}:${i}`);
      newer = run;
    }
    if (queue.tail !== newer) report(`queue ${q} has the wrong tail`);
  });
  for (const run of runs.free) if (seen.has(run)) report(`run ${run} is free and queued`);
  if (seen.size + runs.free.length !== runs.slot.length) report('a run is neither queued nor free');
  return covered;
}
