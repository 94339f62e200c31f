/**
 * The runs a person has made, as a tree: every boot and every change in the past begins a branch, and none is lost until it is deleted.
 * A branch is an experiment (what was booted and the dated edits), and what is known of how it went.
 */
import { create } from 'zustand';
import { type Experiment, isProcessPath } from '../protocol/experiment.ts';
import type { BranchState } from '../protocol/summary.ts';
import { formatTick } from './format.ts';

export interface RunBranch {
  /** From 1 on, never used again. */
  id: number;
  /** Its number in the present worker; null when that does not know it (it is younger than the branch). */
  engineId: number | null;
  name: string;
  /** What made it: "enabled = 0", "policy off", "the first run". */
  origin: string;
  /** The branch it was forked from, null for a boot; and where. */
  parent: number | null;
  forkTick: number;
  /** With all its edits: what a link to it holds, and what a comparison runs. */
  experiment: Experiment;
  /** How far it has been simulated, in ticks, and whether every program has exited there. */
  end: number;
  finished: boolean;
  /** Where time stood when it was left. */
  at: number;
}

export interface BranchesState {
  /** In the order in which they began. */
  branches: readonly RunBranch[];
  /** Id of the one on show, 0 before the first boot. */
  current: number;
}

export const useBranches = create<BranchesState>(() => ({ branches: [], current: 0 }));

/** The branch on show, undefined before the first boot. */
export function currentBranch({ branches, current }: BranchesState): RunBranch | undefined {
  return branches.find(({ id }) => id === current);
}

function nextId(branches: readonly RunBranch[]): number {
  return branches.reduce((most, { id }) => Math.max(most, id), 0) + 1;
}

/** Part of a name: what a machine or workload is called. */
function called(thing: string | object): string {
  return typeof thing === 'string' ? thing : String((thing as { name?: unknown }).name ?? 'own file');
}

/** What is different in an experiment, in a few words; null when nothing is. */
export function differenceOf(next: Experiment, before: Experiment): string | null {
  const words: string[] = [];
  const differs = (key: keyof Experiment) => JSON.stringify(next[key]) !== JSON.stringify(before[key]);
  if (differs('workload')) words.push(called(next.workload));
  if (differs('machine')) words.push(called(next.machine));
  if (differs('policy')) words.push(next.policy === 'off' ? 'AutoNUMA off' : 'AutoNUMA on');
  if (differs('autonumaVersion')) words.push(next.autonumaVersion);
  if (differs('variant')) words.push(next.variant.replaceAll('_', ' '));
  if (differs('noautonuma')) words.push(next.noautonuma ? 'noautonuma' : 'without noautonuma');
  if (differs('thp')) words.push(`huge pages ${next.thp}`);
  if (differs('seed')) words.push(`seed ${next.seed}`);
  for (const [name, value] of Object.entries(next.parameters))
    if (before.parameters[name] !== value) words.push(`${name} ${value}`);
  for (const [path, value] of Object.entries(next.knobs))
    if (before.knobs[path] !== value) words.push(`${lastPart(path)} ${value}`);
  return words.length > 0 ? words.slice(0, 3).join(', ') : null;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** "enabled = 0", "kill -TERM 1007". */
export function editWords({ path, value }: Experiment['edits'][number]): string {
  if (!isProcessPath(path)) return `${lastPart(path)} = ${value}`;
  const [, pid, what] = path.split('/');
  return what === 'signal' ? `kill -${value} ${pid}` : `taskset ${value} ${pid}`;
}

/** A boot: a branch of its own. The one before stays, unless no time had passed on it and nobody named it or builds on it. */
export function withBoot(state: BranchesState, experiment: Experiment, engineId: number): BranchesState {
  const before = currentBranch(state);
  const origin = before ? (differenceOf(experiment, before.experiment) ?? 'restart') : 'the first run';
  const fresh: RunBranch = {
    id: nextId(state.branches),
    engineId,
    name: before ? origin : called(experiment.workload),
    origin,
    parent: null,
    forkTick: 0,
    experiment,
    end: 0,
    finished: false,
    at: 0,
  };
  const kept = state.branches.filter(
    (branch) =>
      branch !== before || branch.end > 0 || state.branches.some(({ parent }) => parent === branch.id),
  );
  return { branches: [...kept, fresh], current: fresh.id };
}

/** Time goes on on a branch that is there already. */
export function withReturn(state: BranchesState, id: number, engineId: number): BranchesState {
  return {
    branches: state.branches.map((branch) => (branch.id === id ? { ...branch, engineId } : branch)),
    current: id,
  };
}

/**
 * What the worker says of the branch that time is on: it has grown, or it is a fork of the one before.
 * @returns the same state when nothing has changed
 */
export function withObserved(
  state: BranchesState,
  seen: BranchState,
  edits: Experiment['edits'],
  tick: number,
): BranchesState {
  const current = currentBranch(state);
  if (!current) return state;
  if (current.engineId === seen.id) {
    const sameEdits = JSON.stringify(edits) === JSON.stringify(current.experiment.edits);
    if (sameEdits && current.end === seen.end && current.finished === seen.finished && current.at === tick)
      return state;
    const experiment = sameEdits ? current.experiment : { ...current.experiment, edits };
    const grown = { ...current, experiment, end: seen.end, finished: seen.finished, at: tick };
    return { ...state, branches: state.branches.map((each) => (each === current ? grown : each)) };
  }
  if (seen.parent !== current.engineId) return state;
  const edit = edits.findLast((each) => each.tick === seen.forkTick);
  const origin = edit ? editWords(edit) : 'changed';
  const forked: RunBranch = {
    id: nextId(state.branches),
    engineId: seen.id,
    name: `${origin} at ${formatTick(seen.forkTick)} s`,
    origin,
    parent: current.id,
    forkTick: seen.forkTick,
    experiment: { ...current.experiment, edits },
    end: seen.end,
    finished: seen.finished,
    at: tick,
  };
  // Who returns to the old one wants to see how it went on.
  const left = { ...current, at: current.end };
  return {
    branches: [...state.branches.map((each) => (each === current ? left : each)), forked],
    current: forked.id,
  };
}

/** Another name; an empty one is none. */
export function withName(state: BranchesState, id: number, name: string): BranchesState {
  const text = name.trim().slice(0, 60);
  if (text === '') return state;
  return {
    ...state,
    branches: state.branches.map((each) => (each.id === id ? { ...each, name: text } : each)),
  };
}

/** Without a branch; what was forked from it hangs where it hung. The one on show cannot go. */
export function without(state: BranchesState, id: number): BranchesState {
  const gone = state.branches.find((branch) => branch.id === id);
  if (!gone || id === state.current) return state;
  const branches = state.branches
    .filter((branch) => branch !== gone)
    .map((branch) => (branch.parent === id ? { ...branch, parent: gone.parent } : branch));
  return { ...state, branches };
}

/** The worker is gone, and with it what it knew. */
export function withoutWorker(state: BranchesState): BranchesState {
  return { ...state, branches: state.branches.map((branch) => ({ ...branch, engineId: null })) };
}

/** Branches as a tree, each below the one it was forked from, with how deep it hangs. */
export function asTree(branches: readonly RunBranch[]): { branch: RunBranch; depth: number }[] {
  const rows: { branch: RunBranch; depth: number }[] = [];
  const add = (parent: number | null, depth: number): void => {
    for (const branch of branches) {
      if (branch.parent !== parent) continue;
      rows.push({ branch, depth });
      add(branch.id, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}
