/** What happened when: the ticks on the timeline. A long run keeps them few by thinning the most frequent kind. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { TimelineMark } from '../protocol/summary.ts';
import { cpuName, daemonName, processName, taskName } from './names.ts';
import type { BranchRecord } from './observer.ts';

const MAX_MARKS = 400;
/** Marks of one kind closer together than this are one mark, in ticks. */
const MINIMUM_GAP: Partial<Record<TimelineMark['kind'], number>> = { migration_burst: 500, task_move: 250 };

export class Marks implements BranchRecord<Marks> {
  readonly list: TimelineMark[] = [];
  private readonly lastTick: Partial<Record<TimelineMark['kind'], number>> = {};

  scanPass(tick: number, fullScans: number): void {
    this.add(tick, 'scan_pass', `scan pass ${fullScans}`);
  }

  knob(k: Kernel, path: string, before: string, after: string): void {
    this.edit(k, `${path.slice(path.lastIndexOf('/') + 1)} ${before} → ${after}`);
  }

  /** Something a person has done to the kernel. */
  edit(k: Kernel, label: string): void {
    this.add(k.ticks, 'knob', label);
  }

  daemonWoke(k: Kernel, tick: number, node: number): void {
    this.add(tick, 'migration_burst', `${daemonName(k, node)} woken`);
  }

  taskMoved(k: Kernel, tick: number, task: number, from: number, to: number): void {
    if (this.isTooSoon(tick, 'task_move')) return;
    this.add(tick, 'task_move', `${taskName(k, k.tasks[task])}: ${cpuName(k, from)} → ${cpuName(k, to)}`);
  }

  born(k: Kernel, tick: number, process: number): void {
    this.add(tick, 'birth', `${processName(k, process)} starts`);
  }

  died(k: Kernel, tick: number, process: number): void {
    this.add(tick, 'death', `${processName(k, process)} exits`);
  }

  fork(tick: number): Marks {
    const forked = new Marks();
    for (const mark of this.list) {
      if (mark.tick > tick) continue;
      forked.list.push(mark);
      forked.lastTick[mark.kind] = mark.tick;
    }
    return forked;
  }

  private isTooSoon(tick: number, kind: TimelineMark['kind']): boolean {
    return tick - (this.lastTick[kind] ?? -Infinity) < (MINIMUM_GAP[kind] ?? 0);
  }

  private add(tick: number, kind: TimelineMark['kind'], label: string): void {
    if (this.isTooSoon(tick, kind)) return;
    this.lastTick[kind] = tick;
    this.list.push({ tick, kind, label });
    if (this.list.length > MAX_MARKS) this.thin();
  }

  /** Drop every second mark of the most frequent kind. */
  private thin(): void {
    const counts = new Map<string, number>();
    for (const { kind } of this.list) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const [frequent] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
    let odd = false;
    const kept = this.list.filter(({ kind }) => kind !== frequent || (odd = !odd));
    this.list.splice(0, this.list.length, ...kept);
  }
}
