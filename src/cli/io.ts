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
  /** Wall clock in milliseconds. */
  now(): number;
}

/** Something about the command line itself is wrong: exit status 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
