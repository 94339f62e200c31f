/**
 * The bandwidth model: who gets how many bytes per nanosecond while the machine is shared.
 *
 * Every CPU has at most one flow. A flow makes progress at a rate (bytes/ns, which is GB/s) and moves `usage[n]`
 * bytes at node n per byte of progress. All rates rise together from zero; when a limit is reached the flows that
 * use it stop rising and the others go on: max-min fairness by progressive filling. Six limits, model SOCK of
 * prototype.md section 1:
 *   issue       CPUs of node a together:   sum rate <= socketLocal, what a socket can issue at all
 *   port        of node a:                 sum of what its CPUs move elsewhere and others move here <= 2 * socketRemote
 *   core        SMT siblings together:     sum rate * (local / l + remote / r) <= 1, where l and r are what one core gets when
 *                                          as many cores stream locally, or through the port, as do now (saturation.ts)
 *   controller  memory of node n:          sum rate * usage[n] <= controller[n]
 *   link        from CPUs of a to node b:  sum rate * usage[b] <= link[a][b], where finite
 *   cap         a flow's own limit
 *
 * Only + - * / and comparisons, always in CPU order, so that the result is the same to the last bit everywhere.
 */
import type { CpuId, NodeId } from '../units.ts';
import { classifyFlows, makeFlowClasses, type FlowClasses } from './flow-classes.ts';
import type { Machine } from './machine.ts';
import { LOCAL_SERVERS, PORT_SERVERS, saturationCurve } from './saturation.ts';

/** The flows of all CPUs and how the hardware serves them. Part of the state. */
export interface HardwareState {
  /** 1 if the CPU has a flow. */
  active: Uint8Array;
  /** [cpu * nodes + n]: bytes moved at node n per byte of progress. */
  usage: Float64Array;
  /** Per CPU: highest rate of the flow in bytes/ns; Infinity for none. */
  cap: Float64Array;
  /** What 0, 1, .. cores get together: streaming to their own node, and through one port (saturation.ts). */
  localCurve: Float64Array;
  portCurve: Float64Array;
  /** Flows changed since the last solve. */
  dirty: boolean;
  /** Result per CPU: bytes of progress per ns; 0 without a flow. */
  rate: Float64Array;
  /** Result per node: bytes/ns its memory serves. */
  controllerUse: Float64Array;
  /** Result [a * nodes + b]: bytes/ns between the CPUs of node a and the memory of node b. */
  pairUse: Float64Array;
}

/**
 * Hyper-threads that share a core get less out of the socket than one thread a core does: Srikar's machine, hard-bound
 * THREAD_ALLOC, moves 23.4 GB/s with HT on and 24.5 with HT off (benchmarks.md section 0; bound streams only).
 */
export const LONE_SIBLING_ISSUE = 23.4 / 24.5;

/** Limits that saturate within this much of one another (relative) count as reached together. */
const TIE = 1 + 1e-12;

/**
 * Curves of a machine through its measured points: all cores (hard and inverse binding), and half of them (the lone figures). A port
 * carries both senses, so under inverse binding twice the cores of a node meet there.
 */
function saturationCurves(machine: Machine): { localCurve: Float64Array; portCurve: Float64Array } {
  const { socketLocal, socketRemote, loneLocal, loneRemote } = machine.bandwidth;
  const coresOf = (cpus: CpuId[]): number =>
    cpus.filter((cpu) => machine.cpus[cpu].siblings[0] === cpu).length;
  const cores = Math.max(1, ...machine.nodes.map((node) => coresOf(node.cpus)));
  const half = Math.max(1, Math.floor(cores / 2));
  // The figures of a socket are with all hyper-threads streaming; one thread a core gets more.
  const gain = machine.cpus.some((cpu) => cpu.siblings.length > 1) ? 1 / LONE_SIBLING_ISSUE : 1;
  const most = 2 * cores * Math.max(1, machine.nodes.length - 1);
  return {
    localCurve: saturationCurve(cores, socketLocal * gain, half, loneLocal, cores, LOCAL_SERVERS),
    portCurve: saturationCurve(2 * cores, 2 * socketRemote * gain, 2 * half, loneRemote, most, PORT_SERVERS),
  };
}

/** Hardware without any flow. */
export function createHardware(machine: Machine): HardwareState {
  const cpus = machine.cpus.length;
  const nodes = machine.nodes.length;
  return {
    active: new Uint8Array(cpus),
    usage: new Float64Array(cpus * nodes),
    cap: new Float64Array(cpus).fill(Infinity),
    ...saturationCurves(machine),
    dirty: false,
    rate: new Float64Array(cpus),
    controllerUse: new Float64Array(nodes),
    pairUse: new Float64Array(nodes * nodes),
  };
}

