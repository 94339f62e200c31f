/** What an experiment can be made of. */
import { AUTONUMA_VERSIONS as PROFILES } from '../kernel/balancing/autonuma/versions.ts';
import { MACHINE_PRESETS } from '../kernel/machine/presets.ts';
import { sysfsKnobs } from '../kernel/sysfs/sysfs.ts';
import type { Experiment } from '../protocol/experiment.ts';
import type { ScenarioInfo } from '../protocol/scenario.ts';
import type { Catalog, KnobInfo } from '../protocol/summary.ts';
import { GALLERY } from '../scenarios/gallery.ts';
import { type Scenario, scenarioExperiment } from '../scenarios/scenario.ts';
import { AUTONUMA_VERSIONS, POLICIES, workloadEntries } from '../scenarios/registry.ts';

function knobsOf(version: string): KnobInfo[] {
  return sysfsKnobs(version).map(({ field: _field, ...knob }) => knob);
}

function experimentOf(scenario: Scenario, against: boolean): Experiment {
  return { version: 1, ...scenarioExperiment(scenario, against), edits: [] } as Experiment;
}

function scenarioInfo(scenario: Scenario): ScenarioInfo {
  const { settings: _settings, against, ...rest } = scenario;
  return {
    ...rest,
    experiment: experimentOf(scenario, false),
    ...(against && {
      against: { name: against.name, title: against.title, experiment: experimentOf(scenario, true) },
    }),
  };
}

export function buildCatalog(): Catalog {
  return {
    machines: Object.entries(MACHINE_PRESETS).map(([name, { title }]) => ({ name, title })),
    workloads: workloadEntries().map((entry) => ({
      ...entry,
      variants: [...entry.variants],
      parameters: entry.parameters.map((parameter) => ({ ...parameter })),
    })),
    scenarios: GALLERY.map(scenarioInfo),
    policies: POLICIES.map(({ name, title }) => ({ name, title })),
    versions: [...AUTONUMA_VERSIONS],
    versionInfo: PROFILES.map(({ name, title, bytesPerPage }) => ({ name, title, bytesPerPage })),
    knobs: knobsOf('alpha6'),
    knobsByVersion: Object.fromEntries(AUTONUMA_VERSIONS.map((version) => [version, knobsOf(version)])),
  };
}
