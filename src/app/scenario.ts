/** Which scenario of the gallery is on, if any: one runs as long as its program does, whatever its knobs have become. */
import { create } from 'zustand';
import type { Experiment } from '../protocol/experiment.ts';
import type { ScenarioInfo } from '../protocol/scenario.ts';
import type { Catalog } from '../protocol/summary.ts';
import type { Lab } from './lab.ts';
import { useView } from './store.ts';

/** A scenario, and which side of its comparison. */
export interface OpenScenario {
  scenario: ScenarioInfo;
  against: boolean;
}

/** `dismissed`: the experiment whose bar was closed; the first screen is one nobody has asked about. */
export const useScenario = create<{ dismissed: string }>(() => ({ dismissed: 'crossing' }));

function sameProgram(a: Experiment, b: Experiment): boolean {
  return (
    a.machine === b.machine &&
    a.workload === b.workload &&
    a.variant === b.variant &&
    JSON.stringify(Object.entries(a.parameters).sort()) ===
      JSON.stringify(Object.entries(b.parameters).sort()) &&
    a.policy === b.policy &&
    a.autonumaVersion === b.autonumaVersion &&
    a.thp === b.thp
  );
}

/** The scenario that an experiment is: the program must be the same; among those that have it, the one with the same knobs. */
export function scenarioOf(experiment: Experiment, catalog: Catalog | null): OpenScenario | null {
  let found: OpenScenario | null = null;
  for (const scenario of catalog?.scenarios ?? []) {
    for (const against of [false, true]) {
      const theirs = against ? scenario.against?.experiment : scenario.experiment;
      if (!theirs || !sameProgram(theirs, experiment)) continue;
      const exact = JSON.stringify(theirs.knobs) === JSON.stringify(experiment.knobs);
      if (exact) return { scenario, against };
      found ??= { scenario, against };
    }
  }
  return found;
}

/** `tie` or `tie:room`: how a scenario is written. */
export function scenarioName({ scenario, against }: OpenScenario): string {
  return against && scenario.against ? `${scenario.name}:${scenario.against.name}` : scenario.name;
}

/** Run a scenario at once, at the speed that suits it. @param name `tie`, or `tie:room` for the other side */
export async function runScenario(lab: Lab, catalog: Catalog | null, name: string): Promise<void> {
  const [first, side] = name.split(':');
  const scenario = catalog?.scenarios.find((each) => each.name === first);
  if (!scenario) return;
  useView.setState((view) => (view.dialog === 'gallery' ? { dialog: null } : {}));
  useScenario.setState({ dismissed: '' });
  await lab.setSpeed(scenario.speed);
  await lab.change(
    side !== undefined && scenario.against ? scenario.against.experiment : scenario.experiment,
  );
}