/**
 * Say what a CPU does from now on. Cheap and without effect when nothing differs from what was said before;
 * otherwise `hw.rate` is stale until the next solve.
 * @param usage length N (copied), none negative: bytes moved at node n per byte of progress. The sum is 1 for
 *   a reader or writer; a page copy has 1 at its source and 1 at its destination. All zero is the same as clearFlow.
 * @param cap highest rate in bytes/ns, Infinity for none
 */
export function setFlow(hw: HardwareState, cpu: CpuId, usage: Float64Array, cap: number): void {
  const nodes = hw.controllerUse.length;
  const base = cpu * nodes;
  let same = hw.active[cpu] === 1 && hw.cap[cpu] === cap;
  let moves = false;
  for (let n = 0; n < nodes; n++) {
    const value = usage[n];
    if (value > 0) moves = true;
    if (hw.usage[base + n] !== value) {
      hw.usage[base + n] = value;
      same = false;
    }
  }
  if (!moves) {
    clearFlow(hw, cpu);
    return;
  }
  if (same) return;
  hw.active[cpu] = 1;
  hw.cap[cpu] = cap;
  hw.dirty = true;
}

/** The CPU moves no bytes from now on; its rate is 0 at once, the others' at the next solve. */
export function clearFlow(hw: HardwareState, cpu: CpuId): void {
  if (hw.active[cpu] === 0) return;
  const nodes = hw.controllerUse.length;
  // Back to what createHardware made, so that equal situations are equal states.
  hw.usage.fill(0, cpu * nodes, (cpu + 1) * nodes);
  hw.cap[cpu] = Infinity;
  hw.active[cpu] = 0;
  hw.rate[cpu] = 0;
  hw.dirty = true;
}

/** Working memory of solve, kept between calls to avoid garbage; not state. */
interface Scratch {
  nodes: number;
  flows: FlowClasses;
  /** Per class; negative while it is rising. */
  classRate: Float64Array;
  /** Per class: where its entries begin; an entry is the weight of one class in one limit. */
  classEntry: Int32Array;
  entries: number;
  entryClass: Int32Array;
  entryLimit: Int32Array;
  entryWeight: Float64Array;
  /** The next entry of the same limit, or -1. */
  entryNext: Int32Array;
  /** Classes that have a cap. */
  cappedCount: number;
  capped: Int32Array;
  /** Ids of the limits that somebody uses. */
  usedLimits: number;
  limits: Int32Array;
  /**
   * Per limit id: first entry, classes still rising, what stopped flows leave, use per unit of common rate, and the
   * rate at which it is full.
   */
  firstEntry: Int32Array;
  rising: Int32Array;
  room: Float64Array;
  growth: Float64Array;
  fullAt: Float64Array;
}

let scratch: Scratch = makeScratch(0, 0);

function makeScratch(cpus: number, nodes: number): Scratch {
  // Issue, controller, link, core type: the ids of `fill`.
  const limits = nodes * (nodes + 3) + cpus;
  const entries = cpus * (4 * nodes + 3);
  return {
    nodes,
    flows: makeFlowClasses(cpus, nodes),
    classRate: new Float64Array(cpus),
    classEntry: new Int32Array(cpus + 1),
    entries: 0,
    entryClass: new Int32Array(entries),
    entryLimit: new Int32Array(entries),
    entryWeight: new Float64Array(entries),
    entryNext: new Int32Array(entries),
    cappedCount: 0,
    capped: new Int32Array(cpus),
    usedLimits: 0,
    limits: new Int32Array(limits),
    firstEntry: new Int32Array(limits),
    rising: new Int32Array(limits),
    room: new Float64Array(limits),
    growth: new Float64Array(limits),
    fullAt: new Float64Array(limits),
  };
}

/**
 * Share the hardware among the flows: fills `hw.rate`, `hw.controllerUse` and `hw.pairUse` and clears `hw.dirty`.
 * Returns at once when nothing changed since the last call.
 */
export function solve(machine: Machine, hw: HardwareState): void {
  if (!hw.dirty) return;
  const cpus = machine.cpus.length;
  const nodes = machine.nodes.length;
  if (scratch.flows.kindOf.length !== cpus || scratch.nodes !== nodes) scratch = makeScratch(cpus, nodes);
  classifyFlows(machine, hw, scratch.flows);
  listLimits(machine, hw, scratch);
  fill(hw, scratch);
  publish(machine, hw, scratch);
  hw.dirty = false;
}

/**
 * List what every class uses of every limit. Limit ids: [0, N) issue, [N, 2N) controller, then N * N links, then core
 * types.
 */
