/**
 * The labels over the canvas are HTML; stills and films need them as pixels. This paints what the browser has laid out:
 * plates, swatches and every line of text at its place, in a context whose unit is a CSS pixel.
 */

const CLEAR = 'rgba(0, 0, 0, 0)';

/** Paint all text and boxes inside a host, relative to its corner. */
export function paintLabels(context: CanvasRenderingContext2D, host: HTMLElement): void {
  const origin = host.getBoundingClientRect();
  context.save();
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  const walker = document.createTreeWalker(host, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, {
    acceptNode: (node) =>
      node instanceof HTMLElement && (node.tagName === 'CANVAS' || node.style.display === 'none')
        ? NodeFilter.FILTER_REJECT
        : NodeFilter.FILTER_ACCEPT,
  });
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof HTMLElement) paintBox(context, node, origin);
    else if (node.parentElement && node.nodeValue?.trim())
      paintText(context, node as Text, node.parentElement, origin);
  }
  context.restore();
}

function paintBox(context: CanvasRenderingContext2D, element: HTMLElement, origin: DOMRect): void {
  const style = getComputedStyle(element);
  const border = parseFloat(style.borderTopWidth);
  const filled = style.backgroundColor !== CLEAR;
  const lined = border > 0 && style.borderTopStyle !== 'none' && style.borderTopColor !== CLEAR;
  if (!filled && !lined) return;
  const box = element.getBoundingClientRect();
  // A line of the legend is the upper border of an empty box.
  if (lined && parseFloat(style.borderBottomWidth) === 0) {
    paintLine(context, style, box, origin);
    return;
  }
  if (box.width === 0 || box.height === 0) return;
  const path = new Path2D();
  const half = lined ? border / 2 : 0;
  path.roundRect(
    box.left - origin.left + half,
    box.top - origin.top + half,
    Math.max(0, box.width - 2 * half),
    Math.max(0, box.height - 2 * half),
    parseFloat(style.borderTopLeftRadius) || 0,
  );
  if (filled) {
    context.fillStyle = style.backgroundColor;
    context.fill(path);
  }
  if (lined) {
    context.strokeStyle = style.borderTopColor;
    context.lineWidth = border;
    context.stroke(path);
  }
}

function paintLine(
  context: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  box: DOMRect,
  origin: DOMRect,
): void {
  const width = parseFloat(style.borderTopWidth);
  const dashes: Record<string, number[]> = { dashed: [3 * width, 2 * width], dotted: [width, width] };
  const y = box.top - origin.top + width / 2;
  context.setLineDash(dashes[style.borderTopStyle] ?? []);
  context.strokeStyle = style.borderTopColor;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(box.left - origin.left, y);
  context.lineTo(box.right - origin.left, y);
  context.stroke();
  context.setLineDash([]);
}

function paintText(
  context: CanvasRenderingContext2D,
  text: Text,
  parent: HTMLElement,
  origin: DOMRect,
): void {
  const range = document.createRange();
  range.selectNodeContents(text);
  const lines = range.getClientRects();
  // Labels are one line each; what the browser has broken is not painted over itself.
  if (lines.length !== 1) return;
  const [line] = lines;
  const style = getComputedStyle(parent);
  const clip = parent.getBoundingClientRect();
  // The `font` of a computed style is empty when it has more than canvas fonts can say, such as tabular figures.
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  const words = text.nodeValue!.trim();
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = context.measureText(words);
  const x = line.left - origin.left;
  const baseline = line.top - origin.top + (line.height - ascent - descent) / 2 + ascent;
  context.save();
  if (style.overflow === 'hidden') {
    context.beginPath();
    context.rect(clip.left - origin.left, clip.top - origin.top, clip.width, clip.height);
    context.clip();
  }
  context.fillText(words, x, baseline);
  if (style.textDecorationLine === 'line-through') context.fillRect(x, baseline - ascent / 3, line.width, 1);
  context.restore();
}
