/** What is measured: programs for the kernel alone, and experiments for the page. */
import type { Experiment } from '../src/protocol/experiment.ts';

/** One experiment for the kernel without a browser. */
export interface KernelCase {
  name: string;
  /** What it shows, for the table. */
  note: string;
  experiment: Partial<Experiment>;
  /** Simulated seconds after which a run is stopped. */
  limitS: number;
}

/**
 * 768 GiB in eight processes that go on to work on the slice of the thread half way round, so that everything is mapped
 * within seconds and much of it is in the wrong place.
 */
export const TERABYTE_WORKLOAD = {
  name: 'terabyte',
  title: 'Eight processes of 96 GiB that swap slices',
  processes: [
    {
      name: 'large',
      count: 8,
      threads: 16,
      regions: [{ name: 'data', mib: 98304, first_touch: { by: 'own' } }],
      phases: [
        { name: 'opposite', accesses: [{ region: 'data', slice: 'opposite', write: true }], seconds: 1000 },
      ],
    },
  ],
};

const WHOLE_RUN_S = 1000;

const PTE = { 'autonuma/knuma_scand/pmd': '0' };

const everyday = (workload: string): KernelCase => ({
  name: workload,
  note: 'everyday program',
  experiment: { workload },
  limitS: WHOLE_RUN_S,
});

const published = (workload: string): KernelCase[] => [
  { name: workload, note: 'AutoNUMA, pmd mode', experiment: { workload }, limitS: WHOLE_RUN_S },
  {
    name: `${workload} pte`,
    note: 'AutoNUMA, pte mode',
    experiment: { workload, knobs: PTE },
    limitS: WHOLE_RUN_S,
  },
  {
    name: `${workload} off`,
    note: 'policy off',
    experiment: { workload, policy: 'off' },
    limitS: WHOLE_RUN_S,
  },
];

export const KERNEL_CASES: readonly KernelCase[] = [
  ...['numa01', 'numa01_THREAD_ALLOC', 'numa02'].flatMap(published),
  ...['crossed', 'larger-than-node', 'phase-change', 'fork-build', 'hot-page', 'stream', 'local-already'].map(
    everyday,
  ),
  {
    name: 'terabyte',
    note: '8 nodes, 128 CPUs, 768 GiB mapped, AutoNUMA, pmd mode',
    experiment: { machine: 'terabyte-8n', workload: TERABYTE_WORKLOAD },
    limitS: 60,
  },
  {
    name: 'terabyte settled',
    note: 'the same size, local from the first touch on (stream)',
    experiment: {
      machine: 'terabyte-8n',
      workload: 'stream',
      parameters: { processes: 8, threads: 16, mib: 98304, passes: 1000 },
    },
    limitS: 60,
  },
];

/** One experiment to go back in. */
export interface SeekCase {
  name: string;
  note: string;
  experiment: Partial<Experiment>;
  /** Simulated seconds to have behind, or as far as the program goes. */
  behindS: number;
}

export const SEEK_CASES: readonly SeekCase[] = [
  {
    name: 'seek numa01',
    note: '24 CPUs, 16 GB, pmd mode, to its end',
    experiment: { workload: 'numa01' },
    behindS: 300,
  },
  {
    name: 'seek numa01 pte',
    note: 'the same in pte mode',
    experiment: { workload: 'numa01', knobs: PTE },
    behindS: 300,
  },
  {
    name: 'seek crossed',
    note: '24 CPUs, 16 GB, five minutes',
    experiment: { workload: 'crossed', parameters: { seconds: 1000 } },
    behindS: 300,
  },
  {
    name: 'seek fork-build',
    note: '24 CPUs, 16 GB, hundreds of processes',
    experiment: { workload: 'fork-build' },
    behindS: 60,
  },
  {
    name: 'seek terabyte',
    note: '8 nodes, 128 CPUs, 768 GiB mapped',
    experiment: { machine: 'terabyte-8n', workload: TERABYTE_WORKLOAD },
    behindS: 60,
  },
];

/** One experiment for the page. */
export interface BrowserCase {
  name: string;
  experiment: Partial<Experiment>;
  /** GiB that must be mapped before measuring starts, and how fast the run goes until then. */
  mappedGib: number;
  speedUntilMapped: number | 'max';
  /** Sparks and arcs kept in flight, on top of what the kernel gives. */
  flood?: { sparks: number; arcs: number };
}

export const BROWSER_CASES: readonly BrowserCase[] = [
  { name: 'numa01', experiment: { workload: 'numa01' }, mappedGib: 5.5, speedUntilMapped: 1 },
  {
    name: 'numa01 with 2,000 sparks and 500 arcs',
    experiment: { workload: 'numa01' },
    mappedGib: 5.5,
    speedUntilMapped: 1,
    flood: { sparks: 2000, arcs: 500 },
  },
  {
    name: 'terabyte',
    experiment: { machine: 'terabyte-8n', workload: TERABYTE_WORKLOAD },
    mappedGib: 700,
    speedUntilMapped: 'max',
  },
];

/** Experiments that are zoomed from whole nodes to a page frame of node 0. */
export const ZOOM_CASES: readonly { name: string; experiment: Partial<Experiment>; frame: number }[] = [
  { name: 'zoom numa01', experiment: { workload: 'numa01' }, frame: 1_234_567 },
  {
    name: 'zoom terabyte',
    experiment: { machine: 'terabyte-8n', workload: TERABYTE_WORKLOAD },
    frame: 12_345_678,
  },
];

/** Something that goes on changing for as long as memory is watched. */
export const MEMORY_CASE = {
  name: 'memory crossed',
  experiment: { workload: 'crossed', parameters: { seconds: 1000 } } as Partial<Experiment>,
  minutes: 10,
};

/** Sizes of the page, or of the canvas in it. */
export interface BrowserSize {
  name: string;
  width: number;
  height: number;
  of: 'canvas' | 'page';
}

export const BROWSER_SIZES: readonly BrowserSize[] = [
  { name: '960x600 canvas', width: 960, height: 600, of: 'canvas' },
  { name: '1280x800', width: 1280, height: 800, of: 'page' },
  { name: '1920x1080', width: 1920, height: 1080, of: 'page' },
];