function listLimits(machine: Machine, hw: HardwareState, s: Scratch): void {
  const nodes = machine.nodes.length;
  const { controller, link, socketRemote } = machine.bandwidth;
  const cpus = machine.cpus.length;
  const f = s.flows;
  s.usedLimits = 0;
  s.entries = 0;
  s.cappedCount = 0;
  s.rising.fill(0);
  for (let c = 0; c < f.classes; c++) {
    const kind = f.classKind[c];
    const cpu = f.kindCpu[kind];
    const node = machine.cpus[cpu].node;
    const flows = f.classFlows[c];
    s.classRate[c] = -1;
    s.classEntry[c] = s.entries;
    if (hw.cap[cpu] < Infinity) s.capped[s.cappedCount++] = c;
    // The issue capacity is that of a socket whose siblings all stream; a lone one on its core asks for less of it.
    const alone = f.typeLength[f.classType[c]] === 1 && machine.cpus[cpu].siblings.length > 1;
    const share = flows * (alone ? LONE_SIBLING_ISSUE : 1);
    addEntry(s, c, node, share * f.kindIssue[kind], 1);
    // The port of a node carries what its CPUs fetch elsewhere and what others fetch here.
    for (let n = 0; n < nodes; n++) {
      const bytes = n === node ? 0 : hw.usage[cpu * nodes + n];
      if (bytes === 0) continue;
      addEntry(s, c, nodes * (nodes + 2) + cpus + node, share * bytes, 2 * socketRemote);
      addEntry(s, c, nodes * (nodes + 2) + cpus + n, share * bytes, 2 * socketRemote);
    }
    // Cores of one type fill alike: the limit of one stands for all.
    addEntry(s, c, nodes * (nodes + 2) + f.classType[c], f.classOnCore[c] * f.kindCore[kind], 1);
    for (let n = 0; n < nodes; n++) {
      const bytes = hw.usage[cpu * nodes + n];
      if (bytes === 0) continue;
      addEntry(s, c, nodes + n, flows * bytes, controller[n]);
      if (link[node][n] < Infinity) addEntry(s, c, nodes * (node + 2) + n, flows * bytes, link[node][n]);
    }
  }
  s.classEntry[f.classes] = s.entries;
}

/** Class c takes `weight` of limit `id`, which has `total`, per unit of its rate. */
function addEntry(s: Scratch, c: number, id: number, weight: number, total: number): void {
  const entry = s.entries++;
  if (s.rising[id] === 0) {
    s.limits[s.usedLimits++] = id;
    s.room[id] = total;
    s.growth[id] = 0;
    s.firstEntry[id] = -1;
  }
  s.rising[id]++;
  s.growth[id] += weight;
  s.entryClass[entry] = c;
  s.entryLimit[entry] = id;
  s.entryWeight[entry] = weight;
  s.entryNext[entry] = s.firstEntry[id];
  s.firstEntry[id] = entry;
}

/** Progressive filling over classes. A limit is full when the common rate reaches room / growth. */
function fill(hw: HardwareState, s: Scratch): void {
  const { classes, kindCpu, classKind } = s.flows;
  let left = classes;
  let previous = 0;
  while (left > 0) {
    let level = Infinity;
    let used = 0;
    for (let i = 0; i < s.usedLimits; i++) {
      const id = s.limits[i];
      if (s.rising[id] === 0) continue;
      s.limits[used++] = id; // forget the limits that nobody rises against any more
      // No growth in spite of a rising class: it is too small beside those that stopped to be seen in a double.
      const end = s.growth[id] > 0 ? s.room[id] / s.growth[id] : Infinity;
      s.fullAt[id] = end;
      if (end < level) level = end;
    }
    s.usedLimits = used;
    for (let i = 0; i < s.cappedCount; i++) {
      const c = s.capped[i];
      const cap = hw.cap[kindCpu[classKind[c]]];
      if (s.classRate[c] < 0 && cap < level) level = cap;
    }
    // Rounding may leave a hair less than nothing in a limit, but rates never fall.
    if (level < previous) level = previous;
    previous = level;
    // All limits are judged by fullAt, as of the start of the round, whatever order they are taken in.
    const reached = level * TIE;
    for (let i = 0; i < used; i++) {
      const id = s.limits[i];
      if (s.fullAt[id] > reached) continue;
      for (let e = s.firstEntry[id]; e >= 0; e = s.entryNext[e]) left -= stop(s, s.entryClass[e], level);
    }
    for (let i = 0; i < s.cappedCount; i++) {
      const c = s.capped[i];
      if (hw.cap[kindCpu[classKind[c]]] <= reached) left -= stop(s, c, level);
    }
  }
}

