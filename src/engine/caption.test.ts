import { describe, expect, it } from 'vitest';
import type { Experiment } from '../protocol/experiment.ts';
import { caption, CaptionKeeper, factsOf } from './caption.ts';
import { Session } from './session.ts';
import { SMALL, SOON } from './small.test-util.ts';

function speak(session: Session) {
  const { k, rates, watcher, shares, finished } = session;
  rates.update(k, watcher);
  return caption(factsOf(k, rates, watcher.latest, watcher.pairProcess, shares.machine, finished));
}

/** Run and look now and then, as a page does. */
function watch(session: Session, ticks: number): void {
  for (let i = 0; i < ticks / 50; i++) {
    session.run(50, SOON, Infinity);
    speak(session);
  }
}

/** Every caption of a run, looked at every 10 ticks. */
function storyOf(experiment: Experiment, ticks: number): Map<string, string> {
  const session = new Session(experiment, 1);
  const story = new Map<string, string>();
  for (let i = 0; i < ticks / 10; i++) {
    session.run(10, SOON, Infinity);
    const { kind, sentence } = speak(session);
    if (!story.has(kind)) story.set(kind, sentence);
  }
  return story;
}

describe('the caption', () => {
  it('tells the story of a program that heals', () => {
    const story = storyOf(SMALL, 1200);
    expect([...story.keys()][0]).toBe('first touch');
    expect(story.get('first touch')).toMatch(
      /^left and right touch their memory for the first time, [\d,]+ MB\/s: all of it lands on node 0/,
    );
    expect(story.get('migrating')).toMatch(
      /^knuma_migrated[01] is pulling (left|right) to node [01] at [\d,]+ MB\/s: .*threads/,
    );
    for (const sentence of story.values()) expect(sentence).toMatch(/^[A-Za-z0-9].*\.$/);
  });

  it('says why nothing happens', () => {
    const quiet = (change: Partial<Experiment>) => {
      const session = new Session({ ...SMALL, knobs: {}, ...change }, 1);
      watch(session, 900);
      return speak(session).sentence;
    };
    expect(quiet({ policy: 'off' })).toMatch(/^No NUMA balancing: .*\d+ % of accesses are local/);
    expect(quiet({ noautonuma: true })).toMatch(/^Booted with noautonuma/);
    expect(quiet({ knobs: { 'autonuma/enabled': '0' } })).toMatch(
      /^AutoNUMA is switched off \(enabled = 0\)/,
    );
  });

  it('knows a queue that waits, a daemon without room, and the end', () => {
    const session = new Session({ ...SMALL, parameters: { mib: 60, threads: 4, seconds: 4 } }, 1);
    expect(speak(session).kind).toBe('not started');
    watch(session, 1500);
    const { k } = session;
    const [daemon] = k.autonuma.daemons;
    k.autonuma.scanner.phase = 'gap1';
    k.tasks[k.autonuma.scanner.task].wakeAtNs = k.nowNs + 2_100_000_000;
    k.ticks += 1000;
    k.nowNs += 1e9;
    daemon.state = 'asleep';
    daemon.nrQueued = 900;
    expect(speak(session).sentence).toBe(
      "900 pages wait for knuma_migrated0, and it wakes for 1,000; the scanner's pause will send it off in 1.1 s.",
    );
    daemon.state = 'no room';
    expect(speak(session).sentence).toMatch(
      /^knuma_migrated0 has 900 pages to fetch but no room to put them: node 0 has [\d.,]+ MB free/,
    );
    session.finished = true;
    expect(speak(session).kind).toBe('finished');
  });
});

describe('the keeper of captions', () => {
  const a = { kind: 'a', sentence: 'A 1.' };

  it('lets a sentence stand for a second, another kind sooner, the person at once', () => {
    const keeper = new CaptionKeeper();
    expect(keeper.show(a, 0, false)).toBe('A 1.');
    expect(keeper.show({ kind: 'a', sentence: 'A 2.' }, 900, false)).toBe('A 1.');
    expect(keeper.show({ kind: 'a', sentence: 'A 2.' }, 1000, false)).toBe('A 2.');
    expect(keeper.show({ kind: 'b', sentence: 'B.' }, 1100, false)).toBe('A 2.');
    expect(keeper.show({ kind: 'b', sentence: 'B.' }, 1400, false)).toBe('B.');
    expect(keeper.show({ kind: 'b', sentence: 'B 2.' }, 1450, true)).toBe('B 2.');
  });
});
