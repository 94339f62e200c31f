/** Small pure functions on the experiment. */
import { DEFAULT_EXPERIMENT, type Experiment, isProcessPath } from '../protocol/experiment.ts';
import type { Catalog, KnobInfo } from '../protocol/summary.ts';

const NOTHING: readonly KnobInfo[] = [];

/** The knobs there are in a version; those of the catalog's first when it does not know the version. */
export function knobsOf(catalog: Catalog | null, version: string): readonly KnobInfo[] {
  return catalog?.knobsByVersion[version] ?? catalog?.knobs ?? NOTHING;
}

/** "AutoNUMA alpha14": the title of a version without its date. */
export function versionName(catalog: Catalog | null, version: string): string {
  const title = catalog?.versionInfo.find(({ name }) => name === version)?.title ?? `AutoNUMA ${version}`;
  return title.replace(/ \(.*\)$/, '');
}

/**
 * An experiment moved to another version: knobs that version does not have are left out and named, knobs that stand at
 * its default need not be written.
 */
export function moveToVersion(
  experiment: Experiment,
  version: string,
  catalog: Catalog | null,
): { experiment: Experiment; dropped: string[] } {
  if (!catalog) return { experiment: { ...experiment, autonumaVersion: version }, dropped: [] };
  const there = new Map(knobsOf(catalog, version).map((knob) => [knob.path, knob]));
  const entries = Object.entries(experiment.knobs);
  const gone = (path: string) => (there.get(path)?.kind ?? 'statistic') === 'statistic';
  const kept = entries.filter(([path, value]) => !gone(path) && there.get(path)?.default !== value.trim());
  return {
    experiment: { ...experiment, autonumaVersion: version, knobs: Object.fromEntries(kept) },
    dropped: entries.map(([path]) => path).filter(gone),
  };
}

/** "AutoNUMA27 has no autonuma/debug." */
export function droppedSentence(dropped: readonly string[], version: string): string {
  const [first, ...rest] = dropped;
  const left = rest.length === 0 ? 'It was left out.' : 'They were left out.';
  return `${version} has no ${[first, ...rest].join(', no ')}. ${left}`;
}

/** The experiment with the knobs as they are after all edits, and no edits: what a restart boots. */
export function foldEdits(experiment: Experiment, catalog: Catalog | null): Experiment {
  const knobs = { ...experiment.knobs };
  for (const edit of experiment.edits) if (!isProcessPath(edit.path)) knobs[edit.path] = edit.value;
  for (const knob of knobsOf(catalog, experiment.autonumaVersion)) {
    if (knobs[knob.path]?.trim() === knob.default) delete knobs[knob.path];
  }
  return { ...experiment, knobs, edits: [] };
}

/** As much of an experiment as an engine with this catalog knows; the rest is the default. */
export function fitToCatalog(experiment: Experiment, catalog: Catalog): Experiment {
  const knows = (list: { name: string }[], name: unknown) =>
    typeof name === 'string' && list.some((entry) => entry.name === name);
  const autonumaVersion = catalog.versions.includes(experiment.autonumaVersion)
    ? experiment.autonumaVersion
    : DEFAULT_EXPERIMENT.autonumaVersion;
  const paths = new Set(
    knobsOf(catalog, autonumaVersion)
      .filter((knob) => knob.kind !== 'statistic')
      .map((knob) => knob.path),
  );
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
    autonumaVersion,
    knobs: Object.fromEntries(Object.entries(experiment.knobs).filter(([path]) => paths.has(path))),
    edits: experiment.edits.filter((edit) => isProcessPath(edit.path) || paths.has(edit.path)),
  };
}
