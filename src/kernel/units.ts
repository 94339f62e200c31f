/**
 * Number types that must not be mixed. They are "flavoured": a plain number fits any of them, but a `NodeId`
 * does not fit where a `CpuId` is expected, so the compiler catches swapped arguments and costs nothing.
 */
declare const flavor: unique symbol;
type Flavored<Name extends string> = number & { readonly [flavor]?: Name };

/** Index of a NUMA node in `machine.nodes` (dense, from 0; the operating system's own number is `osId`). */
export type NodeId = Flavored<'NodeId'>;
/** Index of a CPU in `machine.cpus` (dense, from 0; the operating system's own number is `osId`). */
export type CpuId = Flavored<'CpuId'>;
/** Process or thread id as `ps` would print it. */
export type Pid = Flavored<'Pid'>;
/** Index of a task in `kernel.tasks`; never reused within a run. */
export type TaskId = Flavored<'TaskId'>;
/** Index of an address space in `kernel.mms`; never reused within a run. */
export type MmId = Flavored<'MmId'>;
/** Index of a 2 MiB page-table slot (one PMD) in the page-table pool of `kernel.memory`. */
export type SlotId = Flavored<'SlotId'>;
/** Page frame number: node ranges follow one another, each aligned to 512 frames. */
export type PageFrame = Flavored<'PageFrame'>;
/** Index of an aligned run of 512 page frames: `pageFrame >> 9`. */
export type FrameBlockId = Flavored<'FrameBlockId'>;
/** Simulated time or a duration, in integer nanoseconds (exact below 2^53). */
export type Nanoseconds = Flavored<'Nanoseconds'>;

/** Bytes of a base page. */
export const PAGE_BYTES = 4096;
/** Base pages of a huge page, of a page-table slot and of a frame block. */
export const PAGES_PER_BLOCK = 512;
/** Bytes of a 2 MiB block. */
export const BLOCK_BYTES = PAGE_BYTES * PAGES_PER_BLOCK;
/** Base pages of one MiB. */
export const PAGES_PER_MIB = 256;
/** The quantum of the simulation: a jiffy at HZ 1000. */
export const TICK_NS: Nanoseconds = 1_000_000;
export const NS_PER_MS = 1_000_000;
/**
 * What a property begins with that will outgrow 31 bits: nanoseconds and bytes so far. V8 keeps a property that began as -0 as a double
 * for ever; one that began as 0 is a small integer until it no longer fits, and then all code compiled for such objects is thrown
 * away, once for each property, in the first simulated seconds. `widened` makes an ordinary 0 of it.
 */
export const WIDE_ZERO = -0;

/** An array of zeros, kept as doubles. */
export const wideZeros = (length: number): number[] => new Array<number>(length).fill(WIDE_ZERO).fill(0);

/** The object with every WIDE_ZERO among its properties turned into 0, still kept as a double. */
export function widened<T extends object>(object: T): T {
  const values = object as Record<string, unknown>;
  for (const key of Object.keys(values)) if (Object.is(values[key], WIDE_ZERO)) values[key] = 0;
  return object;
}
export const NS_PER_SECOND = 1_000_000_000;