/** Class c stays at this rate; 1 if it was still rising. */
function stop(s: Scratch, c: number, rate: number): number {
  if (s.classRate[c] >= 0) return 0;
  s.classRate[c] = rate;
  for (let e = s.classEntry[c]; e < s.classEntry[c + 1]; e++) {
    const id = s.entryLimit[e];
    s.room[id] -= s.entryWeight[e] * rate;
    s.growth[id] -= s.entryWeight[e];
    s.rising[id]--;
  }
  return 1;
}

/** Write the result of the classes to CPUs, controllers and pairs. */
function publish(machine: Machine, hw: HardwareState, s: Scratch): void {
  const nodes = machine.nodes.length;
  const f = s.flows;
  for (let cpu = 0; cpu < hw.active.length; cpu++) {
    hw.rate[cpu] = hw.active[cpu] === 1 ? s.classRate[f.classOf[cpu]] : 0;
  }
  hw.controllerUse.fill(0);
  hw.pairUse.fill(0);
  for (let c = 0; c < f.classes; c++) {
    const cpu = f.kindCpu[f.classKind[c]];
    const node = machine.cpus[cpu].node;
    const rate = f.classFlows[c] * s.classRate[c];
    for (let n = 0; n < nodes; n++) {
      const bytes = rate * hw.usage[cpu * nodes + n];
      hw.controllerUse[n] += bytes;
      hw.pairUse[node * nodes + n] += bytes;
    }
  }
}

/**
 * Loaded latency: [utilisation of the controller, factor on the idle latency], straight lines in between.
 * Mean of the Skylake and Haswell curves of benchmarks.md 4.2 (all-core reads, Intel MLC): 81 ns at 2.5 GB/s, 90 at 21,
 * 95 at 85, 101 at 112, 122 at 160, 227 at 215 of 216; 98 at 1.7, 106 at 46, 111 at 59, 122 at 81, 206 at 109,
 * 293 at 115.5. The knee is at 70-75 % of the peak.
 */
const LOADED_LATENCY: readonly (readonly [number, number])[] = [
  [0, 1],
  [0.1, 1.06],
  [0.25, 1.08],
  [0.4, 1.12],
  [0.52, 1.19],
  [0.72, 1.38],
  [0.94, 2.3],
  [1, 2.9],
];

/** Factor on the idle latency of a memory controller that is used to this fraction (0..1; more counts as 1). */
export function loadedLatencyFactor(utilisation: number): number {
  for (let i = 1; i < LOADED_LATENCY.length; i++) {
    const [x1, y1] = LOADED_LATENCY[i];
    if (utilisation >= x1) continue;
    const [x0, y0] = LOADED_LATENCY[i - 1];
    return y0 + ((y1 - y0) * (utilisation - x0)) / (x1 - x0);
  }
  return LOADED_LATENCY[LOADED_LATENCY.length - 1][1];
}

/**
 * Rate limit, in bytes/ns, of a stream that waits for each of its accesses (pointer chasing, transactions): one
 * touch of `touchBytes` takes `thinkNs` of computing plus the latency of the memory it goes to, longer when that
 * memory's controller is busy (use of the last solve). Give it to setFlow as the cap.
 *
 * The load depends on the rates and the rates on the load, one solve later. With `previousCap` (the cap of the same
 * stream last time) the answer goes half the way, which makes that loop converge, and stays exactly `previousCap`
 * within one per cent, so that a settled machine needs no new solve.
 * @param cpuNode node of the CPU that runs the stream
 * @param usage length N: where the touches go, in any unit; a sum of zero means no memory is touched
 * @param previousCap 0 for the first time
 * @returns Infinity when a touch takes no time at all
 */
export function latencyBoundCap(
  machine: Machine,
  hw: HardwareState,
  cpuNode: NodeId,
  usage: Float64Array,
  touchBytes: number,
  thinkNs: number,
  previousCap = 0,
): number {
  let wait = 0;
  let sum = 0;
  for (let n = 0; n < machine.nodes.length; n++) {
    if (!(usage[n] > 0)) continue;
    const peak = machine.bandwidth.controller[n];
    const utilisation = peak > 0 ? hw.controllerUse[n] / peak : 1;
    wait += usage[n] * machine.latencyNs[cpuNode][n] * loadedLatencyFactor(utilisation);
    sum += usage[n];
  }
  const cap = touchBytes / (thinkNs + (sum > 0 ? wait / sum : 0));
  if (!(previousCap > 0) || previousCap === Infinity || cap === Infinity) return cap;
  const change = cap / previousCap;
  return change > 0.99 && change < 1.01 ? previousCap : (previousCap + cap) / 2;
}
