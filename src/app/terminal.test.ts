import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounded, type Entry, promptOf, remember, searchBack } from './terminal.ts';

const entry = (id: number, length: number): Entry => ({ id, kind: 'out', text: 'x'.repeat(length) });

describe('the terminal', () => {
  it('keeps the newest output and lets the oldest go', () => {
    const few = [entry(1, 10), entry(2, 10)];
    expect(bounded(few)).toBe(few);
    expect(bounded([entry(1, 150_000), entry(2, 100_000), entry(3, 50)]).map(({ id }) => id)).toEqual([2, 3]);
    expect(
      bounded([entry(1, 10), entry(2, 900_000)]).map(({ id }) => id),
      'the last always stays',
    ).toEqual([2]);
    const many = Array.from({ length: 3000 }, (_, id) => entry(id, 1));
    expect(bounded(many)).toHaveLength(1000);
    expect(bounded(many).at(-1)?.id).toBe(2999);
  });

  it('remembers lines, a repeated one once', () => {
    expect(remember(['ls'], 'ls')).toEqual(['ls']);
    expect(remember(['ls'], '  ')).toEqual(['ls']);
    expect(remember(['ls', 'ps'], 'ls')).toEqual(['ls', 'ps', 'ls']);
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 700 }), (lines) => {
        const history = lines.reduce<string[]>(remember, []);
        expect(history.length).toBeLessThanOrEqual(500);
        history.forEach((line, i) => expect(line).not.toBe(history[i - 1]));
      }),
    );
  });

  it('looks back through them', () => {
    const history = ['cat a', 'ls', 'cat b'];
    expect(searchBack(history, 'cat')).toBe(2);
    expect(searchBack(history, 'cat', 1)).toBe(0);
    expect(searchBack(history, 'dog')).toBe(-1);
    expect(searchBack([], '')).toBe(-1);
  });

  it('prompts with the directory', () => {
    const session = { cwd: '/sys', previous: '/', status: 0, columns: 80 };
    expect(promptOf(session)).toBe('root@lab:/sys#');
    expect(promptOf({ ...session, cwd: '/root' })).toBe('root@lab:~#');
  });
});
