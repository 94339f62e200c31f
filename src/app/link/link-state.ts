/** What a link holds: the experiment, and how it is looked at. */
import type { StepGrain } from '../../protocol/engine-api.ts';
import { DEFAULT_EXPERIMENT, type Experiment } from '../../protocol/experiment.ts';
import type { ColourBy } from '../../protocol/frame.ts';
import type { InspectTarget } from '../../protocol/summary.ts';
import type { NodeCamera } from '../../view/picture-api.ts';
import { DEFAULT_SPEED } from '../constants.ts';
import type { ChartsMode, Palette, PanelId, Theme } from '../store.ts';

export interface LinkState {
  experiment: Experiment;
  /** Simulated seconds per wall second; Infinity is as fast as possible. */
  speed: number;
  paused: boolean;
  /** Tick to go to before anything else; null begins at the beginning. */
  at: number | null;
  grain: StepGrain;
  /** What is open over the laboratory. */
  open: 'lab' | 'published' | 'compare' | 'sweep';
  /** What the pages that compare show (compare/request.ts reads it); null when none is open. */
  compare: object | null;
  /** null: as the person's system and last visit say. */
  theme: Theme | null;
  palette: Palette | null;
  colourBy: ColourBy;
  panel: PanelId;
  charts: ChartsMode;
  selection: InspectTarget | null;
  /** Empty: every node is seen whole. */
  cameras: readonly NodeCamera[];
}

/** What an empty link means; a fresh object every time. */
export function defaultLinkState(): LinkState {
  return {
    experiment: {
      ...DEFAULT_EXPERIMENT,
      parameters: { ...DEFAULT_EXPERIMENT.parameters },
      knobs: { ...DEFAULT_EXPERIMENT.knobs },
      edits: [...DEFAULT_EXPERIMENT.edits],
    },
    speed: DEFAULT_SPEED,
    paused: false,
    at: null,
    grain: 'tick',
    open: 'lab',
    compare: null,
    theme: null,
    palette: null,
    colourBy: 'owner',
    panel: 'knobs',
    charts: 'charts',
    selection: null,
    cameras: [],
  };
}
