/**
 * Steady stretches: a lone task that streams through memory where no fault can happen does the same every tick, so its ticks are
 * booked in one go when somebody looks or something changes. Exact: what a steady tick does is a constant of integers, and
 * whether a tick is steady follows from the state alone, never from when somebody looks.
 */
import type { Kernel } from '../kernel-state.ts';
import type { Access } from '../program/program.ts';
import type { Vma } from '../mm/state.ts';
import { BLOCK_BYTES, type CpuId, type MmId, type NodeId, TICK_NS } from '../units.ts';
import { type Task, TASK_RUNNABLE } from './task.ts';
import { NICE_0_WEIGHT } from './tunables.ts';

/** How far ahead a stretch is looked for, in slots. */
const LOOK_AHEAD_SLOTS = 24;
/** Shorter stretches are not worth their bookkeeping. */
const LEAST_TICKS = 2;

/** Per CPU. Part of the state. */
export interface SteadyState {
  /** First tick that is not booked yet. */
  from: Float64Array;
  /** The stretch holds for ticks before this one; 0 = not steady. */
  until: Float64Array;
  /** Bytes a tick, and bytes ahead that are known to be alike. */
  bytes: Float64Array;
  ahead: Float64Array;
  /** 1 when the memory is local, and time lost to remoteness a tick. */
  local: Uint8Array;
  remoteNs: Float64Array;
  /** Position in the tick's round over the CPUs: those before it have had their turn. */
  turn: number;
}

export function createSteady(cpus: number): SteadyState {
  return {
    from: new Float64Array(cpus),
    until: new Float64Array(cpus),
    bytes: new Float64Array(cpus),
    ahead: new Float64Array(cpus),
    local: new Uint8Array(cpus),
    remoteNs: new Float64Array(cpus),
    turn: 0,
  };
}

/** The access a task is in the middle of, if it is the only one and plain streaming. */
function streamOf(task: Task): Access | null {
  const { accesses } = task.program;
  if (accesses === null || accesses.length !== 1 || task.program.bytesLeft < 0) return null;
  const access = accesses[0];
  return access.pattern === 'sequential' && access.thinkNs === 0 ? access : null;
}

/** Time that remote bytes cost beyond what they would at the local issue rate, as many streams sharing it as the node has now. */
export function remoteLossNs(k: Kernel, cpu: CpuId, bytes: number): number {
  const b = k.machine.bandwidth;
  const streams = Math.max(1, k.streams[k.machine.cpus[cpu].node]);
  return Math.max(0, Math.floor(bytes * streams * (1 / b.socketRemote - 1 / b.socketLocal)));
}

/** Bytes from the cursor on that lie on `node`, are present, private and unmarked; Infinity when the whole range is so. */
function uniformAhead(k: Kernel, task: Task, access: Access, vma: Vma, node: NodeId): number {
  const t = k.memory.tables;
  const span = access.to - access.from;
  if (
    vma.markedSlots === 0 &&
    vma.nodePages[node] === vma.pages &&
    (!access.write || vma.backing === 'shared' || vma.neverShared)
  ) {
    return Infinity;
  }
  // Whole slots one after another, without a division for each: this is looked at a thousand times a simulated second.
  const { markedPmd, markedPtes, nodePages, end, first, mayShare, nodes } = t;
  const { slots } = vma;
  const shares = access.write;
  let ahead = 0;
  let at = task.program.cursors[0];
  let index = Math.floor((vma.skew + access.from + at) / BLOCK_BYTES);
  let inSlot = vma.skew + access.from + at - index * BLOCK_BYTES;
  for (let looked = 0; looked < LOOK_AHEAD_SLOTS; looked++) {
    const slot = slots[index];
    if (markedPmd[slot] !== 0 || markedPtes[slot] !== 0) return ahead;
    if (nodePages[slot * nodes + node] !== end[slot] - first[slot]) return ahead;
    if (shares && mayShare[slot] !== 0) return ahead;
    const piece = Math.min(BLOCK_BYTES - inSlot, span - at);
    ahead += piece;
    if (ahead >= span) return Infinity;
    at += piece;
    if (at < span) {
      index++;
      inSlot = 0;
    } else {
      at = 0;
      index = Math.floor((vma.skew + access.from) / BLOCK_BYTES);
      inSlot = vma.skew + access.from - index * BLOCK_BYTES;
    }
  }
  return ahead;
}

