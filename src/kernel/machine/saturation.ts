/**
 * How streams saturate what they share: a closed queueing network. n streams take turns between a delay of their own (Z, the latency
 * that nobody else lengthens) and the shared servers on their way, one after the other (D, the time per byte of each): exact mean
 * value analysis (Reiser and Lavenberg 1980). What goes to the own node passes one server, its memory; what goes to another node
 * passes two, the port of its own node and the port of the memory's. Two measured rates give D and Z: all streams together, and
 * half as many.
 */

/** Steps of the bisections: as fine as a double. */
const HALVINGS = 60;
/** Share of the full rate that half the streams get when they fill the server already. */
const ALMOST = 0.999;

/** Total rate of 0, 1, .. streams; entry n in bytes/ns. */
export type SaturationCurve = Float64Array;

/** Servers in series that an access to the own node and one to another node pass. */
export const LOCAL_SERVERS = 1;
export const PORT_SERVERS = 2;

/** Total rate of `streams` streams; those of fewer are written to `into`. */
function meanValueAnalysis(
  streams: number,
  servers: number,
  service: number,
  delay: number,
  into: Float64Array | null,
): number {
  let queue = 0;
  let rate = 0;
  for (let n = 1; n <= streams; n++) {
    const response = service * (1 + queue);
    rate = n / (delay + servers * response);
    queue = rate * response;
    if (into !== null) into[n] = rate;
  }
  return rate;
}

/** The delay with which `streams` streams reach `rate` in all, for servers of this service time. */
function delayFor(streams: number, servers: number, rate: number, service: number): number {
  let low = 0;
  let high = streams / rate;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (meanValueAnalysis(streams, servers, service, middle, null) > rate) low = middle;
    else high = middle;
  }
  return low;
}

/** The highest service time with which `streams` streams still reach `rate` in all: without any delay of their own. */
function longestService(streams: number, servers: number, rate: number): number {
  return streams / (rate * (streams + servers - 1));
}

/**
 * Servers with which half the streams can reach `halfRate`: queues in series fill softly, and where half the streams get nearly as
 * much as all, a single server is what they wait for.
 */
function serversFor(streams: number, rate: number, half: number, halfRate: number, most: number): number {
  let servers = most;
  while (servers > 1) {
    const service = longestService(streams, servers, rate);
    if (meanValueAnalysis(half, servers, service, 0, null) >= halfRate) break;
    servers--;
  }
  return servers;
}

/**
 * The curve through (streams, rate) and (half, half * lone), up to `most` streams. When few streams of rate `lone` would fill the
 * servers, `lone` cannot be the rate of half of them: it is taken as what one alone gets, and limits the curve.
 * @param rate bytes/ns of `streams` streams together
 * @param lone bytes/ns of each when `half` of them stream
 * @param mostServers in series on the way, fewer when the two rates say so (serversFor)
 */
export function saturationCurve(
  streams: number,
  rate: number,
  half: number,
  lone: number,
  most: number,
  mostServers: number,
): SaturationCurve {
  const crowded = half * lone >= rate;
  const halfRate = crowded ? rate * ALMOST : half * lone;
  const servers = serversFor(streams, rate, half, halfRate, mostServers);
  const longest = longestService(streams, servers, rate);
  let low = 1e-9 * longest;
  let high = (1 - 1e-9) * longest;
  // The longer the service, the less delay is left, and the more half the streams get.
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    const delay = delayFor(streams, servers, rate, middle);
    if (meanValueAnalysis(half, servers, middle, delay, null) < halfRate) low = middle;
    else high = middle;
  }
  const curve = new Float64Array(most + 1);
  meanValueAnalysis(most, servers, low, delayFor(streams, servers, rate, low), curve);
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
