/** The gallery as the page sees it. */
import type { Experiment } from './experiment.ts';

export interface ScenarioInfo {
  name: string;
  title: string;
  question: string;
  /** What happens. */
  expected: string;
  /** Where on the page to look for it. */
  look: string;
  /** Simulated seconds per wall second that suit it, and simulated seconds after which the answer is there. */
  speed: number;
  seconds: number;
  experiment: Experiment;
  /** The same with something changed. */
  against?: { name: string; title: string; experiment: Experiment };
}
