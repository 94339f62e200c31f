/** How long the timeline is. */

/** The end of the bar, in seconds: round, and ahead of what has been simulated, so that it rarely jumps. */
export function timelineEnd(seconds: number): number {
  let end = 20;
  while (end < seconds * 1.05) end *= 2;
  return end;
}
