/** What the command line needs of its surroundings, so that tests can do without a terminal. */

export interface LabIo {
  /** Standard output: results, nothing else. */
  out(text: string): void;
  /** Standard error: progress and messages. */
  err(text: string): void;
  /** True when standard error is a terminal on which a line can be redrawn. */
  errIsTerminal: boolean;
  /** The text of a file; throws when there is none. */
  readFile(path: string): string;
  /** Standard input for a shell, line by line: with prompt, history and completion where it is a terminal. */
  lines(editor: LineEditor): AsyncIterable<string>;
  /** Write a file; throws when it cannot. */
  writeFile(path: string, bytes: Uint8Array): void;
  /** Wall clock in milliseconds. */
  now(): number;
}

/** What a terminal asks while a line is typed. */
export interface LineEditor {
  prompt(): string;
  /** What the end of a line can become, and the part of the line that it takes the place of. */
  complete(line: string): [string[], string];
}

/** Something about the command line itself is wrong: exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
