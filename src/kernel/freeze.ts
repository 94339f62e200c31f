/**
 * Copies of a plain state that share what has not changed. `freeze` makes one that nobody writes to; whatever is as it was in an
 * earlier frozen copy is that copy's own part again, so that a hundred of them cost little more than what happened between
 * them. `thaw` makes a live state of it, equal to the last bit.
 *
 * A state is a tree of objects, arrays, typed arrays, numbers, strings, booleans and null. Long arrays are cut into chunks, and a chunk
 * is what is shared or copied.
 */

/** A frozen state: opaque to all but this file. */
export type Frozen = unknown;

/** Words of a chunk of a typed array (4 KiB), and items of a chunk of a long array. */
const CHUNK_WORDS = 1024;
const CHUNK_ITEMS = 512;

interface TypedArrayType {
  new (length: number): TypedArray;
}
interface TypedArray extends ArrayBufferView {
  [index: number]: number;
  readonly length: number;
  slice(): TypedArray;
  set(from: ArrayLike<number>): void;
}

/** Typed arrays up to this length are frozen whole. */
const WHOLE_BYTES = 256;
const NO_TAIL = new Uint8Array(0);

/** A typed array in chunks; the bytes past the last whole word stand apart. */
class FrozenTyped {
  constructor(
    readonly type: TypedArrayType,
    readonly length: number,
    readonly chunks: readonly Uint32Array[],
    readonly tail: Uint8Array,
  ) {}
}

/** A long array in chunks. */
class FrozenList {
  constructor(
    readonly length: number,
    readonly chunks: readonly Frozen[][],
  ) {}
}

/**
 * Freeze a state.
 * @param before an earlier frozen copy of the same state to share with, or undefined
 */
export function freeze(value: unknown, before?: Frozen): Frozen {
  if (value === null || typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value)) return freezeTyped(value as TypedArray, before);
  if (Array.isArray(value)) return freezeArray(value, before);
  return freezeObject(value as Record<string, unknown>, before);
}

function freezeObject(value: Record<string, unknown>, before: Frozen): Frozen {
  const old = isRecord(before) ? before : undefined;
  const keys = Object.keys(value);
  const parts = keys.map((key) => freeze(value[key], old?.[key]));
  const same =
    old !== undefined &&
    Object.keys(old).length === keys.length &&
    keys.every((key, i) => Object.is(parts[i], old[key]) && key in old);
  if (same) return old;
  const copy: Record<string, Frozen> = {};
  keys.forEach((key, i) => (copy[key] = parts[i]));
  return copy;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof FrozenTyped) &&
    !(value instanceof FrozenList)
  );
}

function freezeArray(value: readonly unknown[], before: Frozen): Frozen {
  if (value.length <= CHUNK_ITEMS)
    return freezeItems(value, 0, value.length, Array.isArray(before) ? (before as Frozen[]) : undefined);
  const old = before instanceof FrozenList ? before : undefined;
  let same = old?.length === value.length;
  const chunks: Frozen[][] = [];
  for (let from = 0; from < value.length; from += CHUNK_ITEMS) {
    const oldChunk = old?.chunks[chunks.length];
    const chunk = freezeItems(value, from, Math.min(value.length, from + CHUNK_ITEMS), oldChunk);
    if (chunk !== oldChunk) same = false;
    chunks.push(chunk);
  }
  return same ? old : new FrozenList(value.length, chunks);
}

/** Items [from, to): those of the old chunk when nothing differs. */
function freezeItems(
  value: readonly unknown[],
  from: number,
  to: number,
  old: Frozen[] | undefined,
): Frozen[] {
  let copy: Frozen[] | null = old?.length === to - from ? null : [];
  for (let i = from; i < to; i++) {
    const item = value[i];
    const oldItem = old?.[i - from];
    // Most items are the numbers they were; zero is looked at twice because of its sign.
    if (copy === null && item === oldItem && (item !== 0 || Object.is(item, oldItem))) continue;
    const part = freeze(item, oldItem);
    if (copy === null) {
      if (Object.is(part, oldItem)) continue;
      copy = old!.slice(0, i - from);
    }
    copy.push(part);
  }
  return copy ?? old!;
}

