import { describe, expect, it } from 'vitest';
import type { InspectTarget } from '../protocol/summary.ts';
import { buildCatalog } from './catalog.ts';
import { inspect } from './inspect.ts';
import { parseMachine, parseWorkload } from './parse.ts';
import { Session } from './session.ts';
import { SMALL, SMALL_PTE, SOON } from './small.test-util.ts';

const session = new Session(SMALL_PTE, 1);
session.run(700, SOON, Infinity);
const { k } = session;

function rows(target: InspectTarget): Record<string, string> {
  return Object.fromEntries(inspect(k, target).rows.map(({ name, value }) => [name, value]));
}

describe('inspecting', () => {
  it('a page frame and the page in it agree', () => {
    const { frames } = k.memory;
    const block = frames.owner.findIndex((slot, b) => slot >= 0 && !frames.slab[b] && frames.high[b] === 512);
    const node = frames.node[block];
    const frame = (block - frames.nodeFirstBlock[node]) * 512 + 5;
    const seen = rows({ kind: 'frame', node, frame });
    expect(seen['page frame number']).toBe(String(block * 512 + 5));
    expect(seen.on).toBe(`node ${node}`);
    expect(seen['virtual address']).toMatch(/^0x[0-9a-f]+$/);
    expect(seen.process).toMatch(/left|right/);
    const title = inspect(k, { kind: 'virtual', process: 0, slot: 3, page: 7 }).title;
    expect(title).toMatch(/^Page at 0x/);
    expect(rows({ kind: 'virtual', process: 0, slot: 3, page: 7 })['page frame number']).toMatch(/^\d+$/);
  });

  it('every frame, CPU, thread, process and daemon, whatever it is', () => {
    for (let node = 0; node < 2; node++) {
      expect(inspect(k, { kind: 'daemon', node }).title).toBe(`knuma_migrated${node}`);
      for (let frame = 0; frame < k.memory.frames.nodeFrames[node]; frame += 37) {
        expect(inspect(k, { kind: 'frame', node, frame }).rows.length).toBeGreaterThan(3);
      }
    }
    for (let cpu = 0; cpu < 8; cpu++) expect(rows({ kind: 'cpu', cpu }).running).toBeTruthy();
    for (const task of k.tasks) expect(rows({ kind: 'thread', pid: task.pid }).pid).toBe(String(task.pid));
    for (const process of k.processes)
      expect(rows({ kind: 'process', pid: process.pid }).state).toBe('alive');
  });

  it('nothing where there is nothing', () => {
    const targets: InspectTarget[] = [
      { kind: 'frame', node: 7, frame: 0 },
      { kind: 'frame', node: 0, frame: 1e9 },
      { kind: 'virtual', process: 9, slot: 0, page: 0 },
      { kind: 'virtual', process: 0, slot: 1e6, page: 0 },
      { kind: 'cpu', cpu: 99 },
      { kind: 'thread', pid: 1 },
      { kind: 'process', pid: 1 },
      { kind: 'daemon', node: 9 },
    ];
    for (const target of targets) expect(inspect(k, target).rows).toEqual([]);
  });
});

describe('the catalog', () => {
  it('lists what can be chosen, and its machines and programs boot', () => {
    const catalog = buildCatalog();
    expect(catalog.machines.map(({ name }) => name)).toContain('westmere-2n');
    expect(catalog.workloads.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['crossed', 'numa01', 'numa02']),
    );
    expect(catalog.knobs.find(({ path }) => path === 'autonuma/knuma_scand/pages_to_scan')).toMatchObject({
      default: '32768',
      minimum: 1,
    });
    for (const { name } of catalog.machines) {
      expect(() => new Session({ ...SMALL, machine: name, parameters: {}, knobs: {} }, 1)).not.toThrow();
    }
  });
});

describe('pasted text', () => {
  it('numactl output becomes a machine, with what was assumed', () => {
    const reply = parseMachine(
      [
        'available: 2 nodes (0-1)',
        'node 0 cpus: 0 1',
        'node 0 size: 4096 MB',
        'node 0 free: 4000 MB',
        'node 1 cpus: 2 3',
        'node 1 size: 4096 MB',
        'node 1 free: 4000 MB',
        'node distances:',
        'node   0   1',
        '  0:  10  21',
        '  1:  21  10',
      ].join('\n'),
    );
    expect(reply.ok && reply.value.nodes).toHaveLength(2);
    expect(Array.isArray(reply.notes)).toBe(true);
  });

  it('anything else is refused with a reason', () => {
    expect(parseMachine('hello')).toMatchObject({ ok: false });
    expect(() => parseMachine('{"name": 3}')).toThrow(/name/);
    expect(parseWorkload('{')).toMatchObject({ ok: false });
    expect(() => parseWorkload('{"name": 3}')).toThrow(/name/);
  });
});
