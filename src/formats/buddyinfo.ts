/** /proc/buddyinfo: free runs of pages of each node by order, 0 to 10 (frag_show_print, mm/vmstat.c). */

/** Write a line for each zone. */
export function writeBuddyinfo(
  zones: readonly { node: number; zone: string; free: readonly number[] }[],
): string {
  return zones
    .map(({ node, zone, free }) => {
      const counts = free.map((count) => `${String(count).padStart(6)} `).join('');
      return `Node ${node}, zone ${zone.padStart(8)} ${counts}\n`;
    })
    .join('');
}
