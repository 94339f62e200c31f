/** How the runs of a comparison are told apart in charts: a colour and a dash each, neither of nodes nor processes. */
import type { Theme } from '../../../view/palettes.ts';

const COLOURS: Record<Theme, readonly string[]> = {
  dark: ['#e6edf3', '#56b4e9', '#e69f00', '#ff8f6b'],
  light: ['#1b2129', '#0b6bab', '#8a5f00', '#b02a0c'],
};
const DASHES: readonly (readonly number[])[] = [[], [7, 3], [2, 3], [9, 3, 2, 3]];

export interface RunStyle {
  colour: string;
  dash: readonly number[];
}

export function runStyle(theme: Theme, index: number): RunStyle {
  return { colour: COLOURS[theme][index % 4], dash: DASHES[index % 4] };
}
