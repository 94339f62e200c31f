/** The scale of a heat map: one hue from the ground to bright, so that more is lighter (dark theme) or darker (light). */
import { contrast, hex, mix } from '../../view/colour.ts';
import type { Theme } from '../../view/palettes.ts';

/** Ends of the ramp: the least and the most. A single hue, lightness alone carries the value. */
const RAMP: Record<Theme, readonly [number, number]> = {
  dark: [hex('#16303f'), hex('#9fdcff')],
  light: [hex('#dcebf7'), hex('#0b4f80')],
};

/** Colour of a share 0..1 of the way from the least to the most. */
export function heatColour(theme: Theme, share: number): number {
  const [low, high] = RAMP[theme];
  return mix(low, high, Math.max(0, Math.min(1, share)));
}

/** Ink that can be read on a heat colour. */
export function heatInk(colour: number): number {
  return contrast(0x0d1117, colour) >= contrast(0xffffff, colour) ? 0x0d1117 : 0xffffff;
}

/** The least and the most of some values; null when there are none. */
export function extent(values: readonly number[]): { least: number; most: number } | null {
  if (values.length === 0) return null;
  return { least: Math.min(...values), most: Math.max(...values) };
}

/** Where a value lies between the least and the most, 0..1; in the middle when they are the same. */
export function shareOf(value: number, { least, most }: { least: number; most: number }): number {
  return most > least ? (value - least) / (most - least) : 0.5;
}
