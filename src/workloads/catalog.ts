/** All programs of the lab, in the order in which they are listed. */
import { collector } from './collector.ts';
import { libraryWorkload } from './compile.ts';
import { BOUND_NEIGHBOURS } from './library/bound-neighbours.ts';
import { CROSSED } from './library/crossed.ts';
import { FAR_MEMORY } from './library/far-memory.ts';
import { FORK_BUILD } from './library/fork-build.ts';
import { FULL_NODE } from './library/full-node.ts';
import { HOT_PAGE } from './library/hot-page.ts';
import { LARGER_THAN_NODE } from './library/larger-than-node.ts';
import { LOPSIDED } from './library/lopsided.ts';
import { PACKED_SLICES } from './library/packed-slices.ts';
import { PHASE_CHANGE } from './library/phase-change.ts';
import { LOCAL_ALREADY, STREAM } from './library/stream.ts';
import { TIE } from './library/tie.ts';
import { numa01, numa01ThreadAlloc } from './numa01.ts';
import { numa02, numa02Smt } from './numa02.ts';
import { perfBenchEntry } from './perf-bench.ts';
import { prefork } from './prefork.ts';
import { specjbb } from './specjbb.ts';
import { virtualMachines } from './virtual-machines.ts';
import type { Workload } from './workload.ts';

/** Programs that are workload files; docs/workload-file.md shows one of them. */
export const LIBRARY_FILES = [
  CROSSED,
  LARGER_THAN_NODE,
  PHASE_CHANGE,
  FORK_BUILD,
  HOT_PAGE,
  PACKED_SLICES,
  TIE,
  FULL_NODE,
  LOPSIDED,
  BOUND_NEIGHBOURS,
  FAR_MEMORY,
  STREAM,
  LOCAL_ALREADY,
] as const;

/** Every built-in workload: the first screen, the benchmark, the everyday ones. */
export const WORKLOADS: readonly Workload[] = [
  libraryWorkload(CROSSED),
  numa01,
  numa01ThreadAlloc,
  numa02,
  numa02Smt,
  ...LIBRARY_FILES.slice(1).map(libraryWorkload),
  collector,
  prefork,
  specjbb,
  virtualMachines,
  perfBenchEntry,
];
