/** Results as tables: for a terminal, and for docs/performance.md. */
import type { BrowserRow, KernelRow, MemoryRow, Results, SeekRow, ZoomRow } from './results.ts';

export interface Table {
  title: string;
  head: string[];
  rows: string[][];
}

const number = (value: number | null): string => {
  if (value === null || !Number.isFinite(value)) return '-';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
};

const percent = (share: number | null): string => (share === null ? '?' : `${Math.round(share * 100)} %`);

function kernelCells(row: KernelRow): string[] {
  return [
    row.name,
    row.note,
    `${number(row.simulatedS)}${row.finished ? '' : ' (stopped)'}`,
    number(row.speed),
    `${number(row.speedLow)}..${number(row.speedHigh)}`,
    number(row.slowestSpeed),
    number(row.fastestSpeed),
    number(row.cpuMsPerSimulatedS),
    number(row.megastepsPerSimulatedS),
    number(row.bootMs),
    number(row.peakMb),
    number(row.bytesPerMappedPage),
    row.deterministic ? row.stateHash : `${row.stateHash} DIFFERS`,
    String(row.runs),
    percent(row.idleBefore),
  ];
}

function pageCells(row: BrowserRow): string[] {
  return [
    row.experiment,
    row.size,
    row.canvas + (row.sharpness < 1 ? ` (sharpness ${row.sharpness})` : ''),
    number(row.fresh),
    number(row.animation),
    `${number(row.scriptP50Ms)} / ${number(row.scriptP95Ms)}`,
    percent(row.scriptShare),
    `${row.longTasks50} / ${row.longTasks100}`,
    number(row.frameKib),
    number(row.workerFrameP95Ms),
    String(row.droppedMoves),
    number(row.achievedSpeed) + (row.finished ? ' (over)' : ''),
    number(row.mappedGib),
    row.variance > 1 ? 'yes' : 'BLANK',
    row.complaints.length === 0 ? 'none' : String(row.complaints.length),
    percent(row.idleBefore),
  ];
}

function seekCells(row: SeekRow): string[] {
  return [
    row.name,
    row.note,
    number(row.behindS),
    number(row.medianMs),
    number(row.p95Ms),
    number(row.worstMs),
    `${number(row.cpuMedianMs)} / ${number(row.cpuP95Ms)}`,
    number(row.silentMs),
    String(row.checkpoints),
    `${number(row.checkpointMb)} of ${number(row.limitMb)}`,
    number(row.rssMb),
    row.exact ? 'yes' : 'NO',
    String(row.seeks),
    percent(row.idleBefore),
  ];
}

function zoomCells(row: ZoomRow): string[] {
  return [
    row.name,
    String(row.levels),
    String(row.framesMost),
    String(row.levelsOverTwo),
    number(row.msP50),
    number(row.msMost),
    number(row.cellPixels),
    percent(row.idleBefore),
  ];
}

function memoryCells(row: MemoryRow): string[] {
  const course = (list: number[]): string =>
    `${number(list[0])}, ${number(list[list.length >> 1])}, ${number(list[list.length - 1])}`;
  return [
    row.name,
    number(row.minutes),
    course(row.heapMb),
    course(row.buffersMb),
    course(row.gpuMb),
    percent(row.idleBefore),
  ];
}

