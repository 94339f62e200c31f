/** What the drawing functions of the picture's parts get: the state to show, and what to draw it with. */
import type { ColourBy, FrameReader } from '../protocol/frame.ts';
import type { InspectTarget, MachineInfo, ProcessSummary, Summary } from '../protocol/summary.ts';
import type { TextAreas } from './labels.ts';
import type { Layout } from './layout.ts';
import type { Palette } from './palettes.ts';
import type { Pen } from './pen.ts';

/** The figures of the latest frame that outlive its buffer. */
export interface Figures {
  tick: number;
  nodes: Float32Array;
  pairs: Float32Array;
  cpus: Int32Array;
}

/** A copy of a frame's figures (a few hundred bytes: the buffer itself must go back to the worker). */
export function copyFigures(frame: FrameReader, tick: number, into: Figures | null): Figures {
  if (into !== null && into.nodes.length === frame.nodes.length && into.cpus.length === frame.cpus.length) {
    into.tick = tick;
    into.nodes.set(frame.nodes);
    into.pairs.set(frame.pairs);
    into.cpus.set(frame.cpus);
    return into;
  }
  return { tick, nodes: frame.nodes.slice(), pairs: frame.pairs.slice(), cpus: frame.cpus.slice() };
}

export interface Scene {
  machine: MachineInfo;
  layout: Layout;
  palette: Palette;
  summary: Summary | null;
  figures: Figures | null;
  colourBy: ColourBy;
  selection: InspectTarget | null;
  /** CPUs where a task has just arrived or left, and until when (seconds of the effects' clock). */
  movedUntil: Float64Array;
  now: number;
  /** First of the process rows shown, and the order of rows. */
  scroll: number;
}

export interface Tools {
  under: Pen;
  over: Pen;
  text: TextAreas;
}

/** Processes in the order of their rows: the living first, the exited after them. */
export function processOrder(summary: Summary | null): ProcessSummary[] {
  if (summary === null) return [];
  return [...summary.processes].sort((a, b) => Number(b.alive) - Number(a.alive) || a.index - b.index);
}

/** Processes in the shown rows. */
export function shownProcesses(scene: Pick<Scene, 'summary' | 'layout' | 'scroll'>): ProcessSummary[] {
  const order = processOrder(scene.summary);
  return order.slice(scene.scroll, scene.scroll + scene.layout.processRows.length);
}
