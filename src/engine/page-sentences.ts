/** Decisions about pages in sentences, each from one trace event and nothing else. */
import type { Kernel } from '../kernel/kernel-state.ts';
import * as output from '../kernel/output.ts';
import type { LedgerEvent } from './event-log.ts';
import { moment, pageRange, taskOf } from './ledger-words.ts';
import { counted, daemonName, nodeName } from './names.ts';
import type { PagePlace } from './page-place.ts';

/** Does an event of the page log concern this place? `w[at]` is its kind. */
export function concernsPage(w: Int32Array, at: number, { slot, page }: PagePlace): boolean {
  const kind = w[at];
  // Faults and first touches name the task first.
  const first = kind === output.TRACE_FAULT_OUTCOME || kind === output.TRACE_FIRST_TOUCH ? at + 2 : at + 1;
  if (w[first] !== slot) return false;
  if (page < 0) return true;
  switch (kind) {
    case output.TRACE_FAULT_OUTCOME:
    case output.TRACE_FIRST_TOUCH:
    case output.TRACE_PAGES_MIGRATED:
    case output.TRACE_MIGRATION_FAILED:
    case output.TRACE_NOT_ISOLATED:
      return page >= w[first + 1] && page < w[first + 1] + w[first + 2];
    default:
      return true;
  }
}

/**
 * The sentence of a page's event.
 * @param about what the sentence is about: a page says "it", a block says which of its pages
 * @param queuedBy the event that queued the page, when one is known
 */
export function pageSentence(
  k: Kernel,
  event: LedgerEvent,
  about: 'page' | 'block',
  queuedBy: LedgerEvent | null = null,
): string {
  const [a, b, c, d, e] = event.args;
  const who = (first: number, pages: number) =>
    about === 'page' ? 'It' : pages === 1 ? `Page ${first}` : `Pages ${first} to ${first + pages - 1}`;
  switch (event.kind) {
    case output.TRACE_FIRST_TOUCH:
      return firstTouch(k, event, about);
    case output.TRACE_FAULT_OUTCOME:
      return faultOutcome(k, event, about);
    case output.TRACE_PAGES_MIGRATED: {
      const queue = k.autonuma.version.migration === 'queue';
      const by = queue ? `by ${daemonName(k, e)} (migrate_pages)` : 'in the hinting fault (migrate_pages)';
      const moved = `${who(b, c)} moved from ${nodeName(k, d)} to ${nodeName(k, e)} ${by}`;
      return queuedBy === null
        ? `${moved}.`
        : `${moved}; queued at ${moment(queuedBy.ns)}: ${passed(k, queuedBy)}.`;
    }
    case output.TRACE_MIGRATION_FAILED:
      return `${who(b, c)} stayed though ${daemonOrFault(k, d)} had isolated it: ${stayed(k, event)}.`;
    case output.TRACE_NOT_ISOLATED:
      return `${who(b, c)} left the queue of ${daemonName(k, d)} without moving: not on the LRU list (isolate_migratepages).`;
    case output.TRACE_SLOT_SCANNED:
      return scanned(k, event);
    case output.TRACE_QUEUE_FORGOTTEN:
      return `${counted(b, 'page')} of its 2 MiB left the queue: unmapped, shared by fork, or collapsed by khugepaged.`;
    case output.TRACE_THP_SPLIT:
      return 'Its huge page was split into 512 pages (split_huge_page).';
    case output.TRACE_THP_COLLAPSED:
      return `khugepaged collapsed its 512 pages into a huge page on ${nodeName(k, b)}, the node of the first (collapse_huge_page).`;
    default:
      return `An event of kind ${event.kind}: ${[a, b, c, d, e].join(', ')}.`;
  }
}

function daemonOrFault(k: Kernel, node: number): string {
  return k.autonuma.version.migration === 'queue' ? daemonName(k, node) : 'the fault';
}

function firstTouch(k: Kernel, event: LedgerEvent, about: 'page' | 'block'): string {
  const [task, , first, pages, node, wanted, local, placedBy, kind] = event.args;
  const what = about === 'page' ? '' : `${pageRange(first, pages)}, `;
  const how = {
    [output.FRESH_PAGE]: 'do_anonymous_page',
    [output.FRESH_HUGE]: 'do_huge_pmd_anonymous_page, as a huge page',
    [output.FRESH_COPY]: 'do_wp_page, a copy of its own on write',
    [output.FRESH_FILE]: '__do_fault, a page of a file or shared object',
  }[kind];
  const verb = kind === output.FRESH_COPY ? 'Written' : 'First touched';
  const touched = `${verb} by ${taskOf(k, task)} on ${nodeName(k, local)} (${what}${how})`;
  if (node < 0) return `${touched}: its place in the mapping chose the node (MPOL_INTERLEAVE).`;
  const reason = {
    [output.PLACED_BY_LOCAL_CPU]: 'the node of its CPU',
    [output.PLACED_BY_AUTONUMA]: 'its preferred node, set by sched_autonuma_balance',
    [output.PLACED_BY_BIND]: 'the first node that MPOL_BIND allows',
    [output.PLACED_BY_PREFERRED]: 'the node of MPOL_PREFERRED',
    [output.PLACED_BY_INTERLEAVE]: 'the node of MPOL_INTERLEAVE',
  }[placedBy];
  if (node === wanted) return `${touched}: ${nodeName(k, node)}, ${reason}.`;
  return (
    `${touched}: ${nodeName(k, node)}, because ${nodeName(k, wanted)}, ${reason}, had no page free above its ` +
    `watermark (get_page_from_freelist went on in the zonelist).`
  );
}

