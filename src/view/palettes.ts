/**
 * The colours of the picture. Two systems that never mix: processes are oranges, blues, reds and yellows (threads are
 * shades of their process); nodes are greens and purples. Nodes beyond eight repeat the hues under hatching.
 */
import { css, hex, inkOn, mix, shade } from './colour.ts';

export type Theme = 'dark' | 'light';
export type PaletteName = 'okabe-ito' | 'tol';

/** Colours of the surroundings, one set a theme. */
export interface ThemeColours {
  ground: number;
  panel: number;
  line: number;
  text: number;
  secondary: number;
  /** What can be acted on, the focus ring, the cursor. */
  accent: number;
  /** Selection and hover outlines. */
  strong: number;
  free: number;
  kernel: number;
  pageCache: number;
  notPresent: number;
  spark: number;
  /** Ground of gauges and idle keys. */
  track: number;
}

export const THEMES: Record<Theme, ThemeColours> = {
  dark: {
    ground: hex('#0d1117'),
    panel: hex('#141a22'),
    line: hex('#2a3441'),
    text: hex('#e6edf3'),
    secondary: hex('#8b98a8'),
    accent: hex('#56b4e9'),
    strong: hex('#ffffff'),
    free: hex('#0f141b'),
    kernel: hex('#36414e'),
    pageCache: hex('#66727f'),
    notPresent: hex('#1b232d'),
    spark: hex('#ffffff'),
    track: hex('#1f2833'),
  },
  light: {
    ground: hex('#f3f5f8'),
    panel: hex('#ffffff'),
    line: hex('#cdd5de'),
    text: hex('#1b2129'),
    secondary: hex('#566270'),
    accent: hex('#0b6bab'),
    strong: hex('#000000'),
    free: hex('#eceff3'),
    kernel: hex('#b3bcc6'),
    pageCache: hex('#87929e'),
    notPresent: hex('#e2e7ec'),
    spark: hex('#10151b'),
    track: hex('#e3e8ed'),
  },
};

/** Hues a frame's `owner` index can tell apart (process index modulo this). */
export const PROCESS_HUES = 15;
export const NODE_HUES = 8;
export const THREAD_SHADES = 16;

/** Beyond the first five the hues are further members of the same warm-and-blue family; the letter tells them apart. */
const MORE_PROCESSES = [
  '#f7b98b',
  '#7a5230',
  '#8fa8e8',
  '#b5332e',
  '#c9b458',
  '#2f4f8f',
  '#f2988f',
  '#a9daf5',
  '#a67512',
  '#5566d6',
].map(hex);

const PROCESSES: Record<PaletteName, number[]> = {
  'okabe-ito': [...['#e69f00', '#56b4e9', '#d55e00', '#f0e442', '#0072b2'].map(hex), ...MORE_PROCESSES],
  tol: [...['#ee7733', '#33bbee', '#cc3311', '#e8d27a', '#0077bb'].map(hex), ...MORE_PROCESSES],
};

const NODES: Record<PaletteName, number[]> = {
  'okabe-ito': ['#009e73', '#cc79a7', '#8fd175', '#7b52ab', '#3d6b35', '#e5b8dd', '#5fd0b5', '#9c2f78'].map(
    hex,
  ),
  tol: ['#009988', '#aa4499', '#99cc66', '#7d4bab', '#117733', '#e0a6d8', '#66ccaa', '#882255'].map(hex),
};

/** Threads in order take shades far apart, so that neighbours differ (7 is prime to 16). */
const SHADE_ORDER = Array.from({ length: THREAD_SHADES }, (_, i) => (i * 7 + 12) % THREAD_SHADES);

const SHADE_RANGE: Record<Theme, [number, number]> = { dark: [0.7, 1.08], light: [0.74, 1.1] };

/** All colours of the picture for one theme and palette. */
export interface Palette {
  theme: Theme;
  name: PaletteName;
  colours: ThemeColours;
}

/** A palette by names. */
export function makePalette(theme: Theme, name: PaletteName): Palette {
  return { theme, name, colours: THEMES[theme] };
}

/** Hue of a process by its index. */
export function processColour(palette: Palette, process: number): number {
  return PROCESSES[palette.name][((process % PROCESS_HUES) + PROCESS_HUES) % PROCESS_HUES];
}

/** A thread's shade of its process hue. */
export function threadColour(palette: Palette, process: number, thread: number): number {
  const [low, high] = SHADE_RANGE[palette.theme];
  const step = SHADE_ORDER[((thread % THREAD_SHADES) + THREAD_SHADES) % THREAD_SHADES] / (THREAD_SHADES - 1);
  return shade(processColour(palette, process), low + (high - low) * step);
}

/** Hue of a node; nodes eight apart share it and differ by hatching. */
export function nodeColour(palette: Palette, node: number): number {
  return NODES[palette.name][node % NODE_HUES];
}

/** How a node is hatched: 0 plain, 1 rising strokes, 2 falling, 3 upright. */
export function nodeHatch(node: number): number {
  return Math.floor(node / NODE_HUES) % 4;
}

/** Colour of the hatching strokes over a node hue. */
export function hatchInk(palette: Palette, node: number): number {
  return mix(nodeColour(palette, node), inkOn(nodeColour(palette, node)), 0.55);
}

/** CSS background of a node's swatch, hatching included. */
export function nodeCss(palette: Palette, node: number): string {
  const hue = css(nodeColour(palette, node));
  const angle = [0, 135, 45, 90][nodeHatch(node)];
  if (nodeHatch(node) === 0) return hue;
  return `repeating-linear-gradient(${angle}deg, ${hue} 0 2px, ${css(hatchInk(palette, node))} 2px 4px)`;
}

/** Letter of a process: a to z, then a2, b2, ... */
export function processLetter(process: number): string {
  const letter = String.fromCharCode(97 + (process % 26));
  return process < 26 ? letter : letter + String(Math.floor(process / 26) + 1);
}
