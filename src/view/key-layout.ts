/** Where the CPU keys of a node go: sockets apart, cores apart, SMT siblings side by side, as lstopo groups them. */
import type { MachineInfo } from '../protocol/summary.ts';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One key of the keyboard. */
export interface KeyRect extends Rect {
  cpu: number;
}

/** The keys of one node inside a strip of the given width, and the height they need. */
export interface KeyStrip {
  keys: KeyRect[];
  height: number;
  rows: number;
}

const SIBLING_GAP = 1;
const CORE_GAP = 4;
const SOCKET_GAP = 10;
/** Rows tried, with the height of a key in each. */
const ROW_HEIGHTS = [22, 14, 11, 9];

interface Core {
  socket: number;
  cpus: number[];
}

/** The cores of a node in socket and core order, each with its CPUs. */
export function coresOfNode(machine: MachineInfo, node: number): Core[] {
  const cores = new Map<string, Core>();
  const cpus = [...machine.nodes[node].cpus].sort((a, b) => {
    const p = machine.cpus[a];
    const q = machine.cpus[b];
    return p.socket - q.socket || p.core - q.core || a - b;
  });
  for (const cpu of cpus) {
    const info = machine.cpus[cpu];
    const id = `${info.socket}/${info.core}`;
    const core = cores.get(id) ?? { socket: info.socket, cpus: [] };
    core.cpus.push(cpu);
    cores.set(id, core);
  }
  return [...cores.values()];
}

/** Gaps shrink before keys do: with many keys a row they go down to a pixel. */
function gapScale(cpusInRow: number, width: number): number {
  return Math.max(0, Math.min(1, (width / cpusInRow - 5) / 16));
}

function placeRow(
  cores: Core[],
  x: number,
  y: number,
  width: number,
  height: number,
  out: KeyRect[],
): number {
  const count = cores.reduce((n, core) => n + core.cpus.length, 0);
  if (count === 0) return 0;
  const scale = gapScale(count, width);
  const coreGap = Math.max(1, Math.round(CORE_GAP * scale));
  const socketGap = Math.max(2, Math.round(SOCKET_GAP * scale));
  let gaps = 0;
  cores.forEach((core, i) => {
    gaps += (core.cpus.length - 1) * SIBLING_GAP;
    if (i > 0) gaps += core.socket === cores[i - 1].socket ? coreGap : socketGap;
  });
  // Not below 2 px: with absurdly many CPUs a row the gaps go.
  const key = Math.max(0.5, (width - gaps) / count);
  let at = x;
  cores.forEach((core, i) => {
    if (i > 0) at += core.socket === cores[i - 1].socket ? coreGap : socketGap;
    core.cpus.forEach((cpu, j) => {
      if (j > 0) at += SIBLING_GAP;
      const left = Math.round(at);
      at += key;
      out.push({ cpu, x: left, y, width: Math.max(1, Math.round(at) - left), height });
    });
  });
  return key;
}

/**
 * Lay out a node's keys in a strip. Takes the fewest rows at which a key can hold its text; when none can, the rows
 * whose keys are the largest.
 */
export function layoutKeys(
  machine: MachineInfo,
  node: number,
  x: number,
  y: number,
  width: number,
  tight: boolean,
): KeyStrip {
  const cores = coresOfNode(machine, node);
  const cpus = machine.nodes[node].cpus.length;
  if (cpus === 0) return { keys: [], height: tight ? 0 : 14, rows: 0 };
  let best: KeyStrip = { keys: [], height: 0, rows: 0 };
  let bestSize = -1;
  for (let rows = 1; rows <= ROW_HEIGHTS.length && rows <= cores.length; rows++) {
    const keyHeight = tight ? Math.max(7, Math.round(ROW_HEIGHTS[rows - 1] * 0.7)) : ROW_HEIGHTS[rows - 1];
    const keys: KeyRect[] = [];
    const perRow = Math.ceil(cores.length / rows);
    let smallest = Infinity;
    for (let row = 0; row < rows; row++) {
      const part = cores.slice(row * perRow, (row + 1) * perRow);
      if (part.length === 0) continue;
      // A short last row keeps the key width of the others.
      const rowWidth = row === 0 ? width : width * (part.length / perRow);
      smallest = Math.min(smallest, placeRow(part, x, y + row * (keyHeight + 2), rowWidth, keyHeight, keys));
    }
    const size = Math.min(smallest, keyHeight * 1.1);
    const strip = { keys, height: rows * (keyHeight + 2) - 2, rows };
    if (smallest >= 22 && keyHeight >= 10) return size >= bestSize || bestSize < 14 ? strip : best;
    if (size > bestSize) {
      best = strip;
      bestSize = size;
    }
  }
  return best;
}
