/** /sys/kernel/mm/autonuma of alpha6: every knob and counter with default, range and meaning (autonuma.md 7.1). */
import type { AutonumaKnobs } from './state.ts';
import type { AutonumaVersion } from './versions.ts';

export interface KnobDescription {
  /** Path below /sys/kernel/mm. */
  path: string;
  kind: 'flag' | 'number' | 'statistic' | 'choice';
  /** Field of AutonumaKnobs, or the statistic's name. */
  field: string;
  default: string;
  unit: string;
  minimum: number;
  maximum: number;
  meaning: string;
  choices?: string[];
  sliderMinimum?: number;
  sliderMaximum?: number;
}

const UINT_MAX = 4294967295;

function flag(path: string, field: keyof AutonumaKnobs, value: number, meaning: string): KnobDescription {
  return {
    path: `autonuma/${path}`,
    kind: 'flag',
    field,
    default: String(value),
    unit: '',
    minimum: 0,
    maximum: 1,
    meaning,
  };
}

function number(
  path: string,
  field: keyof AutonumaKnobs,
  value: number,
  unit: string,
  minimum: number,
  slider: [number, number],
  meaning: string,
): KnobDescription {
  return {
    path: `autonuma/${path}`,
    kind: 'number',
    field,
    default: String(value),
    unit,
    minimum,
    maximum: UINT_MAX,
    meaning,
    sliderMinimum: slider[0],
    sliderMaximum: slider[1],
  };
}

function statistic(path: string, unit: string, meaning: string): KnobDescription {
  const field = path.split('/').pop() ?? path;
  return {
    path: `autonuma/${path}`,
    kind: 'statistic',
    field,
    default: '0',
    unit,
    minimum: 0,
    maximum: UINT_MAX,
    meaning,
  };
}

/** The alpha6 tree, in the order it is listed. */
export const ALPHA6_SYSFS: readonly KnobDescription[] = [
  flag(
    'enabled',
    'enabled',
    1,
    'Master switch: 0 stops the scanner at the end of its pass; faults only clear marks.',
  ),
  flag('debug', 'debug', 0, 'Print every scan pass, batch, wake-up and task move to the kernel log.'),
  number(
    'knuma_scand/scan_sleep_millisecs',
    'scan_sleep_millisecs',
    100,
    'ms',
    0,
    [0, 2000],
    'Pause after each pages_to_scan.',
  ),
  number(
    'knuma_scand/scan_sleep_pass_millisecs',
    'scan_sleep_pass_millisecs',
    5000,
    'ms',
    0,
    [0, 30000],
    'Half the rest between two passes: slept twice, queues are flushed in the middle.',
  ),
  number(
    'knuma_scand/pages_to_scan',
    'pages_to_scan',
    32768,
    'pages',
    1,
    [512, 1048576],
    'Pages marked before each pause.',
  ),
  statistic('knuma_scand/pages_scanned', 'pages', 'Progress over all completed passes.'),
  statistic('knuma_scand/full_scans', 'passes', 'Completed passes over all processes.'),
  flag(
    'knuma_scand/pmd',
    'pmd',
    1,
    'Mark 2 MiB at a time: one fault for up to 512 pages, less exact per thread.',
  ),
  flag(
    'knuma_scand/working_set',
    'working_set',
    0,
    'Leave pages out of the count that were not touched since the last pass.',
  ),
  number(
    'knuma_migrated/migrate_sleep_millisecs',
    'migrate_sleep_millisecs',
    100,
    'ms',
    0,
    [0, 2000],
    'Pause of a daemon between batches.',
  ),
  number(
    'knuma_migrated/pages_to_migrate',
    'pages_to_migrate',
    32768,
    'pages',
    1,
    [512, 1048576],
    'Batch size of a daemon, and the queue length that wakes it.',
  ),
  statistic('knuma_migrated/pages_migrated', 'pages', 'Pages isolated for migration so far.'),
  flag('knuma_migrated/defer', 'defer', 0, 'Wake the daemons in the middle of the gap between passes only.'),
  flag(
    'scheduler/load_balance_strict',
    'load_balance_strict',
    1,
    'CFS never pulls a task off its preferred node, unless the pulling CPU is idle.',
  ),
  flag(
    'scheduler/clone_reset',
    'clone_reset',
    1,
    'New threads and processes start without statistics; 0 copies the parent.',
  ),
  flag(
    'scheduler/fork_reset',
    'fork_reset',
    1,
    'A forked address space starts without statistics; 0 copies the parent.',
  ),
];

