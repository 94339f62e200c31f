import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COLOUR_BY,
  H_BYTES,
  H_CPUS,
  H_FRAME_ID,
  H_GENERATION,
  H_IMAGES,
  H_NODES,
  H_PAGES_MOVED,
  H_PLAYING,
  H_SPARKS,
  H_TICK,
  CPU_PROCESS,
  CPU_WORDS,
  INDEX_NOT_PRESENT,
  INDEX_OUTSIDE,
  INDEX_SPARK,
  INDEX_VALUE,
  NODE_FREE_PAGES,
  NODE_TOTAL_PAGES,
  NODE_WORDS,
  readFrame,
  SPARK_TO_FRAME,
  SPARK_TO_NODE,
  SPARK_WORDS,
  type ViewRequest,
} from '../protocol/frame.ts';
import { Session } from './session.ts';
import { SMALL, SMALL_PTE, smallView, SOON } from './small.test-util.ts';

const STATUS = { frameId: 7, generation: 1, playing: true, sliceMicroseconds: 10, achievedSpeed: 1000 };

function frameOf(session: Session, view: ViewRequest, buffer = new ArrayBuffer(0)) {
  return readFrame(session.frames.write(view, buffer, STATUS, SOON));
}

/** First pixel that differs, -1 when none does (toEqual takes a hundred times as long). */
function difference(a: Uint8Array, b: Uint8Array): number {
  if (a.length === b.length && Buffer.compare(a, b) === 0) return -1;
  return a.findIndex((value, i) => value !== b[i]);
}

function run(session: Session, ticks: number): void {
  session.run(ticks, SOON, Infinity);
}

/** A window anywhere in or around a node, at any zoom. */
const maps = fc
  .record({
    node: fc.constantFrom(0, 1),
    width: fc.integer({ min: 1, max: 30 }).map((w) => w * 4),
    height: fc.integer({ min: 1, max: 100 }),
    tileColumns: fc.integer({ min: 1, max: 20 }),
    x: fc.integer({ min: -500, max: 3000 }).map((x) => x / 10),
    y: fc.integer({ min: -500, max: 3000 }).map((y) => y / 10),
    cellsPerPixel: fc
      .oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 300 }))
      .map((c) => c / 20),
    stretch: fc.constantFrom(1, 1, 0.5, 3),
  })
  .map(({ stretch, ...map }) => ({ ...map, cellsPerPixelY: map.cellsPerPixel * stretch }));

const views = fc.record({
  generation: fc.constant(1),
  colourBy: fc.constantFrom(...COLOUR_BY),
  maps: fc.array(maps, { maxLength: 3 }),
  strips: fc.array(
    fc.record({
      process: fc.integer({ min: 0, max: 2 }),
      width: fc.integer({ min: 1, max: 40 }).map((w) => w * 4),
      height: fc.integer({ min: 1, max: 40 }),
    }),
    { maxLength: 3 },
  ),
});

