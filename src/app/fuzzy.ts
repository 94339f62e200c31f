/** Finding a title by what somebody remembers of it: pure. */

/** Points for a word of the query: at the beginning of a word, inside one; its letters in this order get one at most. */
const AT_START = 4;
const INSIDE = 2;

/** How well a title fits a query: the higher, the better; null when some word of the query does not occur, not even its letters in order. */
export function fitOf(title: string, query: string): number | null {
  const text = title.toLowerCase();
  let fit = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const at = text.indexOf(word);
    if (at >= 0) fit += at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]) ? AT_START : INSIDE;
    else {
      const near = closeness(text, word);
      if (near === 0) return null;
      fit += near;
    }
  }
  return fit;
}

/** How close together the letters stand in this order, at their closest: 1 without gaps, 0 when they do not occur. */
function closeness(text: string, letters: string): number {
  let best = 0;
  for (let start = text.indexOf(letters[0]); start >= 0; start = text.indexOf(letters[0], start + 1)) {
    let at = start;
    for (let i = 1; i < letters.length && at >= 0; i++) at = text.indexOf(letters[i], at + 1);
    if (at < 0) break;
    best = Math.max(best, letters.length / (at - start + 1));
  }
  return best;
}

/**
 * What fits a query, best first; what was used lately is first among equals, and first of all when nothing has been typed.
 * @param recent keys, the latest first
 */
export function rank<T extends { key: string; title: string }>(
  entries: readonly T[],
  query: string,
  recent: readonly string[],
): T[] {
  const age = (entry: T) => {
    const at = recent.indexOf(entry.key);
    return at < 0 ? recent.length : at;
  };
  return entries
    .map((entry, order) => ({ entry, order, fit: fitOf(entry.title, query) }))
    .filter(({ fit }) => fit !== null)
    .sort((a, b) => b.fit! - a.fit! || age(a.entry) - age(b.entry) || a.order - b.order)
    .map(({ entry }) => entry);
}
