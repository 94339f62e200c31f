/**
 * The bill: what balancing has cost each process, and how much shorter its memory accesses take than under the placement that was found.
 *
 * Saved is measured, not modelled: before the first page or thread is moved, a process's access time per byte is learned; what its
 * bytes would have taken at that rate, less what they do take, is saved. It contains nearer memory and less crowded controllers alike.
 */
import type { Kernel } from '../kernel/kernel-state.ts';
import {
  BILL_BALANCE,
  BILL_COMPUTE,
  BILL_HINTING_FAULT,
  BILL_MIGRATE,
  BILL_SCAN,
  BILL_SHOOTDOWN,
  BILL_SPLIT,
  PROCESS_BILL_WORDS,
} from '../kernel/process-bill.ts';
import { NS_PER_MS, NS_PER_SECOND } from '../kernel/units.ts';
import type { BillOf, BillReport } from '../protocol/why.ts';
import { processName } from './names.ts';
import type { Observer } from './observer.ts';

/** How fast the time per byte before the first move is learned: about a second of samples. */
const BASELINE_GAIN = 0.1;
/** Growth of the number of running threads from which on it is learned anew. */
const CROWD_GROWTH = 1.2;
/** `sample` is called every 100 ticks; the rate of the projection is smoothed over about so many seconds. */
const SAMPLE_TICKS = 100;
const RATE_S = 3;
const RATE_GAIN = SAMPLE_TICKS / 1000 / RATE_S;
/** Processes with a bill of their own: a build forks hundreds. */
const MAX_PROCESSES = 64;
const MAX_LISTED = 12;

const SPENT = [BILL_SCAN, BILL_HINTING_FAULT, BILL_MIGRATE, BILL_SPLIT, BILL_SHOOTDOWN, BILL_BALANCE];

/** One account: of a process, or (the last) of all. */
interface Account {
  bytes: number;
  accessNs: number;
  /** Access time per byte under the placement found; 0 before anything is known. */
  nsPerByte: number;
  savedNs: number;
  brokeEvenTick: number;
  /** Saved less spent at the last sample, and its smoothed growth a tick. */
  netNs: number;
  netPerTick: number;
}

function newAccount(): Account {
  return {
    bytes: 0,
    accessNs: 0,
    nsPerByte: 0,
    savedNs: 0,
    brokeEvenTick: -1,
    netNs: 0,
    netPerTick: 0,
  };
}

/** Work of a process by purpose, nanoseconds; 0 for one that has cost nothing yet. */
function billed(k: Kernel, process: number, column: number): number {
  return k.output.processBill[process * PROCESS_BILL_WORDS + column] ?? 0;
}

function spentBy(k: Kernel, process: number): number {
  let ns = 0;
  for (const column of SPENT) ns += billed(k, process, column);
  return ns;
}

/** All work there is on the kernel's bill; its scanning includes the shootdowns. */
export function spentByAll({ bill }: Kernel): number {
  return bill.scanNs + bill.hintingFaultNs + bill.migrateNs + bill.splitNs + bill.balanceNs;
}

export class Bills implements Observer {
  private accounts: Account[] = [];
  private all = newAccount();
  /** Access time of the machine so far, and the most threads that ran while a placement was learned. */
  private accessNs = 0;
  private threads = 0;

  /** CPU seconds of access time saved, all processes together; may be negative. */
  get savedS(): number {
    return this.all.savedNs / NS_PER_SECOND;
  }

  /** Called every 100 ticks. */
  sample(k: Kernel): void {
    const moved = k.counters.pgmigrate_success > 0 || k.counters.task_moves_autonuma > 0;
    const threads = (k.bill.accessNs - this.accessNs) / (SAMPLE_TICKS * NS_PER_MS);
    this.accessNs = k.bill.accessNs;
    // More threads crowd each other whatever the placement: what they cost together is learned anew.
    const crowded = threads > this.threads * CROWD_GROWTH;
    if (crowded) this.threads = threads;
    let saved = 0;
    const processes = Math.min(k.processes.length, MAX_PROCESSES);
    for (let index = 0; index < processes; index++) {
      const account = (this.accounts[index] ??= newAccount());
      learn(k, account, index, moved, crowded);
      note(account, spentBy(k, index), k.ticks);
      saved += account.savedNs;
    }
    this.all.savedNs = saved;
    note(this.all, spentByAll(k), k.ticks);
  }

