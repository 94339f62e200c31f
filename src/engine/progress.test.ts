import { describe, expect, it } from 'vitest';
import type { Access, Op, ThreadCode } from '../kernel/program/program.ts';
import type { ProgramCounter } from '../kernel/sched/task.ts';
import { workOf } from './progress.ts';

const access = (bytes: number): Op => ({ op: 'access', accesses: [] as Access[], bytes });
const code = (ops: Op[], counters: number): ThreadCode => ({ name: 'main', ops, counters });
const at = (op: number, loops: number[], bytesLeft = -1): ProgramCounter => ({
  image: 0,
  thread: 0,
  op,
  loops,
  bytesLeft,
  cursors: [],
  credits: [],
  notedNs: [],
  notedCpu: [],
  computeLeft: -1,
  waiting: 'none',
  accesses: null,
});

describe('the work of a thread', () => {
  // 100 bytes, then 10 times (50 bytes, then 4 times 5 bytes), then 30 bytes.
  const nested = code(
    [
      access(100),
      access(50),
      access(5),
      { op: 'loop', counter: 1, to: 2, times: 4 },
      { op: 'loop', counter: 0, to: 1, times: 10 },
      access(30),
    ],
    2,
  );

  it('counts loops as often as they run', () => {
    expect(workOf(nested, at(0, [0, 0])).total).toBe(100 + 10 * (50 + 4 * 5) + 30);
  });

  it('knows what is done in the middle of nested loops', () => {
    expect(workOf(nested, at(0, [0, 0])).done).toBe(0);
    expect(workOf(nested, at(0, [0, 0], 25)).done).toBe(75);
    expect(workOf(nested, at(1, [0, 0])).done).toBe(100);
    expect(workOf(nested, at(2, [3, 2], 0)).done).toBe(100 + 3 * 70 + 50 + 3 * 5);
    expect(workOf(nested, at(5, [10, 0])).done).toBe(800);
    expect(workOf(nested, at(6, [10, 0])).done).toBe(830);
  });
});
