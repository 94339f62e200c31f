/**
 * Machines to choose by name. Each figure has its source beside it, or the word *assumed*; where a preset says nothing,
 * figures.ts fits or assumes. Sections are those of docs/fidelity.md's references: benchmarks.md and prototype.md.
 */
import { buildMachine } from './build.ts';
import { MachineError, type MachineDescription } from './description.ts';
import type { Machine } from './machine.ts';

export interface MachinePreset {
  /** For a menu. */
  title: string;
  /** Where the machine and its figures come from, one sentence. */
  source: string;
  machine: MachineDescription;
}

/** `count` numbers from `first` on. */
const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/**
 * Nodes of `cores` cores each with consecutive numbers, as Intel and AMD firmware lists them; with SMT, the second
 * threads after all first ones.
 */
function evenNodes(count: number, cores: number, smt: boolean, memoryMb: number, reservedMb?: number) {
  return range(0, count).map((n) => ({
    cpus: [...range(n * cores, cores), ...(smt ? range((count + n) * cores, cores) : [])],
    memory_mb: memoryMb,
    ...(reservedMb === undefined ? {} : { reserved_mb: reservedMb }),
  }));
}

/** [0, cores], [1, cores + 1], ... */
const pairs = (cores: number): number[][] => range(0, cores).map((c) => [c, c + cores]);

/** Distance 10 to itself and `far` to all others. */
const uniform = (count: number, far: number): number[][] =>
  range(0, count).map((a) => range(0, count).map((b) => (a === b ? 10 : far)));

/** A table over all pairs of nodes. */
const table = (count: number, value: (a: number, b: number) => number): number[][] =>
  range(0, count).map((a) => range(0, count).map((b) => value(a, b)));

/**
 * 10 on the own node, 12 to the other three of the socket, 32 across: EPYC 7002 and 7003 2P NPS4 (benchmarks.md 4.1).
 */
const NPS4_DISTANCES = table(8, (a, b) => (a === b ? 10 : a >> 2 === b >> 2 ? 12 : 32));

/**
 * Four sockets in a square: neighbours 16, the opposite one 22 (the steps of the Magny-Cours table, benchmarks.md
 * 4.1).
 */
const SQUARE_DISTANCES = [
  [10, 16, 22, 16],
  [16, 10, 16, 22],
  [22, 16, 10, 16],
  [16, 22, 16, 10],
];

