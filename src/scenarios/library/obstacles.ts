/** When the rules hold pages or threads back. */
import type { Scenario } from '../scenario.ts';

export const TIE: Scenario = {
  name: 'tie',
  title: 'A tie at 1000',
  question:
    'All memory of two processes is on node 0, and node 1 has no room for any. Which of the two does the scheduler take to node 0?',
  expected:
    'Neither. Both belong to node 0 with weight 1000, and a thread moves only if its weight is greater: 1000 to 1000 is a tie. Half of the accesses stays remote for ever. With room on node 1 pages follow their threads, the weights part, and the tie is broken.',
  look: 'Panel 2: mm weight 1000 ‰ on node 0 for left and right. Panel 3: task_moves_autonuma stays 0.',
  speed: 5,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'tie', autonumaVersion: '27' },
  against: { name: 'room', title: 'with room on node 1', change: { parameters: { hoard: 1 } } },
};

export const FULL_NODE: Scenario = {
  name: 'full-node',
  title: 'The destination is full',
  question:
    'Half of the threads run on a node that is full to the brim. What becomes of the pages they ask for?',
  expected:
    'They are queued and stay where they are. knuma_migrated1 says “no room” every 100 ms: it never goes below the high watermark and never evicts. Not one page moves.',
  look: 'The bar below node 1 is long and does not shrink. Click it: state “no room”.',
  speed: 3,
  seconds: 30,
  settings: { machine: 'westmere-2n', workload: 'full-node' },
};

export const STRICT: Scenario = {
  name: 'strict-or-fair',
  title: 'Strict or fair',
  question:
    'Three times as many threads belong to node 0 as to node 1. Does CFS even out the load, far from the memory?',
  expected:
    'With load_balance_strict (the default until AutoNUMA19) it may not, unless a CPU is idle: threads of the same process get CPU time that differs by a factor of nearly two. Without it CFS carries threads across more often and shares the time more evenly.',
  look: 'CPUs of node 0 have three threads each, those of node 1 fewer. Panel 3: task_moves_cross_node.',
  speed: 3,
  seconds: 40,
  settings: { machine: 'westmere-2n', workload: 'lopsided', autonumaVersion: 'alpha14' },
  against: {
    name: 'fair',
    title: 'with load_balance_strict 0',
    change: { knobs: { 'autonuma/scheduler/load_balance_strict': '0' } },
  },
};

export const MEMORY_ONLY: Scenario = {
  name: 'memory-only-node',
  title: 'A node without CPUs',
  question: 'All memory lies on a CXL node that has no CPUs. Does it come to the threads? Does any go back?',
  expected:
    'All of it leaves within 5 s, as every hinting fault comes from another node (a handful of pages stays that never left a CPU’s pagevec and so are not on the LRU). Nothing ever goes back: no thread can run on node 2, so nobody asks for a page there. To AutoNUMA it is not a slow tier, only a node that nobody is on.',
  look: 'Arrows lead from node 2 to nodes 0 and 1 only; the queue of knuma_migrated2 stays empty.',
  speed: 1,
  seconds: 20,
  settings: { machine: 'cxl-3n', workload: 'far-memory' },
};
