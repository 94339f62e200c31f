/**
 * A WebM file (Matroska with one VP8 or VP9 track) from encoded frames that are all there: sizes and the duration are
 * written out and there is an index, so that players know its length and can seek. Element ids: the Matroska
 * specification (RFC 9559).
 */

export interface EncodedFrame {
  bytes: Uint8Array;
  /** Milliseconds since the beginning, a whole number. */
  timeMs: number;
  key: boolean;
}

export interface WebmTrack {
  codec: 'V_VP8' | 'V_VP9';
  width: number;
  height: number;
}

type Part = Uint8Array | readonly Part[];

/** A block's time is 16 bits from its cluster's. */
const MAX_CLUSTER_MS = 32_000;

const EBML = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CLUSTER = 0x1f43b675;
const CUES = 0x1c53bb6b;

/** @param durationMs when the last frame ends */
export function writeWebm(
  track: WebmTrack,
  frames: readonly EncodedFrame[],
  durationMs: number,
): Uint8Array<ArrayBuffer> {
  const header = element(EBML, [
    element(0x4286, unsigned(1)), // EBMLVersion
    element(0x42f7, unsigned(1)), // EBMLReadVersion
    element(0x42f2, unsigned(4)), // EBMLMaxIDLength
    element(0x42f3, unsigned(8)), // EBMLMaxSizeLength
    element(0x4282, ascii('webm')), // DocType
    element(0x4287, unsigned(4)), // DocTypeVersion
    element(0x4285, unsigned(2)), // DocTypeReadVersion
  ]);
  const info = element(INFO, [
    element(0x2ad7b1, unsigned(1_000_000)), // TimestampScale: milliseconds
    element(0x4489, float64(durationMs)), // Duration
    element(0x4d80, ascii('AutoNUMA Lab')), // MuxingApp
    element(0x5741, ascii('AutoNUMA Lab')), // WritingApp
  ]);
  const tracks = element(
    TRACKS,
    element(0xae, [
      element(0xd7, unsigned(1)), // TrackNumber
      element(0x73c5, unsigned(1)), // TrackUID
      element(0x83, unsigned(1)), // TrackType: video
      element(0x9c, unsigned(0)), // FlagLacing
      element(0x86, ascii(track.codec)),
      element(0xe0, [element(0xb0, unsigned(track.width)), element(0xba, unsigned(track.height))]),
    ]),
  );
  const before = flat([info, tracks]);
  const clusters: Uint8Array[] = [];
  const cues: Part[] = [];
  let position = before.length;
  for (const group of grouped(frames)) {
    const start = group[0].timeMs;
    const cluster = flat(
      element(CLUSTER, [element(0xe7, unsigned(start)), ...group.map((frame) => block(frame, start))]),
    );
    cues.push(
      element(0xbb, [
        element(0xb3, unsigned(start)), // CueTime
        element(0xb7, [element(0xf7, unsigned(1)), element(0xf1, unsigned(position))]), // CueTrack, CueClusterPosition
      ]),
    );
    clusters.push(cluster);
    position += cluster.length;
  }
  return flat([header, element(SEGMENT, [before, ...clusters, element(CUES, cues)])]);
}

/** Clusters begin with a key frame and are short enough for 16 bits of milliseconds. */
function grouped(frames: readonly EncodedFrame[]): EncodedFrame[][] {
  const groups: EncodedFrame[][] = [];
  for (const frame of frames) {
    const group = groups.at(-1);
    if (!group || frame.key || frame.timeMs - group[0].timeMs > MAX_CLUSTER_MS) groups.push([frame]);
    else group.push(frame);
  }
  return groups;
}

function block({ bytes, timeMs, key }: EncodedFrame, clusterMs: number): Part {
  const relative = timeMs - clusterMs;
  return element(0xa3, [Uint8Array.of(0x81, relative >> 8, relative & 0xff, key ? 0x80 : 0), bytes]);
}

function element(id: number, body: Part): Part {
  return [unsigned(id), size(length(body)), body];
}

/** A whole number in as few bytes as it takes; ids are their own marks. */
function unsigned(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

/** A size of eight bytes, as it may be written whatever the value. */
function size(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, Math.floor(value / 0x100000000) | 0x01000000);
  view.setUint32(4, value >>> 0);
  return bytes;
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return bytes;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function length(part: Part): number {
  return part instanceof Uint8Array ? part.length : part.reduce((sum, each) => sum + length(each), 0);
}

function flat(part: Part): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length(part));
  let at = 0;
  const put = (each: Part): void => {
    if (each instanceof Uint8Array) {
      out.set(each, at);
      at += each.length;
    } else for (const inner of each) put(inner);
  };
  put(part);
  return out;
}
