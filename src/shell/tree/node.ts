/** Files and directories that exist while somebody looks: their contents are made from the kernel when they are read. */

/** Why a file cannot be used, in the words of strerror. */
export type Errno =
  | 'No such file or directory'
  | 'Permission denied'
  | 'Is a directory'
  | 'Not a directory'
  | 'Invalid argument'
  | 'Read-only file system'
  | 'No such process';

export interface TextFile {
  is: 'file';
  /** Modes as `ls -l` prints them, without the type. */
  mode: string;
  /** Bytes as `ls -l` says: a page for sysfs, nothing for proc. */
  size: number;
  read(): string;
  /** Write a whole text; without it the file is read-only. A refusal may say more than a kernel would. */
  write?(text: string): { ok: true } | { ok: false; error: Errno; note: string };
}

export interface Directory {
  is: 'directory';
  /** Names in the order they are listed. */
  names(): string[];
  /** An entry, also one that is not listed. */
  entry(name: string): FileNode | undefined;
}

export interface Link {
  is: 'link';
  /** Relative to the directory that it is in, or absolute. */
  target: string;
}

export type FileNode = TextFile | Directory | Link;

/** A file of sysfs that is only read. */
export function sysFile(read: () => string): TextFile {
  return { is: 'file', mode: 'r--r--r--', size: 4096, read: () => `${read()}\n` };
}

/** A file of proc; the text has its own line ends. */
export function procFile(read: () => string): TextFile {
  return { is: 'file', mode: 'r--r--r--', size: 0, read };
}

/** A directory with the same entries at every time; an entry of undefined is not there. */
export function directory(entries: Record<string, FileNode | undefined>): Directory {
  const names = Object.keys(entries).filter((name) => entries[name] !== undefined);
  return {
    is: 'directory',
    names: () => names,
    entry: (name) => (Object.hasOwn(entries, name) ? entries[name] : undefined),
  };
}
