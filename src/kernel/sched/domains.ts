/** Building the run queues and scheduling domains of a machine (build_sched_domains, kernel/sched/core.c 3.3). */
import type { Machine } from '../machine/machine.ts';
import type { CpuId } from '../units.ts';
import type {
  BalanceScratch,
  DomainLevel,
  RunQueue,
  SchedDomain,
  SchedEntity,
  SchedGroup,
  SchedState,
} from './state.ts';
import {
  allNodesLevel,
  DEFAULT_ERA,
  distanceLevel,
  MC_LEVEL,
  MIGRATION_COST_NS,
  NICE_0_WEIGHT,
  NODE_LEVEL,
  NODES_PER_DOMAIN,
  POWER_SCALE,
  SCHED_LATENCY_NS,
  SCHED_MIN_GRANULARITY_NS,
  SCHED_SCALING_MAX_CPUS,
  SCHED_WAKEUP_GRANULARITY_NS,
  SMT_GAIN,
  SMT_LEVEL,
} from './tunables.ts';
import type { SchedEra } from './tunables.ts';

/** A level while domains are being built: its constants and which CPUs a CPU sees at it. */
interface LevelPlan {
  level: DomainLevel;
  span(cpu: CpuId): CpuId[];
}

/** A fresh scheduling entity (sched_fork, kernel/sched/core.c 3.3). */
export function createSchedEntity(): SchedEntity {
  return { weight: NICE_0_WEIGHT, vruntime: 0, onRq: 0, sumExecNs: 0, prevSumExecNs: 0, lastRanNs: 0 };
}

/**
 * Run queues and domains of a machine. Nodes without CPUs take no part.
 * @param era which kernel's rule builds the node levels (see tunables.ts)
 */
export function createSched(machine: Machine, era: SchedEra = DEFAULT_ERA): SchedState {
  const cpus = machine.cpus.length;
  // get_update_sysctl_factor (kernel/sched/fair.c 3.3), SCHED_TUNABLESCALING_LOG: ilog2 by bit length.
  const factor = 1 + (31 - Math.clz32(Math.min(cpus, SCHED_SCALING_MAX_CPUS)));
  const sched: SchedState = {
    queues: machine.cpus.map((_, cpu) => createRunQueue(machine, cpu)),
    levels: [],
    spans: [],
    groupLists: [],
    domains: machine.cpus.map(() => []),
    latencyNs: SCHED_LATENCY_NS * factor,
    minGranularityNs: SCHED_MIN_GRANULARITY_NS * factor,
    wakeupGranularityNs: SCHED_WAKEUP_GRANULARITY_NS * factor,
    // max_load_balance_interval = HZ * CPUs / 10, in jiffies of 1 ms.
    maxBalanceIntervalMs: 100 * cpus,
    scratch: createScratch(cpus),
  };
  buildDomains(sched, planLevels(machine, era), cpus);
  return sched;
}

function createRunQueue(machine: Machine, cpu: CpuId): RunQueue {
  const { node, core, siblings } = machine.cpus[cpu];
  return {
    cpu,
    node,
    core,
    current: -1,
    previous: -1,
    needResched: 0,
    nrRunning: 0,
    loadWeight: 0,
    queue: [],
    tasks: [],
    minVruntime: 0,
    cpuLoad: [0, 0, 0],
    cpuLoadSettled: 1,
    // update_cpu_power with default_scale_smt_power (kernel/sched/fair.c 3.3); no real-time load to subtract.
    power: siblings.length > 1 ? Math.floor(SMT_GAIN / siblings.length) : POWER_SCALE,
    idleSinceNs: 0,
    idleStampNs: -1,
    avgIdleNs: 2 * MIGRATION_COST_NS,
    nextBalanceNs: 0,
  };
}

function createScratch(cpus: number): BalanceScratch {
  return {
    cpus: new Uint8Array(cpus),
    balance: 0,
    busiest: -1,
    imbalance: 0,
    totalLoad: 0,
    totalPower: 0,
    avgLoad: 0,
    thisLoad: 0,
    thisLoadPerTask: 0,
    thisNrRunning: 0,
    thisIdleCpus: 0,
    thisPower: 0,
    thisHasCapacity: false,
    maxLoad: 0,
    busiestLoadPerTask: 0,
    busiestNrRunning: 0,
    busiestIdleCpus: 0,
    busiestCapacity: 0,
    busiestCpus: 0,
    busiestPower: 0,
    busiestHasCapacity: false,
    groupImbalance: false,
  };
}

