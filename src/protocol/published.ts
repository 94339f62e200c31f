/** The scoreboard on the page: published rows, and what running one of them gives. */

/** A published row that the lab can run. */
export interface PublishedRowInfo {
  /** For runPublished: `andrea/numa02/upstream`. */
  id: string;
  /** Table it is from, its heading and where that was published. */
  source: string;
  sourceTitle: string;
  citation: string;
  /** Preset it runs on, and the program. */
  machine: string;
  workload: string;
  /** Column of the table; 'hard' and 'inverse' are the rulers of the other two. */
  column: 'upstream' | 'autonuma' | 'hard' | 'inverse';
  /** The column in words. */
  columnTitle: string;
  variant: string;
  policy: 'autonuma' | 'off';
  /** AutoNUMA version; '' where the policy is off. */
  version: string;
  /** Seconds as published. */
  published: number;
  /** Shares of the published seconds: the error its source states, and the deviation that still counts as a hit. */
  tolerance: number;
  target: number;
  /** Nothing random acts on it: one seed says as much as many. */
  steady: boolean;
  /** The machine's bandwidth was fitted to this row: agreement is no evidence. */
  fitted: boolean;
}

/** A figure of the same tables that the lab has no policy for. */
export interface NotModelledInfo {
  source: string;
  workload: string;
  column: string;
  published: number;
  why: string;
}

/** One run of a row, so far or to its end. */
export interface PublishedRun {
  /** Wall clock of the program: what /usr/bin/time would print. */
  seconds: number;
  /** The picture of autonuma-benchmark: MiB on each node, all processes together, once a second; nodes[node][row]. */
  mbPerNode: { t_s: number[]; nodes: number[][] };
  /** Share of all bytes that were local, 0..1. */
  localShare: number;
}
