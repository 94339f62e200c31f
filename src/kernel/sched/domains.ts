/** Building the run queues and scheduling domains of a machine (build_sched_domains, kernel/sched/core.c 3.3). */
import type { Machine } from '../machine/machine.ts';
import { type CpuId, WIDE_ZERO, widened } from '../units.ts';
import type { BalanceScratch, DomainLevel, RunQueue, SchedGroup, SchedState } from './state.ts';
import {
  allNodesLevel,
  DEFAULT_ERA,
  distanceLevel,
  MC_LEVEL,
  MIGRATION_COST_NS,
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

/** A level while domains are being built: its constants and what a CPU sees at it; CPUs of a node get the same array. */
interface LevelPlan {
  level: DomainLevel;
  span(cpu: CpuId): CpuId[];
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
    changes: 0,
    levels: [],
    spans: [],
    groupLists: [],
    domains: machine.cpus.map(() => []),
    latencyNs: SCHED_LATENCY_NS * factor,
    minGranularityNs: SCHED_MIN_GRANULARITY_NS * factor,
    wakeupGranularityNs: SCHED_WAKEUP_GRANULARITY_NS * factor,
    imbalanceByDifference: era === '3.3' ? 0 : 1,
    // max_load_balance_interval = HZ * CPUs / 10, in jiffies of 1 ms.
    maxBalanceIntervalMs: 100 * cpus,
    scratch: createScratch(cpus),
  };
  buildDomains(sched, planLevels(machine, era), cpus);
  return sched;
}