export function tables(results: Results): Table[] {
  const { kernel, pages, start, size } = results;
  const list: Table[] = [];
  if (kernel.length > 0) {
    list.push({
      title: 'Kernel without a browser: simulated seconds a wall second, median of the runs',
      head: [
        'program',
        'what',
        'simulated s',
        'speed',
        'of runs',
        'slowest 5 s',
        'fastest 5 s',
        'CPU ms/s',
        'Msteps/s',
        'boot ms',
        'peak MB',
        'B/page',
        'end state',
        'runs',
        'idle',
      ],
      rows: kernel.map(kernelCells),
    });
  }
  if (pages.length > 0) {
    list.push({
      title: 'Page with the simulation at 1x: best of the windows',
      head: [
        'experiment',
        'size',
        'canvas',
        'fresh/s',
        'animation/s',
        'script ms p50 / p95',
        'script share',
        'long tasks > 50 / > 100 ms',
        'frame KiB',
        'worker frame ms p95',
        'dropped moves',
        'speed',
        'mapped GiB',
        'picture',
        'errors',
        'idle',
      ],
      rows: pages.map(pageCells),
    });
  }
  const { seeks = [], zooms = [], memory = [] } = results;
  if (zooms.length > 0) {
    list.push({
      title: 'Zoom: one gesture of the wheel from whole nodes to single pages',
      head: [
        'experiment',
        'levels',
        'animation frames a level, most',
        'levels over two',
        'ms p50',
        'ms most',
        'pixels of a page',
        'idle',
      ],
      rows: zooms.map(zoomCells),
    });
  }
  if (memory.length > 0) {
    list.push({
      title: 'Memory of the picture: at the first, the middle and the last look',
      head: ['experiment', 'minutes', 'page heap MB', 'page buffers MB', 'GPU process MB', 'idle'],
      rows: memory.map(memoryCells),
    });
  }
  if (seeks.length > 0) {
    list.push({
      title: 'Back in time: a seek to a random tick and a frame of it',
      head: [
        'experiment',
        'what',
        'behind s',
        'median ms',
        'p95 ms',
        'worst ms',
        'CPU ms p50 / p95',
        'longest silence ms',
        'checkpoints',
        'their MB',
        'process MB',
        'exact',
        'seeks',
        'idle',
      ],
      rows: seeks.map(seekCells),
    });
  }
  const rest: string[][] = [];
  if (start) {
    rest.push(
      ['navigation to first frame, ms', number(start.firstFrameMs), percent(start.idleBefore)],
      [
        `navigation to a running picture, ms (median of ${start.runs})`,
        number(start.firstPictureMs),
        percent(start.idleBefore),
      ],
      ['first contentful paint, ms', number(start.firstContentfulPaintMs), percent(start.idleBefore)],
      ['all scripts fetched until then, worker included, KB gzipped', number(start.fetchedScriptKb), ''],
    );
  }
  if (size) {
    rest.push(
      ['scripts of the first load, KB gzipped', number(size.initialScriptKb), ''],
      ['worker, KB gzipped', number(size.workerKbGzipped), ''],
      ['dist/, KB', number(size.distKb), ''],
    );
  }
  if (rest.length > 0) list.push({ title: 'Start and size', head: ['figure', 'value', 'idle'], rows: rest });
  return list;
}

const numeric = (text: string): boolean => /^[-\d]/.test(text);

export function asText({ title, head, rows }: Table): string {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => (numeric(cell) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  return [title, '', line(head), ...rows.map(line), ''].join('\n');
}

export function asMarkdown({ title, head, rows }: Table): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [`**${title}**`, '', line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line), ''].join(
    '\n',
  );
}

/** Where it was measured, one sentence. */
export function circumstancesOf(results: Results): string {
  const rows = [
    ...results.kernel,
    ...(results.seeks ?? []),
    ...results.pages,
    ...(results.zooms ?? []),
    ...(results.memory ?? []),
    results.start,
    results.size,
  ].filter((row) => row !== null);
  const days = [...new Set(rows.map((row) => row.at.slice(0, 10)))].sort();
  const commits = [...new Set(rows.map((row) => row.commit))];
  const idles = rows.flatMap((row) => (row.idleBefore === null ? [] : [row.idleBefore]));
  const idle =
    idles.length === 0
      ? ''
      : `, ${percent(Math.min(...idles))} to ${percent(Math.max(...idles))} idle before the parts`;
  return `Measured ${days.join(' and ')} at ${commits.join(', ')} on ${results.cores} cores (${results.cpu}), Node ${results.node}${
    results.browser ? `, Chromium ${results.browser} with software WebGL` : ''
  }${idle}. The calibration loop does ${number(results.megastepsPerS)} million steps a second.`;
}
