import { describe, expect, it } from 'vitest';
import { writeBuddyinfo } from './buddyinfo.ts';
import { writeCounters } from './counters.ts';
import { guestLines, guestText } from './fixtures.test-util.ts';
import { writeMeminfo, writeNodeMeminfo } from './meminfo.ts';
import { writeProcSched } from './proc-sched.ts';
import { writeProcStat } from './proc-stat.ts';
import { writeProcStatus } from './proc-status.ts';

/** A count or, with a point in it, milliseconds. */
function schedValue(text: string): number | { ns: number } {
  const [whole, part] = text.split('.');
  return part === undefined ? Number(whole) : { ns: Number(whole) * 1e6 + Number(part) };
}

describe('sched', () => {
  it.each(['sched-2n', 'sched-4n'])('%s', (name) => {
    const lines = guestLines(name);
    const [, comm, pid, threads] = /^(\S+) \((\d+), #threads: (\d+)\)$/.exec(lines[0])!;
    const fields = lines.flatMap((line): [string, number | { ns: number }][] => {
      const match = /^(\S+) +: +(\S+)$/.exec(line);
      return match ? [[match[1], schedValue(match[2])]] : [];
    });
    const [, node, group] = /current_node=(\d+), numa_group_id=(\d+)/.exec(lines.join())!;
    const faults = lines
      .filter((line) => line.startsWith('numa_faults'))
      .map((line) => line.match(/\d+/g)!.map(Number))
      .map(([n, taskPrivate, taskShared, groupPrivate, groupShared]) => ({
        node: n,
        taskPrivate,
        taskShared,
        groupPrivate,
        groupShared,
      }));
    expect(fields).toHaveLength(24);
    const written = writeProcSched({
      comm,
      pid: Number(pid),
      threads: Number(threads),
      fields,
      currentNode: Number(node),
      group: Number(group),
      faults,
    });
    expect(written).toBe(guestText(name));
  });
});

describe('stat', () => {
  it('stands where the guest has it; addresses and signals are not told', () => {
    const guest = guestText('stat-2n').trimEnd().split(' ');
    const written = writeProcStat({
      pid: 173,
      comm: 'nb',
      state: 'R',
      ppid: 168,
      flags: 4194368,
      minflt: 36063,
      utime: 1781,
      stime: 107,
      threads: 3,
      starttime: 482,
      vsize: 86216704,
      rss: 16455,
      processor: 0,
    });
    const fields = written.trimEnd().split(' ');
    expect(fields).toHaveLength(guest.length);
    // startcode to startstack (26-28), and the layout of the image at the end (45-51).
    const untold = new Set([26, 27, 28, 45, 46, 47, 48, 49, 50, 51]);
    fields.forEach((value, i) => {
      if (!untold.has(i + 1)) expect(`${i + 1}: ${value}`).toBe(`${i + 1}: ${guest[i]}`);
    });
  });
});

it('status', () => {
  const fields = guestLines('status-2n').map((line): [string, string | { kb: number }] => {
    const [, name, value] = /^(\S+):\t(.*)$/.exec(line)!;
    const kb = /^ *(\d+) kB$/.exec(value);
    return [name, kb ? { kb: Number(kb[1]) } : value];
  });
  expect(writeProcStatus(fields)).toBe(guestText('status-2n'));
});

describe('meminfo', () => {
  it('of a node', () => {
    const fields = guestLines('node-meminfo-2n').map((line): [string, number] => {
      const [, name, value] = /^Node 0 (\S+): +(\d+)/.exec(line)!;
      return [name, Number(value)];
    });
    expect(fields).toHaveLength(36);
    expect(writeNodeMeminfo(0, fields)).toBe(guestText('node-meminfo-2n'));
  });

  it('of the machine', () => {
    expect(writeMeminfo([['MemTotal', 16384000]])).toBe('MemTotal:       16384000 kB\n');
  });
});

it.each(['vmstat-2n', 'vmstat-4n', 'node-numastat-2n'])('counters: %s', (name) => {
  const counters = guestLines(name).map((line): [string, number] => {
    const [item, value] = line.split(' ');
    return [item, Number(value)];
  });
  expect(writeCounters(counters)).toBe(guestText(name));
});

it('buddyinfo', () => {
  const zones = guestLines('buddyinfo-4n').map((line) => {
    const [, node, zone, counts] = /^Node (\d+), zone +(\S+) (.*)$/.exec(line)!;
    return { node: Number(node), zone, free: counts.trim().split(/ +/).map(Number) };
  });
  expect(writeBuddyinfo(zones)).toBe(guestText('buddyinfo-4n'));
});
