/**
 * `numactl --hardware` (-H) output, as people paste it: with prompts, quote marks, indentation, wrapped lines.
 *
 *   available: 2 nodes (0-1)
 *   node 0 cpus: 0 1 2 3
 *   node 0 size: 8191 MB
 *   node 0 free: 7802 MB
 *   ...
 *   node distances:
 *   node   0   1
 *     0:  10  21
 *     1:  21  10
 */
import { buildMachine, MachineError, type MachineDescription } from '../kernel/machine/build.ts';
import { FormatError } from './error.ts';
import { readNumactlLines, type NumactlNode, type NumactlText } from './numactl-lines.ts';

export interface NumactlResult {
  /** A description that buildMachine accepts. */
  machine: MachineDescription;
  /** What was not in the text and has been assumed, one sentence each. */
  notes: string[];
}

/** Distances of a machine without a SLIT: LOCAL_DISTANCE and REMOTE_DISTANCE of Linux. */
const LOCAL_DISTANCE = 10;
const REMOTE_DISTANCE = 20;

/**
 * Read `numactl --hardware` output.
 * @throws FormatError naming the line and what was expected there
 */
export function parseNumactl(text: string): NumactlResult {
  const read = readNumactlLines(text);
  const notes: string[] = [];
  checkCount(read);
  const nodes = read.nodes.map(complete).sort((a, b) => a.id - b.id);
  const kept = nodes.filter((node) => node.cpus.length > 0 || node.memoryMb > 0);
  for (const node of nodes) {
    if (node.sizeUnknown) {
      notes.push(`The size of node ${node.id} is not available: it is taken for a node without memory.`);
    }
  }
  for (const node of nodes) {
    if (!kept.includes(node)) notes.push(`Node ${node.id} has neither CPUs nor memory and is left out.`);
  }
  if (kept.length === 0) throw new FormatError('expected a node with CPUs or memory', nodes[0].line);
  const siblings = guessSiblings(kept, notes);
  const distances = distancesOf(read, kept, notes);
  const cpus = kept.reduce((sum, node) => sum + node.cpus.length, 0);
  const machine: MachineDescription = {
    name: `numactl-${kept.length}n-${cpus}cpu`,
    nodes: kept.map((node, index) => ({
      cpus: node.cpus,
      memory_mb: node.memoryMb,
      ...(node.id === index ? {} : { id: node.id }),
    })),
    ...(siblings.length > 0 ? { smt_siblings: siblings } : {}),
    distances,
  };
  check(machine, read, kept);
  return { machine, notes };
}

function checkCount(read: NumactlText): void {
  if (read.nodes.length === 0) {
    throw new FormatError(
      'expected the output of numactl --hardware: lines such as "node 0 cpus: 0 1 2 3"',
      read.start,
    );
  }
  const found = read.nodes.length;
  if (read.available !== null && read.available.count !== found) {
    throw new FormatError(
      `expected lines of ${read.available.count} nodes as "available" says, got ${found}; is the text complete?`,
      read.available.line,
    );
  }
}

/** A node of which everything is known. */
interface CompleteNode {
  id: number;
  line: number;
  cpus: number[];
  memoryMb: number;
  sizeUnknown: boolean;
}

function complete({ id, line, cpus, memoryMb }: NumactlNode): CompleteNode {
  if (cpus === undefined) throw new FormatError(`expected a line "node ${id} cpus: ..." as well`, line);
  if (memoryMb === undefined)
    throw new FormatError(`expected a line "node ${id} size: ... MB" as well`, line);
  return { id, line, cpus, memoryMb: memoryMb ?? 0, sizeUnknown: memoryMb === null };
}

/**
 * numactl does not say which CPUs share a core. Linux usually numbers the first threads of all cores and then the
 * second ones, which makes each node two equal ranges with a gap: 0-5 and 12-17.
 */
function guessSiblings(nodes: CompleteNode[], notes: string[]): number[][] {
  const pairs: number[][] = [];
  for (const { cpus } of nodes) {
    const sorted = [...cpus].sort((a, b) => a - b);
    const half = sorted.length / 2;
    // One CPU is not a range: 0 and 2 of an interleaved numbering may well be two cores.
    if (sorted.length % 2 === 1 || half < 2) continue;
    const isRange = (part: number[]): boolean => part[half - 1] - part[0] === half - 1;
    const [first, second] = [sorted.slice(0, half), sorted.slice(half)];
    if (!isRange(first) || !isRange(second) || second[0] === first[half - 1] + 1) continue;
    first.forEach((cpu, i) => pairs.push([cpu, second[i]]));
  }
  const unknown = 'Which CPUs share a core is not in the text';
  notes.push(
    pairs.length === 0
      ? `${unknown}: each is taken for a core of its own.`
      : `${unknown}. CPU ${pairs[0].join(' and ')}, and so on, are taken for threads of one core, ` +
          'because the CPUs of a node come in two equal ranges.',
  );
  return pairs;
}

function distancesOf(read: NumactlText, nodes: CompleteNode[], notes: string[]): number[][] {
  const table = read.distances;
  if (table === null) {
    if (nodes.length > 1) {
      notes.push(
        `The distances are not in the text: ${LOCAL_DISTANCE} and ${REMOTE_DISTANCE} are assumed, as Linux does without a table.`,
      );
    }
    return nodes.map((a) => nodes.map((b) => (a === b ? LOCAL_DISTANCE : REMOTE_DISTANCE)));
  }
  for (const id of table.columns) {
    if (read.nodes.some((node) => node.id === id)) continue;
    throw new FormatError(
      `node ${id} is in the distance table, but there is no line "node ${id} size: ..."`,
      table.line,
    );
  }
  return nodes.map(({ id }) => {
    const row = table.rows.find((r) => r.id === id);
    if (row === undefined)
      throw new FormatError(`expected a row "${id}: ..." in the distance table`, table.line);
    if (row.values.length !== table.columns.length) {
      throw new FormatError(`expected ${table.columns.length} distances, got ${row.values.length}`, row.line);
    }
    return nodes.map((to) => {
      const column = table.columns.indexOf(to.id);
      if (column < 0)
        throw new FormatError(`expected a column for node ${to.id} in the distance table`, table.line);
      return row.values[column];
    });
  });
}

/** What buildMachine finds wrong, at the line it came from. */
function check(machine: MachineDescription, read: NumactlText, nodes: CompleteNode[]): void {
  try {
    buildMachine(machine);
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const place = /^(nodes|distances)\[(\d+)\]/.exec(error.field);
    const node = place === null ? undefined : nodes[Number(place[2])];
    const row = read.distances?.rows.find((r) => r.id === node?.id);
    const line = place?.[1] === 'distances' ? row?.line : node?.line;
    throw new FormatError(error.message, line ?? read.start);
  }
}
