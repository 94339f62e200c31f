/** The elements inside the host: the canvas below, layers of labels above, the focus ring on top. */
import { css } from './colour.ts';
import { TextAreas } from './labels.ts';
import { Legend } from './legend.ts';
import type { Stage } from './stage.ts';

export interface Overlay {
  text: TextAreas;
  legend: Legend;
  /** Put a stage's canvas under the labels, with a message when it is the fallback. */
  place(stage: Stage): void;
  focusRing(on: boolean, colour: number): void;
  destroy(): void;
}

/** Build the layers in a host and make it focusable. */
export function createOverlay(host: HTMLElement): Overlay {
  if (getComputedStyle(host).position === 'static') host.style.position = 'relative';
  host.tabIndex = 0;
  host.style.outline = 'none';
  host.style.touchAction = 'pan-y';
  host.style.userSelect = 'none';
  if (!host.hasAttribute('role')) host.setAttribute('role', 'group');
  if (!host.hasAttribute('aria-label')) host.setAttribute('aria-label', 'Picture of the machine');
  const layer = document.createElement('div');
  Object.assign(layer.style, { position: 'absolute', inset: '0', pointerEvents: 'none', overflow: 'hidden' });
  host.append(layer);
  const text = new TextAreas(layer);
  const legend = new Legend(layer);
  const message = document.createElement('p');
  Object.assign(message.style, {
    position: 'absolute',
    right: '12px',
    bottom: '0',
    margin: '0',
    font: '11px/16px system-ui, sans-serif',

    display: 'none',
  });
  message.textContent = 'No WebGL here: drawn on a plain canvas, with less detail.';
  const ring = document.createElement('div');
  Object.assign(ring.style, {
    position: 'absolute',
    inset: '1px',
    borderRadius: '8px',
    border: '2px solid transparent',
    display: 'none',
  });
  layer.append(message, ring);
  return {
    text,
    legend,
    place(stage) {
      Object.assign(stage.canvas.style, { position: 'absolute', left: '0', top: '0', display: 'block' });
      stage.canvas.setAttribute('aria-hidden', 'true');
      host.prepend(stage.canvas);
      message.style.display = stage.backend === 'canvas2d' ? 'block' : 'none';
    },
    focusRing(on, colour) {
      ring.style.display = on ? 'block' : 'none';
      ring.style.borderColor = css(colour);
      message.style.color = css(colour);
    },
    destroy() {
      layer.remove();
    },
  };
}
