/**
 * Seeded random numbers that live in the kernel's state: one xoshiro128** generator per event stream, so that
 * adding a thread does not shift anybody else's numbers and a snapshot is a plain copy.
 * Algorithm: Blackman and Vigna, "Scrambled linear pseudorandom number generators".
 */

/** Four 32-bit words of xoshiro128** state. */
export type RandomStream = Uint32Array;

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/**
 * A generator for one event stream.
 * @param seed the experiment's seed (any integer)
 * @param stream a number that tells streams of one seed apart
 */
export function randomStream(seed: number, stream: number): RandomStream {
  const state = new Uint32Array(4);
  // splitmix32 over (seed, stream): neighbouring seeds and streams give unrelated states.
  let z = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul((stream + 1) | 0, 0x85ebca6b)) >>> 0;
  for (let i = 0; i < 4; i++) {
    z = (z + 0x9e3779b9) >>> 0;
    let x = z;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    state[i] = (x ^ (x >>> 15)) >>> 0;
  }
  if (state[0] === 0 && state[1] === 0 && state[2] === 0 && state[3] === 0) state[0] = 1;
  return state;
}

/** The next 32 random bits of a stream, as an integer in 0 .. 2^32 - 1. */
export function nextUint32(s: RandomStream): number {
  const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
  const t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotateLeft(s[3], 11);
  return result;
}

/** A random integer in 0 .. bound - 1 (bound from 1 to 2^32; the bias of the multiply method is below 2^-20 for the bounds used here). */
export function nextBelow(s: RandomStream, bound: number): number {
  return Math.floor((nextUint32(s) / 4294967296) * bound);
}
