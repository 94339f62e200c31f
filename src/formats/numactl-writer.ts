/** What numactl prints: `--hardware` (read back by numactl.ts) and `--show`. */

/** A node as numactl sees it. */
export interface NumactlNodeFacts {
  id: number;
  /** Numbers of its CPUs; empty for a memory-only node. */
  cpus: number[];
  /** MemTotal and MemFree of the node, MiB. */
  sizeMb: number;
  freeMb: number;
}

/**
 * `numactl --hardware`.
 * @param nodes at least one, by ascending number
 * @param listed the numbers as a list, for example `0-1`
 * @param distances SLIT, in the order of the nodes
 */
export function writeNumactlHardware(
  nodes: readonly NumactlNodeFacts[],
  listed: string,
  distances: readonly (readonly number[])[],
): string {
  const lines = [`available: ${nodes.length} nodes (${listed})`];
  for (const { id, cpus, sizeMb, freeMb } of nodes) {
    lines.push(`node ${id} cpus:${cpus.map((cpu) => ` ${cpu}`).join('')}`);
    lines.push(`node ${id} size: ${sizeMb} MB`, `node ${id} free: ${freeMb} MB`);
  }
  const cell = (value: number): string => `${padded(value)} `;
  lines.push('node distances:', `node ${nodes.map(({ id }) => cell(id)).join('')}`);
  nodes.forEach(({ id }, a) => lines.push(`${padded(id)}: ${distances[a].map(cell).join('')}`));
  return `${lines.join('\n')}\n`;
}

/** printf("% 3d"). */
function padded(value: number): string {
  return ` ${value}`.padStart(3);
}

/**
 * `numactl --show` of a shell that is bound to nothing.
 * @param cpus of the machine
 * @param cpuNodes nodes that have CPUs
 * @param memoryNodes nodes that have memory
 */
export function writeNumactlShow(cpus: number[], cpuNodes: number[], memoryNodes: number[]): string {
  const list = (numbers: number[]): string => numbers.map((n) => `${n} `).join('');
  return [
    'policy: default',
    'preferred node: current',
    `physcpubind: ${list(cpus)}`,
    `cpubind: ${list(cpuNodes)}`,
    `nodebind: ${list(cpuNodes)}`,
    `membind: ${list(memoryNodes)}`,
    'preferred: ',
    '',
  ].join('\n');
}
