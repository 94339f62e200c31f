/** Values too long to be read: JSON, deflated, in the letters that are safe behind `#` (base64url). */
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate';

/** What unpacks to more is no experiment of a person. */
const MAX_BYTES = 8 << 20;

export function pack(value: object): string {
  const bytes = deflateSync(strToU8(JSON.stringify(value)), { level: 9 });
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @throws Error when the text is not what `pack` made */
export function unpack(text: string): object {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const out = new Uint8Array(MAX_BYTES);
  const bytes = inflateSync(
    Uint8Array.from(binary, (letter) => letter.charCodeAt(0)),
    { out },
  );
  const value: unknown = JSON.parse(strFromU8(bytes));
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return value;
}

/** Unpack into a state; the answer is what is wrong with the text, or null. */
export function readPacked(text: string, set: (value: object) => unknown): string | null {
  try {
    set(unpack(text));
    return null;
  } catch {
    return 'the packed value is damaged';
  }
}
