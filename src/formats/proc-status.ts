/** Files of lines `Name:` tab value: /proc/PID/status (proc_pid_status, fs/proc/array.c). */

/** Write the lines in the order given; a number of kB stands right-aligned. */
export function writeProcStatus(fields: Iterable<readonly [string, string | { kb: number }]>): string {
  let text = '';
  for (const [name, value] of fields) {
    text += `${name}:\t${typeof value === 'string' ? value : `${String(value.kb).padStart(8)} kB`}\n`;
  }
  return text;
}
