/** Where an allocation looks when the preferred node is full: mm/page_alloc.c, build_zonelists (policies.md 1.2). */
import type { NodeId } from '../units.ts';
import type { Machine } from './machine.ts';

/**
 * Per node, the nodes with memory in the order an allocation from there tries them (node order, the default of
 * 64-bit Linux); a node without memory is in nobody's list, not even its own.
 *
 * The next node is always the nearest one left. Ties go to memory-only nodes and to nodes after this one, then to
 * the one that has begun fewer distance classes so far, so that full nodes overflow to different places. (The load
 * adds up, as in policies.md and in Linux since 5.16; from 2007 to then the kernel overwrote it, which differs only
 * for the later nodes of a class that several nodes share.)
 */
export function buildZonelists(machine: Machine): NodeId[][] {
  const count = machine.nodes.length;
  // Persists over all nodes, as the kernel's static array does: that is what makes the starting nodes rotate.
  const nodeLoad = new Int32Array(count);
  return machine.nodes.map((_, node) => zonelistOf(machine, node, nodeLoad));
}

function zonelistOf(machine: Machine, node: NodeId, nodeLoad: Int32Array): NodeId[] {
  const count = machine.nodes.length;
  const list: NodeId[] = [];
  const used = new Uint8Array(count);
  let load = count;
  let previous = node;
  for (;;) {
    const best = nextNode(machine, node, used, nodeLoad);
    if (best < 0) return list;
    used[best] = 1;
    list.push(best);
    // The first of a new distance class; the earlier classes of a node weigh more.
    if (machine.distances[node][best] !== machine.distances[node][previous]) nodeLoad[best] += load;
    previous = best;
    load--;
  }
}

/** find_next_best_node: the node itself, then the cheapest unused one, or -1. */
function nextNode(machine: Machine, node: NodeId, used: Uint8Array, nodeLoad: Int32Array): NodeId {
  const count = machine.nodes.length;
  if (used[node] === 0 && machine.nodes[node].memoryMb > 0) return node;
  // MAX_NODE_LOAD * MAX_NUMNODES: one step of distance outweighs any load.
  const scale = count * count * count + 1;
  let best = -1;
  let bestCost = Infinity;
  for (let n = 0; n < count; n++) {
    if (used[n] === 1 || machine.nodes[n].memoryMb === 0) continue;
    const near = machine.distances[node][n] + (n < node ? 1 : 0) + (machine.nodes[n].cpus.length > 0 ? 1 : 0);
    const cost = near * scale + nodeLoad[n];
    if (cost < bestCost) {
      bestCost = cost;
      best = n;
    }
  }
  return best;
}
