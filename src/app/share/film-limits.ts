/** How long a film may be: pure, known before the film-maker is loaded. */

export const FILM_FPS = 30;
/** Two minutes. */
export const MAX_FILM_FRAMES = 120 * FILM_FPS;

export interface FilmStretch {
  fromTick: number;
  toTick: number;
  /** Simulated seconds per second of film. */
  speed: number;
}

/** Frames of a film, one at least. */
export function filmFrames({ fromTick, toTick, speed }: FilmStretch): number {
  return Math.max(1, Math.round(((toTick - fromTick) / 1000 / speed) * FILM_FPS));
}
