/** The kernel log as dmesg prints it, and what Linux says about NUMA while it boots. */

/** A line with its time: seconds with six decimals in brackets. */
export function writeLogLine(ns: number, text: string): string {
  const seconds = Math.floor(ns / 1e9);
  const microseconds = Math.floor((ns % 1e9) / 1e3);
  return `[${String(seconds).padStart(5)}.${String(microseconds).padStart(6, '0')}] ${text}`;
}

/** A node at boot. */
export interface BootNode {
  id: number;
  /** Its memory, [first byte, last byte]; null for a node without. */
  memory: [number, number] | null;
  /** Numbers of its CPUs. */
  cpus: number[];
  /** Numbers of all nodes with memory in the order they are tried. */
  fallback: number[];
}

/** Lines about nodes in the boot log. What firmware tables say beyond that is left out. */
export function bootLog(nodes: readonly BootNode[]): string[] {
  const cpus = nodes.reduce((sum, node) => sum + node.cpus.length, 0);
  const withMemory = nodes.flatMap(({ id, memory, fallback }) => (memory ? [{ id, memory, fallback }] : []));
  return [
    ...withMemory.map(({ id, memory }) => `ACPI: SRAT: Node ${id} PXM ${id} [mem ${range(memory, 8)}]`),
    `NUMA: Initialized distance table, cnt=${nodes.length}`,
    'Early memory node ranges',
    ...withMemory.map(({ id, memory }) => `  node ${String(id).padStart(3)}: [mem ${range(memory, 16)}]`),
    ...withMemory.map(({ id, memory }) => `Initmem setup node ${id} [mem ${range(memory, 16)}]`),
    ...withMemory.map(
      ({ id, fallback }) => `Fallback order for Node ${id}: ${fallback.map((n) => `${n} `).join('')}`,
    ),
    ...nodes.filter((node) => node.cpus.length > 0).map((node) => bringUp(node, cpus, nodes.length)),
  ];
}

function range([from, to]: [number, number], digits: number): string {
  const hex = (address: number): string => `0x${address.toString(16).padStart(digits, '0')}`;
  return `${hex(from)}-${hex(to)}`;
}

/** announce_cpu: the CPUs of a node as they come up; the one that boots is there already. */
function bringUp({ id, cpus }: BootNode, all: number, nodes: number): string {
  const width = String(all).length + 1;
  const node = `#${id}`.padStart(String(nodes).length + 2);
  const boots = cpus.includes(0) ? ' '.repeat(width + 1) : '';
  const list = cpus.filter((cpu) => cpu !== 0).map((cpu) => `#${cpu}`.padStart(width + 1));
  return `.... node ${node}, CPUs:  ${boots}${list.join('')}`;
}
