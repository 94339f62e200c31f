import { describe, expect, it } from 'vitest';
import type { SeriesChunk } from '../protocol/summary.ts';
import { LogStore, SeriesStore } from './series.ts';

function chunk(epoch: number, from: number, t: number[], processes: number): SeriesChunk {
  const column = t.map((x) => x * 10);
  return {
    epoch,
    from,
    t,
    mbPerNode: Array.from({ length: processes }, () => [column, column]),
    localShare: column,
    faultsPerS: column,
    migratedPerS: column,
    queued: column,
    taskMovesPerS: column,
    billScan: column,
    billFault: column,
    billMigrate: column,
    billSpent: column,
    billSaved: column,
  };
}

describe('series', () => {
  it('appends, and pads a process that was born later', () => {
    const series = new SeriesStore();
    series.apply(chunk(1, 0, [1, 2], 1));
    series.apply(chunk(1, 2, [3], 2));
    expect(series.columns.t).toEqual([1, 2, 3]);
    expect(series.mbPerNode[0][0]).toEqual([10, 20, 30]);
    expect(series.mbPerNode[1][1]).toEqual([null, null, 30]);
    expect(series.next).toBe(3);
  });

  it('replaces everything when the epoch changes', () => {
    const series = new SeriesStore();
    series.apply(chunk(1, 0, [1, 2, 3, 4], 1));
    series.apply(chunk(2, 0, [2, 4], 1));
    expect(series.columns.t).toEqual([2, 4]);
    expect(series.next).toBe(2);
  });

  it('replaces rows that are sent again', () => {
    const series = new SeriesStore();
    series.apply(chunk(1, 0, [1, 2, 3], 1));
    series.apply(chunk(1, 2, [9, 10], 1));
    expect(series.columns.t).toEqual([1, 2, 9, 10]);
    expect(series.mbPerNode[0][1]).toEqual([10, 20, 90, 100]);
  });

  it('keeps log lines once each, in order', () => {
    const log = new LogStore();
    const line = (sequence: number) => ({ sequence, ns: sequence, text: String(sequence) });
    log.apply([line(0), line(1)], 0);
    log.apply([line(1), line(2)], 0);
    expect(log.lines.map((l) => l.sequence)).toEqual([0, 1, 2]);
    expect(log.next).toBe(3);
    // Time has jumped back.
    log.apply([line(0)], 1);
    expect(log.lines.map((l) => l.sequence)).toEqual([0]);
  });
});
