import { describe, expect, it } from 'vitest';
import { buildMachine, MachineError } from './build.ts';
import { MACHINE_PRESETS, machineByName, presetNames } from './presets.ts';

describe('presets', () => {
  it.each(presetNames())('%s builds, is named after itself and says where it comes from', (name) => {
    const machine = machineByName(name);
    expect(machine.name).toBe(name);
    expect(machine.provenance.startsWith(MACHINE_PRESETS[name].source)).toBe(true);
    // What a link or a file makes of it must be the same machine: JSON has no Infinity.
    const copy = JSON.parse(JSON.stringify(MACHINE_PRESETS[name].machine));
    expect({ ...buildMachine(copy), provenance: '' }).toEqual({ ...machine, provenance: '' });
  });

  it("is Andrea's machine", () => {
    const machine = machineByName('westmere-2n');
    const osCpus = machine.nodes.map((n) => n.cpus.map((c) => machine.cpus[c].osId));
    expect(osCpus).toEqual([
      [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17],
      [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23],
    ]);
    expect(machine.cpus[17].siblings).toEqual([5, 17]);
    expect(machine.bandwidth.controller).toEqual([13.31, 13.31]);
  });

  it.each([
    ['srikar-2n', 2, 12, 12, 24],
    ['srikar-2n-ht', 2, 24, 12, 24],
    ['magny-cours-4n', 4, 48, 48, 64],
    ['nehalem-ex-8n', 8, 64, 64, 256],
    ['terabyte-8n', 8, 128, 64, 1024],
    ['epyc-nps4', 8, 128, 64, 1024],
    ['cxl-3n', 3, 32, 32, 256],
  ])('%s has %i nodes, %i CPUs, %i cores and %i GiB', (name, nodes, cpus, cores, gib) => {
    const machine = machineByName(name);
    expect(machine.nodes.length).toBe(nodes);
    expect(machine.cpus.length).toBe(cpus);
    expect(new Set(machine.cpus.map((c) => c.core)).size).toBe(cores);
    expect(machine.nodes.reduce((mb, n) => mb + n.memoryMb, 0)).toBe(gib * 1024);
  });

  it('names the choices when there is no such preset', () => {
    for (const name of ['westmere', 'toString', '__proto__']) {
      expect(() => machineByName(name)).toThrow(MachineError);
    }
    expect(() => machineByName('westmere')).toThrow(/westmere-2n, srikar-2n/);
  });
});
