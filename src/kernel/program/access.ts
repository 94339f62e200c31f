/**
 * Memory accesses of a running task: how far its cursors get in a stretch of CPU time, at the rate the hardware gives its CPU, and
 * which pages they touch on the way.
 */
import type { Kernel } from '../kernel-state.ts';
import { latencyBoundCap } from '../machine/bandwidth.ts';
import type { Vma } from '../mm/state.ts';
import { touch, TOUCH_KILLED } from '../mm/touch.ts';
import { printk } from '../output.ts';
import { nextBelow } from '../random.ts';
import { remoteLossNs } from '../sched/steady.ts';
import type { Task } from '../sched/task.ts';
import { BLOCK_BYTES, type Nanoseconds, PAGE_BYTES, type SlotId, wideZeros } from '../units.ts';
import type { Access } from './program.ts';

/** Bytes after which a phase of several accesses goes on with the next one (a tick moves one to three times as many). */
const INTERLEAVE_BYTES = 256 * 1024;
/**
 * Random touches simulated one by one in a stretch; when the hardware allows more, each stands for several on the same page.
 */
const MAX_RANDOM_TOUCHES = 64;
/** Slots looked at to learn where a random or strided range lies. */
const MAX_MIX_SLOTS = 64;

/** Start an access op. @param bytes in total, over all accesses */
export function beginAccess(task: Task, accesses: Access[], bytes: number): void {
  const pc = task.program;
  pc.accesses = accesses;
  pc.bytesLeft = Math.max(0, Math.floor(bytes));
  pc.cursors = wideZeros(accesses.length);
  pc.credits = wideZeros(accesses.length);
}

/** The mapping of an access, or null: a segmentation fault, which kills the process as running out of memory does. */
function vmaFor(k: Kernel, task: Task, access: Access): Vma | null {
  const mm = k.mms[task.mm];
  const id = mm.regions[access.region];
  if (id >= 0 && access.to <= mm.vmas[id].bytes) return mm.vmas[id];
  printk(k, `${task.name}[${task.pid}]: segfault: region ${access.region} is not mapped`);
  return null;
}

/** The access whose turn it is: the one furthest behind its weight. */
function turn(task: Task): number {
  const { credits, accesses } = task.program;
  if (accesses!.length === 1) return 0;
  let best = 0;
  for (let i = 1; i < credits.length; i++) if (credits[i] < credits[best]) best = i;
  return best;
}

/**
 * What the task's CPU will stream next: bytes per node per byte of progress, into `usage`.
 * @returns cap of the flow in bytes/ns (Infinity for plain streaming), or -1 when the task does not access memory now
 */
export function describeFlow(k: Kernel, task: Task, usage: Float64Array): number {
  const nodes = k.machine.nodes.length;
  for (let n = 0; n < nodes; n++) usage[n] = 0;
  const pc = task.program;
  if (task.debtNs > 0 && pc.accesses === null) return -1;
  let accesses = pc.accesses;
  if (accesses === null) {
    const ops = k.programs.images[pc.image].threads[pc.thread].ops;
    const op = ops[pc.op];
    if (op === undefined || op.op !== 'access') return -1;
    accesses = op.accesses;
  }
  const mm = k.mms[task.mm];
  if (accesses.length === 1 && accesses[0].pattern === 'sequential' && accesses[0].thinkNs === 0) {
    // The common case, on the way of every tick of every CPU.
    const id = mm.regions[accesses[0].region];
    if (id < 0) return -1;
    addMix(k, task, mm.vmas[id], accesses[0], pc.cursors.length > 0 ? pc.cursors[0] : 0, 1, usage);
    return Infinity;
  }
  let weights = 0;
  for (const access of accesses) weights += access.weight;
  let capped = false;
  for (let i = 0; i < accesses.length; i++) {
    const access = accesses[i];
    const id = mm.regions[access.region];
    if (id < 0) return -1;
    const share = access.weight / weights;
    addMix(k, task, mm.vmas[id], access, pc.cursors[i] ?? 0, share, usage);
    if (access.pattern !== 'sequential' || access.thinkNs > 0) capped = true;
  }
  if (!capped) return Infinity;
  // A lone access settles towards the load it makes itself (latencyBoundCap).
  const settled =
    accesses.length === 1 && k.hardware.active[task.cpu] === 1 && k.hardware.cap[task.cpu] < Infinity;
  const previous = settled ? k.hardware.cap[task.cpu] : 0;
  // Time per byte adds up over the accesses: each is capped by its latency and think time.
  let timePerByte = 0;
  const node = k.machine.cpus[task.cpu].node;
  for (const access of accesses) {
    const touchBytes = access.pattern === 'sequential' ? PAGE_BYTES : access.touchBytes;
    if (access.pattern === 'sequential')
      timePerByte += ((access.weight / weights) * access.thinkNs) / PAGE_BYTES;
    else {
      const rate = latencyBoundCap(k.machine, k.hardware, node, usage, touchBytes, access.thinkNs, previous);
      timePerByte += access.weight / weights / rate;
    }
  }
  const cap = timePerByte > 0 ? 1 / timePerByte : Infinity;
  if (accesses.every((a) => a.pattern === 'sequential')) {
    // Thinking and streaming alternate: the pause comes on top of the stream's own time at its lone rate.
    const b = k.machine.bandwidth;
    const alone = usage[node] / b.loneLocal + (1 - usage[node]) / b.loneRemote;
    return 1 / (timePerByte + alone);
  }
  return cap;
}

