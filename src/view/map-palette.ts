/** The 256 colours behind the palette indices of a frame's images (see INDEX_* in the protocol). */
import {
  INDEX_FREE,
  INDEX_HUGE_EDGE,
  INDEX_KERNEL,
  INDEX_NOT_PRESENT,
  INDEX_OUTSIDE,
  INDEX_PAGE_CACHE,
  INDEX_SPARK,
  INDEX_VALUE,
  TYPE_ANONYMOUS,
  TYPE_FILE_PRIVATE,
  TYPE_HUGE,
  TYPE_SHARED,
  type ColourBy,
} from '../protocol/frame.ts';
import type { InspectTarget, Summary } from '../protocol/summary.ts';
import { hex, mix } from './colour.ts';
import {
  PROCESS_HUES,
  THREAD_SHADES,
  nodeColour,
  nodeHatch,
  processColour,
  threadColour,
  type Palette,
} from './palettes.ts';

/** What is picked out by dimming everything else: a process, or one thread of it (thread -1: all). */
export interface Emphasis {
  process: number;
  thread: number;
}

/** The emphasis of a selection: a selected process or thread stands out in the maps. */
export function emphasisOf(selection: InspectTarget | null, summary: Summary | null): Emphasis | null {
  if (selection === null) return null;
  for (const process of summary?.processes ?? []) {
    if (selection.kind === 'process' && process.pid === selection.pid)
      return { process: process.index, thread: -1 };
    if (selection.kind !== 'thread') continue;
    const thread = process.threads.find((each) => each.pid === selection.pid);
    if (thread !== undefined) return { process: process.index, thread: thread.index };
  }
  return null;
}

/** Steps of "age since migration": 1..15, each twice as long ago as the one before, from 100 ms. */
export const AGE_STEPS = 15;

/** Age: from the spark colour through a violet-free ramp to nearly ground, so that fresh arrivals stand out. */
function ageColour(palette: Palette, step: number): number {
  const c = palette.colours;
  if (step === 0) return mix(c.free, c.kernel, 0.6);
  const hot = hex(palette.theme === 'dark' ? '#fff4c2' : '#7a1f00');
  const warm = hex(palette.theme === 'dark' ? '#e69f00' : '#d55e00');
  const cold = hex(palette.theme === 'dark' ? '#25476b' : '#bcd3e6');
  const t = (step - 1) / (AGE_STEPS - 1);
  return t < 0.4 ? mix(hot, warm, t / 0.4) : mix(warm, cold, (t - 0.4) / 0.6);
}

/** Colours of page types: a third set, since a type is neither a process nor a node. */
export function typeColour(palette: Palette, type: number): number {
  const table: Record<number, number> = {
    [TYPE_ANONYMOUS]: hex('#6f8fb3'),
    [TYPE_HUGE]: hex('#f0c35e'),
    [TYPE_FILE_PRIVATE]: hex('#b5651d'),
    [TYPE_SHARED]: hex(palette.theme === 'dark' ? '#dfe6ee' : '#2d3a48'),
  };
  return table[type] ?? palette.colours.secondary;
}

/** Edge of a huge page: between the ground and the colours it surrounds. */
function hugeEdge(palette: Palette): number {
  return mix(palette.colours.panel, palette.colours.text, palette.theme === 'dark' ? 0.72 : 0.6);
}

/** Colour of one index of a memory map under a colour-by. */
export function indexColour(palette: Palette, by: ColourBy, index: number): number {
  const c = palette.colours;
  switch (index) {
    case INDEX_OUTSIDE:
      return c.panel;
    case INDEX_FREE:
      return c.free;
    case INDEX_KERNEL:
      return c.kernel;
    case INDEX_PAGE_CACHE:
      return c.pageCache;
    case INDEX_NOT_PRESENT:
      return c.notPresent;
    case INDEX_SPARK:
      return c.spark;
    case INDEX_HUGE_EDGE:
      return hugeEdge(palette);
  }
  if (index < INDEX_VALUE) return c.panel;
  const value = index - INDEX_VALUE;
  const unset = mix(c.kernel, c.panel, 0.35);
  switch (by) {
    case 'owner':
      return threadColour(palette, Math.floor(value / THREAD_SHADES), value % THREAD_SHADES);
    case 'last_nid':
    case 'queued':
      return value === 0 ? unset : nodeColour(palette, value - 1);
    case 'age':
      return ageColour(palette, Math.min(value, AGE_STEPS));
    case 'marked':
      return value === 0 ? unset : c.accent;
    case 'type':
      return typeColour(palette, value);
  }
}

