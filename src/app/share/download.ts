/** Files for the person: named after what runs and when. */
import type { Experiment } from '../../protocol/experiment.ts';

/** "autonuma-lab-numa02-seed1-12.4s.png" */
export function fileName(experiment: Experiment, tick: number, ending: string): string {
  const { workload } = experiment;
  const name =
    typeof workload === 'string' ? workload : String((workload as { name?: unknown }).name ?? 'own-workload');
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);
  return `autonuma-lab-${safe || 'run'}-seed${experiment.seed}-${tick / 1000}s.${ending}`;
}

/** Hand a file to the browser to be saved. */
export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
