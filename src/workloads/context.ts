/** Resolving what a workload file leaves open: quantities, parameters and node sets, for one machine and one choice of options. */
import type { Machine } from '../kernel/machine/machine.ts';
import type { Mempolicy } from '../kernel/program/program.ts';
import type { NodeId } from '../kernel/units.ts';
import { suggestion, WorkloadError } from './error.ts';
import { nodeName, nodesWithCpus, nodesWithMemory, usableMib } from './machine-facts.ts';
import { sameNode } from './numa-node.ts';
import type { MACHINE_QUANTITIES, MemoryPolicy, NodeSet, Quantity } from './schema.ts';
import type { WorkloadOptions } from './workload.ts';

export interface Context {
  machine: Machine;
  options: WorkloadOptions;
  /** Values of all parameters. */
  parameters: Record<string, number>;
}

/** Which of several alike is being compiled: one process of `count`, one thread of `threads`. */
export interface Which {
  instance: number;
  count: number;
  thread: number;
  threads: number;
}

/** A figure of the machine by its name in the file. */
export function machineQuantity(machine: Machine, name: (typeof MACHINE_QUANTITIES)[number]): number {
  const memory = nodesWithMemory(machine).map((node) => usableMib(machine, node));
  switch (name) {
    case 'cpus':
      return machine.cpus.length;
    case 'nodes':
      return machine.nodes.length;
    case 'cpus_per_node':
      return Math.min(...nodesWithCpus(machine).map((node) => machine.nodes[node].cpus.length));
    case 'memory_mib':
      return memory.reduce((sum, mib) => sum + mib, 0);
    case 'node_memory_mib':
      return Math.min(...memory);
    case 'largest_node_memory_mib':
      return Math.max(...memory);
  }
}

/** The number a quantity stands for. */
export function amount(context: Context, quantity: Quantity, field: string): number {
  if (typeof quantity === 'number') return quantity;
  let value: number;
  if ('machine' in quantity) {
    value = machineQuantity(context.machine, quantity.machine);
  } else {
    if (!Object.hasOwn(context.parameters, quantity.parameter)) {
      const hint = suggestion(quantity.parameter, Object.keys(context.parameters));
      throw new WorkloadError(`${field}.parameter`, `there is no parameter "${quantity.parameter}"${hint}`);
    }
    value = context.parameters[quantity.parameter];
  }
  value *= quantity.times;
  if (quantity.at_least !== undefined) value = Math.max(value, quantity.at_least);
  if (quantity.at_most !== undefined) value = Math.min(value, quantity.at_most);
  return value;
}

/** The same rounded down, refused below `least` or above `most`. */
export function wholeAmount(
  context: Context,
  quantity: Quantity,
  field: string,
  least: number,
  most: number,
): number {
  const value = Math.floor(amount(context, quantity, field));
  if (value < least || value > most) {
    const on = typeof quantity === 'number' ? '' : ` on machine "${context.machine.name}"`;
    throw new WorkloadError(field, `expected ${least} to ${most}, got ${value}${on}`);
  }
  return value;
}

/** The nodes that "on" can mean: the one it is, and for `random` also the one it might have been. */
export function nodeChoices(context: Context, on: number | 'first' | 'random', field: string): NodeId[] {
  const { machine, options } = context;
  if (on === 'random') {
    const drawn = sameNode(machine, options.seed);
    return machine.nodes.length < 2 ? [drawn] : [drawn, 1 - drawn];
  }
  const memory = nodesWithMemory(machine);
  if (on === 'first') {
    const both = memory.filter((node) => machine.nodes[node].cpus.length > 0);
    return [both.length > 0 ? both[0] : memory[0]];
  }
  const node = byNumber(machine, on, field);
  if (!memory.includes(node)) throw new WorkloadError(field, `${nodeName(machine, node)} has no memory`);
  return [node];
}

function byNumber(machine: Machine, osId: number, field: string): NodeId {
  const node = machine.nodes.findIndex((n) => n.osId === osId);
  if (node < 0) {
    const there = machine.nodes.map((n) => n.osId).join(', ');
    throw new WorkloadError(field, `machine "${machine.name}" has no node ${osId} (it has ${there})`);
  }
  return node;
}

/** The nodes of a set. */
export function nodesOf(context: Context, set: NodeSet, which: Which, field: string): NodeId[] {
  const { machine } = context;
  if (Array.isArray(set)) return set.map((osId, i) => byNumber(machine, osId, `${field}[${i}]`));
  const all = machine.nodes.map((_, id) => id);
  const half = Math.floor(all.length / 2);
  if ((set === 'lower_half' || set === 'upper_half') && half === 0) {
    throw new WorkloadError(field, `machine "${machine.name}" has one node: there is no half of it`);
  }
  // One in turn: only nodes on which something can be local.
  const complete = nodesWithMemory(machine).filter((node) => machine.nodes[node].cpus.length > 0);
  const turn = (index: number, of: number, reversed: boolean): NodeId[] => {
    const at = Math.floor((index * complete.length) / of);
    return [complete[reversed ? complete.length - 1 - at : at]];
  };
  switch (set) {
    case 'all':
      return all;
    case 'lower_half':
      return all.slice(0, half);
    case 'upper_half':
      return all.slice(half);
    case 'by_instance':
    case 'by_instance_reversed':
      return turn(which.instance, which.count, set === 'by_instance_reversed');
    case 'by_thread':
    case 'by_thread_reversed':
      return turn(which.thread, which.threads, set === 'by_thread_reversed');
  }
}

/** A memory policy with its nodes resolved; those without memory are dropped, as set_mempolicy does. */
export function mempolicyOf(context: Context, policy: MemoryPolicy, which: Which, field: string): Mempolicy {
  const memory = nodesWithMemory(context.machine);
  const nodes = nodesOf(context, policy.nodes, which, `${field}.nodes`).filter((node) =>
    memory.includes(node),
  );
  if (nodes.length === 0) throw new WorkloadError(`${field}.nodes`, 'none of these nodes has memory');
  return { mode: policy.mode, nodes };
}

/** Does the set differ from thread to thread? */
export function isByThread(set: NodeSet | undefined): boolean {
  return set === 'by_thread' || set === 'by_thread_reversed';
}
