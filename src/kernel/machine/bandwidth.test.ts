import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LONE_SIBLING_ISSUE,
  clearFlow,
  createHardware,
  latencyBoundCap,
  loadedLatencyFactor,
  setFlow,
  solve,
  type HardwareState,
} from './bandwidth.ts';
import { buildMachine } from './build.ts';
import type { Machine } from './machine.ts';
import { machineByName } from './presets.ts';
import { ratePerStream } from './saturation.ts';

const westmere = machineByName('westmere-2n');

/** Solve with one flow a CPU; null for none. */
function share(machine: Machine, flow: (cpu: number) => number[] | null, cap = Infinity): HardwareState {
  const hw = createHardware(machine);
  for (let cpu = 0; cpu < machine.cpus.length; cpu++) {
    const usage = flow(cpu);
    if (usage) setFlow(hw, cpu, Float64Array.from(usage), cap);
  }
  solve(machine, hw);
  return hw;
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
const node = (cpu: number): number => westmere.cpus[cpu].node;

describe("Andrea's machine, the figures of prototype.md", () => {
  it('12 local streams of one node get 10.15 GB/s', () => {
    const hw = share(westmere, (cpu) => (node(cpu) === 0 ? [1, 0] : null));
    expect(sum(hw.rate)).toBeCloseTo(10.15, 9);
  });

  it('hard bind totals 20.3, inverse bind 10.5', () => {
    const hard = share(westmere, (cpu) => (node(cpu) === 0 ? [1, 0] : [0, 1]));
    expect(sum(hard.rate)).toBeCloseTo(20.3, 9);
    const inverse = share(westmere, (cpu) => (node(cpu) === 0 ? [0, 1] : [1, 0]));
    expect(sum(inverse.rate)).toBeCloseTo(10.5, 9);
    expect([...inverse.pairUse].map((x) => +x.toFixed(9))).toEqual([0, 5.25, 5.25, 0]);
  });

  it('all on node 0: its controller serves near and far streams alike', () => {
    const hw = share(westmere, () => [1, 0]);
    expect(hw.controllerUse[0]).toBeCloseTo(13.31, 9);
    expect(hw.pairUse[0]).toBeCloseTo(13.31 / 2, 9);
    expect(hw.pairUse[1 * 2 + 0]).toBeCloseTo(13.31 / 2, 9);
  });

  it('half the cores get 1.63 times the share of a core, and one alone more; hyper-threads of a core share', () => {
    const cores = (count: number, usage: number[]): number =>
      sum(share(westmere, (cpu) => (cpu < count ? usage : null)).rate) / count;
    const oneThread = 1 / LONE_SIBLING_ISSUE;
    expect(cores(3, [1, 0])).toBeCloseTo(2.757, 3);
    expect(cores(6, [1, 0])).toBeCloseTo((10.15 * oneThread) / 6, 3);
    expect(cores(1, [1, 0])).toBeGreaterThan(cores(3, [1, 0]));
    // One sense alone leaves the port half empty.
    expect(cores(6, [0, 1])).toBeGreaterThan(5.25 / 6);
    const pair = share(westmere, (cpu) => (cpu === 3 || cpu === 15 ? [1, 0] : null));
    expect(pair.rate[15]).toBe(pair.rate[3]);
    expect(2 * pair.rate[3]).toBeCloseTo(cores(1, [1, 0]), 9);
  });

  it('a page copy loads both controllers', () => {
    const hw = share(westmere, (cpu) => (cpu === 0 ? [1, 1] : null));
    expect(hw.controllerUse[0]).toBeCloseTo(hw.rate[0], 12);
    expect(hw.controllerUse[1]).toBeCloseTo(hw.rate[0], 12);
  });
});

describe('limits of their own', () => {
  it('a link limits what crosses it', () => {
    const machine = structuredClone(westmere);
    machine.bandwidth.link[1][0] = 2;
    const hw = share(machine, () => [1, 0]);
    expect(hw.pairUse[2]).toBeCloseTo(2, 9);
    expect(hw.pairUse[0]).toBeCloseTo(10.15, 9);
  });

  it('a cap limits one flow and leaves the rest to the others', () => {
    const hw = createHardware(westmere);
    const group = [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17];
    for (const cpu of group)
      setFlow(hw, cpu, Float64Array.of(1, 0), cpu === 0 || cpu === 12 ? 0.5 : Infinity);
    solve(westmere, hw);
    expect(hw.rate[0]).toBe(0.5);
    expect(hw.rate[1]).toBeCloseTo((10.15 - 1) / 10, 1);
  });

  it('memory of a node without memory is never served', () => {
    const machine = buildMachine({
      name: 'cpu only',
      nodes: [
        { cpus: [0], memory_mb: 1024 },
        { cpus: [1], memory_mb: 0 },
      ],
      distances: [
        [10, 20],
        [20, 10],
      ],
    });
    const [first, second] = share(machine, (cpu) => (cpu === 0 ? [0, 1] : [1, 0])).rate;
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0);
  });
});

