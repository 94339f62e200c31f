/** Building blocks of inspections. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Inspection } from '../protocol/summary.ts';
import { counted, nodeName } from './names.ts';

/** Collects rows. */
export class Rows {
  readonly rows: Inspection['rows'] = [];

  add(name: string, value: string | number): this {
    this.rows.push({ name, value: String(value) });
    return this;
  }
}

/** There is no such thing. */
export function nothing(title: string): Inspection {
  return { title, rows: [] };
}

/** A number for every node that has any. */
export function perNode(k: Kernel, value: (node: number) => number, noun: string): string {
  const parts = k.machine.nodes
    .map((_, n) => ({ n, count: value(n) }))
    .filter(({ count }) => count > 0)
    .map(({ n, count }) => `${counted(count, noun)} on ${nodeName(k, n)}`);
  return parts.join(', ') || 'none';
}
