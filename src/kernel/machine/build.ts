/** From a description to the machine that the kernel boots on. */
import {
  MachineError,
  integerField,
  listField,
  objectField,
  type MachineDescription,
} from './description.ts';
import { bandwidthOf, latencyOf } from './figures.ts';
import type { Machine, MachineCpu, MachineNode } from './machine.ts';

export { MachineError, type MachineDescription } from './description.ts';

export const MAX_NODES = 64;
export const MAX_CPUS = 1024;
/** Page frame numbers are 30 bits: 4 TiB. */
export const MAX_MEMORY_MB = 4_194_304;

/** Highest number a CPU or node may have; Linux itself stops at 8192 CPUs and 1024 nodes. */
const MAX_OS_ID = 65_535;

/** Kernel memory from boot when the description does not say: a 64-byte struct page for each 4096 bytes. Assumed. */
const RESERVED_SHARE = 64;

/**
 * Check a description and build the machine. CPUs and nodes get dense indices: nodes in the order they are listed,
 * CPUs by ascending number, whatever holes their numbers have.
 * @throws MachineError naming the field, what was expected and what was found; the input may be unchecked JSON
 */
export function buildMachine(description: MachineDescription): Machine {
  const d = objectField(description, 'machine', 'an object');
  if (typeof d.name !== 'string' || d.name === '' || d.name.length > 200) {
    throw new MachineError('name', 'expected a text of 1 to 200 characters');
  }
  const { nodes, cpus } = buildNodes(d.nodes);
  joinSiblings(d.smt_siblings, cpus);
  const distances = checkDistances(d.distances, nodes.length);
  const topology = { nodes, distances, coresPerNode: mostCores(nodes, cpus) };
  const bandwidth = bandwidthOf(description, topology);
  const latency = latencyOf(description, topology);
  return {
    name: d.name,
    nodes,
    cpus,
    distances,
    bandwidth: bandwidth.value,
    latencyNs: latency.value,
    provenance: `${bandwidth.source} ${latency.source}`,
  };
}

function buildNodes(given: unknown): { nodes: MachineNode[]; cpus: MachineCpu[] } {
  const list = listField(given, 'nodes', 'a list of nodes');
  if (list.length < 1 || list.length > MAX_NODES) {
    throw new MachineError('nodes', `expected 1 to ${MAX_NODES} nodes, got ${list.length}`);
  }
  const nodes: MachineNode[] = [];
  const cpus: MachineCpu[] = [];
  const nodeOfCpu: number[] = [];
  let totalMb = 0;
  list.forEach((item, i) => {
    const field = `nodes[${i}]`;
    const node = objectField(item, field, 'an object with cpus and memory_mb');
    const osId = node.id === undefined ? i : integerField(node.id, `${field}.id`, 0, MAX_OS_ID);
    for (let j = 0; j < i; j++) {
      if (nodes[j].osId !== osId) continue;
      throw new MachineError(
        `${field}.id`,
        `expected a number of its own, but nodes[${j}] is node ${osId} as well`,
      );
    }
    const memoryMb = integerField(node.memory_mb, `${field}.memory_mb`, 0, MAX_MEMORY_MB);
    // Nodes begin at multiples of 2 MiB in the frame numbers.
    totalMb += memoryMb + (memoryMb % 2);
    const reservedMb =
      node.reserved_mb === undefined
        ? Math.floor(memoryMb / RESERVED_SHARE)
        : integerField(node.reserved_mb, `${field}.reserved_mb`, 0, memoryMb > 0 ? memoryMb - 1 : 0);
    const osCpus = listField(node.cpus, `${field}.cpus`, 'a list of CPU numbers');
    osCpus.forEach((value, k) => {
      const cpu = integerField(value, `${field}.cpus[${k}]`, 0, MAX_OS_ID);
      const owner = nodeOfCpu[cpu];
      if (owner !== undefined) {
        throw new MachineError(
          `${field}.cpus[${k}]`,
          `expected each CPU once, but CPU ${cpu} is already in nodes[${owner}]`,
        );
      }
      nodeOfCpu[cpu] = i;
      cpus.push({ osId: cpu, node: i, core: 0, siblings: [] });
    });
    if (memoryMb === 0 && osCpus.length === 0) {
      throw new MachineError(field, 'expected CPUs, or memory_mb above 0, or both');
    }
    nodes.push({ osId, memoryMb, reservedMb, cpus: [] });
  });
  if (totalMb === 0) throw new MachineError('nodes', 'expected a node with memory_mb above 0');
  if (totalMb > MAX_MEMORY_MB) {
    throw new MachineError('nodes', `expected memory_mb of at most ${MAX_MEMORY_MB} in all, got ${totalMb}`);
  }
  if (cpus.length < 1 || cpus.length > MAX_CPUS) {
    throw new MachineError('nodes', `expected 1 to ${MAX_CPUS} CPUs in all, got ${cpus.length}`);
  }
  cpus.sort((a, b) => a.osId - b.osId);
  cpus.forEach((cpu, index) => nodes[cpu.node].cpus.push(index));
  return { nodes, cpus };
}