describe('setFlow', () => {
  it('is dirty only when something changes', () => {
    const hw = createHardware(westmere);
    expect(hw.dirty).toBe(false);
    clearFlow(hw, 0);
    setFlow(hw, 0, Float64Array.of(0, 0), 1);
    expect(hw.dirty).toBe(false);
    setFlow(hw, 0, Float64Array.of(0.5, 0.5), Infinity);
    expect(hw.dirty).toBe(true);
    solve(westmere, hw);
    setFlow(hw, 0, Float64Array.of(0.5, 0.5), Infinity);
    expect(hw.dirty).toBe(false);
    setFlow(hw, 0, Float64Array.of(0.5, 0.5), 1);
    expect(hw.dirty).toBe(true);
  });

  it('leaves nothing behind: cleared hardware equals fresh hardware', () => {
    const hw = share(westmere, () => [0.25, 0.75]);
    for (let cpu = 0; cpu < 24; cpu++) clearFlow(hw, cpu);
    expect(sum(hw.rate)).toBe(0);
    solve(westmere, hw);
    expect(hw).toEqual(createHardware(westmere));
  });

  it('takes an empty usage as no flow', () => {
    const hw = share(westmere, (cpu) => (cpu === 0 ? [1, 0] : null));
    setFlow(hw, 0, Float64Array.of(0, 0), Infinity);
    expect(hw.rate[0]).toBe(0);
    solve(westmere, hw);
    expect(hw).toEqual(createHardware(westmere));
  });
});

/** What a random mixture needs to check: machine, and per CPU a flow or null. */
interface Mixture {
  machine: Machine;
  flows: ({ usage: number[]; cap: number } | null)[];
}

const machines = ['westmere-2n', 'srikar-2n', 'magny-cours-4n', 'cxl-3n', 'epyc-nps4'].map(machineByName);

const mixture: fc.Arbitrary<Mixture> = fc
  .record({
    index: fc.nat(machines.length - 1),
    // A small palette, so that classes really are shared; index 0 is no flow.
    palette: fc.array(
      fc.record({
        shares: fc.array(fc.constantFrom(0, 0, 1, 2, 5), { minLength: 8, maxLength: 8 }),
        cap: fc.constantFrom(Infinity, Infinity, Infinity, 0, 0.3, 1.2),
      }),
      { minLength: 1, maxLength: 5 },
    ),
    choice: fc.array(fc.nat(5), { minLength: 128, maxLength: 128 }),
  })
  .map(({ index, palette, choice }) => {
    const machine = machines[index];
    const flows = machine.cpus.map((_, cpu) => {
      const entry = palette[choice[cpu] - 1];
      if (!entry) return null;
      const usage = entry.shares.slice(0, machine.nodes.length);
      const total = sum(usage);
      return total === 0 ? null : { usage: usage.map((u) => u / total), cap: entry.cap };
    });
    return { machine, flows };
  });

function solved({ machine, flows }: Mixture): HardwareState {
  const hw = createHardware(machine);
  flows.forEach((flow, cpu) => flow && setFlow(hw, cpu, Float64Array.from(flow.usage), flow.cap));
  solve(machine, hw);
  return hw;
}