export const MACHINE_PRESETS: Record<string, MachinePreset> = {
  'westmere-2n': {
    title: '2 nodes, 24 CPUs, 16 GB: Andrea Arcangeli, March 2012',
    source: "The machine of Andrea Arcangeli's alpha6 table (2012-03-21): 2 sockets x 6 cores x 2 threads.",
    machine: {
      name: 'westmere-2n',
      nodes: evenNodes(2, 6, true, 8192, 200), // layout and size: benchmarks.md 2.1; reserve assumed
      smt_siblings: pairs(12),
      distances: uniform(2, 21), // Westmere-EP: benchmarks.md 4.1
      // THREAD_ALLOC hard, inverse, upstream: benchmarks.md 0.
      measured_gbps: { hard: 20.3, inverse: 10.5, one_node: 13.3 },
      // Fitted to them by `npm run -s lab -- calibrate --machine westmere-2n` (docs/calibration.md); the lone core is
      // Srikar's ratio 1.63.
      bandwidth_gbps: {
        controller: [13.31, 13.31],
        link: table(2, () => Infinity), // the remote issue limit plays that role
        socket_local: 10.15,
        socket_remote: 5.25,
        lone_local: 2.757,
        lone_remote: 1.426,
      },
    },
  },
  'srikar-2n': {
    title: '2 nodes, 12 CPUs, 24 GB: Srikar Dronamraju, November 2012, HT off',
    source: "The two-node machine of Srikar Dronamraju's table of 2012-11-05, hyperthreading off.",
    machine: {
      name: 'srikar-2n',
      nodes: evenNodes(2, 6, false, 12288), // benchmarks.md 2.2; the even split is assumed
      distances: uniform(2, 21), // assumed: the usual table of two sockets
      measured_gbps: { hard: 24.5, inverse: 13.6, one_node: 16.3 }, // THREAD_ALLOC: benchmarks.md 0
      lone_gbps: { local: 3.32, remote: 1.85 }, // numa02_SMT: 19.9 / 6 and 11.1 / 6, benchmarks.md 0
      bandwidth_gbps: {
        // Fitted by `npm run -s lab -- calibrate --machine srikar-2n`.
        controller: [16.31, 16.31],
        link: table(2, () => Infinity),
        socket_local: 12.25,
        socket_remote: 6.8,
        lone_local: 3.32,
        lone_remote: 1.85,
      },
    },
  },
  'srikar-2n-ht': {
    title: '2 nodes, 24 CPUs, 24 GB: Srikar Dronamraju, November 2012, HT on',
    source: "The two-node machine of Srikar Dronamraju's table of 2012-11-05, hyperthreading on.",
    machine: {
      name: 'srikar-2n-ht',
      nodes: evenNodes(2, 6, true, 12288),
      smt_siblings: pairs(12), // numbering assumed
      distances: uniform(2, 21),
      measured_gbps: { hard: 23.4, inverse: 13.2, one_node: 16.2 }, // THREAD_ALLOC: benchmarks.md 0
      lone_gbps: { local: 3.32, remote: 1.85 }, // the same cores as with HT off
      bandwidth_gbps: {
        // Fitted by `npm run -s lab -- calibrate --machine srikar-2n-ht`.
        controller: [16.2, 16.2],
        link: table(2, () => Infinity),
        socket_local: 11.7,
        socket_remote: 6.6,
        lone_local: 3.32,
        lone_remote: 1.85,
      },
    },
  },
  'magny-cours-4n': {
    title: '4 nodes, 48 CPUs, 64 GB: Opteron, four sockets in a square',
    source:
      'An Opteron 6100 of 2012 with one node a socket; bandwidth from a four-node Opteron of that year.',
    machine: {
      name: 'magny-cours-4n',
      nodes: evenNodes(4, 12, false, 16384), // size assumed
      distances: SQUARE_DISTANCES,
      bandwidth_gbps: {
        controller: [18.5, 18.5, 18.5, 18.5], // STREAM a node of a four-node box of 2012: benchmarks.md 4.2
        // Two remote bzero streams 7.4 (Ingo Molnar, 2012-12-07, benchmarks.md 4.2); two hops assumed 16/22 of it.
        link: SQUARE_DISTANCES.map((row) => row.map((d) => (d === 10 ? Infinity : d === 16 ? 7.4 : 5.4))),
        socket_local: 18.5, // assumed: the controller is the limit
        socket_remote: 12.8, // assumed: one HyperTransport link, benchmarks.md 4.2
        lone_local: 8.4, // one local bzero stream: Ingo Molnar, 2012-12-07
        lone_remote: 6.7, // one remote bzero stream: the same
      },
      // 98 ns: Opteron 6174; one hop 1.09, two hops 1.30 as on Opterons of 2006 (AMD 40555), benchmarks.md 4.2.
      latency_ns: SQUARE_DISTANCES.map((row) => row.map((d) => (d === 10 ? 98 : d === 16 ? 107 : 127))),
    },
  },
  'nehalem-ex-8n': {
    title: '8 nodes, 64 CPUs, 256 GB: Nehalem-EX, eight sockets',
    source: 'An eight-socket Nehalem-EX (Fujitsu, 2010), hyperthreading off; bandwidth assumed.',
    machine: {
      name: 'nehalem-ex-8n',
      nodes: evenNodes(8, 8, false, 32768), // 64 cores: benchmarks.md 4.1; size assumed
      distances: uniform(8, 12), // benchmarks.md 4.1: its SLIT hides that some sockets are two hops away
      bandwidth_gbps: {
        controller: range(0, 8).map(() => 18.1), // assumed: 4/3 of the socket
        link: table(8, (a, b) => (a === b ? Infinity : 12.8)), // QPI, one direction: benchmarks.md 4.2
        socket_local: 13.6, // assumed: 1.7 a core, Westmere's share
        socket_remote: 6.8, // "bandwidth about half", Intel on Nehalem: benchmarks.md 4.2
        lone_local: 2.77, // assumed: 1.63 times the share of a core
        lone_remote: 1.39,
      },
      // E7-4800 v2: 135 local, 194-202 remote (benchmarks.md 4.2); more than the 1.1 that a distance of 12 suggests.
      latency_ns: table(8, (a, b) => (a === b ? 135 : 198)),
    },
  },
  'terabyte-8n': {
    title: '8 nodes, 128 CPUs, 1 TiB',
    source:
      'The layout of the IBM x3950 of the 2012 mails (8 nodes x 8 cores x 2 threads) with 1 TiB of memory.',
    machine: {
      name: 'terabyte-8n',
      nodes: evenNodes(8, 8, true, 131072), // CPUs: benchmarks.md 1.1; size assumed
      smt_siblings: pairs(64),
      distances: uniform(8, 20), // IBM x3950: benchmarks.md 4.1
      // Bandwidth and latency: the assumed figures of figures.ts, no published ones are known.
    },
  },
  'epyc-nps4': {
    title: '8 nodes, 128 CPUs, 1 TiB: two EPYC sockets, NPS4',
    source: 'Two 32-core EPYC 7002 split into four nodes each (NPS4); bandwidth assumed.',
    machine: {
      name: 'epyc-nps4',
      nodes: evenNodes(8, 8, true, 131072), // size assumed
      smt_siblings: pairs(64),
      distances: NPS4_DISTANCES,
      bandwidth_gbps: {
        controller: range(0, 8).map(() => 40), // assumed: 2 of 8 channels DDR4-3200, 51.2 peak
        // Assumed: a share of the links between the sockets; inside a socket the remote issue limit is the limit.
        link: NPS4_DISTANCES.map((row) => row.map((d) => (d === 32 ? 12 : Infinity))),
        socket_local: 36, // assumed: a little less than the controller
        socket_remote: 30, // assumed: 10/12 of it
        lone_local: 15, // assumed: two cores nearly fill a node
        lone_remote: 10, // assumed
      },
      // 113 ns: EPYC 7742 NPS4 (benchmarks.md 4.2); others by the rule of figures.ts.
      latency_ns: NPS4_DISTANCES.map((row) => row.map((d) => (d === 10 ? 113 : d === 12 ? 124 : 237))),
    },
  },
  'cxl-3n': {
    title: '2 sockets and a CXL memory node, 32 CPUs, 256 GB',
    source:
      'Distances of a Genoa host with CXL (Bharata Rao, 2024-03-27), bandwidth and latency of a CXL host of 2026.',
    machine: {
      name: 'cxl-3n',
      nodes: [
        { cpus: range(0, 16), memory_mb: 65536 }, // CPUs and sizes assumed
        { cpus: range(16, 16), memory_mb: 65536 },
        { cpus: [], memory_mb: 131072 },
      ],
      distances: [
        [10, 32, 60],
        [32, 10, 50],
        [255, 255, 10], // as its firmware says: nobody computes on node 2
      ],
      // All of benchmarks.md 4.2, lab note of 2026; the expander hangs on the second socket.
      bandwidth_gbps: {
        controller: [140, 140, 23.5],
        link: [
          [Infinity, Infinity, 16.3],
          [Infinity, Infinity, 23.5],
          [Infinity, Infinity, Infinity],
        ],
        socket_local: 140,
        socket_remote: 120,
        lone_local: 14.3, // assumed: 1.63 times the share of a core
        lone_remote: 12.2,
      },
      latency_ns: [
        [99.1, 169.2, 394.1],
        [169.2, 99.1, 242.7],
        [394.1, 242.7, 99.1], // no CPU asks
      ],
    },
  },
};

/** Names of all presets, in the order of a menu. */
export function presetNames(): string[] {
  return Object.keys(MACHINE_PRESETS);
}

/**
 * A preset as a machine; its provenance begins with the preset's source.
 * @throws MachineError if there is no preset of that name
 */
export function machineByName(name: string): Machine {
  if (!Object.hasOwn(MACHINE_PRESETS, name)) {
    throw new MachineError(
      'machine',
      `expected one of ${presetNames().join(', ')}, got ${JSON.stringify(name)}`,
    );
  }
  const preset = MACHINE_PRESETS[name];
  const machine = buildMachine(preset.machine);
  return { ...machine, provenance: `${preset.source} ${machine.provenance}` };
}
