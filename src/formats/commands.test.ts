import { describe, expect, it } from 'vitest';
import { bootLog, writeLogLine } from './dmesg.ts';
import { guestLines, guestText } from './fixtures.test-util.ts';
import { writeFree } from './free.ts';
import { type LscpuLine, utilLinuxList, writeLscpu, writeLscpuTable } from './lscpu.ts';
import { writeNumastat, writeNumastatMegabytes, writeNumastatProcesses } from './numastat.ts';
import { psElapsed, psKeyword, psTime, writePs } from './ps.ts';

describe('lscpu', () => {
  it('writes the summary of the guest, but for lines its console has wrapped', () => {
    const lines = guestLines('lscpu-2n');
    const isTail = (line: string | undefined) => line !== undefined && /^ {29}\S/.test(line);
    const summary = lines
      .filter((line) => !isTail(line))
      .map((line): LscpuLine => {
        const [, blanks, name, value] = /^( *)(.*?): *(.*)$/.exec(line)!;
        return { depth: (blanks.length / 2) as 0 | 1 | 2, name, value };
      });
    const written = writeLscpu(summary).trimEnd().split('\n');
    expect(written).toEqual(lines.filter((line) => !isTail(line)));
    expect(written.length).toBeGreaterThan(40);
  });

  it.each(['2n', '4n'])('-e, %s', (guest) => {
    const cpus = guestLines(`lscpu-e-${guest}`)
      .slice(1)
      .map((line) => {
        const [cpu, node, socket, core, caches] = line.trim().split(/ +/);
        return { cpu: Number(cpu), node: Number(node), socket: Number(socket), core: Number(core), caches };
      });
    expect(writeLscpuTable(cpus)).toBe(guestText(`lscpu-e-${guest}`));
    const [first] = writeLscpuTable(cpus.map(({ caches: _, ...cpu }) => cpu)).split('\n');
    expect(first).toBe('CPU NODE SOCKET CORE ONLINE');
  });

  it('lists CPUs as util-linux does', () => {
    expect(utilLinuxList([0, 1])).toBe('0,1');
    expect(utilLinuxList([0, 1, 2, 5, 6, 9])).toBe('0-2,5,6,9');
    expect(utilLinuxList([])).toBe('');
  });
});

describe('dmesg', () => {
  it('says of the nodes what the guest says', () => {
    const guest = guestLines('dmesg-4n').map((line) => line.slice(line.indexOf('] ') + 2));
    const memory: [number, number][] = [
      [0x100000, 0x2fffffff],
      [0x30000000, 0x5fffffff],
      [0x60000000, 0x8fffffff],
      [0x90000000, 0xbfffffff],
    ];
    const fallback = [
      [0, 1, 3, 2],
      [1, 2, 0, 3],
      [2, 3, 1, 0],
      [3, 0, 2, 1],
    ];
    const log = bootLog(
      // The console of the guest swallowed all but the first CPU of each node.
      memory.map((range, id) => ({
        id,
        memory: range,
        cpus: id === 0 ? [0, 1] : [id * 2],
        fallback: fallback[id],
      })),
    );
    // Eight CPUs make the numbers one digit wide, as five do.
    const expected = log.filter((line) => !/Initmem setup node 0|Early|node {3}3/.test(line));
    expect(expected.length).toBe(4 + 1 + 3 + 3 + 4 + 4);
    for (const line of expected) expect(guest.map(ends)).toContain(ends(line));
  });

  it('stamps lines', () => {
    expect(writeLogLine(0, 'x')).toBe('[    0.000000] x');
    expect(writeLogLine(12_431_000_500, 'x')).toBe('[   12.431000] x');
    const stamp = guestLines('dmesg-2n')[1];
    expect(writeLogLine(25_964_000, stamp.slice(15))).toBe(stamp);
  });
});

/** The guests end below 3 GiB in a hole for firmware. */
function ends(line: string): string {
  return line.replace('bffdffff', 'bfffffff');
}

