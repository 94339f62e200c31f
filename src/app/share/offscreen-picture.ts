/** The picture once more, where nobody sees it: for stills at any sharpness, and for films of another run. */
import * as Comlink from 'comlink';
import { frameBytes } from '../../protocol/frame.ts';
import type { MachineInfo, Summary } from '../../protocol/summary.ts';
import type { Picture } from '../../view/picture.ts';
import type { EngineClient } from '../engine-client.ts';
import { useView } from '../store.ts';

/** Frames that answer an older layout before it has settled. */
const MOST_TRIES = 20;

export class OffscreenPicture {
  private constructor(
    private readonly host: HTMLElement,
    private readonly picture: Picture,
    private readonly machine: MachineInfo,
    readonly width: number,
    readonly height: number,
    readonly scale: number,
  ) {}

  /**
   * Lay out a picture of a booted machine, looked at as the page is now.
   * @param size CSS pixels
   * @param scale canvas pixels per CSS pixel
   */
  static async create(
    machine: MachineInfo,
    generation: number,
    summary: Summary,
    size: { width: number; height: number },
    scale: number,
    like: Picture | null,
    clock?: () => number,
  ): Promise<OffscreenPicture> {
    const host = document.createElement('div');
    Object.assign(host.style, {
      position: 'fixed',
      left: '-20000px',
      top: '0',
      width: `${size.width}px`,
      height: `${size.height}px`,
      pointerEvents: 'none',
    });
    host.inert = true;
    document.body.append(host);
    const { createPicture } = await import('../../view/picture.ts');
    const nothing = () => undefined;
    const picture = await createPicture(
      host,
      { onHover: nothing, onSelect: nothing, onViewChange: nothing },
      { resolution: scale, clock },
    );
    const { theme, palette, colourBy, selection, reducedMotion } = useView.getState();
    picture.setTheme(theme);
    picture.setPalette(palette);
    picture.setColourBy(colourBy);
    picture.setReducedMotion(reducedMotion);
    picture.setMachine(machine, generation);
    picture.setSummary(summary);
    picture.setSelection(selection);
    if (like) picture.setCameras(like.cameras());
    return new OffscreenPicture(host, picture, machine, size.width, size.height, scale);
  }

  setSummary(summary: Summary): void {
    this.picture.setSummary(summary);
  }

  /** Fetch a frame and paint it with its labels. The context's unit becomes a CSS pixel. */
  async paint(engine: EngineClient, context: CanvasRenderingContext2D, top = 0): Promise<void> {
    for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
      const view = this.picture.viewRequest();
      const bytes = frameBytes(this.machine.nodes.length, this.machine.cpus.length, view);
      const buffer = new ArrayBuffer(bytes);
      const frame = await engine.guard(engine.api.frame(view, Comlink.transfer(buffer, [buffer])));
      if (!this.picture.drawFrame(frame)) continue;
      // In the same task: a WebGL canvas is empty again after it.
      context.setTransform(this.scale, 0, 0, this.scale, 0, top * this.scale);
      this.picture.paint(context);
      context.resetTransform();
      return;
    }
    throw new Error('the picture did not settle');
  }

  destroy(): void {
    this.picture.destroy();
    this.host.remove();
  }
}
