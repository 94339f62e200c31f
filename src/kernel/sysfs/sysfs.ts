/** /sys as a shell sees it: every knob and counter under its real path, read and written as text with the kernel's own ranges. */
import { type KnobDescription, LAB_SYSFS, sysfsTree } from '../balancing/autonuma/knobs.ts';
import { wakeNonEmptyDaemons } from '../balancing/autonuma/migrated.ts';
import { autonumaVersion } from '../balancing/autonuma/versions.ts';
import { wakeScandIfBlocked } from '../balancing/autonuma/scan.ts';
import type { AutonumaKnobs } from '../balancing/autonuma/state.ts';
import type { Kernel } from '../kernel-state.ts';
import { trace, TRACE_KNOB } from '../output.ts';
import { wakeUp } from '../sched/sched.ts';

export type { KnobDescription };

/** Outcome of a write: the error is what `echo` would print, and why. */
export type WriteResult = { ok: true } | { ok: false; error: string };

const THP_ENABLED: KnobDescription = {
  path: 'transparent_hugepage/enabled',
  kind: 'choice',
  field: 'thp',
  default: 'madvise',
  unit: '',
  minimum: 0,
  maximum: 0,
  meaning:
    'Back new anonymous memory with 2 MiB pages where it fits, and let khugepaged collapse the rest; madvise: only where a program asks.',
  choices: ['always', 'madvise', 'never'],
};

/** The settings in the file's own words. */
const THP_WORDS = { on: 'always', off: 'madvise', never: 'never' } as const;

/**
 * All there is under a version of AutoNUMA, in listing order. Paths are below /sys/kernel/mm.
 * @throws RangeError for an unknown version
 */
export function sysfsKnobs(version: string): readonly KnobDescription[] {
  return [...sysfsTree(autonumaVersion(version)), ...LAB_SYSFS, THP_ENABLED];
}

/** Strip the mount point people paste along. */
function normalise(path: string): string {
  return path
    .trim()
    .replace(/^\/?sys\/kernel\/mm\//, '')
    .replace(/^\/+/, '');
}

/** The knob at a path, or undefined; AutoNUMA's directory is absent when AutoNUMA is impossible (autonuma.md 7.4). */
export function findKnob(k: Kernel, path: string): KnobDescription | undefined {
  const wanted = normalise(path);
  const knob = sysfsKnobs(k.autonuma.version.name).find((entry) => entry.path === wanted);
  if (knob === undefined || (knob !== THP_ENABLED && !k.autonuma.possible)) return undefined;
  return knob;
}

/**
 * Read a file below /sys/kernel/mm.
 * @returns its text without the newline, null when there is no such file
 */
export function readSysfs(k: Kernel, path: string): string | null {
  const knob = findKnob(k, path);
  if (knob === undefined) return null;
  if (knob === THP_ENABLED) return THP_WORDS[k.memory.thp];
  if (knob.kind === 'statistic') return String(statisticOf(k, knob.field));
  return String(k.autonuma.knobs[knob.field as keyof AutonumaKnobs]);
}

function statisticOf(k: Kernel, field: string): number {
  if (field === 'pages_scanned') return k.autonuma.scanner.pagesScanned;
  if (field === 'full_scans') return k.autonuma.scanner.fullScans;
  return k.autonuma.pagesMigrated;
}

/**
 * Write a file below /sys/kernel/mm, as `echo text > path` would. Takes effect at once; call it between ticks.
 * Numbers are unsigned 32-bit decimals; pages_to_* refuse 0; flags take 0 or 1 (autonuma.md section 7).
 */
export function writeSysfs(k: Kernel, path: string, text: string): WriteResult {
  const wanted = normalise(path);
  const knob = findKnob(k, wanted);
  if (knob === undefined) {
    const why = sysfsKnobs(k.autonuma.version.name).some((entry) => entry.path === wanted)
      ? ' (AutoNUMA is not possible in this boot)'
      : '';
    return { ok: false, error: `/sys/kernel/mm/${wanted}: No such file or directory${why}` };
  }
  if (knob.kind === 'statistic')
    return { ok: false, error: `/sys/kernel/mm/${wanted}: Permission denied (read-only)` };
  const value = text.trim();
  if (knob === THP_ENABLED) {
    const setting = (['on', 'off', 'never'] as const).find((one) => THP_WORDS[one] === value);
    if (setting === undefined) return invalid(wanted, value, 'always, madvise or never');
    k.memory.thp = setting;
  } else {
    const expected =
      knob.kind === 'flag' ? '0 or 1' : `a decimal number from ${knob.minimum} to ${knob.maximum}`;
    if (!/^\+?[0-9]+$/.test(value)) return invalid(wanted, value, expected);
    const number = Number(value);
    if (number < knob.minimum || number > knob.maximum) return invalid(wanted, value, expected);
    apply(k, knob.field as keyof AutonumaKnobs, number);
  }
  trace(k, TRACE_KNOB, sysfsKnobs(k.autonuma.version.name).indexOf(knob));
  return { ok: true };
}

function invalid(path: string, value: string, expected: string): WriteResult {
  return {
    ok: false,
    error: `/sys/kernel/mm/${path}: Invalid argument (EINVAL): expected ${expected}, got "${value}"`,
  };
}

function apply(k: Kernel, field: keyof AutonumaKnobs, value: number): void {
  k.autonuma.knobs[field] = value;
  if (field === 'enabled' && value === 1) wakeScandIfBlocked(k, (task) => wakeUp(k, task, -1));
  if (field === 'migrate_sleep_millisecs') wakeNonEmptyDaemons(k);
}