describe('a frame', () => {
  it('opens as it was written', () => {
    const session = new Session(SMALL, 1);
    run(session, 400);
    const view = smallView();
    const frame = frameOf(session, view);
    expect(frame.header[H_FRAME_ID]).toBe(7);
    expect(frame.header[H_TICK]).toBe(400);
    expect(frame.header[H_GENERATION]).toBe(1);
    expect(frame.header[H_PLAYING]).toBe(1);
    expect(frame.header[H_NODES]).toBe(2);
    expect(frame.header[H_CPUS]).toBe(8);
    expect(frame.header[H_IMAGES]).toBe(2 * 128 * 96 + 2 * 100 * 20);
    expect(frame.images.length).toBe(frame.header[H_IMAGES]);
    expect(frame.header[H_BYTES]).toBeLessThanOrEqual(frame.header.buffer.byteLength);
    expect(frame.nodes[NODE_WORDS + NODE_TOTAL_PAGES]).toBe(384 * 256);
    expect(frame.nodes[NODE_FREE_PAGES]).toBeLessThan(512 * 256);
    const running = Array.from({ length: 8 }, (_, cpu) => frame.cpus[cpu * CPU_WORDS + CPU_PROCESS]);
    expect(running.some((process) => process >= 0)).toBe(true);
  });

  it('reuses the buffer when it is large enough and makes one when it is not', () => {
    const session = new Session(SMALL, 1);
    const first = session.frames.write(smallView(), new ArrayBuffer(8), STATUS, SOON);
    expect(session.frames.write(smallView(), first, STATUS, SOON)).toBe(first);
  });

  it('shows owners, sparks where pages arrive, and where address spaces lie', () => {
    const session = new Session(SMALL, 1);
    let sparks = 0;
    let litFrames = 0;
    for (let i = 0; i < 80; i++) {
      run(session, 16);
      const frame = frameOf(session, smallView());
      sparks += frame.header[H_SPARKS];
      if (frame.images.subarray(0, 2 * 128 * 96).includes(INDEX_SPARK)) litFrames++;
      for (let s = 0; s < frame.header[H_SPARKS]; s++) {
        const to = frame.sparks[s * SPARK_WORDS + SPARK_TO_NODE];
        const place = frame.sparks[s * SPARK_WORDS + SPARK_TO_FRAME];
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThan(session.k.memory.frames.nodeFrames[to]);
      }
      expect(frame.header[H_PAGES_MOVED]).toBeGreaterThanOrEqual(frame.header[H_SPARKS]);
    }
    expect(sparks).toBeGreaterThan(0);
    expect(litFrames).toBeGreaterThan(0);
    const { images } = frameOf(session, smallView());
    const strip = images.subarray(2 * 128 * 96, 2 * 128 * 96 + 2000);
    expect(strip.includes(INDEX_VALUE) || strip.includes(INDEX_VALUE + 1)).toBe(true);
  });

  it('stands still while the simulation does, sparks included', () => {
    const session = new Session(SMALL, 1);
    for (let i = 0; i < 3000 && session.k.counters.pgmigrate_success === 0; i++) run(session, 1);
    const images = frameOf(session, smallView()).images.slice();
    expect(images.includes(INDEX_SPARK)).toBe(true);
    for (let i = 0; i < 20; i++) expect(difference(frameOf(session, smallView()).images, images)).toBe(-1);
  });

  it('does not trip over nodes and processes that do not exist', () => {
    const session = new Session(SMALL, 1);
    const view = smallView();
    view.maps[0].node = 9;
    view.strips[0].process = 9;
    const { images } = frameOf(session, view);
    expect(images[0]).toBe(INDEX_OUTSIDE);
    expect(images[2 * 128 * 96]).toBe(INDEX_NOT_PRESENT);
  });
});

describe('painting what changed', () => {
  it.each([
    ['2 MiB at a time', SMALL],
    ['page by page', SMALL_PTE],
    ['huge pages', { ...SMALL, thp: 'on' as const }],
    ['one page everybody writes', { ...SMALL_PTE, workload: 'hot-page' }],
    [
      'processes that come and go',
      { ...SMALL, workload: 'fork-build', parameters: { jobs: 4, files: 3, mib: 20 } },
    ],
  ])('gives the same picture as painting everything: %s', (_, experiment) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(views, fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 6 })), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.integer({ min: 0, max: 600 }),
        (looks, start) => {
          const session = new Session(experiment, 1);
          run(session, start);
          for (const [view, pauses] of looks) {
            for (const ticks of pauses) {
              run(session, ticks);
              const painted = frameOf(session, view).images.slice();
              session.frames.forget();
              expect(difference(painted, frameOf(session, view).images)).toBe(-1);
              // What was just painted in full must stay good: paint once more with nothing changed.
              expect(difference(painted, frameOf(session, view).images)).toBe(-1);
            }
          }
        },
      ),
      { numRuns: 6 },
    );
  });
});
