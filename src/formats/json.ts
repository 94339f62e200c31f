/**
 * JSON with errors that say where. JSON.parse words them differently in every engine, and Safari gives no place at
 * all.
 */
import { FormatError } from './error.ts';

/** Deeper nesting than this is no file of ours. */
const MAX_DEPTH = 200;

/**
 * JSON.parse with line and column.
 * @throws FormatError with both
 */
export function parseJson(source: string): unknown {
  const text = source.replace(/^\uFEFF/, ''); // editors on Windows write a byte order mark
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const problem = findProblem(text);
    const before = text.slice(0, problem.at);
    const line = before.split('\n').length;
    const column = problem.at - (before.lastIndexOf('\n') + 1) + 1;
    throw new FormatError(`not JSON: ${problem.what}`, line, column);
  }
}

/** What is wrong at which offset. */
interface Problem {
  at: number;
  what: string;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;
// A string as far as it is right.
const STRING_BODY = /(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/y; // eslint-disable-line no-control-regex

/** The first place where JSON's grammar is broken, in a text that JSON.parse has refused. */
function findProblem(text: string): Problem {
  let at = 0;
  const fail = (what: string): Problem => ({ at, what });
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return false;
    at += match[0].length;
    return true;
  };
  const found = (): string =>
    at < text.length ? `got ${JSON.stringify(text[at])}` : 'got the end of the text';

  function string(): Problem | null {
    at++;
    take(STRING_BODY);
    if (text[at] === '"') {
      at++;
      return null;
    }
    if (text[at] === '\\') return fail('expected \\n, \\t, \\", \\\\, \\/ or \\u and four digits');
    return fail(`expected the " that ends the text, ${found()}`);
  }

  function list(close: string, depth: number): Problem | null {
    at++;
    take(SPACE);
    if (text[at] === close) {
      at++;
      return null;
    }
    for (;;) {
      if (close === '}') {
        take(SPACE);
        if (text[at] !== '"') return fail(`expected a field name in double quotes, ${found()}`);
        const problem = string();
        if (problem) return problem;
        take(SPACE);
        if (text[at] !== ':') return fail(`expected ":" after the field name, ${found()}`);
        at++;
      }
      const problem = value(depth + 1);
      if (problem) return problem;
      take(SPACE);
      if (text[at] === close) {
        at++;
        return null;
      }
      if (text[at] !== ',') return fail(`expected "," or "${close}", ${found()}`);
      at++;
    }
  }

  function value(depth: number): Problem | null {
    if (depth > MAX_DEPTH) return fail('nested too deeply');
    take(SPACE);
    const next = text[at];
    if (next === '{') return list('}', depth);
    if (next === '[') return list(']', depth);
    if (next === '"') return string();
    if (take(WORD) || take(NUMBER)) return null;
    return fail(`expected a value, ${found()}`);
  }

  const problem = value(0);
  if (problem) return problem;
  take(SPACE);
  return fail(`expected nothing more, ${found()}`);
}
