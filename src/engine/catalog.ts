/** What an experiment can be made of. */
import { MACHINE_PRESETS } from '../kernel/machine/presets.ts';
import { SYSFS_KNOBS } from '../kernel/sysfs/sysfs.ts';
import type { Catalog } from '../protocol/summary.ts';
import { AUTONUMA_VERSIONS, POLICIES, workloadEntries } from '../scenarios/registry.ts';

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
    knobs: SYSFS_KNOBS.map(({ field: _field, ...knob }) => knob),
  };
}