/** Switches of this program beyond alpha6: the mail's two to-dos. They live beside the tree, not in it. */
export const LAB_SYSFS: readonly KnobDescription[] = [
  {
    ...flag(
      'thp_native_migration',
      'thp_native_migration',
      0,
      'Migrate huge pages whole instead of splitting them (a to-do of the alpha6 mail).',
    ),
    path: 'autonuma_lab/thp_native_migration',
  },
  {
    ...flag(
      'page_cache_spill',
      'page_cache_spill',
      0,
      'Move page cache off a full node to make room (a to-do of the alpha6 mail).',
    ),
    path: 'autonuma_lab/page_cache_spill',
  },
];

/** A knob under another name or with another default. */
function renamed(
  knob: KnobDescription,
  path: string,
  change: Partial<KnobDescription> = {},
): KnobDescription {
  return { ...knob, ...change, path: `autonuma/${path}` };
}

function alpha(path: string): KnobDescription {
  const knob = ALPHA6_SYSFS.find((entry) => entry.path === `autonuma/${path}`);
  if (knob === undefined) throw new Error(`no such knob: ${path}`);
  return knob;
}

const PASS_TOTAL = { default: '10000', meaning: 'Rest between two passes.' };

const SMT = flag('scheduler/smt', 'smt', 1, 'Look at SMT siblings before moving to an idle CPU.');
const RESET = flag(
  'scheduler/reset',
  'reset',
  1,
  'New threads and processes start without statistics; 0 copies the parent.',
);
const FIRST_FAULT = flag(
  'knuma_migrated/allow_first_fault',
  'allow_first_fault',
  1,
  'The first hinting fault on a page may already migrate it; 0 waits for a second one from the same node.',
);
const CHILD_INHERITANCE = flag(
  'child_inheritance',
  'child_inheritance',
  0,
  'Children copy the statistics of their parent.',
);
const BALANCE_INTERVAL = number(
  'sched_autonuma_balance_interval_millisecs',
  'sched_autonuma_balance_interval_millisecs',
  100,
  'ms',
  0,
  [0, 2000],
  'Least time between two balancing passes of one task.',
);

const V24_SYSFS: readonly KnobDescription[] = [
  ...ALPHA6_SYSFS.filter((knob) => !['clone_reset', 'fork_reset', 'working_set'].includes(knob.field)).map(
    (knob) => {
      if (knob.field === 'scan_sleep_pass_millisecs') return { ...knob, ...PASS_TOTAL };
      return knob.field === 'load_balance_strict' ? { ...knob, default: '0' } : knob;
    },
  ),
  renamed(alpha('knuma_scand/working_set'), 'knuma_scand/mm_working_set', { default: '1' }),
  FIRST_FAULT,
  RESET,
];

const V27_SYSFS: readonly KnobDescription[] = [
  alpha('enabled'),
  alpha('debug'),
  renamed(alpha('knuma_migrated/migrate_sleep_millisecs'), 'migrate_sleep_millisecs', {
    meaning: 'Window of the migration rate limit of a node.',
  }),
  renamed(alpha('knuma_migrated/pages_to_migrate'), 'pages_to_migrate', {
    meaning: 'Pages that may migrate to a node in one window.',
  }),
  renamed(alpha('knuma_migrated/pages_migrated'), 'pages_migrated'),
  renamed(alpha('knuma_scand/scan_sleep_millisecs'), 'scan_sleep_millisecs'),
  renamed(alpha('knuma_scand/scan_sleep_pass_millisecs'), 'scan_sleep_pass_millisecs', PASS_TOTAL),
  renamed(alpha('knuma_scand/pages_to_scan'), 'pages_to_scan'),
  renamed(alpha('knuma_scand/pages_scanned'), 'pages_scanned'),
  renamed(alpha('knuma_scand/full_scans'), 'full_scans'),
  renamed(alpha('knuma_scand/pmd'), 'scan_pmd'),
  renamed(alpha('scheduler/load_balance_strict'), 'sched_load_balance_strict', { default: '0' }),
  CHILD_INHERITANCE,
  renamed(FIRST_FAULT, 'migrate_allow_first_fault'),
  renamed(alpha('knuma_scand/working_set'), 'mm_working_set', { default: '1' }),
];

const V28_SYSFS: readonly KnobDescription[] = [
  ...V27_SYSFS.filter((knob) => knob.field !== 'pages_migrated' && knob.field !== 'working_set').map(
    (knob) => (knob.field === 'migrate_sleep_millisecs' ? renamed(knob, 'migrate_interval_millisecs') : knob),
  ),
  BALANCE_INTERVAL,
];

/** The tree of a version (autonuma.md 7.1 to 7.3). */
export function sysfsTree(version: AutonumaVersion): readonly KnobDescription[] {
  if (version.layout === '24') return V24_SYSFS;
  if (version.layout === '27') return V27_SYSFS;
  if (version.layout === '28') return V28_SYSFS;
  return version.idleCandidates === 'long-idle, SMT aware' ? [...ALPHA6_SYSFS, SMT] : ALPHA6_SYSFS;
}