/** Chunks that hold one word all over: most of a large machine's memory is like that. */
const uniform = new Map<number, Uint32Array>();
const MAX_UNIFORM = 256;

function freezeTyped(value: TypedArray, before: Frozen): Frozen {
  const type = value.constructor as unknown as TypedArrayType;
  if (value.byteLength <= WHOLE_BYTES) return equalTyped(value, before) ? before : value.slice();
  const old =
    before instanceof FrozenTyped && before.type === type && before.length === value.length
      ? before
      : undefined;
  const aligned = value.byteOffset % 4 === 0 ? value : value.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
  const rest = aligned.byteLength & 3;
  const tail =
    rest === 0 ? NO_TAIL : new Uint8Array(aligned.buffer, aligned.byteOffset + words.byteLength, rest);
  let same = old !== undefined;
  const chunks: Uint32Array[] = [];
  for (let from = 0; from < words.length; from += CHUNK_WORDS) {
    const to = Math.min(words.length, from + CHUNK_WORDS);
    const oldChunk = old?.chunks[chunks.length];
    if (oldChunk !== undefined && equalWords(words, from, to, oldChunk)) {
      chunks.push(oldChunk);
      continue;
    }
    same = false;
    chunks.push(freezeWords(words, from, to));
  }
  if (same && old!.tail.every((byte, i) => byte === tail[i])) return old;
  return new FrozenTyped(type, value.length, chunks, rest === 0 ? NO_TAIL : tail.slice());
}

function equalTyped(value: TypedArray, before: Frozen): before is TypedArray {
  if (!ArrayBuffer.isView(before) || before.constructor !== value.constructor) return false;
  const old = before as TypedArray;
  if (old.length !== value.length) return false;
  for (let i = 0; i < value.length; i++) if (!Object.is(old[i], value[i])) return false;
  return true;
}

function equalWords(words: Uint32Array, from: number, to: number, chunk: Uint32Array): boolean {
  for (let i = from, j = 0; i < to; i++, j++) if (words[i] !== chunk[j]) return false;
  return true;
}

function freezeWords(words: Uint32Array, from: number, to: number): Uint32Array {
  const first = words[from];
  let i = from + 1;
  while (i < to && words[i] === first) i++;
  if (i < to || to - from < CHUNK_WORDS) return words.slice(from, to);
  let chunk = uniform.get(first);
  if (chunk === undefined) {
    chunk = words.slice(from, to);
    if (uniform.size < MAX_UNIFORM) uniform.set(first, chunk);
  }
  return chunk;
}

/** Typed arrays longer than this are written into the live array where there is one of the same length. */
const REUSE_BYTES = 4 * CHUNK_WORDS;

/**
 * A live state from a frozen one; nothing of it is shared with anybody.
 * @param live a state to be like: its long typed arrays are reused (nobody else may hold on to them), and objects are made in the shape
 *   of its objects, so that code compiled for these goes on
 */
export function thaw(frozen: Frozen, live?: unknown): unknown {
  return thawLike(frozen, live, true);
}

/** @param reuse false when `live` is a sibling: only its shape counts, as what it holds is already somebody's */
function thawLike(frozen: Frozen, live: unknown, reuse: boolean): unknown {
  if (frozen === null || typeof frozen !== 'object') return frozen;
  if (frozen instanceof FrozenTyped) return thawTyped(frozen, reuse ? live : undefined);
  if (ArrayBuffer.isView(frozen)) return (frozen as TypedArray).slice();
  if (frozen instanceof FrozenList) return thawList(frozen, Array.isArray(live) ? live : undefined, reuse);
  if (Array.isArray(frozen)) {
    const items: unknown[] = [];
    thawItems(frozen, items, 0, Array.isArray(live) ? live : undefined, reuse);
    return items;
  }
  const keys = Object.keys(frozen);
  const old = isRecord(live) ? live : undefined;
  const alike =
    old !== undefined && Object.keys(old).length === keys.length && keys.every((key) => key in old);
  const copy: Record<string, unknown> = alike ? { ...old } : {};
  for (const key of keys) copy[key] = thawLike((frozen as Record<string, Frozen>)[key], old?.[key], reuse);
  return copy;
}