/** Add where an access goes next to the flow: pages per node around its cursor, or of its whole range when it jumps about. */
function addMix(
  k: Kernel,
  task: Task,
  vma: Vma,
  access: Access,
  cursor: number,
  share: number,
  usage: Float64Array,
): void {
  const t = k.memory.tables;
  const nodes = t.nodes;
  const home = k.machine.cpus[task.cpu].node;
  if (access.pattern === 'sequential') {
    const slot = vma.slots[Math.floor((vma.skew + access.from + cursor) / BLOCK_BYTES)];
    addSlotMix(k, slot, home, share, usage);
    return;
  }
  if (vma.presentPages > 0 && access.to - access.from >= vma.bytes / 2) {
    for (let n = 0; n < nodes; n++) usage[n] += (share * vma.nodePages[n]) / vma.presentPages;
    return;
  }
  const first = Math.floor((vma.skew + access.from) / BLOCK_BYTES);
  const last = Math.floor((vma.skew + access.to - 1) / BLOCK_BYTES);
  const step = Math.max(1, Math.ceil((last - first + 1) / MAX_MIX_SLOTS));
  const looked = Math.floor((last - first) / step) + 1;
  for (let s = first; s <= last; s += step) addSlotMix(k, vma.slots[s], home, share / looked, usage);
}

function addSlotMix(k: Kernel, slot: SlotId, home: number, share: number, usage: Float64Array): void {
  const t = k.memory.tables;
  const present = t.present[slot];
  if (present === 0) {
    usage[home] += share;
    return;
  }
  const block = t.block[slot];
  if (block >= 0) {
    usage[k.memory.frames.node[block]] += share;
    return;
  }
  const base = slot * t.nodes;
  for (let n = 0; n < t.nodes; n++) {
    const pages = t.nodePages[base + n];
    if (pages > 0) usage[n] += (share * pages) / present;
  }
}

/**
 * Go on with the access op under way for at most `budgetNs`.
 * @returns CPU time used, or TOUCH_KILLED when the process must die: out of memory, or a segmentation fault
 */
export function runAccess(k: Kernel, task: Task, accesses: Access[], budgetNs: Nanoseconds): Nanoseconds {
  const pc = task.program;
  const rate = k.hardware.rate[task.cpu] > 0 ? k.hardware.rate[task.cpu] : fairRate(k, task);
  let left = budgetNs;
  while (left > 0 && pc.bytesLeft > 0 && task.debtNs === 0) {
    const i = turn(task);
    const access = accesses[i];
    const affordable = Math.floor(left * rate);
    if (affordable < 1) return budgetNs;
    const most = accesses.length > 1 ? Math.min(INTERLEAVE_BYTES, pc.bytesLeft) : pc.bytesLeft;
    const moved =
      access.pattern === 'sequential'
        ? runSequential(k, task, access, i, Math.min(most, affordable))
        : runScattered(k, task, access, i, Math.min(most, affordable));
    if (moved < 0) return TOUCH_KILLED;
    pc.bytesLeft -= moved;
    if (accesses.length > 1) pc.credits[i] += moved / access.weight;
    left -= Math.min(left, Math.max(1, Math.ceil(moved / rate)));
  }
  return budgetNs - left;
}

/**
 * Rate of a task that came onto its CPU in the middle of a tick, after bandwidth was shared: the issue share of one of its node's CPUs.
 */
function fairRate(k: Kernel, task: Task): number {
  const node = k.machine.cpus[task.cpu].node;
  const b = k.machine.bandwidth;
  return Math.max(0.001, b.socketRemote / Math.max(1, k.machine.nodes[node].cpus.length));
}

