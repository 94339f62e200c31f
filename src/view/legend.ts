/** The key of every colour and stroke in view: one line of HTML, rebuilt only when what it says changed. */
import { HUGE_EDGE_TILE } from '../protocol/frame.ts';
import { css } from './colour.ts';
import { short } from './format.ts';
import type { LegendKey } from './map-palette.ts';
import { mapLegend } from './map-palette.ts';
import { nodeCss, processLetter } from './palettes.ts';
import { processOrder, type Scene } from './scene.ts';

const TITLES = {
  owner: 'page frames by owner',
  last_nid: 'page frames by node of the last fault',
  age: 'page frames by time since they moved',
  queued: 'page frames queued',
  marked: 'page frames by mark',
  type: 'page frames by type',
} as const;

function span(style: Partial<CSSStyleDeclaration>, text = ''): HTMLElement {
  const element = document.createElement('span');
  Object.assign(element.style, style);
  if (text !== '') element.textContent = text;
  return element;
}

function swatch(background: string, border: string): HTMLElement {
  return span({
    display: 'inline-block',
    width: '9px',
    height: '9px',
    marginRight: '4px',
    borderRadius: '2px',
    background,
    boxSizing: 'border-box',
    border: `1px solid ${border}`,
  });
}

/** How much memory a pixel or a cell stands for. */
export function scaleWords(pagesPerPixel: number): string {
  if (pagesPerPixel <= 0) return '';
  if (pagesPerPixel >= 1.5) return `1 px = ${short(pagesPerPixel)} pages`;
  return '1 cell = 1 page';
}

function hasHugePages({ summary }: Scene): boolean {
  const { thp_fault_alloc: allocated = 0, thp_collapse_alloc: collapsed = 0 } = summary?.counters ?? {};
  return allocated + collapsed > 0;
}

/** The legend under the node panels. */
export class Legend {
  private readonly element: HTMLElement;
  private said = '';

  constructor(parent: HTMLElement) {
    this.element = span({
      position: 'absolute',
      willChange: 'transform',
      display: 'flex',
      flexWrap: 'wrap',
      columnGap: '12px',
      overflow: 'hidden',
      alignContent: 'flex-start',
      font: '11px/18px system-ui, sans-serif',
    });
    parent.append(this.element);
  }

  /** @param tileWidth pixels a block of 2 MiB is wide */
  draw(scene: Scene, pagesPerPixel: number, tileWidth: number): void {
    const { layout, palette, machine, colourBy } = scene;
    const { legend } = layout;
    const c = palette.colours;
    const processes = processOrder(scene.summary)
      .filter((p) => p.alive)
      .map((p) => ({ index: p.index, letter: processLetter(p.index), name: p.name }));
    const nodes = machine.nodes.length;
    // Beside the other keys; on a phone there are three lines.
    const most = legend.height > 20 ? 6 : Math.max(2, Math.floor((legend.width - 640) / 76));
    const edges = tileWidth >= HUGE_EDGE_TILE && hasHugePages(scene);
    const keys = mapLegend(palette, colourBy, processes, nodes, most, edges);
    const scale = scaleWords(pagesPerPixel);
    const said = JSON.stringify([legend, palette.theme, palette.name, colourBy, keys, nodes, scale]);
    if (said === this.said) return;
    this.said = said;
    Object.assign(this.element.style, {
      left: `${legend.x}px`,
      top: `${legend.y}px`,
      width: `${legend.width}px`,
      height: `${legend.height}px`,
      color: css(c.secondary),
    });
    const line = css(c.line);
    const entry = (key: LegendKey) => {
      const item = span({ whiteSpace: 'nowrap' });
      item.append(swatch(key.node >= 0 ? nodeCss(palette, key.node) : css(key.colour), line), key.text);
      return item;
    };
    const heading = (text: string) => span({ whiteSpace: 'nowrap', color: css(c.text) }, text);
    const parts: HTMLElement[] = [heading(TITLES[colourBy]), ...keys.map(entry)];
    if (scale !== '') parts.push(span({ whiteSpace: 'nowrap' }, scale));
    if (layout.width >= 900) {
      const strokes = span({ whiteSpace: 'nowrap', marginLeft: 'auto' });
      for (const [style, text] of [
        ['solid', 'pushed'],
        ['dashed', 'pulled'],
        ['dotted', 'woken, forked'],
      ]) {
        strokes.append(
          span({
            display: 'inline-block',
            width: '18px',
            margin: '0 4px 3px 8px',
            borderTop: `2px ${style} ${css(c.secondary)}`,
          }),
          text,
        );
      }
      parts.push(strokes);
    }
    this.element.replaceChildren(...parts);
  }
}
