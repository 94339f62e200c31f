import { describe, expect, it } from 'vitest';
import { makePalette } from '../view/palettes.ts';
import { chartSpecs } from './chart-specs.ts';
import { SeriesStore } from './series.ts';

const column = [1, 2];
const chunk = {
  epoch: 1,
  from: 0,
  t: [0, 1],
  mbPerNode: [
    [
      [100, 50],
      [0, 50],
    ],
    [
      [10, 10],
      [5, 5],
    ],
  ],
  localShare: [0.5, 1],
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

describe('the charts', () => {
  const series = new SeriesStore();
  series.apply(chunk);
  const processes = [0, 1].map((index) => ({ index, name: 'numa01', pid: 1000 + index }));
  const specs = chartSpecs(series, processes, makePalette('dark', 'okabe-ito'));

  it('give every line as many values as there are times', () => {
    for (const spec of specs) for (const line of spec.lines) expect(line.column).toHaveLength(2);
  });

  it('show a chart per process and one of all', () => {
    expect(specs.map((spec) => spec.key)).toEqual([
      'process-0',
      'process-1',
      'local',
      'pages',
      'bill',
      'faults',
      'moves',
      'total',
    ]);
    expect(specs[7].lines[0].column).toEqual([110, 60]);
  });

  it('write a unit on every value', () => {
    for (const spec of specs) expect(spec.format(12)).toMatch(/[^\d.,\s]$/);
  });
});
