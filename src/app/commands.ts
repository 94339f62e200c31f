/**
 * Everything a person can do, once: menus, keys, the `?` sheet, the command palette and the tests all read this list.
 * A command that takes a value offers its choices; the palette shows one entry for each.
 */
import { STEP_GRAINS, type StepGrain } from '../protocol/engine-api.ts';
import type { Experiment } from '../protocol/experiment.ts';
import { COLOUR_BY, type ColourBy } from '../protocol/frame.ts';
import { STEP_TITLES } from '../protocol/summary.ts';
import { closeComparison, compareWith, showComparison } from './compare/opening.ts';
import { SPEEDS } from './constants.ts';
import { formatSpeed } from './format.ts';
import type { Lab } from './lab.ts';
import { runScenario } from './scenario.ts';
import { shareCommands } from './share-commands.ts';
import {
  PANELS,
  WHY_PARTS,
  useObservation,
  useView,
  type ChartsMode,
  type DialogId,
  type PanelId,
} from './store.ts';
import { timeCommands } from './time-commands.ts';

export const COMMAND_GROUPS = ['Run', 'Experiment', 'Compare', 'Share', 'View', 'Help'] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

export interface Choice {
  value: string;
  title: string;
}

export interface Command {
  id: string;
  title: string;
  group: CommandGroup;
  /** Key bindings in tinykeys syntax; the first one is shown as `keyLabel`. */
  keys?: readonly string[];
  keyLabel?: string;
  /** Values the command takes; without a value it does something sensible (the next one) or nothing. */
  choices?(): Choice[];
  run(lab: Lab, value?: string): unknown;
}

export const COLOUR_BY_TITLES: Record<ColourBy, string> = {
  owner: 'owner and thread',
  last_nid: 'node of the last fault',
  age: 'age since migration',
  queued: 'queued for migration',
  marked: 'marked for a hinting fault',
  type: 'type of page',
};

const PAN_PIXELS = 48;
const ZOOM_FACTOR = 1.6;

function openDialog(dialog: DialogId): () => void {
  return () => useView.setState((view) => ({ dialog: view.dialog === dialog ? null : dialog }));
}

/** The next speed up or down from where the control stands. */
function nextSpeed(direction: 1 | -1): number {
  const { speed } = useView.getState();
  const later = direction > 0 ? SPEEDS.find((stop) => stop > speed) : SPEEDS.findLast((stop) => stop < speed);
  return later ?? speed;
}

/** The one after the current, round and round. */
function following<T>(list: readonly T[], current: T): T {
  return list[(list.indexOf(current) + 1) % list.length];
}

function change<K extends keyof Experiment>(key: K) {
  return (lab: Lab, value?: string) =>
    value === undefined ? undefined : lab.change({ [key]: value } as Partial<Experiment>);
}

function pan(dx: number, dy: number) {
  return (lab: Lab) => {
    const { selection } = useView.getState();
    const node = selection && 'node' in selection ? selection.node : 'all';
    lab.picture?.pan(node, dx * PAN_PIXELS, dy * PAN_PIXELS);
  };
}

const catalogChoices = (pick: 'machines' | 'workloads' | 'policies' | 'versionInfo') => (): Choice[] =>
  (useObservation.getState().catalog?.[pick] ?? []).map(({ name, title }) => ({ value: name, title }));

const runCommands: Command[] = [
  {
    id: 'run.toggle',
    title: 'Play or pause',
    group: 'Run',
    keys: ['Space'],
    keyLabel: 'Space',
    run: (lab) => lab.toggle(),
  },
  {
    id: 'run.step',
    title: 'Step',
    group: 'Run',
    keys: ['.'],
    keyLabel: '.',
    choices: () => STEP_GRAINS.map((value) => ({ value, title: `to the next ${STEP_TITLES[value]}` })),
    run: (lab, value) => lab.step((value as StepGrain | undefined) ?? useView.getState().grain),
  },
  ...timeCommands,
  {
    id: 'run.grain',
    title: 'Change what a step is',
    group: 'Run',
    keys: ['Shift+>', 'Shift+Period'],
    keyLabel: 'Shift .',
    choices: () => STEP_GRAINS.map((value) => ({ value, title: STEP_TITLES[value] })),
    run: (_lab, value) =>
      useView.setState((view) => ({
        grain: (value as StepGrain | undefined) ?? following(STEP_GRAINS, view.grain),
      })),
  },
  {
    id: 'run.slower',
    title: 'Slower',
    group: 'Run',
    keys: ['['],
    keyLabel: '[',
    run: (lab) => lab.setSpeed(nextSpeed(-1)),
  },
  {
    id: 'run.faster',
    title: 'Faster',
    group: 'Run',
    keys: [']'],
    keyLabel: ']',
    run: (lab) => lab.setSpeed(nextSpeed(1)),
  },
  {
    id: 'run.speed',
    title: 'Speed',
    group: 'Run',
    choices: () =>
      SPEEDS.map((speed) => ({
        value: String(speed),
        title: Number.isFinite(speed) ? formatSpeed(speed) : 'as fast as possible',
      })),
    run: (lab, value) => (value === undefined ? undefined : lab.setSpeed(Number(value))),
  },
  {
    id: 'run.restart',
    title: 'Restart with the knobs as they are',
    group: 'Run',
    keys: ['R'],
    keyLabel: 'R',
    run: (lab) => lab.restart(),
  },
];

