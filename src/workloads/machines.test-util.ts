/** Machines for tests of programs. */
import { buildMachine } from '../kernel/machine/build.ts';
import type { Machine } from '../kernel/machine/machine.ts';

/** A machine of like nodes: CPUs are dealt out node after node, 10/20 distances. */
export function likeNodes(nodes: number, cpusPerNode: number, memoryMb: number): Machine {
  const ids = Array.from({ length: nodes }, (_, n) => n);
  return buildMachine({
    name: `${nodes}x${cpusPerNode}`,
    nodes: ids.map((n) => ({
      cpus: Array.from({ length: cpusPerNode }, (_, c) => n * cpusPerNode + c),
      memory_mb: memoryMb,
      reserved_mb: 100,
    })),
    distances: ids.map((a) => ids.map((b) => (a === b ? 10 : 20))),
  });
}

/** Andrea's machine of 2012: two nodes of six cores with two threads each. */
export const TWO_NODES = buildMachine({
  name: 'two nodes',
  nodes: [
    { cpus: [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17], memory_mb: 8192, reserved_mb: 200 },
    { cpus: [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23], memory_mb: 8192, reserved_mb: 200 },
  ],
  smt_siblings: Array.from({ length: 12 }, (_, c) => [c, c + 12]),
  distances: [
    [10, 21],
    [21, 10],
  ],
  measured_gbps: { hard: 20.3, inverse: 10.5, one_node: 13.3 },
});

/** A node with CPUs and one that has memory only. */
export const WITH_MEMORY_NODE = buildMachine({
  name: 'memory-only node',
  nodes: [
    { cpus: [0, 1, 2, 3], memory_mb: 8192 },
    { cpus: [], memory_mb: 16384 },
  ],
  distances: [
    [10, 20],
    [20, 10],
  ],
});
