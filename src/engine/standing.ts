/** Where a session stands: its tick and the totals that runs are compared by. */
import type { Standing } from '../protocol/runs.ts';
import { figuresOf } from '../scenarios/figures.ts';
import type { Session } from './session.ts';

/** Before anything has been booted. */
export const NOT_BOOTED: Standing = {
  tick: 0,
  finished: false,
  figures: {
    elapsedS: 0,
    localShare: 1,
    pagesMoved: 0,
    hintingFaults: 0,
    taskMoves: 0,
    scanS: 0,
    faultS: 0,
    migrateS: 0,
  },
};

export function standingOf({ k, finished }: Session): Standing {
  return { tick: k.ticks, finished, figures: figuresOf(k) };
}
