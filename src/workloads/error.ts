/** What goes wrong between a workload as written and a program that can run, always with the field that is to blame. */

/** A workload that cannot run, and which of its fields says so ('' when it is the whole). */
export class WorkloadError extends Error {
  /** Where in the workload file, for example `processes[0].regions[1].mib`; or `parameters.threads`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(field === '' ? message : `${field}: ${message}`);
    this.name = 'WorkloadError';
    this.field = field;
  }
}

/** Levenshtein distance, for "did you mean". */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** " (did you mean "x"?)" for the nearest of the known names, or all of them when none is near. */
export function suggestion(name: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  let best = known[0];
  for (const candidate of known) {
    if (editDistance(name, candidate) < editDistance(name, best)) best = candidate;
  }
  const distance = editDistance(name.toLowerCase(), best.toLowerCase());
  // A slip of the fingers, not another word altogether.
  const near =
    distance <= Math.max(2, Math.floor(best.length / 3)) && distance < Math.max(name.length, best.length);
  return near ? ` (did you mean "${best}"?)` : ` (there is ${known.map((k) => `"${k}"`).join(', ')})`;
}