/** The levels of the era, lowest first, before degenerate ones are dropped. */
function planLevels(machine: Machine, era: SchedEra): LevelPlan[] {
  const cpusOf = (nodes: number[]) => nodes.flatMap((node) => machine.nodes[node].cpus).sort((a, b) => a - b);
  const withCpus = machine.nodes.flatMap((node, index) => (node.cpus.length > 0 ? [index] : []));
  const plans: LevelPlan[] = [
    { level: SMT_LEVEL, span: (cpu) => machine.cpus[cpu].siblings },
    { level: MC_LEVEL, span: (cpu) => cpusOf([machine.cpus[cpu].node]) },
  ];
  if (era === '3.3') {
    const spanOf = withCpus.map((node) => cpusOf(nearestNodes(machine, node, withCpus)));
    plans.push({ level: NODE_LEVEL, span: (cpu) => spanOf[withCpus.indexOf(machine.cpus[cpu].node)] });
    plans.push({ level: allNodesLevel(machine.cpus.length), span: () => cpusOf(withCpus) });
    return plans;
  }
  // sched_init_numa (3.5): a level holds what is at most this far away.
  const distances = new Set(withCpus.flatMap((a) => withCpus.map((b) => machine.distances[a][b])));
  for (const distance of [...distances].sort((a, b) => a - b)) {
    const within = (from: number) => withCpus.filter((to) => machine.distances[from][to] <= distance);
    const widest = Math.max(...withCpus.map((node) => cpusOf(within(node)).length));
    plans.push({
      level: distanceLevel(distance, widest),
      span: (cpu) => cpusOf(within(machine.cpus[cpu].node)),
    });
  }
  return plans;
}

/** sched_domain_node_span and find_next_best_node (kernel/sched/core.c 3.3): a node and the 15 nearest. */
function nearestNodes(machine: Machine, node: number, withCpus: number[]): number[] {
  const chosen = [node];
  while (chosen.length < Math.min(NODES_PER_DOMAIN, withCpus.length)) {
    let best = -1;
    for (let i = 1; i < machine.nodes.length; i++) {
      const next = (node + i) % machine.nodes.length;
      if (machine.nodes[next].cpus.length === 0 || chosen.includes(next)) continue;
      if (best < 0 || machine.distances[node][next] < machine.distances[node][best]) best = next;
    }
    chosen.push(best);
  }
  return chosen;
}

/** Spans, groups and domains of every CPU; equal spans and group lists are stored once. */
function buildDomains(sched: SchedState, plans: LevelPlan[], cpus: number): void {
  const spanIndex = new Map<string, number>();
  const listIndex = new Map<string, number>();
  // What each CPU's domain below spans; a CPU alone at first.
  const below: CpuId[][] = sched.queues.map((_, cpu) => [cpu]);
  for (const plan of plans) {
    const spans = sched.queues.map((_, cpu) => plan.span(cpu));
    let levelIndex = -1;
    for (let cpu = 0; cpu < cpus; cpu++) {
      const span = spans[cpu];
      // sd_degenerate, sd_parent_degenerate: nothing to balance between.
      if (span.length === below[cpu].length) continue;
      const groups = buildGroups(sched, cpu, span, below);
      if (levelIndex < 0) levelIndex = sched.levels.push({ ...plan.level }) - 1;
      sched.domains[cpu].push(createDomain(sched, cpu, levelIndex, span, groups, spanIndex, listIndex));
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      if (spans[cpu].length > below[cpu].length) below[cpu] = spans[cpu];
    }
  }
}

/**
 * build_sched_groups and build_overlap_sched_groups: the domains below partition the span (or cover it, where
 * node spans overlap).
 */
function buildGroups(sched: SchedState, cpu: CpuId, span: CpuId[], below: CpuId[][]): SchedGroup[] {
  const covered = new Set<CpuId>();
  const groups: SchedGroup[] = [];
  // Where spans overlap the CPU's own group must be among them.
  const overlapping = span.some((other) => below[other].some((c) => !span.includes(c)));
  for (const first of overlapping ? [cpu, ...span] : span) {
    if (covered.has(first)) continue;
    const members = below[first].filter((c) => span.includes(c));
    for (const c of members) covered.add(c);
    groups.push({ cpus: members, power: members.reduce((sum, c) => sum + sched.queues[c].power, 0) });
  }
  return groups;
}

function createDomain(
  sched: SchedState,
  cpu: CpuId,
  level: number,
  span: CpuId[],
  groups: SchedGroup[],
  spanIndex: Map<string, number>,
  listIndex: Map<string, number>,
): SchedDomain {
  const spanKey = span.join();
  let spanAt = spanIndex.get(spanKey);
  if (spanAt === undefined) {
    const mask = new Uint8Array(sched.queues.length);
    for (const c of span) mask[c] = 1;
    spanAt = sched.spans.push({ cpus: [...span], mask }) - 1;
    spanIndex.set(spanKey, spanAt);
  }
  const listKey = groups.map((group) => group.cpus.join()).join(';');
  let listAt = listIndex.get(listKey);
  if (listAt === undefined) {
    listAt = sched.groupLists.push(groups) - 1;
    listIndex.set(listKey, listAt);
  }
  return {
    level,
    span: spanAt,
    groupList: listAt,
    localGroup: groups.findIndex((group) => group.cpus.includes(cpu)),
    lastBalanceNs: 0,
    balanceIntervalMs: sched.levels[level].minIntervalMs,
    nrBalanceFailed: 0,
  };
}
