import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from './error.ts';
import { parseJson } from './json.ts';

function messageOf(text: string): string {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
  return 'parsed';
}

describe('parseJson', () => {
  it.each([
    ['', 'line 1, column 1: not JSON: expected a value, got the end of the text'],
    ['{"a": 1,}', 'line 1, column 9: not JSON: expected a field name in double quotes, got "}"'],
    ['{\n  a: 1\n}', 'line 2, column 3: not JSON: expected a field name in double quotes, got "a"'],
    ['{"a" 1}', 'line 1, column 6: not JSON: expected ":" after the field name, got "1"'],
    ['{"a": 1\n"b": 2}', 'line 2, column 1: not JSON: expected "," or "}", got "\\""'],
    ['[1, 2', 'line 1, column 6: not JSON: expected "," or "]", got the end of the text'],
    ['[1, ]', 'line 1, column 5: not JSON: expected a value, got "]"'],
    ['[01]', 'line 1, column 3: not JSON: expected "," or "]", got "1"'],
    ['"a\nb"', 'line 1, column 3: not JSON: expected the " that ends the text, got "\\n"'],
    ['"\\x"', 'line 1, column 2: not JSON: expected \\n, \\t, \\", \\\\, \\/ or \\u and four digits'],
    ['{} {}', 'line 1, column 4: not JSON: expected nothing more, got "{"'],
    [`${'['.repeat(100_000)}1`, 'line 1, column 202: not JSON: nested too deeply'],
  ])('%j', (text, message) => {
    expect(messageOf(text)).toBe(message);
  });

  it('takes a byte order mark', () => {
    expect(parseJson('\uFEFF{"a": [true, null]}')).toEqual({ a: [true, null] });
  });

  it('agrees with JSON.parse about what is JSON, and places the error inside the text', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', '1', '\n', '\\'),
        (json, at, insert) => {
          const cut = at % (json.length + 1);
          const text = json.slice(0, cut) + insert + json.slice(cut + 1);
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          const message = messageOf(text);
          expect(message === 'parsed').toBe(isJson);
          if (isJson) return;
          const [, line, column] = /^line (\d+), column (\d+): /.exec(message)!;
          const lines = text.split('\n');
          expect(Number(line)).toBeLessThanOrEqual(lines.length);
          expect(Number(column)).toBeLessThanOrEqual(lines[Number(line) - 1].length + 1);
          // Only a text that is right up to its end may be told that there is more than one value.
          if (message.includes('nothing more')) expect(() => JSON.parse(text.trim())).toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });
});
