/** The whole picture in a few sentences, for those who do not see it. */
import type { NodeSummary, ProcessSummary, Summary } from '../protocol/summary.ts';
import { count, counted, list, percent } from './names.ts';

/** Processes described one by one. */
const MAX_PROCESSES = 4;

type Parts = Pick<
  Summary,
  'tick' | 'playing' | 'finished' | 'processes' | 'nodes' | 'localShare' | 'caption' | 'scanner'
>;

/** Describe what a summary shows. */
export function describe(parts: Parts, osIds: readonly number[]): string {
  const state = parts.finished ? 'finished' : parts.playing ? 'running' : 'paused';
  const alive = parts.processes.filter((p) => p.alive).sort((a, b) => b.residentMb - a.residentMb);
  const nodes = parts.nodes.map((node, n) => `node ${osIds[n]} has ${nodeWords(node)}`);
  const sentences = [
    `At ${(parts.tick / 1000).toFixed(1)} simulated seconds (${state}): ${parts.caption}`,
    nodes.length <= 8 ? `Of the memory, ${list(nodes)}.` : `The machine has ${nodes.length} nodes.`,
  ];
  const described = alive.slice(0, MAX_PROCESSES).map((p) => processWords(p, osIds));
  if (described.length > 0) {
    const more = alive.length - described.length;
    const others =
      more === 0 ? '' : more === 1 ? '; one more process runs' : `; ${count(more)} more processes run`;
    sentences.push(`${described.join('; ')}${others}.`);
  }
  return sentences.join(' ');
}

function nodeWords(node: NodeSummary): string {
  if (node.totalMb === 0) return 'none';
  const used = node.totalMb - node.freeMb;
  const { daemon } = node;
  const queue = daemon.queued > 0 ? ` and ${counted(daemon.queued, 'page')} waiting to come` : '';
  return `${count(used)} of ${count(node.totalMb)} MB in use${queue}`;
}

function processWords(process: ProcessSummary, osIds: readonly number[]): string {
  const threads = process.threads.filter((thread) => thread.state !== 'dead').length;
  const where = (values: readonly number[], total: number) =>
    list(
      values
        .map((value, n) => ({ value, n }))
        .filter(({ value }) => value > 0)
        .sort((a, b) => b.value - a.value)
        .slice(0, 3)
        .map(({ value, n }) => `${percent(total > 0 ? value / total : 0)} on node ${osIds[n]}`),
    );
  const running = process.threadsPerNode.reduce((sum, value) => sum + value, 0);
  const memory = process.residentMb > 0 ? `: ${where(process.mbPerNode, process.residentMb)}` : '';
  return (
    `${process.name} (pid ${process.pid}) has ${count(process.residentMb)} MB${memory}, ` +
    `${counted(threads, 'thread')}${running > 0 ? `: ${where(process.threadsPerNode, running)}` : ''}, ` +
    `and ${percent(process.localShare)} of its accesses are local`
  );
}
