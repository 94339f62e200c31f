/** What a scenario of the gallery is: an experiment that answers a question, and the answer. */
import type { ExperimentLike } from './experiment.ts';

/** How it differs from a plain boot: AutoNUMA alpha6, no huge pages, seed 1, knobs at their defaults. */
export type ScenarioSettings = Pick<ExperimentLike, 'machine' | 'workload'> &
  Partial<Omit<ExperimentLike, 'machine' | 'workload'>> & {
    /** Knobs written at boot: path below /sys/kernel/mm, value as text. */
    knobs?: Record<string, string>;
  };

export interface Scenario {
  /** Its name on the command line and in the gallery. */
  name: string;
  title: string;
  question: string;
  /** What happens; a test beside the scenario holds it to be true. */
  expected: string;
  /** Where on the page to look for it. */
  look: string;
  /** Simulated seconds per wall second that suit it. */
  speed: number;
  /** Simulated seconds after which the answer is there. */
  seconds: number;
  settings: ScenarioSettings;
  /** The other side of the comparison: the same with something changed. */
  against?: { name: string; title: string; change: Partial<ScenarioSettings> };
}

/** A scenario as a whole experiment, `knobs` beside what boots. @param against take the other side, if there is one */
export function scenarioExperiment(
  scenario: Scenario,
  against = false,
): ExperimentLike & { knobs: Record<string, string> } {
  return {
    variant: 'default',
    parameters: {},
    policy: 'autonuma',
    autonumaVersion: 'alpha6',
    noautonuma: false,
    thp: 'off',
    seed: 1,
    knobs: {},
    ...scenario.settings,
    ...(against ? scenario.against?.change : {}),
  };
}
