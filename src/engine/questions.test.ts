import { describe, expect, test } from 'vitest';
import * as output from '../kernel/output.ts';
import type { MachineFile } from '../protocol/experiment.ts';
import type { Question } from '../protocol/questions.ts';
import { answer } from './questions.ts';
import { Session } from './session.ts';
import { SMALL, SOON } from './small.test-util.ts';

const session = new Session(SMALL, 1);
session.run(2500, SOON, Infinity);
const { k, ledger } = session;
const ask = (question: Question) => answer(k, ledger, question);
const filter = (patch: Partial<Extract<Question, { kind: 'filter' }>>) =>
  ask({
    kind: 'filter',
    event: 'all',
    pid: null,
    process: null,
    node: null,
    fromS: null,
    toS: null,
    ...patch,
  });

/** Events in the raw history, oldest first. */
function raw(kind: number): { ns: number; args: number[] }[] {
  const found: { ns: number; args: number[] }[] = [];
  for (const log of [ledger.pages, ledger.decisions, ledger.others])
    log.forward(Infinity, (w, at, ns) => {
      if (w[at] === kind) found.push({ ns, args: [...w.subarray(at + 1, at + 11)] });
      return true;
    });
  return found;
}

describe('questions', () => {
  test('the first time a thread moved is the first of its moves', () => {
    const moves = raw(output.TRACE_TASK_MOVED).filter(({ args }) => args[3] !== output.MOVED_BY_FORK);
    const [{ args, ns }] = moves;
    const { pid } = k.tasks[args[0]];
    const { sentence, lines } = ask({ kind: 'first_move', pid });
    expect(sentence).toContain(`first changed its CPU at ${(ns / 1e9).toFixed(3)} s`);
    expect(lines[0]).toMatchObject({ ns, target: { kind: 'thread', pid } });
    expect(lines).toHaveLength(moves.filter((move) => move.args[0] === args[0]).length);
    expect(ask({ kind: 'first_move', pid: 1 }).sentence).toBe('There is no thread with pid 1.');
  });

  test('pages that came back are counted page by page', () => {
    const last = new Map<string, number>();
    let back = 0;
    for (const { args } of raw(output.TRACE_PAGES_MIGRATED)) {
      const [slot, first, pages, from, to] = args;
      for (let page = first; page < first + pages; page++) {
        if (last.get(`${slot}:${page}`) === to) back++;
        last.set(`${slot}:${page}`, from);
      }
    }
    const { sentence } = ask({ kind: 'came_back', passes: 1000 });
    if (back === 0)
      expect(sentence).toBe('No page has come back to a node within 1000 scan passes of leaving it.');
    else expect(sentence.replaceAll(',', '')).toMatch(new RegExp(`^${back} pages? came back`));
  });

  test('pages that moved often are those that did', () => {
    const times = new Map<string, number>();
    for (const { args } of raw(output.TRACE_PAGES_MIGRATED))
      for (let page = args[1]; page < args[1] + args[2]; page++)
        times.set(`${args[0]}:${page}`, (times.get(`${args[0]}:${page}`) ?? 0) + 1);
    const moved = [...times.values()].filter((n) => n > 0).length;
    const most = Math.max(...times.values());
    const { sentence } = ask({ kind: 'moved_often', times: 0 });
    expect(sentence.replaceAll(',', '')).toBe(`${moved} pages moved more than 0 times; the most is ${most}.`);
    expect(ask({ kind: 'moved_often', times: most }).sentence).toBe(
      `No page has moved more than ${most} time${most === 1 ? '' : 's'}; the most is ${most}.`,
    );
  });

  test('the fault that mismatched most, and the longest queue', () => {
    const faults = raw(output.TRACE_FAULT_OUTCOME).filter(({ args }) => args[7] === output.FAULT_MISMATCH);
    const all = faults.reduce((sum, { args }) => sum + args[3], 0);
    expect(ask({ kind: 'most_mismatches' }).sentence.replaceAll(',', '')).toContain(`(${all} pages in all)`);
    const longest = Math.max(...raw(output.TRACE_DAEMON_BATCH).map(({ args }) => args[2]));
    const queue = ask({ kind: 'longest_queue' });
    expect(queue.sentence.replaceAll(',', '')).toContain(`was ${longest} pages`);
    expect(queue.lines[0].target?.kind).toBe('daemon');
  });

  test('a node that never lacked room says so', () => {
    expect(ask({ kind: 'node_full', node: 0 }).sentence).toBe('Node 0 has never lacked room.');
    expect(ask({ kind: 'node_full', node: 9 }).sentence).toBe('There is no node 9.');
  });

  test('a full node says when', () => {
    // What wants to come to node 1 is more than it has.
    const machine = structuredClone(SMALL.machine as MachineFile);
    machine.nodes[1].memory_mb = 200;
    const parameters = { mib: 220, threads: 4, seconds: 20 };
    const full = new Session({ ...SMALL, machine, parameters }, 1);
    full.run(3000, SOON, Infinity);
    const { sentence, lines } = answer(full.k, full.ledger, { kind: 'node_full', node: 1 });
    expect(sentence).toMatch(/^Node 1 first lacked room at \d+\.\d{3} s: /);
    expect(lines.length).toBeGreaterThan(0);
  });

  test('the filter narrows by kind, thread, process, node and time', () => {
    const everything = ledger.pages.length + ledger.decisions.length + ledger.others.length;
    const count = (sentence: string) => Number(/^[\d,]+/.exec(sentence)![0].replaceAll(',', ''));
    expect(count(filter({}).sentence)).toBe(everything);
    const migrated = filter({ event: 'migrated' });
    expect(count(migrated.sentence)).toBe(raw(output.TRACE_PAGES_MIGRATED).length);
    expect(count(filter({ event: 'migrated', fromS: 1, toS: 1.5 }).sentence)).toBe(
      raw(output.TRACE_PAGES_MIGRATED).filter(({ ns }) => ns >= 1e9 && ns <= 1.5e9).length,
    );
    const of0 = count(filter({ event: 'mismatch', process: 0 }).sentence);
    const of1 = count(filter({ event: 'mismatch', process: 1 }).sentence);
    expect(of0 + of1).toBe(count(filter({ event: 'mismatch' }).sentence));
    expect(of0).toBeGreaterThan(0);
    const task = k.tasks.find(({ process }) => process === 0)!;
    for (const { text } of filter({ event: 'balance', pid: task.pid }).lines)
      expect(text).toContain('of left');
    expect(
      filter({ event: 'daemon', node: 1 }).lines.every(({ text }) => text.includes('knuma_migrated1')),
    ).toBe(true);
    expect(filter({ event: 'no_room', node: 1 }).sentence).toBe('0 events match.');
  });

  test('every kind of event has a sentence of its own', () => {
    for (const { text } of filter({}).lines) expect(text).not.toContain('An event of kind');
  });
});
