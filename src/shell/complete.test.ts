import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeShell } from './complete.ts';
import { TestShell } from './shell.test-util.ts';

const shell = new TestShell();

/** The line after Tab at its end, or where a bar stands. */
function tab(line: string): { line: string; candidates: string[] } {
  const cursor = line.includes('¦') ? line.indexOf('¦') : line.length;
  const plain = line.replace('¦', '');
  const { from, to, text, candidates } = completeShell(shell.host, plain, cursor, shell.session);
  return { line: plain.slice(0, from) + text + plain.slice(to), candidates };
}

describe('Tab', () => {
  it.each([
    ['num', 'numa'],
    ['numac', 'numactl '],
    ['cat /sys/ker', 'cat /sys/kernel/'],
    ['cat /sys/kernel/mm/a', 'cat /sys/kernel/mm/autonuma'],
    ['cat /sys/kernel/mm/autonuma/de', 'cat /sys/kernel/mm/autonuma/debug '],
    ['cat /sys/kernel/mm/autonuma/de¦ | wc', 'cat /sys/kernel/mm/autonuma/debug  | wc'],
    ['echo 1 > /sys/kernel/mm/autonuma/de', 'echo 1 > /sys/kernel/mm/autonuma/debug '],
    ['cat pro', 'cat proc/'],
    ['cd /proc/ver', 'cd /proc/ver'],
    ['ps | gre', 'ps | grep '],
    ['ps; unam', 'ps; uname '],
    ['watch numas', 'watch numastat '],
    ['watch cat /proc/vms', 'watch cat /proc/vmstat '],
    ['cat $(find /pro', 'cat $(find /proc/'],
    ['man numa_', 'man numa_maps '],
    ['numactl --ha', 'numactl --hardware '],
    ['nothing like it', 'nothing like it'],
  ])('%s', (before, after) => {
    expect(tab(before).line).toBe(after);
  });

  it('offers pids where pids are wanted', () => {
    const [left] = shell.k.processes;
    expect(tab('kill ').candidates).toContain(String(left.pid));
    expect(tab('kill ').candidates).not.toContain(String(shell.k.tasks[left.threads[1]].pid));
    expect(tab(`taskset -p ${String(left.pid)[0]}`).candidates).toContain(
      String(shell.k.tasks[left.threads[1]].pid),
    );
    expect(tab('cat /proc/').candidates).toContain(`${left.pid}/`);
  });

  it('lists what there is to choose from', () => {
    expect(tab('cat /sys/kernel/mm/').candidates).toEqual([
      'autonuma/',
      'autonuma_lab/',
      'transparent_hugepage/',
    ]);
    expect(tab('cd /proc/').candidates.every((name) => name.endsWith('/'))).toBe(true);
  });

  it('only ever adds to what was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'abcps /-|>$(\'"1') }), (line) => {
        expect(tab(line).line.startsWith(line)).toBe(true);
      }),
    );
  });
});
