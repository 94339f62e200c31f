/** Placement rules that numa01 and numa02 share. */
import type { Machine } from '../kernel/machine/machine.ts';
import type { CodeBuilder } from './code.ts';
import type { NodeId } from '../kernel/units.ts';
import { nextUint32, randomStream } from '../kernel/random.ts';
import { WorkloadError } from './error.ts';
import { cpusOf, nodeName, nodesWithCpus, nodesWithMemory } from './machine-facts.ts';

/** Stream number of the coin that stands for time(); far from the kernel's own streams. */
const TIME_STREAM = 0x74696d65;

/**
 * The node of NO_BIND_FORCE_SAME_NODE: `time() & 1`, drawn from the seed. Where node 1 does not exist the C program
 * would fail on every odd second; here it is node 0.
 */
export function sameNode(machine: Machine, seed: number): NodeId {
  return machine.nodes.length < 2 ? 0 : nextUint32(randomStream(seed, TIME_STREAM)) & 1;
}

/**
 * Run on these nodes only (sched_setaffinity) and take memory from those only (MPOL_BIND).
 * @throws WorkloadError when the nodes have no CPUs, or no memory
 */
export function bindTo(
  code: CodeBuilder,
  machine: Machine,
  cpuNodes: readonly NodeId[],
  memoryNodes: readonly NodeId[],
): void {
  const cpus = cpusOf(machine, cpuNodes);
  if (cpus.length === 0)
    throw new WorkloadError('variant', `cannot bind to ${list(machine, cpuNodes)}: no CPUs there`);
  const memory = memoryNodes.filter((node) => nodesWithMemory(machine).includes(node));
  if (memory.length === 0)
    throw new WorkloadError('variant', `cannot bind to ${list(machine, memoryNodes)}: no memory there`);
  code.add(
    { op: 'sched_setaffinity', cpus },
    { op: 'set_mempolicy', policy: { mode: 'bind', nodes: memory } },
  );
}

function list(machine: Machine, nodes: readonly NodeId[]): string {
  return nodes.length === 0 ? 'no node at all' : nodes.map((node) => nodeName(machine, node)).join(' and ');
}

/**
 * Refuse machines whose nodes are not all alike in kind, for variants that bind to every node in turn.
 * @throws WorkloadError naming the node
 */
export function checkEveryNode(machine: Machine): void {
  if (machine.nodes.length < 2)
    throw new WorkloadError('variant', 'binding to nodes needs a machine of two nodes or more');
  for (let node = 0; node < machine.nodes.length; node++) {
    const lacks = !nodesWithCpus(machine).includes(node)
      ? 'CPUs'
      : nodesWithMemory(machine).includes(node)
        ? ''
        : 'memory';
    if (lacks !== '') {
      throw new WorkloadError(
        'variant',
        `binds to every node in turn, but ${nodeName(machine, node)} has no ${lacks}`,
      );
    }
  }
}
