/** /sys/kernel/mm: the knobs. */
import { readSysfs, sysfsKnobs, type KnobDescription } from '../../kernel/sysfs/sysfs.ts';
import type { ShellHost } from '../host.ts';
import { type Directory, directory, type Errno, type FileNode, type TextFile } from './node.ts';

interface Branch {
  [name: string]: Branch | KnobDescription;
}

const isKnob = (entry: Branch | KnobDescription): entry is KnobDescription =>
  typeof (entry as KnobDescription).path === 'string';

/** Build the directory from the table of knobs; AutoNUMA's part is there only if AutoNUMA is possible. */
export function sysKernelMm(host: ShellHost): Directory {
  const tree: Branch = {};
  for (const knob of sysfsKnobs(host.k.autonuma.version.name)) {
    if (readSysfs(host.k, knob.path) === null) continue;
    const parts = knob.path.split('/');
    let at = tree;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= {}) as Branch;
    at[parts[parts.length - 1]] = knob;
  }
  return branch(host, tree);
}

function branch(host: ShellHost, entries: Branch): Directory {
  return directory(
    Object.fromEntries(
      Object.entries(entries).map(([name, entry]): [string, FileNode] => [
        name,
        isKnob(entry) ? knobFile(host, entry) : branch(host, entry),
      ]),
    ),
  );
}

function knobFile(host: ShellHost, knob: KnobDescription): TextFile {
  const read = (): string => `${textOf(knob, readSysfs(host.k, knob.path) ?? '')}\n`;
  const file: TextFile = { is: 'file', mode: 'r--r--r--', size: 4096, read };
  if (knob.kind === 'statistic') return file;
  return {
    ...file,
    mode: 'rw-r--r--',
    write: (text) => {
      const reply = host.edit(knob.path, text.trim());
      if (reply.ok) return { ok: true };
      return { ok: false, ...refusalOf(reply.error) };
    },
  };
}

/** A choice is shown among all there are, the one that holds in brackets. */
function textOf(knob: KnobDescription, value: string): string {
  if (knob.kind !== 'choice' || knob.choices === undefined) return value;
  return knob.choices.map((choice) => (choice === value ? `[${choice}]` : choice)).join(' ');
}

/** `path: Invalid argument (EINVAL): expected 0 or 1, got "2"`: what strerror says, and what was expected. */
export function refusalOf(error: string): { error: Errno; note: string } {
  const known: Errno[] = [
    'Invalid argument',
    'Permission denied',
    'No such process',
    'No such file or directory',
  ];
  const said = known.find((text) => error.includes(text)) ?? 'Invalid argument';
  return { error: said, note: /expected .*$/s.exec(error)?.[0] ?? '' };
}