const experimentCommands: Command[] = [
  {
    id: 'experiment.scenario',
    title: 'Scenarios',
    group: 'Experiment',
    keys: ['S'],
    keyLabel: 'S',
    choices: () =>
      (useObservation.getState().catalog?.scenarios ?? []).flatMap(({ name, title, against }) => [
        { value: name, title },
        ...(against ? [{ value: `${name}:${against.name}`, title: `${title}, ${against.title}` }] : []),
      ]),
    run: (lab, value) =>
      value === undefined
        ? openDialog('gallery')()
        : runScenario(lab, useObservation.getState().catalog, value),
  },
  {
    id: 'experiment.machine',
    title: 'Machine',
    group: 'Experiment',
    choices: catalogChoices('machines'),
    run: change('machine'),
  },
  {
    id: 'experiment.workload',
    title: 'Workload',
    group: 'Experiment',
    choices: catalogChoices('workloads'),
    run: change('workload'),
  },
  {
    id: 'experiment.policy',
    title: 'Policy',
    group: 'Experiment',
    choices: catalogChoices('policies'),
    run: change('policy'),
  },
  {
    id: 'experiment.version',
    title: 'AutoNUMA version',
    group: 'Experiment',
    choices: catalogChoices('versionInfo'),
    run: change('autonumaVersion'),
  },
  {
    id: 'experiment.thp',
    title: 'Transparent huge pages',
    group: 'Experiment',
    choices: () => [
      { value: 'off', title: 'off' },
      { value: 'on', title: 'on' },
    ],
    run: change('thp'),
  },
  {
    id: 'experiment.import',
    title: 'Open a machine, workload or experiment (numactl --hardware, JSON)',
    group: 'Experiment',
    keys: ['I'],
    keyLabel: 'I',
    run: openDialog('import'),
  },
  {
    id: 'experiment.reset-knobs',
    title: 'Reset all knobs to their defaults',
    group: 'Experiment',
    run: (lab) => lab.resetKnobs(),
  },
];

const viewCommands: Command[] = [
  ...PANELS.map(({ id, title }, index): Command => ({
    id: `view.panel.${id}`,
    title: `Panel: ${title}`,
    group: 'View',
    keys: [String(index + 1)],
    keyLabel: String(index + 1),
    run: () => {
      useView.setState({ panel: id satisfies PanelId });
      // Who asks for the shell again wants to type; a fresh one takes the focus itself.
      if (id === 'shell') document.getElementById('shell-input')?.focus();
    },
  })),
  ...WHY_PARTS.map(({ id, title, key }): Command => ({
    id: `view.why.${id}`,
    title: `Why: ${title}`,
    group: 'View',
    ...(key && { keys: [key], keyLabel: key }),
    run: () => useView.setState({ panel: 'why', whyPart: id }),
  })),
  {
    id: 'view.colour-by',
    title: 'Colour pages by',
    group: 'View',
    keys: ['C'],
    keyLabel: 'C',
    choices: () => COLOUR_BY.map((value) => ({ value, title: COLOUR_BY_TITLES[value] })),
    run: (_lab, value) =>
      useView.setState((view) => ({
        colourBy: (value as ColourBy | undefined) ?? following(COLOUR_BY, view.colourBy),
      })),
  },
  {
    id: 'view.theme',
    title: 'Dark or light',
    group: 'View',
    keys: ['T'],
    keyLabel: 'T',
    run: () => useView.setState((view) => ({ theme: view.theme === 'dark' ? 'light' : 'dark' })),
  },
  {
    id: 'view.palette',
    title: 'Palette: Okabe-Ito or Tol',
    group: 'View',
    keys: ['O'],
    keyLabel: 'O',
    run: () =>
      useView.setState((view) => ({
        palette: view.palette === 'okabe-ito' ? ('tol' as const) : ('okabe-ito' as const),
      })),
  },
  {
    id: 'view.charts',
    title: 'Charts, table, or neither',
    group: 'View',
    keys: ['G'],
    keyLabel: 'G',
    choices: () => [
      { value: 'charts', title: 'charts' },
      { value: 'table', title: 'table' },
      { value: 'hidden', title: 'hidden' },
    ],
    run: (_lab, value) =>
      useView.setState((view) => ({
        charts: (value as ChartsMode | undefined) ?? following(['charts', 'table', 'hidden'], view.charts),
      })),
  },
  {
    id: 'view.zoom-in',
    title: 'Zoom into the memory maps',
    group: 'View',
    keys: ['+', 'Shift++', '='],
    keyLabel: '+',
    run: (lab) => lab.picture?.zoom('all', ZOOM_FACTOR),
  },
  {
    id: 'view.zoom-out',
    title: 'Zoom out',
    group: 'View',
    keys: ['-'],
    keyLabel: '−',
    run: (lab) => lab.picture?.zoom('all', 1 / ZOOM_FACTOR),
  },
  {
    id: 'view.fit',
    title: 'Whole nodes',
    group: 'View',
    keys: ['0'],
    keyLabel: '0',
    run: (lab) => lab.picture?.fit(),
  },
  ...(
    [
      ['left', -1, 0],
      ['right', 1, 0],
      ['up', 0, -1],
      ['down', 0, 1],
    ] as const
  ).map(([name, dx, dy]): Command => ({
    id: `view.pan-${name}`,
    title: `Move the memory maps ${name}`,
    group: 'View',
    run: pan(dx, dy),
  })),
  {
    id: 'view.clear-selection',
    title: 'Clear the selection',
    group: 'View',
    keys: ['Escape'],
    keyLabel: 'Esc',
    run: (lab) => lab.select(null),
  },
  {
    id: 'view.hud',
    title: 'Performance figures',
    group: 'View',
    keys: ['H'],
    keyLabel: 'H',
    run: () => useView.setState((view) => ({ hud: !view.hud })),
  },
];

