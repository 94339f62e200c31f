/** Files of lines `name value`: /proc/vmstat, and vmstat and numastat of a node below /sys/devices/system/node. */

/** Write counters in the order given. */
export function writeCounters(counters: Iterable<readonly [string, number]>): string {
  let text = '';
  for (const [name, value] of counters) text += `${name} ${value}\n`;
  return text;
}
