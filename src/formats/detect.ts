/** What a pasted text is. */

/** The formats that are told apart. */
export type TextFormat = 'numactl' | 'machine-file';

/** One line each: the first whose sign is in the text wins. */
const SIGNS: readonly { format: TextFormat; sign: RegExp }[] = [
  // A JSON object; whether it is a right one, its reader says better.
  { format: 'machine-file', sign: /^\s*\{/ },
  {
    format: 'numactl',
    sign: /^[ \t>#*|]*(?:available:\s*\d+\s+nodes?\b|node\s+\d+\s+(?:cpus|size|free)\s*:|node distances:)/im,
  },
  { format: 'numactl', sign: /no numa (?:support )?available/i },
];

/** Which reader a text is for; null if it looks like nothing known. A byte order mark is ignored. */
export function detectFormat(text: string): TextFormat | null {
  const plain = text.replace(/^\uFEFF/, '');
  return SIGNS.find(({ sign }) => sign.test(plain))?.format ?? null;
}
