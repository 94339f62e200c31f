/** What happened when: the ticks on the timeline. A long run keeps them few by thinning the most frequent kind. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { TimelineMark } from '../protocol/summary.ts';
import { cpuName, daemonName, processName, taskName } from './names.ts';

const MAX_MARKS = 400;
/** Marks of one kind closer together than this are one mark, in ticks. */
const MINIMUM_GAP: Partial<Record<TimelineMark['kind'], number>> = { migration_burst: 500, task_move: 250 };

export class Marks {
  readonly list: TimelineMark[] = [];
  private readonly lastTick: Partial<Record<TimelineMark['kind'], number>> = {};

  scanPass(k: Kernel, fullScans: number): void {
    this.add(k.ticks, 'scan_pass', `scan pass ${fullScans}`);
  }

  knob(k: Kernel, path: string, before: string, after: string): void {
    this.edit(k, `${path.slice(path.lastIndexOf('/') + 1)} ${before} → ${after}`);
  }

  /** Something a person has done to the kernel. */
  edit(k: Kernel, label: string): void {
    this.add(k.ticks, 'knob', label);
  }

  daemonWoke(k: Kernel, node: number): void {
    this.add(k.ticks, 'migration_burst', `${daemonName(k, node)} woken`);
  }

  taskMoved(k: Kernel, task: number, from: number, to: number): void {
    if (this.isTooSoon(k.ticks, 'task_move')) return;
    this.add(k.ticks, 'task_move', `${taskName(k, k.tasks[task])}: ${cpuName(k, from)} → ${cpuName(k, to)}`);
  }

  born(k: Kernel, process: number): void {
    this.add(k.ticks, 'birth', `${processName(k, process)} starts`);
  }

  died(k: Kernel, process: number): void {
    this.add(k.ticks, 'death', `${processName(k, process)} exits`);
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
