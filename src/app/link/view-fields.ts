/** The fields of a link that say how it is looked at. Only what differs from a fresh page is written. */
import { STEP_GRAINS } from '../../protocol/engine-api.ts';
import { COLOUR_BY } from '../../protocol/frame.ts';
import type { InspectTarget } from '../../protocol/summary.ts';
import type { NodeCamera } from '../../view/picture-api.ts';
import { CHARTS_MODES, PALETTES, PANELS, THEMES } from '../store.ts';
import { quoted, readChoice, readFlag, type LinkField } from './field.ts';
import { pack, readPacked } from './packing.ts';
import { defaultLinkState, type LinkState } from './link-state.ts';

type Field = LinkField<LinkState>;

const USUAL = defaultLinkState();

/** A field that is one word out of a few. */
function choice<K extends keyof LinkState, T extends LinkState[K] & string>(
  name: string,
  key: K,
  choices: readonly T[],
): Field {
  return {
    name,
    write: (state) => (state[key] === USUAL[key] ? null : String(state[key])),
    read: (state, text) => readChoice(text, choices, (value) => (state[key] = value)),
  };
}

export const VIEW_FIELDS: readonly Field[] = [
  {
    name: 'speed',
    write: ({ speed }) => (speed === USUAL.speed ? null : Number.isFinite(speed) ? String(speed) : 'max'),
    read: (state, text) => {
      const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
      if (text.trim() === '' || Number.isNaN(speed) || speed < 0.01)
        return `${quoted(text)} is not a speed (0.01 and up, or max)`;
      state.speed = speed;
      return null;
    },
  },
  {
    name: 'paused',
    write: ({ paused }) => (paused ? '1' : null),
    read: (state, text) => readFlag(text, (on) => (state.paused = on)),
  },
  {
    name: 'at',
    write: ({ at }) => (at === null ? null : String(at)),
    read: (state, text) => {
      if (!/^\d{1,9}$/.test(text)) return `${quoted(text)} is not a tick (a whole number of milliseconds)`;
      state.at = Number(text);
      return null;
    },
  },
  choice('open', 'open', ['lab', 'published', 'compare', 'sweep']),
  {
    name: 'compare',
    write: ({ compare }) => compare && pack(compare),
    read: (state, text) => readPacked(text, (packed) => (state.compare = packed)),
  },
  choice('theme', 'theme', THEMES),
  choice('palette', 'palette', PALETTES),
  choice('colour', 'colourBy', COLOUR_BY),
  choice(
    'panel',
    'panel',
    PANELS.map(({ id }) => id),
  ),
  choice('charts', 'charts', CHARTS_MODES),
  choice('step', 'grain', STEP_GRAINS),
  {
    name: 'select',
    write: ({ selection }) => selection && selectionText(selection),
    read: (state, text) => {
      const target = readSelection(text);
      if (!target) return `${quoted(text)} is not a thing of the picture (such as cpu:3 or frame:0:4096)`;
      state.selection = target;
      return null;
    },
  },
  {
    name: 'camera',
    write: ({ cameras }) => (cameras.length === 0 ? null : cameras.map(cameraText).join(';')),
    read: (state, text) => {
      const cameras = text.split(';').map(readCamera);
      if (cameras.includes(null))
        return `${quoted(text)} is not node,x,y,zoom (x and y 0 to 1, zoom 1 and up)`;
      state.cameras = cameras as NodeCamera[];
      return null;
    },
  },
];

/** The numbers that say which thing of a kind is meant, in the order they are written. */
const SELECTION_NUMBERS: { [K in InspectTarget['kind']]: readonly string[] } = {
  frame: ['node', 'frame'],
  cpu: ['cpu'],
  thread: ['pid'],
  process: ['pid'],
  daemon: ['node'],
  virtual: ['process', 'slot', 'page'],
  block: ['process', 'slot'],
  flow: ['from', 'to'],
};

function selectionText(target: InspectTarget): string {
  const values = target as unknown as Record<string, number>;
  return [target.kind, ...SELECTION_NUMBERS[target.kind].map((name) => values[name])].join(':');
}

function readSelection(text: string): InspectTarget | null {
  const [kind, ...numbers] = text.split(':');
  if (!Object.hasOwn(SELECTION_NUMBERS, kind)) return null;
  const names = SELECTION_NUMBERS[kind as InspectTarget['kind']];
  if (numbers.length !== names.length || !numbers.every((number) => /^\d{1,12}$/.test(number))) return null;
  return Object.fromEntries([
    ['kind', kind],
    ...names.map((name, i) => [name, Number(numbers[i])]),
  ]) as unknown as InspectTarget;
}

/** A cell of the largest machine is not lost by rounding. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;

function cameraText({ node, x, y, zoom }: NodeCamera): string {
  return [node, round(x), round(y), round(zoom)].join(',');
}

function readCamera(text: string): NodeCamera | null {
  const match = /^(all|\d{1,4}),([\d.]{1,12}),([\d.]{1,12}),([\d.]{1,12})$/.exec(text);
  if (!match) return null;
  const [x, y, zoom] = match.slice(2).map(Number);
  if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1 && zoom >= 1)) return null;
  return { node: match[1] === 'all' ? 'all' : Number(match[1]), x, y, zoom };
}
