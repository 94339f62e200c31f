/** Paths: where they lead, and what a pattern stands for. */
import type { Directory, Errno, FileNode } from './node.ts';

/** An absolute path without `.`, `..` and doubled slashes. */
export function absolute(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export type Found = { ok: true; node: FileNode; path: string } | { ok: false; error: Errno };

/** Symbolic links that lead to one another end somewhere. */
const MOST_LINKS = 20;

/**
 * Find what is at a path.
 * @param follow whether a link at the end of it is followed; those before it are
 */
export function find(root: Directory, cwd: string, path: string, follow = true, links = 0): Found {
  if (path === '') return { ok: false, error: 'No such file or directory' };
  const parts = absolute(cwd, path).split('/').filter(Boolean);
  let node: FileNode = root;
  let at = '';
  for (let i = 0; i < parts.length; i++) {
    if (node.is !== 'directory') return { ok: false, error: 'Not a directory' };
    const next: FileNode | undefined = node.entry(parts[i]);
    if (next === undefined) return { ok: false, error: 'No such file or directory' };
    if (next.is === 'link' && (follow || i < parts.length - 1)) {
      if (links > MOST_LINKS) return { ok: false, error: 'No such file or directory' };
      const target = absolute(at === '' ? '/' : at, next.target);
      const rest = parts.slice(i + 1).map((part) => `/${part}`);
      return find(root, '/', target + rest.join(''), follow, links + 1);
    }
    node = next;
    at += `/${parts[i]}`;
  }
  if (path.endsWith('/') && node.is === 'file') return { ok: false, error: 'Not a directory' };
  return { ok: true, node, path: at === '' ? '/' : at };
}

/** A pattern of one path component as a regular expression; null when it has no wildcard. */
export function globExpression(pattern: string): RegExp | null {
  if (!/[*?[]/.test(pattern)) return null;
  let source = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    const set = c === '[' ? /^\[[!^]?\]?[^\]]*\]/.exec(pattern.slice(i))?.[0] : undefined;
    if (c === '*') source += '.*';
    else if (c === '?') source += '.';
    else if (set !== undefined) {
      const inner = set.slice(1, -1).replace(/^!/, '^').replace(/\\/g, '\\\\');
      source += `[${inner.replace(/^(\^?)\]/, '$1\\]')}]`;
      i += set.length - 1;
    } else source += literal(c);
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    return null; // a range that runs backwards
  }
}

/** A character that stands for itself in a regular expression. */
export function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

/** More paths than these nobody reads. */
const MOST_MATCHES = 20_000;

/**
 * Paths that a pattern stands for, sorted.
 * @param parts the pattern by path components, in the form a person wrote it; each with whether it may hold wildcards
 * @returns none when nothing matches
 */
export function expandGlob(root: Directory, cwd: string, pattern: string): string[] {
  const components = pattern.split('/');
  let found: string[] = [pattern.startsWith('/') ? '/' : ''];
  for (const component of components) {
    if (component === '') continue;
    const expression = globExpression(component);
    const next: string[] = [];
    for (const base of found) {
      if (expression === null) {
        const path = join(base, component);
        if (find(root, cwd, path, false).ok) next.push(path);
        continue;
      }
      const at = find(root, cwd, base === '' ? '.' : base);
      if (!at.ok || at.node.is !== 'directory') continue;
      for (const name of [...at.node.names()].sort(byName)) {
        if (
          next.length < MOST_MATCHES &&
          expression.test(name) &&
          (!name.startsWith('.') || component[0] === '.')
        )
          next.push(join(base, name));
      }
    }
    found = next;
  }
  if (pattern.endsWith('/')) found = found.map((path) => `${path}/`);
  return found.filter((path) => path !== '');
}

function join(base: string, name: string): string {
  return base === '' || base.endsWith('/') ? base + name : `${base}/${name}`;
}

/** Names by character codes, as the C locale sorts them. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