/** What a fault that lets a page pass has compared. */
function passed(k: Kernel, event: LedgerEvent): string {
  const [, , , , here, , last] = event.args;
  return last < 0
    ? `last_nid none, a first fault passes the filter`
    : `last_nid ${osNode(k, last)} = this node ${osNode(k, here)}, second fault in a row`;
}

function osNode(k: Kernel, node: number): number {
  return k.machine.nodes[node]?.osId ?? node;
}

function faultOutcome(k: Kernel, event: LedgerEvent, about: 'page' | 'block'): string {
  const [task, , first, pages, here, on, last, outcome, queued, huge] = event.args;
  const what = about === 'page' ? '' : huge ? ' of the huge page' : ` of ${pageRange(first, pages)}`;
  const compares =
    outcome === output.FAULT_MISMATCH || outcome === output.FAULT_FIRST_NOT_ALLOWED
      ? 'last_nid_set'
      : outcome <= output.FAULT_SHARED
        ? 'numa_hinting_fault'
        : 'numa_hinting_fault_memory_follow_cpu';
  const fault = `Hinting fault${what} by ${taskOf(k, task)} on ${nodeName(k, here)} (${compares})`;
  const nowLast = `last_nid is now ${osNode(k, here)}`;
  const stays = `stays on ${nodeName(k, on)}`;
  switch (outcome) {
    case output.FAULT_DISABLED:
      return `${fault}: autonuma/enabled is 0, only the mark was cleared.`;
    case output.FAULT_TASK_POLICY:
      return `${fault}: the task has a memory policy of its own, AutoNUMA leaves it alone.`;
    case output.FAULT_SHARED:
      return `${fault}: shared mapping (mapcount above 1), not sampled and not moved.`;
    case output.FAULT_MISMATCH: {
      const cancels = queued >= 0 && (queued !== here || k.autonuma.version.failCreditsPageNode);
      const taken = cancels ? ` and taken off the queue for ${nodeName(k, queued)}` : '';
      return `${fault}: last_nid ${osNode(k, last)} is not this node ${osNode(k, here)}: ${stays}${taken}; ${nowLast}.`;
    }
    case output.FAULT_FIRST_NOT_ALLOWED:
      return `${fault}: last_nid none and allow_first_fault is 0: ${stays}; ${nowLast}.`;
    case output.FAULT_NOT_ON_LRU:
      return `${fault}: ${passed(k, event)}, but the page is not on the LRU list: ${stays}; ${nowLast}.`;
    case output.FAULT_LOCAL: {
      const left = queued >= 0 ? `, taken off the queue for ${nodeName(k, queued)}` : '';
      return `${fault}: ${passed(k, event)}; already on this node, nothing to move${left}.`;
    }
    case output.FAULT_QUEUED: {
      const from = queued >= 0 ? ` (before, for ${nodeName(k, queued)})` : '';
      return `${fault}: ${passed(k, event)}; on ${nodeName(k, on)}, so queued for ${daemonName(k, here)}${from}.`;
    }
    case output.FAULT_ALREADY_QUEUED:
      return `${fault}: ${passed(k, event)}; already queued for ${daemonName(k, here)}.`;
    case output.FAULT_BRAKED:
      return `${fault}: ${passed(k, event)}, but the task has met a mismatch in this pass (false sharing brake): ${stays}.`;
    case output.FAULT_MIGRATED:
      return `${fault}: ${passed(k, event)}; taken for migration from ${nodeName(k, on)} at once.`;
    case output.FAULT_RATE_LIMITED:
      return `${fault}: ${passed(k, event)}, but the limit of ${nodeName(k, here)} for this window (pages_to_migrate) is used up: ${stays}.`;
    case output.FAULT_NO_ROOM:
      return `${fault}: ${passed(k, event)}, but ${nodeName(k, here)} has no room above its high watermark: ${stays}.`;
    case output.FAULT_NOT_ISOLATED:
      return `${fault}: ${passed(k, event)}, but the page could not be taken off the LRU list: ${stays}.`;
    default:
      return `${fault}: outcome ${outcome}.`;
  }
}

function stayed(k: Kernel, event: LedgerEvent): string {
  const [, , , dst, why, room] = event.args;
  switch (why) {
    case output.STAYED_SHARED:
      return 'it has come to be mapped twice (mapcount above 1)';
    case output.STAYED_THERE:
      return 'it was there already';
    case output.STAYED_NO_ROOM:
      return `no room on the destination, ${nodeName(k, dst)} has ${counted(Math.max(0, room), 'page')} free above its low watermark`;
    default:
      return `${nodeName(k, dst)} gave no page frame`;
  }
}

function scanned(k: Kernel, event: LedgerEvent): string {
  const [, pages, shared, pmd, pass] = event.args;
  const mark = pmd !== 0 ? 'its 2 MiB are marked (pmd_numa)' : 'each is marked (pte_numa)';
  const sentences: string[] = [];
  if (pages > 0)
    sentences.push(
      `knuma_scand, pass ${pass} of this process: counted ${counted(pages, 'page')} of the 2 MiB around it; ${mark}, the next touch is a hinting fault`,
    );
  if (shared > 0)
    sentences.push(
      `${pages > 0 ? 'passed over' : `knuma_scand, pass ${pass} of this process: passed over`} ${counted(shared, 'page')} as shared (mapcount above 1)`,
    );
  return `${sentences.join('; ')}.`;
}