const publishedCommand: Command = {
  id: 'view.published',
  title: 'Published results',
  group: 'View',
  keys: ['P'],
  keyLabel: 'P',
  run: openDialog('published'),
};

const compareCommands: Command[] = [
  {
    id: 'compare.off',
    title: 'Compare with AutoNUMA off',
    group: 'Compare',
    keys: ['V'],
    keyLabel: 'V',
    run: () => compareWith('off'),
  },
  {
    id: 'compare.bound',
    title: 'Compare with hard binding',
    group: 'Compare',
    keys: ['Shift+V'],
    keyLabel: 'Shift V',
    run: () => compareWith('bound'),
  },
  {
    id: 'compare.copy',
    title: 'Compare with a copy to change',
    group: 'Compare',
    keys: ['N'],
    keyLabel: 'N',
    run: () => compareWith('copy'),
  },
  {
    id: 'compare.sweep',
    title: 'Sweep one or two knobs over a range',
    group: 'Compare',
    keys: ['X'],
    keyLabel: 'X',
    run: () => showComparison('sweep'),
  },
  {
    id: 'compare.close',
    title: 'Back from the comparison to the laboratory',
    group: 'Compare',
    keys: ['Q'],
    keyLabel: 'Q',
    run: (lab) => closeComparison(lab),
  },
];

const helpCommands: Command[] = [
  {
    id: 'help.tour',
    title: 'Tour: what AutoNUMA does, step by step',
    group: 'Help',
    keys: ['U'],
    keyLabel: 'U',
    run: async (lab) => (await import('./tour.ts')).toggleTour(lab),
  },
  {
    id: 'help.keys',
    title: 'Keys and what the picture means',
    group: 'Help',
    keys: ['?', 'Shift+?'],
    keyLabel: '?',
    run: openDialog('help'),
  },
  {
    id: 'help.commands',
    title: 'All commands',
    group: 'Help',
    keys: ['$mod+K', '$mod+Shift+P'],
    keyLabel: 'Ctrl K',
    run: openDialog('commands'),
  },
];

/** What has the page instead of the laboratory may have an answer of its own. */
function forGuests(command: Command): Command {
  const run: Command['run'] = (lab, value) => {
    const answer = lab.guest?.answers[command.id];
    return answer ? answer(value) : command.run(lab, value);
  };
  return { ...command, run };
}

export const COMMANDS: readonly Command[] = [
  ...runCommands,
  ...experimentCommands,
  ...compareCommands,
  ...shareCommands,
  ...viewCommands,
  publishedCommand,
  ...helpCommands,
].map(forGuests);

const BY_ID = new Map(COMMANDS.map((command) => [command.id, command]));

/** Find a command. @throws Error when there is none of that id (a mistake in the program) */
export function commandById(id: string): Command {
  const command = BY_ID.get(id);
  if (!command) throw new Error(`no command ${id}`);
  return command;
}

/** "Play or pause (Space)": title and key, for tooltips of buttons. */
export function commandHint(id: string): string {
  const { title, keyLabel } = commandById(id);
  return keyLabel ? `${title} (${keyLabel})` : title;
}
