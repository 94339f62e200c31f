/**
 * How streams saturate what they share: a closed queue. n streams take turns between a delay of their own (Z, the latency that
 * nobody else lengthens) and a shared server (D, its time per byte): exact mean value analysis (Reiser and Lavenberg 1980).
 * Two measured rates give D and Z: all streams together, and half as many.
 */

/** Steps of the bisections: as fine as a double. */
const HALVINGS = 60;
/** Share of the full rate that half the streams get when they fill the server already. */
const ALMOST = 0.999;

/** Total rate of 0, 1, .. streams; entry n in bytes/ns. */
export type SaturationCurve = Float64Array;

function meanValueAnalysis(
  streams: number,
  service: number,
  delay: number,
  into: Float64Array | null,
): number {
  let queue = 0;
  let rate = 0;
  for (let n = 1; n <= streams; n++) {
    const response = service * (1 + queue);
    rate = n / (delay + response);
    queue = rate * response;
    if (into !== null) into[n] = rate;
  }
  return rate;
}

/** The delay with which `streams` streams reach `rate` in all, for a server of this service time. */
function delayFor(streams: number, rate: number, service: number): number {
  let low = 0;
  let high = streams / rate;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (meanValueAnalysis(streams, service, middle, null) > rate) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * The curve through (streams, rate) and (half, half * lone), up to `most` streams. When few streams of rate `lone` would fill the
 * server, `lone` cannot be the rate of half of them: it is taken as what one alone gets, and limits the curve.
 * @param rate bytes/ns of `streams` streams together
 * @param lone bytes/ns of each when `half` of them stream
 */
export function saturationCurve(
  streams: number,
  rate: number,
  half: number,
  lone: number,
  most: number,
): SaturationCurve {
  const crowded = half * lone >= rate;
  const halfRate = crowded ? rate * ALMOST : half * lone;
  let low = 1e-9 / rate;
  let high = (1 - 1e-9) / rate;
  // The longer the service, the less delay is left, and the more half the streams get.
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (meanValueAnalysis(half, middle, delayFor(streams, rate, middle), null) < halfRate) low = middle;
    else high = middle;
  }
  const curve = new Float64Array(most + 1);
  meanValueAnalysis(most, low, delayFor(streams, rate, low), curve);
  if (crowded) for (let n = 1; n <= most; n++) curve[n] = Math.min(curve[n], n * lone);
  return curve;
}

/** Rate per stream when `n` (may be fractional) share; less than 1 counts as 1, more than the curve is long as its end. */
export function ratePerStream(curve: SaturationCurve, n: number): number {
  if (n <= 1 || curve.length <= 2) return curve[1];
  const at = Math.min(Math.floor(n), curve.length - 2);
  const a = curve[at] / at;
  const b = curve[at + 1] / (at + 1);
  return a + (b - a) * Math.min(1, n - at);
}