function put(bytes: Uint8Array, index: number, colour: number, hatch: number): void {
  bytes[index * 4] = colour >> 16;
  bytes[index * 4 + 1] = (colour >> 8) & 255;
  bytes[index * 4 + 2] = colour & 255;
  bytes[index * 4 + 3] = 255 - 64 * hatch;
}

/** The palette of the address-space strips: INDEX_VALUE + node. */
export function stripPaletteBytes(palette: Palette): Uint8Array {
  const bytes = new Uint8Array(256 * 4);
  for (let index = 0; index < 256; index++) {
    const node = index - INDEX_VALUE;
    if (node < 0) put(bytes, index, indexColour(palette, 'owner', index), 0);
    else put(bytes, index, nodeColour(palette, node), nodeHatch(node));
  }
  return bytes;
}

/**
 * The palette texture's bytes, RGBA. Alpha carries the hatching (255 - 64 * kind), not opacity: the maps are opaque.
 */
export function paletteBytes(palette: Palette, by: ColourBy, emphasis: Emphasis | null = null): Uint8Array {
  const bytes = new Uint8Array(256 * 4);
  const nodes = by === 'last_nid' || by === 'queued';
  for (let index = 0; index < 256; index++) {
    let colour = indexColour(palette, by, index);
    if (emphasis !== null && by === 'owner' && index >= INDEX_VALUE) {
      const value = index - INDEX_VALUE;
      const process = Math.floor(value / THREAD_SHADES);
      const hit =
        process === emphasis.process % PROCESS_HUES &&
        (emphasis.thread < 0 || value % THREAD_SHADES === emphasis.thread % THREAD_SHADES);
      if (!hit) colour = mix(colour, palette.colours.panel, 0.72);
    }
    const hatch = nodes && index > INDEX_VALUE ? nodeHatch(index - INDEX_VALUE - 1) : 0;
    put(bytes, index, colour, hatch);
  }
  return bytes;
}

/** One key of a legend. */
export interface LegendKey {
  colour: number;
  text: string;
  /** Node whose hatching the swatch shows, -1 none. */
  node: number;
}

/**
 * What the colours of the maps mean now, for the legend. `processes` are index and name of what runs; `edges`: huge pages are
 * outlined now.
 */
export function mapLegend(
  palette: Palette,
  by: ColourBy,
  processes: { index: number; letter: string; name: string }[],
  nodes: number,
  mostProcesses = 6,
  edges = false,
): LegendKey[] {
  const c = palette.colours;
  const key = (colour: number, text: string, node = -1): LegendKey => ({ colour, text, node });
  const keys: LegendKey[] = [];
  const at = (value: number) => indexColour(palette, by, INDEX_VALUE + value);
  switch (by) {
    case 'owner':
      for (const p of processes.slice(0, mostProcesses))
        keys.push(key(processColour(palette, p.index), `${p.letter} ${p.name}`));
      if (processes.length > mostProcesses)
        keys.push(key(c.panel, `+${processes.length - mostProcesses} more`));
      break;
    case 'last_nid':
    case 'queued':
      keys.push(key(at(0), by === 'last_nid' ? 'no fault yet' : 'not queued'));
      for (let n = 0; n < nodes; n++)
        keys.push(
          key(at(1 + n), nodes > 4 ? String(n) : by === 'last_nid' ? `node ${n}` : `to node ${n}`, n),
        );
      break;
    case 'age':
      keys.push(key(at(0), 'never moved'));
      for (const [step, text] of [
        [1, '< 0.1 s'],
        [4, '1 s'],
        [7, '6 s'],
        [10, '1 min'],
        [15, '> 15 min ago'],
      ] as const)
        keys.push(key(at(step), text));
      break;
    case 'marked':
      keys.push(key(at(1), 'marked NUMA-hinting'), key(at(0), 'not marked'));
      break;
    case 'type':
      keys.push(key(at(TYPE_ANONYMOUS), 'anonymous'), key(at(TYPE_HUGE), 'huge'));
      keys.push(key(at(TYPE_FILE_PRIVATE), 'private file'), key(at(TYPE_SHARED), 'shared'));
      break;
  }
  if (edges && (by === 'owner' || by === 'type')) keys.push(key(hugeEdge(palette), 'edge of a 2 MiB page'));
  keys.push(
    key(c.kernel, 'kernel'),
    key(c.pageCache, 'page cache'),
    key(c.free, 'free'),
    key(c.spark, 'moved now'),
  );
  return keys;
}
