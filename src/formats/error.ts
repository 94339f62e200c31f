/** The one error of all readers. */

/** Text that is not what it should be. The message says where and what was expected. */
export class FormatError extends Error {
  /** From 1; 0 when the problem has no single line. */
  readonly line: number;
  /** From 1; 0 when only the line is known. */
  readonly column: number;

  constructor(problem: string, line = 0, column = 0) {
    const place = line === 0 ? '' : column === 0 ? `line ${line}: ` : `line ${line}, column ${column}: `;
    super(place + problem);
    this.name = 'FormatError';
    this.line = line;
    this.column = column;
  }
}

/** Text as quoted in a message: one line, not too long. */
export function quoteText(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short);
}