/** A long array is written into the live one where that is as long, like a long typed array. */
function thawList(
  { length, chunks }: FrozenList,
  live: readonly unknown[] | undefined,
  reuse: boolean,
): unknown[] {
  const items = reuse && live?.length === length ? (live as unknown[]) : [];
  let at = 0;
  for (const chunk of chunks) {
    thawItems(chunk, items, at, live, reuse);
    at += chunk.length;
  }
  return items;
}

/** Thaw items into an array from a place on; `live`, which may be that array, shows what they are to be like. */
function thawItems(
  frozen: readonly Frozen[],
  items: unknown[],
  from: number,
  live: readonly unknown[] | undefined,
  reuse: boolean,
): void {
  for (let i = 0; i < frozen.length; i++) {
    const item = frozen[i];
    const at = from + i;
    // Most are numbers, or null.
    if (item === null || typeof item !== 'object') {
      if (at >= items.length || !Object.is(items[at], item)) items[at] = item;
      continue;
    }
    const own = live?.[at];
    // Where the live array is shorter a sibling shows the shape.
    const sibling = at > 0 ? items[at - 1] : undefined;
    items[at] =
      isRecord(own) || !isRecord(sibling) ? thawLike(item, own, reuse) : thawLike(item, sibling, false);
  }
}

function thawTyped({ type, length, chunks, tail }: FrozenTyped, live: unknown): TypedArray {
  const reusable =
    live instanceof type && live.length === length && live.byteLength > REUSE_BYTES && live.byteOffset === 0;
  const array = reusable ? live : new type(length);
  const words = new Uint32Array(array.buffer, 0, array.byteLength >>> 2);
  let at = 0;
  for (const chunk of chunks) {
    words.set(chunk, at);
    at += chunk.length;
  }
  new Uint8Array(array.buffer, words.byteLength).set(tail);
  return array;
}

/** What an object, an array and a chunk take beside their contents, about. */
const OBJECT_BYTES = 32;
const CHUNK_BYTES = 200;

/** Bytes that a frozen state takes beyond what it shares with another one, about. */
export function bytesBeyond(frozen: Frozen, before?: Frozen): number {
  if (frozen === null || typeof frozen !== 'object' || frozen === before) return 0;
  if (frozen instanceof FrozenTyped) {
    const old = before instanceof FrozenTyped ? before.chunks : undefined;
    let bytes = OBJECT_BYTES + frozen.tail.length;
    frozen.chunks.forEach((chunk, i) => {
      bytes += 8;
      if (chunk !== old?.[i] && uniform.get(chunk[0]) !== chunk) bytes += CHUNK_BYTES + chunk.byteLength;
    });
    return bytes;
  }
  if (frozen instanceof FrozenList) {
    const old = before instanceof FrozenList ? before.chunks : undefined;
    return frozen.chunks.reduce((sum, chunk, i) => sum + 8 + bytesBeyond(chunk, old?.[i]), OBJECT_BYTES);
  }
  if (ArrayBuffer.isView(frozen)) return CHUNK_BYTES + frozen.byteLength;
  let bytes = OBJECT_BYTES;
  if (Array.isArray(frozen)) {
    const old = Array.isArray(before) ? (before as Frozen[]) : undefined;
    for (let i = 0; i < frozen.length; i++) bytes += 8 + bytesBeyond(frozen[i], old?.[i]);
    return bytes;
  }
  const old = isRecord(before) ? before : undefined;
  for (const key of Object.keys(frozen))
    bytes += 8 + bytesBeyond((frozen as Record<string, Frozen>)[key], old?.[key]);
  return bytes;
}
