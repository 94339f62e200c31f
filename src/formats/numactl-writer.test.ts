import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatList } from '../kernel/machine/cpulist.ts';
import { guestText } from './fixtures.test-util.ts';
import { parseNumactl } from './numactl.ts';
import { type NumactlNodeFacts, writeNumactlHardware, writeNumactlShow } from './numactl-writer.ts';

const hardware = (name: string): string =>
  readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8').trimEnd();

describe('numactl --hardware', () => {
  it('is what numactl prints on the guests', () => {
    const two = [
      { id: 0, cpus: [0, 1], sizeMb: 458, freeMb: 421 },
      { id: 1, cpus: [2, 3], sizeMb: 503, freeMb: 489 },
    ];
    const near = [
      [10, 21],
      [21, 10],
    ];
    expect(writeNumactlHardware(two, '0-1', near).trimEnd()).toBe(hardware('guest-2n'));
    const four = [
      { id: 0, cpus: [0, 1], sizeMb: 710, freeMb: 686 },
      { id: 1, cpus: [2, 3], sizeMb: 755, freeMb: 740 },
      { id: 2, cpus: [4, 5], sizeMb: 755, freeMb: 733 },
      { id: 3, cpus: [6, 7], sizeMb: 755, freeMb: 732 },
    ];
    const ring = [
      [10, 16, 22, 16],
      [16, 10, 16, 22],
      [22, 16, 10, 16],
      [16, 22, 16, 10],
    ];
    expect(writeNumactlHardware(four, '0-3', ring).trimEnd()).toBe(hardware('guest-4n'));
  });

  it('is read back as the same machine', () => {
    const nodeArb = fc.record({
      cpus: fc.integer({ min: 0, max: 40 }),
      sizeMb: fc.integer({ min: 0, max: 2_000_000 }),
      gap: fc.integer({ min: 0, max: 3 }),
    });
    const machineArb = fc
      .array(nodeArb, { minLength: 1, maxLength: 12 })
      .map((sketches) => {
        let id = -1;
        let cpu = 0;
        return sketches
          .filter(({ cpus, sizeMb }) => cpus > 0 || sizeMb > 0)
          .map(({ cpus, sizeMb, gap }): NumactlNodeFacts => {
            id += 1 + gap;
            const own = Array.from({ length: cpus }, () => cpu++);
            return { id, cpus: own, sizeMb, freeMb: Math.floor(sizeMb / 2) };
          });
      })
      .filter((nodes) => {
        const mb = nodes.reduce((sum, node) => sum + node.sizeMb + 1, 0);
        return mb < 4_000_000 && nodes.some((n) => n.cpus.length > 0) && nodes.some((n) => n.sizeMb > 0);
      });
    fc.assert(
      fc.property(machineArb, fc.integer({ min: 11, max: 255 }), (nodes, far) => {
        const distances = nodes.map((_, a) => nodes.map((_, b) => (a === b ? 10 : far)));
        const text = writeNumactlHardware(nodes, formatList(nodes.map((node) => node.id)), distances);
        const { machine } = parseNumactl(text);
        expect(machine.nodes.map((node, i) => node.id ?? i)).toEqual(nodes.map((node) => node.id));
        expect(machine.nodes.map((node) => node.cpus)).toEqual(nodes.map((node) => node.cpus));
        expect(machine.nodes.map((node) => node.memory_mb)).toEqual(nodes.map((node) => node.sizeMb));
        expect(machine.distances).toEqual(distances);
      }),
    );
  });
});

it.each([
  ['2n', [0, 1, 2, 3], [0, 1]],
  ['4n', [0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3]],
])('numactl --show, %s', (guest, cpus, nodes) => {
  expect(writeNumactlShow(cpus, nodes, nodes)).toBe(guestText(`numactl-show-${guest}`));
});
