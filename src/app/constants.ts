/** Numbers someone may want to tune, in one place. */

/** Simulated seconds per wall second on a fresh page: the default workload heals within about ten seconds of watching. */
export const DEFAULT_SPEED = 3;

/** Stops of the speed control; the last one is as fast as the worker can. */
export const SPEEDS: readonly number[] = [
  0.01,
  0.02,
  0.05,
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  Number.POSITIVE_INFINITY,
];

/** React sees a summary at most this often. */
export const SUMMARY_INTERVAL_MS = 200;
/** The panel "Why", the log and the charts refresh at most this often. */
export const PANEL_INTERVAL_MS = 500;
/** The hover tooltip asks at most this often. */
export const HOVER_INTERVAL_MS = 100;
/** The visible caption changes at most this often, the screen reader's copy less. */
export const CAPTION_INTERVAL_MS = 400;
export const SPOKEN_CAPTION_INTERVAL_MS = 2000;
/** While paused and untouched the picture is refreshed this often. */
export const IDLE_FRAME_INTERVAL_MS = 250;
/** A worker that answers nothing for so long is declared dead. */
export const UNRESPONSIVE_S = 15;
/** Log lines kept, and shown. */
export const LOG_CAPACITY = 5000;
export const LOG_SHOWN = 300;
/** Processes that get a chart of their own. */
export const CHARTED_PROCESSES = 4;
/** The scoreboard looks at the run under way this often. */
export const PUBLISHED_POLL_MS = 250;
/** Seeds a row of the scoreboard can be run with at once. */
export const PUBLISHED_SEEDS: readonly number[] = [1, 2, 4, 8];
