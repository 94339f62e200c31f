/** Output that goes to a file. */
import type { Directory, Errno } from './tree/node.ts';
import { absolute, find } from './tree/paths.ts';

export type Written = { ok: true } | { ok: false; error: Errno; note: string; opened: boolean };

/**
 * Can a file be opened for writing? No file is ever made.
 * @returns what bash says otherwise
 */
export function openForWriting(root: Directory, cwd: string, path: string): Errno | null {
  const found = find(root, cwd, path);
  if (found.ok) {
    if (found.node.is === 'directory') return 'Is a directory';
    return found.node.is === 'file' && found.node.write !== undefined ? null : 'Permission denied';
  }
  const parent = absolute(cwd, `${path}/..`);
  const directory = find(root, '/', parent);
  if (!directory.ok || directory.node.is !== 'directory') return found.error;
  // The kernel's file systems take no new files, and the rest cannot be written at all.
  return /^\/(proc|sys)(\/|$)/.test(parent) ? 'Permission denied' : 'Read-only file system';
}

/** Write a text to a file. */
export function writeTo(root: Directory, cwd: string, path: string, text: string): Written {
  const error = openForWriting(root, cwd, path);
  if (error !== null) return { ok: false, error, note: '', opened: false };
  const found = find(root, cwd, path);
  if (!found.ok || found.node.is !== 'file' || found.node.write === undefined) {
    return { ok: false, error: 'Permission denied', note: '', opened: false };
  }
  const written = found.node.write(text);
  return written.ok ? written : { ...written, opened: true };
}
