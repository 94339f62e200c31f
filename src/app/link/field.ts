/** What a field of the link is made of: how it is written, how it is read, and the small checks that all fields share. */

/** One field of a link: `name=value`. */
export interface LinkField<State> {
  name: string;
  /** Its text, or null when it need not be written. */
  write(state: State): string | null;
  /** Put it into the state; the answer is what is wrong with the text, or null. Never throws. */
  read(state: State, text: string): string | null;
}

/** A text as quoted in a message. */
export function quoted(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}

/** A name: letters, digits and a few signs. */
export function readName(text: string, set: (name: string) => unknown): string | null {
  if (!/^[\w.+-]{1,64}$/.test(text)) return `${quoted(text)} is not a name`;
  set(text);
  return null;
}

/** One of a few words. */
export function readChoice<const T extends string>(
  text: string,
  choices: readonly T[],
  set: (choice: T) => unknown,
): string | null {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) return `${quoted(text)} is not one of ${choices.join(', ')}`;
  set(found);
  return null;
}

/** 0 or 1. */
export function readFlag(text: string, set: (on: boolean) => unknown): string | null {
  return readChoice(text, ['0', '1'], (digit) => set(digit === '1'));
}
