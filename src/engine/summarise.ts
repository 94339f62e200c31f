/** One summary from a session and the engine's own status. */
import type { Summary, SummaryRequest } from '../protocol/summary.ts';
import { type Caption, caption, factsOf } from './caption.ts';
import { describe } from './description.ts';
import { perfBenchLines } from './perf-bench.ts';
import type { Session } from './session.ts';
import { overheadSummary } from './overhead.ts';
import { billSummary, nodeSummaries, processSummaries } from './summary.ts';

/** Log lines in one summary; the rest comes with the next. */
const MAX_LOG_LINES = 500;

/** What the engine knows and the session does not. */
export interface EngineStatus {
  playing: boolean;
  speed: number;
  achievedSpeed: number;
  behind: boolean;
  problem: string;
  seek: Summary['seek'];
}

/** All figures now. @param keep chooses between the caption just made and the one still being read */
export function summarise(
  session: Session,
  status: EngineStatus,
  request: SummaryRequest,
  keep: (next: Caption) => string,
): Summary {
  const { k, rates, shares, watcher, series, marks } = session;
  watcher.drain();
  rates.update(k, watcher);
  const facts = factsOf(k, rates, watcher.latest, watcher.pairProcess, shares.machine, session.finished);
  const { present, state, fullScans, progress, wakesInMs } = facts.scanner;
  const { log } = k.output;
  // After a jump in time the lines that the reader has may be those of another time.
  const logFrom = request.logEpoch === session.jumps ? request.logFrom : 0;
  const firstLine = Math.max(0, logFrom - (log[0]?.sequence ?? 0));
  const summary: Summary = {
    generation: session.generation,
    tick: k.ticks,
    playing: status.playing,
    finished: session.finished,
    speed: status.speed,
    achievedSpeed: status.achievedSpeed,
    behind: status.behind,
    caption: session.broken ? session.problem : keep(caption(facts)),
    description: '',
    processes: processSummaries(k, shares),
    nodes: nodeSummaries(k, rates),
    scanner: { present, state, fullScans, progress, wakesInMs },
    knobs: session.knobs(),
    counters: { ...k.counters },
    bill: billSummary(k, session.bills.savedS),
    localShare: shares.machine,
    overhead: overheadSummary(k),
    series: series.chunk(request.seriesFrom, request.seriesEpoch),
    marks: marks.list,
    log: log.slice(firstLine, firstLine + MAX_LOG_LINES),
    logEpoch: session.jumps,
    edits: session.branch.edits,
    branch: {
      id: session.branch.id,
      parent: session.branch.parent,
      forkTick: session.branch.forkTick,
      end: session.branch.end,
      finished: session.branch.finished,
    },
    seek: status.seek,
    lamps: session.lamps.lamps.map((lamp) => ({ ...lamp })),
    error: status.problem,
  };
  const perfBench = perfBenchLines(session);
  if (perfBench) summary.perfBench = perfBench;
  summary.description = describe(
    summary,
    k.machine.nodes.map((node) => node.osId),
  );
  return summary;
}

/** What there is to say before anything was booted. */
export function emptySummary(problem: string): Summary {
  return {
    generation: 0,
    tick: 0,
    playing: false,
    finished: false,
    speed: 1,
    achievedSpeed: 0,
    behind: false,
    caption: problem || 'No machine has been booted yet.',
    description: problem || 'No machine has been booted yet.',
    processes: [],
    nodes: [],
    scanner: { present: false, state: 'absent', fullScans: 0, progress: 0, wakesInMs: 0 },
    knobs: {},
    counters: {},
    bill: { scanS: 0, faultS: 0, migrateS: 0, splitS: 0, shootdownS: 0, balanceS: 0, savedS: 0 },
    localShare: 1,
    overhead: { bytesPerPage: 0, mb: 0, share: 0, source: '' },
    series: {
      epoch: -1,
      from: 0,
      t: [],
      mbPerNode: [],
      localShare: [],
      faultsPerS: [],
      migratedPerS: [],
      queued: [],
      taskMovesPerS: [],
      billScan: [],
      billFault: [],
      billMigrate: [],
      billSpent: [],
      billSaved: [],
    },
    marks: [],
    log: [],
    logEpoch: -1,
    edits: [],
    branch: { id: -1, parent: null, forkTick: 0, end: 0, finished: false },
    seek: null,
    lamps: [],
    error: problem,
  };
}
