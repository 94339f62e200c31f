/** The gallery: scenarios in the order in which one may well look at them, and how they are found by name. */
import { suggestion } from '../workloads/error.ts';
import { ExperimentError } from './experiment.ts';
import { HOT_PAGE, HUGE_PAGE, PTE_PMD } from './library/false-sharing.ts';
import { BOUND_NEIGHBOURS, CROSSING, LARGER, LOCAL_ALREADY, OVERCOMMIT } from './library/gathering.ts';
import { FULL_NODE, MEMORY_ONLY, STRICT, TIE } from './library/obstacles.ts';
import { INHERITED, TOO_FAST, TOO_SLOW } from './library/statistics.ts';
import type { Scenario } from './scenario.ts';

export const GALLERY: readonly Scenario[] = [
  CROSSING,
  LARGER,
  LOCAL_ALREADY,
  HOT_PAGE,
  HUGE_PAGE,
  PTE_PMD,
  TIE,
  FULL_NODE,
  STRICT,
  TOO_FAST,
  TOO_SLOW,
  INHERITED,
  OVERCOMMIT,
  BOUND_NEIGHBOURS,
  MEMORY_ONLY,
];

/**
 * A scenario by its name, or the other side of one: `tie`, `tie:room`.
 * @throws ExperimentError naming the scenario that may have been meant
 */
export function scenarioByName(name: string): { scenario: Scenario; against: boolean } {
  const [first, side] = name.split(':', 2);
  const scenario = GALLERY.find((each) => each.name === first);
  if (scenario === undefined) {
    const names = GALLERY.map((each) => each.name);
    throw new ExperimentError(
      'scenario',
      `scenario: there is no scenario "${first}"${suggestion(first, names)}`,
    );
  }
  if (side === undefined) return { scenario, against: false };
  if (scenario.against?.name !== side) {
    const expected = scenario.against
      ? `expected "${first}:${scenario.against.name}"`
      : 'it has no other side';
    throw new ExperimentError('scenario', `scenario: ${expected}, got "${name}"`);
  }
  return { scenario, against: true };
}
