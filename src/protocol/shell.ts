/** What the Shell panel and the shell beside the kernel say to each other. */

/** What a shell remembers from line to line. It is plain data and goes along with every line. */
export interface ShellSession {
  /** Working directory, an absolute path, and the one before it (`cd -`). */
  cwd: string;
  previous: string;
  /** Exit status of the last pipeline ($?). */
  status: number;
  /** Characters that fit on a line of the terminal. */
  columns: number;
}

export const NEW_SESSION: Readonly<ShellSession> = { cwd: '/', previous: '/', status: 0, columns: 80 };

/** A piece of output: of a command, an error, or a remark of the lab that no Linux would make. */
export interface ShellChunk {
  kind: 'out' | 'error' | 'note';
  text: string;
}

/** What a line came to. */
export interface ShellReply {
  output: ShellChunk[];
  session: ShellSession;
  /** What the terminal is asked to do beyond showing the output. */
  action?:
    { do: 'clear' } | { do: 'history' } | { do: 'exit' } | { do: 'watch'; line: string; seconds: number };
  /** Something was done to the kernel. */
  edited: boolean;
}

/** How a line can go on at the cursor. */
export interface ShellCompletion {
  /** The part of the line that `text` takes the place of. */
  from: number;
  to: number;
  /** As far as all candidates agree; with a blank or a slash behind it when there is only one. */
  text: string;
  /** What there is to choose from, short enough to be listed; empty when nothing fits. */
  candidates: string[];
}
