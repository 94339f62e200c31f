/** What programs ask a machine: how many CPUs and nodes numactl shows, and what fits where. */
import type { Machine } from '../kernel/machine/machine.ts';
import type { CpuId, NodeId } from '../kernel/units.ts';
import { WorkloadError } from './error.ts';

/** Share of a node's memory that programs may fill: the rest is watermarks, page tables and the page cache's last stand. */
const FILL_PER_CENT = 97;

/** NCPU of autonuma-benchmark: the largest last-listed CPU number of any node line of `numactl -H`, plus one; holes count. */
export function numactlCpus(machine: Machine): number {
  let last = 0;
  for (const node of machine.nodes) {
    if (node.cpus.length > 0) last = Math.max(last, machine.cpus[node.cpus[node.cpus.length - 1]].osId);
  }
  return last + 1;
}

/** NNODES of autonuma-benchmark: "available: N nodes", with memory-only and CPU-only ones. */
export function numactlNodes(machine: Machine): number {
  return machine.nodes.length;
}

/** MiB of a node that programs can use. */
export function usableMib(machine: Machine, node: NodeId): number {
  const { memoryMb, reservedMb } = machine.nodes[node];
  return Math.max(0, Math.floor(((memoryMb - reservedMb) * FILL_PER_CENT) / 100));
}

export function nodesWithCpus(machine: Machine): NodeId[] {
  return machine.nodes.flatMap((node, id) => (node.cpus.length > 0 ? [id] : []));
}

export function nodesWithMemory(machine: Machine): NodeId[] {
  return machine.nodes.flatMap((_, id) => (usableMib(machine, id) > 0 ? [id] : []));
}

/** All CPUs of some nodes, ascending. */
export function cpusOf(machine: Machine, nodes: readonly NodeId[]): CpuId[] {
  return nodes.flatMap((node) => machine.nodes[node].cpus).sort((a, b) => a - b);
}

/** A name for messages: the node as numactl numbers it. */
export function nodeName(machine: Machine, node: NodeId): string {
  return `node ${machine.nodes[node].osId}`;
}

/**
 * Refuse a machine when what is bound to some nodes, or to the whole, does not fit.
 * @throws WorkloadError naming the field that asks for it
 */
export function checkFits(machine: Machine, nodes: readonly NodeId[], mib: number, field: string): void {
  const usable = nodes.reduce((sum, node) => sum + usableMib(machine, node), 0);
  if (mib <= usable) return;
  const all = nodes.length === machine.nodes.length;
  const where = all
    ? `machine "${machine.name}"`
    : nodes.map((node) => nodeName(machine, node)).join(' and ');
  throw new WorkloadError(
    field,
    `needs ${Math.ceil(mib)} MiB on ${where}, which ${nodes.length === 1 || all ? 'has' : 'have'} ${usable} MiB for programs`,
  );
}

/**
 * GB/s (bytes a nanosecond) that each of `threads` busy threads gets when every access is local and they are spread evenly:
 * what "seconds" of a workload file are counted in.
 */
export function localRatePerThread(machine: Machine, threads: number): number {
  const { controller, socketLocal, loneLocal } = machine.bandwidth;
  let total = 0;
  for (const node of nodesWithCpus(machine)) {
    // A node without memory of its own adds CPUs, not local bandwidth.
    if (usableMib(machine, node) > 0) total += Math.min(controller[node], socketLocal);
  }
  return Math.min(
    loneLocal,
    total / Math.max(1, Math.min(threads, machine.cpus.length)),
    total / Math.max(1, threads),
  );
}