describe('numastat', () => {
  it('prints counters as the old script did', () => {
    const rows = [
      { label: 'numa_hit', values: [76557759, 92126519] },
      { label: 'local_node', values: [1, 0] },
    ];
    expect(writeNumastat([0, 1], rows, 80)).toBe(
      [
        '                           node0           node1',
        'numa_hit                76557759        92126519',
        'local_node                     1               0',
        '',
      ].join('\n'),
    );
  });

  it('prints the memory of a process by kind', () => {
    const none = [0, 0];
    const text = writeNumastatProcesses(
      [0, 1],
      [{ pid: 1007, name: 'numa01', huge: none, heap: none, stack: none, private: [3072.5, 12.25] }],
      80,
    );
    expect(text).toBe(
      [
        '',
        'Per-node process memory usage (in MBs) for PID 1007 (numa01)',
        '                           Node 0          Node 1           Total',
        '                  --------------- --------------- ---------------',
        'Huge                         0.00            0.00            0.00',
        'Heap                         0.00            0.00            0.00',
        'Stack                        0.00            0.00            0.00',
        'Private                   3072.50           12.25         3084.75',
        '----------------  --------------- --------------- ---------------',
        'Total                     3072.50           12.25         3084.75',
        '',
      ].join('\n'),
    );
  });

  it('prints a line each for several, and folds at the width of the screen', () => {
    const none = [0, 0, 0];
    const process = (pid: number) => ({
      pid,
      name: 'numa01',
      huge: none,
      heap: none,
      stack: none,
      private: [1, 2, 3],
    });
    const text = writeNumastatProcesses([0, 1, 2], [process(1007), process(1008)], 60);
    const [title, first, rule, row] = text.split('\n').slice(1);
    expect(title).toBe('Per-node process memory usage (in MBs)');
    expect(first).toBe('PID                        Node 0          Node 1');
    expect(rule).toBe('----------------  --------------- ---------------');
    expect(row).toBe('1007 (numa01)                1.00            2.00');
    expect(text.split('\n\n')[1]).toContain('1007 (numa01)                3.00            6.00');
    const meminfo = writeNumastatMegabytes('Per-node x:', [0, 1], [{ label: 'MemFree', values: [1, 2] }], 80);
    expect(meminfo.split('\n')[3]).toBe('                 --------------- --------------- ---------------');
    expect(meminfo.split('\n')[4]).toBe('MemFree                     1.00            2.00            3.00');
  });
});

describe('ps', () => {
  it('lines up as procps does', () => {
    const fields = (['pid', 'tid', 'psr', 'comm'] as const).map((keyword) => ({ keyword }));
    const rows = [
      ['1007', '1007', '3', 'numa01'],
      ['1007', '1008', '12', 'numa01'],
    ];
    expect(writePs(fields, rows)).toBe(
      ['  PID   TID PSR COMMAND', ' 1007  1007   3 numa01', ' 1007  1008  12 numa01', ''].join('\n'),
    );
    expect(writePs([{ keyword: 'pid', head: '' }], [['1']], false)).toBe('    1\n');
    expect(psKeyword('%cpu')).toBe('pcpu');
    expect(psKeyword('toString')).toBeUndefined();
  });

  it('writes times', () => {
    expect(psTime(0)).toBe('00:00:00');
    expect(psTime(3 * 3600 + 62)).toBe('03:01:02');
    expect(psTime(86400 + 1)).toBe('1-00:00:01');
    expect(psElapsed(62)).toBe('01:02');
    expect(psElapsed(3662)).toBe('01:01:02');
  });
});

it('free', () => {
  const facts = { total: 16384000, free: 8192000, shared: 0, cache: 1024 };
  expect(writeFree(facts, 'k')).toBe(
    [
      '              total        used        free      shared  buff/cache   available',
      'Mem:       16384000     8190976     8192000           0        1024     8193024',
      'Swap:             0           0           0',
      '',
    ].join('\n'),
  );
  expect(writeFree(facts, 'm').split('\n')[1]).toContain('16000        7999        8000');
  expect(writeFree(facts, 'h').split('\n')[1]).toContain('15Gi       7.8Gi       7.8Gi');
});
