/**
 * Moves frames from the worker to the picture, outside React: one pull per animation frame, exactly one outstanding,
 * one pooled buffer that is transferred there and back. A hidden page has no animation frames and so pulls nothing;
 * a paused and untouched one pulls a few times a second.
 */
import {
  frameBytes,
  H_ACHIEVED_SPEED,
  H_BYTES,
  H_FRAME_ID,
  H_FRAME_MICROSECONDS,
  H_GENERATION,
  H_MOVES_DROPPED,
  H_PLAYING,
  H_SLICE_MICROSECONDS,
  H_TICK,
  HEADER_WORDS,
  type ViewRequest,
} from '../protocol/frame.ts';
import type { MachineInfo } from '../protocol/summary.ts';
import { IDLE_FRAME_INTERVAL_MS } from './constants.ts';

/** What the pump needs of the picture. */
export interface FrameSink {
  viewRequest(): ViewRequest;
  /** Draw; false when the frame is of an older experiment or view and was not drawn. */
  drawFrame(buffer: ArrayBuffer): boolean;
}

export type FrameSource = (view: ViewRequest, buffer: ArrayBuffer) => Promise<ArrayBuffer>;

export interface PumpStats {
  /** Frames with new data drawn in the last second. */
  freshPerSecond: number;
  /** Animation frames the browser gave in the last second. */
  animationPerSecond: number;
  /** Frames with new data drawn since the start. */
  fresh: number;
  /** Main thread time an animation frame takes: smoothed, and the worst of the last seconds. */
  scriptMs: number;
  worstScriptMs: number;
  workerSliceMs: number;
  workerFrameMs: number;
  frameBytes: number;
  /** Task moves since the start that the worker had no room for in a frame: they are counted, but have no arc. */
  droppedMoves: number;
  achievedSpeed: number;
  tick: number;
  generation: number;
  playing: boolean;
}

/** Untouched animation frames before a paused picture is refreshed less often. */
const FRAMES_UNTIL_IDLE = 30;

export class FramePump {
  private readonly sink: FrameSink;
  private readonly source: FrameSource;
  private readonly host: HTMLElement;
  private readonly machine: () => MachineInfo | null;
  private handle = 0;
  private outstanding = false;
  private ready: ArrayBuffer | null = null;
  private spare: ArrayBuffer | null = null;
  private quietFrames = 0;
  private nextIdlePull = 0;
  private lastFrameId = -1;
  private drawnAny = false;
  private attributesAt = 0;
  private windowStart = 0;
  private windowFresh = 0;
  private windowAnimation = 0;
  /** Frames of an older worker are thrown away. */
  private session = 0;
  readonly stats: PumpStats = {
    freshPerSecond: 0,
    animationPerSecond: 0,
    fresh: 0,
    scriptMs: 0,
    worstScriptMs: 0,
    workerSliceMs: 0,
    workerFrameMs: 0,
    frameBytes: 0,
    droppedMoves: 0,
    achievedSpeed: 0,
    tick: 0,
    generation: -1,
    playing: false,
  };

  constructor(sink: FrameSink, source: FrameSource, host: HTMLElement, machine: () => MachineInfo | null) {
    this.sink = sink;
    this.source = source;
    this.host = host;
    this.machine = machine;
  }

  start(): void {
    if (!this.handle) this.handle = requestAnimationFrame(this.onAnimationFrame);
  }

  stop(): void {
    cancelAnimationFrame(this.handle);
    this.handle = 0;
  }

  /** Something changed: pull at full rate again. */
  wake(): void {
    this.quietFrames = 0;
    this.nextIdlePull = 0;
  }

  /** The worker was replaced: forget what is under way. */
  restart(): void {
    this.session++;
    this.outstanding = false;
    this.ready = null;
    this.spare = null;
    this.lastFrameId = -1;
    this.wake();
    this.start();
  }

  private readonly onAnimationFrame = (now: number): void => {
    this.handle = requestAnimationFrame(this.onAnimationFrame);
    this.windowAnimation++;
    const begin = performance.now();
    let worked = false;
    if (this.ready) {
      const buffer = this.ready;
      this.ready = null;
      this.spare = buffer;
      this.draw(buffer);
      worked = true;
    }
    if (!this.outstanding && now >= this.nextIdlePull && this.machine()) {
      this.pull();
      if (this.quietFrames > FRAMES_UNTIL_IDLE) this.nextIdlePull = now + IDLE_FRAME_INTERVAL_MS;
      worked = true;
    }
    if (worked) this.measure(now, performance.now() - begin);
  };

  private draw(buffer: ArrayBuffer): void {
    const header = new Int32Array(buffer, 0, HEADER_WORDS);
    const stats = this.stats;
    const drawn = this.sink.drawFrame(buffer);
    const moved = header[H_TICK] !== stats.tick || header[H_GENERATION] !== stats.generation;
    this.quietFrames = moved || header[H_PLAYING] === 1 ? 0 : this.quietFrames + 1;
    if (drawn && header[H_FRAME_ID] !== this.lastFrameId) {
      this.lastFrameId = header[H_FRAME_ID];
      this.drawnAny = true;
      if (moved) {
        stats.fresh++;
        this.windowFresh++;
      }
    }
    stats.tick = header[H_TICK];
    stats.generation = header[H_GENERATION];
    stats.playing = header[H_PLAYING] === 1;
    stats.workerFrameMs = header[H_FRAME_MICROSECONDS] / 1000;
    stats.workerSliceMs = header[H_SLICE_MICROSECONDS] / 1000;
    stats.achievedSpeed = header[H_ACHIEVED_SPEED] / 1000;
    stats.frameBytes = header[H_BYTES];
    stats.droppedMoves += header[H_MOVES_DROPPED];
  }

  private pull(): void {
    const machine = this.machine();
    if (!machine) return;
    const view = this.sink.viewRequest();
    const bytes = frameBytes(machine.nodes.length, machine.cpus.length, view);
    const buffer = this.spare && this.spare.byteLength >= bytes ? this.spare : new ArrayBuffer(bytes);
    this.spare = null;
    this.outstanding = true;
    const session = this.session;
    this.source(view, buffer).then(
      (reply) => {
        if (session !== this.session) return;
        this.outstanding = false;
        this.ready = reply;
      },
      () => {
        // The worker is gone; the last picture stays until a new worker calls restart().
        if (session === this.session) this.stop();
      },
    );
  }

  private measure(now: number, milliseconds: number): void {
    const stats = this.stats;
    stats.scriptMs += (milliseconds - stats.scriptMs) * 0.05;
    stats.worstScriptMs = Math.max(stats.worstScriptMs * 0.995, milliseconds);
    if (now - this.windowStart >= 1000) {
      stats.freshPerSecond = (this.windowFresh * 1000) / (now - this.windowStart);
      stats.animationPerSecond = (this.windowAnimation * 1000) / (now - this.windowStart);
      this.windowStart = now;
      this.windowFresh = 0;
      this.windowAnimation = 0;
    }
    if (now - this.attributesAt < 250) return;
    this.attributesAt = now;
    const data = this.host.dataset;
    if (this.drawnAny) data.ready = 'true';
    data.tick = String(stats.tick);
    data.fresh = String(stats.fresh);
  }
}
