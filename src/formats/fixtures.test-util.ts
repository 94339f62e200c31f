/** Real output of two emulated guests, for the writers to meet. */
import { readFileSync } from 'node:fs';

/** The text of a file in fixtures/proc. */
export function guestText(name: string): string {
  return readFileSync(new URL(`./fixtures/proc/${name}.txt`, import.meta.url), 'utf8');
}

/** The same in lines, without an empty one at the end. */
export function guestLines(name: string): string[] {
  return guestText(name).trimEnd().split('\n');
}
