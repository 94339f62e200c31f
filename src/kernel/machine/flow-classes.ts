/**
 * Alike flows are solved as one: 128 CPUs in steady state are a handful of classes.
 *
 * A *kind* is one usage and cap on one node. A *core type* is the sorted list of kinds that run on the siblings of
 * a core. A *class* is one kind on one core type: its flows see the same limits, so they have the same rate.
 */
import type { CpuId } from '../units.ts';
import type { HardwareState } from './bandwidth.ts';
import type { Machine } from './machine.ts';
import { ratePerStream } from './saturation.ts';

/** The classes of the present flows. Working memory, kept between calls to avoid garbage; not state. */
export interface FlowClasses {
  kinds: number;
  classes: number;
  /** Per CPU with a flow: its kind, its class. */
  kindOf: Int32Array;
  classOf: Int32Array;
  /** Per kind: a CPU that has it (usage and cap are read there), and its weight in the issue and core limits. */
  kindCpu: Int32Array;
  kindIssue: Float64Array;
  kindCore: Float64Array;
  /** Per core type: where its kinds lie in typeKinds, how many, where its classes begin. */
  typeStart: Int32Array;
  typeLength: Int32Array;
  typeClass: Int32Array;
  typeKinds: Int32Array;
  /** Per class: its kind, its core type, flows of the class on one core, flows in all. */
  classKind: Int32Array;
  classType: Int32Array;
  classOnCore: Int32Array;
  classFlows: Int32Array;
  /** Per node: cores streaming to their own memory, and through the node's port. */
  localStreams: Float64Array;
  portStreams: Float64Array;
}

/** Room for the classes of a machine with this many CPUs and nodes. */
export function makeFlowClasses(cpus: number, nodes: number): FlowClasses {
  return {
    kinds: 0,
    classes: 0,
    kindOf: new Int32Array(cpus),
    classOf: new Int32Array(cpus),
    kindCpu: new Int32Array(cpus),
    kindIssue: new Float64Array(cpus),
    kindCore: new Float64Array(cpus),
    typeStart: new Int32Array(cpus),
    typeLength: new Int32Array(cpus),
    typeClass: new Int32Array(cpus),
    typeKinds: new Int32Array(cpus),
    classKind: new Int32Array(cpus),
    classType: new Int32Array(cpus),
    classOnCore: new Int32Array(cpus),
    classFlows: new Int32Array(cpus),
    localStreams: new Float64Array(nodes),
    portStreams: new Float64Array(nodes),
  };
}

/** Sort the flows into classes, in CPU order. */
export function classifyFlows(machine: Machine, hw: HardwareState, s: FlowClasses): void {
  findKinds(machine, hw, s);
  findClasses(machine, hw, s);
}

/** Give each flow its kind. */
function findKinds(machine: Machine, hw: HardwareState, s: FlowClasses): void {
  const nodes = machine.nodes.length;
  const { socketLocal, socketRemote } = machine.bandwidth;
  countStreams(machine, hw, s);
  let kinds = 0;
  for (let node = 0; node < nodes; node++) {
    const firstKind = kinds;
    for (const cpu of machine.nodes[node].cpus) {
      if (hw.active[cpu] === 0) continue;
      let kind = firstKind;
      while (kind < kinds && !sameFlow(hw, nodes, s.kindCpu[kind], cpu)) kind++;
      s.kindOf[cpu] = kind;
      if (kind < kinds) continue;
      kinds++;
      const local = hw.usage[cpu * nodes + node];
      let remote = 0;
      // Nanoseconds a byte of progress takes on the ports: half of the curve's at either end, each as crowded as it is.
      let portTime = 0;
      for (let n = 0; n < nodes; n++) {
        const bytes = n === node ? 0 : hw.usage[cpu * nodes + n];
        if (bytes === 0) continue;
        remote += bytes;
        portTime +=
          (bytes / ratePerStream(hw.portCurve, s.portStreams[node]) +
            bytes / ratePerStream(hw.portCurve, s.portStreams[n])) /
          2;
      }
      s.kindCpu[kind] = cpu;
      s.kindIssue[kind] = (local + remote) / Math.max(socketLocal, socketRemote);
      s.kindCore[kind] = local / ratePerStream(hw.localCurve, s.localStreams[node]) + portTime;
    }
  }
  s.kinds = kinds;
}