  save(): object {
    const { accounts, all, accessNs, threads } = this;
    return { accounts, all, accessNs, threads };
  }

  restore(saved: object): void {
    Object.assign(this, saved);
  }

  /** The bill now. */
  report(k: Kernel): BillReport {
    const known = Math.min(k.processes.length, MAX_PROCESSES);
    const bills: BillOf[] = [];
    let attributed = 0;
    for (let index = 0; index < k.processes.length; index++) {
      const spentNs = spentBy(k, index);
      attributed += spentNs;
      const account = this.accounts[index];
      if (index >= known || account === undefined || (spentNs === 0 && account.savedNs === 0)) continue;
      bills.push({
        name: processName(k, index),
        pid: k.processes[index].pid,
        scanNs: billed(k, index, BILL_SCAN),
        faultNs: billed(k, index, BILL_HINTING_FAULT),
        migrateNs: billed(k, index, BILL_MIGRATE),
        splitNs: billed(k, index, BILL_SPLIT),
        shootdownNs: billed(k, index, BILL_SHOOTDOWN),
        balanceNs: billed(k, index, BILL_BALANCE),
        spentNs,
        ...balanceOf(account, k.ticks, spentNs),
      });
    }
    bills.sort((a, b) => b.spentNs - a.spentNs);
    const { bill } = k;
    const spentNs = spentByAll(k);
    return {
      all: {
        name: 'all',
        pid: -1,
        scanNs: bill.scanNs - bill.shootdownNs,
        faultNs: bill.hintingFaultNs,
        migrateNs: bill.migrateNs,
        splitNs: bill.splitNs,
        shootdownNs: bill.shootdownNs,
        balanceNs: bill.balanceNs,
        spentNs,
        ...balanceOf(this.all, k.ticks, spentNs),
      },
      processes: bills.slice(0, MAX_LISTED),
      more: Math.max(0, bills.length - MAX_LISTED),
      nobodyNs: Math.max(0, spentNs - attributed),
      rateS: RATE_S,
    };
  }
}

/** Take note of how long the accesses of the last sample took, and whether that is the placement found or what came of it. */
function learn(k: Kernel, account: Account, index: number, moved: boolean, crowded: boolean): void {
  const process = k.processes[index];
  let accessNs = -billed(k, index, BILL_COMPUTE);
  for (const id of process.threads) accessNs += k.tasks[id].userNs;
  const bytes = process.localBytes + process.remoteBytes;
  const moreBytes = bytes - account.bytes;
  const moreNs = accessNs - account.accessNs;
  account.bytes = bytes;
  account.accessNs = accessNs;
  if (moreBytes <= 0) return;
  const isNew = account.nsPerByte === 0;
  if (!moved || crowded || isNew) {
    account.nsPerByte += (moreNs / moreBytes - account.nsPerByte) * (crowded || isNew ? 1 : BASELINE_GAIN);
    return;
  }
  account.savedNs += account.nsPerByte * moreBytes - moreNs;
}

function note(account: Account, spentNs: number, tick: number): void {
  const netNs = account.savedNs - spentNs;
  account.netPerTick += ((netNs - account.netNs) / SAMPLE_TICKS - account.netPerTick) * RATE_GAIN;
  account.netNs = netNs;
  if (account.brokeEvenTick < 0 && spentNs > 0 && netNs > 0) account.brokeEvenTick = tick;
}

function balanceOf(
  account: Account,
  tick: number,
  spentNs: number,
): Pick<BillOf, 'savedNs' | 'brokeEvenTick' | 'projectedTick'> {
  const { savedNs, brokeEvenTick } = account;
  const brokeEven = brokeEvenTick < 0 ? null : brokeEvenTick;
  return {
    savedNs,
    brokeEvenTick: brokeEven,
    projectedTick: brokeEven === null && spentNs > 0 ? projected(account, tick) : null,
  };
}

/** When savings would meet costs if both went on as they did lately; null when never. */
function projected({ netNs, netPerTick }: Account, tick: number): number | null {
  return netNs < 0 && netPerTick > 0 ? Math.round(tick - netNs / netPerTick) : null;
}
