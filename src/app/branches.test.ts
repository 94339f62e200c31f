import { describe, expect, it } from 'vitest';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { BranchState } from '../protocol/summary.ts';
import {
  asTree,
  type BranchesState,
  currentBranch,
  differenceOf,
  editWords,
  withBoot,
  withName,
  withObserved,
  without,
  withoutWorker,
  withReturn,
} from './branches.ts';

const NONE: BranchesState = { branches: [], current: 0 };
const OFF: Experiment = { ...DEFAULT_EXPERIMENT, policy: 'off' };
const EDIT = { tick: 1500, path: 'autonuma/enabled', value: '0' };
const seen = (id: number, end: number, more: Partial<BranchState> = {}): BranchState => ({
  id,
  parent: null,
  forkTick: 0,
  end,
  finished: false,
  ...more,
});
const names = (state: BranchesState) => state.branches.map(({ name }) => name);

/** A run to 4 s, forked at 1.5 s, the fork run to 3 s. */
function forked(): BranchesState {
  const first = withObserved(withBoot(NONE, DEFAULT_EXPERIMENT, 1), seen(1, 4000), [], 4000);
  const back = withObserved(first, seen(1, 4000), [], 1500);
  const fork = withObserved(back, seen(2, 1500, { parent: 1, forkTick: 1500 }), [EDIT], 1500);
  return withObserved(fork, seen(2, 3000, { parent: 1, forkTick: 1500 }), [EDIT], 3000);
}

describe('branches', () => {
  it('begin with a boot and grow', () => {
    const state = withObserved(
      withBoot(NONE, DEFAULT_EXPERIMENT, 1),
      seen(1, 4000, { finished: true }),
      [],
      4000,
    );
    expect(state.branches).toEqual([
      {
        id: 1,
        engineId: 1,
        name: 'crossed',
        origin: 'the first run',
        parent: null,
        forkTick: 0,
        experiment: DEFAULT_EXPERIMENT,
        end: 4000,
        finished: true,
        at: 4000,
      },
    ]);
    expect(withObserved(state, seen(1, 4000, { finished: true }), [], 4000)).toBe(state);
    expect(withObserved(state, seen(9, 10), [], 10)).toBe(state);
  });

  it('fork when something is changed in the past; the old one keeps its end', () => {
    const state = forked();
    expect(names(state)).toEqual(['crossed', 'enabled = 0 at 1.500 s']);
    const [old, fork] = state.branches;
    expect(currentBranch(state)).toBe(fork);
    expect(old).toMatchObject({ end: 4000, at: 4000, experiment: { edits: [] } });
    expect(fork).toMatchObject({ parent: old.id, forkTick: 1500, end: 3000, experiment: { edits: [EDIT] } });
  });

  it('are kept when something else is booted, but for those nothing has happened on', () => {
    const state = withBoot(forked(), OFF, 3);
    expect(names(state)).toEqual(['crossed', 'enabled = 0 at 1.500 s', 'AutoNUMA off']);
    const again = withBoot(state, { ...OFF, seed: 2 }, 4);
    expect(names(again)).toEqual(['crossed', 'enabled = 0 at 1.500 s', 'seed 2']);
    expect(new Set(again.branches.map(({ id }) => id)).size).toBe(3);
  });

  it('can be returned to, named and deleted; what hung below hangs higher', () => {
    const [old, fork] = forked().branches;
    let state = withReturn(forked(), old.id, 1);
    expect(currentBranch(state)?.id).toBe(old.id);
    expect(without(state, old.id)).toBe(state);
    state = withName(withName(state, fork.id, '  mine '), fork.id, ' ');
    expect(names(state)).toEqual(['crossed', 'mine']);
    expect(names(without(state, fork.id))).toEqual(['crossed']);
    const third = withBoot(forked(), OFF, 3);
    expect(asTree(third.branches).map(({ branch, depth }) => [branch.name, depth])).toEqual([
      ['crossed', 0],
      ['enabled = 0 at 1.500 s', 1],
      ['AutoNUMA off', 0],
    ]);
    expect(asTree(without(third, old.id).branches).map(({ depth }) => depth)).toEqual([0, 0]);
  });

  it('outlive the worker', () => {
    expect(withoutWorker(forked()).branches.map(({ engineId }) => engineId)).toEqual([null, null]);
  });

  it('say what is different in a few words', () => {
    expect(differenceOf(DEFAULT_EXPERIMENT, { ...DEFAULT_EXPERIMENT })).toBeNull();
    expect(differenceOf({ ...OFF, seed: 3, parameters: { mib: 60 } }, DEFAULT_EXPERIMENT)).toBe(
      'AutoNUMA off, seed 3, mib 60',
    );
    expect(editWords(EDIT)).toBe('enabled = 0');
    expect(editWords({ tick: 1, path: 'proc/1007/signal', value: 'TERM' })).toBe('kill -TERM 1007');
    expect(editWords({ tick: 1, path: 'proc/1007/affinity', value: '0-3' })).toBe('taskset 0-3 1007');
  });
});
