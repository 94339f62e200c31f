/**
 * Hash of any plain state: objects, arrays, typed arrays, numbers, strings, booleans and null. The kernel state is nothing else, so
 * no part of the kernel needs code of its own for this, nor for copies of it (freeze.ts).
 */

/** Anything a state may be made of. */
type Plain = unknown;

/** Two 32-bit lanes of a multiplicative hash, fed with 32-bit words. */
interface Hash {
  a: number;
  b: number;
}

const doubleBytes = new Float64Array(1);
const doubleWords = new Uint32Array(doubleBytes.buffer);

function feed(h: Hash, word: number): void {
  h.a = Math.imul(h.a ^ word, 0x01000193);
  h.b = Math.imul(h.b + word, 0x85ebca6b) ^ (h.b >>> 15);
}

function feedNumber(h: Hash, value: number): void {
  // -0 and 0 are one number to the kernel.
  doubleBytes[0] = value === 0 ? 0 : value;
  feed(h, doubleWords[0]);
  feed(h, doubleWords[1]);
}

function feedString(h: Hash, text: string): void {
  feed(h, text.length);
  for (let i = 0; i < text.length; i++) feed(h, text.charCodeAt(i));
}

function walk(h: Hash, value: Plain): void {
  if (typeof value === 'number') feedNumber(h, value);
  else if (typeof value === 'string') feedString(h, value);
  else if (typeof value === 'boolean') feed(h, value ? 2 : 1);
  else if (value === null || value === undefined) feed(h, 3);
  else if (Array.isArray(value)) {
    feed(h, value.length);
    for (const item of value) walk(h, item);
  } else if (ArrayBuffer.isView(value)) walkTyped(h, value);
  else {
    const record = value as Record<string, Plain>;
    for (const key of Object.keys(record).sort()) {
      feedString(h, key);
      walk(h, record[key]);
    }
  }
}

function walkTyped(h: Hash, view: ArrayBufferView): void {
  feed(h, view.byteLength);
  if (view instanceof Float64Array) {
    for (let i = 0; i < view.length; i++) feedNumber(h, view[i]);
    return;
  }
  if (view.byteOffset % 4 === 0) {
    const words = new Uint32Array(view.buffer, view.byteOffset, view.byteLength >> 2);
    for (let i = 0; i < words.length; i++) feed(h, words[i]);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + words.length * 4, view.byteLength & 3);
    for (let i = 0; i < bytes.length; i++) feed(h, bytes[i]);
    return;
  }
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let i = 0; i < bytes.length; i++) feed(h, bytes[i]);
}

/** Hash of a state as 16 hexadecimal digits; equal states give equal hashes in every engine. */
export function hashOf(value: unknown): string {
  const h: Hash = { a: 0x811c9dc5, b: 0x9e3779b9 };
  walk(h, value);
  const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
  return hex(h.a) + hex(h.b);
}
