import { describe, expect, it } from 'vitest';
import { CodeBuilder } from './code.ts';

describe('CodeBuilder.repeat', () => {
  it('makes one long access of sweep after sweep, nested ones too', () => {
    const code = new CodeBuilder().repeat(3, () => new CodeBuilder()).repeat(0, () => expect.fail());
    code.repeat(5, () => code.repeat(4, () => code.bzero(0, 4096, 12288)));
    expect(code.ops).toHaveLength(1);
    expect(code.ops[0]).toMatchObject({ op: 'access', bytes: 5 * 4 * 8192 });
    expect(code.build('sweeps').counters).toBe(0);
  });

  it('keeps a loop around anything else', () => {
    const two = new CodeBuilder();
    two.repeat(4, () => two.bzero(0, 0, 4096).bzero(0, 4096, 8192));
    expect(two.ops.map(({ op }) => op)).toEqual(['access', 'access', 'loop']);
    // Half a sweep begins anew each time, which one long access would not.
    const half = new CodeBuilder();
    half.bzero(0, 0, 8192);
    const [access] = half.ops;
    half.ops.length = 0;
    half.repeat(2, () => half.add({ ...access, bytes: 4096 } as typeof access));
    expect(half.ops.map(({ op }) => op)).toEqual(['access', 'loop']);
  });
});