/** One contiguous piece, at most to the end of the slot or the range (then the cursor wraps). @returns bytes moved */
function runSequential(k: Kernel, task: Task, access: Access, i: number, bytes: number): number {
  const pc = task.program;
  const vma = vmaFor(k, task, access);
  if (vma === null) return TOUCH_KILLED;
  const address = vma.skew + access.from + pc.cursors[i];
  const index = Math.floor(address / BLOCK_BYTES);
  const inSlot = address - index * BLOCK_BYTES;
  const span = access.to - access.from;
  let moved = Math.min(bytes, BLOCK_BYTES - inSlot, span - pc.cursors[i]);
  const from = Math.floor(inSlot / PAGE_BYTES);
  const to = Math.floor((inSlot + moved - 1) / PAGE_BYTES) + 1;
  const slot = vma.slots[index];
  const cost = touch(k, task, vma, slot, from, to, access.write);
  if (cost === TOUCH_KILLED) return TOUCH_KILLED;
  task.debtNs += cost;
  // A small range without faults: going round and round is more of the same.
  if (cost === 0 && moved === span) moved *= Math.floor(bytes / span);
  countBytes(k, task, slot, moved);
  pc.cursors[i] += moved;
  if (pc.cursors[i] >= access.to - access.from) pc.cursors[i] = 0;
  return moved;
}

/** Random or strided touches for so many bytes. @returns bytes moved */
function runScattered(k: Kernel, task: Task, access: Access, i: number, bytes: number): number {
  const vma = vmaFor(k, task, access);
  if (vma === null) return TOUCH_KILLED;
  const touches = Math.max(1, Math.floor(bytes / access.touchBytes));
  const settled =
    vma.presentPages === settledPages(vma) &&
    vma.markedSlots === 0 &&
    !(access.write && vma.backing !== 'shared' && mayShare(k, vma));
  // No fault can happen: one touch stands for all of them.
  const drawn = settled ? 1 : Math.min(touches, MAX_RANDOM_TOUCHES);
  const perDraw = Math.floor(touches / drawn);
  let moved = 0;
  for (let d = 0; d < drawn; d++) {
    const offset = nextOffset(k, task, access, i, perDraw);
    const address = vma.skew + access.from + offset;
    const index = Math.floor(address / BLOCK_BYTES);
    const slot = vma.slots[index];
    if (!settled) {
      const inSlot = address - index * BLOCK_BYTES;
      const page = Math.floor(inSlot / PAGE_BYTES);
      const cost = touch(k, task, vma, slot, page, endOfTouch(k, slot, inSlot, access), access.write);
      if (cost === TOUCH_KILLED) return TOUCH_KILLED;
      task.debtNs += cost;
    }
    // A touch that does not fit into what is left of the tick is gone on with in the next.
    const piece = Math.min(perDraw * access.touchBytes, bytes - moved);
    countBytes(k, task, slot, piece);
    moved += piece;
    if (task.debtNs > 0) break;
  }
  return Math.max(1, moved);
}

/** One past the last page of a touch; one that is not larger than a page is taken to stay in its page, and none leaves its slot. */
function endOfTouch(k: Kernel, slot: SlotId, inSlot: number, access: Access): number {
  if (access.touchBytes <= PAGE_BYTES) return Math.floor(inSlot / PAGE_BYTES) + 1;
  return Math.min(k.memory.tables.end[slot], Math.ceil((inSlot + access.touchBytes) / PAGE_BYTES));
}

/** Where the next touch of a random or strided access goes; a strided cursor moves on by `touches` strides. */
function nextOffset(k: Kernel, task: Task, access: Access, i: number, touches: number): number {
  const span = access.to - access.from;
  if (access.pattern === 'random') return nextBelow(k.random.task[task.id], span);
  const { cursors } = task.program;
  const offset = cursors[i];
  cursors[i] = (offset + access.strideBytes * touches) % span;
  return offset;
}

/** Pages of a mapping when all are present. */
function settledPages(vma: Vma): number {
  const firstPage = Math.floor(vma.skew / PAGE_BYTES);
  return Math.ceil((vma.skew + vma.bytes) / PAGE_BYTES) - firstPage;
}

function mayShare(k: Kernel, vma: Vma): boolean {
  if (vma.neverShared) return false;
  for (const slot of vma.slots) if (k.memory.tables.mayShare[slot] !== 0) return true;
  return false;
}

/** Book bytes as local or remote by where the slot's pages lie. */
function countBytes(k: Kernel, task: Task, slot: SlotId, bytes: number): void {
  const t = k.memory.tables;
  const home = k.machine.cpus[task.cpu].node;
  const present = t.present[slot];
  const local = present === 0 ? bytes : Math.floor((bytes * t.nodePages[slot * t.nodes + home]) / present);
  const process = k.processes[task.process];
  task.localBytes += local;
  process.localBytes += local;
  const remote = bytes - local;
  if (remote === 0) return;
  task.remoteBytes += remote;
  process.remoteBytes += remote;
  k.bill.remoteNs += remoteLossNs(k, task.cpu, remote);
}
