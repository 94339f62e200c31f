/** The hardware as the kernel sees it: constant for a run, part of the state. */
import type { CpuId, NodeId } from '../units.ts';

/** A NUMA node: memory, CPUs, or both. */
export interface MachineNode {
  /** The operating system's node number (numactl prints it); equal to the index on most machines. */
  osId: number;
  /** Memory in MiB; 0 for a CPU-only node. */
  memoryMb: number;
  /** MiB of it that the kernel keeps for itself from boot (text, page structs, slabs). */
  reservedMb: number;
  /** CPUs of the node in ascending order; empty for a memory-only node. */
  cpus: CpuId[];
}

/** One logical CPU (hardware thread). */
export interface MachineCpu {
  osId: number;
  node: NodeId;
  /** Index of the physical core: SMT siblings share it. */
  core: number;
  /** SMT siblings including this CPU, ascending. */
  siblings: CpuId[];
}

/**
 * Bandwidth limits in bytes per nanosecond, which is GB/s (prototype.md section 1). A flow is limited by the issue
 * capacity of its node's CPUs, by a higher limit of a CPU that runs alone on its core, by the controllers of the memory it
 * touches and by the links in between; all share max-min fairly.
 */
export interface Bandwidth {
  /** Per node: its memory controllers together. */
  controller: number[];
  /** link[a][b]: from CPUs of node a to memory of node b, one direction; Infinity = not a limit of its own. */
  link: number[][];
  /** Issue capacity of all CPUs of one node together, streams to their own node. */
  socketLocal: number;
  /** The same to other nodes, while the other nodes do likewise: half of what a node's port carries in both senses. */
  socketRemote: number;
  /** One core, to its own node, while half of the cores of its node do the same (saturation.ts). */
  loneLocal: number;
  /** The same to other nodes, in both senses. */
  loneRemote: number;
}

export interface Machine {
  name: string;
  nodes: MachineNode[];
  cpus: MachineCpu[];
  /** SLIT distances, 10 = local. */
  distances: number[][];
  bandwidth: Bandwidth;
  /** Idle load-to-use latency in nanoseconds, [cpu node][memory node]. */
  latencyNs: number[][];
  /** Where the figures come from, in one sentence for the user. */
  provenance: string;
}
