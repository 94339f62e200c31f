/**
 * The state of the page, three kinds that never mix: the experiment (what the kernel is told), the view (how it is
 * looked at) and the observation (what the kernel answered; at most ten summaries a second). The latest frame, the
 * chart series and the log lines live outside React: frame-pump.ts and series.ts.
 */
import { create } from 'zustand';
import type { BootResult, StepGrain } from '../protocol/engine-api.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { ColourBy } from '../protocol/frame.ts';
import type { Catalog, InspectTarget, Summary } from '../protocol/summary.ts';
import type { ComparisonRequest } from './compare/request.ts';
import { DEFAULT_SPEED } from './constants.ts';

export type PanelId = 'knobs' | 'processes' | 'counters' | 'log' | 'why' | 'shell';
export const PANELS: readonly { id: PanelId; title: string; tab: string }[] = [
  { id: 'knobs', title: 'Knobs', tab: 'Knobs' },
  { id: 'processes', title: 'Processes', tab: 'Processes' },
  { id: 'counters', title: 'Counters', tab: 'Counters' },
  { id: 'log', title: 'Kernel log', tab: 'Log' },
  { id: 'why', title: 'Why', tab: 'Why' },
  { id: 'shell', title: 'Kernel shell', tab: 'Shell' },
];

export const THEMES = ['dark', 'light'] as const;
export type Theme = (typeof THEMES)[number];
export const PALETTES = ['okabe-ito', 'tol'] as const;
export type Palette = (typeof PALETTES)[number];
export type DialogId = 'gallery' | 'share' | 'help' | 'commands' | 'import' | 'published';
export const CHARTS_MODES = ['charts', 'table', 'hidden'] as const;
export type ChartsMode = (typeof CHARTS_MODES)[number];

/** What the panel "Why" shows. */
export type WhyPart = 'ledger' | 'questions' | 'bill';
export const WHY_PARTS: readonly { id: WhyPart; title: string; key?: string }[] = [
  { id: 'ledger', title: 'what is selected' },
  { id: 'questions', title: 'questions to the run', key: 'A' },
  { id: 'bill', title: 'the bill', key: 'Y' },
];

/** What the kernel is told. */
export interface ExperimentState {
  experiment: Experiment;
}

/** How it is looked at. The camera lives in the picture. */
export interface ViewState {
  theme: Theme;
  palette: Palette;
  reducedMotion: boolean;
  colourBy: ColourBy;
  panel: PanelId;
  whyPart: WhyPart;
  selection: InspectTarget | null;
  speed: number;
  grain: StepGrain;
  charts: ChartsMode;
  hud: boolean;
  /** The list of branches is open, once there are two. */
  branches: boolean;
  dialog: DialogId | null;
  /** The page that compares runs, in place of the laboratory. */
  comparing: ComparisonRequest | null;
  /** Text that a dropped or pasted file brought into the import dialog, and what was wrong with it. */
  importText: string;
  importError: string;
}

export type EngineStatus = 'starting' | 'ready' | 'crashed';

/** What the kernel answered. */
export interface ObservationState {
  status: EngineStatus;
  /** Why the worker is gone. */
  crash: string;
  /** Why there is no picture (no WebGL). */
  pictureError: string;
  catalog: Catalog | null;
  boot: BootResult | null;
  summary: Summary | null;
  /** What the last step came to. */
  step: { running: boolean; sentence: string };
}

export interface Notice {
  id: number;
  kind: 'error' | 'note';
  text: string;
}

export const useExperiment = create<ExperimentState>(() => ({ experiment: DEFAULT_EXPERIMENT }));

export const useView = create<ViewState>(() => ({
  theme: 'dark',
  palette: 'okabe-ito',
  reducedMotion: false,
  colourBy: 'owner',
  panel: 'knobs',
  whyPart: 'ledger',
  selection: null,
  speed: DEFAULT_SPEED,
  grain: 'tick',
  charts: 'charts',
  hud: false,
  branches: true,
  dialog: null,
  comparing: null,
  importText: '',
  importError: '',
}));

export const useObservation = create<ObservationState>(() => ({
  status: 'starting',
  crash: '',
  pictureError: '',
  catalog: null,
  boot: null,
  summary: null,
  step: { running: false, sentence: '' },
}));

/** Messages that come and go in the corner. */
export const useNotices = create<{ notices: Notice[] }>(() => ({ notices: [] }));

let nextNotice = 1;

/** Show a message; the same text is not shown twice at once. */
export function notify(text: string, kind: Notice['kind'] = 'error'): void {
  const { notices } = useNotices.getState();
  if (notices.some((notice) => notice.text === text)) return;
  useNotices.setState({ notices: [...notices.slice(-3), { id: nextNotice++, kind, text }] });
}

/** Take a message away. */
export function dismissNotice(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