function createRunQueue(machine: Machine, cpu: CpuId): RunQueue {
  const { node, core, siblings } = machine.cpus[cpu];
  const rq: RunQueue = widened({
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
    minVruntime: WIDE_ZERO,
    cpuLoad: [0, 0, 0],
    cpuLoadSettled: 1,
    // update_cpu_power with default_scale_smt_power (kernel/sched/fair.c 3.3); no real-time load to subtract.
    power: siblings.length > 1 ? Math.floor(SMT_GAIN / siblings.length) : POWER_SCALE,
    idleSinceNs: WIDE_ZERO,
    idleStampNs: WIDE_ZERO,
    avgIdleNs: 2 * MIGRATION_COST_NS,
    nextBalanceNs: WIDE_ZERO,
  });
  rq.idleStampNs = -1;
  return rq;
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
  const withCpus = machine.nodes.flatMap((node, index) => (node.cpus.length > 0 ? [index] : []));
  const cpusOf = (nodes: number[]) => nodes.flatMap((node) => machine.nodes[node].cpus).sort((a, b) => a - b);
  const nodeLevel = (level: DomainLevel, spans: CpuId[][]): LevelPlan => ({
    level,
    span: (cpu) => spans[withCpus.indexOf(machine.cpus[cpu].node)],
  });
  const plans: LevelPlan[] = [
    { level: SMT_LEVEL, span: (cpu) => machine.cpus[cpu].siblings },
    nodeLevel(
      MC_LEVEL,
      withCpus.map((node) => cpusOf([node])),
    ),
  ];
  if (era === '3.3') {
    const near = withCpus.map((node) => cpusOf(nearestNodes(machine, node, withCpus)));
    const all = cpusOf(withCpus);
    plans.push(nodeLevel(NODE_LEVEL, near));
    plans.push({ level: allNodesLevel(machine.cpus.length), span: () => all });
    return plans;
  }
  // sched_init_numa (3.5): a level holds what is at most this far away.
  const distances = new Set(withCpus.flatMap((a) => withCpus.map((b) => machine.distances[a][b])));
  for (const distance of [...distances].sort((a, b) => a - b)) {
    const spans = withCpus.map((a) => cpusOf(withCpus.filter((b) => machine.distances[a][b] <= distance)));
    const widest = Math.max(...spans.map((span) => span.length));
    plans.push(nodeLevel(distanceLevel(distance, widest), spans));
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

/** What is shared between CPUs while domains are being built. */
interface Builder {
  sched: SchedState;
  /** Position in sched.spans and sched.groupLists by contents. */
  spans: Map<string, number>;
  groupLists: Map<string, number>;
  /** Group list by span and by the span below, both by identity: CPUs of a node share their arrays. */
  known: Map<CpuId[], Map<CpuId[], { span: number; groupList: number }>>;
}

/** Spans, groups and domains of every CPU; equal spans and group lists are stored once. */
function buildDomains(sched: SchedState, plans: LevelPlan[], cpus: number): void {
  const builder: Builder = { sched, spans: new Map(), groupLists: new Map(), known: new Map() };
  // What each CPU's domain below spans; a CPU alone at first.
  const below: CpuId[][] = sched.queues.map((_, cpu) => [cpu]);
  for (const plan of plans) {
    const spans = sched.queues.map((_, cpu) => plan.span(cpu));
    let level = -1;
    for (let cpu = 0; cpu < cpus; cpu++) {
      // sd_degenerate, sd_parent_degenerate: nothing to balance between.
      if (spans[cpu].length === below[cpu].length) continue;
      if (level < 0) level = sched.levels.push({ ...plan.level }) - 1;
      const { span, groupList } = spanAndGroups(builder, cpu, spans[cpu], below);
      const domain = widened({
        level,
        span,
        groupList,
        localGroup: sched.groupLists[groupList].findIndex((group) => group.cpus.includes(cpu)),
        lastBalanceNs: WIDE_ZERO,
        balanceIntervalMs: plan.level.minIntervalMs,
        nrBalanceFailed: 0,
        balancedAt: -1,
        balancedFor: 0,
        othersTurn: 0,
      });
      sched.domains[cpu].push(domain);
    }
    for (let cpu = 0; cpu < cpus; cpu++) {
      if (spans[cpu].length > below[cpu].length) below[cpu] = spans[cpu];
    }
  }
}

function spanAndGroups(
  builder: Builder,
  cpu: CpuId,
  span: CpuId[],
  below: CpuId[][],
): { span: number; groupList: number } {
  const { sched, known } = builder;
  let byBelow = known.get(span);
  if (byBelow === undefined) known.set(span, (byBelow = new Map()));
  let found = byBelow.get(below[cpu]);
  if (found === undefined) {
    const mask = new Uint8Array(sched.queues.length);
    for (const c of span) mask[c] = 1;
    const groups = buildGroups(sched, cpu, span, mask, below);
    found = {
      span: addOnce(builder.spans, span.join(), sched.spans, { cpus: [...span], mask }),
      groupList: addOnce(
        builder.groupLists,
        groups.map((g) => g.cpus.join()).join(';'),
        sched.groupLists,
        groups,
      ),
    };
    byBelow.set(below[cpu], found);
  }
  return found;
}

/** The position of a value in a list, appended if its key is new. */
function addOnce<T>(index: Map<string, number>, key: string, list: T[], value: T): number {
  let at = index.get(key);
  if (at === undefined) index.set(key, (at = list.push(value) - 1));
  return at;
}

/**
 * build_sched_groups and build_overlap_sched_groups: the domains below partition the span (or cover it, where
 * node spans overlap; the CPU's own domain must then be among them).
 */
function buildGroups(
  sched: SchedState,
  cpu: CpuId,
  span: CpuId[],
  mask: Uint8Array,
  below: CpuId[][],
): SchedGroup[] {
  const covered = new Uint8Array(mask.length);
  const groups: SchedGroup[] = [];
  const overlapping = span.some((other) => below[other].some((c) => mask[c] === 0));
  for (const first of overlapping ? [cpu, ...span] : span) {
    if (covered[first] !== 0) continue;
    const cpus = below[first].filter((c) => mask[c] !== 0);
    for (const c of cpus) covered[c] = 1;
    groups.push({ cpus, power: cpus.reduce((sum, c) => sum + sched.queues[c].power, 0) });
  }
  return groups;
}
