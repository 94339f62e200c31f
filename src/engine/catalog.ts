/** What an experiment can be made of. */
import { AUTONUMA_VERSIONS as PROFILES } from '../kernel/balancing/autonuma/versions.ts';
import { MACHINE_PRESETS } from '../kernel/machine/presets.ts';
import { sysfsKnobs } from '../kernel/sysfs/sysfs.ts';
import type { Catalog, KnobInfo } from '../protocol/summary.ts';
import { AUTONUMA_VERSIONS, POLICIES, workloadEntries } from '../scenarios/registry.ts';

function knobsOf(version: string): KnobInfo[] {
  return sysfsKnobs(version).map(({ field: _field, ...knob }) => knob);
}

export function buildCatalog(): Catalog {
  return {
    machines: Object.entries(MACHINE_PRESETS).map(([name, { title }]) => ({ name, title })),
    workloads: workloadEntries().map((entry) => ({
      ...entry,
      variants: [...entry.variants],
      parameters: entry.parameters.map((parameter) => ({ ...parameter })),
    })),
    policies: POLICIES.map(({ name, title }) => ({ name, title })),
    versions: [...AUTONUMA_VERSIONS],
    versionInfo: PROFILES.map(({ name, title, bytesPerPage }) => ({ name, title, bytesPerPage })),
    knobs: knobsOf('alpha6'),
    knobsByVersion: Object.fromEntries(AUTONUMA_VERSIONS.map((version) => [version, knobsOf(version)])),
  };
}
