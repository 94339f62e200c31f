/** The runs of a comparison as people speak of them: letters, names, what differs, and why something cannot be had. */
import { isProcessPath, type Experiment } from '../../protocol/experiment.ts';
import type { Catalog, KnobInfo } from '../../protocol/summary.ts';
import { balancingOff, hardBound } from '../../protocol/variations.ts';
import { knobsOf, versionName } from '../experiment.ts';
import { formatTick } from '../format.ts';

/** Runs side by side: fewer are no comparison, more nobody can follow. */
export const MOST_RUNS = 4;

/** A run as it is asked for. */
export interface RunSpec {
  /** What the person calls it; '' is named after what it is. */
  name: string;
  experiment: Experiment;
}

/** A, B, C, D. */
export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** "AutoNUMA alpha14", "AutoNUMA off", "hard bind, AutoNUMA off": what a run is, whatever the others are. */
export function titleOf(experiment: Experiment, catalog: Catalog | null): string {
  const words = [balancingWords(experiment, catalog)];
  if (experiment.variant !== 'default') words.unshift(variantWords(experiment.variant));
  return words.join(', ');
}

function balancingWords(experiment: Experiment, catalog: Catalog | null): string {
  if (experiment.policy === 'off') return 'AutoNUMA off';
  return experiment.noautonuma ? 'noautonuma' : versionName(catalog, experiment.autonumaVersion);
}

/** A variant in words. */
export function variantWords(variant: Experiment['variant']): string {
  return variant === 'default' ? 'as written' : variant.replaceAll('_', ' ');
}

/** What the person calls a run, or what it is. */
export function nameOf(spec: RunSpec, catalog: Catalog | null): string {
  return spec.name || titleOf(spec.experiment, catalog);
}

/** Knobs as they are from the first tick on: those written at boot, else the defaults of the version. */
function valueOf(experiment: Experiment, knob: KnobInfo): string | null {
  if (experiment.policy === 'off' && knob.path.startsWith('autonuma/')) return null;
  return experiment.knobs[knob.path]?.trim() ?? knob.default;
}

/**
 * What a run has otherwise than the first, a few words each; empty when they are the same.
 * @param catalog names of versions and defaults of knobs; without it knobs are compared as they were written
 */
export function differences(first: Experiment, other: Experiment, catalog: Catalog | null): string[] {
  const words: string[] = [];
  const balancing = balancingWords(other, catalog);
  if (balancing !== balancingWords(first, catalog)) words.push(balancing);
  if (other.variant !== first.variant) words.push(variantWords(other.variant));
  if (other.thp !== first.thp) words.push(`huge pages ${other.thp}`);
  words.push(...knobDifferences(first, other, catalog));
  const mine = new Set(first.edits.map(editWords));
  const theirs = new Set(other.edits.map(editWords));
  for (const edit of theirs) if (!mine.has(edit)) words.push(edit);
  for (const edit of mine) if (!theirs.has(edit) && applies(edit, other)) words.push(`not: ${edit}`);
  return words;
}

/** A write to AutoNUMA's knobs goes without saying when AutoNUMA is off. */
function applies(edit: string, experiment: Experiment): boolean {
  return experiment.policy !== 'off' || !edit.includes(' autonuma/');
}

function editWords({ tick, path, value }: Experiment['edits'][number]): string {
  return `at ${formatTick(tick)} s ${isProcessPath(path) ? `/${path}` : path} = ${value}`;
}

function knobDifferences(first: Experiment, other: Experiment, catalog: Catalog | null): string[] {
  const known = new Map(knobsOf(catalog, other.autonumaVersion).map((knob) => [knob.path, knob]));
  const before = new Map(knobsOf(catalog, first.autonumaVersion).map((knob) => [knob.path, knob]));
  const paths = new Set([...Object.keys(first.knobs), ...Object.keys(other.knobs)]);
  return [...paths].sort().flatMap((path) => {
    const mine = known.get(path);
    const theirs = before.get(path);
    const now = mine ? valueOf(other, mine) : (other.knobs[path] ?? null);
    const was = theirs ? valueOf(first, theirs) : (first.knobs[path] ?? null);
    if (now === was || now === null) return [];
    const unit = mine?.unit ? ` ${mine.unit}` : '';
    return [`${path.slice(path.lastIndexOf('/') + 1)} ${now}${unit}${was === null ? '' : `, not ${was}`}`];
  });
}

/** What can be set beside a run with one click. */
export type Offer = 'off' | 'bound' | 'copy';

export const OFFERS: readonly Offer[] = ['off', 'bound', 'copy'];

export const OFFER_TITLES: Record<Offer, string> = {
  off: 'AutoNUMA off',
  bound: 'hard binding',
  copy: 'a copy to change',
};

/** Why an offer cannot be had for a run, '' when it can. */
export function whyNot(offer: Offer, experiment: Experiment, catalog: Catalog | null): string {
  if (offer === 'off' && experiment.policy === 'off') return 'this run has AutoNUMA off already';
  if (offer !== 'bound') return '';
  if (experiment.variant === 'hard_bind') return 'this run is hard bound already';
  const { workload } = experiment;
  if (typeof workload !== 'string') {
    const variants = (workload as { variants?: Record<string, unknown> }).variants;
    return variants?.hard_bind ? '' : 'the workload file has no variant hard_bind';
  }
  if (!catalog) return 'what the program can do is not known yet';
  const variants = catalog.workloads.find(({ name }) => name === workload)?.variants ?? [];
  return variants.includes('hard_bind')
    ? ''
    : `${workload} has no variant that says which threads and memory are bound to which node`;
}

/** The experiment an offer gives. */
export function offered(offer: Offer, experiment: Experiment): Experiment {
  if (offer === 'off') return balancingOff(experiment);
  return offer === 'bound' ? hardBound(experiment) : structuredClone(experiment);
}
