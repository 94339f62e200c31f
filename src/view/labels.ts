/**
 * The text of the picture: pooled HTML elements over the canvas, touched only when what they say or where they are
 * changed. Text in the DOM stays sharp at any canvas resolution and readable for assistive technology.
 */
import { css } from './colour.ts';
import type { Rect } from './layout.ts';

export type LabelStyle = 'title' | 'text' | 'small' | 'mono' | 'key' | 'cell' | 'message';

const FONTS: Record<LabelStyle, string> = {
  title: '600 13px/16px system-ui, sans-serif',
  text: '12px/16px system-ui, sans-serif',
  small: '11px/14px system-ui, sans-serif',
  mono: '11px/14px ui-monospace, "DejaVu Sans Mono", Menlo, monospace',
  key: '10px/12px system-ui, sans-serif',
  cell: '10px/12px ui-monospace, "DejaVu Sans Mono", Menlo, monospace',
  message: '13px/18px system-ui, sans-serif',
};

/** Rough width of a character, to decide what fits without measuring. */
const CHARACTER: Record<LabelStyle, number> = {
  title: 8.2,
  text: 6.7,
  small: 6.1,
  mono: 6.7,
  key: 5.7,
  cell: 6.1,
  message: 7,
};

/** Width a text will need, near enough to choose between longer and shorter words. */
export function textWidth(text: string, style: LabelStyle): number {
  return text.length * CHARACTER[style];
}

/** The first of some texts, from long to short, that fits; an empty text when none does. */
export function fitText(texts: readonly string[], style: LabelStyle, width: number): string {
  for (const text of texts) if (textWidth(text, style) <= width) return text;
  return '';
}

export interface LabelOptions {
  align?: 'left' | 'center' | 'right';
  /** Colour of a plate behind the text (ribbon numbers). */
  plate?: number;
  strike?: boolean;
}

interface Slot {
  element: HTMLElement;
  text: string;
  x: number;
  y: number;
  width: number;
  style: LabelStyle | '';
  colour: number;
  align: string;
  plate: number;
  strike: boolean;
  shown: boolean;
}

/** One pool of labels in a rectangle of the host, redrawn as a whole: begin, put every label, end. */
export class Labels {
  readonly element: HTMLElement;
  private readonly slots: Slot[] = [];
  private used = 0;
  private bounds = '';
  private left = 0;
  private top = 0;

  constructor(parent: HTMLElement, hidden: boolean) {
    this.element = document.createElement('div');
    // A compositing layer of its own: text spread over one big layer would make the browser blend all of it with
    // every frame of the canvas.
    Object.assign(this.element.style, {
      position: 'absolute',
      contain: 'strict',
      overflow: 'hidden',
      willChange: 'transform',
    });
    if (hidden) this.element.setAttribute('aria-hidden', 'true');
    parent.append(this.element);
  }

  /** Start anew in a rectangle; labels are put in coordinates of the host. */
  begin(rect: Rect): void {
    this.used = 0;
    const bounds = `${rect.x} ${rect.y} ${rect.width} ${rect.height}`;
    if (bounds === this.bounds) return;
    this.bounds = bounds;
    this.left = rect.x;
    this.top = rect.y;
    Object.assign(this.element.style, {
      left: `${rect.x}px`,
      top: `${rect.y}px`,
      width: `${rect.width}px`,
      height: `${rect.height}px`,
    });
  }

  put(
    text: string,
    x: number,
    y: number,
    width: number,
    style: LabelStyle,
    colour: number,
    options: LabelOptions = {},
  ): void {
    if (text === '') return;
    const slot = this.slots[this.used] ?? this.grow();
    const dx = x - this.left;
    const dy = y - this.top;
    this.used++;
    const { element } = slot;
    const align = options.align ?? 'left';
    const plate = options.plate ?? -1;
    const strike = options.strike ?? false;
    if (!slot.shown) {
      slot.shown = true;
      element.style.display = 'block';
    }
    if (slot.text !== text) {
      slot.text = text;
      element.textContent = text;
    }
    if (slot.x !== dx || slot.y !== dy) {
      slot.x = dx;
      slot.y = dy;
      element.style.transform = `translate(${dx}px, ${dy}px)`;
    }
    if (slot.width !== width) {
      slot.width = width;
      element.style.width = width + 'px';
    }
    if (slot.style !== style) {
      slot.style = style;
      element.style.font = FONTS[style];
      element.style.fontVariantNumeric = 'tabular-nums';
    }
    if (slot.colour !== colour) {
      slot.colour = colour;
      element.style.color = css(colour);
    }
    if (slot.align !== align) {
      slot.align = align;
      element.style.textAlign = align;
    }
    if (slot.plate !== plate) {
      slot.plate = plate;
      element.style.backgroundColor = plate < 0 ? 'transparent' : css(plate);
      element.style.borderRadius = plate < 0 ? '0' : '3px';
    }
    if (slot.strike !== strike) {
      slot.strike = strike;
      element.style.textDecoration = strike ? 'line-through' : 'none';
    }
  }

  end(): void {
    this.element.style.display = this.used > 0 ? 'block' : 'none';
    for (let i = this.used; i < this.slots.length; i++) {
      const slot = this.slots[i];
      if (!slot.shown) break;
      slot.shown = false;
      slot.element.style.display = 'none';
    }
  }

  private grow(): Slot {
    const element = document.createElement('span');
    Object.assign(element.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      whiteSpace: 'pre',
      overflow: 'hidden',
      contain: 'layout style',
    });
    this.element.append(element);
    const slot: Slot = {
      element,
      text: '',
      x: NaN,
      y: NaN,
      width: NaN,
      style: '',
      colour: -1,
      align: '',
      plate: -1,
      strike: false,
      shown: true,
    };
    this.slots.push(slot);
    return slot;
  }
}

/** Pools of labels by name, each in a small rectangle; those not asked for in a composition disappear. */
export class TextAreas {
  private readonly areas = new Map<string, { labels: Labels; asked: boolean }>();

  constructor(private readonly parent: HTMLElement) {}

  /** The pool of this name, emptied, in this rectangle. `hidden` keeps its words from screen readers. */
  area(name: string, rect: Rect, hidden = false): Labels {
    let entry = this.areas.get(name);
    if (entry === undefined) {
      entry = { labels: new Labels(this.parent, hidden), asked: false };
      this.areas.set(name, entry);
    }
    entry.asked = true;
    entry.labels.begin(rect);
    return entry.labels;
  }

  /** The composition is complete. */
  finish(): void {
    for (const [name, entry] of this.areas) {
      if (entry.asked) entry.labels.end();
      else {
        entry.labels.element.remove();
        this.areas.delete(name);
      }
      entry.asked = false;
    }
  }
}
