import { describe, expect, it } from 'vitest';
import { buildMachine, MachineError, type MachineDescription } from './build.ts';

const small = (): MachineDescription => ({
  name: 'small',
  nodes: [
    { cpus: [0, 2], memory_mb: 1024 },
    { cpus: [1, 3], memory_mb: 2048, reserved_mb: 100 },
  ],
  distances: [
    [10, 21],
    [21, 10],
  ],
});

function errorOf(change: (d: MachineDescription) => void): MachineError {
  const description = small();
  change(description);
  try {
    buildMachine(description);
  } catch (error) {
    if (error instanceof MachineError) return error;
    throw error;
  }
  throw new Error('built without an error');
}

const as = (value: unknown): never => value as never;

describe('buildMachine', () => {
  it('gives dense indices to nodes and CPUs with holes in their numbers', () => {
    const machine = buildMachine({
      name: 'POWER8',
      nodes: [
        { id: 0, cpus: [8, 9, 0, 1], memory_mb: 1024 },
        { id: 8, cpus: [80, 81, 88, 89], memory_mb: 1024 },
      ],
      smt_siblings: [
        [0, 1],
        [9, 8],
        [80, 81],
      ],
      distances: [
        [10, 40],
        [40, 10],
      ],
    });
    expect(machine.nodes.map((n) => [n.osId, n.cpus])).toEqual([
      [0, [0, 1, 2, 3]],
      [8, [4, 5, 6, 7]],
    ]);
    expect(machine.cpus.map((c) => c.osId)).toEqual([0, 1, 8, 9, 80, 81, 88, 89]);
    expect(machine.cpus.map((c) => c.node)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(machine.cpus.map((c) => c.core)).toEqual([0, 0, 1, 1, 2, 2, 3, 4]);
    expect(machine.cpus.map((c) => c.siblings)).toEqual([
      [0, 1],
      [0, 1],
      [2, 3],
      [2, 3],
      [4, 5],
      [4, 5],
      [6],
      [7],
    ]);
  });

  it('takes memory-only and CPU-only nodes', () => {
    const machine = buildMachine({
      name: 'mixed',
      nodes: [
        { cpus: [0], memory_mb: 0 },
        { cpus: [], memory_mb: 4096 },
      ],
      distances: [
        [10, 20],
        [20, 10],
      ],
    });
    expect(machine.bandwidth.controller[0]).toBe(0);
    expect(machine.bandwidth.controller[1]).toBeGreaterThan(0);
  });

  it('reserves a 64th when the description does not say, what it says otherwise', () => {
    expect(buildMachine(small()).nodes.map((n) => n.reservedMb)).toEqual([16, 100]);
  });

  it('takes a row of 255 and nodes at distance 10', () => {
    const d = small();
    d.distances = [
      [10, 10],
      [255, 10],
    ];
    expect(buildMachine(d).distances).toEqual(d.distances);
  });

  it.each<[string, string, (d: MachineDescription) => void]>([
    ['name', '1 to 200 characters', (d) => (d.name = '')],
    ['nodes', 'a list of nodes', (d) => (d.nodes = as('two'))],
    ['nodes', '1 to 64 nodes, got 0', (d) => (d.nodes = [])],
    ['nodes[1]', 'an object', (d) => (d.nodes[1] = as(null))],
    ['nodes[1].id', 'a number of its own', (d) => (d.nodes[1].id = 0)],
    [
      'nodes[0].memory_mb',
      'an integer from 0 to 4194304, got "1 GB"',
      (d) => (d.nodes[0].memory_mb = as('1 GB')),
    ],
    ['nodes[0].memory_mb', 'got nothing', (d) => (d.nodes[0].memory_mb = as(undefined))],
    ['nodes[0].memory_mb', 'got 0.5', (d) => (d.nodes[0].memory_mb = 0.5)],
    ['nodes[0].reserved_mb', '0 to 1023', (d) => (d.nodes[0].reserved_mb = 1024)],
    ['nodes[0].cpus', 'a list of CPU numbers', (d) => (d.nodes[0].cpus = as('0-3'))],
    ['nodes[0].cpus[1]', 'an integer', (d) => (d.nodes[0].cpus[1] = -1)],
    ['nodes[1].cpus[0]', 'CPU 2 is already in nodes[0]', (d) => (d.nodes[1].cpus[0] = 2)],
    ['nodes[0]', 'CPUs, or memory_mb', (d) => (d.nodes[0] = { cpus: [], memory_mb: 0 })],
    ['nodes', 'memory_mb above 0', (d) => d.nodes.forEach((n) => ((n.memory_mb = 0), (n.reserved_mb = 0)))],
    ['nodes', 'at most 4194304 in all', (d) => (d.nodes[0].memory_mb = 4194304)],
    ['nodes', '1 to 1024 CPUs in all, got 0', (d) => d.nodes.forEach((n) => (n.cpus = []))],
    ['smt_siblings[0]', 'different nodes', (d) => (d.smt_siblings = [[0, 1]])],
    ['smt_siblings[0][1]', 'no node has CPU 4', (d) => (d.smt_siblings = [[0, 4]])],
    ['smt_siblings[0][1]', 'CPU 0 was listed before', (d) => (d.smt_siblings = [[0, 0]])],
    ['smt_siblings[1][1]', 'CPU 0 was listed before', (d) => (d.smt_siblings = [[0], [2, 0]])],
    ['distances', 'a list of 2 rows', (d) => d.distances.pop()],
    ['distances[1]', 'a list of 2 distances', (d) => d.distances[1].push(10)],
    ['distances[0][1]', '10 to 255, got 9', (d) => (d.distances[0][1] = 9)],
    ['distances[0][1]', 'at least 20', (d) => (d.distances[0] = [20, 15])],
    [
      'measured_gbps.inverse',
      'above 0, got nothing',
      (d) => (d.measured_gbps = as({ hard: 1, one_node: 1 })),
    ],
    ['lone_gbps.local', 'above 0, got -1', (d) => (d.lone_gbps = { local: -1, remote: 1 })],
    ['latency_ns[1][0]', 'nanoseconds above 0', (d) => (d.latency_ns = [[80, 120], [0, 80]])], // prettier-ignore
    ['bandwidth_gbps.controller', 'a list of 2 numbers', (d) => (d.bandwidth_gbps = as({}))],
  ])('%s: expected %s', (field, text, change) => {
    const error = errorOf(change);
    expect(error.field).toBe(field);
    expect(error.message).toContain(text);
    expect(error.message.startsWith(`${field}: expected`)).toBe(true);
  });
});

it('refuses what is not an object', () => {
  expect(() => buildMachine(as('westmere'))).toThrow('machine: expected an object, got "westmere"');
});

describe('figures', () => {
  it('splits measured totals over the sockets', () => {
    const d = small();
    d.measured_gbps = { hard: 20.3, inverse: 10.5, one_node: 13.3 };
    const { bandwidth, provenance } = buildMachine(d);
    expect(bandwidth.socketLocal).toBeCloseTo(10.15, 12);
    expect(bandwidth.socketRemote).toBeCloseTo(5.25, 12);
    expect(bandwidth.loneLocal).toBeCloseTo((1.63 * 10.15) / 2, 12);
    expect(bandwidth.link).toEqual([
      [Infinity, Infinity],
      [Infinity, Infinity],
    ]);
    expect(provenance).toContain('20.3 / 10.5 / 13.3');
    expect(provenance).toContain('assumed');
  });

  it("comes within 1 % of the calibrated controller of Andrea's machine", () => {
    const machine = buildMachine({
      name: 'westmere',
      nodes: [
        { cpus: [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17], memory_mb: 8192 },
        { cpus: [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23], memory_mb: 8192 },
      ],
      smt_siblings: Array.from({ length: 12 }, (_, c) => [c, c + 12]),
      distances: [
        [10, 21],
        [21, 10],
      ],
      measured_gbps: { hard: 20.3, inverse: 10.5, one_node: 13.3 },
    });
    expect(Math.abs(machine.bandwidth.controller[0] / 13.31 - 1)).toBeLessThan(0.01);
    expect(machine.bandwidth.loneLocal).toBeCloseTo(2.76, 2);
    expect(machine.bandwidth.loneRemote).toBeCloseTo(1.43, 2);
  });

  it.each([0.5, 5, 13, 15.4, 100])('finds some controller for any one_node (%s)', (one_node) => {
    const d = small();
    d.measured_gbps = { hard: 20.3, inverse: 10.5, one_node };
    const [c] = buildMachine(d).bandwidth.controller;
    expect(c).toBeGreaterThanOrEqual(one_node);
    expect(c).toBeLessThan(Infinity);
  });

  it('takes given bandwidth over measured, and null as no limit', () => {
    const d = small();
    d.measured_gbps = { hard: 1, inverse: 1, one_node: 1 };
    d.bandwidth_gbps = {
      controller: [13, 14],
      link: as([
        [null, 6],
        [7, null],
      ]),
      socket_local: 10,
      socket_remote: 5,
      lone_local: 3,
      lone_remote: 2,
    };
    expect(buildMachine(d).bandwidth).toEqual({
      controller: [13, 14],
      link: [
        [Infinity, 6],
        [7, Infinity],
      ],
      socketLocal: 10,
      socketRemote: 5,
      loneLocal: 3,
      loneRemote: 2,
    });
  });

  it('assumes latencies between what SLIT says and none', () => {
    const machine = buildMachine(small());
    expect(machine.latencyNs[0][0]).toBe(87);
    expect(machine.latencyNs[0][1]).toBeCloseTo(87 * 1.55, 9);
    expect(machine.provenance).toBe(
      'Bandwidth assumed from the cores and the distances. Latencies assumed from the distances.',
    );
  });

  it('assumes slower links to farther nodes', () => {
    const machine = buildMachine({
      name: 'square',
      nodes: [0, 1, 2, 3].map((c) => ({ cpus: [c], memory_mb: 512 })),
      distances: [
        [10, 16, 22, 16],
        [16, 10, 16, 22],
        [22, 16, 10, 16],
        [16, 22, 16, 10],
      ],
    });
    const { link, socketLocal, socketRemote } = machine.bandwidth;
    expect(socketRemote).toBeCloseTo(socketLocal / 1.6, 9);
    expect(link[0]).toEqual([Infinity, Infinity, (socketLocal * 10) / 22, Infinity]);
  });
});