/** Every limit as [use, total, CPUs that use it], written down directly from the model. */
function limitsOf({ machine, flows }: Mixture, hw: HardwareState): [number, number, number[]][] {
  const b = machine.bandwidth;
  const limits: [number, number, number[]][] = [];
  const add = (total: number, weight: (cpu: number) => number): void => {
    const users = flows.map((_, cpu) => cpu).filter((cpu) => flows[cpu] !== null && weight(cpu) > 0);
    limits.push([sum(users.map((cpu) => hw.rate[cpu] * weight(cpu))), total, users]);
  };
  const local = (cpu: number): number => flows[cpu]!.usage[machine.cpus[cpu].node];
  const remote = (cpu: number): number => sum(flows[cpu]!.usage) - local(cpu);
  machine.nodes.forEach((_, n) => {
    const at = (cpu: number): boolean => machine.cpus[cpu].node === n;
    const factor = (cpu: number): number => {
      const { siblings } = machine.cpus[cpu];
      const alone = siblings.length > 1 && siblings.every((other) => other === cpu || flows[other] === null);
      return alone ? LONE_SIBLING_ISSUE : 1;
    };
    const most = Math.max(b.socketLocal, b.socketRemote);
    add(1, (cpu) => (at(cpu) ? ((local(cpu) + remote(cpu)) / most) * factor(cpu) : 0));
    // The port carries what the node's CPUs fetch elsewhere and what others fetch here.
    add(2 * b.socketRemote, (cpu) => (at(cpu) ? remote(cpu) : flows[cpu]!.usage[n]) * factor(cpu));
    add(b.controller[n], (cpu) => flows[cpu]!.usage[n]);
    b.link[n].forEach((total, to) => {
      if (total < Infinity) add(total, (cpu) => (at(cpu) ? flows[cpu]!.usage[to] : 0));
    });
  });
  // What a core gets when as many stream as do now: counted here on its own, from the flows.
  const streams = (weight: (cpu: number) => number): number =>
    sum(
      flows.map((flow, cpu) =>
        flow === null ? 0 : weight(cpu) / machine.cpus[cpu].siblings.filter((s) => flows[s] !== null).length,
      ),
    );
  const port = (n: number): number =>
    streams((cpu) => (machine.cpus[cpu].node === n ? remote(cpu) : flows[cpu]!.usage[n]));
  // Time per byte of progress: locally, and half at either end of the way to another node.
  const coreTime = (cpu: number): number => {
    const home = machine.cpus[cpu].node;
    const localStreams = streams((other) => (machine.cpus[other].node === home ? local(other) : 0));
    const atPort = (n: number): number => 0.5 / ratePerStream(hw.portCurve, port(n));
    const away = machine.nodes.map((_, n) =>
      n === home ? 0 : flows[cpu]!.usage[n] * (atPort(home) + atPort(n)),
    );
    return local(cpu) / ratePerStream(hw.localCurve, localStreams) + sum(away);
  };
  machine.cpus.forEach((core, first) => {
    if (core.siblings[0] !== first) return;
    add(1, (cpu) => (core.siblings.includes(cpu) ? coreTime(cpu) : 0));
  });
  flows.forEach((flow, cpu) => flow && limits.push([hw.rate[cpu], flow.cap, [cpu]]));
  return limits;
}

