/** Small pure functions on the experiment. */
import { DEFAULT_EXPERIMENT, type Experiment } from '../protocol/experiment.ts';
import type { Catalog } from '../protocol/summary.ts';

/** The experiment with the knobs as they are after all edits, and no edits: what a restart boots. */
export function foldEdits(experiment: Experiment, catalog: Catalog | null): Experiment {
  const knobs = { ...experiment.knobs };
  for (const edit of experiment.edits) knobs[edit.path] = edit.value;
  for (const knob of catalog?.knobs ?? []) {
    if (knobs[knob.path]?.trim() === knob.default) delete knobs[knob.path];
  }
  return { ...experiment, knobs, edits: [] };
}

/** Remember a knob written at a tick; the last of several writes at the same tick counts. */
export function withEdit(experiment: Experiment, tick: number, path: string, value: string): Experiment {
  const others = experiment.edits.filter((edit) => edit.tick !== tick || edit.path !== path);
  const edits = [...others, { tick, path, value }].sort((a, b) => a.tick - b.tick);
  return { ...experiment, edits };
}

/** As much of an experiment as an engine with this catalog knows; the rest is the default. */
export function fitToCatalog(experiment: Experiment, catalog: Catalog): Experiment {
  const knows = (list: { name: string }[], name: unknown) =>
    typeof name === 'string' && list.some((entry) => entry.name === name);
  const paths = new Set(catalog.knobs.filter((knob) => knob.kind !== 'statistic').map((knob) => knob.path));
  const workload = knows(catalog.workloads, experiment.workload)
    ? experiment.workload
    : DEFAULT_EXPERIMENT.workload;
  const entry = catalog.workloads.find(({ name }) => name === workload);
  return {
    ...experiment,
    machine: knows(catalog.machines, experiment.machine) ? experiment.machine : DEFAULT_EXPERIMENT.machine,
    workload,
    variant: entry?.variants.includes(experiment.variant) ? experiment.variant : 'default',
    parameters: Object.fromEntries(
      Object.entries(experiment.parameters).filter(([name]) =>
        entry?.parameters.some((p) => p.name === name),
      ),
    ),
    autonumaVersion: catalog.versions.includes(experiment.autonumaVersion)
      ? experiment.autonumaVersion
      : DEFAULT_EXPERIMENT.autonumaVersion,
    knobs: Object.fromEntries(Object.entries(experiment.knobs).filter(([path]) => paths.has(path))),
    edits: experiment.edits.filter((edit) => paths.has(edit.path)),
  };
}