/**
 * Cores that stream to their own node's memory, per node, and cores that stream through each node's port, both senses. A core that
 * does several things counts in fractions.
 */
function countStreams(machine: Machine, hw: HardwareState, s: FlowClasses): void {
  const nodes = machine.nodes.length;
  for (let n = 0; n < nodes; n++) {
    s.localStreams[n] = 0;
    s.portStreams[n] = 0;
  }
  for (let cpu = 0; cpu < hw.active.length; cpu++) {
    if (hw.active[cpu] === 0) continue;
    const { node, siblings } = machine.cpus[cpu];
    let sharing = 0;
    for (const other of siblings) sharing += hw.active[other];
    for (let n = 0; n < nodes; n++) {
      const part = hw.usage[cpu * nodes + n] / sharing;
      if (n === node) s.localStreams[n] += part;
      else {
        s.portStreams[node] += part;
        s.portStreams[n] += part;
      }
    }
  }
}

function sameFlow(hw: HardwareState, nodes: number, a: CpuId, b: CpuId): boolean {
  if (hw.cap[a] !== hw.cap[b]) return false;
  for (let n = 0; n < nodes; n++) {
    if (hw.usage[a * nodes + n] !== hw.usage[b * nodes + n]) return false;
  }
  return true;
}

/** Give each flow its class. */
function findClasses(machine: Machine, hw: HardwareState, s: FlowClasses): void {
  let types = 0;
  let used = 0;
  let classes = 0;
  for (const node of machine.nodes) {
    // Kinds belong to one node, so core types of other nodes cannot match.
    const firstType = types;
    for (const cpu of node.cpus) {
      const siblings = machine.cpus[cpu].siblings;
      // A core is handled once, at its first sibling.
      if (siblings[0] !== cpu) continue;
      const length = gatherKinds(siblings, hw, s, used);
      if (length === 0) continue;
      let type = firstType;
      while (type < types && !sameCore(s, s.typeStart[type], s.typeLength[type], used, length)) type++;
      if (type === types) {
        types++;
        s.typeStart[type] = used;
        s.typeLength[type] = length;
        s.typeClass[type] = classes;
        for (let i = 0; i < length; i++) {
          const kind = s.typeKinds[used + i];
          if (i > 0 && s.typeKinds[used + i - 1] === kind) {
            s.classOnCore[classes - 1]++;
            continue;
          }
          s.classKind[classes] = kind;
          s.classType[classes] = type;
          s.classOnCore[classes] = 1;
          s.classFlows[classes] = 0;
          classes++;
        }
        used += length;
      }
      for (const sibling of siblings) {
        if (hw.active[sibling] === 0) continue;
        let c = s.typeClass[type];
        while (s.classKind[c] !== s.kindOf[sibling]) c++;
        s.classOf[sibling] = c;
        s.classFlows[c]++;
      }
    }
  }
  s.classes = classes;
}

/** Write the kinds of a core's flows, sorted, to typeKinds from `at` on; returns how many. */
function gatherKinds(siblings: CpuId[], hw: HardwareState, s: FlowClasses, at: number): number {
  let length = 0;
  for (const sibling of siblings) {
    if (hw.active[sibling] === 0) continue;
    const kind = s.kindOf[sibling];
    let i = at + length;
    while (i > at && s.typeKinds[i - 1] > kind) {
      s.typeKinds[i] = s.typeKinds[i - 1];
      i--;
    }
    s.typeKinds[i] = kind;
    length++;
  }
  return length;
}

function sameCore(s: FlowClasses, a: number, aLength: number, b: number, bLength: number): boolean {
  if (aLength !== bLength) return false;
  for (let i = 0; i < aLength; i++) if (s.typeKinds[a + i] !== s.typeKinds[b + i]) return false;
  return true;
}
