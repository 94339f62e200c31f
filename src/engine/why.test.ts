import { describe, expect, test } from 'vitest';
import * as output from '../kernel/output.ts';
import { entryOf } from '../kernel/mm/page-tables.ts';
import { PAGE_LAST_NID, PTE_FRAME_MASK } from '../kernel/mm/state.ts';
import { pageOf } from '../kernel/mm/frames.ts';
import type { Experiment } from '../protocol/experiment.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import { placeOfSlot } from './inspect.ts';
import { presentNs } from './ledger.ts';
import { Session } from './session.ts';
import { SMALL, SMALL_PTE, SOON } from './small.test-util.ts';
import { why } from './why.ts';

function run(experiment: Experiment, ticks: number): Session {
  const session = new Session(experiment, 1);
  session.run(ticks, SOON, Infinity);
  return session;
}

const ask = (session: Session, target: InspectTarget) => why(session.k, session.ledger, target);

/** First page-table slots of a process that have migrated, from the raw events. */
function migratedPages(
  session: Session,
): { slot: number; page: number; ns: number; from: number; to: number }[] {
  const found: ReturnType<typeof migratedPages> = [];
  session.ledger.pages.forward(Infinity, (w, at, ns) => {
    if (w[at] === output.TRACE_PAGES_MIGRATED)
      found.push({ slot: w[at + 1], page: w[at + 2], ns, from: w[at + 4], to: w[at + 5] });
    return true;
  });
  return found;
}

function virtualOf(session: Session, slot: number, page: number): InspectTarget {
  const { k } = session;
  const { process } = k.mms[k.memory.tables.mm[slot]];
  return { kind: 'virtual', process, slot: placeOfSlot(k, slot), page };
}

describe('the ledger of a page', () => {
  const session = run(SMALL, 2500);

  test('tells who moved it, and which fault queued it with the numbers compared', () => {
    const moves = migratedPages(session);
    expect(moves.length).toBeGreaterThan(5);
    for (const move of moves.slice(-5)) {
      const { ledger } = ask(session, virtualOf(session, move.slot, move.page));
      const line = ledger.find(({ text }) => text.includes(' moved from node '))!;
      expect(line.ns).toBe(move.ns);
      expect(line.text).toMatch(
        new RegExp(
          `^It moved from node ${move.from} to node ${move.to} by knuma_migrated${move.to} \\(migrate_pages\\); ` +
            `queued at [0-9.]+ s: last_nid (none, a first fault passes the filter|` +
            `${move.to} = this node ${move.to}, second fault in a row)\\.$`,
        ),
      );
      const queued = ledger.find(({ text }) => text.includes(`queued for knuma_migrated${move.to}`))!;
      expect(queued.ns).toBeLessThanOrEqual(move.ns);
      expect(line.text).toContain(`queued at ${(queued.ns / 1e9).toFixed(3)} s`);
    }
  });

  test('says why a page did not move, and its last word agrees with struct page', () => {
    const { k } = session;
    let mismatches = 0;
    for (let slot = 0; slot < k.memory.tables.count; slot++) {
      if (k.memory.tables.present[slot] === 0) continue;
      const { ledger } = ask(session, virtualOf(session, slot, 5));
      const last = ledger.find(({ text }) => text.startsWith('Hinting fault'));
      if (!last) continue;
      const word = pageOf(k.memory.frames, entryOf(k.memory.tables, slot, 5) & PTE_FRAME_MASK);
      const nid = (word & PAGE_LAST_NID) - 1;
      expect(last.text).toContain(` on node ${nid} (`);
      for (const { text } of ledger) {
        const numbers =
          /\(last_nid_set\): last_nid (\d) is not this node (\d): .*; last_nid is now (\d)/.exec(text);
        if (!numbers) continue;
        mismatches++;
        expect(numbers[1]).not.toBe(numbers[2]);
        expect(numbers[3]).toBe(numbers[2]);
      }
    }
    expect(mismatches).toBeGreaterThan(0);
  });

  test('begins with the first touch', () => {
    const { ledger, state } = ask(session, virtualOf(session, 3, 100));
    expect(ledger.at(-1)!.text).toMatch(/^First touched by .* on node \d \(do_anonymous_page\): node \d, /);
    expect(state).toMatch(/^It lies on node \d and belongs to (left|right); /);
  });

  test('of a block names its pages', () => {
    const target = virtualOf(session, 3, 0);
    const { ledger } = ask(session, { kind: 'block', process: 0, slot: (target as { slot: number }).slot });
    expect(ledger.some(({ text }) => text.includes('of pages 0 to 511'))).toBe(true);
  });

  test('knows nothing of frames that nobody maps', () => {
    const { ledger, state } = ask(session, { kind: 'frame', node: 0, frame: 3 });
    expect(ledger).toEqual([]);
    expect(state).toContain('kernel memory');
  });
});

