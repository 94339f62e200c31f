/** The stops of the tour. Each does something to the lab, then says what can be seen, with the numbers of the run. */
import { DEFAULT_EXPERIMENT } from '../protocol/experiment.ts';
import type { ColourBy } from '../protocol/frame.ts';
import type { InspectTarget, Summary } from '../protocol/summary.ts';
import { formatMb, formatShare } from './format.ts';
import type { Lab } from './lab.ts';
import { useObservation, useView } from './store.ts';

export interface Stop {
  title: string;
  /** Bring the lab there; the stop before has been left at its tick. @returns what to point at, and what to say */
  act(lab: Lab): Promise<{ target: InspectTarget; text: string }>;
}

/** What the tour runs: the first screen, from its beginning. */
export const TOUR_EXPERIMENT = DEFAULT_EXPERIMENT;

/** Memory has been touched, nothing has been scanned. */
const TOUCHED_TICK = 1000;
/** Far beyond convergence with this seed (docs/gallery.md). */
const CONVERGED_TICK = 60_000;
/** A frame among those that left has filled. */
const IN_NODE_0: InspectTarget = { kind: 'frame', node: 0, frame: 150_000 };
/** How far ahead one looks for something to begin, and in how large steps, ticks. */
const LOOK_TICKS = 20_000;
const LOOK_STEP_TICKS = 100;

/** The summary of the moment at which the lab stands. */
async function standing(lab: Lab): Promise<Summary> {
  await lab.settled();
  const { summary } = useObservation.getState();
  if (!summary) throw new Error('the kernel has stopped');
  return summary;
}

/** Go on until something is so. */
async function until(lab: Lab, holds: (summary: Summary) => boolean): Promise<Summary> {
  let summary = await standing(lab);
  const last = summary.tick + LOOK_TICKS;
  while (!holds(summary) && summary.tick < last) {
    await lab.goTo(summary.tick + LOOK_STEP_TICKS);
    summary = await standing(lab);
  }
  return summary;
}

function colourBy(colour: ColourBy): void {
  useView.setState({ colourBy: colour });
}

const count = (value: number | undefined) =>
  Math.round(value ?? 0)
    .toLocaleString('en')
    .replaceAll(',', ' ');
const at = (summary: Summary) => `t = ${(summary.tick / 1000).toFixed(3)} s. `;
const sentence = () => useObservation.getState().step.sentence;

export const STOPS: readonly Stop[] = [
  {
    title: 'First touch',
    act: async (lab) => {
      await lab.change(TOUR_EXPERIMENT);
      await lab.goTo(TOUCHED_TICK);
      lab.picture?.fit();
      colourBy('owner');
      const summary = await standing(lab);
      const [left] = summary.processes;
      lab.select({ kind: 'virtual', process: left.index, slot: 0, page: 0 });
      return {
        target: { kind: 'process', pid: left.pid },
        text: `${at(summary)}Memory comes into being where it is touched first. The main thread of ${left.name} has touched ${formatMb(left.residentMb)}; ${formatMb(left.mbPerNode[0])} of it lies on node 0, where the program asked for it. Its threads will run on both nodes.`,
      };
    },
  },
  {
    title: 'Scan',
    act: async (lab) => {
      colourBy('marked');
      await lab.step('hinting_fault');
      const summary = await standing(lab);
      return {
        target: IN_NODE_0,
        text: `${at(summary)}knuma_scand walks the page tables: it has counted pages for the mm statistics and set ${count(summary.counters.numa_pmd_updates)} marks, each on 2 MiB. Pages stay where they are; coloured are those whose next touch will trap.`,
      };
    },
  },
  {
    title: 'Hinting fault',
    act: async (lab) => {
      await lab.step('hinting_fault');
      const summary = await standing(lab);
      return {
        target: IN_NODE_0,
        text: `${at(summary)}${sentence()} The trap tells who uses the memory, and from which node; then the access goes on.`,
      };
    },
  },
  {
    title: 'last_nid',
    act: async (lab) => {
      colourBy('last_nid');
      const summary = await until(lab, ({ counters }) => counters.numa_hint_faults >= 100);
      lab.picture?.zoom(0, 4, lab.picture.pointOf(IN_NODE_0) ?? undefined);
      const { numa_hint_faults: faults, numa_hint_fault_pages: pages } = summary.counters;
      const local = summary.counters.numa_hint_faults_local_pages;
      return {
        target: IN_NODE_0,
        text: `${at(summary)}${count(faults)} faults have sampled ${count(pages)} pages, ${count(local)} of them from their own node. Each page remembers the node that asked last: its last_nid, the colour now. A page that has been asked for from elsewhere the time before stays; one that is asked for from the same node twice, or for the first time ever, may go there.`,
      };
    },
  },
  {
    title: 'Queue',
    act: async (lab) => {
      lab.picture?.fit();
      colourBy('queued');
      const summary = await until(lab, ({ nodes }) => nodes[1].daemon.queued > 0);
      const { daemon } = summary.nodes[1];
      return {
        target: { kind: 'daemon', node: 1 },
        text: `${at(summary)}${count(daemon.queued)} pages wait to go to node 1. The bar is the queue of ${daemon.name}, which is ${daemon.state}: it wakes when pages_to_migrate, ${summary.knobs['autonuma/knuma_migrated/pages_to_migrate']} pages, have gathered, or half way between two scan passes.`,
      };
    },
  },
  {
    title: 'Migration',
    act: async (lab) => {
      colourBy('owner');
      await lab.step('page_migration');
      const summary = await standing(lab);
      return {
        target: { kind: 'flow', from: 0, to: 1 },
        text: `${at(summary)}${sentence()} ${count(summary.counters.pgmigrate_success)} pages have moved so far. This is memory that follows CPUs.`,
      };
    },
  },
  {
    title: 'CPU follows memory',
    act: async (lab) => {
      await until(lab, ({ counters }) => counters.task_moves_autonuma > 0);
      await lab.step('task_move');
      const summary = await standing(lab);
      const [left, right] = summary.processes;
      return {
        target: { kind: 'process', pid: right.pid },
        text: `${at(summary)}${sentence()} sched_autonuma_balance has sent ${count(summary.counters.task_moves_autonuma)} threads so far. Between processes it compares mm weights: ${left.weights[0]} ‰ of ${left.name} is on node 0, ${right.weights[0]} ‰ of ${right.name}. The greater one gets the CPU, by however little.`,
      };
    },
  },
  {
    title: 'Convergence',
    act: async (lab) => {
      await lab.goTo(CONVERGED_TICK);
      lab.select(null);
      const summary = await standing(lab);
      const lines = summary.processes.map(
        ({ name, mbPerNode, threadsPerNode }) =>
          `${name} has ${mbPerNode.map(formatMb).join(' and ')}, its threads are ${threadsPerNode.join(' and ')}`,
      );
      return {
        target: { kind: 'process', pid: summary.processes[0].pid },
        text: `${at(summary)}On nodes 0 and 1: ${lines.join('; ')}. ${formatShare(summary.localShare)} of the accesses are local. Scanning goes on, but there is nothing left to move. That is all AutoNUMA wants. Press Space to go on, S for questions it answers less well.`,
      };
    },
  },
];
