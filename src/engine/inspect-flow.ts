/** An arrow between two nodes in numbers. */
import type { Kernel } from '../kernel/kernel-state.ts';
import type { Inspection } from '../protocol/summary.ts';
import { nothing, Rows } from './inspection.ts';
import { counted, daemonName, nodeName } from './names.ts';

export function inspectFlow(k: Kernel, from: number, to: number): Inspection {
  const nodes = k.machine.nodes;
  if (!nodes[from] || !nodes[to] || from === to) return nothing('No such pair of nodes');
  const rows = new Rows();
  const daemon = k.autonuma.daemons[to];
  if (daemon) {
    const { pages } = k.autonuma.queues[to * nodes.length + from];
    rows.add('fetched by', daemonName(k, to)).add('queued from there', counted(pages, 'page'));
    rows.add('state of the daemon', daemon.state);
  }
  rows.add('distance', k.machine.distances[from][to]);
  return { title: `Pages from ${nodeName(k, from)} to ${nodeName(k, to)}`, rows: rows.rows };
}
