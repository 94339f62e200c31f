/**
 * A film of a stretch of simulated time: the experiment runs once more in a worker of its own, and each frame of the film is
 * the picture at its exact moment, however long it takes to draw. What is on show goes on undisturbed.
 */
import type { Experiment } from '../../protocol/experiment.ts';
import type { Picture } from '../../view/picture.ts';
import { startEngine } from '../engine-client.ts';
import { FILM_FPS, filmFrames } from './film-limits.ts';
import { OffscreenPicture } from './offscreen-picture.ts';
import { writeWebm, type EncodedFrame, type WebmTrack } from './webm.ts';

export interface FilmRequest {
  experiment: Experiment;
  fromTick: number;
  toTick: number;
  /** Simulated seconds per second of film. */
  speed: number;
  /** The picture whose cameras the film has. */
  like: Picture | null;
}

const WIDTH = 1280;
/** The caption and the clock. */
const BAR_HEIGHT = 40;
const MAX_HEIGHT = 1440;
const KEY_EVERY = 2 * FILM_FPS;
const BITS_PER_SECOND = 6_000_000;
/** Frames given to the encoder and not yet back. */
const MOST_PENDING = 4;

const CODECS: { codec: string; track: WebmTrack['codec'] }[] = [
  { codec: 'vp09.00.31.08', track: 'V_VP9' },
  { codec: 'vp8', track: 'V_VP8' },
];

/**
 * Make the film.
 * @param progress told 0..1
 * @param signal ends it
 * @throws Error in words for the person
 */
export async function makeFilm(
  request: FilmRequest,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Blob> {
  if (typeof VideoEncoder === 'undefined')
    throw new Error(
      'This browser cannot encode video (it has no WebCodecs, or the page is not served over https).',
    );
  let death = '';
  const engine = startEngine((reason) => (death = reason));
  signal.addEventListener('abort', () => engine.dispose());
  let picture: OffscreenPicture | null = null;
  try {
    const { experiment, fromTick, toTick, speed, like } = request;
    const booted = await engine.guard(engine.api.boot(experiment, false));
    if (!booted.ok) throw new Error(booted.error);
    const { machine, generation } = booted.value;
    const runTo = async (tick: number): Promise<number> => {
      const reply = await engine.guard(engine.api.seek(tick));
      if (!reply.ok) throw new Error(reply.error);
      return reply.value.tick;
    };
    const summary = () =>
      engine.guard(engine.api.summary({ logFrom: 1e9, logEpoch: 0, seriesFrom: 1e9, seriesEpoch: 0 }));
    if ((await runTo(fromTick)) < fromTick) throw new Error('The programs end before the film begins.');

    const { pictureHeight } = await import('../../view/picture.ts');
    const first = await summary();
    const wanted = pictureHeight(WIDTH, machine, Math.max(1, first.processes.length));
    const height = Math.min(MAX_HEIGHT, 2 * Math.ceil(Math.max(680, wanted) / 2));
    let seconds = 0;
    picture = await OffscreenPicture.create(
      machine,
      generation,
      first,
      { width: WIDTH, height },
      1,
      like,
      () => seconds,
    );
    const canvas = new OffscreenCanvas(WIDTH, height + BAR_HEIGHT);
    const context = canvas.getContext('2d') as unknown as CanvasRenderingContext2D;
    const encoder = await Encoder.create(canvas.width, canvas.height);
    const frames = filmFrames(request);
    for (let i = 0; i < frames; i++) {
      if (signal.aborted) throw new Error('cancelled');
      seconds = i / FILM_FPS;
      const tick = Math.min(toTick, fromTick + Math.round(seconds * speed * 1000));
      const reached = i === 0 ? fromTick : await runTo(tick);
      const now = await summary();
      picture.setSummary(now);
      await picture.paint(engine, context, BAR_HEIGHT);
      drawBar(context, now.caption, reached);
      await encoder.add(canvas, i);
      progress((i + 1) / frames);
      if (reached < tick) break;
    }
    return await encoder.finish();
  } catch (error) {
    if (signal.aborted) throw new Error('cancelled', { cause: error });
    throw death ? new Error(death, { cause: error }) : error;
  } finally {
    picture?.destroy();
    engine.dispose();
  }
}

/** Caption and time over the picture, in the colours of the page. */
function drawBar(context: CanvasRenderingContext2D, caption: string, tick: number): void {
  const style = getComputedStyle(document.documentElement);
  context.fillStyle = style.getPropertyValue('--panel');
  context.fillRect(0, 0, WIDTH, BAR_HEIGHT);
  context.fillStyle = style.getPropertyValue('--text');
  context.textBaseline = 'middle';
  context.font = '14px system-ui, sans-serif';
  context.textAlign = 'left';
  context.fillText(caption, 12, BAR_HEIGHT / 2, WIDTH - 160);
  context.font = '14px ui-monospace, "DejaVu Sans Mono", monospace';
  context.textAlign = 'right';
  context.fillText(`t = ${(tick / 1000).toFixed(3)} s`, WIDTH - 12, BAR_HEIGHT / 2);
}

/** The browser's encoder, one frame after another. */
class Encoder {
  private readonly frames: EncodedFrame[] = [];
  private readonly encoder: VideoEncoder;
  private problem: Error | null = null;
  private count = 0;

  private constructor(
    private readonly track: WebmTrack,
    config: VideoEncoderConfig,
  ) {
    this.encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        this.frames.push({ bytes, timeMs: Math.round(chunk.timestamp / 1000), key: chunk.type === 'key' });
      },
      error: (error) => (this.problem = error),
    });
    this.encoder.configure(config);
  }

  static async create(width: number, height: number): Promise<Encoder> {
    for (const { codec, track } of CODECS) {
      const config = { codec, width, height, bitrate: BITS_PER_SECOND, framerate: FILM_FPS };
      const { supported } = await VideoEncoder.isConfigSupported(config);
      if (supported) return new Encoder({ codec: track, width, height }, config);
    }
    throw new Error('This browser can encode neither VP9 nor VP8.');
  }

  async add(canvas: OffscreenCanvas, index: number): Promise<void> {
    const frame = new VideoFrame(canvas, {
      timestamp: Math.round((index * 1e6) / FILM_FPS),
      duration: Math.round(1e6 / FILM_FPS),
    });
    this.encoder.encode(frame, { keyFrame: index % KEY_EVERY === 0 });
    frame.close();
    this.count = index + 1;
    while (this.encoder.encodeQueueSize > MOST_PENDING && !this.problem)
      await new Promise((resolve) => this.encoder.addEventListener('dequeue', resolve, { once: true }));
    if (this.problem) throw this.problem;
  }

  async finish(): Promise<Blob> {
    await this.encoder.flush();
    this.encoder.close();
    if (this.problem) throw this.problem;
    const durationMs = Math.round((this.count * 1000) / FILM_FPS);
    return new Blob([writeWebm(this.track, this.frames, durationMs)], { type: 'video/webm' });
  }
}
