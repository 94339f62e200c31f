/** Lines of shell into tokens: words with their quotes and expansions, and operators. */

/** A piece of a word. Text in quotes is neither split nor globbed. */
export type Segment =
  | { is: 'text'; text: string; quoted: boolean }
  | { is: 'variable'; name: string; quoted: boolean }
  | { is: 'command'; line: string; quoted: boolean };

export type Token =
  | { is: 'word'; segments: Segment[]; raw: string }
  /** Control operators, and redirections with the stream they are about. */
  | { is: 'operator'; text: string };

/** A line that cannot be understood; the message is bash's. */
export class ShellSyntaxError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ShellSyntaxError';
  }
}

/** Longest first. */
const OPERATORS = ['2>&1', '2>>', '&>', '>&2', '&&', '||', '2>', '>>', '|', ';', '&', '>', '<', '(', ')'];
const VARIABLE = /^(?:\w+|\?|\{\w+\})/;

/**
 * Split a line.
 * @throws ShellSyntaxError for a quote or a substitution without an end
 */
export function lex(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at])) {
      if (line[at] === '\n') tokens.push({ is: 'operator', text: '\n' });
      at++;
      continue;
    }
    if (line[at] === '#') {
      const end = line.indexOf('\n', at);
      at = end < 0 ? line.length : end;
      continue;
    }
    const operator = OPERATORS.find((text) => line.startsWith(text, at));
    if (operator !== undefined) {
      tokens.push({ is: 'operator', text: operator });
      at += operator.length;
      continue;
    }
    const word = new WordReader(line, at);
    word.read();
    tokens.push({ is: 'word', segments: word.segments, raw: line.slice(at, word.at) });
    at = word.at;
  }
  return tokens;
}

class WordReader {
  readonly segments: Segment[] = [];
  readonly line: string;
  at: number;

  constructor(line: string, at: number) {
    this.line = line;
    this.at = at;
  }

  /** Up to an unquoted blank or operator. */
  read(): void {
    const { line } = this;
    while (this.at < line.length) {
      const c = line[this.at];
      if (/[\s;|&<>()]/.test(c)) return;
      if (c === "'") this.single();
      else if (c === '"') this.double();
      else if (c === '$') this.dollar(false);
      else if (c === '`') this.backquoted(false);
      else if (c === '\\') {
        this.text(line[this.at + 1] ?? '', true);
        this.at += 2;
      } else {
        this.text(c, false);
        this.at++;
      }
    }
  }

  private text(text: string, quoted: boolean): void {
    const last = this.segments.at(-1);
    if (last?.is === 'text' && last.quoted === quoted) last.text += text;
    else this.segments.push({ is: 'text', text, quoted });
  }

  private single(): void {
    const end = this.line.indexOf("'", this.at + 1);
    if (end < 0) throw unmatched("'");
    this.text(this.line.slice(this.at + 1, end), true);
    this.at = end + 1;
  }

  private double(): void {
    const { line } = this;
    this.at++;
    this.text('', true);
    for (;;) {
      const c = line[this.at];
      if (c === undefined) throw unmatched('"');
      if (c === '"') break;
      if (c === '$') this.dollar(true);
      else if (c === '`') this.backquoted(true);
      else if (c === '\\' && /["\\$`]/.test(line[this.at + 1] ?? '')) {
        this.text(line[this.at + 1], true);
        this.at += 2;
      } else {
        this.text(c, true);
        this.at++;
      }
    }
    this.at++;
  }

  private dollar(quoted: boolean): void {
    const { line } = this;
    if (line[this.at + 1] === '(') {
      const end = closingParenthesis(line, this.at + 2);
      this.segments.push({ is: 'command', line: line.slice(this.at + 2, end), quoted });
      this.at = end + 1;
      return;
    }
    const name = VARIABLE.exec(line.slice(this.at + 1))?.[0];
    if (name === undefined) {
      this.text('$', quoted);
      this.at++;
      return;
    }
    this.segments.push({ is: 'variable', name: name.replace(/[{}]/g, ''), quoted });
    this.at += 1 + name.length;
  }

  private backquoted(quoted: boolean): void {
    const end = this.line.indexOf('`', this.at + 1);
    if (end < 0) throw unmatched('`');
    this.segments.push({ is: 'command', line: this.line.slice(this.at + 1, end), quoted });
    this.at = end + 1;
  }
}

/** Where the substitution that begins at `from` ends. */
function closingParenthesis(line: string, from: number): number {
  let depth = 1;
  for (let at = from; at < line.length; at++) {
    if (line[at] === "'" || line[at] === '"') {
      const end = line.indexOf(line[at], at + 1);
      if (end < 0) break;
      at = end;
    } else if (line[at] === '(') depth++;
    else if (line[at] === ')' && --depth === 0) return at;
  }
  throw unmatched(')');
}

function unmatched(quote: string): ShellSyntaxError {
  return new ShellSyntaxError(`bash: unexpected EOF while looking for matching \`${quote}'`);
}
