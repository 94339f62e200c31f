import { describe, expect, it } from 'vitest';
import { INDEX_HUGE_EDGE, readFrame, type ColourBy, type ViewRequest } from '../protocol/frame.ts';
import { Session } from './session.ts';
import { SMALL, SOON, wholeNode } from './small.test-util.ts';
import { summarise } from './summarise.ts';

const STATUS = { frameId: 1, generation: 1, playing: true, sliceMicroseconds: 0, achievedSpeed: 0 };
const HUGE = { ...SMALL, thp: 'on' as const };

/** Node 0 with tiles of so many pixels. */
function view(colourBy: ColourBy, tile: number): ViewRequest {
  const frames = 512 * 256;
  const rows = frames / 512 / 8;
  return { generation: 1, colourBy, maps: [wholeNode(0, frames, 8 * tile, (rows * tile) / 2)], strips: [] };
}

function edges(session: Session, request: ViewRequest): { image: Uint8Array; count: number } {
  const { images } = readFrame(session.frames.write(request, new ArrayBuffer(0), STATUS, SOON));
  return { image: images.slice(), count: images.filter((index) => index === INDEX_HUGE_EDGE).length };
}

describe('edges of huge pages', () => {
  it('are drawn when a tile has room for them, by owner and by type', () => {
    const session = new Session(HUGE, 1);
    session.run(300, SOON, Infinity);
    const huge = session.k.counters.thp_fault_alloc - session.k.counters.thp_split;
    expect(huge).toBeGreaterThan(0);
    expect(edges(session, view('owner', 32)).count).toBeGreaterThan(0);
    expect(edges(session, view('type', 24)).count).toBeGreaterThan(0);
    expect(edges(session, view('owner', 20)).count).toBe(0);
    expect(edges(session, view('last_nid', 32)).count).toBe(0);
    expect(edges(new Session(SMALL, 1), view('owner', 32)).count).toBe(0);
  });

  it('come and go with splits as if all were painted anew', () => {
    const session = new Session(HUGE, 1);
    const request = view('owner', 32);
    for (let step = 0; step < 8; step++) {
      session.run(60, SOON, Infinity);
      const { image } = edges(session, request);
      session.frames.forget();
      expect(Buffer.compare(image, edges(session, request).image), `step ${step}`).toBe(0);
    }
    expect(session.k.counters.thp_split).toBeGreaterThan(0);
  });
});

describe('the memory overhead', () => {
  const request = { logFrom: 0, seriesFrom: 0, seriesEpoch: 0, logEpoch: -1 };
  const status = { playing: false, speed: 1, achievedSpeed: 0, behind: false, problem: '', seek: null };
  const overhead = (patch: object) =>
    summarise(new Session({ ...SMALL, knobs: {}, ...patch }, 1), status, request, () => '').overhead;

  it('is that of the version, and nothing where nothing is allocated', () => {
    expect(overhead({})).toMatchObject({ bytesPerPage: 24, mb: 5.25, share: 24 / 4096 });
    expect(overhead({ autonumaVersion: 'alpha14' }).bytesPerPage).toBe(32);
    expect(overhead({ autonumaVersion: '27' }).bytesPerPage).toBe(2);
    // In struct page it is there even when AutoNUMA is not possible; an array of its own is not.
    expect(overhead({ noautonuma: true }).bytesPerPage).toBe(24);
    expect(overhead({ noautonuma: true, autonumaVersion: 'alpha14' }).bytesPerPage).toBe(0);
    expect(overhead({ policy: 'off' }).bytesPerPage).toBe(0);
  });
});