/** Does a steady stretch begin on this CPU with the tick about to run? If so its task needs no running until `until`. */
export function beginSteady(k: Kernel, cpu: CpuId): boolean {
  const rq = k.sched.queues[cpu];
  if (rq.nrRunning !== 1 || rq.current < 0 || rq.needResched !== 0) return false;
  const task = k.tasks[rq.current];
  if (task.daemon !== '' || task.debtNs > 0 || task.state !== TASK_RUNNABLE) return false;
  const access = streamOf(task);
  if (access === null || k.hardware.active[cpu] === 0) return false;
  const s = k.steady;
  const bytes = Math.floor(k.hardware.rate[cpu] * TICK_NS);
  if (bytes < 1) return false;
  // The flow that bandwidth was shared for must be this one.
  const nodes = k.machine.nodes.length;
  const mm = k.mms[task.mm];
  const vma = mm.vmas[mm.regions[access.region]];
  let node = 0;
  while (node < nodes && k.hardware.usage[cpu * nodes + node] !== 1) node++;
  if (node === nodes) return false;
  const ahead = Math.min(uniformAhead(k, task, access, vma, node), task.program.bytesLeft - 1);
  const ticks = Math.floor(ahead / bytes);
  if (ticks < LEAST_TICKS) return false;
  s.from[cpu] = k.ticks;
  s.until[cpu] = k.ticks + ticks;
  s.bytes[cpu] = bytes;
  s.ahead[cpu] = ahead;
  s.local[cpu] = node === k.machine.cpus[cpu].node ? 1 : 0;
  s.remoteNs[cpu] = s.local[cpu] !== 0 ? 0 : remoteLossNs(k, cpu, bytes);
  mm.steadyCpus++;
  return true;
}

/** Has this CPU had its turn in the tick under way? */
function hadTurn(k: Kernel, cpu: CpuId): boolean {
  const cpus = k.machine.cpus.length;
  const first = k.ticks % cpus;
  const position = cpu >= first ? cpu - first : cpu - first + cpus;
  return position < k.steady.turn;
}

/** Book the ticks of a steady CPU up to now. */
export function settle(k: Kernel, cpu: CpuId): void {
  const s = k.steady;
  if (s.until[cpu] === 0) return;
  const end = Math.min(s.until[cpu], hadTurn(k, cpu) ? k.ticks + 1 : k.ticks);
  const ticks = end - s.from[cpu];
  if (ticks <= 0) return;
  s.from[cpu] = end;
  const rq = k.sched.queues[cpu];
  const task = k.tasks[rq.current];
  const moved = ticks * s.bytes[cpu];
  const ns = ticks * TICK_NS;
  s.ahead[cpu] -= moved;
  const pc = task.program;
  const access = pc.accesses![0];
  pc.bytesLeft -= moved;
  // A remainder of doubles is dear, and mostly there is nothing to divide.
  const at = pc.cursors[0] + moved;
  const span = access.to - access.from;
  pc.cursors[0] = at < span ? at : at % span;
  task.userNs += ns;
  k.bill.userNs += ns;
  k.bill.accessNs += ns;
  const process = k.processes[task.process];
  if (s.local[cpu] !== 0) {
    task.localBytes += moved;
    process.localBytes += moved;
  } else {
    task.remoteBytes += moved;
    process.remoteBytes += moved;
    k.bill.remoteNs += ticks * s.remoteNs[cpu];
  }
  const se = task.sched;
  se.sumExecNs += ns;
  se.lastRanNs = end * TICK_NS;
  se.vruntime += se.weight === NICE_0_WEIGHT ? ns : ticks * Math.floor((TICK_NS * NICE_0_WEIGHT) / se.weight);
  if (se.vruntime > rq.minVruntime) rq.minVruntime = se.vruntime;
}

/** The stretch of a CPU ends here: its ticks so far are booked, the next one runs in full. */
export function endSteady(k: Kernel, cpu: CpuId): void {
  const s = k.steady;
  if (s.until[cpu] === 0) return;
  settle(k, cpu);
  s.until[cpu] = 0;
  k.mms[k.tasks[k.sched.queues[cpu].current].mm].steadyCpus--;
}

/** Page tables of an mm change: whoever streams through it must look again. */
export function disturbMm(k: Kernel, id: MmId): void {
  if (k.mms[id].steadyCpus === 0) return;
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
    if (k.steady.until[cpu] !== 0 && k.tasks[k.sched.queues[cpu].current].mm === id) endSteady(k, cpu);
  }
}

/** Bandwidth has been shared anew (before anybody's turn): steady CPUs go on at their new rates. */
export function refreshSteady(k: Kernel): void {
  const s = k.steady;
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) {
    if (s.until[cpu] === 0) continue;
    const bytes = Math.floor(k.hardware.rate[cpu] * TICK_NS);
    const remoteNs = s.local[cpu] !== 0 ? 0 : remoteLossNs(k, cpu, bytes);
    // What goes on as before need not be looked at: its end stays where it was.
    if (bytes === s.bytes[cpu] && remoteNs === s.remoteNs[cpu]) continue;
    settle(k, cpu);
    const ticks = bytes < 1 ? 0 : Math.floor(s.ahead[cpu] / bytes);
    if (ticks < 1) {
      endSteady(k, cpu);
      continue;
    }
    s.bytes[cpu] = bytes;
    s.until[cpu] = k.ticks + ticks;
    s.remoteNs[cpu] = remoteNs;
  }
}

/** Book everything, so that the state reads as if every tick had been run on its own. */
export function settleAll(k: Kernel): void {
  for (let cpu = 0; cpu < k.machine.cpus.length; cpu++) settle(k, cpu);
}
