/** "Did you mean": the known name nearest to a wrong one. */

/** The nearest name, or null when nothing is near enough to be a misspelling. */
export function nearestName(wrong: string, known: readonly string[]): string | null {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  let best: string | null = null;
  // A third of the letters may be wrong.
  let bestDistance = Math.floor(Math.max(wrong.length, 3) / 3) + 1;
  if (wrong.length > 60) return null;
  for (const name of known) {
    const distance = editDistance(plain(wrong), plain(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
