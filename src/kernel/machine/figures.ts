/**
 * The bandwidth and latency figures of a machine: given, fitted to measured totals, or assumed.
 * Everything is GB/s (bytes/ns) or nanoseconds.
 */
import { listField, objectField, positiveField, type MachineDescription } from './description.ts';
import type { Bandwidth, MachineNode } from './machine.ts';

/** What the figures of a machine depend on, already checked. */
export interface Topology {
  nodes: MachineNode[];
  distances: number[][];
  /** Physical cores of the node that has most. */
  coresPerNode: number;
}

/** Figures, and one sentence about where they come from. */
export interface Sourced<T> {
  value: T;
  source: string;
}

/** A core alone gets this many times its share of a full socket: Srikar's numa02_SMT rows (prototype.md section 1). */
const LONE_CORE_GAIN = 1.63;

/** Assumed: 10.15 GB/s of streaming stores of a Westmere socket / 6 cores (prototype.md section 1). */
const ASSUMED_GBPS_PER_CORE = 1.7;

/** Assumed: a controller serves a third more than its own socket can ask for; Westmere's 13.31 / 10.15 = 1.31. */
const ASSUMED_CONTROLLER_GAIN = 4 / 3;

/**
 * Assumed: a CXL expander has a sixth of the bandwidth of a socket; 23.5 / 140 GB/s (benchmarks.md 4.2, lab note
 * 2026).
 */
const ASSUMED_MEMORY_ONLY_SHARE = 1 / 6;

/** Assumed idle latency to the own node: Xeon X5670 (benchmarks.md 4.2, Anandtech 2978). */
const ASSUMED_LOCAL_NS = 87;

/**
 * The slowest memory of benchmarks.md 4.2 that was measured on production hardware: CXL of the other socket, 394.1 /
 * 99.1 ns.
 */
const SLOWEST_RATIO = 4;

/**
 * The bandwidth of a machine: `bandwidth_gbps` as it stands, or fitted to `measured_gbps`, or assumed from the
 * distances.
 * @throws MachineError
 */
export function bandwidthOf(description: MachineDescription, topology: Topology): Sourced<Bandwidth> {
  if (description.bandwidth_gbps !== undefined) {
    const m = description.measured_gbps;
    const from =
      m === undefined
        ? ''
        : `, fitted to the measured ${m.hard} / ${m.inverse} / ${m.one_node} GB/s (hard, inverse, one node)`;
    return {
      value: givenBandwidth(description.bandwidth_gbps, topology),
      source: `Bandwidth as given${from}.`,
    };
  }
  if (description.measured_gbps !== undefined) return measuredBandwidth(description, topology);
  const value = assumedBandwidth(topology);
  if (description.lone_gbps !== undefined) setLone(value, description.lone_gbps);
  return { value, source: 'Bandwidth assumed from the cores and the distances.' };
}

function givenBandwidth(given: unknown, { nodes }: Topology): Bandwidth {
  const field = 'bandwidth_gbps';
  const g = objectField(given, field, 'an object');
  const n = nodes.length;
  const controller = listField(g.controller, `${field}.controller`, `a list of ${n} numbers, one a node`, n);
  const link = listField(g.link, `${field}.link`, `a list of ${n} rows, one a node`, n);
  const rate = (name: string): number => positiveField(g[name], `${field}.${name}`, 'GB/s');
  return {
    controller: controller.map((value, i) =>
      // A node without memory has no use for a controller.
      nodes[i].memoryMb === 0 && value === 0 ? 0 : positiveField(value, `${field}.controller[${i}]`, 'GB/s'),
    ),
    link: link.map((row, a) =>
      listField(row, `${field}.link[${a}]`, `a list of ${n} numbers or null, one a node`, n).map((value, b) =>
        // JSON has no Infinity: null is no limit.
        value === null || value === Infinity
          ? Infinity
          : positiveField(value, `${field}.link[${a}][${b}]`, 'GB/s or null'),
      ),
    ),
    socketLocal: rate('socket_local'),
    socketRemote: rate('socket_remote'),
    loneLocal: rate('lone_local'),
    loneRemote: rate('lone_remote'),
  };
}