/** Fill siblings and core of each CPU. */
function joinSiblings(given: unknown, cpus: MachineCpu[]): void {
  const indexOf: number[] = [];
  cpus.forEach((cpu, index) => (indexOf[cpu.osId] = index));
  const groups =
    given === undefined ? [] : listField(given, 'smt_siblings', 'a list of lists of CPU numbers');
  groups.forEach((item, g) => {
    const field = `smt_siblings[${g}]`;
    const group = listField(item, field, 'a list of CPU numbers');
    const members = group.map((value, k) => {
      const osId = integerField(value, `${field}[${k}]`, 0, MAX_OS_ID);
      const index = indexOf[osId];
      if (index === undefined) {
        throw new MachineError(`${field}[${k}]`, `expected a CPU of some node, but no node has CPU ${osId}`);
      }
      if (cpus[index].siblings.length > 0 || group.indexOf(value) < k) {
        throw new MachineError(`${field}[${k}]`, `expected each CPU once, but CPU ${osId} was listed before`);
      }
      return index;
    });
    members.sort((a, b) => a - b);
    for (const index of members) {
      if (cpus[index].node !== cpus[members[0]].node) {
        throw new MachineError(
          field,
          `expected CPUs of one node, but CPU ${cpus[members[0]].osId} and CPU ${cpus[index].osId} are on different nodes`,
        );
      }
      cpus[index].siblings = members.slice();
    }
  });
  let cores = 0;
  cpus.forEach((cpu, index) => {
    if (cpu.siblings.length === 0) cpu.siblings = [index];
    cpu.core = cpu.siblings[0] === index ? cores++ : cpus[cpu.siblings[0]].core;
  });
}

function mostCores(nodes: MachineNode[], cpus: MachineCpu[]): number {
  const coresOf = nodes.map(() => 0);
  cpus.forEach((cpu, index) => {
    if (cpu.siblings[0] === index) coresOf[cpu.node]++;
  });
  return coresOf.reduce((most, count) => (count > most ? count : most), 0);
}

function checkDistances(given: unknown, n: number): number[][] {
  const rows = listField(given, 'distances', `a list of ${n} rows, one a node`, n);
  return rows.map((item, a) => {
    const row = listField(item, `distances[${a}]`, `a list of ${n} distances, one a node`, n).map(
      (value, b) => integerField(value, `distances[${a}][${b}]`, 10, 255),
    );
    row.forEach((value, b) => {
      // Equal is legal: nodes of numa=fake that split one real node are 10 from each other.
      if (value < row[a]) {
        throw new MachineError(
          `distances[${a}][${b}]`,
          `expected at least ${row[a]}, the distance of node ${a} from itself, got ${value}`,
        );
      }
    });
    return row;
  });
}
