/** What knuma_migratedN, kswapd and the flows between nodes did, in sentences, each from one trace event and nothing else. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import type { LedgerEvent } from './event-log.ts';
import { count, counted, daemonName, megabytes, nodeName } from './names.ts';

const OF_A_NODE = new Set<number>([
  output.TRACE_DAEMON_WOKEN,
  output.TRACE_DAEMON_BATCH,
  output.TRACE_DAEMON_SLEPT,
  output.TRACE_NO_ROOM,
  output.TRACE_PAGES_SPILLED,
  output.TRACE_RECLAIMED,
]);

/** Does an event concern the daemon of this node? */
export function concernsNode(w: Int32Array, at: number, node: number): boolean {
  return OF_A_NODE.has(w[at]) && w[at + 1] === node;
}

/** The sentence of a node's event. */
export function nodeSentence(k: Kernel, { kind, args }: LedgerEvent): string {
  const [node, b, c, d, e] = args;
  const daemon = daemonName(k, node);
  switch (kind) {
    case output.TRACE_DAEMON_WOKEN:
      return d !== 0
        ? `knuma_scand woke ${daemon} between two passes to flush what is queued: ${counted(b, 'page')} (pages_to_migrate is ${count(c)}).`
        : `A hinting fault woke ${daemon}: ${counted(b, 'page')} queued reach pages_to_migrate, ${count(c)}.`;
    case output.TRACE_DAEMON_BATCH:
      return (
        `${daemon} isolated ${counted(b, 'page')} (${megabytes(b)}) of ${count(c)} queued (isolate_migratepages): at most ` +
        `${count(e)} a batch (pages_to_migrate), room for ${count(Math.max(0, d))} above the high watermark.`
      );
    case output.TRACE_DAEMON_SLEPT:
      if (c === 0) return `${daemon} sleeps until it is woken: nothing is queued.`;
      return d !== 0
        ? `${daemon} tries again in ${c} ms (migrate_sleep_millisecs): ${counted(b, 'page')} queued, no room.`
        : `${daemon} naps for ${c} ms (migrate_sleep_millisecs): ${counted(b, 'page')} still queued.`;
    case output.TRACE_NO_ROOM:
      return (
        `${daemon} could take nothing: no room on the destination. ${nodeName(k, node)} has ${counted(b, 'page')} free, its high ` +
        `watermark is ${count(c)} (balance_pgdat); ${counted(d, 'page')} stay queued.`
      );
    case output.TRACE_PAGES_SPILLED:
      return `${daemon} moved ${counted(b, 'page')} of page cache to ${nodeName(k, c)} to make room (page_cache_spill).`;
    case output.TRACE_RECLAIMED:
      return c !== 0
        ? `An allocating task dropped ${counted(b, 'page')} of page cache of ${nodeName(k, node)} itself (try_to_free_pages): ${count(d)} free now, high watermark ${count(e)}.`
        : `kswapd dropped ${counted(b, 'page')} of page cache of ${nodeName(k, node)} (balance_pgdat): ${count(d)} free now, high watermark ${count(e)}.`;
    default:
      return `An event of kind ${kind}.`;
  }
}
