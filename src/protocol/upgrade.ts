/** Stored things have a version, and a way from every earlier version to ours. */

export interface Upgrader<T> {
  readonly version: number;
  /** Is there a way from this version to ours? */
  knows(version: number): boolean;
  /** From a known version to ours. */
  upgrade(value: T, version: number): T;
}

/**
 * @param what for the message, e.g. "links"
 * @param version ours
 * @param steps by the version they upgrade from, to the next one
 * @throws Error when a version has no step; called when a module loads, so that it cannot be forgotten
 */
export function upgrader<T>(
  what: string,
  version: number,
  steps: Readonly<Record<number, (value: T) => T>>,
): Upgrader<T> {
  for (let from = 1; from < version; from++) {
    if (!Object.hasOwn(steps, from)) throw new Error(`${what} of version ${from} have no upgrader`);
  }
  return {
    version,
    knows: (from) => Number.isInteger(from) && from >= 1 && from <= version,
    upgrade: (value, from) => {
      let upgraded = value;
      for (let at = from; at < version; at++) upgraded = steps[at](upgraded);
      return upgraded;
    },
  };
}