function measuredBandwidth(description: MachineDescription, topology: Topology): Sourced<Bandwidth> {
  const field = 'measured_gbps';
  const m = objectField(description.measured_gbps, field, 'an object with hard, inverse and one_node');
  const hard = positiveField(m.hard, `${field}.hard`, 'GB/s');
  const inverse = positiveField(m.inverse, `${field}.inverse`, 'GB/s');
  const oneNode = positiveField(m.one_node, `${field}.one_node`, 'GB/s');
  const { nodes, coresPerNode } = topology;
  let sockets = 0;
  for (const node of nodes) if (node.cpus.length > 0) sockets++;
  const value: Bandwidth = {
    controller: [],
    link: nodes.map(() => nodes.map(() => Infinity)),
    socketLocal: hard / sockets,
    socketRemote: inverse / sockets,
    loneLocal: (LONE_CORE_GAIN * hard) / sockets / coresPerNode,
    loneRemote: (LONE_CORE_GAIN * inverse) / sockets / coresPerNode,
  };
  if (description.lone_gbps !== undefined) setLone(value, description.lone_gbps);
  // All memory on one node: what its controllers serve. A simulated run (lab calibrate) finds 13.31 for Andrea's 13.3.
  const controller = oneNode;
  value.controller = nodes.map((node) => {
    if (node.memoryMb === 0) return 0;
    return node.cpus.length > 0 ? controller : value.socketLocal * ASSUMED_MEMORY_ONLY_SHARE;
  });
  return {
    value,
    source:
      `Bandwidth fitted to the measured ${hard} / ${inverse} / ${oneNode} GB/s (hard, inverse, one node); ` +
      'the controller limit is a first approximation.',
  };
}

function setLone(bandwidth: Bandwidth, lone: unknown): void {
  const l = objectField(lone, 'lone_gbps', 'an object with local and remote');
  bandwidth.loneLocal = positiveField(l.local, 'lone_gbps.local', 'GB/s');
  bandwidth.loneRemote = positiveField(l.remote, 'lone_gbps.remote', 'GB/s');
}

function assumedBandwidth({ nodes, distances, coresPerNode }: Topology): Bandwidth {
  const socketLocal = ASSUMED_GBPS_PER_CORE * coresPerNode;
  // SLIT describes bandwidth well: 10/21 = 0.48 against 0.52 (Westmere), 0.47 (Skylake), 0.46, 0.52 (Haswell),
  // benchmarks.md 4.2.
  const share = (a: number, b: number): number => distances[a][a] / distances[a][b];
  let nearest = 0;
  for (let a = 0; a < nodes.length; a++) {
    for (let b = 0; b < nodes.length; b++) {
      if (a === b || nodes[a].cpus.length === 0 || nodes[b].memoryMb === 0) continue;
      if (share(a, b) > nearest) nearest = share(a, b);
    }
  }
  if (nearest === 0) nearest = 1; // one node: there is no remote memory
  const socketRemote = socketLocal * nearest;
  const lone = LONE_CORE_GAIN / coresPerNode;
  return {
    controller: nodes.map((node) => {
      if (node.memoryMb === 0) return 0;
      return socketLocal * (node.cpus.length > 0 ? ASSUMED_CONTROLLER_GAIN : ASSUMED_MEMORY_ONLY_SHARE);
    }),
    // The nearest neighbours are limited by socketRemote; farther ones by a link of their own.
    link: nodes.map((_, a) =>
      nodes.map((_, b) => (a === b || share(a, b) >= nearest ? Infinity : socketLocal * share(a, b))),
    ),
    socketLocal,
    socketRemote,
    loneLocal: socketLocal * lone,
    loneRemote: socketRemote * lone,
  };
}

/**
 * Idle latencies: `latency_ns` as it stands, or assumed from the distances.
 *
 * SLIT exaggerates: where it says 2.1 one measures 1.4 to 1.7, where it says 5 and 6 (CXL) 2.5 to 4 (benchmarks.md
 * 4.2). Half of the excess fits them: ratio = (1 + distance / local distance) / 2, at most 4, which gives 1.55 for
 * 21, 1.3 for 16, 3.5 for 60.
 * @throws MachineError
 */
export function latencyOf(
  description: MachineDescription,
  { nodes, distances }: Topology,
): Sourced<number[][]> {
  const n = nodes.length;
  if (description.latency_ns === undefined) {
    const value = distances.map((row, a) =>
      row.map((distance) => ASSUMED_LOCAL_NS * Math.min(SLOWEST_RATIO, (1 + distance / distances[a][a]) / 2)),
    );
    return { value, source: 'Latencies assumed from the distances.' };
  }
  const rows = listField(description.latency_ns, 'latency_ns', `a list of ${n} rows, one a node`, n);
  const value = rows.map((row, a) =>
    listField(row, `latency_ns[${a}]`, `a list of ${n} numbers, one a node`, n).map((ns, b) =>
      positiveField(ns, `latency_ns[${a}][${b}]`, 'nanoseconds'),
    ),
  );
  return { value, source: 'Latencies as given.' };
}
