/** Where the address spaces of two runs lie differently, block of 2 MiB by block. */
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { BLOCK_MIXED, BLOCK_UNTOUCHED } from '../../../protocol/runs.ts';
import { css, mix } from '../../../view/colour.ts';
import { nodeColour, processLetter, type Palette } from '../../../view/palettes.ts';
import { useComparison } from '../../compare/compared-run.ts';
import { blockGrid, compareAddressSpaces, type ProcessDifference } from '../../compare/placement.ts';
import { letterOf } from '../../compare/runs.ts';
import { formatCount } from '../../format.ts';
import { usePalette } from '../use-lab.ts';

/** Address spaces drawn; those of a build with hundreds would say nothing. */
const MOST_SPACES = 4;

export function DifferenceMap() {
  const runs = useComparison((state) => state.runs);
  const [chosen, setChosen] = useState(1);
  const [pointed, setPointed] = useState('');
  const palette = usePalette();
  const against = Math.min(chosen, runs.length - 1);
  const letter = letterOf(against);
  const all =
    against > 0 ? compareAddressSpaces(runs[0].placements, runs[against].placements) : ([] as const);
  const nodes = runs[0]?.boot?.machine.nodes.length ?? 0;
  return (
    <section className="difference" aria-label="Difference map" tabIndex={0}>
      <header>
        <h2>Where memory lies, A against</h2>
        <select
          aria-label="Run that A is compared with"
          value={against}
          disabled={runs.length < 3}
          onChange={(event) => setChosen(Number(event.target.value))}
        >
          {runs.slice(1).map(({ id }, i) => (
            <option key={id} value={i + 1}>
              {letterOf(i + 1)}
            </option>
          ))}
        </select>
      </header>
      {runs.length < 2 && <p className="hint">There is nothing to compare with: add a run.</p>}
      {runs.length > 1 && all.length === 0 && (
        <p className="hint">No process lives in both runs now: the map needs two that do.</p>
      )}
      {all.slice(0, MOST_SPACES).map((space) => (
        <Space key={space.process} space={space} letter={letter} palette={palette} point={setPointed} />
      ))}
      {all.length > MOST_SPACES && <p className="hint">and {all.length - MOST_SPACES} more processes</p>}
      {all.length > 0 && (
        <>
          <Key letter={letter} palette={palette} nodes={nodes} />
          <p className="pointed">{pointed || 'Point at a block to read it.'}</p>
        </>
      )}
    </section>
  );
}

interface SpaceProps {
  space: ProcessDifference;
  letter: string;
  palette: Palette;
  point(words: string): void;
}

/** One process: a cell for each block of its address space. */
function Space({ space, letter, palette, point }: SpaceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const height = 72;
  const blocks = space.first.length;
  const grid = width > 0 ? blockGrid(blocks, width, height) : null;

  useEffect(() => {
    const element = canvas.current?.parentElement;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && grid) drawBlocks(canvas.current, space, grid, palette);
  });

  const onPointerMove = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!grid) return;
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / grid.cell);
    const row = Math.floor((event.clientY - box.top) / grid.cell);
    const block = (row * grid.columns + column) * grid.stride;
    const there = column < grid.columns && block < blocks;
    point(
      there
        ? `${processLetter(space.process)}, MB ${formatCount(block * 2)} to ${formatCount(block * 2 + 2)}: ` +
            `A ${placeWords(space.first[block])}, ${letter} ${placeWords(space.other[block])}`
        : '',
    );
  };
  const share = space.touched > 0 ? `${Math.round((100 * space.same) / space.touched)} %` : '–';
  return (
    <figure>
      <figcaption>
        <strong>
          {processLetter(space.process)} {space.name}
        </strong>{' '}
        {share} of its blocks on the same node in both
        <small>
          {' '}
          ({formatCount(space.same)} of {formatCount(space.touched)}
          {space.onlyOne > 0 && `, ${formatCount(space.onlyOne)} touched in one only`}
          {grid && grid.stride > 1 && `; one of ${grid.stride} is drawn`})
        </small>
      </figcaption>
      <canvas
        ref={canvas}
        aria-hidden="true"
        onPointerMove={onPointerMove}
        onPointerLeave={() => point('')}
      />
    </figure>
  );
}

function placeWords(block: number): string {
  if (block === BLOCK_UNTOUCHED) return 'not touched yet';
  return block === BLOCK_MIXED ? 'on several nodes' : `on node ${block}`;
}

function colourOf(block: number, palette: Palette): number {
  if (block === BLOCK_UNTOUCHED) return palette.colours.notPresent;
  return block === BLOCK_MIXED ? palette.colours.secondary : nodeColour(palette, block);
}

/** The same in both is pale, so that what differs stands out. */
const PALE = 0.7;

function drawBlocks(
  canvas: HTMLCanvasElement,
  space: ProcessDifference,
  grid: ReturnType<typeof blockGrid>,
  palette: Palette,
): void {
  const { cell, columns, rows, stride } = grid;
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const size = { width: columns * cell, height: rows * cell };
  canvas.width = Math.round(size.width * ratio);
  canvas.height = Math.round(size.height * ratio);
  Object.assign(canvas.style, { width: `${size.width}px`, height: `${size.height}px` });
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return;
  context.scale(ratio, ratio);
  context.fillStyle = css(palette.colours.panel);
  context.fillRect(0, 0, size.width, size.height);
  const inner = cell - 1;
  const half = Math.floor(inner / 2);
  for (let i = 0; i * stride < space.first.length; i++) {
    const x = (i % columns) * cell;
    const y = Math.floor(i / columns) * cell;
    const mine = space.first[i * stride];
    const theirs = space.other[i * stride];
    if (mine === theirs) {
      const colour = colourOf(mine, palette);
      context.fillStyle = css(mine === BLOCK_UNTOUCHED ? colour : mix(colour, palette.colours.panel, PALE));
      context.fillRect(x, y, inner, inner);
      continue;
    }
    context.fillStyle = css(colourOf(mine, palette));
    context.fillRect(x, y, inner, half);
    context.fillStyle = css(colourOf(theirs, palette));
    context.fillRect(x, y + half, inner, inner - half);
  }
}

/** Nodes that fit into the key. */
const MOST_KEYS = 8;

function Key({ letter, palette, nodes }: { letter: string; palette: Palette; nodes: number }) {
  const { panel, secondary, notPresent } = palette.colours;
  const swatch = (background: string) => <i style={{ background }} />;
  const split = (upper: string, lower: string) => (
    <i className="split">
      <i style={{ background: upper }} />
      <i style={{ background: lower }} />
    </i>
  );
  const first = css(nodeColour(palette, 0));
  const second = css(nodeColour(palette, 1));
  return (
    <p className="difference-key">
      <span>
        {split(first, second)} upper half: node in A, lower half: node in {letter}
      </span>
      <span>{swatch(css(mix(nodeColour(palette, 0), panel, PALE)))} pale: the same in both</span>
      {Array.from({ length: Math.min(nodes, MOST_KEYS) }, (_, node) => (
        <span key={node}>
          {swatch(css(nodeColour(palette, node)))} node {node}
        </span>
      ))}
      <span>{swatch(css(secondary))} on several nodes</span>
      <span>{swatch(css(notPresent))} not touched</span>
    </p>
  );
}
