/** What a person can do with time: back, to a mark, to another branch. Part of the registry (commands.ts). */
import { STEP_GRAINS, type StepGrain } from '../protocol/engine-api.ts';
import { STEP_TITLES } from '../protocol/summary.ts';
import { useBranches } from './branches.ts';
import type { Choice, Command } from './commands.ts';
import { useView } from './store.ts';

/** Branches that a command can be about; the one on show is no choice. */
function otherBranches(): Choice[] {
  const { branches, current } = useBranches.getState();
  return branches
    .filter(({ id }) => id !== current)
    .map(({ id, name }) => ({ value: String(id), title: name }));
}

function focusTimeline(): void {
  document.querySelector<HTMLElement>('.scrubber')?.focus();
}

function showBranches(): void {
  useView.setState({ branches: true });
}

export const timeCommands: readonly Command[] = [
  {
    id: 'run.step-back',
    title: 'Step back',
    group: 'Run',
    keys: [','],
    keyLabel: ',',
    choices: () => STEP_GRAINS.map((value) => ({ value, title: `to the previous ${STEP_TITLES[value]}` })),
    run: (lab, value) => lab.time.stepBack((value as StepGrain | undefined) ?? useView.getState().grain),
  },
  {
    id: 'run.next-mark',
    title: 'To the next mark on the timeline',
    group: 'Run',
    keys: ['M'],
    keyLabel: 'M',
    run: (lab) => lab.time.toMark(1),
  },
  {
    id: 'run.previous-mark',
    title: 'To the mark before on the timeline',
    group: 'Run',
    keys: ['Shift+M'],
    keyLabel: 'Shift M',
    run: (lab) => lab.time.toMark(-1),
  },
  {
    id: 'run.beginning',
    title: 'Back to the beginning',
    group: 'Run',
    run: (lab) => lab.time.seek(0),
  },
  {
    id: 'run.latest',
    title: 'To the latest moment simulated',
    group: 'Run',
    run: (lab) => lab.time.seek(lab.time.end),
  },
  {
    id: 'run.seek',
    title: 'Go to a time on the timeline',
    group: 'Run',
    run: (lab, value) => (value === undefined ? focusTimeline() : lab.time.seek(Number(value))),
  },
  {
    id: 'run.cancel-seek',
    title: 'Stop on the way to another time',
    group: 'Run',
    run: (lab) => lab.time.cancel(),
  },
  {
    id: 'branch.return',
    title: 'Go to the branch',
    group: 'Experiment',
    choices: otherBranches,
    run: (lab, value) => (value === undefined ? showBranches() : lab.time.returnTo(Number(value))),
  },
  {
    id: 'branch.delete',
    title: 'Delete the branch',
    group: 'Experiment',
    choices: otherBranches,
    run: (lab, value) => (value === undefined ? showBranches() : lab.time.remove(Number(value))),
  },
  {
    id: 'view.branches',
    title: 'Show or hide the branches',
    group: 'View',
    keys: ['B'],
    keyLabel: 'B',
    run: () => useView.setState((view) => ({ branches: !view.branches })),
  },
];
