import { describe, expect, it } from 'vitest';
import { buildMachine } from './build.ts';
import { machineByName } from './presets.ts';
import { buildZonelists } from './zonelist.ts';

describe('buildZonelists', () => {
  it('two nodes fall back to each other, one node to nobody', () => {
    expect(buildZonelists(machineByName('westmere-2n'))).toEqual([
      [0, 1],
      [1, 0],
    ]);
    const one = buildMachine({ name: 'one', nodes: [{ cpus: [0], memory_mb: 512 }], distances: [[10]] });
    expect(buildZonelists(one)).toEqual([[0]]);
  });

  it('goes by distance', () => {
    expect(buildZonelists(machineByName('magny-cours-4n'))).toEqual([
      [0, 1, 3, 2],
      [1, 2, 0, 3],
      [2, 3, 1, 0],
      [3, 0, 2, 1],
    ]);
  });

  it('lets full nodes overflow to different places', () => {
    const lists = buildZonelists(machineByName('epyc-nps4'));
    // The first node of the other socket.
    expect(lists.map((list) => list[4])).toEqual([4, 5, 6, 7, 0, 1, 2, 3]);
    const uniform = buildZonelists(machineByName('terabyte-8n'));
    expect(new Set(uniform.map((list) => list[1])).size).toBe(8);
    for (const list of [...lists, ...uniform]) expect([...list].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('prefers a memory-only node among equals', () => {
    const machine = buildMachine({
      name: 'expander',
      nodes: [
        { cpus: [0], memory_mb: 512 },
        { cpus: [1], memory_mb: 512 },
        { cpus: [], memory_mb: 512 },
      ],
      distances: [
        [10, 20, 20],
        [20, 10, 20],
        [20, 20, 10],
      ],
    });
    expect(buildZonelists(machine).slice(0, 2)).toEqual([
      [0, 2, 1],
      [1, 2, 0],
    ]);
  });

  it('leaves out nodes without memory', () => {
    const machine = buildMachine({
      name: 'cpu only',
      nodes: [
        { cpus: [0], memory_mb: 0 },
        { cpus: [1], memory_mb: 512 },
        { cpus: [2], memory_mb: 512 },
      ],
      distances: [
        [10, 30, 20],
        [30, 10, 40],
        [20, 40, 10],
      ],
    });
    expect(buildZonelists(machine)).toEqual([
      [2, 1],
      [1, 2],
      [2, 1],
    ]);
  });
});
