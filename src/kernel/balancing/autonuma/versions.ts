/**
 * The versions of AutoNUMA as one table of differences (autonuma.md section 8). Everything else is common. Where documentation and
 * code of a version disagree, the code wins (section 12); the documented reading is a switch of its own (`documented`).
 */

export interface AutonumaVersion {
  name: string;
  title: string;
  /** Queues and daemons, or migrate on fault (27+). */
  migration: 'queue' | 'fault';
  /** Sleeps between two passes: 'twice' the pass knob (<= 19), its two 'halves' with a flush between (24), 'once' (27+). */
  passGap: 'twice' | 'halves' | 'once';
  /** mm statistics: published by the scanner, or kept by hinting faults and halved once a pass (28). */
  mmStatistics: 'scan' | 'fault';
  /** The scanner counts a queued page at the node it is going to (<= 24). */
  countQueuedAtTarget: boolean;
  /** A passing remote fault credits this node always, or only when the page was taken for migration (27+). */
  creditHereOnlyIfMigrated: boolean;
  /** A failed filter credits the page's node even if it is queued elsewhere (24+), and dequeues it in any case. */
  failCreditsPageNode: boolean;
  /** Working-set estimation: as the knob says, or always (28). With the knob on, 24 and 27 keep the statistics of an idle process. */
  workingSet: 'knob' | 'knob, idle keeps' | 'always';
  /** Per-task brake after a last_nid mismatch (28). */
  falseSharingBrake: boolean;
  /** A VMA is scanned only once it has an anon_vma (<= 27). */
  needsAnonVma: boolean;
  /** Hinting faults of a task with a mempolicy only clear marks (14+). */
  taskPolicyBypass: boolean;
  /** When sched_autonuma_balance runs. */
  balanceTrigger: 'schedule' | 'rebalance, then schedule' | 'rebalance' | 'rebalance, 100 ms apart';
  /** Fast path before the search: none (<= 10), both running maxima rising together (14), two independent maxima (19+). */
  fastPath: 'none' | 'joint maxima' | 'two maxima';
  /** Idle CPUs as candidates. */
  idleCandidates: 'none' | 'long-idle' | 'long-idle, SMT aware';
  /** Push the task there, or exchange it with the one running there (24+). */
  move: 'one way' | 'exchange';
  /** Without statistics the preferred node becomes the current one (24+). */
  noStatisticsPrefersCurrent: boolean;
  /** Only the statistics that are compared must exist (27+). */
  lenientStatistics: boolean;
  /** CFS pulls look at the preferred node's CPUs too (<= 10). */
  extraVeto: boolean;
  /** A child inherits its parent's preferred node even when its statistics start empty (27+). */
  inheritsPreferred: boolean;
  /** Tails of a split huge page inherit last_nid (14+); before only queue membership. */
  splitKeepsLastNid: boolean;
  /** khugepaged scans every 100 ms instead of every 10 s (10+). */
  khugepagedBoost: boolean;
  /** Extra memory per 4 KiB page, bytes. */
  bytesPerPage: number;
  /** Which sysfs tree there is. */
  layout: 'alpha' | '24' | '27' | '28';
  /** Defaults that differ. */
  loadBalanceStrict: number;
  scanSleepPassMs: number;
  workingSetDefault: number;
}

const ALPHA6: AutonumaVersion = {
  name: 'alpha6',
  title: 'AutoNUMA alpha6 (16 March 2012)',
  migration: 'queue',
  passGap: 'twice',
  mmStatistics: 'scan',
  countQueuedAtTarget: true,
  creditHereOnlyIfMigrated: false,
  failCreditsPageNode: false,
  workingSet: 'knob',
  falseSharingBrake: false,
  needsAnonVma: true,
  taskPolicyBypass: false,
  balanceTrigger: 'schedule',
  fastPath: 'none',
  idleCandidates: 'long-idle',
  move: 'one way',
  noStatisticsPrefersCurrent: false,
  lenientStatistics: false,
  extraVeto: true,
  inheritsPreferred: false,
  splitKeepsLastNid: false,
  khugepagedBoost: false,
  bytesPerPage: 24,
  layout: 'alpha',
  loadBalanceStrict: 1,
  scanSleepPassMs: 5000,
  workingSetDefault: 0,
};

const ALPHA10: AutonumaVersion = {
  ...ALPHA6,
  name: 'alpha10',
  title: 'AutoNUMA alpha10 (26 March 2012)',
  idleCandidates: 'long-idle, SMT aware',
  khugepagedBoost: true,
};

const ALPHA14: AutonumaVersion = {
  ...ALPHA10,
  name: 'alpha14',
  title: 'AutoNUMA alpha14 (25 May 2012)',
  taskPolicyBypass: true,
  balanceTrigger: 'rebalance, then schedule',
  fastPath: 'joint maxima',
  idleCandidates: 'none',
  extraVeto: false,
  splitKeepsLastNid: true,
  bytesPerPage: 32,
};

const V19: AutonumaVersion = {
  ...ALPHA14,
  name: '19',
  title: 'AutoNUMA19 (28 June 2012)',
  balanceTrigger: 'rebalance',
  fastPath: 'two maxima',
  bytesPerPage: 12,
};

const V24: AutonumaVersion = {
  ...V19,
  name: '24',
  title: 'AutoNUMA24 (22 August 2012)',
  passGap: 'halves',
  failCreditsPageNode: true,
  workingSet: 'knob, idle keeps',
  move: 'exchange',
  noStatisticsPrefersCurrent: true,
  layout: '24',
  loadBalanceStrict: 0,
  scanSleepPassMs: 10000,
  workingSetDefault: 1,
};

const V27: AutonumaVersion = {
  ...V24,
  name: '27',
  title: 'AutoNUMA27 (4 October 2012)',
  migration: 'fault',
  passGap: 'once',
  countQueuedAtTarget: false,
  creditHereOnlyIfMigrated: true,
  lenientStatistics: true,
  inheritsPreferred: true,
  bytesPerPage: 2,
  layout: '27',
};

const V28: AutonumaVersion = {
  ...V27,
  name: '28',
  title: 'autonuma28 (git, October and November 2012)',
  mmStatistics: 'fault',
  workingSet: 'always',
  falseSharingBrake: true,
  needsAnonVma: false,
  balanceTrigger: 'rebalance, 100 ms apart',
  layout: '28',
};

/** All versions, oldest first. */
export const AUTONUMA_VERSIONS: readonly AutonumaVersion[] = [ALPHA6, ALPHA10, ALPHA14, V19, V24, V27, V28];

/**
 * A version by name.
 * @throws RangeError naming the versions there are
 */
export function autonumaVersion(name: string): AutonumaVersion {
  const version = AUTONUMA_VERSIONS.find((v) => v.name === name);
  if (version === undefined) {
    throw new RangeError(
      `version: expected one of ${AUTONUMA_VERSIONS.map((v) => v.name).join(', ')}, got "${name}"`,
    );
  }
  return version;
}
