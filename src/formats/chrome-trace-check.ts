/** Checks a trace against the Trace Event Format, as Perfetto's JSON importer reads it. */
import type { TraceEvent } from './chrome-trace.ts';

const PHASES: Record<string, readonly (keyof TraceEvent)[]> = {
  X: ['cat', 'dur'],
  C: ['args'],
  i: ['s'],
  s: ['id', 'cat'],
  f: ['id', 'cat', 'bp'],
  M: ['args'],
};

/** What is wrong with a trace; an empty list when it is right. */
export function traceProblems(file: { traceEvents: readonly TraceEvent[] }): string[] {
  const problems: string[] = [];
  const slices = new Map<string, TraceEvent[]>();
  const starts = new Map<number, TraceEvent>();
  const ends = new Map<number, TraceEvent>();
  for (const event of file.traceEvents) {
    const { ph, name, pid, tid, ts } = event;
    const wrong = (what: string) => problems.push(`${ph} "${name}" at ${ts}: ${what}`);
    if (!Object.hasOwn(PHASES, ph)) wrong('unknown phase');
    for (const field of PHASES[ph] ?? []) if (event[field] === undefined) wrong(`no ${field}`);
    if (typeof name !== 'string' || name === '') wrong('no name');
    if (!Number.isInteger(pid) || !Number.isInteger(tid)) wrong('pid and tid are whole numbers');
    if (!Number.isFinite(ts) || ts < 0) wrong('ts is microseconds from 0 on');
    if (ph === 'C' && !Object.values(event.args ?? { none: NaN }).every(Number.isFinite))
      wrong('figures are numbers');
    if (ph === 'X') {
      if (!((event.dur ?? 0) > 0)) wrong('a slice takes time');
      const track = `${pid}/${tid}`;
      if (!slices.has(track)) slices.set(track, []);
      slices.get(track)!.push(event);
    }
    if (ph === 's') starts.set(event.id!, event);
    if (ph === 'f') ends.set(event.id!, event);
  }
  for (const [track, list] of slices) {
    list.sort((a, b) => a.ts - b.ts);
    list.forEach((slice, i) => {
      const before = list[i - 1];
      if (before && before.ts + before.dur! > slice.ts)
        problems.push(`track ${track}: slices overlap at ${slice.ts}`);
    });
  }
  const enclosed = ({ pid, tid, ts }: TraceEvent) =>
    slices.get(`${pid}/${tid}`)?.some((slice) => slice.ts <= ts && ts < slice.ts + slice.dur!) ?? false;
  for (const [id, start] of starts) {
    const end = ends.get(id);
    if (!end) problems.push(`flow ${id} has no end`);
    else if (end.ts < start.ts) problems.push(`flow ${id} ends before it starts`);
    if (!enclosed(start) || (end && !enclosed(end))) problems.push(`flow ${id} is not in a slice`);
  }
  for (const id of ends.keys()) if (!starts.has(id)) problems.push(`flow ${id} has no start`);
  return problems;
}
