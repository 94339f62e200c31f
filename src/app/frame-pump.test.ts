import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FRAME_MAGIC,
  H_FRAME_ID,
  H_GENERATION,
  H_MAGIC,
  H_PLAYING,
  H_TICK,
  HEADER_WORDS,
  type ViewRequest,
} from '../protocol/frame.ts';
import type { MachineInfo } from '../protocol/summary.ts';
import { FramePump } from './frame-pump.ts';

const machine = { nodes: [{}, {}], cpus: [{}] } as unknown as MachineInfo;
const view: ViewRequest = { generation: 1, colourBy: 'owner', maps: [], strips: [] };

let callbacks: ((now: number) => void)[] = [];
let now = 0;

/** Let one animation frame pass. */
async function animate(): Promise<void> {
  const due = callbacks;
  callbacks = [];
  now += 16;
  for (const callback of due) callback(now);
  await Promise.resolve();
  await Promise.resolve();
}

beforeEach(() => {
  callbacks = [];
  now = 0;
  vi.stubGlobal('requestAnimationFrame', (callback: (now: number) => void) => callbacks.push(callback));
  vi.stubGlobal('cancelAnimationFrame', () => (callbacks = []));
});
afterEach(() => vi.unstubAllGlobals());

function setUp(playing: () => boolean) {
  const host = { dataset: {} } as HTMLElement;
  const sent: ArrayBuffer[] = [];
  const pending: ((buffer: ArrayBuffer) => void)[] = [];
  let frameId = 0;
  let tick = 0;
  const reply = () => {
    const resolve = pending.shift();
    if (!resolve) throw new Error('nothing is outstanding');
    const buffer = sent[sent.length - 1];
    const header = new Int32Array(buffer, 0, HEADER_WORDS);
    header[H_MAGIC] = FRAME_MAGIC;
    header[H_FRAME_ID] = frameId++;
    header[H_TICK] = playing() ? ++tick : tick;
    header[H_GENERATION] = 1;
    header[H_PLAYING] = playing() ? 1 : 0;
    resolve(buffer);
  };
  const drawn: number[] = [];
  const pump = new FramePump(
    { viewRequest: () => view, drawFrame: (buffer) => drawn.push(new Int32Array(buffer)[H_TICK]) > 0 },
    (_view, buffer) => {
      sent.push(buffer);
      return new Promise((resolve) => pending.push(resolve));
    },
    host,
    () => machine,
  );
  return { pump, host, sent, pending, drawn, reply };
}

describe('the frame pump', () => {
  it('keeps exactly one request outstanding and reuses its buffer', async () => {
    const { pump, sent, pending, drawn, reply } = setUp(() => true);
    pump.start();
    await animate();
    await animate();
    await animate();
    expect(pending).toHaveLength(1);
    reply();
    await Promise.resolve();
    await animate();
    expect(drawn).toEqual([1]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBe(sent[0]);
    expect(pump.stats.fresh).toBe(1);
  });

  it('pulls rarely once paused and untouched, and at once when woken', async () => {
    const { pump, sent, pending, reply } = setUp(() => false);
    pump.start();
    for (let i = 0; i < 200; i++) {
      await animate();
      if (pending.length) reply();
      await animate();
    }
    const idle = sent.length;
    for (let i = 0; i < 32; i++) {
      await animate();
      if (pending.length) reply();
    }
    expect(sent.length - idle).toBeLessThanOrEqual(4);
    const before = sent.length;
    pump.wake();
    await animate();
    await animate();
    expect(sent.length).toBeGreaterThan(before);
  });

  it('says on the host what it has drawn', async () => {
    const { pump, host, pending, reply } = setUp(() => true);
    pump.start();
    for (let i = 0; i < 60; i++) {
      await animate();
      if (pending.length) reply();
    }
    expect(host.dataset.ready).toBe('true');
    expect(Number(host.dataset.tick)).toBeGreaterThan(1);
  });
});
