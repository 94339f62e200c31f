import { describe, expect, it } from 'vitest';
import type { MachineDescription } from '../kernel/machine/build.ts';
import { MACHINE_PRESETS, presetNames } from '../kernel/machine/presets.ts';
import { bisect, calibrate, machineOf, machineSliced } from './calibrate.ts';
import { atOnce, type Sliced } from './headless.ts';

/** Two nodes of four cores. */
const PLAIN: MachineDescription = {
  name: 'plain',
  nodes: [
    { cpus: [0, 1, 2, 3], memory_mb: 8192 },
    { cpus: [4, 5, 6, 7], memory_mb: 8192 },
  ],
  distances: [
    [10, 20],
    [20, 10],
  ],
};
const TRUTH = {
  controller: [11, 11],
  link: [
    [Infinity, Infinity],
    [Infinity, Infinity],
  ],
  socket_local: 9,
  socket_remote: 4,
  lone_local: (1.63 * 9) / 4,
  lone_remote: (1.63 * 4) / 4,
};

describe('calibrate', () => {
  it('finds the parameters that the measured totals come from', () => {
    const source = calibrate({ ...PLAIN, bandwidth_gbps: TRUTH });
    expect(source.fitted).toBe(false);
    expect(source.machine.bandwidth_gbps).toEqual({ ...TRUTH, lone_local: 3.667, lone_remote: 1.63 });
    const [hard, inverse, one_node] = source.figures.map((f) => f.simulated!);
    expect(hard).toBeCloseTo(18, 0);
    expect(inverse).toBeCloseTo(8, 0);
    expect(one_node).toBeLessThan(11);

    const { machine, fitted, figures, notes } = calibrate({
      ...PLAIN,
      measured_gbps: { hard, inverse, one_node },
    });
    expect(fitted).toBe(true);
    expect(notes).toEqual([]);
    const found = machine.bandwidth_gbps!;
    expect(found.socket_local / TRUTH.socket_local).toBeCloseTo(1, 1.7);
    expect(found.socket_remote / TRUTH.socket_remote).toBeCloseTo(1, 1.7);
    expect(Math.abs(found.controller[0] / TRUTH.controller[0] - 1)).toBeLessThan(0.02);
    for (const { residual } of figures) expect(Math.abs(residual!)).toBeLessThan(0.01);
  });

  it('says when the totals contradict one another', () => {
    const high = calibrate({ ...PLAIN, measured_gbps: { hard: 18, inverse: 8, one_node: 15 } });
    expect(high.notes.join(' ')).toContain('one_node is more than the sockets can ask for');
    const link = [
      [Infinity, 3.5],
      [3.5, Infinity],
    ];
    const low = calibrate({
      ...PLAIN,
      measured_gbps: { hard: 18, inverse: 8, one_node: 5 },
      bandwidth_gbps: { ...TRUTH, link },
    });
    expect(low.notes.join(' ')).toMatch(/hard is missed by .* inverse is missed by/);
    // Links are not among the totals: given ones stay.
    expect(low.machine.bandwidth_gbps!.link).toEqual(link);
  });

  it('takes small nodes, and nodes without CPUs', () => {
    const { machine, figures, notes } = calibrate({
      name: 'odd',
      nodes: [
        { cpus: [0, 1], memory_mb: 512 },
        { cpus: [2, 3], memory_mb: 512 },
        { cpus: [], memory_mb: 1024 },
      ],
      distances: [
        [10, 20, 30],
        [20, 10, 30],
        [30, 30, 10],
      ],
      measured_gbps: { hard: 18, inverse: 8, one_node: 9.5 },
    });
    expect(figures.map((f) => f.simulated === null)).toEqual([true, true, false]);
    expect(Math.abs(figures[2].residual!)).toBeLessThan(0.01);
    expect(machine.bandwidth_gbps!.controller[2]).toBe(1.5);
    expect(notes).toEqual([]);
  });

  // The command in the comments of presets.ts still gives what stands there.
  it.each(presetNames().filter((name) => MACHINE_PRESETS[name].machine.measured_gbps))(
    'reproduces the bandwidth of the preset %s',
    (name) => {
      const { machine } = MACHINE_PRESETS[name];
      const given = machine.bandwidth_gbps!;
      const { bandwidth } = machineOf({ ...machine, bandwidth_gbps: undefined });
      expect(bandwidth.controller[0] / given.controller[0]).toBeCloseTo(1, 2.3);
      expect(bandwidth.socketLocal).toBeCloseTo(given.socket_local, 3);
      expect(bandwidth.socketRemote).toBeCloseTo(given.socket_remote, 3);
      expect(bandwidth.loneLocal).toBeCloseTo(given.lone_local, 3);
      expect(bandwidth.loneRemote).toBeCloseTo(given.lone_remote, 3);
    },
  );
});

describe('machineOf', () => {
  it('comes in pieces for whoever must go on listening, and then is there at once', () => {
    const description = { ...PLAIN, measured_gbps: { hard: 19, inverse: 8, one_node: 9.5 } };
    const pieces = [...machineSliced(description)];
    expect(pieces.length).toBeGreaterThan(50);
    expect(machineSliced(description).next()).toMatchObject({ done: true });
  });

  it('fits measured totals when nothing else is given, the same every time', () => {
    const description = { ...PLAIN, measured_gbps: { hard: 18, inverse: 8, one_node: 9 } };
    const first = machineOf(description);
    const controller = first.bandwidth.controller[0];
    expect(first.provenance).toContain('fitted to the measured 18 / 8 / 9 GB/s');
    first.bandwidth.controller = [1, 1];
    expect(machineOf(description).bandwidth.controller[0]).toBe(controller);
    expect(machineOf({ ...description, bandwidth_gbps: TRUTH }).bandwidth.controller).toEqual([11, 11]);
  });
});

/** A function whose answer takes a while. */
const slowly = (f: (x: number) => number) =>
  function* (x: number): Sliced<number> {
    yield;
    return f(x);
  };

describe('bisect', () => {
  it.each([
    ['a line', (x: number) => x - 3],
    ['a kink', (x: number) => Math.min(x, 3.5) / 3 - 1],
    ['a step', (x: number) => (x < 3 ? -0.2 : 0.0001)],
    ['a steep end', (x: number) => (x / 3) ** 8 - 1],
  ])('finds the zero of %s from anywhere', (_, f) => {
    for (const guess of [0.5, 1, 2.9, 3, 3.3, 10, 99]) {
      expect(Math.abs(atOnce(bisect(slowly(f), 0.5, 10, guess)))).toBeLessThanOrEqual(0.0005);
    }
  });

  it('stops at the upper end when even that is too little', () => {
    let last = 0;
    const f = slowly((x) => ((last = x), x / 20 - 1));
    expect(atOnce(bisect(f, 1, 10, 2))).toBe(-0.5);
    expect(last).toBe(10);
  });
});
