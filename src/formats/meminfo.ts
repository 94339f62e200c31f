/** /proc/meminfo, and the meminfo of a node below /sys/devices/system/node. */

/** Lines that the kernel does not align with the others. */
const UNALIGNED = new Set(['FileHugePages', 'FilePmdMapped']);

/** Lines of a node: `Node 0 MemTotal:         469116 kB`. HugePages_* are counts, everything else is kB. */
export function writeNodeMeminfo(node: number, fields: Iterable<readonly [string, number]>): string {
  let text = '';
  for (const [name, value] of fields) {
    text += name.startsWith('HugePages_')
      ? `Node ${node} ${`${name}:`.padEnd(16)} ${String(value).padStart(5)}\n`
      : `Node ${node} ${`${name}:`.padEnd(UNALIGNED.has(name) ? 0 : 15)} ${String(value).padStart(8)} kB\n`;
  }
  return text;
}

/** Lines of the machine: `MemTotal:       16384000 kB`. */
export function writeMeminfo(fields: Iterable<readonly [string, number]>): string {
  let text = '';
  for (const [name, kb] of fields) text += `${`${name}:`.padEnd(15)} ${String(kb).padStart(8)} kB\n`;
  return text;
}