describe('max-min fairness', () => {
  it('exceeds no limit, and each flow is held by a full limit in which nobody is faster', () => {
    fc.assert(
      fc.property(mixture, (m) => {
        const hw = solved(m);
        const limits = limitsOf(m, hw);
        const held = new Set<number>();
        for (const [use, total, users] of limits) {
          expect(use).toBeLessThanOrEqual(total * (1 + 1e-9));
          if (use < total * (1 - 1e-9)) continue;
          const fastest = Math.max(...users.map((cpu) => hw.rate[cpu]));
          for (const cpu of users) if (hw.rate[cpu] >= fastest * (1 - 1e-9)) held.add(cpu);
        }
        m.flows.forEach((flow, cpu) => {
          if (flow) expect(held.has(cpu)).toBe(true);
          else expect(hw.rate[cpu]).toBe(0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('adds up to the use of controllers and pairs', () => {
    fc.assert(
      fc.property(mixture, (m) => {
        const hw = solved(m);
        const n = m.machine.nodes.length;
        const pair = new Float64Array(n * n);
        m.flows.forEach((flow, cpu) =>
          flow?.usage.forEach((u, to) => (pair[m.machine.cpus[cpu].node * n + to] += u * hw.rate[cpu])),
        );
        pair.forEach((use, i) => expect(hw.pairUse[i]).toBeCloseTo(use, 9));
        for (let to = 0; to < n; to++) {
          expect(hw.controllerUse[to]).toBeCloseTo(sum(pair.filter((_, i) => i % n === to)), 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not care which core of a node, or which thread of a core, runs a flow', () => {
    fc.assert(
      fc.property(mixture, fc.nat(1000), fc.boolean(), (m, turn, swap) => {
        // Rotate the cores of each node and perhaps the threads of each core.
        const to: number[] = [];
        for (const node of m.machine.nodes) {
          const cores = node.cpus
            .map((cpu) => m.machine.cpus[cpu].siblings)
            .filter((s, i) => s[0] === node.cpus[i]);
          cores.forEach((core, i) => {
            const target = cores[(i + turn) % cores.length];
            core.forEach((cpu, k) => (to[cpu] = target[swap ? target.length - 1 - k : k]));
          });
        }
        const moved: Mixture = { machine: m.machine, flows: m.flows.map(() => null) };
        m.flows.forEach((flow, cpu) => (moved.flows[to[cpu]] = flow));
        const before = solved(m);
        const after = solved(moved);
        m.flows.forEach((_, cpu) => expect(after.rate[to[cpu]]).toBeCloseTo(before.rate[cpu], 9));
      }),
      { numRuns: 100 },
    );
  });

  it('gives bit for bit the same whether or not solves in between were skipped', () => {
    fc.assert(
      fc.property(mixture, mixture, fc.array(fc.nat(127)), (m, other, redo) => {
        const hw = solved(m);
        solved(other); // another machine in between: no memory of it may remain
        for (const index of redo) {
          const cpu = index % m.flows.length;
          const flow = m.flows[cpu];
          if (flow) setFlow(hw, cpu, Float64Array.from(flow.usage), flow.cap);
          else clearFlow(hw, cpu);
          expect(hw.dirty).toBe(false);
          solve(m.machine, hw);
        }
        // And through a detour.
        for (let cpu = 0; cpu < m.flows.length; cpu += 3) clearFlow(hw, cpu);
        solve(m.machine, hw);
        m.flows.forEach((flow, cpu) => flow && setFlow(hw, cpu, Float64Array.from(flow.usage), flow.cap));
        solve(m.machine, hw);
        expect(hw).toEqual(solved(m));
      }),
      { numRuns: 50 },
    );
  });
});

describe('latency-bound streams', () => {
  const usage = Float64Array.of(1, 0);

  it('waits for the latency of an idle machine', () => {
    const hw = createHardware(westmere);
    expect(latencyBoundCap(westmere, hw, 0, usage, 64, 0)).toBeCloseTo(64 / 87, 9);
    expect(latencyBoundCap(westmere, hw, 1, usage, 64, 100)).toBeCloseTo(64 / (100 + 87 * 1.55), 9);
    expect(latencyBoundCap(westmere, hw, 0, Float64Array.of(0, 0), 64, 0)).toBe(Infinity);
  });

  it('has the knee of the loaded latency at 70-75 % of the peak', () => {
    expect(loadedLatencyFactor(0)).toBe(1);
    expect(loadedLatencyFactor(0.5)).toBeLessThan(1.2);
    expect(loadedLatencyFactor(0.72)).toBeCloseTo(1.38, 9);
    expect(loadedLatencyFactor(0.95)).toBeGreaterThan(2.2);
    expect(loadedLatencyFactor(1)).toBe(2.9);
    expect(loadedLatencyFactor(7)).toBe(2.9);
  });

  it('settles under its own load instead of swinging', () => {
    const machine = structuredClone(westmere);
    machine.bandwidth.socketLocal = 100;
    machine.bandwidth.loneLocal = 100;
    const hw = createHardware(machine);
    const caps = new Float64Array(12);
    const tick = (): void => {
      machine.nodes[0].cpus.forEach((cpu, i) => {
        caps[i] = latencyBoundCap(machine, hw, 0, usage, 256, 80, caps[i]);
        setFlow(hw, cpu, usage, caps[i]);
      });
      solve(machine, hw);
    };
    for (let i = 0; i < 30; i++) tick();
    const settled = hw.controllerUse[0];
    expect(settled).toBeGreaterThan(0.7 * 13.31);
    expect(settled).toBeLessThan(0.999 * 13.31);
    tick();
    expect(hw.dirty).toBe(false);
    expect(hw.controllerUse[0]).toBe(settled);
  });
});