describe('the ledger of tasks, CPUs, daemons and arrows', () => {
  const session = run(SMALL, 2500);
  const { k } = session;

  test('names the weights that were compared, and they are those of the rule', () => {
    let moved = 0;
    let stayed = 0;
    for (const task of k.tasks) {
      if (task.mm < 0) continue;
      for (const { text } of ask(session, { kind: 'thread', pid: task.pid }).ledger) {
        const weights = /w_nid (-?\d+), w_other (-?\d+), w_cpu_nid (-?\d+)/.exec(text);
        if (!weights) continue;
        const [mine, there, home] = weights.slice(1).map(Number);
        if (text.includes('nothing to gain')) {
          stayed++;
          expect(mine > there && mine > home, text).toBe(false);
        } else {
          moved++;
          expect(text).toContain(`gain ${mine - there + (mine - home)}`);
          expect(mine > there && mine > home, text).toBe(true);
        }
      }
    }
    expect(moved).toBeGreaterThan(0);
    expect(stayed).toBeGreaterThan(0);
  });

  test('of a CPU holds every move to and from it', () => {
    const { ledger } = ask(session, { kind: 'cpu', cpu: 0 });
    expect(ledger.length).toBeGreaterThan(5);
    for (const { text } of ledger) expect(text).toContain('CPU 0');
  });

  test('of a daemon says when and why it woke, and what it took', () => {
    const { ledger } = ask(session, { kind: 'daemon', node: 0 });
    const woken = ledger.filter(({ text }) => text.includes('woke knuma_migrated0'));
    expect(woken.length).toBeGreaterThan(0);
    expect(ledger.some(({ text }) => /isolated [\d,]+ pages? .* at most 1,000 a batch/.test(text))).toBe(
      true,
    );
  });

  test('of an arrow adds up to the pages that moved', () => {
    const { ledger, more } = ask(session, { kind: 'flow', from: 1, to: 0 });
    expect(more).toBe(false);
    const told = ledger
      .filter(({ text }) => text.includes('moved from node 1 to node 0'))
      .flatMap(({ text }) => [...text.matchAll(/([\d,]+) pages? \(/g)])
      .reduce((sum, [, pages]) => sum + Number(pages.replaceAll(',', '')), 0);
    let happened = 0;
    session.ledger.pages.forward(Infinity, (w, at) => {
      if (w[at] === output.TRACE_PAGES_MIGRATED && w[at + 4] === 1 && w[at + 5] === 0) happened += w[at + 3];
      return true;
    });
    expect(told).toBe(happened);
    expect(happened).toBeGreaterThan(0);
  });

  test('answers in words for what does not exist', () => {
    for (const target of [
      { kind: 'cpu', cpu: 99 },
      { kind: 'thread', pid: 1 },
      { kind: 'process', pid: 1 },
      { kind: 'daemon', node: 9 },
      { kind: 'flow', from: 0, to: 0 },
      { kind: 'block', process: 7, slot: 0 },
      { kind: 'virtual', process: 0, slot: 1e6, page: 0 },
      { kind: 'frame', node: 5, frame: 0 },
    ] as InspectTarget[]) {
      const { title, ledger } = ask(session, target);
      expect(title).toMatch(/^(No |Outside )/);
      expect(ledger).toEqual([]);
    }
  });
});

describe('the ledger', () => {
  test('loses nothing in pte mode, where every page has its own fault', () => {
    const session = run(SMALL_PTE, 1200);
    expect(session.ledger.lost).toBe(0);
    let queued = 0;
    session.ledger.pages.forward(Infinity, (w, at) => {
      if (w[at] === output.TRACE_FAULT_OUTCOME && w[at + 8] === output.FAULT_QUEUED) queued += w[at + 4];
      return true;
    });
    expect(queued).toBe(session.k.counters.numa_pages_queued);
  });

  test('going back hides what is to come, coming again adds nothing, a fork has its own', () => {
    const session = run(SMALL, 1000);
    const { ledger } = session;
    const whole = ledger.pages.length;
    const seen = () => {
      let events = 0;
      session.ledger.pages.backward(presentNs(session.k), () => (events++, true));
      return events;
    };
    expect(seen()).toBe(whole);
    session.approach(400);
    session.run(400 - session.k.ticks, SOON, Infinity);
    expect(session.ledger).toBe(ledger);
    expect(ledger.pages.length).toBe(whole);
    const before = seen();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(whole);
    session.run(600, SOON, Infinity);
    expect(seen()).toBe(whole);
    expect(ledger.pages.length).toBe(whole);
    session.approach(400);
    session.run(400 - session.k.ticks, SOON, Infinity);
    expect(session.writeKnob('autonuma/knuma_scand/pmd', '0').ok).toBe(true);
    expect(session.ledger).not.toBe(ledger);
    expect(session.ledger.pages.length).toBe(before);
    session.run(600, SOON, Infinity);
    expect(ledger.pages.length).toBe(whole);
    // Page by page from the fork on: the ledger tells of faults of single pages that never were on the old branch.
    const marks = (of: typeof ledger) => {
      let ptes = 0;
      of.pages.forward(Infinity, (w, at) => {
        if (w[at] === output.TRACE_SLOT_SCANNED && w[at + 4] === 0) ptes++;
        return true;
      });
      return ptes;
    };
    expect(marks(session.ledger)).toBeGreaterThan(0);
    expect(marks(ledger)).toBe(0);
  });

  test('keeps within its space and says what it dropped', () => {
    const session = run(SMALL, 100);
    const { ledger } = session;
    const trace = new Float64Array(output.TRACE_WORDS);
    for (let i = 0; i < 600_000; i++) {
      trace[0] = i;
      trace[1] = output.TRACE_SLOT_SCANNED;
      ledger.pages.push(trace, 0, i);
    }
    expect(ledger.pages.length).toBeLessThanOrEqual(524_288);
    expect(ledger.pages.dropped).toBeGreaterThan(0);
    expect(ledger.kept()).toMatch(/older ones were dropped to stay within memory/);
  });
});
